"""Addresses that somebody may have meant by one that has no account."""

import difflib
from collections.abc import Iterator

from sqlalchemy import orm, select

from bienvenue import address
from bienvenue.errors import InvalidAddress
from bienvenue.explanation.reason import Reason, Weight, command
from bienvenue.user import User, is_storable

_PREFIX = 2  # characters that a slip of the pen is not looked for in
_LOOKED_THROUGH = 2000
_NEAR = 0.8
_MOST = 3


def keys(text: str) -> list[str]:
    """Return the keys that an account of an address may have."""
    return [key for key in address.keys(text) if is_storable(key)]


def unknown(unit: orm.Session, text: str) -> Iterator[Reason]:
    """Yield that nobody has an address, and who has one like it."""
    try:
        parsed = address.parse(text)
    except InvalidAddress:
        parsed = None
    if parsed is None:
        yield Reason(
            "no_address",
            Weight.STOPS,
            "this is no address that anybody could register: look for a"
            " space, a missing part, or a letter that looks like another",
            "type it anew, letter by letter",
        )
    else:
        yield Reason(
            "no_account",
            Weight.STOPS,
            "no account has this address; a login is answered like one with"
            " a wrong password",
            f"register it, or: {command('user add', parsed)}",
        )
    for near in similar(unit, text):
        yield Reason(
            "similar",
            Weight.NOTE,
            f"there is an account of {near}",
            command("explain", near),
        )


def similar(unit: orm.Session, text: str) -> list[str]:
    """Return addresses of accounts that are nearly the one given.

    Looked for among those that begin with the same two characters, and
    where there are thousands of those, among some of them.
    """
    wanted = address.key("".join(text.split()))
    if not is_storable(wanted) or len(wanted) < _PREFIX:
        return []
    begin = wanted[: max(_PREFIX, len(wanted.partition("@")[0]) // 2)]
    rows = unit.execute(
        select(User.email_key, User.email)
        .where(User.email_key.startswith(begin, autoescape=True))
        .order_by(User.email_key)
        .limit(_LOOKED_THROUGH)
    ).all()
    found = {row.email_key: row.email for row in rows}
    near = difflib.get_close_matches(wanted, found, _MOST, _NEAR)
    return [found[key] for key in near]
