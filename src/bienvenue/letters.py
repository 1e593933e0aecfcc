"""What each letter says; the token in it is made here, as it is written."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import orm, select

from bienvenue import one_time_token, secret
from bienvenue.config import Settings
from bienvenue.mail import Message
from bienvenue.one_time_token import Purpose
from bienvenue.outbox import Letter
from bienvenue.user import User


def write(
    unit: orm.Session, settings: Settings, letter: Letter, recipient: str
) -> Message | None:
    """Write a letter to the address of an account.

    Returns None when there is no such account (any more): nobody is told
    anything then.
    """
    user = unit.scalars(
        select(User).where(User.email == recipient).with_for_update()
    ).first()
    return None if user is None else _WRITERS[letter](unit, settings, user)


def _reset_password(
    unit: orm.Session, settings: Settings, user: User
) -> Message:
    token = secret.new_token()
    lifetime = timedelta(seconds=settings.reset_token_lifetime_seconds)
    one_time_token.issue(
        unit, user.id, Purpose.RESET_PASSWORD, token, lifetime
    )
    return reset_password(settings, user.email, token)


def reset_password(settings: Settings, email: str, token: str) -> Message:
    """Write the letter that brings a reset token to its owner."""
    minutes = settings.reset_token_lifetime_seconds // 60
    return Message(
        recipient=email,
        subject="Reset your password",
        body=(
            f"Somebody asked to reset the password of {email}.\n\n"
            f"The reset token, good once and for {minutes} minutes:\n\n"
            f"    {token}\n\n"
            "Enter it where you asked for it.\n\n"
            "If that was not you, do nothing: your password stays as it is."
            "\n"
        ),
    )


_WRITERS: dict[Letter, Callable[[orm.Session, Settings, User], Message]] = {
    Letter.RESET_PASSWORD: _reset_password,
}
