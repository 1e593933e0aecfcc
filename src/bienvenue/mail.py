"""A mail, and the ways it can leave: SMTP, or not at all.

Header injection is the library's to refuse: ``EmailMessage`` takes no line
break in a header (OWASP ASVS V1.3.11).
"""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Protocol

from bienvenue import clock
from bienvenue.config import Settings

_TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Message:
    """A letter to one person, in plain text."""

    recipient: str
    subject: str
    body: str


class Transport(Protocol):
    """A way for a letter to leave."""

    def send(self, message: Message) -> None:
        """Hand a letter over.

        Raises ``OSError`` when that fails, ``ValueError`` when the letter
        is not one that can be sent.
        """


class SmtpTransport:
    """Sends through the mail server named in the settings (RFC 5321)."""

    def __init__(self, settings: Settings) -> None:
        """Take ``smtp_*`` and ``mail_from``; connects when it sends."""
        self._settings = settings

    def send(self, message: Message) -> None:
        """Send one letter over a connection of its own.

        Raises ``OSError`` (``smtplib.SMTPException`` is one) when the
        server cannot be reached, secured or convinced, and ``ValueError``
        for an address or a header that would break the mail's form.
        """
        settings = self._settings
        with self._connect() as server:
            if settings.smtp_username and settings.smtp_password:
                server.login(
                    settings.smtp_username,
                    settings.smtp_password.get_secret_value(),
                )
            # One envelope, one recipient, whatever a header can be read as.
            server.send_message(
                _compose(settings.mail_from, message),
                to_addrs=[message.recipient],
            )

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        place = settings.smtp_host or "localhost", settings.smtp_port
        if settings.smtp_security == "tls":
            return smtplib.SMTP_SSL(
                *place,
                timeout=_TIMEOUT_SECONDS,
                context=ssl.create_default_context(),
            )
        server = smtplib.SMTP(*place, timeout=_TIMEOUT_SECONDS)
        if settings.smtp_security == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except OSError:
                server.close()
                raise
        return server


def _compose(sender: str, message: Message) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(clock.now(), usegmt=True)
    mail["Message-ID"] = make_msgid(domain="bienvenue.invalid")
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834
    mail.set_content(message.body)
    return mail
