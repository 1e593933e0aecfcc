"""``bienvenue user show``, ``disable`` and so on: what is done to one account.

Each names the account by its address, and prints one line or, with
``as_json``, one object.  An address that nobody has is exit status 1.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime

import click

from bienvenue import account_state, database_file, login, session
from bienvenue.auth import Auth
from bienvenue.commands import asked
from bienvenue.config import Settings
from bienvenue.db import DB
from bienvenue.errors import UnknownAddress
from bienvenue.user import User

_TIMES = (
    "created_at",
    "verified_at",
    "disabled_at",
    "compromised_at",
    "deletion_due_at",
)

Shown = str | int | None


def show(url: str | None, address: str, *, as_json: bool) -> None:
    """Show what is known of an account; no hash, no secret."""
    with _account(url, address) as (db, user):
        live = db.read(lambda unit: session.live(unit, user.id))
        facts: dict[str, Shown] = {"id": user.id, "email": user.email}
        facts |= {name: _written(getattr(user, name)) for name in _TIMES}
        facts |= {"language": user.language, "sessions": len(live)}
    if as_json:
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        click.echo(f"{name:<{width}}  {'-' if value is None else value}")


def disable(url: str | None, address: str, *, as_json: bool) -> None:
    """Shut an account; its sessions end and its tokens are void."""
    _change(url, address, "disabled", account_state.disable, as_json=as_json)


def enable(url: str | None, address: str, *, as_json: bool) -> None:
    """Open an account again."""
    _change(url, address, "enabled", account_state.enable, as_json=as_json)


def end_sessions(url: str | None, address: str, *, as_json: bool) -> None:
    """End every session of an account."""
    _change(
        url,
        address,
        "signed out everywhere",
        account_state.end_sessions,
        as_json=as_json,
    )


def delete(url: str | None, address: str, *, as_json: bool, yes: bool) -> None:
    """Delete an account and all that is its own, at once.

    Asks first, unless it was told ``yes``.
    """

    def remove(db: DB, user_id: int) -> None:
        question = f"Delete the account of {address}? It cannot be undone"
        if yes or asked.agrees(question):
            account_state.delete_now(db, user_id)

    _change(url, address, "deleted", remove, as_json=as_json)


def _change(
    url: str | None,
    address: str,
    done: str,
    change: Callable[[DB, int], None],
    *,
    as_json: bool,
) -> None:
    with _account(url, address) as (db, user):
        change(db, user.id)
    if as_json:
        said = {"id": user.id, "email": user.email, "done": done}
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        click.echo(f"{user.email}: {done}")


@contextmanager
def _account(url: str | None, address: str) -> Iterator[tuple[DB, User]]:
    """Open the database; yield it, and the account of an address in it."""
    settings = Settings.load({"database_url": url})
    database_file.require(settings.database_url)
    # ``Auth`` for its settings' sake: the audit log is sealed under a key.
    with closing(Auth(settings=settings)) as auth:
        user = login.find(auth.db, address)
        if user is None:
            raise UnknownAddress
        yield auth.db, user


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
