"""In front of a database server: as the route answers, many at once."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from bienvenue import Auth, secret
from bienvenue.app import door_for
from bienvenue.errors import DatabaseUnavailable
from bienvenue.web.door import Answer, Question, UnwatchedDoor
from bienvenue.web.extension import KEY
from bienvenue.web.waiting_door import WaitingDoor
from tests.web.conftest import Make
from tests.web.doors import (
    EMAIL,
    begin,
    behind,
    same,
)

TOKEN = "not-a-secret-that-opens-anything-at-all"
PATHS = ("/profile", "/verify")
servers = pytest.mark.engine("postgresql", "mariadb")


@dataclass
class Scope:
    """A request as the server shows it to the door."""

    cookie: str
    path: str = "/profile"
    given: list[str] = field(default_factory=list)

    @property
    def headers(self) -> "Scope":
        return self

    def __contains__(self, name: str) -> bool:
        return False

    def get_all(self, name: str) -> list[str]:
        return [self.cookie] if name == "cookie" else self.given


@pytest.fixture
def app(make: Make, url: str) -> Flask:
    """The service on this database."""
    return make(database_url=url, trusted_hops=1)


@pytest.fixture
def auth(app: Flask) -> Auth:
    """The use cases behind the door, with one account."""
    return behind(app)


def route(app: Flask, asked: Scope) -> tuple[int, list[Any], bytes]:
    """Ask the route."""
    headers = [("Cookie", asked.cookie)]
    headers += [("X-Request-ID", each) for each in asked.given]
    with app.test_client(use_cookies=False) as client:
        answer = client.get(asked.path, headers=headers)
        fields = [(k.lower(), v) for k, v in answer.headers]
        return answer.status_code, sorted(fields), answer.data


def waiting(app: Flask) -> WaitingDoor:
    """Return the door, which waits."""
    door = door_for(app)
    assert isinstance(door, WaitingDoor)
    return door


def questions(door: WaitingDoor, scopes: list[Scope]) -> list[Question]:
    """Return what requests ask; all of them must ask something."""
    found = [door.question(each) for each in scopes]
    return [each for each in found if each is not None]


@pytest.mark.engine("sqlite")
def test_a_file_is_near_enough_to_be_asked_at_once(app: Flask) -> None:
    assert type(door_for(app)) is UnwatchedDoor


@servers
def test_live_sessions_and_others_among_them(app: Flask, auth: Auth) -> None:
    door = waiting(app)
    live, ended = begin(auth), begin(auth)
    ids = [live, secret.new_token(), begin(auth), ended, live]
    assert auth.end_session(ended)
    for path in PATHS:
        scopes = [Scope(f"session_id={each}", path) for each in ids]
        asked = questions(door, scopes)
        assert len(asked) == len(ids)
        replies = door.answers(asked)
        for scope, reply in zip(scopes, replies, strict=True):
            answer = route(app, scope)
            if answer[0] == 200:
                assert same(reply, answer)
            else:
                assert reply is None
        assert [bool(each) for each in replies] == [1, 0, 1, 0, 1]


@servers
def test_what_it_does_not_ask(app: Flask, auth: Auth) -> None:
    door, raw = waiting(app), begin(auth)
    assert door.question(Scope(f"session_id={raw}"))
    for cookie in ("", "session_id=", f"session_id={raw}; session_id={raw}"):
        assert door.question(Scope(cookie)) is None
    for path in ("/", "/profile/", "/sessions"):
        assert door.question(Scope(f"session_id={raw}", path)) is None


@servers
@pytest.mark.parametrize("given", [[], ["from-the-proxy"], ["a", "b"]])
def test_an_unreachable_database_is_told_as_the_route_does(
    app: Flask, auth: Auth, monkeypatch: pytest.MonkeyPatch, given: list[str]
) -> None:
    """And the route's threads are spared to wait for it."""

    def lost(_: object) -> Any:
        raise DatabaseUnavailable

    door = waiting(app)
    scopes = [Scope(f"session_id={begin(auth)}", p, given) for p in PATHS]
    asked = questions(door, scopes)
    monkeypatch.setattr(auth, "check_session", lost)
    monkeypatch.setattr(door, "_check", lost)
    replies = [*door.answers(asked), *map(door.sorry, asked)]
    for scope, reply in zip(scopes * 2, replies, strict=True):
        answer = route(app, scope)
        assert answer[0] == 503
        if given == ["from-the-proxy"]:
            assert same(reply, answer)
        else:  # each has an id of its own
            assert same(without_id(reply), without_id(answer))
            assert request_id(reply) != request_id(answer)


def without_id(reply: Any) -> Any:
    """Return an answer without the field that differs each time."""
    status, fields, content = reply
    kept = [each for each in fields if each[0] != "x-request-id"]
    assert len(kept) == len(fields) - 1
    return status, sorted(kept), content


def request_id(reply: Answer | None) -> str:
    """Return what names the request."""
    assert reply is not None
    return dict(reply[1])["x-request-id"]


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("logs", [False, True])
def test_its_answers_are_counted_and_logged(
    make: Make, url: str, logs: bool, caplog: pytest.LogCaptureFixture
) -> None:
    app = make(database_url=url, metrics_token=TOKEN, log_requests=logs)
    auth = app.extensions[KEY].auth
    auth.register_user(EMAIL, "b4l0u")
    door = waiting(app)
    asked = questions(door, [Scope(f"session_id={begin(auth)}")] * 2)
    with caplog.at_level("INFO", "bienvenue.access"):
        replies = [*door.answers(asked), door.sorry(asked[0])]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    said = app.test_client().get("/metrics", headers=headers).text
    counted = 'requests_total{method="GET",route="/profile",status="%d"} %d'
    assert counted % (200, 2) in said
    assert counted % (503, 1) in said
    logged = [
        (found["status"], found.get("user_id"), found["request_id"])
        for found in (each.__dict__["members"] for each in caplog.records)
    ]
    ids = [request_id(each) for each in replies] if logs else []
    known = zip([200, 200, 503], [1, 1, None], ids, strict=False)
    assert logged == list(known)
