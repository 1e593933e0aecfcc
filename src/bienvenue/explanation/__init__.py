"""Why somebody's login fails, or would not: all that is stored says so.

Only reads, and tells no secret: no hash, no token, no digest.  What the
service keeps in memory alone cannot be seen from outside; that is said too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import orm, select

from bienvenue import session
from bienvenue.chain import Chain
from bienvenue.config import Settings
from bienvenue.explanation import (
    history,
    letters,
    limits,
    making,
    password,
    spelling,
    state,
)
from bienvenue.explanation.history import Happening, History
from bienvenue.explanation.reason import Reason, Weight
from bienvenue.user import User

__all__ = ["Explanation", "Happening", "Reason", "Weight", "explain", "find"]

_NO_KEY = (
    "attempts at this address in the audit log, where it has a pseudonym"
    " that is made with secret_key: there is none in these settings"
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would become of a login with the right password, and why.

    ``unseen`` names what cannot be known from outside the service.
    """

    address: str
    user: User | None
    reasons: Sequence[Reason]
    happened: Sequence[Happening]
    unseen: Sequence[str]

    @property
    def login(self) -> str:
        """How it would end: ``works``, ``may_fail`` or ``fails``."""
        weights = {each.weight for each in self.reasons}
        if Weight.STOPS in weights:
            return "fails"
        return "may_fail" if Weight.MAY_STOP in weights else "works"


def find(unit: orm.Session, text: str) -> User | None:
    """Return the account of an address in any of its spellings, or None."""
    for key in spelling.keys(text):
        user = unit.scalars(select(User).where(User.email_key == key)).first()
        if user is not None:
            return user
    return None


def explain(unit: orm.Session, settings: Settings, text: str) -> Explanation:
    """Explain what becomes of logins with an address, as it was typed."""
    keys = spelling.keys(text)
    user = find(unit, text)
    if user is None:
        return _of_nobody(unit, settings, text)
    past = history.of(unit, user.id, limits.QUARTER)
    throttled, unseen = limits.of(
        settings, user.email, past.networks, past.failures
    )
    spellings = sorted({user.email, user.email_key, *keys, text})
    reasons = [
        *state.of(user, settings),
        *password.of(user, settings, making.of(unit, user.id)),
        *throttled,
        *letters.tokens(unit, user),
        *letters.mail(unit, settings, spellings, user),
        *state.sessions(session.live(unit, user.id), settings),
    ]
    return Explanation(text, user, _ordered(reasons), past.happened, unseen)


def _of_nobody(
    unit: orm.Session, settings: Settings, text: str
) -> Explanation:
    key = settings.secret_key
    chain = Chain(key.get_secret_value() if key else None)
    storable = bool(spelling.keys(text))
    past = (
        history.of_nobody(unit, chain, text, limits.QUARTER)
        if storable
        else History([], 0, [])
    )
    reasons = list(spelling.unknown(unit, text))
    before = history.last_owner(unit, chain, text) if storable else None
    if before is not None:
        reasons.append(_gone(unit, before))
    throttled, unseen = limits.of(settings, text, past.networks, past.failures)
    reasons += throttled
    spellings = sorted({text, *spelling.keys(text)}) if storable else []
    reasons += letters.mail(unit, settings, spellings, None)
    if key is None:
        unseen = [*unseen, _NO_KEY]
    return Explanation(text, None, _ordered(reasons), past.happened, unseen)


def _gone(unit: orm.Session, user_id: int) -> Reason:
    """Say what became of the account that the address was of lately."""
    user = unit.get(User, user_id)
    if user is None:
        return Reason(
            "deleted",
            Weight.NOTE,
            f"the account {user_id}, which had the address, was deleted",
        )
    return Reason(
        "moved",
        Weight.NOTE,
        f"the address was given in what concerns the account {user.id} of"
        f" {user.email}",
    )


def _ordered(reasons: Sequence[Reason]) -> list[Reason]:
    """Return the graver first, and otherwise as they were found."""
    return sorted(reasons, key=lambda each: list(Weight).index(each.weight))
