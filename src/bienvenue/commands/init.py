"""``bienvenue init``: the first settings, asked for or given."""

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click

from bienvenue import engine, safety, secret
from bienvenue.commands import settings_file, typed
from bienvenue.config import DEFAULT_DATABASE_URL, Settings
from bienvenue.errors import ConfigurationError

Chosen = dict[str, object]


def write(
    path: Path,
    given: Mapping[str, object],
    *,
    production: bool,
    yes: bool,
    password_stdin: bool,
) -> None:
    """Write a new settings file that ``check`` has no complaint about.

    What is not in ``given`` is asked for, or with ``yes`` left at its
    default.  Raises ``ConfigurationError`` when that is not enough, or when
    there is a file already; nothing is written then.
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
        _ask(chosen)
    _conclude(chosen)
    content = settings_file.text(chosen)
    settings = settings_file.read_back(path, content)
    engine.parse_url(settings.database_url)
    if production:
        _refuse(safety.problems(settings))
    settings_file.create(path, content)


def _refuse_given(chosen: Chosen) -> None:
    """Refuse before the first question what no answer could mend."""
    settings = Settings(**chosen)
    engine.parse_url(settings.database_url)


def _conclude(chosen: Chosen) -> None:
    """Add what follows from what was chosen, and the secret key."""
    chosen.setdefault("database_url", DEFAULT_DATABASE_URL)
    chosen["secret_key"] = secret.new_key()
    if "smtp_host" in chosen:
        chosen.setdefault("mail", "smtp")
    own_tls = "tls_certificate" in chosen or "tls_key" in chosen
    if chosen["profile"] == "production" and not own_tls:
        chosen["tls_proxy"] = True
        chosen.setdefault("trusted_hops", 1)


def _refuse(problems: list[safety.Problem]) -> None:
    if not problems:
        return
    click.echo("bienvenue: nothing was written; there is to mend:", err=True)
    for one in problems:
        option = one.setting.replace("_", "-")
        click.echo(f"\n{one.setting}: {one.why}\n    --{option}", err=True)
    raise click.exceptions.Exit(1)


def _ask(chosen: Chosen) -> None:
    """Ask for what was not given, with what most people want as default."""
    if chosen["profile"] == "production":
        _ask_for(chosen, "public_url", "Where people reach it, https://...")
    default = Settings.model_fields["service_name"].default
    _ask_for(chosen, "service_name", "What people know it as", default)
    _ask_for(chosen, "database_url", "Database", DEFAULT_DATABASE_URL)
    _ask_for_password_of_database(chosen)
    if chosen["profile"] == "production":
        _ask_about_tls(chosen)
        _ask_about_mail(chosen)


def _ask_for(
    chosen: Chosen, name: str, question: str, default: str | None = None
) -> None:
    """Ask until the answer is one that the setting takes."""
    if name not in chosen:
        chosen[name] = click.prompt(
            question,
            default,
            value_proc=partial(_fitting, chosen, name),
            err=True,
        )


def _fitting(chosen: Chosen, name: str, answer: str) -> object:
    """Return an answer as the setting has it, or have it asked for again."""
    try:
        settings = Settings(**{**chosen, name: answer})
        engine.parse_url(settings.database_url)
    except ConfigurationError as error:
        # All the others fit: see ``_refuse_given``.
        raise click.UsageError(str(error)) from None
    # What it lacks beside it is asked for next.
    if name in (wrong := _unsafe(settings)):
        raise click.UsageError(wrong[name])
    found: object = getattr(settings, name)
    return found


def _unsafe(settings: Settings) -> dict[str, str]:
    if settings.profile != "production":
        return {}
    return {one.setting: one.why for one in safety.problems(settings)}


def _ask_for_password_of_database(chosen: Chosen) -> None:
    url = engine.parse_url(str(chosen["database_url"]))
    if not url.username or url.password is not None:
        return
    password = click.prompt(
        f"Password of {url.username} there (none: Enter)",
        "",
        hide_input=True,
        show_default=False,
        err=True,
    )
    if password:
        whole = url.set(password=password)
        chosen["database_url"] = whole.render_as_string(hide_password=False)


def _ask_about_tls(chosen: Chosen) -> None:
    names = ("tls_certificate", "tls_key", "trusted_hops")
    if any(name in chosen for name in names):
        return
    hops = click.prompt(
        "Proxies of yours in front of it (0: it ends TLS itself)",
        1,
        type=click.IntRange(0, 16),
        err=True,
    )
    if hops:
        chosen["trusted_hops"] = hops
        return
    _ask_for_pair(chosen)


def _ask_for_pair(chosen: Chosen) -> None:
    """Ask for both files until one can be used with the other."""
    names = ("tls_certificate", "tls_key")
    while names[1] not in chosen:
        for name in names:
            question = str(Settings.model_fields[name].description)
            chosen[name] = click.prompt(question, err=True)
        wrong = _unsafe(Settings(**chosen))
        for name in names:
            if name in wrong:
                click.echo(f"Error: {name}: {wrong[name]}", err=True)
                chosen.pop(names[1], None)


def _ask_about_mail(chosen: Chosen) -> None:
    if "smtp_host" in chosen or chosen.get("mail") == "off":
        return
    _ask_for(
        chosen,
        "smtp_host",
        "Mail server (off: nobody resets a password by mail)",
    )
    if chosen["smtp_host"] == "off":
        del chosen["smtp_host"]
        chosen["mail"] = "off"
        return
    chosen["mail"] = "smtp"
    _ask_for(
        chosen, "smtp_security", "Secured by (starttls, tls, none)", "starttls"
    )
    usual = 465 if chosen["smtp_security"] == "tls" else 587
    _ask_for(chosen, "smtp_port", "Its port", str(usual))
    _ask_for(
        chosen, "mail_from", "Sender of mails, Name <no-reply@example.com>"
    )
    _ask_for(chosen, "smtp_username", "Login there (none: Enter)", "")
    if not chosen["smtp_username"]:
        del chosen["smtp_username"]
    elif "smtp_password" not in chosen:
        chosen["smtp_password"] = click.prompt(
            "And password", hide_input=True, err=True
        )


def next_steps(
    path: Path, commands: Mapping[str, object], *, production: bool
) -> str:
    """Return what to type now, of the commands there are."""
    steps = [("bienvenue dev", "serve on this machine")]
    if production:
        steps = [
            ("bienvenue check --deploy", "see that nothing is unsafe"),
            ("bienvenue db upgrade", "make the database"),
            ("bienvenue doctor", "try database, mail and the rest"),
            ("bienvenue serve", "serve everyone"),
            ("bienvenue recipe", "systemd, containers, proxies"),
        ]
    known = [each for each in steps if each[0].split()[1] in commands]
    lines = [f"  {words:26}{why}" for words, why in known]
    where = ""
    if path.absolute() != Path("bienvenue.toml").absolute():
        where = f"\n  export BIENVENUE_CONFIG={path}"
    return "\n".join(
        [
            f"{path}: written; secrets are in it, and only you can read it.",
            "",
            f"Next:{where}",
            *lines,
        ]
    )
