"""Faults that nobody thought of, in a service that goes on."""

import os
import re
from pathlib import Path

import pytest

from tests.http.client import Client
from tests.service import started

FAULTS = 1000
BODY = {"email": "bob@example.com", "password": "planted-password"}

# Python runs a module of this name before anything else.
BREAKS = """
import os
from bienvenue.auth import Auth

def log_in(*_, **__):
    print("worker", os.getpid(), flush=True)
    raise RuntimeError("planted-words")

Auth.log_in = log_in
"""


@pytest.mark.requirement("V16.5.4", "V16.3.4")
def test_a_worker_outlives_a_thousand_faults_and_logs_them_all(
    tmp_path: Path,
) -> None:
    (tmp_path / "sitecustomize.py").write_text(BREAKS, "utf-8")
    path = os.pathsep.join(
        [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    answered: list[str] = []
    with (
        started(tmp_path, env={"PYTHONPATH": path}) as service,
        Client(service.url) as client,
    ):
        for _ in range(FAULTS):
            answer = client.ask("POST", "/sessions", data=BODY)
            assert answer.status_code == 500
            assert answer.json()["message"] == "internal server error"
            answered.append(answer.headers["X-Request-ID"])
        assert client.ask("GET", "/").status_code == 200
        pid = service.process.pid
        status = service.stop()
        said, logged = service.output(), service.errors()
        events = service.events()
    assert status == 0
    assert re.findall("worker ([0-9]+)", said) == [str(pid)] * FAULTS
    assert [each["request_id"] for each in events] == answered
    assert len(set(answered)) == FAULTS
    assert {each["event"] for each in events} == {"sys_fault"}
    traces = re.findall("request ([0-9a-f-]{36}): .* raised", logged)
    assert traces == answered
    assert "planted" not in logged.replace('"planted-words"', "")
