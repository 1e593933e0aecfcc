"""``bienvenue user ...``: what there is to do to accounts.

As in ``cli``, what a command does is loaded when it runs.
"""

from pathlib import Path

import click

from bienvenue.commands import options

_address = click.argument("address")
_json = click.option("--json", "as_json", is_flag=True, help="As one object.")
_file = click.Path(path_type=Path, dir_okay=False)


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
def import_(
    file: Path,
    database_url: str | None,
    source: str,
    project: Path | None,
    *,
    skip_known: bool,
    dry_run: bool,
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


@user.command()
@_address
@options.database_url
@_json
def show(address: str, database_url: str | None, *, as_json: bool) -> None:
    """Show what is known of an account; nothing secret."""
    from bienvenue.commands import one_account

    one_account.show(database_url, address, as_json=as_json)


@user.command()
@_address
@options.database_url
@_json
def disable(address: str, database_url: str | None, *, as_json: bool) -> None:
    """Shut an account: its sessions end, and nobody signs in to it."""
    from bienvenue.commands import one_account

    one_account.disable(database_url, address, as_json=as_json)


@user.command()
@_address
@options.database_url
@_json
def enable(address: str, database_url: str | None, *, as_json: bool) -> None:
    """Open an account again."""
    from bienvenue.commands import one_account

    one_account.enable(database_url, address, as_json=as_json)


@user.command("end-sessions")
@_address
@options.database_url
@_json
def end_sessions(
    address: str, database_url: str | None, *, as_json: bool
) -> None:
    """Sign an account out everywhere."""
    from bienvenue.commands import one_account

    one_account.end_sessions(database_url, address, as_json=as_json)


@user.command()
@_address
@options.database_url
@_json
@click.option("--yes", is_flag=True, help="Do not ask first.")
def delete(
    address: str, database_url: str | None, *, as_json: bool, yes: bool
) -> None:
    """Delete an account and all that is its own, at once."""
    from bienvenue.commands import one_account

    one_account.delete(database_url, address, as_json=as_json, yes=yes)
