"""Where the server listens: addresses, sockets and what can go wrong.

The sockets are bound here, without ``SO_REUSEPORT``, and handed to Granian
ready made.  Granian's own always allow sharing the port, so that a second
server would start without an error and steal every other connection.
"""

import errno
import socket
from collections.abc import Iterable

from bienvenue.errors import BienvenueError

BACKLOG = 1024
"""Connections the kernel holds for us before they are accepted."""

_V4, _V6 = socket.AF_INET, socket.AF_INET6
_LOOPBACK = ("127.0.0.1", "::1")
# What bind() says of an address family that this machine does not have.
_NO_IPV6 = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT}


class CannotListen(BienvenueError, OSError):
    """The server cannot listen there; the text says what to do."""

    code = "cannot_listen"


class PortTaken(CannotListen):
    """Another program listens on the port."""

    code = "port_taken"

    def __init__(self, port: int, host: str) -> None:
        """Name the port and the address it is taken on."""
        other = 8081 if port == 8080 else 8080
        super().__init__(
            f"port {port} on {host} is already in use: stop the program that"
            " listens there, or choose another port with --port, or: export"
            f" BIENVENUE_PORT={other}"
        )
        self.port = port
        self.host = host


class PortForbidden(CannotListen):
    """The system keeps this port for privileged programs."""

    code = "port_forbidden"

    def __init__(self, port: int, host: str) -> None:
        """Name the port and the address it was wanted on."""
        super().__init__(
            f"port {port} on {host} needs a privilege that this program does"
            " not have: choose a port from 1024 up with --port"
        )
        self.port = port
        self.host = host


def addresses(host: str) -> list[str]:
    """Return the IP addresses that ``host`` stands for, IPv4 first.

    ``localhost`` is both loopback addresses, whatever the hosts file says.
    Raises ``CannotListen`` for a name that means nothing here.
    """
    if host == "localhost":
        return list(_LOOPBACK)
    try:
        found = socket.getaddrinfo(
            host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError):
        raise CannotListen(
            f"{host!r} is no address of this machine: give an IP address or"
            " a host name with --host"
        ) from None
    found.sort(key=lambda entry: entry[0] != _V4)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def listen(host: str, port: int) -> list[socket.socket]:
    """Return listening sockets, one for each address of ``host``.

    Port 0 lets the system choose one, the same for all addresses.  A machine
    without IPv6 lacks the ``::1`` of ``localhost``, which is no error.
    Raises ``PortTaken``, ``PortForbidden`` or ``CannotListen``, and leaves
    no socket open then.
    """
    wanted = addresses(host)
    for attempts_left in reversed(range(10)):
        try:
            return _listen_all(wanted, port, host)
        except PortTaken:
            # A port the system chose may be free on the first address only.
            if port or not attempts_left:
                raise
    raise AssertionError


def urls(
    host: str, sockets: Iterable[socket.socket], scheme: str
) -> list[str]:
    """Return the addresses to open in a browser, the friendliest first."""
    names = [tuple(sock.getsockname()[:2]) for sock in sockets]
    port = names[0][1]
    shown = [host, *(address for address, _ in names)]
    return [
        f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}"
        for name in dict.fromkeys(shown)
    ]


def _listen_all(
    wanted: list[str], port: int, host: str
) -> list[socket.socket]:
    """Bind every address to one port, or none."""
    sockets: list[socket.socket] = []
    try:
        for address in wanted:
            try:
                sock = _listen_one(address, port)
            except OSError as error:
                if host == "localhost" and _is_missing_ipv6(address, error):
                    continue
                raise _explained(error, address, port) from error
            sockets.append(sock)
            port = sock.getsockname()[1]
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def _listen_one(address: str, port: int) -> socket.socket:
    """Return one listening, inheritable-on-request TCP socket."""
    family = _V6 if ":" in address else _V4
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Connections of an earlier run in TIME_WAIT must not block a restart.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit it: answers are small, never delayed.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if family == _V6:
            only_v6 = address != "::"
            sock.setsockopt(
                socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(only_v6)
            )
        sock.bind((address, port))
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def _is_missing_ipv6(address: str, error: OSError) -> bool:
    return address == "::1" and error.errno in _NO_IPV6


def _explained(error: OSError, address: str, port: int) -> CannotListen:
    if error.errno == errno.EADDRINUSE:
        return PortTaken(port, address)
    if error.errno in {errno.EACCES, errno.EPERM}:
        return PortForbidden(port, address)
    return CannotListen(
        f"cannot listen on {address}, port {port}: {error.strerror}; choose"
        " an address of this machine with --host"
    )
