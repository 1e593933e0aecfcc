"""``bienvenue mail``: letters that wait, and those that nobody took."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass

import click
from sqlalchemy import orm

from bienvenue import audit, dead_letters
from bienvenue.commands import asked, opened, told
from bienvenue.commands.acts import Manner
from bienvenue.events import Event
from bienvenue.outbox import OutboxRow


@dataclass(frozen=True, slots=True)
class _Act:
    command: str
    question: str
    done: str
    event: Event
    verb: Callable[[orm.Session, Collection[int] | None], int]


def show(url: str | None, *, as_json: bool, limit: int) -> None:
    """List letters: how often each was tried, and why it is still here."""
    with opened.to_read(opened.settings_of(url)) as unit:
        count = dead_letters.count(unit)
        rows = dead_letters.listed(unit, limit)
    if as_json:
        letters = [_as_json(row) for row in rows]
        click.echo(json.dumps({**count._asdict(), "letters": letters}))
        return
    for row in rows:
        click.echo(told.printable(_line(row)))
    click.echo(f"{count.waiting} waiting, {count.dead} dead")


def retry(manner: Manner, ids: Collection[int], *, all_: bool) -> None:
    """Make dead letters due now."""
    act = _Act(
        "mail retry",
        "Have {} tried again?",
        "retried",
        Event.MAIL_RETRIED,
        dead_letters.retry,
    )
    _do(manner, act, ids, all_=all_)


def purge(manner: Manner, ids: Collection[int], *, all_: bool) -> None:
    """Delete dead letters."""
    act = _Act(
        "mail purge",
        "Forget {}? It cannot be undone.",
        "purged",
        Event.MAIL_PURGED,
        dead_letters.purge,
    )
    _do(manner, act, ids, all_=all_)


def _do(
    manner: Manner, act: _Act, ids: Collection[int], *, all_: bool
) -> None:
    if bool(ids) == all_:
        raise click.UsageError("name letters by their ids, or say --all")
    those = None if all_ else ids
    settings = opened.settings_of(manner.url)
    with opened.to_change(settings, act.command) as auth:
        found = auth.db.read(lambda unit: dead_letters.dead(unit, those))
        if found and not manner.dry_run:
            if not manner.yes:
                letters = told.count(found, "dead letter")
                asked.agrees(act.question.format(letters))
            found = auth.db.write(lambda unit: _change(unit, act, those))
    if manner.as_json:
        members = {act.done: found, "dry_run": manner.dry_run}
        click.echo(json.dumps(members))
    else:
        would = "would be " if manner.dry_run else ""
        click.echo(f"{told.count(found, 'letter')} {would}{act.done}")


def _change(unit: orm.Session, act: _Act, ids: Collection[int] | None) -> int:
    changed = act.verb(unit, ids)
    audit.record(unit, act.event, count=changed)
    return changed


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
        f"{row.id:>6}  {_state(row):7}  {told.minute(when)}  {row.letter:20}"
        f"  {row.recipient}  {row.reason or ''}"
    ).rstrip()


def _state(row: OutboxRow) -> str:
    return "dead" if row.failed_at else "waiting"
