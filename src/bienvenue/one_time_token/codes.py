"""Six digits that stand for a token, for whoever types them.

They can be guessed, so they count for minutes and die of a few wrong
guesses, and their digest has a key that is not in the database.
"""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, orm, update

from bienvenue import clock, secret
from bienvenue.columns import not_expired
from bienvenue.one_time_token.issuing import LIFETIME, renew
from bienvenue.one_time_token.table import OneTimeToken, Purpose

CODE_LIFETIME = timedelta(minutes=15)
MAX_FAILURES = 5
"""Wrong guesses at a code, after which its token alone still counts."""

CODE_KEY = "bienvenue.code_key"
"""Where a unit of work carries the key of codes, in its ``info``."""


def renew_with_code(
    unit: orm.Session,
    user_id: int,
    purpose: Purpose,
    lifetime: timedelta = LIFETIME,
    *,
    subject: str = "",
) -> tuple[str, str]:
    """Make a token as ``renew`` does, and a short code that stands for it.

    Returns both, raw.  The code counts for ``CODE_LIFETIME``, or for as
    long as the token where that is shorter.
    """
    token = renew(unit, user_id, purpose, lifetime, subject=subject)
    code = secret.new_code()
    unit.execute(
        update(OneTimeToken)
        .where(OneTimeToken.digest == token)
        .values(code_digest=_keyed(unit, user_id, purpose, code))
    )
    return token, code


def claim_code(
    unit: orm.Session, user_id: int, purpose: Purpose, code: str
) -> bool:
    """Spend a token by its code; tell whether it was the right one.

    The caller holds the user's row, and commits also when the code is
    wrong: guesses count.  The text "" is always a wrong one.
    """
    counts = (
        OneTimeToken.user_id == user_id,
        OneTimeToken.purpose == purpose,
        OneTimeToken.failures < MAX_FAILURES,
        OneTimeToken.created_at > clock.now() - CODE_LIFETIME,
        not_expired(OneTimeToken.expires_at),
    )
    right = OneTimeToken.code_digest == _keyed(unit, user_id, purpose, code)
    spent = unit.execute(delete(OneTimeToken).where(*counts, right))
    if cast(CursorResult[Any], spent).rowcount == 1:
        return True
    unit.execute(
        update(OneTimeToken)
        .where(*counts)
        .values(failures=OneTimeToken.failures + 1)
    )
    return False


def _keyed(
    unit: orm.Session, user_id: int, purpose: Purpose, code: str
) -> str:
    key: bytes = unit.info[CODE_KEY]
    return secret.keyed_digest(key, f"{purpose}:{user_id}:{code}")
