"""A compromised password over HTTP."""

import pytest

from bienvenue.web.extension import KEY
from tests.web.conftest import Make

EMAIL, PASSWORD = "ada@example.com", "b4l0u"


@pytest.mark.requirement("NIST-63B-3.1.1.2-h")
def test_only_a_reset_gets_in_again(make: Make) -> None:
    app = make()
    client, auth = app.test_client(), app.extensions[KEY].auth
    body = {"email": EMAIL, "password": PASSWORD}
    client.post("/users", json=body)
    assert client.post("/sessions", json=body).status_code == 200
    auth.mark_password_compromised(auth.db.find_user_by(email=EMAIL).id)
    assert client.get("/profile").status_code == 403

    answer = client.post("/sessions", json=body)
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "password_change_required"
    assert "Set-Cookie" not in answer.headers
    wrong = client.post("/sessions", json=body | {"password": "wrong"})
    assert wrong.status_code == 401
    change = {"current_password": PASSWORD, "new_password": "stolen"}
    assert client.put("/password", json=change).status_code == 403

    token = client.post("/reset_password", json=body).get_json()
    new = {"email": EMAIL, "new_password": "t4rt1ne"}
    spent = client.put(
        "/reset_password", json=new | {"reset_token": token["reset_token"]}
    )
    assert spent.status_code == 200
    login = {"email": EMAIL, "password": "t4rt1ne"}
    assert client.post("/sessions", json=login).status_code == 200
    assert client.get("/profile").status_code == 200
