"""``main.py``, the end-to-end check, against services good and bad."""

import ast
import http.server
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.service import environment, free_port, started

SCRIPT = Path(__file__).resolve().parent.parent / "main.py"


def check(url: str) -> "subprocess.CompletedProcess[str]":
    """Run the script against ``url``."""
    return subprocess.run(
        [sys.executable, str(SCRIPT), "--url", url],
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


class Lies(http.server.BaseHTTPRequestHandler):
    """Says that all is well, whatever is asked."""

    def do_POST(self) -> None:
        body = b'{"message": "fine"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


def test_a_started_service_passes_twice(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        for url in (service.url, f"{service.url}/"):
            done = check(url)
            assert (done.returncode, done.stderr) == (0, "")
            assert done.stdout.endswith("\nall good\n")
            assert len(done.stdout.splitlines()) >= 10


def test_the_service_logs_nothing_meanwhile(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        assert check(service.url).returncode == 0
        assert service.stop() == 0
        assert service.complaints() == ""


def test_production_rules_are_told_apart(tmp_path: Path) -> None:
    quiet = {"BIENVENUE_TOKENS_IN_ANSWERS": "false"}
    with started(tmp_path, env=quiet) as service:
        done = check(service.url)
    assert done.returncode == 1
    assert "follows production's rules" in done.stderr


def test_a_wrong_answer_is_shown_beside_the_right_one() -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), Lies)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        done = check(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert done.returncode == 1
    assert done.stderr.startswith("FAILED: POST /users: expected (200, {'ema")
    assert done.stderr.endswith("came (200, {'message': 'fine'})\n")


@pytest.mark.parametrize("folder", [".", "elsewhere"])
def test_without_requests_it_names_the_python_that_lacks_it(
    tmp_path: Path, folder: str
) -> None:
    # Its own packages are on no path of this one: -S, and -I for ours.
    python = tmp_path / "my venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (tmp_path / "elsewhere").mkdir()
    done = subprocess.run(
        [str(python), "-I", "-S", str(SCRIPT)],
        cwd=tmp_path / folder,
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    shown = "my venv/bin/python" if folder == "." else str(python)
    assert done.stderr == (
        f"main.py needs the package requests: '{shown}' -m pip install"
        " requests\n"
    )


def test_a_service_that_is_not_there_is_one_line() -> None:
    done = check(f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "start the service with `make run`" in done.stderr


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("localhost:5000", "http://localhost:5000"),
        ("localhost/auth/", "http://localhost/auth"),
        ("ftp://localhost", "http://localhost"),
        ("//localhost", "http://localhost"),
        ("", "http://localhost:5000"),
        ("local host", "'http://local host'"),
    ],
)
def test_a_url_without_its_beginning_is_shown_with_it(
    given: str, shown: str
) -> None:
    done = check(given)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "FAILED: a URL begins with http:// or https://: say --url"
        f" {shown}\n"
    )


def test_the_readme_names_the_packages_and_the_way_to_run_it() -> None:
    source = SCRIPT.read_text("utf-8")
    imported = {
        name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import)
        for name in (each.name for each in node.names)
    }
    readme = (SCRIPT.parent / "README.md").read_text("utf-8")
    (brought,) = re.findall(r"-m pip install ([^`]+)`; then", readme)
    assert set(brought.split()) == imported - sys.stdlib_module_names
    assert "`.venv/bin/python main.py` walks" in readme
