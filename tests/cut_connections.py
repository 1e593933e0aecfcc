"""A database server whose connections can be cut at a COMMIT, or at all.

A forwarder stands between client and server.  It is as real a loss as there
is: neither of them knows of it beforehand.
"""

import re
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.service import PATIENCE

_POSTGRESQL_SOCKET = ".s.PGSQL.5432"
_LATE_SECONDS = 0.5
_COMMIT = re.compile(rb"\bCOMMIT\b")  # and not the level READ COMMITTED


class Cut(Enum):
    """What becomes of the next COMMIT; the client hears nothing of it."""

    BEFORE = auto()
    """The server never hears of it."""
    AFTER = auto()
    """It is done, and the connection gone when the server says so."""
    LATE = auto()
    """The connection is gone at once, and it is done a while later."""


class Forwarder:
    """Passes on what client and server say, until told otherwise."""

    def __init__(self, here: Path | int, server: Path) -> None:
        """Listen on a socket, or a port, for a server's socket."""
        self._here, self._server = here, server
        self._links: list[socket.socket] = []
        self._next: Cut | None = None
        self._lock = threading.Lock()
        self.cuts = self.met = 0
        self.back()

    def cut_next(self, how: Cut) -> None:
        """Cut the connection of the next COMMIT."""
        with self._lock:
            self._next = how

    def cut_all(self) -> None:
        """Cut what connections there are."""
        with self._lock:
            links, self._links = self._links, []
        for link in links:
            _end(link)

    def leave(self) -> None:
        """Be as a server that is down."""
        if isinstance(self._here, Path):
            self._here.unlink(missing_ok=True)
        _end(self._listener)
        self._accepting.join(PATIENCE)
        self.cut_all()

    def back(self) -> None:
        """Be as a server that is up again."""
        if isinstance(self._here, Path):
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(self._here))
        else:
            self._listener = socket.socket()
            self._listener.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )
            self._listener.bind(("127.0.0.1", self._here))
        self._listener.listen(50)
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                with self._lock:
                    self._links += [client, server]
                    self.met += 1
                mute = threading.Event()
                for run in (self._upward, self._downward):
                    threading.Thread(
                        target=run, args=(client, server, mute), daemon=True
                    ).start()

    def _upward(
        self,
        client: socket.socket,
        server: socket.socket,
        mute: threading.Event,
    ) -> None:
        with suppress(OSError):
            while said := client.recv(65536):
                how = self._taken(said)
                if how is Cut.BEFORE:
                    break
                if how is not None:
                    mute.set()
                if how is Cut.LATE:
                    _end(client)
                    threading.Event().wait(_LATE_SECONDS)
                server.sendall(said)
                if how is not None:
                    return  # the other thread ends it with the answer
        _end(client)
        _end(server)

    def _downward(
        self,
        client: socket.socket,
        server: socket.socket,
        mute: threading.Event,
    ) -> None:
        with suppress(OSError):
            while (said := server.recv(65536)) and not mute.is_set():
                client.sendall(said)
        _end(client)
        _end(server)

    def _taken(self, said: bytes) -> Cut | None:
        if not _COMMIT.search(said):
            return None
        with self._lock:
            how, self._next = self._next, None
            self.cuts += how is not None
            return how


def _end(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
    link.close()


@contextmanager
def forwarded(url: str) -> Iterator[tuple[str, Forwarder]]:
    """Yield a URL that leads to the same database, and what is between."""
    found = make_url(url)
    # A short name: the path of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="bv") as name:
        if found.get_backend_name() == "postgresql":
            here = Path(name, _POSTGRESQL_SOCKET)
            server = Path(str(found.query["host"]), _POSTGRESQL_SOCKET)
            through = found.update_query_dict({"host": name})
        else:
            here, server = (
                Path(name, "s"),
                Path(str(found.query["unix_socket"])),
            )
            through = found.update_query_dict({"unix_socket": str(here)})
        forwarder = Forwarder(here, server)
        try:
            yield through.render_as_string(hide_password=False), forwarder
        finally:
            forwarder.leave()
