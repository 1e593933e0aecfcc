"""Where the server listens, and what it says when it cannot."""

import errno
import os
import socket
from collections.abc import Iterator

import pytest

from bienvenue.server import CannotListen, PortForbidden, PortTaken
from bienvenue.server.listen import addresses, listen, urls


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    """A listening socket on 127.0.0.1 that would even share its port."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        yield sock


def close(sockets: list[socket.socket]) -> None:
    for sock in sockets:
        sock.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])  # noqa: S104 - to be refused
def test_a_taken_port(taken: socket.socket, host: str) -> None:
    port = taken.getsockname()[1]
    with pytest.raises(PortTaken) as caught:
        listen(host, port)
    address = "127.0.0.1" if host == "localhost" else host
    assert str(caught.value) == (
        f"port {port} on {address} is already in use: stop the program that"
        " listens there, or choose another port with --port, or: export"
        " BIENVENUE_PORT=8080"
    )
    assert isinstance(caught.value, OSError)
    assert (caught.value.port, caught.value.host) == (port, address)


def test_a_taken_port_is_not_the_one_to_choose() -> None:
    said = str(PortTaken(8080, "127.0.0.1"))
    assert said.endswith("or: export BIENVENUE_PORT=8081")


def test_a_port_taken_on_one_half_of_localhost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = listen("127.0.0.1", 0)
    port = free[0].getsockname()[1]
    close(free)
    bind = socket.socket.bind

    def v6_taken(sock: socket.socket, address: tuple[str, int]) -> None:
        if sock.family == socket.AF_INET6:
            raise OSError(errno.EADDRINUSE, "in use")
        bind(sock, address)

    monkeypatch.setattr(socket.socket, "bind", v6_taken)
    with pytest.raises(PortTaken, match=f"port {port} on ::1 "):
        listen("localhost", port)
    # The half that was free is free again.
    close(listen("127.0.0.1", port))


def test_a_forbidden_port(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(PortForbidden, match=r"port 80 .* --port"):
        listen("127.0.0.1", 80)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "a" * 300])
def test_a_host_that_is_not_ours(host: str) -> None:
    with pytest.raises(CannotListen, match="--host"):
        listen(host, 0)


def test_localhost_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    bind = socket.socket.bind

    def v4_only(sock: socket.socket, address: tuple[str, int]) -> None:
        if sock.family == socket.AF_INET6:
            raise OSError(errno.EADDRNOTAVAIL, "no IPv6 here")
        bind(sock, address)

    monkeypatch.setattr(socket.socket, "bind", v4_only)
    sockets = listen("localhost", 0)
    port = sockets[0].getsockname()[1]
    assert urls("localhost", sockets, "http") == [
        f"http://localhost:{port}",
        f"http://127.0.0.1:{port}",
    ]
    close(sockets)
    with pytest.raises(CannotListen):
        listen("::1", 0)


def test_localhost_is_two_addresses_on_one_port() -> None:
    sockets = listen("localhost", 0)
    ports = {sock.getsockname()[1] for sock in sockets}
    assert len(ports) == 1
    shown = urls("localhost", sockets, "https")
    assert shown[:2] == [
        f"https://localhost:{ports.copy().pop()}",
        f"https://127.0.0.1:{ports.copy().pop()}",
    ]
    assert all("[::1]" in one for one in shown[2:])
    close(sockets)


def test_a_chosen_port_that_is_free_on_one_half_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bind = socket.socket.bind
    refusals = iter([True, True, False])

    def unlucky(sock: socket.socket, address: tuple[str, int]) -> None:
        if sock.family == socket.AF_INET6 and next(refusals):
            raise OSError(errno.EADDRINUSE, "in use")
        bind(sock, address)

    monkeypatch.setattr(socket.socket, "bind", unlucky)
    close(listen("localhost", 0))
    assert next(refusals, None) is None


def test_addresses_in_order() -> None:
    assert addresses("localhost") == ["127.0.0.1", "::1"]
    assert addresses("127.0.0.1") == ["127.0.0.1"]
    assert addresses("::") == ["::"]
