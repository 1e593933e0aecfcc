"""Starting, stopping and being killed, in a process of its own."""

import http.client
import json
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from bienvenue.server.pace import TURN
from tests.server.support import PATIENCE, read_all, running

Start = Callable[..., "Service"]


class Service:
    """A started service and its standard streams."""

    def __init__(self, **wanted: Any) -> None:
        arguments = {"host": "127.0.0.1", "port": 0, **wanted}
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.server.served",
                json.dumps(arguments),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.urls: list[str] = []
        self.port = 0

    def line(self) -> str:
        """Return the next line the service prints."""
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], PATIENCE)[0]
        return self.process.stdout.readline().strip()

    def await_ready(self) -> "Service":
        """Wait until the service says where it is."""
        self.urls = json.loads(self.line())
        self.port = int(self.urls[0].rpartition(":")[2])
        return self

    def connect(self, sent: bytes = b"") -> socket.socket:
        """Open a connection and send bytes over it."""
        sock = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        sock.sendall(sent)
        return sock

    def get(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """Return the body of an answer."""
        connection = http.client.HTTPConnection(host, self.port)
        with closing(connection):
            connection.request("GET", path)
            return connection.getresponse().read().decode()

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit status and what was logged."""
        _, logged = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, logged

    def await_closed(self) -> None:
        """Return once connections are refused, or dropped unheard."""
        while True:
            try:
                with self.connect():
                    pass
            except OSError:
                return


@pytest.fixture
def start() -> Iterator[Start]:
    """Start services that end with the test."""
    services = []

    def run(**wanted: Any) -> Service:
        services.append(Service(**wanted))
        return services[-1]

    yield run
    for service in services:
        service.process.kill()
        service.process.communicate()


@contextmanager
def request(service: Service, path: str) -> Iterator[socket.socket]:
    """Have a request inside the application."""
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"
    with service.connect(head.encode()) as sock:
        assert service.line() == "held"
        yield sock


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_requests_in_flight_are_answered(
    start: Start, number: signal.Signals
) -> None:
    service = start().await_ready()
    with service.connect() as idle, request(service, "/hold") as sock:
        service.process.send_signal(number)
        service.await_closed()
        assert service.process.stdin is not None
        service.process.stdin.write("go on\n")
        service.process.stdin.flush()
        assert read_all(sock).startswith(b"HTTP/1.1 200 OK\r\n")
        assert service.end() == (0, "")
        assert read_all(idle) == b""


def test_patience_has_an_end(start: Start) -> None:
    service = start(drain=0.2).await_ready()
    with request(service, "/hang") as sock:
        service.process.send_signal(signal.SIGTERM)
        assert service.end() == (0, "")
        assert read_all(sock) == b""


def test_a_second_interrupt_ends_it(start: Start) -> None:
    service = start(drain=3600).await_ready()
    with request(service, "/hang"):
        service.process.send_signal(signal.SIGINT)
        service.await_closed()
        service.process.send_signal(signal.SIGINT)
        assert service.end() == (0, "")


def test_a_slow_body_is_given_up_at_the_end(start: Start) -> None:
    service = start(drain=0.2).await_ready()
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx"
    with service.connect(head) as slow:
        assert service.get().isdigit()
        service.process.send_signal(signal.SIGTERM)
        answer = read_all(slow)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert service.end() == (0, "")


def test_localhost_by_every_name(start: Start) -> None:
    service = start(host="localhost").await_ready()
    hosts = ["localhost", "127.0.0.1", "0.0.0.0"]  # noqa: S104 - a target
    if f"http://[::1]:{service.port}" in service.urls:
        hosts.append("::1")
    answers = {service.get(host=host) for host in hosts}
    assert answers == {str(service.process.pid)}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_start_on_the_port(start: Start, workers: int) -> None:
    first = start().await_ready()
    second = start(host="localhost", port=first.port, workers=workers)
    status, said = second.end()
    assert status == 1
    assert said == (
        f"port {first.port} on 127.0.0.1 is already in use: stop the program"
        " that listens there, or choose another port with --port, or: export"
        " BIENVENUE_PORT=8080\n"
    )
    assert first.get() == str(first.process.pid)


def test_the_port_is_free_after_the_end(start: Start) -> None:
    first = start().await_ready()
    with first.connect(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as sock:
        assert sock.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
        first.process.send_signal(signal.SIGTERM)
        assert first.end()[0] == 0
    again = start(port=first.port).await_ready()
    assert again.get() == str(again.process.pid)


def test_nobody_keeps_the_interpreter_for_long() -> None:
    """While it serves; a process that does other things keeps its own."""
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(2 * TURN)
        with running(lambda _environ, _start: []):
            assert sys.getswitchinterval() == pytest.approx(TURN)
        assert sys.getswitchinterval() == pytest.approx(2 * TURN)
        sys.setswitchinterval(TURN / 2)
        with running(lambda _environ, _start: []):
            assert sys.getswitchinterval() == pytest.approx(TURN / 2)
    finally:
        sys.setswitchinterval(before)
