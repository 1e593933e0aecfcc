"""Links that ``bienvenue admin create`` prints, and how it tells of them."""

from datetime import timedelta

import click

from bienvenue.auth import Auth
from bienvenue.commands import told
from bienvenue.commands.acts import Manner
from bienvenue.commands.printed_link import PrintedLink
from bienvenue.links import Links


def to_a_password(auth: Auth, email: str) -> PrintedLink:
    """Return a link to choose a password by; the one before is void.

    Raises ``UnknownAddress``, for a disabled account too.
    """
    token = auth.get_reset_password_token(email)
    url = Links.of(auth.settings).to("/reset_password", token=token)
    lasts = timedelta(seconds=auth.settings.reset_token_lifetime_seconds)
    return PrintedLink(url, lasts, auth.settings)


def tell(
    manner: Manner,
    email: str | None,
    done: str,
    link: PrintedLink | None = None,
) -> None:
    """Say what was done, and print the link that came of it, if one did."""
    if manner.as_json:
        told.as_object(
            {
                "email": email,
                "done": done,
                "url": None if link is None else link.url,
                "dry_run": manner.dry_run,
            }
        )
        return
    click.echo(f"{email}: {done}" if email else done)
    if link is not None:
        link.show()
