"""Takes letters from the outbox and sees that they leave."""

import logging
from email.errors import MessageError
from threading import Lock

from bienvenue import (
    dead_letters,
    forking,
    mail_verdict,
    mailbox,
    observing,
    outbox,
)
from bienvenue.background import Background
from bienvenue.config import Settings
from bienvenue.db import DB
from bienvenue.letters import Letters
from bienvenue.mail import Message, SmtpTransport, Transport
from bienvenue.observing import Moment, Tally
from bienvenue.outbox import OutboxRow

_log = logging.getLogger("bienvenue.mail")
_LOOK_EVERY_SECONDS = 30.0
# By then the answer that promised the letter is out: writing one, or finding
# that there is none to write, takes nothing from its time.
_LOOK_AFTER_SECONDS = 0.03


class MailboxTransport:
    """Delivers into the mailbox of development."""

    def __init__(self, db: DB) -> None:
        """Deliver into this database."""
        self._db = db

    def open(self) -> None:
        """Be ready, which a table always is."""

    def send(self, message: Message) -> None:
        """Put a letter where ``/dev/mailbox`` shows it."""
        self._db.write(lambda unit: mailbox.deliver(unit, message))

    def close(self) -> None:
        """Hold nothing."""


class Courier:
    """Sends what is due, from a thread; never loses a letter.

    A letter that cannot leave is tried again later, and later still; its
    text is written anew for each attempt, so no token waits in a queue.
    While the mail server cannot be reached no letter is tried, and all
    leave once it can.  With mail switched off, letters stay where they are.
    """

    def __init__(
        self,
        db: DB,
        settings: Settings,
        transport: Transport | None = None,
        *,
        prefix: str = "",
    ) -> None:
        """Choose the transport the settings name, unless one is given.

        ``prefix`` is the path under which the routes stand.
        """
        self._db, self._settings, self._given = db, settings, transport
        self.letters = Letters(settings, prefix)
        self._trouble: str | None = None
        self.begin_anew()
        forking.watch(self)
        self._background = Background(
            "courier",
            self.deliver_due,
            _LOOK_EVERY_SECONDS,
            _LOOK_AFTER_SECONDS,
        )
        self.start, self.stop = self._background.start, self._background.stop
        self.wake = self._background.wake

    def begin_anew(self) -> object:
        """Forget a connection, and whoever delivers, in another process."""
        before = getattr(self, "_transport", None)
        self._delivering = Lock()
        self._transport = self._given or _choose(self._db, self._settings)
        return before

    def show(self, message: Message) -> None:
        """Put a letter into the mailbox of development, if that is in use.

        For a token that has been handed out in an answer already.
        """
        if isinstance(self._transport, MailboxTransport):
            self._transport.send(message)

    def deliver_due(self) -> int:
        """Send everything that is due; return how many letters left.

        Ends between two letters once it was told to stop.  A call while
        another is at work waits for it.
        """
        with self._delivering:
            self._tidy()
            if self._transport is None:
                return 0
            try:
                return self._deliver_all(self._transport)
            finally:
                self._transport.close()

    def _tidy(self) -> None:
        given_up = self._db.write(dead_letters.tidy)
        if given_up:
            dead = self._db.read(dead_letters.count).dead
            _log.error("gave up %d letters; %d are dead", given_up, dead)

    def _deliver_all(self, transport: Transport) -> int:
        sent = 0
        while not self._background.stopping and self._can_send(transport):
            row = self._db.write(outbox.lease)
            if row is None:
                break
            sent += self._deliver(transport, row)
        return sent

    def _can_send(self, transport: Transport) -> bool:
        """Tell whether there is something to send, and a way to."""
        if not self._db.read(outbox.is_due):
            return False
        try:
            transport.open()
        except (OSError, ValueError) as error:
            trouble: str | None = mail_verdict.name(error)
        else:
            trouble = None
        if trouble != self._trouble:  # said once, not every half minute
            self._trouble = trouble
            if trouble:
                waiting = self._db.read(dead_letters.count).waiting
                _log.error("%d letters wait: %s", waiting, trouble)
            else:
                _log.warning("the mail server takes letters again")
        if trouble:
            reason = f"the mail server cannot be used: {trouble}"
            self._db.write(lambda unit: outbox.note_trouble(unit, reason))
        return trouble is None

    def _deliver(self, transport: Transport, row: OutboxRow) -> int:
        message = self._db.write(lambda unit: self.letters.write(unit, row))
        if message is not None:
            try:
                with observing.timed(Moment.LETTER):
                    transport.send(message)
            except (OSError, ValueError, MessageError) as error:
                self._fail(row, mail_verdict.of(error))
                return 0
        self._db.write(lambda unit: outbox.done(unit, row.id))
        if message is not None:
            observing.tell(Tally.LETTER, "sent")
        return int(message is not None)

    def _fail(self, row: OutboxRow, verdict: mail_verdict.Verdict) -> None:
        reason = verdict.reason
        if verdict.permanent:
            self._db.write(lambda unit: outbox.give_up(unit, row, reason))
            waits = False
        else:
            waits = self._db.write(
                lambda unit: outbox.put_off(unit, row, reason)
            )
        observing.tell(Tally.LETTER, "put_off" if waits else "dead")
        if waits:
            _log.warning("letter %d waits: %s", row.id, reason)
            return
        dead = self._db.read(dead_letters.count).dead
        _log.error("letter %d is dead: %s; %d are", row.id, reason, dead)


def _choose(db: DB, settings: Settings) -> Transport | None:
    if settings.mail == "smtp":
        return SmtpTransport(settings)
    return MailboxTransport(db) if settings.mail == "mailbox" else None
