"""``bienvenue mail ...``: what there is to do to letters.

As in ``cli``, what a command does is loaded when it runs.
"""

import click

from bienvenue.commands.options import database_url

_as_json = click.option(
    "--json", "as_json", is_flag=True, help="As one JSON object."
)
_letters = click.argument("letters", type=int, nargs=-1, metavar="[ID]...")
_all = click.option("--all", "all_", is_flag=True, help="All dead letters.")


@click.group()
def mail() -> None:
    """Look after letters that wait, and those that nobody took."""


@mail.command("list")
@database_url
@_as_json
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="How many letters to show.",
)
def list_letters(
    database_url: str | None, *, as_json: bool, limit: int
) -> None:
    """Show letters that wait or are dead, the dead first."""
    from bienvenue.commands import letters as done

    done.show(database_url, as_json=as_json, limit=limit)


@mail.command()
@database_url
@_as_json
@_all
@_letters
def retry(
    database_url: str | None,
    letters: tuple[int, ...],
    *,
    as_json: bool,
    all_: bool,
) -> None:
    """Have dead letters tried again, once what was wrong is mended."""
    from bienvenue.commands import letters as done

    done.retry(database_url, letters, all_=all_, as_json=as_json)


@mail.command()
@database_url
@_as_json
@_all
@_letters
def purge(
    database_url: str | None,
    letters: tuple[int, ...],
    *,
    as_json: bool,
    all_: bool,
) -> None:
    """Forget dead letters."""
    from bienvenue.commands import letters as done

    done.purge(database_url, letters, all_=all_, as_json=as_json)
