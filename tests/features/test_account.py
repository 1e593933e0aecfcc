"""One's own sessions, password and data, over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Settings, clock, create_app
from bienvenue.auth import Auth
from bienvenue.features.account.flow import Account
from bienvenue.session import Session

BOB = {"email": "bob@example.com", "password": "b4l0u"}
EVE = {"email": "eve@example.com", "password": "3v3"}
DAY = 24 * 3600


@pytest.fixture
def app() -> Iterator[Flask]:
    app = create_app(Settings(database_url="sqlite://", bcrypt_rounds=4))
    yield app
    app.extensions["bienvenue"].close()


@pytest.fixture
def auth(app: Flask) -> Auth:
    found: Auth = app.extensions["bienvenue"].auth
    return found


def signed_in(app: Flask, who: dict[str, str] = BOB) -> FlaskClient:
    client = app.test_client()
    client.post("/users", data=who)
    assert client.post("/sessions", data=who).status_code == 200
    return client


def raw(client: FlaskClient) -> str:
    cookie = client.get_cookie("session_id")
    assert cookie is not None
    return cookie.value


@pytest.mark.requirement("V7.5.2")
def test_own_sessions_are_listed_newest_first(app: Flask) -> None:
    """V7.5.2: a person sees their sessions, and which one this is."""
    phone, laptop = signed_in(app), signed_in(app)
    signed_in(app, EVE)
    listed = phone.get("/sessions").get_json()["sessions"]
    assert [each["current"] for each in listed] == [False, True]
    assert set(listed[0]) == {
        "id",
        "created_at",
        "last_seen_at",
        "expires_at",
        "address",
        "agent",
        "current",
    }
    assert raw(phone) not in phone.get("/sessions").text
    other = laptop.get("/sessions").get_json()["sessions"]
    assert [each["current"] for each in other] == [True, False]


@pytest.mark.requirement("V7.5.2")
def test_one_session_is_ended(app: Flask) -> None:
    phone, laptop = signed_in(app), signed_in(app)
    number = laptop.get("/sessions").get_json()["sessions"][0]["id"]
    assert phone.delete(f"/sessions/{number}").status_code == 204
    assert laptop.get("/profile").status_code == 403
    assert phone.get("/profile").status_code == 200
    again = phone.delete(f"/sessions/{number}/")
    assert (again.status_code, again.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("number", [0, 2**63, 10**30])
def test_a_session_that_cannot_be_is_not_found(
    app: Flask, number: int
) -> None:
    client = signed_in(app)
    assert client.delete(f"/sessions/{number}").status_code == 404


def test_nobody_ends_anothers_session(app: Flask) -> None:
    bob, eve = signed_in(app), signed_in(app, EVE)
    number = bob.get("/sessions").get_json()["sessions"][0]["id"]
    assert eve.delete(f"/sessions/{number}").status_code == 404
    assert eve.delete("/sessions/others").status_code == 204
    assert bob.get("/profile").status_code == 200


@pytest.mark.requirement("V7.5.2")
def test_all_other_sessions_are_ended(app: Flask) -> None:
    phone, laptop, tablet = (signed_in(app) for _ in range(3))
    assert phone.delete("/sessions/others").status_code == 204
    assert phone.get("/profile").status_code == 200
    assert laptop.get("/profile").status_code == 403
    assert tablet.get("/profile").status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/sessions"),
        ("DELETE", "/sessions/1"),
        ("DELETE", "/sessions/others"),
        ("PUT", "/password"),
        ("GET", "/users/me/export"),
        ("DELETE", "/users/me"),
        ("POST", "/sessions/reauthentication"),
    ],
)
def test_a_live_session_is_required(
    app: Flask, method: str, path: str
) -> None:
    body = {"current_password": "b4l0u", "new_password": "n3w"}
    taken = {"PUT": body, "POST": {"password": "b4l0u"}}.get(method)
    client = app.test_client()
    answer = client.open(path, method=method, json=taken)
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "session_required"


@pytest.mark.requirement("V6.2.2", "V7.2.4", "V7.4.3")
def test_a_password_is_changed(app: Flask, auth: Auth) -> None:
    """V6.2.2, V7.2.4, V7.4.3: a new id, and every other session dead."""
    phone, laptop = signed_in(app), signed_in(app)
    token = auth.get_reset_password_token(BOB["email"])
    before = raw(phone)
    answer = phone.put(
        "/password",
        json={"current_password": "b4l0u", "new_password": "n3w"},
    )
    assert answer.status_code == 200
    assert answer.get_json() == {
        "email": BOB["email"],
        "message": "password changed",
    }
    assert raw(phone) != before
    assert auth.check_session(before) is None
    assert phone.get("/profile").status_code == 200
    assert laptop.get("/profile").status_code == 403
    assert auth.valid_login(BOB["email"], "n3w")
    assert not auth.valid_login(BOB["email"], "b4l0u")
    with pytest.raises(ValueError, match="token"):
        auth.update_password(token, "stolen")


@pytest.mark.requirement("V6.2.3")
def test_the_password_in_force_is_wanted(app: Flask, auth: Auth) -> None:
    """V6.2.3: without it nothing changes."""
    client = signed_in(app)
    signed_in(app, EVE)
    for current in ("wrong", EVE["password"]):
        answer = client.put(
            "/password",
            json={"current_password": current, "new_password": "n3w"},
        )
        assert answer.status_code == 403
        assert answer.get_json()["code"] == "wrong_password"
    missing = client.put("/password", json={"new_password": "n3w"})
    assert missing.status_code == 400
    assert auth.valid_login(BOB["email"], "b4l0u")
    assert client.get("/profile").status_code == 200


@pytest.mark.requirement("V6.3.1")
def test_an_open_session_is_no_way_to_go_on_guessing() -> None:
    """V6.3.1: wrong current passwords count like wrong logins."""
    app = create_app(
        Settings(database_url="sqlite://", bcrypt_rounds=4, throttle=True)
    )
    client = signed_in(app)
    guess = {"current_password": "wrong", "new_password": "n3w"}
    limit = app.extensions["bienvenue"].settings.login_failures_per_device
    codes = [
        client.put("/password", json=guess).status_code
        for _ in range(limit + 1)
    ]
    assert codes == [403] * limit + [429]
    right = {"current_password": BOB["password"], "new_password": "n3w"}
    assert client.put("/password", json=right).status_code == 429
    app.extensions["bienvenue"].close()


@pytest.mark.requirement("V15.4.2")
def test_of_two_changes_at_once_one_counts(
    app: Flask, auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(app)
    real = auth.hasher.hash

    def meanwhile(password: str | bytes) -> str:
        monkeypatch.undo()
        user = auth.db.find_user_by(email=BOB["email"])
        auth.db.update_user(user.id, hashed_password=real("faster"))
        return real(password)

    monkeypatch.setattr(auth.hasher, "hash", meanwhile)
    answer = client.put(
        "/password",
        json={"current_password": "b4l0u", "new_password": "slower"},
    )
    assert answer.get_json()["code"] == "wrong_password"
    assert auth.valid_login(BOB["email"], "faster")


def test_the_export_holds_all_but_secrets(app: Flask, auth: Auth) -> None:
    client = signed_in(app)
    answer = client.get("/users/me/export")
    assert "attachment" in answer.headers["Content-Disposition"]
    found = answer.get_json()
    assert set(found) == {
        "email",
        "created_at",
        "verified_at",
        "deletion_due_at",
        "language",
        "sessions",
        "events",
    }
    assert found["email"] == BOB["email"]
    assert found["deletion_due_at"] is None
    assert set(found["sessions"][0]) == {
        "created_at",
        "authenticated_at",
        "last_seen_at",
        "expires_at",
        "address",
        "agent",
    }
    assert len(found["sessions"]) == 1
    user = auth.db.find_user_by(email=BOB["email"])
    digest = user.session_id
    assert digest is not None
    for secret in (raw(client), user.hashed_password, digest):
        assert secret not in answer.text


@pytest.mark.requirement("V7.3.1", "NIST-63B-5.2")
def test_an_unused_session_ends(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V7.3.1: idle for one second too long."""
    # The thread would write at a time of its own choosing.
    monkeypatch.setattr(auth._last_seen._background, "wake", lambda: None)
    auth.register_user(**BOB)
    with clock.frozen(datetime(2026, 1, 1, tzinfo=UTC)) as now:
        session_id = auth.log_in(BOB["email"], BOB["password"])
        now.advance(seconds=7 * DAY - 1)
        assert auth.check_session(session_id) is not None
        now.advance(seconds=1)
        assert auth.check_session(session_id) is None


