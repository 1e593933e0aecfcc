"""Look at answers one by one, before only their number counts."""

from collections.abc import Iterable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

from bench.load import PATH
from bench.people import Person
from bench.servers import WITH_SESSIONS, Failed
from bench.targets import EMAIL

VERIFY = "/verify"
_PATIENCE = 60


class Answer(NamedTuple):
    """An answer, without its date; a repeated header is several lines."""

    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        """Connect when first used."""
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)

    def get(self, session_id: str | None, path: str = PATH) -> Answer:
        """Ask for the profile, or what else a session is asked for."""
        cookie = None if session_id is None else f"session_id={session_id}"
        return self.ask(cookie, path)

    def ask(self, cookies: str | None, path: str) -> Answer:
        """Ask for a path with a Cookie header, if there is one."""
        headers = {"Accept": "application/json"}
        if cookies is not None:
            headers["Cookie"] = cookies
        return self._send("GET", path, None, headers)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> Answer:
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        fields = {
            name.lower(): "\n".join(response.headers.get_all(name, []))
            for name in response.headers
            if name.lower() != "date"
        }
        return Answer(response.status, fields, response.read())


def verify(target: str, port: int, people: Iterable[Person]) -> list[Answer]:
    """Check that everybody gets the right answers; return the last ones.

    They are of ``/profile`` and, from what looks at the cookie, ``/verify``.
    Raises ``Failed``.
    """
    client, last = Client(port), list[Answer]()
    for email, session_id in people:
        answer = client.get(session_id)
        wanted = email if target in WITH_SESSIONS else EMAIL
        if answer.status != 200 or not _tells(answer.body, wanted):
            raise Failed(f"{target}: {answer.status} {answer.body[:80]!r}")
        last = [answer]
        if target in WITH_SESSIONS:
            last.append(_verified(target, client, email, session_id))
    if target in WITH_SESSIONS:
        for nobodys in (None, "", "00000000-0000-0000-0000-000000000000"):
            if client.get(nobodys).status != 403:
                raise Failed(f"{target}: let nobody in")
            if client.get(nobodys, VERIFY).status != 401:
                raise Failed(f"{target}: verified nobody")
    client.close()
    return last


def verify_peer(name: str, port: int, path: str, cookies: Path) -> None:
    """Check that a peer knows every session.

    The file has an address and its Cookie header a line, a tab between.
    Raises ``Failed``.
    """
    with closing(Client(port)) as client:
        for line in cookies.read_text().splitlines():
            email, cookie = line.split("\t")
            answer = client.ask(cookie, path)
            if answer.status != 200 or email.encode() not in answer.body:
                raise Failed(f"{name}: {answer.status} {answer.body[:80]!r}")
        answer = client.ask(None, path)
        if answer.status == 200 and email.encode() in answer.body:
            raise Failed(f"{name}: let nobody in")


def _verified(
    target: str, client: Client, email: str, session_id: str
) -> Answer:
    answer = client.get(session_id, VERIFY)
    if (answer.status, answer.headers.get("x-auth-email")) != (200, email):
        raise Failed(f"{target}: {VERIFY} {answer.status}")
    return answer


def _tells(body: bytes, email: str) -> bool:
    return body.replace(b" ", b"") == b'{"email":"%s"}\n' % email.encode()
