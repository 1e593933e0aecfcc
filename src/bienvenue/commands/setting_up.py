"""``bienvenue init`` and ``bienvenue doctor``: what there is to type.

As in ``cli``, what a command does is loaded when it runs.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bienvenue.commands import options

_given = (
    ("--service-name", "What people know the service as."),
    ("--public-url", "Where people reach it: https://..."),
    ("--mail-from", "Sender of mails."),
    ("--smtp-host", "Mail server."),
    ("--smtp-username", "Login at the mail server."),
    ("--tls-certificate", "PEM file, where no proxy ends TLS."),
    ("--tls-key", "PEM file of its key."),
)


def _settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command an option for each text that it may be told."""
    for name, text in reversed(_given):
        command = click.option(name, help=text)(command)
    return command


@click.command()
@click.option(
    "--production", is_flag=True, help="For everyone, not for this machine."
)
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default="bienvenue.toml",
    show_default=True,
    help="What to write.",
)
@options.database_url
@_settings
@click.option("--smtp-port", type=int, help="Port of the mail server.")
@click.option(
    "--smtp-security",
    type=click.Choice(["starttls", "tls", "none"]),
    help="How the connection to it is secured.",
)
@click.option(
    "--smtp-password-stdin",
    is_flag=True,
    help="Read the password there from standard input.",
)
@click.option(
    "--mail",
    type=click.Choice(["smtp", "off"]),
    help="How mail leaves; off: nobody resets a password by it.",
)
@click.option(
    "--trusted-hops", type=int, help="How many proxies of yours are in front."
)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.pass_context
def init(
    context: click.Context,
    /,
    path: Path,
    *,
    production: bool,
    yes: bool,
    smtp_password_stdin: bool,
    **given: object,
) -> None:
    """Write the first settings: a bienvenue.toml with all there is.

    Asks for what is not given. Makes a secret key; the file is its owner's
    alone to read, and one that is there is never touched.
    """
    from bienvenue.commands import init as done
    from bienvenue.commands import next_steps

    written = done.write(
        path,
        given,
        production=production,
        yes=yes,
        password_stdin=smtp_password_stdin,
    )
    root = context.find_root().command
    commands = root.commands if isinstance(root, click.Group) else {}
    click.echo(
        next_steps.after_init(path, written.settings, commands, written.note)
    )


@click.command()
@options.database_url
@click.option("--url", help="Ask the running service too, as clients do.")
@click.option(
    "--send-to", metavar="ADDRESS", help="Send a letter there; else none."
)
@click.option(
    "--deploy", is_flag=True, help="By production's rules, as `serve` would."
)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_context
def doctor(
    context: click.Context,
    database_url: str | None,
    url: str | None,
    send_to: str | None,
    *,
    deploy: bool,
    as_json: bool,
) -> None:
    """Try the live things; each failure names its fix.

    Settings, files, clock, database, migrations, Redis, mail, what a
    password hash costs here; with --url also what the service sees through
    its proxies. Leaves nothing behind. Exits 1 when something failed.
    """
    from bienvenue.commands import doctor as done
    from bienvenue.doctor import Asked

    debug = bool(context.find_root().params.get("debug"))
    asked = Asked(send_to=send_to, url=url, debug=debug)
    done.run(database_url, asked, deploy=deploy, as_json=as_json)
