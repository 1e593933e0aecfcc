"""``bienvenue user ...``: what there is to do to accounts.

As in ``cli``, what a command does is loaded when it runs.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bienvenue.commands import options

_address = click.argument("address")
_file = click.Path(path_type=Path, dir_okay=False)
_day = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.group()
def user() -> None:
    """Look after accounts."""


@user.command("import")
@click.argument("file", type=_file)
@options.database_url
@click.option(
    "--from",
    "source",
    type=click.Choice(["file", "keycloak", "firebase"]),
    default="file",
    help="What wrote it; a .csv or .jsonl of accounts unless it says more.",
)
@click.option(
    "--firebase-config",
    "project",
    type=_file,
    help="JSON with the project's hash parameters.",
)
@click.option(
    "--skip-known", is_flag=True, help="Leave accounts there are alone."
)
@click.option("--dry-run", is_flag=True, help="Read all, import nothing.")
@options.as_json
def import_(
    file: Path,
    database_url: str | None,
    source: str,
    project: Path | None,
    *,
    skip_known: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring in accounts with their hashes: all of a file, or nothing."""
    from bienvenue.commands import accounts

    accounts.bring_in(
        database_url,
        file,
        source=source,
        project=project,
        skip_known=skip_known,
        dry_run=dry_run,
        as_json=as_json,
    )


@user.command()
@options.database_url
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]))
@click.option("--output", type=_file, help="A new file; else the terminal.")
def export(
    database_url: str | None, form: str | None, output: Path | None
) -> None:
    """Write all accounts out, hashes included."""
    from bienvenue.commands import accounts

    accounts.let_out(database_url, form or "jsonl", output)


@user.command("list")
@options.database_url
@click.option("--search", metavar="TEXT", help="A part of the address.")
@click.option("--disabled", is_flag=True, help="Only disabled ones.")
@click.option("--unverified", is_flag=True, help="Only unverified ones.")
@click.option("--compromised", is_flag=True, help="Only those found out.")
@click.option("--deleting", is_flag=True, help="Only those to be deleted.")
@click.option("--created-after", type=_day, help="Made then or later, UTC.")
@click.option("--created-before", type=_day, help="Made before then, UTC.")
@click.option(
    "--after",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    help="Only accounts after this number.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help="How many.",
)
@click.option("--all", "all_", is_flag=True, help="All of them.")
@click.option("--json", "form", flag_value="json", help="As one JSON object.")
@click.option("--csv", "form", flag_value="csv", help="As CSV.")
def list_(
    database_url: str | None,
    form: str | None,
    limit: int,
    *,
    all_: bool,
    created_after: datetime | None,
    created_before: datetime | None,
    **which: Any,
) -> None:
    """Show who has an account, by its number; nothing secret."""
    from bienvenue.commands import people

    wanted = people.Wanted(
        **which,
        created_after=created_after and created_after.replace(tzinfo=UTC),
        created_before=created_before and created_before.replace(tzinfo=UTC),
        most=None if all_ else limit,
    )
    people.show(database_url, wanted, form or "text")


@user.command()
@_address
@options.database_url
@options.as_json
def show(address: str, database_url: str | None, *, as_json: bool) -> None:
    """Show what is known of an account; nothing secret."""
    from bienvenue.commands import one_account
    from bienvenue.commands.acts import Manner

    one_account.show(Manner(database_url, as_json=as_json), address)


@user.command()
@_address
@options.password_stdin
@click.option(
    "--no-password", is_flag=True, help="None yet: its owner resets it."
)
@click.option("--verified", is_flag=True, help="The address is its owner's.")
@options.database_url
@options.as_json
def add(
    address: str,
    *,
    password_stdin: bool,
    no_password: bool,
    verified: bool,
    **manner: object,
) -> None:
    """Make an account; asks for its password."""
    from bienvenue.commands import newcomer
    from bienvenue.commands.acts import manner_of

    newcomer.add(
        manner_of(manner),
        address,
        stdin=password_stdin,
        no_password=no_password,
        verified=verified,
    )


@user.command("set-password")
@_address
@options.password_stdin
@options.manner
def set_password(
    address: str, *, password_stdin: bool, **manner: object
) -> None:
    """Replace a password; all sessions end, and its owner is told."""
    from bienvenue.commands import one_account
    from bienvenue.commands.acts import manner_of

    one_account.set_password(manner_of(manner), address, stdin=password_stdin)


def _act(name: str, function: str, text: str) -> None:
    """Add a command that does something to the account of an address."""

    def act(address: str, **manner: object) -> None:
        from bienvenue.commands import one_account
        from bienvenue.commands.acts import manner_of

        getattr(one_account, function)(manner_of(manner), address)

    user.command(name, help=text)(_address(options.manner(act)))


_act("verify", "verify", "Have an address count as verified.")
_act(
    "compromised",
    "compromised",
    "Shut out whoever knows the password, until it is reset by mail.",
)
_act(
    "disable",
    "disable",
    "Shut an account: its sessions end, and nobody signs in to it.",
)
_act("enable", "enable", "Open an account again.")
_act("end-sessions", "end_sessions", "Sign an account out everywhere.")
_act("delete", "delete", "Delete an account and all that is its own, at once.")
