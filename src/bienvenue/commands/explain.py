"""``bienvenue explain ...``: what there is to type.

As in ``cli``, what a command does is loaded when it runs.
"""

import click

from bienvenue.commands import options


@click.command()
@click.argument("address")
@options.database_url
@click.option(
    "--profile",
    type=click.Choice(["development", "production"]),
    help="As which one the service runs; production where there is a key.",
)
@options.as_json
def explain(
    address: str,
    database_url: str | None,
    profile: str | None,
    *,
    as_json: bool,
) -> None:
    """Say why this person's login fails, or would not.

    From all that is stored: the account, its password's kind, limits,
    mail, sessions and the audit log, each with what mends it. Only reads,
    and tells no secret.
    """
    from bienvenue.commands import explained

    explained.show(database_url, address, profile=profile, as_json=as_json)
