"""A proxy that is really started, with its recipe as it is printed."""

import os
import signal
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPSConnection
from pathlib import Path
from threading import Event
from typing import TypeVar

from tests import installed
from tests.http.client import PATIENCE
from tests.proxies.certificates import Files, issue
from tests.service import finished, free_port

_PATIENCE = 60.0


class Front:
    """A started proxy: where it is, and whose word a client takes for it."""

    name: str
    """The recipe's name, and the program's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {**os.environ, "HOME": str(folder)}
        self.files: Files = issue(folder)
        self.ca: Path | None = self.files.ca
        self.port, self.plain_port = free_port(), free_port()
        self.url = f"https://localhost:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def settings(self) -> dict[str, str]:
        """Return the service's settings that go with the recipe."""
        lines = self.printed([], "--settings").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def printed(self, upstreams: Sequence[str], *more: str) -> str:
        """Return the recipe for these nodes, as the command prints it."""
        whole = self.name == "haproxy"  # it wants chain and key in one
        nodes = [word for one in upstreams for word in ("--upstream", one)]
        done = finished(
            self.folder,
            *("recipe", self.name, "--host", "localhost", *nodes),
            *("--https-port", str(self.port)),
            *("--http-port", str(self.plain_port)),
            "--certificate",
            str(self.files.both if whole else self.files.chain),
            *("--key", str(self.files.key)),
            *("--log-folder", str(self.folder)),
            *more,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def serve(self, upstreams: Sequence[str]) -> None:
        """Start the program in front of these nodes."""
        raise NotImplementedError

    def start(self, command: Sequence[str]) -> None:
        """Start the program, and return when it listens on both ports."""
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        for port in (self.port, self.plain_port):
            self._wait_for(port)

    def end(self) -> None:
        """End the program."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(_PATIENCE)

    def said(self) -> str:
        """Return what the program has written, its log files included."""
        logs = [self.folder / "said", *self.folder.glob("*.log")]
        return "".join(each.read_text() for each in logs)

    def connect(self, source: str = "127.0.0.1") -> HTTPSConnection:
        """Return a connection from an address of this machine.

        The certificate will be checked.
        """
        trust = ssl.create_default_context(cafile=self.files.ca)
        return HTTPSConnection(
            "localhost",
            self.port,
            timeout=PATIENCE,
            source_address=(source, 0),
            context=trust,
        )

    def _wait_for(self, port: int) -> None:
        assert self.process is not None
        for _ in range(int(_PATIENCE / 0.05)):
            assert self.process.poll() is None, self.said()
            with closing(socket.socket()) as sock:
                if sock.connect_ex(("127.0.0.1", port)) == 0:
                    return
            Event().wait(0.05)
        raise AssertionError(self.said())


F = TypeVar("F", bound=Front)


@contextmanager
def proxy(kind: type[F], upstreams: Sequence[str]) -> Iterator[F]:
    """Run a proxy in front of these nodes."""
    installed.program(kind.name)
    with tempfile.TemporaryDirectory(prefix="bv") as name:
        front = kind(Path(name))
        try:
            front.serve(upstreams)
            yield front
        finally:
            front.end()
