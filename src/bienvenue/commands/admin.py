"""``bienvenue admin ...``: who may look after the accounts of the service.

As in ``cli``, what a command does is loaded when it runs.
"""

import click

from bienvenue.commands import options


@click.group()
def admin() -> None:
    """Say who looks after the service."""


@admin.command()
@click.argument("email", required=False)
@options.manner
def create(email: str | None, **manner: object) -> None:
    """Make an admin.

    Of an address that has an account; or of a new one, whose owner chooses
    a password by a link that is printed. As long as they have none, the
    same command prints another link. Without an address, and while there
    is no admin, a link is printed by which one person becomes it.
    """
    from bienvenue.commands import admins
    from bienvenue.commands.acts import manner_of

    admins.create(manner_of(manner), email)


@admin.command("list")
@options.database_url
@options.as_json
def list_(database_url: str | None, *, as_json: bool) -> None:
    """Show who is an admin."""
    from bienvenue.commands import admins

    admins.show(database_url, as_json=as_json)


@admin.command()
@click.argument("address")
@options.manner
def revoke(address: str, **manner: object) -> None:
    """Take the role of an admin away.

    The last admin who can sign in keeps it.
    """
    from bienvenue.commands import admins
    from bienvenue.commands.acts import manner_of

    admins.revoke(manner_of(manner), address)
