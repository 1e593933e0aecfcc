"""Getting in: is this the password, and if so, here is a session."""

from sqlalchemy import orm

from bienvenue import by_address, login
from bienvenue.auth.base import Base
from bienvenue.client import Client, acting, current
from bienvenue.db import lock_user
from bienvenue.errors import (
    InvalidCredentials,
    PasswordChangeRequired,
    UserNotFound,
)


class SigningIn(Base):
    """The verbs that begin a session."""

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
        kept: bool = True,
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
        ends (OWASP ASVS 7.2.4); all other sessions live on.  One that is
        not ``kept`` lasts ``session_unkept_seconds`` at most.
        """
        verified = login.verify_password(self.db, self.hasher, email, password)
        if verified and self.settings.wants_verified and not verified.proven:
            verified = None
        with acting(client or current()):
            try:
                session_id = verified and login.open_session(
                    self.db,
                    verified,
                    self.session_span,
                    current(),
                    presented,
                    kept=kept,
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
        user = by_address.find(self.db, email)
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
