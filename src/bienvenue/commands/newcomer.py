"""``bienvenue user add``: an account that an operator makes."""

import click

from bienvenue import address, policy, registration
from bienvenue.commands import asked, opened, told, typed
from bienvenue.commands.acts import Manner
from bienvenue.user import UNUSABLE


def add(
    manner: Manner,
    text: str,
    *,
    stdin: bool,
    no_password: bool,
    verified: bool,
) -> None:
    """Make an account, with a password or with none yet.

    Raises ``InvalidAddress``, ``InvalidPassword`` or ``EmailTaken``.
    """
    if stdin and no_password:
        raise click.UsageError("--no-password: there is nothing to read then")
    email = address.parse(text)
    if not stdin and not no_password:
        asked.must_be_there("--password-stdin, or --no-password")
    settings = opened.settings_of(manner.url)
    with opened.to_change(settings, "user add", make=True) as auth:
        hashed = UNUSABLE
        if not no_password:
            password = typed.password(email, stdin=stdin)
            policy.check(password, settings, email=email)
            hashed = auth.hasher.hash(password)
        user = registration.by_operator(
            auth.db, email, hashed, verified=verified
        )
    if manner.as_json:
        told.as_object(
            {
                "id": user.id,
                "email": user.email,
                "done": "added",
                "verified": verified,
                "has_password": not no_password,
            }
        )
        return
    click.echo(f"{user.email}: added, account {user.id}")
    if settings.wants_verified and not verified:
        click.echo(
            "the address has to be verified before the first login:"
            " `bienvenue user verify`, or a reset by mail",
            err=True,
        )
