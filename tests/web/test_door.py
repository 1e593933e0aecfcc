"""The front door answers as the route does, or not at all."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bienvenue import Auth, clock, secret
from bienvenue.errors import DatabaseUnavailable
from tests.web.doors import (
    Scope,
    begin,
    behind,
    front,
    route,
    same,
)


@pytest.fixture
def auth(app: Flask) -> Auth:
    """The use cases behind the door, with one account."""
    return behind(app)


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


@pytest.mark.requirement("V7.4.1")
def test_a_turn_is_of_one_moment_and_ends(app: Flask, auth: Auth) -> None:
    door, asked = front(app), Scope([f"session_id={begin(auth)}"])
    assert door(asked)
    door.turn_begins()
    assert door(asked)
    auth.destroy_session(1)
    assert door(asked)
    door.turn_ends()
    assert door(asked) is None
