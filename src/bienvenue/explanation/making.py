"""How an account came to be, as far as the audit log tells."""

from enum import Enum

from sqlalchemy import orm, select

from bienvenue.audit_tables import AuditEvent
from bienvenue.events import Event

# As the command signs what it does; it stands floors above, unseen.
_ADMIN_CREATE = "bienvenue admin create"


class Making(Enum):
    """Who made an account.

    Of one that was brought in the log has no event of its own, and of any
    other none any more once its beginning is in an archive.
    """

    ADMIN_CREATE = "an operator, for an admin"
    HERE = "somebody else, here"
    UNKNOWN = "not told"


def of(unit: orm.Session, user_id: int) -> Making:
    """Tell how an account came to be, by the first event that is of it."""
    first = unit.execute(
        select(AuditEvent.event, AuditEvent.agent)
        .where(AuditEvent.user_id == user_id)
        .order_by(AuditEvent.id)
        .limit(1)
    ).first()
    if first is None or first.event != Event.USER_CREATED:
        return Making.UNKNOWN
    made_by_command = first.agent == _ADMIN_CREATE
    return Making.ADMIN_CREATE if made_by_command else Making.HERE
