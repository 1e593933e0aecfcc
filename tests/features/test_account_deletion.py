"""Giving the password again, and deleting one's account, over HTTP."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Auth, clock
from bienvenue.web.extension import KEY
from tests.web.conftest import Make

BOB = {"email": "bob@example.com", "password": "b4l0u"}
EVE = {"email": "eve@example.com", "password": "3v3"}
AGAIN = "/sessions/reauthentication"


def signed_in(app: Flask, who: dict[str, str] = BOB) -> FlaskClient:
    client = app.test_client()
    client.post("/users", data=who)
    assert client.post("/sessions", data=who).status_code == 200
    return client


def raw(client: FlaskClient) -> str:
    cookie = client.get_cookie("session_id")
    assert cookie is not None
    return cookie.value


@pytest.mark.requirement("V7.2.4", "V7.5.1", "NIST-63B-5.1.1")
def test_the_password_is_given_again(app: Flask) -> None:
    with clock.frozen() as now:
        phone, laptop = signed_in(app), signed_in(app)
        before = raw(phone)
        now.advance(minutes=11)
        refused = phone.delete("/users/me")
        assert refused.status_code == 403
        assert refused.get_json()["code"] == "reauthentication_required"
        assert AGAIN in refused.get_json()["message"]
        answer = phone.post(AGAIN, json={"password": "b4l0u"})
        assert answer.status_code == 200
        assert answer.get_json() == {
            "email": BOB["email"],
            "message": "authenticated",
        }
        assert raw(phone) != before
        lasts = app.extensions[KEY].settings.session_lifetime_seconds
        expected = f"Max-Age={lasts - 11 * 60}"
        assert expected in answer.headers["Set-Cookie"].split("; ")
        old = app.test_client()
        old.set_cookie("session_id", before)
        assert old.get("/profile").status_code == 403
        assert laptop.delete("/users/me").status_code == 403
        assert laptop.get("/profile").status_code == 200
        assert phone.delete("/users/me").status_code == 202


@pytest.mark.requirement("V7.5.1")
def test_it_has_to_be_ones_own(app: Flask) -> None:
    signed_in(app, EVE)
    client = signed_in(app)
    before = raw(client)
    for word in ("wrong", EVE["password"]):
        answer = client.post(AGAIN, json={"password": word})
        assert answer.status_code == 403
        assert answer.get_json()["code"] == "wrong_password"
        assert "Set-Cookie" not in answer.headers
    assert client.post(AGAIN, json={}).status_code == 400
    assert raw(client) == before
    assert client.get("/profile").status_code == 200


def test_it_is_no_way_to_go_on_guessing(make: Make) -> None:
    client = signed_in(make(throttle=True))
    client.delete_cookie("bienvenue_device")
    codes = [
        client.post(AGAIN, json={"password": "wrong"}).status_code
        for _ in range(11)
    ]
    assert codes == [403] * 10 + [429]


def test_how_long_it_counts_is_a_setting(make: Make) -> None:
    app = make(sudo_seconds=30)
    with clock.frozen() as now:
        client = signed_in(app)
        now.advance(seconds=30)
        assert client.delete("/users/me").status_code == 403


@pytest.mark.requirement("V7.4.2")
def test_an_account_is_deleted_by_its_owner(app: Flask) -> None:
    extension = app.extensions[KEY]
    with clock.frozen() as now:
        phone, laptop = signed_in(app), signed_in(app)
        answer = phone.delete("/users/me")
        assert answer.status_code == 202
        due = datetime.fromisoformat(answer.get_json()["deletion_due_at"])
        assert due == clock.now() + timedelta(days=14)
        assert answer.get_json()["message"] == "account will be deleted"
        assert phone.get_cookie("session_id") is None
        assert laptop.get("/profile").status_code == 403
        now.advance(days=14)
        extension.housekeeper.tidy()
        assert phone.post("/sessions", data=BOB).status_code == 401
    assert phone.post("/users", data=BOB).status_code == 200


def test_signing_in_calls_it_off(app: Flask) -> None:
    extension = app.extensions[KEY]
    with clock.frozen() as now:
        client = signed_in(app)
        client.delete("/users/me")
        now.advance(days=13)
        answer = client.post("/sessions", data=BOB)
        assert answer.get_json() == {
            "email": BOB["email"],
            "message": "logged in",
        }
        now.advance(days=5)
        extension.housekeeper.tidy()
        assert client.get("/profile").status_code == 200


def test_it_can_be_gone_at_once(make: Make) -> None:
    client = signed_in(make(deletion_grace_days=0))
    answer = client.delete("/users/me")
    assert answer.status_code == 200
    assert answer.get_json()["message"] == "account deleted"
    assert client.get_cookie("session_id") is None
    assert client.post("/sessions", data=BOB).status_code == 401


@pytest.mark.requirement("V14.3.1")
def test_deletion_leaves_nothing_in_the_browser(make: Make) -> None:
    who = BOB | {"password": "a long and quiet morning"}
    client = make(profile="production").test_client()
    https = "https://localhost"
    client.post("/users", json=who)
    client.post("/sessions", json=who, base_url=https)
    answer = client.delete("/users/me", base_url=https)
    assert answer.status_code == 202
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.requirement("OWASP-CS-SESS-4")
def test_no_other_site_deletes_an_account(app: Flask) -> None:
    client = signed_in(app)
    for path, method in (("/users/me", "DELETE"), ("/sessions", "DELETE")):
        answer = client.open(
            path, method=method, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.get_json()["code"] == "cross_site"
    assert client.get("/profile").status_code == 200
    assert client.delete("/sessions").status_code == 302
    assert client.delete("/sessions").status_code == 403


@pytest.mark.requirement("V7.4.2")
def test_a_disabled_account_is_refused_like_a_wrong_password(
    app: Flask,
) -> None:
    phone, laptop = signed_in(app), signed_in(app)
    auth: Auth = app.extensions[KEY].auth
    auth.disable_user(auth.db.find_user_by(email=BOB["email"]).id)
    for client in (phone, laptop):
        assert client.get("/profile").status_code == 403
    right = phone.post("/sessions", data=BOB)
    wrong = phone.post("/sessions", data=BOB | {"password": "wrong"})
    assert (right.status_code, right.data) == (401, wrong.data)
    assert right.get_json()["code"] == "invalid_credentials"


@pytest.mark.requirement("V7.2.4", "OWASP-CS-SESS-1")
def test_a_login_ends_the_session_it_brings(make: Make) -> None:
    app = make(strict=True)
    who = BOB | {"password": "a long and quiet morning"}
    other, client = signed_in(app, who), signed_in(app, who)
    before, elsewhere = raw(client), raw(other)
    client.post("/sessions", json=who)
    assert raw(client) != before
    auth: Auth = app.extensions[KEY].auth
    assert auth.check_session(before) is None
    assert auth.check_session(elsewhere)
    # A wrong password ends nothing.
    client.post("/sessions", json=who | {"password": "wrong"})
    assert auth.check_session(raw(client))


@pytest.mark.requirement("V7.2.4", "OWASP-CS-SESS-1")
def test_a_planted_session_id_is_not_adopted(make: Make) -> None:
    for strict in (False, True):
        app = make(strict=strict)
        who = BOB | {"password": "a long and quiet morning"}
        client = app.test_client()
        client.post("/users", json=who)
        planted = "0f9f7c52-6d0c-c3a4-1b7e-5a2d90c8e613"
        client.set_cookie("session_id", planted)
        assert client.post("/sessions", json=who).status_code == 200
        assert raw(client) != planted
        auth: Auth = app.extensions[KEY].auth
        assert auth.check_session(planted) is None


def test_in_development_a_login_leaves_all_others_alone(app: Flask) -> None:
    client = signed_in(app)
    before = raw(client)
    client.post("/sessions", data=BOB)
    auth: Auth = app.extensions[KEY].auth
    assert auth.check_session(before)


@pytest.mark.requirement("OWASP-CS-SESS-2")
def test_a_session_id_counts_in_the_cookie_only(app: Flask) -> None:
    live = raw(signed_in(app))
    client = app.test_client()
    for path, headers in (
        (f"/profile?session_id={live}", {}),
        ("/profile", {"session_id": live}),
        ("/profile", {"X-Session-Id": live}),
        ("/profile", {"Authorization": f"Bearer {live}"}),
    ):
        assert client.get(path, headers=headers).status_code == 403
    body = client.get("/profile", json={"session_id": live})
    assert body.status_code == 403
    assert (
        client.delete("/sessions", data={"session_id": live}).status_code
        == 403
    )


@pytest.mark.requirement("OWASP-CS-SESS-3")
def test_the_database_holds_no_session_id(
    make: Make, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("db") / "accounts.db"
    app = make(database_url=f"sqlite:///{file}")
    client = signed_in(app)
    client.post(AGAIN, json={"password": "b4l0u"})
    app.extensions[KEY].close()
    stored = b"".join(each.read_bytes() for each in file.parent.iterdir())
    assert BOB["email"].encode() in stored
    live = raw(client)
    for form in (live, live.replace("-", "")):
        assert form.encode() not in stored
    assert bytes.fromhex(live.replace("-", "")) not in stored
