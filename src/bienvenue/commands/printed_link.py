"""A link that a command prints, and how its beginning was chosen.

A command does not see the service: where that was started with ``--port``,
the settings know nothing of it, and a link that follows them leads nowhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import click

from bienvenue.commands import told
from bienvenue.config import Settings
from bienvenue.links import Links


@dataclass(frozen=True, slots=True)
class PrintedLink:
    """A link that counts once, for some time.

    ``settings`` are those that its beginning was chosen by.
    """

    url: str
    lasts: timedelta
    settings: Settings

    def show(self) -> None:
        """Print it, alone on standard output; what is to know beside."""
        within = told.count(self.lasts // timedelta(minutes=1), "minute")
        click.echo(f"open it once, within {within}:", err=True)
        click.echo(self.url)
        for line in _of_its_base(self.settings):
            click.echo(line, err=True)


def _of_its_base(settings: Settings) -> Iterator[str]:
    """Say how it was chosen, unless somebody has set it."""
    if settings.public_url:
        return
    source = settings.source_of("port")
    yield (
        f"It begins with {Links.of(settings).base}, after the setting port"
        f" ({source}), as public_url is not set."
    )
    yield (
        "A service that was started with --port is elsewhere: set"
        " BIENVENUE_PORT for both, or BIENVENUE_PUBLIC_URL."
    )
