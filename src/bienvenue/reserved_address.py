"""Addresses that nobody may take, since their owner may come back to them.

Somebody whose address was changed by a thief has days to undo it.  Until
then the old address must not become another account's: there would be
nothing to go back to.
"""

from sqlalchemy import orm, select, union_all

from bienvenue import address
from bienvenue.columns import not_expired
from bienvenue.one_time_token import OneTimeToken, Purpose


def is_reserved(
    unit: orm.Session, email: str, *, but: int | None = None
) -> bool:
    """Tell whether an account may come back to an address.

    ``but`` is the account that asks.  Ask after the address was written,
    in the same unit: the unique index makes that wait for a change that is
    about to free it, and the reservation is then there to be seen.
    """
    wanted, key = address.key(email), OneTimeToken.subject_key
    ways_back = select(OneTimeToken.user_id, OneTimeToken.subject).where(
        OneTimeToken.purpose == Purpose.UNDO_EMAIL_CHANGE,
        not_expired(OneTimeToken.expires_at),
    )
    # The release before this one kept no keys, and may still be running.
    # Not an OR: SQLite would read every way back there is.
    rows = unit.execute(
        union_all(
            ways_back.where(key == wanted), ways_back.where(key.is_(None))
        )
    )
    return any(
        user_id != but and address.key(subject) == wanted
        for user_id, subject in rows
    )
