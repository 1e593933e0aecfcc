"""What the stored hash says: whether any password can match it."""

from collections.abc import Iterator
from importlib.util import find_spec

from bienvenue import imported_hashes, pepper
from bienvenue.config import Settings
from bienvenue.explanation.making import Making
from bienvenue.explanation.reason import Reason, Weight, by_mail_or, command
from bienvenue.user import UNUSABLE, User

_OURS = frozenset({"bcrypt", "bcrypt-sha256"})
_PEPPERED = "$bienvenue-pepper$"
_WITHOUT = {
    Making.ADMIN_CREATE: "`bienvenue admin create` made the account, and the"
    " link by which its owner chooses one was not used",
    Making.HERE: "the account was made without one",
    Making.UNKNOWN: "the account was brought in, or made, without one",
}


def of(
    user: User, settings: Settings, making: Making = Making.UNKNOWN
) -> Iterator[Reason]:
    """Yield what stands between any password and the hash; never the hash.

    ``making`` says how the account came to be.
    """
    reset = by_mail_or(
        settings,
        "its owner resets it by mail",
        command("user set-password", user.email),
    )
    stored = user.hashed_password
    prefix, inner = pepper.split(stored)
    scheme = imported_hashes.identify(inner)
    if stored == UNUSABLE:
        yield Reason(
            "no_password",
            Weight.STOPS,
            f"no password was ever chosen: {_WITHOUT[making]}",
            reset,
        )
    elif scheme is None or inner.startswith(_PEPPERED):
        yield Reason(
            "unknown_hash",
            Weight.STOPS,
            "the password hash is of no scheme that is known here, so no"
            " password matches it",
            reset,
        )
    elif prefix and settings.peppers.find(prefix) is None:
        yield _pepper_missing(prefix, settings)
    else:
        yield from _scheme(scheme, reset)
        yield from _pepper(prefix, settings)


def _pepper_missing(prefix: str, settings: Settings) -> Reason:
    name = prefix.rpartition("=")[2]
    what = (
        "is none of the peppers in the settings"
        if settings.peppers.current
        else "is not in the settings, where there is none"
    )
    return Reason(
        "pepper_missing",
        Weight.STOPS,
        f"the password was hashed with the pepper {name}, which {what}; no"
        " password matches without it",
        "put it into password_pepper, or into password_peppers_old where"
        " another is in force; it concerns every account of that time",
    )


def _scheme(scheme: str, reset: str) -> Iterator[Reason]:
    if scheme.startswith("firebase") and not find_spec("cryptography"):
        yield Reason(
            "hash_needs_package",
            Weight.STOPS,
            f"the password hash was imported ({scheme}), and the package that"
            " reads it is not installed",
            f"pip install 'bienvenue[firebase]'; or {reset}",
        )
    elif scheme not in _OURS:
        yield Reason(
            "imported_hash",
            Weight.NOTE,
            f"the password hash was made by another system ({scheme}); it is"
            " read, and made anew at the next login: nobody has signed in"
            " with the password since",
        )


def _pepper(prefix: str, settings: Settings) -> Iterator[Reason]:
    current = settings.peppers.current
    if current and prefix != current.prefix:
        yield Reason(
            "pepper_older",
            Weight.NOTE,
            "the password was hashed with an older pepper, or without; its"
            " hash is made anew at the next login",
        )
