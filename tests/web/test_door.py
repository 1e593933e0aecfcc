"""The front door answers as the route does, or not at all."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bienvenue import Auth, clock, secret
from bienvenue.app import door_for
from bienvenue.errors import DatabaseUnavailable
from bienvenue.web.door import Answer, Door
from bienvenue.web.extension import KEY

EMAIL = "jos\u00e9@example.com"


@dataclass
class Scope:
    """A request as the server shows it to the door."""

    cookies: list[str] = field(default_factory=list)
    method: str = "GET"
    path: str = "/profile"
    other: list[str] = field(default_factory=list)

    @property
    def headers(self) -> "Scope":
        return self

    def __contains__(self, name: str) -> bool:
        return name in self.other

    def get_all(self, name: str) -> list[str]:
        assert name == "cookie"
        return self.cookies


@pytest.fixture
def auth(app: Flask) -> Auth:
    """The use cases behind the door, with one account."""
    found: Auth = app.extensions[KEY].auth
    found.register_user(EMAIL, "b4l0u")
    return found


def begin(auth: Auth) -> str:
    """Begin a session of the one account."""
    session_id = auth.create_session(EMAIL)
    assert session_id
    return session_id


def route(app: Flask, cookie: str) -> tuple[int, list[Any], bytes]:
    """Ask the route, by the way that the server's bridge goes."""
    headers = [("Cookie", cookie)] if cookie else []
    with app.test_client(use_cookies=False) as client:
        answer = client.get("/profile", headers=headers)
        fields = [(k.lower(), v) for k, v in answer.headers]
        return answer.status_code, sorted(fields), answer.data


def front(app: Flask) -> Door:
    """Return the door of a service whose database is at hand."""
    door = door_for(app)
    assert isinstance(door, Door)
    return door


def same(reply: Answer | None, answer: tuple[int, list[Any], bytes]) -> bool:
    """Tell whether the door gave the route's answer."""
    assert reply is not None
    status, fields, content = reply
    return (status, sorted(fields), content) == answer


@pytest.mark.parametrize(
    "form",
    [
        "session_id={}",
        "session_id={};",
        "a=b; session_id={}",
        "a=b;session_id={}; c=d",
    ],
)
def test_a_live_session(app: Flask, auth: Auth, form: str) -> None:
    cookie = form.format(begin(auth))
    answer = route(app, cookie)
    assert answer[0] == 200
    assert same(front(app)(Scope([cookie])), answer)


def test_two_headers_with_one_session(app: Flask, auth: Auth) -> None:
    cookie = f"session_id={begin(auth)}"
    reply = front(app)(Scope(["a=b", cookie]))
    assert same(reply, route(app, f"a=b; {cookie}"))


def test_what_is_left_to_the_route(app: Flask, auth: Auth) -> None:
    door, live, other = front(app), begin(auth), begin(auth)
    for cookies in (
        [],
        [""],
        ["session_id="],
        ["session_id=nonsense"],
        [f"session_id={secret.new_token()}"],
        [f"session_id={live.upper()}"],
        [f'session_id="{live}"'],
        [f"session_id={live}x"],
        [f"xsession_id={live}"],
        [f"session_id={live}; session_id={other}"],
        [f"session_id={live}; session_id={live}"],
        [f"session_id={live}", f"session_id={other}"],
    ):
        assert door(Scope(cookies)) is None, cookies
    for path in ("/", "/profile/", "//profile", "/Profile", "/sessions"):
        assert door(Scope([f"session_id={live}"], path=path)) is None
    for name in ("content-length", "transfer-encoding"):
        assert door(Scope([f"session_id={live}"], other=[name])) is None


def test_a_session_that_ended(app: Flask, auth: Auth) -> None:
    door, live = front(app), begin(auth)
    scope = Scope([f"session_id={live}"])
    assert door(scope)
    assert auth.end_session(live)
    assert door(scope) is None
    assert route(app, scope.cookies[0])[0] == 403


def test_a_session_that_expired(
    app: Flask, auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its use would move the end on, at a time of the thread's choosing.
    monkeypatch.setattr(auth._last_seen._background, "wake", lambda: None)
    door = front(app)
    with clock.frozen() as now:
        scope = Scope([f"session_id={begin(auth)}"])
        now.advance(seconds=auth.settings.session_idle_seconds - 1)
        assert door(scope)
        now.advance(seconds=1)
        assert door(scope) is None


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.sampled_from(["session_id", "LIVE", "ENDED", "Session_Id", "a=b"])
        | st.sampled_from([*';= ,"\\\t\x7f', "; ", "%3D"])
        | st.text(st.characters(min_codepoint=32, max_codepoint=126)),
        max_size=9,
    )
)
def test_any_cookie(app: Flask, auth: Auth, parts: list[str]) -> None:
    live = app.config.get("LIVE") or begin(auth)
    app.config["LIVE"] = live
    ended = f"{live[:-1]}{'0' if live[-1] != '0' else '1'}"
    cookie = "".join(parts).replace("LIVE", live).replace("ENDED", ended)
    reply = front(app)(Scope([cookie]))
    assert reply is None or same(reply, route(app, cookie))


def test_an_unreachable_database_is_the_routes_to_tell(
    app: Flask, auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_: object) -> None:
        raise DatabaseUnavailable

    cookie = f"session_id={begin(auth)}"
    monkeypatch.setattr(auth, "check_session", lost)
    assert front(app)(Scope([cookie])) is None
    assert route(app, cookie)[0] == 503
