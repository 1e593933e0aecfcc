"""What an operator, or a person, does to a whole account."""

from datetime import datetime

from bienvenue import account_state
from bienvenue.auth.base import Base


class Accounts(Base):
    """The verbs that shut an account, open it and delete it."""

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
