"""Takes letters from the outbox and sees that they leave."""

import logging
from email.errors import MessageError

from sqlalchemy import orm

from bienvenue import letters, mailbox, outbox
from bienvenue.background import Background
from bienvenue.config import Settings
from bienvenue.db import DB
from bienvenue.mail import Message, SmtpTransport, Transport
from bienvenue.outbox import Letter

_log = logging.getLogger("bienvenue.mail")
_LOOK_EVERY_SECONDS = 30.0


class MailboxTransport:
    """Delivers into the mailbox of development."""

    def __init__(self, db: DB) -> None:
        """Deliver into this database."""
        self._db = db

    def send(self, message: Message) -> None:
        """Put a letter where ``/dev/mailbox`` shows it."""
        self._db.write(lambda unit: mailbox.deliver(unit, message))


class Courier:
    """Sends what is due, from a thread; never loses a letter.

    A letter that cannot leave is tried again later, and later still; its
    text is written anew for each attempt, so no token waits in a queue.
    With mail switched off, letters stay where they are.
    """

    def __init__(
        self, db: DB, settings: Settings, transport: Transport | None = None
    ) -> None:
        """Choose the transport the settings name, unless one is given."""
        self._db, self._settings = db, settings
        self._transport = transport or _choose(db, settings)
        self._background = Background(
            "courier", self.deliver_due, _LOOK_EVERY_SECONDS
        )
        self.start, self.stop = self._background.start, self._background.stop
        self.wake = self._background.wake

    def show(self, message: Message) -> None:
        """Put a letter into the mailbox of development, if that is in use.

        For a token that has been handed out in an answer already.
        """
        if isinstance(self._transport, MailboxTransport):
            self._transport.send(message)

    def deliver_due(self) -> int:
        """Send everything that is due; return how many letters left.

        Ends between two letters once it was told to stop.
        """
        sent = 0
        while self._transport and not self._background.stopping:
            leased = self._db.write(self._lease)
            if leased is None:
                break
            sent += self._deliver(*leased)
        return sent

    def _lease(self, unit: orm.Session) -> tuple[int, Message | None] | None:
        row = outbox.lease(unit)
        if row is None:
            return None
        message = letters.write(
            unit, self._settings, Letter(row.letter), row.recipient
        )
        return row.id, message

    def _deliver(self, row_id: int, message: Message | None) -> int:
        if message is not None and self._transport:
            try:
                self._transport.send(message)
            except (OSError, ValueError, MessageError) as error:
                # The type only: a server's words may quote the letter.
                _log.warning(
                    "letter %d waits: %s", row_id, type(error).__name__
                )
                return 0
        self._db.write(lambda unit: outbox.done(unit, row_id))
        return int(message is not None)


def _choose(db: DB, settings: Settings) -> Transport | None:
    if settings.mail == "smtp":
        return SmtpTransport(settings)
    return MailboxTransport(db) if settings.mail == "mailbox" else None
