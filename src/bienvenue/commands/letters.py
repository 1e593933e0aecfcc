"""``bienvenue mail``: letters that wait, and those that nobody took."""

import json
from collections.abc import Callable, Collection
from datetime import datetime

import click
from sqlalchemy import orm

from bienvenue import dead_letters
from bienvenue.config import Settings
from bienvenue.db import DB
from bienvenue.outbox import OutboxRow

_Verb = Callable[[orm.Session, Collection[int] | None], int]


def show(url: str | None, *, as_json: bool, limit: int) -> None:
    """List letters: how often each was tried, and why it is still here."""
    with _open(url) as db:
        count = db.read(dead_letters.count)
        rows = db.read(lambda unit: dead_letters.listed(unit, limit))
    if as_json:
        letters = [_as_json(row) for row in rows]
        click.echo(json.dumps({**count._asdict(), "letters": letters}))
        return
    for row in rows:
        click.echo(_line(row))
    click.echo(f"{count.waiting} waiting, {count.dead} dead")


def retry(
    url: str | None, ids: Collection[int], *, all_: bool, as_json: bool
) -> None:
    """Make dead letters due now."""
    found = _do(dead_letters.retry, url, ids, all_=all_)
    text = f"{found} letters to be tried again"
    click.echo(json.dumps({"retried": found}) if as_json else text)


def purge(
    url: str | None, ids: Collection[int], *, all_: bool, as_json: bool
) -> None:
    """Delete dead letters."""
    found = _do(dead_letters.purge, url, ids, all_=all_)
    text = f"{found} letters forgotten"
    click.echo(json.dumps({"purged": found}) if as_json else text)


def _do(
    verb: _Verb, url: str | None, ids: Collection[int], *, all_: bool
) -> int:
    if bool(ids) == all_:
        raise click.UsageError("name letters by their ids, or say --all")
    with _open(url) as db:
        return db.write(lambda unit: verb(unit, None if all_ else ids))


def _open(url: str | None) -> DB:
    return DB(Settings.load({"database_url": url}).database_url)


def _as_json(row: OutboxRow) -> dict[str, object]:
    return {
        "id": row.id,
        "letter": row.letter,
        "recipient": row.recipient,
        "state": _state(row),
        "created_at": row.created_at.isoformat(),
        # A dead letter is never due.
        "due_at": None if row.failed_at else row.due_at.isoformat(),
        "failed_at": row.failed_at and row.failed_at.isoformat(),
        "attempts": row.attempts,
        "reason": row.reason,
    }


def _line(row: OutboxRow) -> str:
    when = row.failed_at or row.due_at
    return (
        f"{row.id:>6}  {_state(row):7}  {_minute(when)}  {row.letter:20}"
        f"  {row.recipient}  {row.reason or ''}"
    ).rstrip()


def _state(row: OutboxRow) -> str:
    return "dead" if row.failed_at else "waiting"


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}Z"
