"""Breached passwords asked for from a real server, by five digits."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bienvenue import clock, policy
from bienvenue.config import Settings
from bienvenue.errors import ConfigurationError, PasswordBreached
from bienvenue.policy import breach_range, sha1
from tests import phrases

STOLEN = "quiet mornings were stolen"
DIGEST = sha1.hex_digest(STOLEN.encode())
PADDING = "0" * 34

Answer = Callable[[BaseHTTPRequestHandler], None]


class Source(ThreadingHTTPServer):
    """A source of breached passwords, and what it was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answer: Answer = _answer
        self.release = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/range"

    @property
    def settings(self) -> Settings:
        return Settings(strict=True, breach_check_url=self.url)


class _Handler(BaseHTTPRequestHandler):
    server: Source

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.server.answer(self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _write(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _answer(handler: BaseHTTPRequestHandler) -> None:
    lines = [f"{PADDING}{n}:0" for n in range(9)] + [f"{DIGEST[5:]}:42"]
    found = handler.path == f"/range/{DIGEST[:5]}"
    _write(handler, "\r\n".join(lines if found else lines[:-1]).encode())


@pytest.fixture
def source() -> Iterator[Source]:
    """A started one; what it said before is forgotten."""
    breach_range._logged.clear()
    server = Source()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.mark.requirement("V6.2.12", "NIST-63B-3.1.1.2-i")
def test_a_breached_password_is_refused(source: Source) -> None:
    with pytest.raises(PasswordBreached):
        policy.check(STOLEN, source.settings)
    policy.check(phrases.ASCII, source.settings)
    policy.check(STOLEN, Settings(breach_check_url=source.url))
    assert len(source.asked) == 2  # development asks nobody


@pytest.mark.requirement("V6.2.12")
def test_five_digits_leave_the_machine_and_no_more(source: Source) -> None:
    with pytest.raises(PasswordBreached):
        policy.check(STOLEN, source.settings)
    (path, headers), *rest = source.asked
    assert not rest
    assert path == f"/range/{DIGEST[:5]}"
    assert headers["Add-Padding"] == "true"
    assert DIGEST[5:] not in str(headers)
    assert "Cookie" not in headers


def test_what_is_refused_anyway_is_not_asked_for(source: Source) -> None:
    for password in ("short", "Password2024!!!", "Bienvenue2024!!"):
        with pytest.raises(ValueError, match="password"):
            policy.check(password, source.settings)
    assert not source.asked


def test_padding_is_no_finding(source: Source) -> None:
    def padded(handler: BaseHTTPRequestHandler) -> None:
        _write(handler, f"{DIGEST[5:]}:0\r\n".encode())

    source.answer = padded
    policy.check(STOLEN, source.settings)


def test_nothing_is_remembered(source: Source) -> None:
    for _ in range(2):
        with pytest.raises(PasswordBreached):
            policy.check(STOLEN, source.settings)
    assert len(source.asked) == 2


def _fails(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(503)


def _is_elsewhere(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "/range/AAAAA")
    handler.end_headers()


def _is_no_list(handler: BaseHTTPRequestHandler) -> None:
    _write(handler, b"<html>" + STOLEN.encode())


def _is_endless(handler: BaseHTTPRequestHandler) -> None:
    _write(handler, f"{PADDING}1:0\r\n".encode() * 60_000)


def _is_no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"hello\r\n\r\n")


@pytest.mark.requirement("V6.2.12", "V16.5.3")
@pytest.mark.parametrize(
    "answer", [_fails, _is_elsewhere, _is_no_list, _is_endless, _is_no_http]
)
def test_an_outage_lets_pass_and_is_logged_once_a_minute(
    source: Source, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    """The one documented exception to failing closed."""
    source.answer = answer
    with clock.frozen() as frozen:
        for seconds, lines in ((0, 1), (30, 1), (29, 1), (2, 2), (59, 2)):
            frozen.advance(seconds=seconds)
            with caplog.at_level(logging.WARNING, "bienvenue.policy"):
                policy.check(STOLEN, source.settings)
            assert len(caplog.records) == lines
    assert "breach_check_url does not answer" in caplog.text
    assert STOLEN not in caplog.text
    assert DIGEST[:5] not in caplog.text
    assert not any("AAAAA" in path for path, _ in source.asked)


def test_nobody_there(caplog: pytest.LogCaptureFixture) -> None:
    source = Source()
    settings = source.settings
    source.server_close()
    policy.check(STOLEN, settings)
    assert "does not answer" in caplog.text


@pytest.mark.parametrize("drips", [False, True])
def test_a_source_that_stalls_is_waited_for_two_seconds(
    source: Source, drips: bool
) -> None:
    def stall(handler: BaseHTTPRequestHandler) -> None:
        """Say nothing, or one byte of a header every now and then."""
        while not source.release.wait(0.2 if drips else 30):
            if drips:
                handler.wfile.write(b"H")

    source.answer = stall
    started = time.monotonic()
    policy.check(STOLEN, source.settings)
    took = time.monotonic() - started
    assert breach_range.SECONDS <= took < breach_range.SECONDS + 1.5
    assert len(source.asked) == 1


@pytest.mark.parametrize(
    ("where", "works"),
    [
        ("https://api.example.com/range/", True),
        ("http://localhost:8080/range", True),
        ("http://127.0.0.1/range", True),
        ("http://[::1]/range", True),
        ("http://api.example.com/range", False),
        ("http://localhost.example.com/range", False),
        ("http://localhost@api.example.com/range", False),
        ("file:///etc/passwd", False),
        ("https://api.example.com/range?x=1", False),
    ],
)
def test_it_is_asked_over_tls(where: str, works: bool) -> None:
    if works:
        assert Settings(breach_check_url=where).breach_check_url == where
        return
    with pytest.raises(ConfigurationError, match="breach_check_url") as caught:
        Settings(breach_check_url=where)
    assert where not in str(caught.value)
