"""One thing that has a say in whether somebody gets in."""

import shlex
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bienvenue.config import Settings


class Weight(StrEnum):
    """What a reason does to a login with the right password.

    ``MAY_STOP`` is for what depends on the device or the network.
    """

    STOPS = "stops"
    MAY_STOP = "may_stop"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: its stable name, a sentence, and what to do about it.

    ``fix`` is a command, a setting or what the person can do; None where
    nothing has to be done.
    """

    code: str
    weight: Weight
    says: str
    fix: str | None = None


def command(words: str, address: str) -> str:
    """Return a command about an address as a shell takes it."""
    return f"bienvenue {words} {shlex.quote(address)}"


def by_mail_or(settings: Settings, mailed: str, otherwise: str) -> str:
    """Return what the owner can do by mail, if any leaves, or a command."""
    if settings.mail == "off":
        return otherwise
    return f"{mailed}; or: {otherwise}"


def minute(instant: datetime) -> str:
    """Return a time to the minute, in UTC, as people read it."""
    return f"{instant:%Y-%m-%d %H:%M}Z"
