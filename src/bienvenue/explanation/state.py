"""What the account itself says: shut, unproved, found out, going."""

from collections.abc import Iterator

from bienvenue import clock
from bienvenue.config import Settings
from bienvenue.explanation.reason import (
    Reason,
    Weight,
    by_mail_or,
    command,
    minute,
)
from bienvenue.session import Session
from bienvenue.user import User


def of(user: User, settings: Settings) -> Iterator[Reason]:
    """Yield what the row of an account has to say about a login."""
    if user.disabled_at is not None:
        yield Reason(
            "disabled",
            Weight.STOPS,
            f"the account was disabled on {minute(user.disabled_at)}; a login"
            " is answered like one with a wrong password",
            command("user enable", user.email),
        )
    if user.verified_at is None:
        yield _unverified(user, settings)
    if user.compromised_at is not None:
        yield Reason(
            "compromised",
            Weight.STOPS,
            "the password was found to be known to others on"
            f" {minute(user.compromised_at)} and opens nothing",
            by_mail_or(
                settings,
                "its owner resets it by mail",
                command("user set-password", user.email),
            ),
        )
    if user.deletion_due_at is not None:
        yield _deleting(user)


def sessions(live: list[Session], settings: Settings) -> Iterator[Reason]:
    """Yield what the sessions that are alive have to say."""
    if not live:
        yield Reason(
            "no_session", Weight.NOTE, "no session is alive: signed in nowhere"
        )
        return
    seen = max(each.last_seen_at for each in live)
    number = "1 session is" if len(live) == 1 else f"{len(live)} sessions are"
    yield Reason(
        "sessions",
        Weight.NOTE,
        f"{number} alive, last used {minute(seen)}",
    )
    if len(live) >= settings.sessions_per_user:
        yield Reason(
            "sessions_full",
            Weight.NOTE,
            "there may be no more sessions: each login ends the one left"
            " alone longest",
            "sessions_per_user",
        )


def _unverified(user: User, settings: Settings) -> Reason:
    wanted = settings.wants_verified
    said = "the address was never verified"
    if wanted:
        said += (
            ", which is wanted before the first login; that is answered like"
            " a wrong password"
        )
    else:
        said += "; a login does not want it to be"
    return Reason(
        "unverified",
        Weight.STOPS if wanted else Weight.NOTE,
        said,
        by_mail_or(
            settings,
            "its owner opens the mailed link, or resets the password by mail",
            command("user verify", user.email),
        )
        if wanted
        else None,
    )


def _deleting(user: User) -> Reason:
    due = user.deletion_due_at
    assert due is not None
    when = "any moment now" if due <= clock.now() else minute(due)
    return Reason(
        "deleting",
        Weight.NOTE,
        f"its owner asked for it to be deleted, which happens {when}; signing"
        " in before then keeps it",
    )
