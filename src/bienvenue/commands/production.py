"""``bienvenue serve`` and ``bienvenue check``: nothing unsafe is started."""

import os
from collections.abc import Iterator, Mapping, Sequence

import click

from bienvenue import config_sources, engine, safety
from bienvenue.config import Settings
from bienvenue.errors import BienvenueError
from bienvenue.safety import Problem

_PROFILE = {"profile": "production"}


def serve(options: Mapping[str, object]) -> None:
    """Serve in the production profile, or say why not and exit 1."""
    settings = Settings.load({**options, **_PROFILE})
    _refuse(safety.problems(settings))
    from bienvenue.commands import service

    def ready(urls: list[str]) -> None:
        click.echo(f"bienvenue: serving on {', '.join(urls)}")

    service.run(settings, ready)


def check(*, deploy: bool) -> None:
    """Check that settings can be read and, with ``deploy``, are safe."""
    settings = Settings.load(_PROFILE if deploy else None)
    engine.parse_url(settings.database_url)
    if not deploy:
        click.echo("the settings can be read; --deploy checks their safety")
        return
    _refuse(safety.problems(settings))
    click.echo("ready")
    for one in safety.advice(settings):
        click.echo(f"\nworth doing: {_told(one)}", err=True)
    for note in (*safety.notes(settings), *_of_accounts(settings)):
        click.echo(f"note: {note}", err=True)


def _of_accounts(settings: Settings) -> Iterator[str]:
    """Say who cannot sign in; looks into the database where there is one."""
    from bienvenue.doctor import accounts  # `serve` has no use for it

    try:
        yield from accounts.waiting(settings)
    except BienvenueError as error:
        yield f"the accounts could not be looked at: {error}"


def _refuse(problems: Sequence[Problem]) -> None:
    """Exit 1 when there is any problem, having printed them all."""
    if not problems:
        return
    how_many = "1 thing is" if len(problems) == 1 else f"{len(problems)} are"
    click.echo(f"bienvenue: not safe to serve, {how_many} to mend:", err=True)
    for one in problems:
        click.echo(f"\n{_told(one)}", err=True)
    file = config_sources.file_of(os.environ)
    # A key is made by a command; `init` writes one into its file.
    settable = {*Settings.model_fields} - {"secret_key", "metrics_token"}
    if file is not None and any(one.setting in settable for one in problems):
        lasting = f'what is to last goes into {file}, as: name = "value"'
        click.echo(f"\n{lasting}", err=True)
    raise click.exceptions.Exit(1)


def _told(problem: Problem) -> str:
    name = click.style(problem.setting, bold=True)
    return f"{name}: {problem.why}\n    {problem.fix}"
