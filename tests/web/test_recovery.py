"""A forgotten password: what asking for a reset, and making it, do."""

import pytest
from flask import Flask

from bienvenue.courier import Courier
from tests.smtp import listening
from tests.web.conftest import Make
from tests.web.support import BOB, EVE, extension_of, kept, settle

EVIL = "evil.example"
POISON = {
    "Host": EVIL,
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Prefix": f"//{EVIL}",
    "Forwarded": f"host={EVIL};proto=http",
    "X-Host": EVIL,
    "X-Original-URL": f"http://{EVIL}/",
    "Referer": f"https://{EVIL}/",
    "User-Agent": EVIL,
}
NEW = "another long and quiet morning"
ASK = {"email": BOB["email"]}


@pytest.fixture
def app(make: Make) -> Flask:
    """A service that sends its tokens by mail, with Bob in it."""
    app = make(strict=True, throttle=False)
    app.test_client().post("/users", json=BOB)
    settle(app)  # letters leave when a test says so
    return app


@pytest.mark.requirement("OWASP-CS-FORGOT-4", "V4.1.3")
def test_a_letter_names_no_host_that_a_client_named(make: Make) -> None:
    """The .eml as a mail server gets it, from a poisoned request."""
    with listening() as server:
        app = make(
            strict=True,
            throttle=False,
            mail="smtp",
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_security="none",
            public_url="https://accounts.example.com",
        )
        extension = extension_of(app)
        extension.courier.stop()
        client = app.test_client()
        client.post("/users", json=BOB)
        assert client.post("/reset_password", json=ASK).status_code == 200
        for name, value in POISON.items():
            answer = client.post(
                "/reset_password", json=ASK, headers={name: value}
            )
            assert answer.status_code == 200
        courier = Courier(extension.auth.db, extension.settings)
        assert courier.deliver_due() >= 1 + len(POISON)
    for mail in server.mails:
        assert EVIL not in mail.as_string()
        for url in mail.as_string().split():
            if "://" in url:
                assert "https://accounts.example.com/" in f"{url}/"


@pytest.mark.requirement("OWASP-CS-FORGOT-5")
def test_asking_for_a_reset_changes_nothing(app: Flask) -> None:
    """No lock, no logout, the same password: a token row apart."""
    auth = extension_of(app).auth
    client = app.test_client()
    assert client.post("/sessions", json=BOB).status_code == 200
    before = kept(auth.db)
    for _ in range(3):
        client.post("/reset_password", json=ASK)
    assert Courier(auth.db, auth.settings).deliver_due() >= 1
    after = kept(auth.db)
    assert {name for name in after if after[name] != before[name]} <= {
        "mailbox",
        "one_time_tokens",
    }
    new = set(after["one_time_tokens"]) - set(before["one_time_tokens"])
    assert len(new) == 1
    assert client.get("/profile").status_code == 200
    assert client.post("/sessions", json=BOB).status_code == 200


@pytest.mark.requirement("OWASP-CS-FORGOT-6")
def test_a_reset_logs_nobody_in_and_everybody_out(app: Flask) -> None:
    auth = extension_of(app).auth
    clients = [app.test_client() for _ in range(3)]
    for client in clients:
        assert client.post("/sessions", json=BOB).status_code == 200
    token = auth.get_reset_password_token(BOB["email"])
    body = {**ASK, "reset_token": token, "new_password": NEW}
    answer = clients[0].put("/reset_password", json=body)
    assert answer.status_code == 200
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert cookie.partition(";")[0].endswith("=")  # cleared
    for client in clients:
        assert client.get("/profile").status_code == 403
    assert not kept(auth.db)["sessions"]


@pytest.mark.requirement("OWASP-CS-FORGOT-2")
def test_the_database_holds_no_token(app: Flask) -> None:
    auth = extension_of(app).auth
    token = auth.get_reset_password_token(BOB["email"])
    app.test_client().post("/reset_password", json=ASK)
    stored = repr(kept(auth.db))
    assert token not in stored
    assert token.replace("-", "") not in stored


@pytest.mark.requirement("OWASP-CS-FORGOT-8")
@pytest.mark.parametrize(
    "token", [None, "", " ", "0", "null", [], [""], {}, True, 0, "-" * 36]
)
def test_no_kind_of_nothing_is_a_token(app: Flask, token: object) -> None:
    """For an account without a token in force, and for one with."""
    auth = extension_of(app).auth
    client = app.test_client()
    client.post("/users", json={**BOB, "email": EVE})
    auth.get_reset_password_token(EVE)
    before = kept(auth.db)
    for email in (BOB["email"], EVE):
        body = {"email": email, "reset_token": token, "new_password": NEW}
        answer = client.put("/reset_password", json=body)
        assert answer.status_code in (400, 403)
    assert kept(auth.db) == before


@pytest.mark.requirement("V2.2.3")
def test_a_token_resets_the_account_it_was_made_for(app: Flask) -> None:
    auth = extension_of(app).auth
    client = app.test_client()
    client.post("/users", json={**BOB, "email": EVE})
    token = auth.get_reset_password_token(EVE)
    before = kept(auth.db)
    body = {**ASK, "reset_token": token, "new_password": NEW}
    assert client.put("/reset_password", json=body).status_code == 403
    assert kept(auth.db) == before
