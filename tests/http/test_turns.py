"""Checks that are answered together: a session that ended is dead at once."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.http.client import PATIENCE, Client
from tests.http.together import send
from tests.service import Service

CONNECTIONS, ROUNDS = 32, 40


@contextmanager
def crowd(service: Service, session_id: str) -> Iterator[list[bytes]]:
    """Ask for a session over many connections at a time, again and again.

    What was answered comes in bulk, so that a queue is always there.
    """
    question = (
        f"GET /profile HTTP/1.1\r\nHost: localhost:{service.port}\r\n"
        f"Cookie: session_id={session_id}\r\n\r\n"
    ).encode()
    over, answers = threading.Event(), list[bytes]()

    def ask() -> None:
        with ExitStack() as stack:
            links = []
            for _ in range(CONNECTIONS):
                link = service.connect()
                link.connect()
                stack.callback(link.close)
                links.append(link.sock)
            while not over.is_set():
                for sock in links:
                    sock.sendall(question)
                for sock in links:
                    answer = b""
                    while not answer.endswith(b"}\n"):
                        part = sock.recv(65536)
                        assert part, answer
                        answer += part
                    answers.append(answer[:12])

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        over.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.requirement("V7.4.1")
def test_a_session_that_ended_is_dead_at_once_in_a_crowd(
    service: Service, client: Client
) -> None:
    """Whoever asks after the answer to a log-out meets what holds then."""
    email = client.register()
    # Before the crowd: a look at the file that was never renewed has them.
    ours = [client.log_in(email) for _ in range(ROUNDS)]
    with crowd(service, client.log_in(email)) as answers:
        for number, one in enumerate(ours):
            found = send(service, "GET", "/profile", session_id=one)
            assert found.status == 200, number
            found = send(service, "DELETE", "/sessions", session_id=one)
            assert found.status == 302, number
            found = send(service, "GET", "/profile", session_id=one)
            assert found.status == 403, number
    assert len(answers) > ROUNDS * CONNECTIONS
    assert set(answers) == {b"HTTP/1.1 200"}
