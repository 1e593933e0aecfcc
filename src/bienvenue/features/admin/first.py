"""The first admin: a link that is printed once, and who opens it.

There is never a default password.  While nobody administers the service,
whoever can run a command on its machine can have a link printed: it lets one
person choose an address and a password, counts for an hour, and is void once
there is an admin.

An invitation is an event of the audit log, which every node sees.  It holds
the digest of the token and no more; as it belongs to no account, it is kept
under a number that no account has, by which it is found.  Several may be out
at once: they void each other, as whoever spends one has to be alone in it.
"""

import hmac
from datetime import timedelta
from typing import Final

from sqlalchemy import orm, select

from bienvenue import (
    address,
    audit,
    audit_line,
    clock,
    mailbox_proof,
    policy,
    roles,
    secret,
)
from bienvenue.audit_tables import AuditEvent
from bienvenue.auth import Auth
from bienvenue.config import Settings
from bienvenue.db import DB, insert_user
from bienvenue.errors import InvalidToken
from bienvenue.events import Event
from bienvenue.links import Links
from bienvenue.one_time_token import OneTimeToken
from bienvenue.user import User

LIFETIME: Final = timedelta(hours=1)

PATH: Final = "/admin/first"
"""The page that the link leads to."""

_SPENDING = "first_admin"
_NOBODY = 0
_MOST = 50  # invitations of an hour that are looked at


def invite(db: DB) -> str | None:
    """Return the token of a new link, or None where there is an admin."""
    token = secret.new_token()

    def record(unit: orm.Session) -> str | None:
        if roles.exist(unit):
            return None
        digest = secret.digest(token).hex()
        audit.record(unit, Event.ADMIN_INVITED, user_id=_NOBODY, digest=digest)
        return token

    return db.write(record)


def link(settings: Settings, token: str, base: str | None = None) -> str:
    """Return the URL of a link, below ``base`` if given."""
    links = Links.of(settings) if base is None else Links(base)
    return links.to(PATH, token=token)


def is_open(db: DB, token: str) -> bool:
    """Tell whether a link still counts; spends nothing."""
    return db.read(lambda unit: _open(unit, token))


def claim(auth: Auth, token: str, email: str, password: str) -> None:
    """Spend a link: make the account of the first admin.

    The address counts as verified, on the word of who printed the link.
    Raises ``InvalidToken``, ``InvalidAddress``, ``InvalidPassword`` or
    ``EmailTaken``; the link then still counts.
    """
    try:
        _claim(auth, token, address.parse(email), password)
    except InvalidToken:
        auth.db.write(_record_failure)
        raise


def _claim(auth: Auth, token: str, email: str, password: str) -> None:
    if not is_open(auth.db, token):
        raise InvalidToken
    policy.check(password, auth.settings, email=email)
    hashed_password = auth.hasher.hash(password)

    def make(unit: orm.Session) -> None:
        user = insert_user(unit, email, hashed_password)
        _be_alone(unit, user)
        if not _open(unit, token):
            raise InvalidToken
        mailbox_proof.note(unit, user)
        roles.change(unit, user, roles.ADMIN)

    auth.db.write(make)


def _be_alone(unit: orm.Session, user: User) -> None:
    """Wait, to the end of this unit, for whoever spends any link meanwhile.

    Nobody else can write a row with the same unique key, at whatever node
    of a cluster that takes writes at several, until this unit has ended.
    The row itself is needed no longer than that.
    """
    now = clock.now()
    row = OneTimeToken(
        user_id=user.id,
        purpose=_SPENDING,
        digest=_SPENDING,
        created_at=now,
        expires_at=now,
    )
    unit.add(row)
    unit.flush()
    unit.delete(row)
    unit.flush()


def _open(unit: orm.Session, token: str) -> bool:
    """Tell whether a token counts: nobody is admin, and it was handed out."""
    return not roles.exist(unit) and _was_printed(unit, token)


def _was_printed(unit: orm.Session, token: str) -> bool:
    rows = unit.scalars(
        select(AuditEvent.detail)
        .where(
            AuditEvent.user_id == _NOBODY,
            AuditEvent.event == Event.ADMIN_INVITED,
            AuditEvent.at > clock.now() - LIFETIME,
        )
        .order_by(AuditEvent.id.desc())
        .limit(_MOST)
    )
    digest = secret.digest(token).hex()
    for packed in rows:
        detail = audit_line.unpacked(packed)
        kept = detail.get("digest") if isinstance(detail, dict) else None
        if isinstance(kept, str) and hmac.compare_digest(kept, digest):
            return True
    return False


def _record_failure(unit: orm.Session) -> None:
    audit.record(
        unit, Event.TOKEN_FAILED, outcome="failure", purpose=_SPENDING
    )
