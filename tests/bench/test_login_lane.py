"""What signs people in for a figure knows a session from anything else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.login_lane import LoginLane
from bench.servers import Failed

ID = "0f9f7c52-6d0c-c3a4-1b7e-5a2d90c8e613"
OK = (
    b"HTTP/1.1 200 OK\r\nSet-Cookie: session_id=%s; HttpOnly\r\n" % ID.encode()
)


@contextmanager
def answering(*parts: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Serve one connection these parts of an answer, then end it."""
    asked: list[bytes] = []

    def serve() -> None:
        link, _ = listening.accept()
        with link:
            asked.append(link.recv(65536))
            for part in parts:
                link.sendall(part)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1], asked
        finally:
            thread.join()


def signed_in(*parts: bytes) -> tuple[str, bytes]:
    with answering(*parts) as (port, asked), LoginLane(port) as lane:
        found = lane.log_in("u1@example.com")
    return found, asked[0]


@pytest.mark.parametrize("cut", [1, 40, len(OK) + 25])
def test_a_session_is_returned_however_it_comes(cut: int) -> None:
    whole = OK + b"Content-Length: 4\r\n\r\n{ }\n"
    found, asked = signed_in(whole[:cut], whole[cut:])
    assert found == ID
    head, _, form = asked.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /sessions HTTP/1.1\r\n")
    assert f"Content-Length: {len(form)}".encode() in head
    assert b"email=u1%40example.com&" in form


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        OK.replace(b"200 OK", b"503 Busy") + b"Content-Length: 0\r\n\r\n",
        OK,
        b"",
    ],
)
def test_anything_else_fails(answer: bytes) -> None:
    with pytest.raises(Failed):
        signed_in(answer)
