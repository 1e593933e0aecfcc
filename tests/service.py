"""A service that is really started, as a person would start it.

``with started(tmp_path) as service:`` runs ``python -m bienvenue dev`` in
that folder, on a free port, and yields it when it answers.  ``finished`` is
for commands that end by themselves.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, Any, Protocol

from bienvenue import secret

PATIENCE = 60.0
"""Seconds after which a test has failed rather than waited."""

_ANSWER = 30.0

# Permissions do not bind root, until the powers of root are dropped.
_MORTAL = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
# Below the range from which the system takes ports for outgoing connections,
# so that nobody else is given the port between choosing and using it.
_PORTS = range(20_000, 32_000)


class Reachable(Protocol):
    """What a client needs to know: a service, or a proxy in front of some."""

    url: str
    ca: Path | None

    def connect(self) -> HTTPConnection:
        """Return a connection, to make a request with."""


class Heard:
    """What a stream has said so far, read by a thread of its own."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._said = b""
        self._ended = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def text(self) -> str:
        """Return everything that was said."""
        with self._news:
            return self._said.decode()

    def wait_for(self, words: str) -> bool:
        """Wait for a line with these words; False when there is none."""
        wanted = words.encode()

        def done() -> bool:
            return self._ended or wanted in self._said

        with self._news:
            self._news.wait_for(done, PATIENCE)
            return wanted in self._said

    def close(self) -> None:
        """Wait until the last word is heard."""
        self._thread.join(PATIENCE)
        self._stream.close()

    def _listen(self) -> None:
        while chunk := os.read(self._stream.fileno(), 65536):
            with self._news:
                self._said += chunk
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


class Service:
    """A started service: where it is, and what it has said so far."""

    def __init__(
        self, folder: Path, arguments: Sequence[str], env: dict[str, str]
    ) -> None:
        self.port = int(arguments[arguments.index("--port") + 1])
        self.url = f"http://localhost:{self.port}"
        self.ca: Path | None = None
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bienvenue", *arguments],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,  # its own: the workers can die with it
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._output = Heard(self.process.stdout)
        self._errors = Heard(self.process.stderr)

    def output(self) -> str:
        """Return what is on standard output so far."""
        return self._output.text()

    def errors(self) -> str:
        """Return what is on standard error so far."""
        return self._errors.text()

    def events(self) -> list[dict[str, Any]]:
        """Return the security events that are in the log so far."""
        lines = self.errors().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def complaints(self) -> str:
        """Return what else is on standard error so far."""
        lines = self.errors().splitlines(keepends=True)
        return "".join(each for each in lines if not each.startswith("{"))

    def is_ready(self) -> bool:
        """Wait until it says its port; False when it ends before that."""
        return self._output.wait_for(f":{self.port}")

    def hears_error(self, words: str) -> bool:
        """Wait until words are on standard error; False if never."""
        return self._errors.wait_for(words)

    def connect(self) -> HTTPConnection:
        """Return a connection, to make a request with."""
        return HTTPConnection("127.0.0.1", self.port, timeout=_ANSWER)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end and return the exit status."""
        self.process.send_signal(number)
        return self.end()

    def crash(self) -> None:
        """Kill it and its workers, at once and without warning."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.end()

    def end(self) -> int:
        """Wait for the end and return the exit status."""
        status = self.process.wait(PATIENCE)
        self._output.close()
        self._errors.close()
        return status


@contextmanager
def started(
    folder: Path,
    *arguments: str,
    command: str = "dev",
    env: Mapping[str, str] | None = None,
) -> Iterator[Service]:
    """Run a service in ``folder`` while the block lasts.

    ``env`` is put over this process's environment, without the settings in
    it; bcrypt's cost is 4 unless it says otherwise.  Unless ``--port`` is
    among the arguments, the port is a free one.  It must stop without an
    error at the end, if the block has not stopped it already.
    """
    service = _start(folder, command, arguments, environment(env))
    try:
        yield service
        if service.process.returncode is None:
            status = service.stop()
            assert status == 0, service.errors()
        assert "Traceback" not in service.errors(), service.errors()
    finally:
        service.process.kill()
        service.end()


def finished(
    folder: Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    mortal: bool = False,
) -> "subprocess.CompletedProcess[str]":
    """Run ``bienvenue ARGUMENTS`` in ``folder`` to its end.

    ``mortal`` has it bound by permissions, even if the tests are root's.
    """
    before = _MORTAL if mortal and os.geteuid() == 0 else []
    return subprocess.run(
        [*before, sys.executable, "-m", "bienvenue", *arguments],
        cwd=folder,
        env=environment(env),
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which no setting of the caller's counts.

    A name that ``more`` gives as "" is not in it: a setting has its default.
    """
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BIENVENUE_", "FLASK_"))
    }
    # Most tests sign in with an account they have just made.
    ours = {
        "BIENVENUE_BCRYPT_ROUNDS": "4",
        "BIENVENUE_REQUIRE_VERIFIED_EMAIL": "false",
    }
    chosen = {**ours, **(more or {})}
    found = others | chosen
    left = {name for name, text in chosen.items() if not text}
    return {name: text for name, text in found.items() if name not in left}


@contextmanager
def unwritable_folder() -> Iterator[Path]:
    """Yield an empty folder that all may read and no mortal may change."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        try:
            yield Path(name)
        finally:
            Path(name).chmod(0o755)


def free_port() -> int:
    """Return a port on which nobody listens, on either loopback address."""
    for _ in range(100):
        chance = int.from_bytes(secret.digest(secret.new_token()))
        port = _PORTS[chance % len(_PORTS)]
        if not _is_taken("127.0.0.1", port) and not _is_taken("::1", port):
            return port
    raise AssertionError("found no free port")


def _start(
    folder: Path, command: str, arguments: Sequence[str], env: dict[str, str]
) -> Service:
    for _ in range(5):
        chosen = [] if "--port" in arguments else ["--port", str(free_port())]
        service = Service(folder, [command, *chosen, *arguments], env)
        if service.is_ready():
            return service
        service.process.kill()
        service.end()
        if not chosen or "already in use" not in service.errors():
            break
    raise AssertionError(
        f"ended with {service.process.returncode}:"
        f" {service.output()}{service.errors()}"
    )


def _is_taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as sock:
        sock.settimeout(1)
        return sock.connect_ex((host, port)) == 0
