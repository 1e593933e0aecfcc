"""Ten thousand requests that are nearly right, and none is too much.

Made from good ones by a chain of digests, so each run sends the same.
"""

import errno
import json
import re
import select
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bienvenue import secret
from tests.http.client import NOBODYS, PASSWORD, PATIENCE, Client
from tests.server.test_workers import children
from tests.service import Service, started

COUNT = 10_000
MOMENT = 0.2  # seconds
EMAIL = "bob@example.com"
MEMBERS = {
    "email": EMAIL,
    "password": PASSWORD,
    "reset_token": NOBODYS,
    "new_password": "n3w",
    "current_password": PASSWORD,
}
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
FIELDS = "&".join(f"{name}={value}" for name, value in MEMBERS.items())
CALLS = [
    ("POST", "/users"),
    ("POST", "/sessions"),
    ("POST", "/reset_password"),
    ("PUT", "/reset_password"),
    ("PUT", "/password"),
    ("GET", "/profile"),
    ("GET", "/sessions"),
    ("DELETE", "/sessions/1"),
    ("DELETE", "/sessions"),
    ("GET", "/docs"),
    ("OPTIONS", "/users"),
]
WORDS = [
    b"\0",
    b"\r\n",
    b"\r\n\r\n",
    b'"',
    b"{",
    b"[" * 400,
    b"\\u0000",
    b"\\ud800",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"%00",
    b"%",
    b"&&",
    b"=",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"9" * 400,
    b"x" * 5000,
    b"../" * 9,
    b"{{7*7}}",
    b"' OR 1=1 --",
    "\U0001f4a9".encode(),
    b"; session_id=x",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 0\r\n",
    b"Expect: 100-continue\r\n",
    b"Host: \r\n",
]
HUNG_UP = {errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN}
STATUS = re.compile(rb"^HTTP/1\.[01] (\d{3}) ", re.MULTILINE)


class Chance:
    """Numbers that look random and are the same each time."""

    def __init__(self, number: int) -> None:
        self._left = b""
        self._seed = f"mutant {number}"

    def below(self, bound: int) -> int:
        """Return a number from 0 up to a bound."""
        if len(self._left) < 4:
            digest = secret.digest(self._seed)
            self._seed, self._left = digest.hex(), digest
        head, self._left = self._left[:4], self._left[4:]
        return int.from_bytes(head) % bound


def mutated(data: bytes, chance: Chance) -> bytes:
    """Return the bytes with something flipped, cut, repeated or put in."""
    for _ in range(1 + chance.below(4)):
        start = chance.below(len(data) + 1)
        end = min(len(data), start + 1 + chance.below(12))
        piece = data[start:end]
        word = WORDS[chance.below(len(WORDS))]
        flipped = bytes(each ^ 1 << chance.below(8) for each in piece)
        middle = [
            flipped,
            b"",
            piece * (2 + chance.below(5)),
            word,
            word + piece,
            piece[::-1],
        ][chance.below(6)]
        data = data[:start] + middle + data[end:]
    return data


def request(number: int, session_id: str) -> bytes:
    """Return one request: mutated in its head, its body or both."""
    chance = Chance(number)
    method, path = CALLS[chance.below(len(CALLS))]
    kind, body = (
        (JSON, json.dumps(MEMBERS).encode()),
        (FORM, FIELDS.encode()),
    )[chance.below(2)]
    where = chance.below(3)
    if where > 0:
        body = mutated(body, chance)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
        f"Cookie: session_id={session_id}\r\nAccept: {JSON}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n"
    ).encode()
    if where < 2:
        head = mutated(head, chance)
    return head + b"\r\n" + body


def answers(port: int, sent: bytes) -> list[int]:
    """Send bytes; return the status of each answer.

    A server that waits for more, since a length says so, is told after a
    moment that there is none.
    """
    whole = b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as sock:
        try:
            sock.sendall(sent)
            if not select.select([sock], [], [], MOMENT)[0]:
                sock.shutdown(socket.SHUT_WR)
            while part := sock.recv(65536):
                whole += part
                if not select.select([sock], [], [], MOMENT)[0]:
                    sock.shutdown(socket.SHUT_WR)
        except OSError as error:  # it hung up first
            if error.errno not in HUNG_UP:
                raise
    return [int(each) for each in STATUS.findall(whole)]


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of two processes that takes large bodies."""
    env = {
        "BIENVENUE_WORKERS": "2",
        "BIENVENUE_MAX_BODY_BYTES": str(1024 * 1024),
    }
    with started(tmp_path_factory.mktemp("workers"), env=env) as running:
        yield running


@pytest.mark.requirement("REL-4")
def test_no_mutant_is_answered_with_a_5xx(workers: Service) -> None:
    before = children(workers.process)
    assert len(before) == 2
    with Client(workers.url) as client:
        body = {"email": EMAIL, "password": PASSWORD}
        client.ask("POST", "/users", data=body)
        session_id = client.log_in(EMAIL)

    def send(number: int) -> list[int]:
        return answers(workers.port, request(number, session_id))

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(send, range(COUNT)))
    statuses = [status for each in found for status in each]
    assert not [status for status in statuses if status >= 500]
    # Most of them came as far as an answer, and of all kinds.
    assert len(statuses) > COUNT // 2
    assert {200, 400, 403, 404, 405, 415} <= set(statuses)
    assert children(workers.process) == before
    assert "Traceback" not in workers.errors()


@pytest.mark.requirement("REL-5")
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"email":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
    ids=["arrays", "objects", "closed arrays", "closed objects"],
)
def test_a_hundred_thousand_levels_are_too_deep(
    workers: Service, body: bytes
) -> None:
    before = children(workers.process)
    with Client(workers.url) as client:
        answer = client.ask(
            "POST", "/users", data=body, headers={"Content-Type": JSON}
        )
        assert answer.status_code == 400
        assert answer.json()["code"] == "malformed"
    assert children(workers.process) == before
