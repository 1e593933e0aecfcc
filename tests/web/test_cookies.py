"""Cookies, as production sets them and as they are believed."""

from http.cookies import SimpleCookie
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Settings
from bienvenue.errors import ConfigurationError
from bienvenue.web.extension import KEY
from tests.web.conftest import Make
from tests.web.doors import Scope, front, route, same

LONGEST = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 57}.com"
ANN = {"email": LONGEST, "password": "a long and quiet morning"}
NAME = "__Host-session_id"
YEAR = 365 * 24 * 60 * 60


@pytest.fixture
def app(make: Make) -> Flask:
    """Production, with the strictest cookies there are."""
    return make(profile="production", host_cookie=True)


def flow(client: FlaskClient) -> list[Any]:
    """Do all that sets a cookie; return the answers."""
    with_tls: dict[str, Any] = {"base_url": "https://localhost"}
    client.post("/users", json=ANN, **with_tls)
    new = {
        "current_password": ANN["password"],
        "new_password": "another fifteen",
    }
    again = {"password": "another fifteen"}
    return [
        client.post("/sessions", json=ANN, **with_tls),
        client.get("/profile", **with_tls),
        client.get("/sessions", **with_tls),
        client.put("/password", json=new, **with_tls),
        client.post("/sessions/reauthentication", json=again, **with_tls),
        client.get("/users/me/export", **with_tls),
        client.delete("/sessions", **with_tls),
    ]


def set_cookies(answers: list[Any]) -> list[tuple[str, str, Any]]:
    """Return name, value and attributes of every cookie that was set."""
    found = []
    for answer in answers:
        for line in answer.headers.getlist("Set-Cookie"):
            (morsel,) = SimpleCookie(line).values()
            found.append((morsel.key, morsel.value, morsel))
    return found


@pytest.mark.requirement(
    "V3.3.1",
    "V3.3.2",
    "V3.3.3",
    "V3.3.5",
    "NIST-63B-5.1.1",
    "RFC6265bis-4.1.3.2",
    "RFC6265bis-lifetime",
)
def test_every_cookie_of_production(app: Flask) -> None:
    answers = flow(app.test_client())
    assert [each.status_code for each in answers] == [200] * 6 + [302]
    lasts = app.extensions[KEY].settings.session_lifetime_seconds
    found = set_cookies(answers)
    assert len(found) == 5
    for name, value, morsel in found:
        assert name in (NAME, "__Host-bienvenue_device")
        assert morsel["secure"] is True
        assert morsel["httponly"] is True
        assert morsel["samesite"] == "Lax"
        assert (morsel["path"], morsel["domain"]) == ("/", "")
        most = lasts if name == NAME else 400 * YEAR // 365
        assert int(morsel["max-age"]) <= min(most, 400 * YEAR // 365)
        assert len(name) + len(value) <= 4096
        assert "a" * 9 not in value
        assert "b" * 9 not in value


@pytest.mark.requirement("V3.3.5")
def test_a_device_that_knows_many_accounts(app: Flask) -> None:
    client = app.test_client()
    for number in range(8):
        who = ANN | {"email": f"{number}{LONGEST[1:]}"}
        client.post("/users", json=who)
        answer = client.post(
            "/sessions", json=who, base_url="https://localhost"
        )
        for name, value, _ in set_cookies([answer]):
            assert len(name) + len(value) <= 4096


@pytest.mark.requirement("V3.3.4")
def test_the_session_id_is_nowhere_else(app: Flask) -> None:
    answers = flow(app.test_client())
    ids = {value for name, value, _ in set_cookies(answers) if name == NAME}
    ids.discard("")
    assert len(ids) == 3  # logged in, password changed, authenticated anew
    for answer in answers:
        for header, text in answer.headers:
            if header != "Set-Cookie":
                assert not any(each in text for each in ids)
        assert not any(each in answer.text for each in ids)


@pytest.mark.requirement(
    "RFC6265bis-4.1.3.2", "RFC6265bis-dup", "OWASP-CS-SESS-1"
)
def test_what_a_neighbour_can_plant_does_not_count(app: Flask) -> None:
    client = app.test_client()
    client.post("/users", json=ANN)
    auth = app.extensions[KEY].auth
    live, other = (auth.create_session(LONGEST) for _ in range(2))
    for cookie in (
        f"session_id={live}",
        f"={NAME}={live}",
        f"= {NAME}={live}",
        f"__host-session_id={live}",
        f"__Secure-session_id={live}",
        f"{NAME}={live}; {NAME}={other}",
        f"{NAME}={other}; {NAME}={live}",
        f"{NAME}={live}; {NAME}={live}",
        f"{NAME}=",
        NAME,
        f"{NAME}={live}x",
    ):
        assert front(app)(Scope([cookie])) is None, cookie
        status, fields, content = route(app, cookie)
        assert status == 403, cookie
        assert b"session_required" in content
        assert "set-cookie" not in dict(fields)
    for cookie in (f"{NAME}={live}", f"session_id={other}; {NAME}={live}"):
        answer = route(app, cookie)
        assert answer[0] == 200
        assert same(front(app)(Scope([cookie])), answer)


@pytest.mark.requirement("RFC6265bis-dup")
def test_two_plain_cookies_are_not_chosen_between(make: Make) -> None:
    app = make()
    app.test_client().post("/users", json=ANN)
    auth = app.extensions[KEY].auth
    live, other = (auth.create_session(LONGEST) for _ in range(2))
    for pair in ((live, other), (other, live)):
        cookie = "; ".join(f"session_id={each}" for each in pair)
        assert route(app, cookie)[0] == 403


def test_the_interface_names_the_cookie(app: Flask) -> None:
    found = app.test_client().get("/openapi.json").get_json()
    scheme = found["components"]["securitySchemes"]["session"]
    assert scheme["name"] == NAME


@pytest.mark.requirement("RFC6265bis-lifetime")
def test_no_session_outlasts_a_browsers_longest_cookie() -> None:
    """RFC 6265bis 5.5: 400 days."""
    days = 24 * 60 * 60
    Settings(session_lifetime_seconds=400 * days)
    with pytest.raises(ConfigurationError, match="session_lifetime_seconds"):
        Settings(session_lifetime_seconds=400 * days + 1)


@pytest.mark.requirement("V14.3.1")
def test_signing_out_leaves_nothing_in_the_browser(app: Flask) -> None:
    answer = flow(app.test_client())[-1]
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    ((name, value, morsel),) = set_cookies([answer])
    assert (name, value, morsel["max-age"]) == (NAME, "", "0")


def test_development_leaves_storage_alone(make: Make) -> None:
    client = make().test_client()
    client.post("/users", json=ANN)
    client.post("/sessions", json=ANN)
    assert "Clear-Site-Data" not in client.delete("/sessions").headers
