"""Mail leaves by SMTP, secured and whole, or an error says it did not."""

import smtplib
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bienvenue import Settings, clock
from bienvenue.mail import Message, SmtpTransport
from tests.service import free_port
from tests.smtp import PASSWORD, USERNAME, Server, listening, make_certificate

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LETTER = Message("bob@example.com", "Hello", "Line one\n\nLine two\n")


@pytest.fixture(scope="module")
def certificate(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, ssl.SSLContext]:
    return make_certificate(tmp_path_factory.mktemp("smtp"))


@pytest.fixture
def context(certificate: tuple[Path, ssl.SSLContext]) -> ssl.SSLContext:
    return certificate[1]


@pytest.fixture
def trusted(
    certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


@pytest.fixture
def plain() -> Iterator[Server]:
    with listening() as server:
        yield server


_opened: list[SmtpTransport] = []


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def transport(server: Server, **more: Any) -> SmtpTransport:
    settings = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_security": "none",
        "mail_from": "Accounts <no-reply@example.com>",
    }
    _opened.append(SmtpTransport(Settings(**settings | more)))
    return _opened[-1]


def test_a_letter_arrives_as_it_was_written(plain: Server) -> None:
    with clock.frozen(NOON):
        transport(plain).send(LETTER)
    (mail,) = plain.mails
    assert mail["From"] == "Accounts <no-reply@example.com>"
    assert mail["To"] == "bob@example.com"
    assert mail["Subject"] == "Hello"
    assert mail["Date"].datetime == NOON
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == LETTER.body.splitlines()
    (envelope,) = plain.envelopes
    assert envelope.mail_from == "no-reply@example.com"
    assert envelope.rcpt_tos == ["bob@example.com"]


def test_every_letter_has_an_id_of_its_own(plain: Server) -> None:
    for _ in range(2):
        transport(plain).send(LETTER)
    first, second = (mail["Message-ID"] for mail in plain.mails)
    assert first != second
    assert first.endswith("@example.com>")


def test_letters_of_any_script_arrive(plain: Server) -> None:
    text = "\u00c9t\u00e9, \u4f60\u597d \U0001f600\n.\n..\nthe end\n"
    transport(plain).send(Message("bob@example.com", text[:9], text))
    (mail,) = plain.mails
    assert mail["Subject"] == text[:9]
    assert mail.get_content().splitlines() == text.splitlines()


def test_an_international_address_is_written_to(plain: Server) -> None:
    with listening(enable_SMTPUTF8=True) as able:
        transport(able).send(Message("jos\u00e9@example.com", "Hi", "Hi"))
    assert able.recipients == [["jos\u00e9@example.com"]]
    with listening(enable_SMTPUTF8=False) as unable:
        sender = transport(unable)
        with pytest.raises(smtplib.SMTPNotSupportedError):
            sender.send(Message("jos\u00e9@example.com", "Hi", "Hi"))
    assert unable.envelopes == []


@pytest.mark.usefixtures("trusted")
def test_starttls_and_a_login_deliver(context: ssl.SSLContext) -> None:
    with listening(
        tls_context=context, require_starttls=True, auth_required=True
    ) as server:
        transport(
            server,
            smtp_security="starttls",
            smtp_username=USERNAME,
            smtp_password=PASSWORD,
        ).send(LETTER)
    assert server.recipients == [["bob@example.com"]]
    assert server.logins == [(USERNAME.encode(), PASSWORD.encode())]


@pytest.mark.usefixtures("trusted")
def test_tls_from_the_start_delivers(context: ssl.SSLContext) -> None:
    with listening(ssl_context=context) as server:
        transport(server, smtp_security="tls").send(LETTER)
    assert server.recipients == [["bob@example.com"]]


@pytest.mark.usefixtures("trusted")
def test_a_wrong_login_delivers_nothing(context: ssl.SSLContext) -> None:
    with listening(tls_context=context, auth_required=True) as server:
        sender = transport(
            server,
            smtp_security="starttls",
            smtp_username=USERNAME,
            smtp_password="another",
        )
        with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
            sender.send(LETTER)
    assert "another" not in str(caught.value)
    assert server.envelopes == []
    assert server.logins


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_certificate_is_told_nothing(
    security: str, context: ssl.SSLContext
) -> None:
    from_the_start = security == "tls"
    with listening(
        ssl_context=context if from_the_start else None,
        tls_context=None if from_the_start else context,
    ) as server:
        sender = transport(
            server,
            smtp_security=security,
            smtp_username=USERNAME,
            smtp_password=PASSWORD,
        )
        with pytest.raises(ssl.SSLCertVerificationError):
            sender.send(LETTER)
    assert server.envelopes == []
    assert server.logins == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_is_told_nothing(
    context: ssl.SSLContext,
) -> None:
    with listening(tls_context=context) as server:
        sender = transport(
            server, smtp_security="starttls", smtp_host="localhost"
        )
        with pytest.raises(ssl.SSLCertVerificationError):
            sender.send(LETTER)
    assert server.envelopes == []


def test_a_server_without_starttls_is_told_nothing(plain: Server) -> None:
    sender = transport(
        plain,
        smtp_security="starttls",
        smtp_username=USERNAME,
        smtp_password=PASSWORD,
    )
    with pytest.raises(smtplib.SMTPNotSupportedError):
        sender.send(LETTER)
    assert plain.envelopes == []
    assert plain.logins == []


def test_a_server_that_is_down_is_an_error() -> None:
    nobody = Server()
    nobody.port = free_port()
    with pytest.raises(ConnectionRefusedError):
        transport(nobody).send(LETTER)


def test_a_refused_recipient_is_an_error(plain: Server) -> None:
    plain.refused.add("bob@example.com")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        transport(plain).send(LETTER)
    assert plain.envelopes == []


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r"])
def test_no_header_can_be_injected(line_break: str, plain: Server) -> None:
    more = f"{line_break}Bcc: eve@example.com"
    for letter in (
        Message("bob@example.com" + more, "Hello", "Hi"),
        Message("bob@example.com", "Hello" + more, "Hi"),
    ):
        with pytest.raises(ValueError, match="linefeed or carriage return"):
            transport(plain).send(letter)
    with pytest.raises(ValueError, match="mail_from"):
        transport(plain, mail_from=f"me@example.com{more}").send(LETTER)
    assert plain.envelopes == []


def test_a_body_is_never_a_header(plain: Server) -> None:
    body = "Bcc: eve@example.com\n\nHi\r\n.\r\nMAIL FROM:<eve@example.com>\r\n"
    transport(plain).send(Message("bob@example.com", "Hello", body))
    (mail,) = plain.mails
    assert mail["Bcc"] is None
    assert mail.get_content().splitlines() == body.splitlines()
    assert plain.recipients == [["bob@example.com"]]


def test_one_letter_goes_to_one_envelope(plain: Server) -> None:
    both = "bob@example.com, eve@example.com"
    transport(plain).send(Message(both, "Hello", "Hi"))
    assert plain.recipients == [["bob@example.com"]]


def test_half_a_character_is_an_error_of_the_letter(plain: Server) -> None:
    with pytest.raises(UnicodeError):
        transport(plain).send(Message("bob@example.com", "Hi", "\ud800"))
    assert plain.envelopes == []
