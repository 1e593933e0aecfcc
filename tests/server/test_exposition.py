"""The port of metrics: nobody who is slow keeps anybody waiting."""

import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing

import pytest

from bienvenue.server import exposition
from bienvenue.server.exposition import Exposition
from tests.service import PATIENCE, free_port


@pytest.fixture
def metrics() -> Iterator[Exposition]:
    """A port that says one word to everybody."""
    served = Exposition(
        "127.0.0.1",
        free_port(),
        kind="text/plain",
        text=lambda: "word",
        may_read=lambda _: True,
    )
    served.start()
    yield served
    served.close()


def scrape(served: Exposition) -> bytes:
    """Ask as Prometheus does."""
    url = f"http://127.0.0.1:{served.port}/metrics"
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        found: bytes = answer.read()
        return found


def drip(served: Exposition) -> socket.socket:
    """Begin a request that never ends."""
    client = socket.create_connection(("127.0.0.1", served.port))
    client.settimeout(PATIENCE)
    client.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
    return client


def test_one_who_is_slow_keeps_nobody_waiting(metrics: Exposition) -> None:
    with closing(drip(metrics)), closing(drip(metrics)):
        assert scrape(metrics) == b"word"


def test_the_end_waits_for_nobody(metrics: Exposition) -> None:
    with closing(drip(metrics)):
        assert scrape(metrics) == b"word"
        closing_it = threading.Thread(target=metrics.close)
        closing_it.start()
        closing_it.join(PATIENCE)
        assert not closing_it.is_alive()


def test_bytes_now_and_then_buy_no_time(
    metrics: Exposition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is that of a request, not of a silence."""
    monkeypatch.setattr(exposition, "_PATIENCE_SECONDS", 0.3)
    pause = threading.Event()

    def go_on(client: socket.socket) -> None:
        for _ in range(int(PATIENCE / 0.05)):
            client.sendall(b"a")
            pause.wait(0.05)

    with closing(drip(metrics)) as client, pytest.raises(ConnectionError):
        go_on(client)


def test_a_crowd_is_hung_up_on(metrics: Exposition) -> None:
    crowd = [drip(metrics) for _ in range(exposition._AT_ONCE)]
    try:
        with closing(drip(metrics)) as late:
            try:
                assert late.recv(1) == b""
            except ConnectionError:
                late.close()
    finally:
        for client in crowd:
            client.close()
