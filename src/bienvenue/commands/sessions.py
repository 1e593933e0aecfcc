"""``bienvenue session``: where somebody is signed in, and the end of it."""

from collections.abc import Collection

import click

from bienvenue import account_state, session
from bienvenue.commands import asked, opened, told
from bienvenue.commands.acts import Manner
from bienvenue.commands.one_account import end_sessions
from bienvenue.errors import UnknownAddress, UserNotFound
from bienvenue.explanation import find
from bienvenue.session import Session


def show(manner: Manner, address: str) -> None:
    """List the live sessions of an account, the newest first."""
    with opened.to_read(opened.settings_of(manner.url)) as unit:
        user = find(unit, address)
        if user is None:
            raise UnknownAddress
        rows = session.live(unit, user.id)
    if manner.as_json:
        members = [_members(row) for row in rows]
        account = {"id": user.id, "email": user.email}
        told.as_object({**account, "sessions": members})
        return
    for row in rows:
        click.echo(told.printable(_line(row)))
    click.echo(f"{user.email}: {told.count(len(rows), 'session')}")


def end(
    manner: Manner, address: str, ids: Collection[int], *, all_: bool
) -> None:
    """End sessions of an account, by their ids or all.

    Raises ``UserNotFound`` for an id that is none of its sessions.
    """
    if bool(ids) == all_:
        raise click.UsageError("name sessions by their ids, or say --all")
    if all_:
        end_sessions(manner, address)
        return
    settings = opened.settings_of(manner.url)
    with opened.to_change(settings, "session end") as auth:
        user = opened.account(auth.db, address)
        live = auth.db.read(lambda unit: session.live(unit, user.id))
        unknown = set(ids) - {row.id for row in live}
        if unknown:
            named = ", ".join(map(str, sorted(unknown)))
            raise UserNotFound(f"no live session of {user.email}: {named}")
        number = told.count(len(set(ids)), "session")
        if not manner.dry_run:
            if not manner.yes:
                asked.agrees(f"End {number} of {user.email}?")
            for row_id in sorted(set(ids)):
                account_state.end_session(auth.db, user.id, row_id)
    if manner.as_json:
        told.as_object(
            {
                "id": user.id,
                "email": user.email,
                "done": "ended",
                "dry_run": manner.dry_run,
                "sessions": len(set(ids)),
            }
        )
        return
    ended = "would end" if manner.dry_run else "ended"
    click.echo(f"{user.email}: {number} {ended}")


def _members(row: Session) -> dict[str, object]:
    return {
        "id": row.id,
        "created_at": told.iso(row.created_at),
        "last_seen_at": told.iso(row.last_seen_at),
        "expires_at": told.iso(row.expires_at),
        "address": row.address,
        "agent": row.agent,
    }


def _line(row: Session) -> str:
    return (
        f"{row.id:>8}  since {told.minute(row.created_at)}"
        f"  used {told.minute(row.last_seen_at)}"
        f"  until {told.minute(row.expires_at)}"
        f"  {row.address or '-'}  {row.agent or '-'}"
    )
