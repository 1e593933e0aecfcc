"""The plain load generator: the program ``python -m bench.asker``.

It takes a port, seconds, a file of Cookie headers and a path.
One thread, as many connections as ``wrk`` has, one request at a time on
each.  Every answer must be a 200.  It prints what ``load.lua`` prints.
"""

import selectors
import socket
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from bench.load import CONNECTIONS

_OK = b"HTTP/1.1 200"
_END = b"\r\n\r\n"


def requests_for(port: int, cookies: Path, path: str) -> Iterator[bytes]:
    """Return requests without end, with all cookies by turns."""
    return cycle(
        [
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Accept: application/json\r\n"
            f"Cookie: {line}\r\n\r\n".encode()
            for line in cookies.read_text().splitlines()
        ]
    )


def whole(answer: bytes) -> bool:
    """Tell whether an answer has arrived with all of its body."""
    head, end, body = answer.partition(_END)
    _, _, length = head.lower().partition(b"content-length:")
    return bool(end) and len(body) >= int(length.split()[0])


class Asker:
    """Keeps every connection busy and notes how long each answer took."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        """Connect."""
        self._requests = requests
        self._selector = selectors.DefaultSelector()
        self._asked: dict[socket.socket, float] = {}
        self._parts: dict[socket.socket, bytes] = {}
        self.took: list[float] = []
        self.errors = 0
        for _ in range(CONNECTIONS):
            sock = socket.create_connection(("127.0.0.1", port))
            self._selector.register(sock, selectors.EVENT_READ)
            self._ask(sock)

    def run(self, seconds: float) -> float:
        """Ask for so long; return how long it really was."""
        began = now = time.perf_counter()
        while now - began < seconds and self._asked:
            for key, _ in self._selector.select(seconds):
                assert isinstance(key.fileobj, socket.socket)
                self._hear(key.fileobj)
            now = time.perf_counter()
        for sock in list(self._asked):
            self._drop(sock)
        return now - began

    def _ask(self, sock: socket.socket) -> None:
        self._parts[sock] = b""
        self._asked[sock] = time.perf_counter()
        sock.sendall(next(self._requests))

    def _hear(self, sock: socket.socket) -> None:
        part = sock.recv(65536)
        answer = self._parts[sock] = self._parts[sock] + part
        if not part:
            self.errors += 1
            self._drop(sock)
        elif whole(answer):
            self.took.append(time.perf_counter() - self._asked[sock])
            self.errors += not answer.startswith(_OK)
            self._ask(sock)

    def _drop(self, sock: socket.socket) -> None:
        del self._asked[sock]
        self._selector.unregister(sock)
        sock.close()


def main(port: str, seconds: str, cookies: str, path: str) -> None:
    """Ask, and print what came of it in microseconds."""
    asker = Asker(int(port), requests_for(int(port), Path(cookies), path))
    lasted = asker.run(float(seconds))
    if not asker.took:
        raise SystemExit("nothing was answered")
    took = sorted(asker.took)
    times = (lasted, took[len(took) // 2], took[len(took) * 99 // 100])
    lasted_us, *others = (round(one * 1e6) for one in times)
    print("DONE", len(took), lasted_us, asker.errors, *others)


if __name__ == "__main__":
    main(*sys.argv[1:])
