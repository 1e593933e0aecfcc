"""What admins do to accounts, one or several.

Whatever is done is in the audit log with both ids.  No verb sets, takes or
shows a password (OWASP ASVS 6.4.6): an admin can have the owner choose
another by mail, and no more.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import orm

from bienvenue import account_state, roles
from bienvenue.config import Settings
from bienvenue.db import lock_user
from bienvenue.errors import (
    AccountDisabled,
    AddressUnproven,
    BienvenueError,
    InvalidChoice,
)
from bienvenue.features.admin import everyone, people
from bienvenue.features.admin.desk import Desk
from bienvenue.features.admin.shapes import Actor, Bulk, UserRow
from bienvenue.features.admin.verbs import FOR_MANY
from bienvenue.user import User

MOST_AT_ONCE: Final = 100
"""Accounts that one bulk action takes."""


def refuse_to_promote(user: User, settings: Settings) -> None:
    """Raise unless an account's owner may be made an admin.

    ``AccountDisabled``; and where production's rules hold, as long as
    nobody has proved to read mail at the address, ``AddressUnproven``:
    whoever registered it may not be its owner (OWASP ASVS 8.2.2).
    """
    if user.disabled_at is not None:
        raise AccountDisabled
    if user.verified_at is None and settings.strict_rules:
        raise AddressUnproven


class Deeds(Desk):
    """The verbs of ``verbs.FOR_ONE``, by their names, and for all."""

    def disable(self, actor: Actor, user_id: int, reason: str = "") -> None:
        """Shut an account: its sessions end, its tokens are void.

        ``reason`` is kept in the audit log.
        """
        with self._as(actor):
            account_state.disable(self._db, user_id, reason=reason or None)

    def enable(self, actor: Actor, user_id: int) -> None:
        """Open an account again."""
        with self._as(actor):
            account_state.enable(self._db, user_id)

    def end_sessions(self, actor: Actor, user_id: int) -> None:
        """End every session of an account."""
        with self._as(actor):
            account_state.end_sessions(self._db, user_id)

    def end_all_sessions(self, actor: Actor) -> int:
        """End the sessions of everybody but the admin's own; count them."""
        with self._as(actor):
            return everyone.end_sessions(self._db, but=actor.session)

    def send_reset(self, actor: Actor, user_id: int) -> None:
        """Mail the owner a link to choose another password by.

        Raises ``AccountDisabled``, or ``MailOff`` where there is no mail.
        """
        found = self._one(user_id)
        if found.disabled_at is not None:
            raise AccountDisabled
        with self._as(actor):
            self._auth.request_password_reset(found.email)

    def mark_compromised(self, actor: Actor, user_id: int) -> None:
        """Have the password open nothing until it was reset by mail."""
        with self._as(actor):
            account_state.mark_compromised(self._db, user_id)

    def delete(self, actor: Actor, user_id: int) -> datetime:
        """Have an account deleted after the days of grace; say when.

        Its sessions end, and its owner, who can keep it by signing in, is
        told by mail.
        """
        with self._as(actor):
            return account_state.schedule_deletion(
                self._db, self._settings, user_id
            )

    def grant_admin(self, actor: Actor | None, user_id: int) -> None:
        """Make an account's owner an admin.

        Raises what :func:`refuse_to_promote` does.  Without an ``actor`` it
        is an operator who does it, at a terminal.
        """

        def grant(unit: orm.Session) -> None:
            user = lock_user(unit, user_id)
            refuse_to_promote(user, self._settings)
            roles.change(unit, user, roles.ADMIN)

        with self._as(actor):
            self._db.write(grant)

    def revoke_admin(self, actor: Actor | None, user_id: int) -> None:
        """Take the role of an admin away, from their next request on.

        Without an ``actor`` it is an operator who does it, at a terminal.
        """
        with self._as(actor):
            self._db.write(
                lambda unit: roles.change(unit, lock_user(unit, user_id), None)
            )

    def bulk(self, actor: Actor, verb: str, user_ids: Sequence[int]) -> Bulk:
        """Do one of the ``FOR_MANY`` verbs to accounts, each for itself.

        One that is refused leaves the others alone.  Raises
        ``InvalidChoice`` for another verb, or for too many.
        """
        if verb not in FOR_MANY:
            raise InvalidChoice(f"verb is one of {', '.join(FOR_MANY)}")
        wanted = list(dict.fromkeys(user_ids))
        if not 0 < len(wanted) <= MOST_AT_ONCE:
            raise InvalidChoice(f"from 1 to {MOST_AT_ONCE} accounts at once")
        act: Callable[[int], object] = partial(getattr(self, verb), actor)
        result = Bulk([], {})
        for user_id in wanted:
            try:
                act(user_id)
            except BienvenueError as error:
                result.failed[user_id] = str(error.code)
            else:
                result.done.append(user_id)
        return result

    def _one(self, user_id: int) -> UserRow:
        return self._db.read(lambda unit: people.one(unit, user_id))
