"""Clients that never come to the point: silent, or a byte at a time."""

import selectors
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Self

_POST = (
    b"POST /sessions HTTP/1.1\r\nHost: x\r\n"
    b"Content-Type: application/json\r\n"
)
KINDS = {
    "silent": (b"", b""),
    "slow header": (b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"a"),
    "slow body": (_POST + b"Content-Length: 9999\r\n\r\n{", b"a"),
    "slow chunks": (
        _POST + b"Transfer-Encoding: chunked\r\n\r\n",
        b"1\r\na\r\n",
    ),
}
"""What each says at first, and then every second."""

_AGAIN_SECONDS = 1.0
_TICK_SECONDS = 0.02


@dataclass
class SlowClient:
    """One connection, when it was opened, and when the server cut it."""

    kind: str
    sock: socket.socket
    opened: float = field(default_factory=time.monotonic)
    lasted: float | None = None
    """Seconds, once the server has closed it."""


class Crowd:
    """Holds ``count`` slow connections open while the block runs.

    A thread speaks for all of them, a few at a time, so that it does not
    keep whoever measures in this process from running.
    """

    def __init__(self, port: int, count: int) -> None:
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._speak)
        self._selector = selectors.DefaultSelector()
        kinds = list(KINDS)
        self.clients = [
            self._open(kinds[number % len(kinds)], port)
            for number in range(count)
        ]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        self._thread.join()
        self._selector.close()
        for client in self.clients:
            client.sock.close()

    def wait(self, seconds: float) -> bool:
        """Wait until the server has cut them all; False if it does not."""
        deadline = time.monotonic() + seconds
        while any(client.lasted is None for client in self.clients):
            if self._leaving.wait(0.1) or time.monotonic() > deadline:
                return False
        return True

    def _open(self, kind: str, port: int) -> SlowClient:
        sock = socket.create_connection(("127.0.0.1", port), 10)
        sock.sendall(KINDS[kind][0])
        sock.setblocking(False)
        client = SlowClient(kind, sock)
        self._selector.register(sock, selectors.EVENT_READ, client)
        return client

    def _speak(self) -> None:
        ticks = round(_AGAIN_SECONDS / _TICK_SECONDS)
        while not self._leaving.is_set():
            for tick in range(ticks):
                self._hear()
                for client in self.clients[tick::ticks]:
                    self._say(client)
                if self._leaving.wait(_TICK_SECONDS):
                    return

    def _say(self, client: SlowClient) -> None:
        word = KINDS[client.kind][1]
        if client.lasted is None and word:
            try:
                client.sock.send(word)
            except BlockingIOError:
                pass
            except OSError:
                self._is_cut(client)

    def _hear(self) -> None:
        for key, _ in self._selector.select(0):
            client: SlowClient = key.data
            try:
                if client.sock.recv(4096):
                    continue  # told that it was too slow
            except BlockingIOError:
                continue
            except OSError:
                pass  # reset: closed as well
            self._is_cut(client)

    def _is_cut(self, client: SlowClient) -> None:
        if client.lasted is None:
            client.lasted = time.monotonic() - client.opened
            self._selector.unregister(client.sock)
