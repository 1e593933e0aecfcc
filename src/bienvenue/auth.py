"""What a person does to an account: register, sign in, sign out, reset.

``Auth`` knows no HTTP and no Flask.  "Is it valid?" answers with a bool or
None; "do it" raises one of ``bienvenue.errors``.
"""

from datetime import datetime
from typing import TypeGuard

from sqlalchemy import orm

from bienvenue import (
    account_state,
    address,
    audit,
    login,
    observing,
    outbox,
    policy,
    recovery,
    registration,
    secret,
    session,
)
from bienvenue.client import Client, acting, current
from bienvenue.config import Settings
from bienvenue.db import DB, lock_user
from bienvenue.errors import (
    EmailTaken,
    InvalidAddress,
    InvalidCredentials,
    MailOff,
    PasswordChangeRequired,
    UserNotFound,
)
from bienvenue.events import Event
from bienvenue.hash_pool import PooledHasher
from bienvenue.last_seen import LastSeen
from bienvenue.observing import Tally
from bienvenue.outbox import Letter
from bienvenue.passwords import PasswordHasher
from bienvenue.session import Span
from bienvenue.session_check import SignedIn
from bienvenue.user import User


def _hash_password(password: str | bytes) -> bytes:
    """Return a salted bcrypt hash at the default cost, as bytes."""
    return PasswordHasher().hash(password).encode()


def _generate_uuid() -> str:
    """Return 128 random bits in the text form of a UUID."""
    return secret.new_token()