@pytest.mark.requirement("V7.3.2", "NIST-63B-2.1.3")
def test_use_keeps_a_session_until_its_fixed_end(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V7.3.2, NIST-63B-2.1.3: 30 days at most, whatever its use."""
    # The thread would write at a time of its own choosing.
    monkeypatch.setattr(auth._last_seen._background, "wake", lambda: None)
    auth.register_user(**BOB)
    with clock.frozen(datetime(2026, 1, 1, tzinfo=UTC)) as now:
        session_id = auth.log_in(BOB["email"], BOB["password"])
        for _ in range(29):
            now.advance(days=1)
            assert auth.check_session(session_id) is not None
            auth._last_seen.flush()
        now.advance(seconds=DAY - 1)
        found = auth.check_session(session_id)
        assert found is not None
        auth._last_seen.flush()
        own = Account(auth).sessions(found)[0]
        assert own.expires_at == own.created_at + timedelta(days=30)
        now.advance(seconds=1)
        assert auth.check_session(session_id) is None


def test_a_session_remembers_its_fixed_end(auth: Auth) -> None:
    auth.register_user(**BOB)
    auth.create_session(BOB["email"])
    row = auth.db.read(lambda unit: unit.query(Session).one())
    assert row.ends_at - row.created_at == timedelta(days=30)
    assert row.expires_at - row.created_at == timedelta(days=7)
