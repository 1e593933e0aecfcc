"""One account in a file: which members it has, and what they may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bienvenue import address, clock, imported_hashes
from bienvenue.errors import InvalidAddress
from bienvenue.user import UNUSABLE

# A member goes by the name it has elsewhere, too: Django, Devise, Auth0,
# Firebase, Supabase, WordPress.
NAMES = {
    "email": ("email", "Email", "user_email"),
    "hashed_password": (
        *("hashed_password", "password_hash", "passwordHash"),
        *("encrypted_password", "password", "user_pass"),
    ),
    "created_at": ("created_at", "date_joined", "user_registered"),
    "verified_at": ("verified_at", "confirmed_at", "email_confirmed_at"),
    "disabled_at": ("disabled_at", "locked_at", "banned_until"),
    "compromised_at": ("compromised_at",),
    "deletion_due_at": ("deletion_due_at",),
    "language": ("language", "locale", "lang"),
}

_VERIFIED = ("email_verified", "emailVerified")
_TRUE = frozenset({"1", "true", "t", "yes"})
_MOST_LANGUAGE = 35
_EMPTY: tuple[object, ...] = (None, "")


@dataclass(frozen=True, slots=True)
class Record:
    """An account as it goes into or comes out of a file."""

    email: str
    hashed_password: str
    created_at: datetime
    verified_at: datetime | None = None
    disabled_at: datetime | None = None
    compromised_at: datetime | None = None
    deletion_due_at: datetime | None = None
    language: str | None = None

    def __repr__(self) -> str:
        """Show nothing: it is personal, and holds a hash."""
        return "<Record>"


def read(members: Mapping[str, object]) -> Record:
    """Return the account that a line of a file describes.

    Raises ``ValueError`` naming the member that does not fit, as the file
    calls it; the text never repeats what it holds.
    """
    now = clock.now()
    verified_at = _instant(members, "verified_at")
    if verified_at is None and _says_verified(members):
        verified_at = now
    return Record(
        email=_email(members),
        hashed_password=_hash(members),
        created_at=_instant(members, "created_at") or now,
        verified_at=verified_at,
        disabled_at=_instant(members, "disabled_at"),
        compromised_at=_instant(members, "compromised_at"),
        deletion_due_at=_instant(members, "deletion_due_at"),
        language=_language(members),
    )


def _email(members: Mapping[str, object]) -> str:
    text = _text(members, "email")
    if text is None:
        raise ValueError("email: is missing")
    try:
        return address.parse(text)
    except InvalidAddress:
        name = _called(members, "email")
        raise ValueError(f"{name}: is no address") from None


def _hash(members: Mapping[str, object]) -> str:
    text = _text(members, "hashed_password")
    if text is None or text == UNUSABLE:
        return UNUSABLE
    if imported_hashes.identify(text) is None:
        name = _called(members, "hashed_password")
        raise ValueError(f"{name}: is of no known scheme")
    return text


def _instant(members: Mapping[str, object], name: str) -> datetime | None:
    text = _text(members, name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        name = _called(members, name)
        raise ValueError(f"{name}: is no ISO 8601 time") from None


def _language(members: Mapping[str, object]) -> str | None:
    text = _text(members, "language")
    if text is None:
        return None
    text = text.replace("_", "-")
    plain = text.replace("-", "").isalnum() and text.isascii()
    if not plain or len(text) > _MOST_LANGUAGE:
        name = _called(members, "language")
        raise ValueError(f"{name}: is no BCP 47 tag")
    return text


def _says_verified(members: Mapping[str, object]) -> bool:
    return any(
        str(members.get(name, "")).strip().lower() in _TRUE
        for name in _VERIFIED
    )


def _called(members: Mapping[str, object], name: str) -> str:
    """Return the name that a member goes by in a file; ours for none."""
    there = (each for each in NAMES[name] if members.get(each) not in _EMPTY)
    return next(there, name)


def _text(members: Mapping[str, object], name: str) -> str | None:
    """Return a member under any of its names; None for an empty one."""
    called = _called(members, name)
    value = members.get(called)
    if value in _EMPTY:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{called}: is not text")  # noqa: TRY004 - as all of ``read``
    return value
