"""Mail of a service that really runs, as the mail server gets it."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from time import monotonic

import pytest

from tests.http.client import Client
from tests.service import Service, started
from tests.smtp import Server, listening

PASSWORD = "fifteen letters"
PATIENCE = 20.0
POISON = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Host": "evil.example",
    "X-Original-URL": "http://evil.example/",
    "Forwarded": "host=evil.example;proto=http",
    "Origin": "https://accounts.example.com",
    "Referer": "http://evil.example/",
}

# As many as one address is sent letters in an hour.
POISONED = [
    {"Host": "evil.example"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"},
    {"Forwarded": "host=evil.example;proto=http"},
    {"Host": "localhost:5000@evil.example", "Referer": "http://evil.example"},
    POISON,
]


@contextmanager
def service(folder: Path, server: Server) -> Iterator[Service]:
    settings = {
        "BIENVENUE_MAIL": "smtp",
        "BIENVENUE_MAIL_FROM": "Accounts <no-reply@example.com>",
        "BIENVENUE_PUBLIC_URL": "https://accounts.example.com",
        "BIENVENUE_SMTP_HOST": "127.0.0.1",
        "BIENVENUE_SMTP_PORT": str(server.port),
        "BIENVENUE_SMTP_SECURITY": "none",
    }
    with started(folder, "--strict", env=settings) as running:
        yield running


def resets(server: Server) -> list[EmailMessage]:
    """Return the mails about a reset, beside the one that greets."""
    return [mail for mail in server.mails if "Reset" in mail["Subject"]]


def wait_for(server: Server, count: int) -> None:
    """Wait until that many mails about resets have arrived."""
    end, pause = monotonic() + PATIENCE, threading.Event()
    while len(resets(server)) < count:
        assert monotonic() < end, "no mail came"
        pause.wait(0.05)


@pytest.mark.requirement("OWASP-CS-FORGOT-4")
def test_no_header_chooses_where_a_link_leads(tmp_path: Path) -> None:
    with listening() as server, service(tmp_path, server) as running:
        with Client(running.url) as client:
            body = {"email": client.register(PASSWORD)}
            for number, sent in enumerate(POISONED, 1):
                answer = client.ask(
                    "POST", "/reset_password", data=body, headers=sent
                )
                assert answer.status_code == 200
                wait_for(server, number)
        letters = resets(server)
    for mail in letters:
        parts = [part.get_content() for part in mail.iter_parts()]
        assert len(parts) == 2
        assert "evil" not in mail.as_string() + "".join(parts)
        for part in parts:
            (url,) = set(re.findall(r"https?://[^\s\"<]+", part))
            place = "https://accounts.example.com/reset_password?token="
            assert url.startswith(place)


def test_a_mail_is_one_that_servers_and_readers_take(tmp_path: Path) -> None:
    with listening() as server, service(tmp_path, server) as running:
        with Client(running.url) as client:
            email = client.register(PASSWORD)
            client.ask("POST", "/reset_password", data={"email": email})
        wait_for(server, 1)
        (mail,) = resets(server)
    assert mail["To"] == email
    assert mail["From"] == "Accounts <no-reply@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert mail["Message-ID"].endswith("@example.com>")
    assert mail.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"], "the best comes last"
    assert mail.defects == []
    for envelope in server.envelopes:
        raw = envelope.original_content or b""
        assert max(map(len, raw.split(b"\r\n"))) <= 998  # RFC 5322 2.1.1