class Auth:
    """The verbs over accounts; safe to share between threads.

    With no arguments it reads its settings (``Settings.load``) and opens
    the database they name.
    """

    def __init__(
        self, db: DB | None = None, settings: Settings | None = None
    ) -> None:
        """Work on a database under these settings."""
        self.settings = settings or Settings.load()
        if db is None:
            db = DB.of(self.settings)
        else:
            db.configure(self.settings)
        self.db = db
        self.hasher = PooledHasher(
            self.settings.bcrypt_rounds, peppers=self.settings.peppers
        )
        self._last_seen = LastSeen(self.db, self.session_span.idle)

    def close(self) -> None:
        """Write what is still to be written, and close the database."""
        try:
            self._last_seen.stop()
        finally:
            self.db.close()

    def register_user(self, email: str, password: str | bytes) -> User:
        """Make an account and return it.

        Raises ``InvalidAddress``, ``InvalidPassword`` or ``EmailTaken``,
        which are all ``ValueError``.
        """
        email = _parse(email)
        policy.check(password, self.settings, email=email)
        hashed_password = self.hasher.hash(password)
        try:
            return self.db.add_user(email, hashed_password)
        except EmailTaken:
            self.db.write(lambda unit: registration.record_taken(unit, email))
            raise

    def sign_up(
        self, email: str, password: str | bytes, *, told: bool = True
    ) -> None:
        """Make an account for somebody who asks, and mail how to verify it.

        Where ``Settings.reveals_taken`` is false a taken address ends the
        same, in the same time, and its owner is told by mail: here the
        asker learns nothing (OWASP Authentication Cheat Sheet).  Elsewhere
        it raises ``EmailTaken``.  Raises ``InvalidAddress`` or
        ``InvalidPassword``.  Without ``told`` no letter leaves.
        """
        email = _parse(email)
        policy.check(password, self.settings, email=email)
        newcomer = registration.Newcomer(
            email, self.hasher.hash(password), told
        )
        registration.sign_up(self.db, self.settings, newcomer)

    def valid_login(self, email: str | bytes, password: str | bytes) -> bool:
        """Tell whether a password opens an account.

        False for an unknown address, in the time of a wrong password, and
        for a password that is compromised; never raises on any str or bytes.
        Whether the address was verified is another question, which
        :meth:`log_in` asks.
        """
        verified = login.verify_password(self.db, self.hasher, email, password)
        if verified is None or verified.compromised:
            login.failed(self.db, email)
            return False
        user_id = verified.user_id
        self.db.write(lambda unit: login.succeeded(unit, user_id))
        return True

    def log_in(
        self,
        email: str | bytes,
        password: str | bytes,
        client: Client | None = None,
        *,
        presented: str | None = None,
    ) -> str:
        """Check a password and begin a session; return the session id.

        ``client`` is who is being answered when left out.  Raises
        ``InvalidCredentials``, the same for an unknown address, a wrong
        password and a disabled account, and ``PasswordChangeRequired`` for
        a right one that is compromised.  An address that waits to be
        verified, where the settings want it, is refused alike: whoever has
        registered with any password could tell by another answer whether
        there was an account before.  A deletion that waits is called off.
        ``presented`` is the session id the client signs in with, which
        ends (OWASP ASVS 7.2.4); all other sessions live on.
        """
        verified = login.verify_password(self.db, self.hasher, email, password)
        if verified and self.settings.wants_verified and not verified.proven:
            verified = None
        with acting(client or current()):
            try:
                session_id = verified and login.open_session(
                    self.db, verified, self.session_span, current(), presented
                )
            except PasswordChangeRequired:
                login.failed(self.db, email)
                raise
            if not session_id:
                login.failed(self.db, email)
                raise InvalidCredentials
        return session_id

    def create_session(self, email: str | bytes) -> str | None:
        """Begin a session of an account, on the caller's own word.

        Returns the session id, or None for an unknown address or a
        disabled account.  It counts as a login with a password does.
        """
        user = login.find(self.db, email)
        if user is None:
            return None
        user_id, span = user.id, self.session_span

        def begin(unit: orm.Session) -> str | None:
            if not login.admit(unit, lock_user(unit, user_id)):
                return None
            return login.start(unit, user_id, span, current())

        try:
            return self.db.write(begin)
        except UserNotFound:
            return None

    def check_session(self, session_id: object) -> SignedIn | None:
        """Tell who a session id belongs to, by the fast path, or None."""
        if not _may_be_a_session(session_id):
            return None
        found = self.db.check_session(session_id)
        if found is None:
            observing.tell(Tally.SESSION_CHECK, "none")
        else:
            self._last_seen.note(found)
            observing.tell(Tally.SESSION_CHECK, "live")
        return found

    def get_user_from_session_id(self, session_id: object) -> User | None:
        """Return the user of a live session; None for anything else."""
        if not _may_be_a_session(session_id):
            return None
        try:
            return self.db.find_user_by(session_id=session_id)
        except UserNotFound:
            return None

    def end_session(self, session_id: object) -> bool:
        """End one session; tell whether there was a live one."""
        if not _may_be_a_session(session_id):
            return False

        def end(unit: orm.Session) -> bool:
            whose = session.whose(unit, session_id)
            if whose is None or not session.end(unit, session_id):
                return False
            user_id, row = whose
            audit.record(
                unit,
                Event.SESSION_ENDED,
                user_id=user_id,
                scope="one",
                session=row,
            )
            return True

        return self.db.write(end)

    def destroy_session(self, user_id: int | None) -> None:
        """End every session of a user; an unknown user has none to end."""
        try:
            account_state.end_sessions(self.db, user_id)
        except UserNotFound:
            return

    def disable_user(self, user_id: int) -> None:
        """Shut an account: its sessions end and its tokens are void.

        Nobody signs in to it, or resets its password, until it is enabled.
        Raises ``UserNotFound``.
        """
        account_state.disable(self.db, user_id)

    def enable_user(self, user_id: int) -> None:
        """Open an account again; raises ``UserNotFound``."""
        account_state.enable(self.db, user_id)

    def mark_password_compromised(self, user_id: int) -> None:
        """Shut out whoever knows the password, and end every session.

        It opens nothing from now on, until a reset by mail has replaced it
        (NIST SP 800-63B-4, 3.1.1.2).  Raises ``UserNotFound``.
        """
        account_state.mark_compromised(self.db, user_id)

    def schedule_deletion(self, user_id: int) -> datetime:
        """Have an account deleted after the days of grace; say when.

        Its sessions end.  Signing in before it is gone keeps it.  With no
        days of grace it is gone at once.  Raises ``UserNotFound``.
        """
        return account_state.schedule_deletion(self.db, self.settings, user_id)

    def delete_user(self, user_id: int) -> None:
        """Delete an account and all that is its own, at once.

        The audit log keeps what happened, under the id alone.  Raises
        ``UserNotFound``.
        """
        account_state.delete_now(self.db, user_id)

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
        recipient = _parse(email)
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

    @property
    def session_span(self) -> Span:
        """How long sessions last, and how many of a user there may be."""
        return self.db.session_span


def _may_be_a_session(session_id: object) -> TypeGuard[str]:
    return isinstance(session_id, str) and session_id != ""


def _parse(email: object) -> str:
    if not isinstance(email, str):
        raise InvalidAddress
    return address.parse(email)
