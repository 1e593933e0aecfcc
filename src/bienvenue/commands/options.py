"""Options that several commands have."""

import click

database_url = click.option(
    "--database-url",
    metavar="URL",
    help="sqlite:///FILE, postgresql://... or mariadb://...; one with a"
    " password is better kept in the environment.",
)
