"""The same bad values, from a client that is no library (ASVS 2.2.2)."""

import json
import socket
from urllib.parse import urlencode

import pytest

from tests.http.client import PATIENCE, Client
from tests.http.test_bad_values import FIELDS, fit, unfit
from tests.service import Service

EACH = pytest.mark.parametrize(("method", "path", "field"), FIELDS)


class Raw:
    """One connection, bytes in and bytes out."""

    def __init__(self, port: int, session_id: str) -> None:
        self._sock = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._answers = self._sock.makefile("rb")
        self._session_id = session_id

    def status(self, method: str, path: str, kind: str, body: bytes) -> int:
        """Send one request and return the status of its answer."""
        self._sock.sendall(
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: {kind}\r\n"
            f"Cookie: session_id={self._session_id}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        status = int(self._answers.readline().split()[1])
        length = 0
        while line := self._answers.readline().strip():
            name, _, value = line.lower().partition(b":")
            if name == b"content-length":
                length = int(value)
        json.loads(self._answers.read(length))
        return status

    def close(self) -> None:
        """Hang up."""
        self._answers.close()
        self._sock.close()


@pytest.mark.requirement("V2.2.2")
@EACH
def test_no_bad_value_gets_by(
    service: Service, method: str, path: str, field: str
) -> None:
    with Client(service.url) as client:
        raw = Raw(service.port, client.log_in(client.register()))
    for value in unfit(field):
        members = fit() | {field: value}
        body = json.dumps(members).encode()
        status = raw.status(method, path, "application/json", body)
        assert status == 400, value
        if isinstance(value, str):
            form = urlencode(
                {
                    name: text.encode("utf-8", "surrogatepass")
                    for name, text in members.items()
                }
            )
            kind = "application/x-www-form-urlencoded"
            status = raw.status(method, path, kind, form.encode())
            assert status == 400, value
    raw.close()
