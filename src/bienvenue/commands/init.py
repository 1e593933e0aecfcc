"""``bienvenue init``: the first settings, asked for or given."""

import re
import sys
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bienvenue import engine, safety, secret
from bienvenue.commands import (
    accounts_there,
    questions,
    settings_file,
    typed,
)
from bienvenue.commands.one_question import Chosen
from bienvenue.config import DEFAULT_DATABASE_URL, Settings
from bienvenue.errors import ConfigurationError

# A setting and its value, in a command that mends something.
_EXPORTED = re.compile(r"BIENVENUE_([A-Z_]+)=(\S+)")
_ASSUMED = """\
It assumes one proxy of yours in front that ends TLS (trusted_hops = 1,
tls_proxy = true); where there is none, set tls_certificate and tls_key."""


@dataclass(frozen=True, slots=True)
class Written:
    """The settings that a start will read, and what to know of them."""

    settings: Settings
    note: str


def write(
    path: Path,
    given: Mapping[str, object],
    *,
    production: bool,
    yes: bool,
    password_stdin: bool,
) -> Written:
    """Write a new settings file that ``check`` has no complaint about.

    What is not in ``given`` is asked for, or with ``yes`` left at its
    default; what that takes for granted is noted.  Accounts that are in
    the database already are no obstacle to production, and told.  Raises
    ``ConfigurationError`` when that is not enough, or when there is a file
    already; nothing is written then.
    """
    if path.exists():
        raise settings_file.taken(path)
    if not yes and not sys.stdin.isatty():
        raise ConfigurationError(
            "nobody is there to be asked; say --yes, and what is to be set"
        )
    chosen: Chosen = {k: v for k, v in given.items() if v is not None}
    chosen["profile"] = "production" if production else "development"
    if password_stdin:
        chosen["smtp_password"] = typed.line()
    if not yes:
        _refuse_given(chosen)
        questions.ask(chosen)
    assumed = _conclude(chosen)
    content = settings_file.text(chosen)
    settings = settings_file.read_back(path, content)
    engine.parse_url(settings.database_url)
    if production:
        _refuse(safety.problems(settings), given)
        if yes:  # whoever is asked hears of it while they can still turn back
            accounts_there.warn(settings.database_url)
    settings_file.create(path, content)
    return Written(settings, _ASSUMED if assumed else "")


def _refuse_given(chosen: Chosen) -> None:
    """Refuse before the first question what no answer could mend."""
    settings = Settings(**chosen)
    engine.parse_url(settings.database_url)


def _conclude(chosen: Chosen) -> bool:
    """Add what follows from what was chosen, and the secret key.

    Tells whether a proxy is taken for granted, of which nobody spoke.
    """
    chosen.setdefault("database_url", DEFAULT_DATABASE_URL)
    chosen["secret_key"] = secret.new_key()
    if "smtp_host" in chosen:
        chosen.setdefault("mail", "smtp")
    own_tls = "tls_certificate" in chosen or "tls_key" in chosen
    if chosen["profile"] != "production" or own_tls:
        return False
    chosen["tls_proxy"] = True
    counted = "trusted_hops" in chosen
    chosen.setdefault("trusted_hops", 1)
    return not counted


def _refuse(
    problems: Sequence[safety.Problem], options: Container[str]
) -> None:
    """Exit 1 when there is any problem, having printed what mends each."""
    if not problems:
        return
    click.echo("bienvenue: nothing was written; there is to mend:", err=True)
    for one in problems:
        fix = _as_options(one.fix, options)
        click.echo(f"\n{one.setting}: {one.why}\n    {fix}", err=True)
    raise click.exceptions.Exit(1)


def _as_options(fix: str, options: Container[str]) -> str:
    """Return a fix in the words of this command, where it has any for it.

    What it has none for comes from the environment, and is mended there.
    """
    exported = _EXPORTED.findall(fix)
    if not exported or any(
        name.lower() not in options for name, _ in exported
    ):
        return fix
    return " ".join(
        f"--{name.lower().replace('_', '-')} {value}"
        for name, value in exported
    )
