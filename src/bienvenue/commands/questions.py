"""What ``bienvenue init`` asks at the terminal, and in which order."""

import click

from bienvenue import engine
from bienvenue.commands import accounts_there
from bienvenue.commands.one_question import Chosen, ask_for, typed, unsafe
from bienvenue.config import DEFAULT_DATABASE_URL, Settings


def ask(chosen: Chosen) -> None:
    """Add what was not given, with what most people want as default.

    What is in ``chosen`` fits, each for itself.
    """
    default = Settings.model_fields["service_name"].default
    ask_for(chosen, "service_name", "What people know it as", default)
    ask_for(chosen, "database_url", "Database", DEFAULT_DATABASE_URL)
    _ask_for_password_of_database(chosen)
    if chosen["profile"] == "production":
        accounts_there.warn(str(chosen["database_url"]))
        _ask_about_tls(chosen)
        _ask_about_mail(chosen)
        _ask_where(chosen)


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
            chosen[name] = typed(question, name)
        wrong = unsafe(Settings(**chosen))
        for name in names:
            if name in wrong:
                click.echo(f"Error: {name}: {wrong[name]}", err=True)
                chosen.pop(names[1], None)


def _ask_where(chosen: Chosen) -> None:
    """Ask for the URL, which only mails cannot do without: so after them."""
    question = "Where people reach it, https://..."
    if "smtp_host" in chosen or chosen.get("mail") == "smtp":
        ask_for(chosen, "public_url", question)
        return
    ask_for(chosen, "public_url", f"{question} (not known yet: Enter)", "")
    if not chosen["public_url"]:
        del chosen["public_url"]


def _ask_about_mail(chosen: Chosen) -> None:
    if "smtp_host" in chosen or chosen.get("mail") == "off":
        return
    ask_for(
        chosen,
        "smtp_host",
        "Mail server (off: nobody resets a password by mail)",
    )
    if chosen["smtp_host"] == "off":
        del chosen["smtp_host"]
        chosen["mail"] = "off"
        return
    chosen["mail"] = "smtp"
    ask_for(
        chosen, "smtp_security", "Secured by (starttls, tls, none)", "starttls"
    )
    usual = 465 if chosen["smtp_security"] == "tls" else 587
    ask_for(chosen, "smtp_port", "Its port", str(usual))
    ask_for(
        chosen, "mail_from", "Sender of mails, Name <no-reply@example.com>"
    )
    ask_for(chosen, "smtp_username", "Login there (none: Enter)", "")
    if not chosen["smtp_username"]:
        del chosen["smtp_username"]
    elif "smtp_password" not in chosen:
        chosen["smtp_password"] = typed(
            "And password", "smtp_password", hide_input=True
        )
