"""One connection that signs people in, at as little cost as Python has.

Whoever asks works on the same cores as the service, so that what a client
does beside its question is taken from the logins that are counted.
"""

import re
import socket
from typing import Self
from urllib.parse import urlencode

from bench.people import PASSWORD
from bench.servers import Failed

_PATIENCE = 60
_HEAD = (
    "POST /sessions HTTP/1.1\r\n"
    "Host: 127.0.0.1:{port}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: {length}\r\n\r\n"
)
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_SESSION = re.compile(rb"\r\nset-cookie: session_id=([^;]+);", re.IGNORECASE)


class LoginLane:
    """A connection that is kept; use it in one thread, and close it."""

    def __init__(self, port: int) -> None:
        """Connect to the service on a loopback port."""
        self._port = port
        self._sock = socket.create_connection(("127.0.0.1", port), _PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()

    def log_in(self, email: str) -> str:
        """Sign in and return the session id.

        Raises ``Failed`` for any other answer than a session, ``OSError``
        where none comes.
        """
        form = urlencode({"email": email, "password": PASSWORD})
        head = _HEAD.format(port=self._port, length=len(form))
        self._sock.sendall((head + form).encode())
        answer = self._answer()
        session = _SESSION.search(answer)
        if not answer.startswith(b"HTTP/1.1 200 ") or session is None:
            raise Failed(f"a login was answered {answer[:12].decode()}")
        return session[1].decode()

    def _answer(self) -> bytes:
        """Return an answer with its body, which tells its length."""
        answer = b""
        while True:
            part = self._sock.recv(65536)
            if not part:
                raise Failed("the connection ended before the answer")
            answer += part
            head, end, body = answer.partition(b"\r\n\r\n")
            length = _LENGTH.search(head + end)
            if end and length is not None and len(body) >= int(length[1]):
                return answer
