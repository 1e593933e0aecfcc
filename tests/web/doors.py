"""What tests of the front doors share: requests, and one account."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from bienvenue import Auth
from bienvenue.app import door_for
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


def behind(app: Flask) -> Auth:
    """Return the use cases behind the door, with one account."""
    found: Auth = app.extensions[KEY].auth
    found.register_user(EMAIL, "b4l0u")
    return found


def begin(auth: Auth) -> str:
    """Begin a session of the one account."""
    session_id = auth.create_session(EMAIL)
    assert session_id
    return session_id


def same(reply: Answer | None, answer: tuple[int, list[Any], bytes]) -> bool:
    """Tell whether the door gave the route's answer.

    The length is the server's word for both (``server/answer.py``).
    """
    assert reply is not None
    status, fields, content = reply
    given = [one for one in fields if one[0] != "content-length"]
    route = [one for one in answer[1] if one[0] != "content-length"]
    return (status, sorted(given), content) == (answer[0], route, answer[2])
