"""``bienvenue user list``: who has an account, a page or all of them.

Read by the number of the account, a few held at a time: a list of a million
accounts takes no more memory than one of ten, and each page is found by the
primary key.
"""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
from sqlalchemy import ColumnElement, Row, orm, select

from bienvenue import address, spreadsheet
from bienvenue.commands import opened, told
from bienvenue.user import User, is_storable

TIMES = (
    "created_at",
    "verified_at",
    "disabled_at",
    "compromised_at",
    "deletion_due_at",
)
_COLUMNS = ("id", "email", *TIMES, "language")
_BATCH = 1000

Person = Row[Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accounts: all that fit whatever is set.

    ``search`` is a part of the address, in any letter case; ``after`` the
    number of an account, and ``most`` how many there may be, None for all.
    """

    search: str | None = None
    disabled: bool = False
    unverified: bool = False
    compromised: bool = False
    deleting: bool = False
    created_after: datetime | None = None
    created_before: datetime | None = None
    after: int = 0
    most: int | None = 100


def show(url: str | None, wanted: Wanted, form: str) -> None:
    """Print accounts as ``text``, ``json`` or ``csv``; nothing secret."""
    with opened.to_read(opened.settings_of(url)) as unit:
        _FORMS[form](_found(unit, wanted), wanted.most)


def _found(unit: orm.Session, wanted: Wanted) -> Iterator[Person]:
    """Yield one more than wanted, where there is one: then there are more."""
    last = wanted.after
    left = None if wanted.most is None else wanted.most + 1
    query = select(*(getattr(User, name) for name in _COLUMNS))
    query = query.where(*_conditions(wanted)).order_by(User.id)
    while left is None or left > 0:
        batch = _BATCH if left is None else min(_BATCH, left)
        rows = unit.execute(query.where(User.id > last).limit(batch)).all()
        yield from rows
        if len(rows) < batch:
            return
        last = rows[-1].id
        left = None if left is None else left - batch


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.search is not None:
        part = address.key(wanted.search)
        if not is_storable(part):
            raise click.BadParameter("is no text", param_hint="--search")
        yield User.email_key.contains(part, autoescape=True)
    for is_wanted, condition in (
        (wanted.disabled, User.disabled_at.is_not(None)),
        (wanted.unverified, User.verified_at.is_(None)),
        (wanted.compromised, User.compromised_at.is_not(None)),
        (wanted.deleting, User.deletion_due_at.is_not(None)),
    ):
        if is_wanted:
            yield condition
    if wanted.created_after is not None:
        yield User.created_at >= wanted.created_after
    if wanted.created_before is not None:
        yield User.created_at < wanted.created_before


def _members(person: Person) -> dict[str, object]:
    found = {}
    for name, value in person._asdict().items():
        found[name] = (
            value.isoformat() if isinstance(value, datetime) else value
        )
    return found


def _as_text(people: Iterator[Person], most: int | None) -> None:
    last, number = 0, 0
    for person in people:
        if number == most:
            click.echo(f"there are more: --after {last}, or --all", err=True)
            return
        number, last = number + 1, person.id
        states = [
            name
            for name, is_so in (
                ("unverified", person.verified_at is None),
                ("disabled", person.disabled_at is not None),
                ("compromised", person.compromised_at is not None),
                ("deleting", person.deletion_due_at is not None),
            )
            if is_so
        ]
        made = told.minute(person.created_at)
        line = f"{person.id:>8}  {made}  {person.email}  {' '.join(states)}"
        click.echo(told.printable(line.rstrip()))
    if not number:
        click.echo("no account fits", err=True)


def _as_json(people: Iterator[Person], most: int | None) -> None:
    """Print one object; ``next_after`` is where to go on, or null."""
    last, number, more = 0, 0, False
    click.echo('{"users": [', nl=False)
    for person in people:
        if number == most:
            more = True
            break
        line = json.dumps(_members(person), ensure_ascii=False)
        click.echo(f"{',' if number else ''}\n{line}", nl=False)
        number, last = number + 1, person.id
    click.echo(f'\n], "next_after": {last if more else "null"}}}')


def _as_csv(people: Iterator[Person], most: int | None) -> None:
    writer = csv.DictWriter(sys.stdout, _COLUMNS)
    writer.writeheader()
    for number, person in enumerate(people):
        if number == most:
            click.echo("there are more: --after, or --all", err=True)
            return
        cells = _members(person).items()
        writer.writerow({n: spreadsheet.harmless(cell) for n, cell in cells})


_FORMS: dict[str, Callable[[Iterator[Person], int | None], None]] = {
    "text": _as_text,
    "json": _as_json,
    "csv": _as_csv,
}
