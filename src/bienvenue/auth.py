"""What a person does to an account: register, sign in, sign out, reset.

``Auth`` knows no HTTP and no Flask.  "Is it valid?" answers with a bool or
None; "do it" raises one of ``bienvenue.errors``.
"""

from datetime import timedelta

from sqlalchemy import orm

from bienvenue import (
    address,
    login,
    one_time_token,
    outbox,
    policy,
    secret,
    session,
)
from bienvenue.config import Settings
from bienvenue.db import DB, lock_user
from bienvenue.errors import (
    InvalidAddress,
    InvalidCredentials,
    InvalidToken,
    MailOff,
    UnknownAddress,
    UserNotFound,
)
from bienvenue.hash_pool import PooledHasher
from bienvenue.last_seen import LastSeen
from bienvenue.login import Client
from bienvenue.one_time_token import Purpose
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
        self.db = db or DB(self.settings.database_url)
        self.hasher = PooledHasher(self.settings.bcrypt_rounds)
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
        policy.check(password, self.settings)
        return self.db.add_user(email, self.hasher.hash(password))

    def valid_login(self, email: str | bytes, password: str | bytes) -> bool:
        """Tell whether a password opens an account.

        False for an unknown address, in the time of a wrong password;
        never raises on any str or bytes.
        """
        verified = login.verify_password(
            self.db, self.hasher, email, password
        )
        return verified is not None

    def log_in(
        self,
        email: str | bytes,
        password: str | bytes,
        client: Client = Client(),  # noqa: B008  # frozen, safe to share
    ) -> str:
        """Check a password and begin a session; return the session id.

        Raises ``InvalidCredentials``, the same for an unknown address and a
        wrong password.  Other sessions of the account live on.
        """
        verified = login.verify_password(
            self.db, self.hasher, email, password
        )
        session_id = verified and login.open_session(
            self.db, verified, self.session_span, client
        )
        if not session_id:
            raise InvalidCredentials
        return session_id

    def create_session(self, email: str | bytes) -> str | None:
        """Begin a session of an account, on the caller's own word.

        Returns the session id, or None for an unknown address.
        """
        user = login.find(self.db, email)
        if user is None:
            return None
        user_id, span = user.id, self.session_span

        def begin(unit: orm.Session) -> str:
            lock_user(unit, user_id)
            return login.start(unit, user_id, span, Client())

        try:
            return self.db.write(begin)
        except UserNotFound:
            return None

    def check_session(self, session_id: object) -> SignedIn | None:
        """Tell who a session id belongs to, by the fast path, or None."""
        if not isinstance(session_id, str) or not session_id:
            return None
        found = self.db.check_session(session_id)
        if found is not None:
            self._last_seen.note(found)
        return found

    def get_user_from_session_id(self, session_id: object) -> User | None:
        """Return the user of a live session; None for anything else."""
        if not isinstance(session_id, str) or not session_id:
            return None
        try:
            return self.db.find_user_by(session_id=session_id)
        except UserNotFound:
            return None

    def end_session(self, session_id: object) -> bool:
        """End one session; tell whether there was a live one."""
        if not isinstance(session_id, str) or not session_id:
            return False
        return self.db.write(lambda unit: session.end(unit, session_id))

    def destroy_session(self, user_id: int | None) -> None:
        """End every session of a user; an unknown user has none to end."""

        def end(unit: orm.Session) -> None:
            session.end_all(unit, lock_user(unit, user_id).id)

        try:
            self.db.write(end)
        except UserNotFound:
            return

    def get_reset_password_token(self, email: str | bytes) -> str:
        """Return a new reset token, which voids the one before.

        For the caller to hand on: nothing is mailed.  Raises
        ``UnknownAddress``, a ``ValueError``.
        """
        user = login.find(self.db, email)
        if user is None:
            raise UnknownAddress
        user_id, token = user.id, secret.new_token()
        lifetime = timedelta(
            seconds=self.settings.reset_token_lifetime_seconds
        )

        def issue(unit: orm.Session) -> None:
            lock_user(unit, user_id)
            one_time_token.issue(
                unit, user_id, Purpose.RESET_PASSWORD, token, lifetime
            )

        try:
            self.db.write(issue)
        except UserNotFound:
            raise UnknownAddress from None
        return token

    def request_password_reset(self, email: str) -> None:
        """Have a reset token mailed, if the address has an account.

        The same single write whether or not it does: neither the answer
        nor its time tells (OWASP Forgot Password Cheat Sheet).  Raises
        ``InvalidAddress``, and ``MailOff`` where mail is switched off.
        """
        recipient = _parse(email)
        if self.settings.mail == "off":
            raise MailOff
        self.db.write(
            lambda unit: outbox.post(unit, Letter.RESET_PASSWORD, recipient)
        )

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
        purpose = Purpose.RESET_PASSWORD
        if not isinstance(reset_token, str) or not reset_token:
            raise InvalidToken
        owner = self.db.read(
            lambda unit: one_time_token.owner(unit, purpose, reset_token)
        )
        if owner is None or not _same_address(owner, email):
            raise InvalidToken
        policy.check(password, self.settings)
        # The costly part comes before the transaction, and after the token
        # was seen to be good: nonsense costs no hashing.
        hashed_password, user_id = self.hasher.hash(password), owner.id

        def spend(unit: orm.Session) -> None:
            user = lock_user(unit, user_id)
            if not one_time_token.claim(unit, purpose, reset_token):
                raise InvalidToken
            user.hashed_password = hashed_password
            session.end_all(unit, user_id)

        try:
            self.db.write(spend)
        except UserNotFound:
            raise InvalidToken from None

    @property
    def session_span(self) -> Span:
        """How long the sessions last that are begun here."""
        return Span(
            timedelta(seconds=self.settings.session_lifetime_seconds),
            timedelta(seconds=self.settings.session_idle_seconds),
        )


def _parse(email: object) -> str:
    if not isinstance(email, str):
        raise InvalidAddress
    return address.parse(email)


def _same_address(user: User, email: str | None) -> bool:
    return email is None or user.email_key in address.keys(email)
