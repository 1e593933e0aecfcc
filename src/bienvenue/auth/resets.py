"""Getting back in without the password: tokens, asked for and spent."""

from sqlalchemy import orm

from bienvenue import outbox, recovery
from bienvenue.auth.base import Base, parsed
from bienvenue.errors import MailOff
from bienvenue.outbox import Letter


class Resets(Base):
    """The verbs of whoever lost a password, or may be losing it."""

    def get_reset_password_token(self, email: str | bytes) -> str:
        """Return a new reset token, which voids the one before.

        For the caller to hand on: nothing is mailed.  Raises
        ``UnknownAddress``, a ``ValueError``.
        """
        return recovery.hand_out(self.db, self.settings, email)

    def request_password_reset(self, email: str) -> None:
        """Have a reset token mailed, if the address has an account.

        The same single write whether or not it does: neither the answer
        nor its time tells (OWASP Forgot Password Cheat Sheet).  Raises
        ``InvalidAddress``, and ``MailOff`` where mail is switched off.
        """
        recipient = parsed(email)
        if self.settings.mail == "off":
            raise MailOff

        def ask(unit: orm.Session) -> None:
            outbox.post(unit, Letter.RESET_PASSWORD, recipient)
            recovery.record_request(unit, recipient)

        self.db.write(ask)

    def update_password(
        self,
        reset_token: str | None,
        password: str | bytes,
        *,
        email: str | None = None,
    ) -> None:
        """Spend a reset token on a new password and end all sessions.

        All in one transaction.  With ``email``, the token must be that
        address's.  Raises ``InvalidToken`` or ``InvalidPassword``, both
        ``ValueError``; the token is then still unspent.
        """
        token = recovery.Token(reset_token, email)
        recovery.spend(self.db, self.hasher, self.settings, token, password)

    def tell_of_guesses(self, email: str) -> None:
        """Have its owner told that somebody tries passwords of an account.

        The same single write whether or not the address has one.  Raises
        ``InvalidAddress``; where mail is switched off nobody is told.
        """
        recipient = parsed(email)
        if self.settings.mail != "off":
            self.db.write(
                lambda unit: outbox.post(unit, Letter.GUESSED_AT, recipient)
            )
