"""The command line: what there is to type, and how it can end.

Exit status: 0 when it did what was asked, 1 when it refused or failed (one
line on standard error says why), 2 when it was called wrongly, 130 when it
was interrupted before the service had begun.  What a command does is in
``bienvenue.commands``, and loaded when it runs: ``--help`` needs no Flask.
"""

import os
from typing import Any

import click

from bienvenue import collector
from bienvenue.commands.help import Grouped
from bienvenue.commands.on_demand import OnDemand
from bienvenue.commands.options import database_url
from bienvenue.errors import BienvenueError

_STATUS = """
\b
Exit status:
  0    done
  1    refused or failed; one line on standard error says why
  2    called wrongly
  130  interrupted before the service had begun

Every setting is a key of bienvenue.toml and, as BIENVENUE_<NAME>, an
environment variable, which wins over the file; an option wins over both.
`bienvenue config` shows them all.
"""

_ON_DEMAND = {
    "admin": "bienvenue.commands.admin",
    "audit": "bienvenue.commands.audit",
    "db": "bienvenue.commands.db",
    "doctor": "bienvenue.commands.setting_up",
    "explain": "bienvenue.commands.explain",
    "init": "bienvenue.commands.setting_up",
    "mail": "bienvenue.commands.mail",
    "recipe": "bienvenue.commands.recipe",
    "session": "bienvenue.commands.session",
    "theme": "bienvenue.commands.theme",
    "user": "bienvenue.commands.user",
}


class Failure(click.ClickException):
    """A failure that is told in one line."""

    def format_message(self) -> str:
        """Return the line; what has several becomes one."""
        return " ".join(self.message.split())

    def show(self, file: Any = None) -> None:
        """Print the line to standard error."""
        click.echo(f"bienvenue: {self.format_message()}", file, err=True)


class OneLineErrors(Grouped):
    """Commands whose failures are one line, unless --debug is given."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what it raises into a line."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            raise click.exceptions.Exit(130) from None
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            raise Failure(_told(error)) from error


def _told(error: Exception) -> str:
    if isinstance(error, BienvenueError):
        return str(error)
    # Its text is not repeated: nobody knows what it holds.
    return (
        f"unexpected {type(error).__name__}; run `bienvenue --debug ...` to"
        " see where it comes from"
    )


@click.group(
    cls=OneLineErrors,
    commands=OnDemand(_ON_DEMAND),
    epilog=_STATUS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(
    None, "--version", package_name="bienvenue", message="%(prog)s %(version)s"
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, *, debug: bool) -> None:
    """User accounts for any application: register, sign in, reset."""
    del debug  # read by ``OneLineErrors``, which has the context too
    if os.environ.get("NO_COLOR"):
        ctx.color = False


_host = click.option("--host", help="Address to listen on.")
_port = click.option("--port", type=int, help="Port to listen on.")


@cli.command()
@_host
@_port
@database_url
@click.option(
    "--strict",
    is_flag=True,
    default=None,
    help="Production's rules: no tokens in answers, the password policy.",
)
@click.option(
    "--allow-remote",
    is_flag=True,
    default=None,
    help="Let other machines in. Reset tokens are theirs to ask for.",
)
def dev(**options: object) -> None:
    """Run the service for development, on this machine only.

    Makes or upgrades the database, bienvenue.db in this folder unless told
    otherwise, and serves on http://localhost:5000 until Ctrl-C.
    """
    with collector.at_rest():
        from bienvenue.commands import dev

    dev.run(options)


@cli.command()
@_host
@_port
@database_url
@click.option("--workers", type=int, help="Processes that serve.")
@click.option("--threads", type=int, help="Requests at once in each.")
def serve(**options: object) -> None:
    """Run the service for everyone; refuses to while it is unsafe."""
    with collector.at_rest():
        from bienvenue.commands import production

    production.serve(options)


@cli.command()
@click.option(
    "--deploy", is_flag=True, help="Name all that `serve` would refuse."
)
def check(*, deploy: bool) -> None:
    """Check the settings without starting anything."""
    from bienvenue.commands import production

    production.check(deploy=deploy)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def config(*, as_json: bool) -> None:
    """Show every setting, its value and where it comes from.

    Secrets are not shown, only whether there is one.
    """
    from bienvenue.commands import config

    config.show(as_json=as_json)


@cli.command()
def openapi() -> None:
    """Print the OpenAPI document of the service."""
    from bienvenue.commands import openapi

    openapi.show()


@cli.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version

    click.echo(f"bienvenue {version('bienvenue')}")


def main() -> None:
    """Run the command line, and exit."""
    cli(prog_name="bienvenue")
