"""What a service that is really started shows of itself."""

import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families as parsed

from tests.service import PATIENCE, Service, finished, free_port, started

TOKEN = "not-a-secret-that-opens-anything-at-all"
BOB = {"email": "bob@example.com", "password": "a long and quiet morning"}

Numbers = dict[tuple[str, tuple[str, ...]], float]


def scrape(url: str, token: str = TOKEN) -> Numbers:
    """Return what is told at an address."""
    headers = {"Authorization": f"Bearer {token}"}
    response = requests.get(url, headers=headers, timeout=30)
    response.raise_for_status()
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in parsed(response.text)
        for sample in family.samples
    }


def eventually(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    ending = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ending
        threading.Event().wait(0.05)


def profiles(found: Numbers) -> float:
    """Return how many session checks without a session were answered."""
    name = "bienvenue_http_requests_total"
    return found.get((name, ("GET", "/profile", "403")), 0.0)


def ask(service: Service, times: int) -> None:
    """Ask on connections of their own, so that all workers get some."""
    for _ in range(times):
        assert requests.get(f"{service.url}/profile", timeout=30).status_code


def test_workers_are_added_up_and_none_is_forgotten(tmp_path: Path) -> None:
    port = free_port()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    env = {
        "TMPDIR": str(scratch),
        "BIENVENUE_METRICS_ADDRESS": f"127.0.0.1:{port}",
        "BIENVENUE_METRICS_TOKEN": TOKEN,
        "BIENVENUE_WORKERS": "2",
    }
    with started(tmp_path, env=env) as service:
        own, shared = f"http://127.0.0.1:{port}", service.url
        ask(service, 20)
        assert profiles(scrape(f"{own}/metrics")) == 20
        assert profiles(scrape(f"{shared}/metrics")) == 20, "whoever is asked"
        assert scrape(f"{own}/metrics")["bienvenue_processes", ()] == 2

        pid = service.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        workers = [
            int(child)
            for child in children.split()
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        os.kill(workers[0], signal.SIGKILL)

        def replaced() -> bool:
            found = scrape(f"{own}/metrics")
            return found["bienvenue_processes", ()] == 2

        eventually(lambda: not replaced())
        assert profiles(scrape(f"{own}/metrics")) == 20, "it still counts"
        eventually(replaced)
        ask(service, 5)
        assert profiles(scrape(f"{own}/metrics")) == 25
        assert list(scratch.iterdir())
    assert not list(scratch.iterdir()), "nothing is left behind"


def test_the_own_port_wants_the_token_too(tmp_path: Path) -> None:
    port = free_port()
    env = {
        "BIENVENUE_METRICS_ADDRESS": f"127.0.0.1:{port}",
        "BIENVENUE_METRICS_TOKEN": TOKEN,
    }
    with started(tmp_path, env=env):
        place = f"http://127.0.0.1:{port}"
        with pytest.raises(requests.HTTPError, match="403") as refused:
            scrape(f"{place}/metrics", "wrong")
        assert "bienvenue_" not in refused.value.response.text
        with pytest.raises(requests.HTTPError, match="404"):
            scrape(f"{place}/profile")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/metrics")
        answer = connection.getresponse()
        assert answer.status == 501
        assert "python" not in str(answer.headers).lower()
        answer.read()
        connection.close()


def test_without_settings_nothing_is_told(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        found = requests.get(f"{service.url}/metrics", timeout=30)
        assert found.status_code == 404
        loaded = Path(f"/proc/{service.process.pid}/maps").read_text()
        assert "http.server" not in loaded


def test_a_taken_address_is_one_line(tmp_path: Path) -> None:
    port = free_port()
    env = {"BIENVENUE_METRICS_ADDRESS": f"127.0.0.1:{port}"}
    with started(tmp_path, env=env):
        second = finished(tmp_path, "dev", "--port", str(free_port()), env=env)
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert f"metrics_address: port {port} on 127.0.0.1" in second.stderr
    assert "--port" not in second.stderr


def test_the_door_is_counted(tmp_path: Path) -> None:
    env = {"BIENVENUE_METRICS_TOKEN": TOKEN}
    with started(tmp_path, env=env) as service:
        person = requests.Session()
        for path in ("/users", "/sessions"):
            person.post(service.url + path, json=BOB, timeout=30)
        for _ in range(7):
            assert person.get(f"{service.url}/profile", timeout=30).ok
        assert person.get(f"{service.url}/verify", timeout=30).ok
        found = scrape(f"{service.url}/metrics")
    name = "bienvenue_http_requests_total"
    assert found[name, ("GET", "/profile", "200")] == 7
    assert found[name, ("GET", "/verify", "200")] == 1
    assert found["bienvenue_session_checks_total", ("live",)] == 8
    bucket = "bienvenue_http_request_duration_seconds_bucket"
    assert found[bucket, ("GET", "/profile", "+Inf")] == 7


def test_the_log_is_json_and_names_each_request(tmp_path: Path) -> None:
    env = {
        "BIENVENUE_ADMIN": "false",  # no link is made as it starts
        "BIENVENUE_LOG_FORMAT": "json",
        "BIENVENUE_LOG_REQUESTS": "true",
        "BIENVENUE_TRUSTED_HOPS": "1",
    }
    with started(tmp_path, env=env) as service:
        person = requests.Session()
        headers = {"X-Request-ID": "proxy-said-so"}
        for path in ("/users", "/sessions"):
            person.post(
                service.url + path, json=BOB, headers=headers, timeout=30
            )
        answer = person.get(
            f"{service.url}/profile?secret=of-bob", headers=headers, timeout=30
        )
        assert answer.headers["X-Request-ID"] == "proxy-said-so"
        person.get(f"{service.url}/verify", headers=headers, timeout=30)
        requests.get(f"{service.url}/nothing/of-bob", timeout=30)
        assert service.hears_error('"route":"(none)"')
    lines = [json.loads(line) for line in service.errors().splitlines()]
    requested = [one for one in lines if one["logger"] == "bienvenue.access"]
    seen = [(one["method"], one["route"], one["status"]) for one in requested]
    assert seen == [
        ("POST", "/users", 200),
        ("POST", "/sessions", 200),
        ("GET", "/profile", 200),
        ("GET", "/verify", 200),
        ("other", "(none)", 404),
    ]
    assert requested[2]["user_id"] == 1, "the door knows"
    assert requested[2]["duration_ms"] > 0
    assert {one["request_id"] for one in requested[:4]} == {"proxy-said-so"}
    audit = [one for one in lines if one["logger"] == "bienvenue.audit"]
    assert {"user_created", "session_created"} <= {e["event"] for e in audit}
    assert audit[0]["request_id"] == "proxy-said-so"
    said = service.errors()
    for secret in ("quiet morning", "of-bob", person.cookies["session_id"]):
        assert secret not in said


def test_a_request_id_of_a_clients_own_counts_for_nothing(
    tmp_path: Path,
) -> None:
    env = {"BIENVENUE_LOG_REQUESTS": "true"}
    with started(tmp_path, env=env) as service:
        assert "X-Request-ID" in requests.get(service.url, timeout=30).headers
        answer = requests.get(
            f"{service.url}/profile",
            headers={"X-Request-ID": "mine"},
            timeout=30,
        )
        given = answer.headers["X-Request-ID"]
        assert given != "mine"
        assert service.hears_error(f"request_id={given}")
    first, line = service.complaints().splitlines()
    assert " GET / 200 " in first
    assert " INFO bienvenue.access: GET /profile 403 duration_ms=" in line
