"""The mail server: reached, secured and logged in to, as for a letter."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from time import perf_counter
from typing import NamedTuple

from bienvenue import mail_verdict
from bienvenue.config import Settings
from bienvenue.doctor.finding import Finding, failed, ok, skipped, warning
from bienvenue.mail import Message, SmtpTransport

CHECK = "mail"

_SUBJECT = "A letter from bienvenue doctor"
_BODY = (
    "This letter was asked for at the command line, to see that mail"
    " arrives.\nThere is nothing to do.\n"
)


def examine(settings: Settings, send_to: str | None) -> Iterator[Finding]:
    """Go as far as a letter would; send one only to ``send_to``."""
    if settings.mail != "smtp":
        kept = "letters are kept in the development mailbox"
        yield skipped(CHECK, "mail is off" if settings.mail == "off" else kept)
        return
    if bool(settings.smtp_username) != bool(settings.smtp_password):
        yield warning(
            CHECK,
            "smtp_username and smtp_password go together; with one of them"
            " nobody logs in",
            "export BIENVENUE_SMTP_USERNAME=... BIENVENUE_SMTP_PASSWORD=...",
        )
    transport = SmtpTransport(settings)
    start = perf_counter()
    try:
        transport.open()
        took = perf_counter() - start
        transport.offer_sender()
        yield ok(CHECK, _reached(settings, took))
        if send_to is not None:
            transport.send(Message(send_to, _SUBJECT, _BODY))
            yield ok(CHECK, f"the server took a letter to {send_to}")
    except (OSError, ValueError) as error:
        yield _failure(settings, error)
    finally:
        transport.close()


def _reached(settings: Settings, seconds: float) -> str:
    secured = {
        "starttls": "secured by STARTTLS",
        "tls": "over TLS",
        "none": "in the clear",
    }[settings.smtp_security]
    login = "logged in" if settings.smtp_username else "without a login"
    return (
        f"{_place(settings)} takes letters from {settings.mail_from}:"
        f" {secured}, {login}, in {seconds * 1000:,.0f} ms"
    )


def _failure(settings: Settings, error: Exception) -> Finding:
    why, fix = diagnosis(settings, error)
    return failed(CHECK, f"{_place(settings)}: {why}", fix)


def diagnosis(settings: Settings, error: Exception) -> tuple[str, str]:
    """Return what went wrong, in words, and what mends it."""
    for known in _KNOWN:
        if isinstance(error, known.kinds):
            why = known.why or mail_verdict.of(error).reason
            return why, known.fix.format(**_names(settings))
    return (
        f"failed: {mail_verdict.name(error)}",
        "see the mail server's own log",
    )


def _names(settings: Settings) -> dict[str, object]:
    other = "starttls" if settings.smtp_security == "tls" else "tls"
    return {
        "host": settings.smtp_host or "localhost",
        "port": settings.smtp_port,
        "other": other,
        "other_port": {"tls": 465, "starttls": 587}[other],
        "sender": settings.mail_from,
    }


_Kinds = type[Exception] | tuple[type[Exception], ...]


class _Known(NamedTuple):
    """A way to fail: what it is, in words, and what mends it.

    Without words of our own the verdict on a letter has them.
    """

    kinds: _Kinds
    why: str
    fix: str


_SECURITY = (
    "export BIENVENUE_SMTP_SECURITY={other} BIENVENUE_SMTP_PORT={other_port},"
    " if that is what the server speaks"
)

# The first that fits counts: those that are most of one kind come first.
_KNOWN = (
    _Known(
        ssl.SSLCertVerificationError,
        why="its certificate is not for this name, is out of date, or its"
        " authority is not known here",
        fix="give smtp_host the name in the certificate; for an authority of"
        " your own: export SSL_CERT_FILE=/etc/ssl/own-ca.pem",
    ),
    _Known(
        smtplib.SMTPAuthenticationError,
        why="the login was refused",
        fix="see smtp_username and smtp_password; some providers want a"
        " password made for programs",
    ),
    _Known(
        smtplib.SMTPNotSupportedError,
        why="it offers no STARTTLS, or no login",
        fix=_SECURITY,
    ),
    _Known(ssl.SSLError, why="TLS could not be agreed on", fix=_SECURITY),
    _Known(
        smtplib.SMTPSenderRefused,
        why="",
        fix="mail_from is {sender}: name one that the server lets this login"
        " send as",
    ),
    _Known(
        smtplib.SMTPRecipientsRefused,
        why="",
        fix="see that the address is right, and that the server lets this"
        " login send to it",
    ),
    _Known(
        smtplib.SMTPServerDisconnected,
        why="it hung up, or did not answer in time",
        fix=_SECURITY,
    ),
    _Known(
        socket.gaierror,
        why="the name is not known",
        fix="see smtp_host, and this machine's DNS: getent hosts {host}",
    ),
    _Known(
        ConnectionRefusedError,
        why="nobody listens there",
        fix="see smtp_port ({port}), and that the server runs",
    ),
    _Known(
        TimeoutError,
        why="it does not answer",
        fix="see that no firewall is in between: nc -vz {host} {port}",
    ),
    _Known(
        ValueError,
        why="no letter can be made with this sender or recipient",
        fix="see mail_from ({sender}), and the address to send to",
    ),
)


def _place(settings: Settings) -> str:
    return f"{settings.smtp_host or 'localhost'}:{settings.smtp_port}"
