"""What an operator does to one account: found, asked about, done, told.

Whatever takes something from somebody asks first, unless it was told
``yes``; where nobody can be asked it wants that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from bienvenue import roles, session
from bienvenue.auth import Auth
from bienvenue.commands import asked, last_admin, opened, told
from bienvenue.user import User


@dataclass(frozen=True, slots=True)
class Manner:
    """How a command was told to go about it."""

    url: str | None
    yes: bool = False
    dry_run: bool = False
    as_json: bool = False


def manner_of(options: Mapping[str, Any]) -> Manner:
    """Return what the options of a command say."""
    return Manner(
        options["database_url"],
        yes=options.get("yes", False),
        dry_run=options.get("dry_run", False),
        as_json=options["as_json"],
    )


@dataclass(frozen=True, slots=True)
class Act:
    """Something to do to an account, in the words of its command.

    ``question`` is what is asked first, with the address in it; ``done``
    what has become of the account; ``ends_sessions`` whether all end;
    ``spares_last`` whether the last admin is kept from it; ``idle`` what
    to say of somebody to whom nothing has to be done, who is then left
    alone, unasked.
    """

    command: str
    question: str
    done: str
    ends_sessions: bool
    change: Callable[[Auth, User], object]
    spares_last: bool = False
    idle: Callable[[User], str | None] | None = None


def perform(manner: Manner, address: str, act: Act) -> None:
    """Do it; raises ``UnknownAddress``, and what doing it raises.

    So does a dry run where the last admin would be lost: it must not
    promise what is then refused.
    """
    settings = opened.settings_of(manner.url)
    with opened.to_change(settings, act.command) as auth:
        user = opened.account(auth.db, address)
        if act.idle and (said := act.idle(user)):
            _tell_nothing(manner, user, said)
            return
        with last_admin.explained(auth, user):
            lost = _do(manner, act, auth, user)
    _tell(manner, act, user, lost)


def _do(manner: Manner, act: Act, auth: Auth, user: User) -> int:
    """Do it, if it is meant; return how many sessions end."""
    if act.spares_last:
        auth.db.read(lambda unit: roles.foretell(unit, user))
    lost = _lost(auth, user) if act.ends_sessions else 0
    if not manner.dry_run:
        _ask(manner, act, user, lost)
        act.change(auth, user)
    return lost


def _lost(auth: Auth, user: User) -> int:
    return len(auth.db.read(lambda unit: session.live(unit, user.id)))


def _ask(manner: Manner, act: Act, user: User, lost: int) -> None:
    if manner.yes:
        return
    question = act.question.format(user.email)
    if lost:
        question += f" {told.count(lost, 'session')} will end."
    asked.agrees(question)


def _tell(manner: Manner, act: Act, user: User, lost: int) -> None:
    if manner.as_json:
        members = _members(manner, user, act.done)
        if act.ends_sessions:
            members["sessions"] = lost
        told.as_object(members)
        return
    said = f"would be {act.done}" if manner.dry_run else act.done
    if act.ends_sessions:
        ended = "would end" if manner.dry_run else "ended"
        said += f"; {told.count(lost, 'session')} {ended}"
    click.echo(f"{user.email}: {said}")


def _tell_nothing(manner: Manner, user: User, said: str) -> None:
    if manner.as_json:
        told.as_object(_members(manner, user, said))
        return
    click.echo(f"{user.email}: {said}")


def _members(manner: Manner, user: User, done: str) -> dict[str, object]:
    return {
        "id": user.id,
        "email": user.email,
        "done": done,
        "dry_run": manner.dry_run,
    }
