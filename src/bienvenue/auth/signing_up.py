"""Making an account: on somebody's own word, or the caller's."""

from bienvenue import policy, registration
from bienvenue.auth.base import Base, parsed
from bienvenue.errors import EmailTaken
from bienvenue.user import User


class SigningUp(Base):
    """The verbs that make an account."""

    def register_user(self, email: str, password: str | bytes) -> User:
        """Make an account and return it.

        Raises ``InvalidAddress``, ``InvalidPassword`` or ``EmailTaken``,
        which are all ``ValueError``.
        """
        email = parsed(email)
        policy.check(password, self.settings, email=email)
        hashed_password = self.hasher.hash(password)
        try:
            return self.db.add_user(email, hashed_password)
        except EmailTaken:
            self.db.write(lambda unit: registration.record_taken(unit, email))
            raise

    def sign_up(
        self, email: str, password: str | bytes, *, told: bool = True
    ) -> str:
        """Make an account for somebody who asks, and mail how to verify it.

        Returns the hash of the password, to know this newcomer again by;
        of a taken address it is nobody's, and took as long.

        Where ``Settings.reveals_taken`` is false a taken address ends the
        same, in the same time, and its owner is told by mail: here the
        asker learns nothing (OWASP Authentication Cheat Sheet).  Elsewhere
        it raises ``EmailTaken``.  Raises ``InvalidAddress`` or
        ``InvalidPassword``.  Without ``told`` no letter leaves.
        """
        email = parsed(email)
        policy.check(password, self.settings, email=email)
        hashed_password = self.hasher.hash(password)
        newcomer = registration.Newcomer(email, hashed_password, told)
        registration.sign_up(self.db, self.settings, newcomer)
        return hashed_password
