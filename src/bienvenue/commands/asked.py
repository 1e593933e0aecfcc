"""Questions before what cannot be undone."""

import sys

import click

from bienvenue.errors import ConfigurationError


def agrees(question: str) -> bool:
    """Ask at the terminal; tell whether the answer was yes.

    Raises ``ConfigurationError`` where nobody is there to be asked.
    """
    if not _somebody_is_there():
        raise ConfigurationError("nobody is there to be asked; say --yes")
    if click.confirm(question, err=True):
        return True
    click.echo("nothing was done", err=True)
    raise click.exceptions.Exit(1)


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


def must_be_there(otherwise: str) -> None:
    """Raise ``ConfigurationError`` where nobody is there to type a secret.

    ``otherwise`` is the option to say then.
    """
    if not _somebody_is_there():
        raise ConfigurationError(
            f"nobody is there to type a password; say {otherwise}"
        )
