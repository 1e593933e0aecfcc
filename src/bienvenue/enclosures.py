"""What each letter brings: whether it is still true, and with which token.

The token in a letter is made here, as the letter is written.  A notice
brings no secret, only the way to act on it (NIST SP 800-63B-4, 4.6).
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import exists, orm, select

from bienvenue import one_time_token
from bienvenue.columns import not_expired
from bienvenue.config import Settings
from bienvenue.links import Links
from bienvenue.one_time_token import OneTimeToken, Purpose
from bienvenue.outbox import Letter, OutboxRow
from bienvenue.user import User

# NIST SP 800-63B-4 4.2.1.2: what is mailed lasts a day at most; the way
# back from a change proves nobody's identity, and may last longer.
VERIFY_FOR = timedelta(hours=24)
CONFIRM_FOR = timedelta(hours=24)
UNDO_FOR = timedelta(hours=72)

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)

Values = dict[str, object]
_Finder = Callable[[orm.Session, User, OutboxRow], Values | None]


class Enclosures:
    """Finds, for a letter, the values that its template wants."""

    def __init__(self, settings: Settings, links: Links) -> None:
        """Take the settings, and what builds links."""
        self._links = links
        self._reset_for = timedelta(
            seconds=settings.reset_token_lifetime_seconds
        )
        self._finders: dict[Letter, _Finder] = {
            Letter.RESET_PASSWORD: self._reset,
            Letter.VERIFY_EMAIL: self._verify,
            Letter.ALREADY_REGISTERED: self._notice,
            Letter.CONFIRM_EMAIL_CHANGE: self._confirm_change,
            Letter.EMAIL_CHANGED: self._changed,
            Letter.PASSWORD_CHANGED: self._notice,
            Letter.PASSWORD_RESET: self._notice,
            Letter.DELETION_SCHEDULED: self._deletion,
            Letter.GUESSED_AT: self._guessed_at,
            Letter.ACTED_AS: self._acted_as,
        }

    def of(
        self, unit: orm.Session, user: User, row: OutboxRow
    ) -> Values | None:
        """Return what a letter needs; None if it is no longer true."""
        return self._finders[Letter(row.letter)](unit, user, row)

    def reset(self, token: str) -> Values:
        """Return what the letter with a reset token needs."""
        return {
            "token": token,
            "url": self._links.to("/reset_password", token=token),
            "minutes": self._reset_for // _MINUTE,
        }

    def _reset(
        self, unit: orm.Session, user: User, row: OutboxRow
    ) -> Values | None:
        del row
        if user.disabled_at is not None:
            return None
        purpose = Purpose.RESET_PASSWORD
        return self.reset(
            one_time_token.renew(unit, user.id, purpose, self._reset_for)
        )

    def _verify(
        self, unit: orm.Session, user: User, row: OutboxRow
    ) -> Values | None:
        if user.verified_at is not None or user.email != row.recipient:
            return None
        if user.disabled_at is not None:
            return None
        token, code = one_time_token.renew_with_code(
            unit, user.id, Purpose.VERIFY_EMAIL, VERIFY_FOR
        )
        url = self._links.to("/verify_email", token=token)
        return {
            "url": url,
            "code": code,
            "code_url": self._links.to("/verify_email"),
            "hours": VERIFY_FOR // _HOUR,
            "minutes": one_time_token.CODE_LIFETIME // _MINUTE,
        }

    def _confirm_change(
        self, unit: orm.Session, user: User, row: OutboxRow
    ) -> Values | None:
        purpose, new = Purpose.CHANGE_EMAIL, row.recipient
        if not _is_open(unit, user, purpose, new):
            return None
        token = one_time_token.renew(
            unit, user.id, purpose, CONFIRM_FOR, subject=new
        )
        url = self._links.to("/confirm_email_change", token=token)
        return {"url": url, "hours": CONFIRM_FOR // _HOUR}

    def _changed(
        self, unit: orm.Session, user: User, row: OutboxRow
    ) -> Values | None:
        purpose, old = Purpose.UNDO_EMAIL_CHANGE, row.recipient
        # A late letter must not open a way back that was closed: to the
        # address of a thief, say, whose change was undone meanwhile.
        if not _is_open(unit, user, purpose, old):
            return None
        token = one_time_token.renew(
            unit, user.id, purpose, UNDO_FOR, subject=old
        )
        url = self._links.to("/undo_email_change", token=token)
        return {"url": url, "hours": UNDO_FOR // _HOUR}

    def _notice(
        self, unit: orm.Session, user: User, row: OutboxRow
    ) -> Values | None:
        del unit, user, row
        return {"url": self._links.to("/reset_password")}

    def _acted_as(
        self, unit: orm.Session, user: User, row: OutboxRow
    ) -> Values | None:
        del unit, user, row
        return {"url": self._links.to("/account")}

    def _deletion(
        self, unit: orm.Session, user: User, row: OutboxRow
    ) -> Values | None:
        if user.deletion_due_at is None:
            return None
        return self._notice(unit, user, row)

    def _guessed_at(
        self, unit: orm.Session, user: User, row: OutboxRow
    ) -> Values | None:
        if user.disabled_at is not None:
            return None
        return self._notice(unit, user, row)


def _is_open(
    unit: orm.Session, user: User, purpose: Purpose, subject: str
) -> bool:
    """Tell whether a user has a token of a kind in force about an address."""
    waiting = exists().where(
        OneTimeToken.user_id == user.id,
        OneTimeToken.purpose == purpose,
        OneTimeToken.subject == subject,
        not_expired(OneTimeToken.expires_at),
    )
    return bool(unit.scalar(select(waiting)))
