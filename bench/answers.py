"""Look at answers one by one, before only their number counts."""

from collections.abc import Iterable
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

from bench.load import PATH
from bench.people import PASSWORD, Person
from bench.servers import WITH_SESSIONS, Failed
from bench.targets import EMAIL

_PATIENCE = 60
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


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

    def get(self, session_id: str | None) -> Answer:
        """Ask for the profile."""
        headers = {"Accept": "application/json"}
        if session_id is not None:
            headers["Cookie"] = f"session_id={session_id}"
        return self._send("GET", PATH, None, headers)

    def log_in(self, email: str) -> str:
        """Sign in and return the session id.  Raises ``Failed``."""
        form = urlencode({"email": email, "password": PASSWORD})
        answer = self._send("POST", "/sessions", form, _FORM)
        cookies = SimpleCookie()
        for line in answer.headers.get("set-cookie", "").splitlines():
            cookies.load(line)
        if answer.status != 200 or "session_id" not in cookies:
            raise Failed(f"a login was answered {answer.status}")
        return cookies["session_id"].value

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


def verify(target: str, port: int, people: Iterable[Person]) -> Answer:
    """Check that everybody gets the right answer; return the last one.

    Raises ``Failed``.
    """
    client = Client(port)
    for email, session_id in people:
        answer = client.get(session_id)
        wanted = email if target in WITH_SESSIONS else EMAIL
        if answer.status != 200 or not _tells(answer.body, wanted):
            raise Failed(f"{target}: {answer.status} {answer.body[:80]!r}")
    if target in WITH_SESSIONS:
        for nobodys in (None, "", "00000000-0000-0000-0000-000000000000"):
            if client.get(nobodys).status != 403:
                raise Failed(f"{target}: let nobody in")
    client.close()
    return answer


def _tells(body: bytes, email: str) -> bool:
    return body.replace(b" ", b"") == b'{"email":"%s"}\n' % email.encode()
