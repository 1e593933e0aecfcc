"""Private database servers, each in a folder of its own: no port is taken.

``with postgresql() as server:`` starts one, reached by a socket, and ends
it.  ``server.fresh()`` names a database that nobody else uses.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from sqlalchemy import NullPool, create_engine, text

from tests import installed

_PATIENCE = 60.0
_NOBODY = "65534"


class Server:
    """A started server: gives databases, each with a name of its own.

    ``restart`` ends it at once, every connection with it, and starts it.
    """

    restart: Callable[[], None]

    def __init__(self, url: str, query: str, home: str) -> None:
        self._url, self._query = url, query
        self._made = 0
        self._engine = create_engine(
            self._named(home),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
        )

    def fresh(self) -> str:
        """Make an empty database and return its URL."""
        self._made += 1
        name = f"accounts{self._made}"
        self.say(f"CREATE DATABASE {name}")
        return self._named(name)

    def say(self, statement: str) -> None:
        """Run a statement in the server's own database."""
        with self._engine.connect() as connection:
            connection.execute(text(statement))

    def _named(self, database: str) -> str:
        return f"{self._url}/{database}?{self._query}"


@contextmanager
def postgresql(more: str = "") -> Iterator[Server]:
    """Run a PostgreSQL; where there is none, say so, and fail under CI.

    ``more`` are options of the server.
    """
    initdb, control = _postgresql("initdb"), _postgresql("pg_ctl")
    # A short name: the path of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="bv") as name:
        folder, data = Path(name), Path(name, "data")
        nobody = _as_nobody(folder)
        make = f"-D {data} -U auth -A trust -E UTF8 --locale=C.UTF-8 --no-sync"
        _run([*nobody, initdb, *make.split()])
        options = f"-h '' -k {folder} -c fsync=off -c max_connections=300"
        options = f"{options} {more}"
        start = f"-D {data} -w -s -l {folder / 'log'} start"
        stop = f"-D {data} -m immediate -w -s stop"

        def begin() -> None:
            _run([*nobody, control, *start.split(), "-o", options])

        def end() -> None:
            _run([*nobody, control, *stop.split()])

        def restart() -> None:
            end()
            begin()

        begin()
        try:
            server = Server(
                "postgresql+psycopg://auth@", f"host={folder}", "postgres"
            )
            server.restart = restart
            yield server
        finally:
            end()


@contextmanager
def mariadb(more: str = "") -> Iterator[Server]:
    """Run a MariaDB; where there is none, say so, and fail under CI.

    ``more`` are options of the server.
    """
    program = installed.program("mariadbd")
    install = installed.program("mariadb-install-db")
    with tempfile.TemporaryDirectory(prefix="bv") as name:
        folder = Path(name)
        place = f"--no-defaults --datadir={folder / 'data'}"
        if os.geteuid() == 0:
            place += " --user=root"
        make = "--skip-test-db --auth-root-authentication-method=normal"
        _run([install, *place.split(), *make.split()])
        socket = folder / "s"
        options = (
            f"--socket={socket} --pid-file={folder / 'pid'} --skip-networking"
            " --skip-log-bin --innodb-flush-log-at-trx-commit=0"
            f" --max-connections=300 {more}"
        )
        process = subprocess.Popen(
            [program, *place.split(), *options.split()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(socket, process)
            query = f"unix_socket={socket}&charset=utf8mb4"
            yield Server("mariadb+pymysql://root@localhost", query, "mysql")
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _postgresql(program: str) -> str:
    places = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"),
        key=lambda path: int(path.parts[4]),
    )
    return str(places[-1]) if places else installed.program(program)


def _as_nobody(folder: Path) -> list[str]:
    """Return how to run a program as somebody else, if we are root.

    PostgreSQL does not run as root.
    """
    if os.geteuid() != 0:
        return []
    os.chown(folder, int(_NOBODY), int(_NOBODY))
    who = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    return ["setpriv", *who]


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=_PATIENCE,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr


def _wait_for(socket: Path, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(int(_PATIENCE / 0.05)):
        if socket.exists():
            return
        assert process.poll() is None, "it ended at its start"
        Event().wait(0.05)
    raise AssertionError("it did not start")
