"""What ``bienvenue init`` asks at the terminal, one setting at a time.

An answer that does not fit is told why, and asked for again at once.
"""

from functools import partial

import click

from bienvenue import engine, safety
from bienvenue.config import DEFAULT_DATABASE_URL, Settings
from bienvenue.errors import ConfigurationError

Chosen = dict[str, object]
"""What was chosen so far, by the names of settings."""


def ask(chosen: Chosen) -> None:
    """Add what was not given, with what most people want as default.

    What is in ``chosen`` fits, each for itself.
    """
    default = Settings.model_fields["service_name"].default
    _ask_for(chosen, "service_name", "What people know it as", default)
    _ask_for(chosen, "database_url", "Database", DEFAULT_DATABASE_URL)
    _ask_for_password_of_database(chosen)
    if chosen["profile"] == "production":
        _ask_about_tls(chosen)
        _ask_about_mail(chosen)
        _ask_where(chosen)


def _ask_for(
    chosen: Chosen, name: str, question: str, default: str | None = None
) -> None:
    """Ask until the answer is one that the setting takes."""
    if name not in chosen:
        needed = default is None
        chosen[name] = click.prompt(
            question,
            default or "",  # click would ask again without a word
            show_default=bool(default),
            value_proc=partial(_fitting, chosen, name, needed=needed),
            err=True,
        )


def _fitting(
    chosen: Chosen, name: str, answer: str, *, needed: bool
) -> object:
    """Return an answer as the setting has it, or have it asked for again.

    Nothing is one where nothing is ``needed``.
    """
    if not answer and not needed:
        return answer
    _refuse_nothing(answer, name)
    try:
        settings = Settings(**{**chosen, name: answer})
        engine.parse_url(settings.database_url)
    except ConfigurationError as error:
        # All the others fit: the caller has looked.
        raise click.UsageError(str(error)) from None
    # What it lacks beside it is asked for next.
    if name in (wrong := _unsafe(settings)):
        raise click.UsageError(wrong[name])
    found: object = getattr(settings, name)
    return found


def _typed(question: str, name: str, *, hide_input: bool = False) -> str:
    """Ask for a text that cannot be done without, as it is typed."""

    def some(answer: str) -> str:
        _refuse_nothing(answer, name)
        return answer

    found: str = click.prompt(
        question,
        "",
        hide_input=hide_input,
        show_default=False,
        value_proc=some,
        err=True,
    )
    return found


def _refuse_nothing(answer: str, name: str) -> None:
    if answer:
        return
    examples = Settings.model_fields[name].examples
    such = f", as in: {examples[0]}" if examples else ""
    raise click.UsageError(f"nothing was typed, and {name} is needed{such}")


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
            chosen[name] = _typed(question, name)
        wrong = _unsafe(Settings(**chosen))
        for name in names:
            if name in wrong:
                click.echo(f"Error: {name}: {wrong[name]}", err=True)
                chosen.pop(names[1], None)


def _ask_where(chosen: Chosen) -> None:
    """Ask for the URL, which only mails cannot do without: so after them."""
    question = "Where people reach it, https://..."
    if "smtp_host" in chosen or chosen.get("mail") == "smtp":
        _ask_for(chosen, "public_url", question)
        return
    _ask_for(chosen, "public_url", f"{question} (not known yet: Enter)", "")
    if not chosen["public_url"]:
        del chosen["public_url"]


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
        chosen["smtp_password"] = _typed(
            "And password", "smtp_password", hide_input=True
        )
