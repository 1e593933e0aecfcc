"""Passwords for commands: typed unseen, or read; never an argument.

Arguments are seen by everybody on the machine, and kept by the shell.
"""

import sys

import click

from bienvenue.commands import asked
from bienvenue.errors import ConfigurationError

_MOST_BYTES = 16 * 1024  # far more than a password may have


def password(whose: str, *, stdin: bool) -> str:
    """Return a password: the first line of standard input, or typed twice.

    Raises ``ConfigurationError`` where there is none, or nobody to type it.
    """
    if stdin:
        return line()
    asked.must_be_there("--password-stdin")
    found: str = click.prompt(
        f"Password for {whose}",
        hide_input=True,
        confirmation_prompt=True,
        err=True,
    )
    return found


def line() -> str:
    """Return the first line of standard input.

    Raises ``ConfigurationError`` where it is empty or no UTF-8.
    """
    raw = sys.stdin.buffer.readline(_MOST_BYTES)
    try:
        found = raw.decode().rstrip("\r\n")
    except UnicodeError:
        raise ConfigurationError("standard input: is not UTF-8") from None
    if not found:
        raise ConfigurationError("standard input: holds no password")
    return found
