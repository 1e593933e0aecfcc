"""``bienvenue mail ...``: what there is to do to letters.

As in ``cli``, what a command does is loaded when it runs.
"""

import click

from bienvenue.commands import options

_letters = click.argument("letters", type=int, nargs=-1, metavar="[ID]...")
_all = click.option("--all", "all_", is_flag=True, help="All dead letters.")


@click.group()
def mail() -> None:
    """Look after letters that wait, and those that nobody took."""


@mail.command("list")
@options.database_url
@options.as_json
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
@_letters
@_all
@options.manner
def retry(letters: tuple[int, ...], *, all_: bool, **manner: object) -> None:
    """Have dead letters tried again, once what was wrong is mended."""
    from bienvenue.commands import letters as done
    from bienvenue.commands.acts import manner_of

    done.retry(manner_of(manner), letters, all_=all_)


@mail.command()
@_letters
@_all
@options.manner
def purge(letters: tuple[int, ...], *, all_: bool, **manner: object) -> None:
    """Forget dead letters."""
    from bienvenue.commands import letters as done
    from bienvenue.commands.acts import manner_of

    done.purge(manner_of(manner), letters, all_=all_)
