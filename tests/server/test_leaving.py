"""A service that is told to stop can be seen leaving before it does."""

import signal
from pathlib import Path
from threading import Event

import pytest
import requests

from tests.http.client import Client
from tests.service import PATIENCE, started

DELAY = "BIENVENUE_DRAIN_DELAY_SECONDS"


def is_leaving(client: Client) -> bool:
    """Wait until it says so; False when it never does."""
    for _ in range(int(PATIENCE / 0.05)):
        answer = client.ask("GET", "/health/ready")
        if answer.status_code == 503:
            assert answer.json()["code"] == "leaving"
            return True
        Event().wait(0.05)
    return False


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_serves_on_until_the_delay_is_over(
    tmp_path: Path, workers: str
) -> None:
    env = {DELAY: "8", "BIENVENUE_WORKERS": workers}
    with started(tmp_path, env=env) as service:
        with Client(service.url) as client:
            email = client.register()
            service.process.send_signal(signal.SIGTERM)
            assert is_leaving(client)
            session_id = client.log_in(email)
            assert client.is_in(session_id)
        assert service.end() == 0
        with (
            Client(service.url) as client,
            pytest.raises(requests.ConnectionError),
        ):
            client.ask("GET", "/")


def test_a_second_interrupt_ends_the_delay(tmp_path: Path) -> None:
    with started(tmp_path, env={DELAY: "300"}) as service:
        with Client(service.url) as client:
            service.process.send_signal(signal.SIGINT)
            assert is_leaving(client)
        assert service.stop(signal.SIGINT) == 0
