"""``bienvenue session ...``: what there is to do to sessions.

As in ``cli``, what a command does is loaded when it runs.
"""

import click

from bienvenue.commands import options


@click.group()
def session() -> None:
    """Look after sessions: where somebody is signed in."""


@session.command("list")
@click.argument("address")
@options.database_url
@options.as_json
def list_(address: str, database_url: str | None, *, as_json: bool) -> None:
    """Show the live sessions of an account, the newest first."""
    from bienvenue.commands import sessions
    from bienvenue.commands.acts import Manner

    sessions.show(Manner(database_url, as_json=as_json), address)


@session.command()
@click.argument("address")
@click.argument("sessions", type=int, nargs=-1, metavar="[ID]...")
@click.option("--all", "all_", is_flag=True, help="All that there are.")
@options.manner
def end(
    address: str, sessions: tuple[int, ...], *, all_: bool, **manner: object
) -> None:
    """End sessions of an account, by the ids that `list` shows."""
    from bienvenue.commands import sessions as done
    from bienvenue.commands.acts import manner_of

    done.end(manner_of(manner), address, sessions, all_=all_)
