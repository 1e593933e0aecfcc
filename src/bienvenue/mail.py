"""A mail, and the ways it can leave: SMTP, or not at all.

Header injection is the library's to refuse: ``EmailMessage`` takes no line
break in a header (OWASP ASVS V1.3.11).
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import Protocol

from bienvenue import address, clock, secret
from bienvenue.config import Settings

_READY, _OK = 220, 250  # RFC 5321 4.2.3
_REFUSALS = (
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
)


@dataclass(frozen=True, slots=True)
class Message:
    """A letter to one person: in plain text, and the same in HTML.

    ``language`` is the one it is written in (BCP 47).
    """

    recipient: str
    subject: str
    body: str
    html: str | None = None
    language: str | None = None


class Transport(Protocol):
    """A way for letters to leave; used by one thread at a time."""

    def open(self) -> None:
        """Make ready to send.

        Raises ``OSError`` when that fails: no letter can leave then.
        """

    def send(self, message: Message) -> None:
        """Hand a letter over; opens first where that was not done.

        Raises ``OSError`` when that fails, ``ValueError`` when the letter
        is not one that can be sent.
        """

    def close(self) -> None:
        """Let go of what sending held; raises nothing."""


class SmtpTransport:
    """Sends through the mail server named in the settings (RFC 5321).

    Letters sent one after the other go over one connection.
    """

    def __init__(self, settings: Settings) -> None:
        """Take ``smtp_*`` and ``mail_from``; connects when it sends."""
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def open(self) -> None:
        """Connect, secure the connection and log in; or see that it lives.

        Raises ``OSError`` (``smtplib.SMTPException`` is one) when the
        server cannot be reached, secured or convinced in the time that the
        settings give it.
        """
        if self._server is not None and not self._lives(self._server):
            self._drop()
        if self._server is None:
            self._server = self._connect()

    def send(self, message: Message) -> None:
        """Send one letter.

        Raises ``OSError`` as ``open`` does, and ``ValueError`` for an
        address or a header that would break the mail's form.
        """
        if self._server is None:
            self.open()
        assert self._server is not None
        sender, mail = compose(self._settings.mail_from, message)
        try:
            with self._in_time(self._server):
                # One envelope, one recipient, whatever a header can be
                # read as.
                self._server.send_message(
                    mail,
                    from_addr=sender,
                    to_addrs=[address.ascii_form(message.recipient)],
                )
        except _REFUSALS:
            raise  # of this letter; the next one may go
        except BaseException:
            self._drop()  # nobody knows what the server still waits for
            raise

    def offer_sender(self) -> None:
        """See whether the server takes letters from our sender.

        Nothing is sent.  Raises ``OSError`` as ``open`` does, and
        ``SMTPSenderRefused`` where it does not.
        """
        self.open()
        assert self._server is not None
        sender, _ = compose(self._settings.mail_from, Message("a@b", "", ""))
        with self._in_time(self._server):
            self._server.ehlo_or_helo_if_needed()
            code, words = self._server.mail(sender)
            self._server.rset()
        if code != _OK:
            raise smtplib.SMTPSenderRefused(code, words, sender)

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._server is None:
            return
        with suppress(OSError), self._in_time(self._server):
            self._server.quit()
        self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _lives(self, server: smtplib.SMTP) -> bool:
        try:
            with self._in_time(server):
                return server.noop()[0] == _OK
        except OSError:
            return False

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        host = settings.smtp_host or "localhost"
        patience = settings.smtp_timeout_seconds
        server: smtplib.SMTP = (
            _Tls(host, patience)
            if settings.smtp_security == "tls"
            else _Plain(host, patience)
        )
        try:
            with self._in_time(server):
                self._greet(server, host)
        except BaseException:
            server.close()
            raise
        return server

    def _greet(self, server: smtplib.SMTP, host: str) -> None:
        settings = self._settings
        code, words = server.connect(host, settings.smtp_port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, words)
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_username and settings.smtp_password:
            server.login(
                settings.smtp_username,
                settings.smtp_password.get_secret_value(),
            )

    @contextmanager
    def _in_time(self, server: smtplib.SMTP) -> Iterator[None]:
        """Bound all that is said in the block, not only each word of it."""
        patience = self._settings.smtp_timeout_seconds
        timer = Timer(patience, _hang_up, [server])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


# The library's own connect as they are made, and wait for a greeting without
# an end.  The name is the one that a certificate must be for.
class _Plain(smtplib.SMTP):
    def __init__(self, host: str, patience: float) -> None:
        super().__init__(timeout=patience)
        self._host = host


class _Tls(smtplib.SMTP_SSL):
    def __init__(self, host: str, patience: float) -> None:
        context = ssl.create_default_context()
        super().__init__(timeout=patience, context=context)
        self._host = host


def _hang_up(server: smtplib.SMTP) -> None:
    sock = server.sock
    # Not SSLSocket's own, which would leave whoever still writes to it with
    # a socket that is no longer secured.
    if sock is not None:
        with suppress(OSError):
            socket.shutdown(sock, SHUT_RDWR)


def compose(sender: str, message: Message) -> tuple[str, EmailMessage]:
    """Return the sender's bare address, and a letter as a mail.

    Raises ``ValueError`` or ``email.errors.MessageError`` for what cannot
    be said in one.  A domain is written as in the DNS (RFC 5891), so that
    only a local part beyond ASCII needs a server that takes SMTPUTF8.
    """
    from email.headerregistry import Address  # and its grammar

    mail = EmailMessage()
    mail["From"] = sender
    (parsed,) = mail["From"].addresses
    bare = address.ascii_form(parsed.addr_spec)
    del mail["From"]
    mail["From"] = Address(parsed.display_name, addr_spec=bare)
    mail["To"] = address.ascii_form(message.recipient)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(clock.now(), usegmt=True)
    domain = bare.rpartition("@")[2]
    mail["Message-ID"] = f"<{secret.new_token()}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834
    mail.set_content(message.body)
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html")
    if message.language:
        mail["Content-Language"] = message.language  # RFC 3282
    return bare, mail
