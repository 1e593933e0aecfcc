"""``bienvenue dev``: the service on this machine, and what to try there."""

import ipaddress
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from threading import get_ident

import click

from bienvenue import audit_line, engine, policy, shown
from bienvenue.commands import opened, service
from bienvenue.config import Settings
from bienvenue.db import DB
from bienvenue.errors import ConfigurationError
from bienvenue.features.admin import first
from bienvenue.server.listen import addresses

_WIDTH = 79

# Cut to any length that may be asked for, production's policy takes it.
_EXAMPLE = "tartine-beurre-chocolat-chaud-et-confiture-pour-deux-lundi-matin"


def run(options: Mapping[str, object]) -> None:
    """Serve in the development profile until told to stop."""
    settings = Settings.load({**options, "profile": "development"})
    refuse_others(settings)

    def greet(urls: list[str]) -> None:
        link = admin_link(settings, urls[0])
        click.echo(banner(settings, urls[0], link))

    service.run(settings, greet)


def refuse_others(settings: Settings) -> None:
    """Raise ``ConfigurationError`` if other machines could reach it."""
    if settings.allow_remote:
        return
    for address in addresses(settings.host):
        # A zone ("%eth0") names an interface, and no loopback has one.
        if not ipaddress.ip_address(address.partition("%")[0]).is_loopback:
            raise ConfigurationError(
                f"host: other machines could reach {settings.host}, and the"
                " development profile is for this one; leave it out, or add"
                " --allow-remote"
            )


def admin_link(settings: Settings, url: str) -> str | None:
    """Return a link that makes the first admin; None where there is one.

    A database in memory is each process's own: a link into it would be one
    into another.  That it was printed is in the audit log, as what any
    command did is, and not among the lines on standard error: whoever would
    read it there has the link itself, a line below.
    """
    parsed = engine.parse_url(settings.database_url)
    if not settings.admin or engine.in_memory(parsed):
        return None
    with (
        DB.of(settings) as db,
        opened.acting_operator("dev"),
        _without_lines(),
    ):
        token = first.invite(db)
    return None if token is None else first.link(settings, token, url)


def banner(settings: Settings, url: str, link: str | None = None) -> str:
    """Return the one screen that says what runs where, and what next.

    ``link`` is the first admin's, while there is none.
    """
    become = "Become the admin, by a link that counts once, for an hour:"
    mailbox = f"{url}/dev/mailbox" if settings.mail == "mailbox" else None
    mail = mailbox or settings.smtp_host or "off"
    facts = {
        "service": click.style(url, bold=True),
        "pages": f"{url}/sign_up",
        "API": f"{url}/docs",
        "mailbox" if mailbox else "mail": mail,
        "database": shown.database(settings.database_url),
        "profile": profile(settings),
        "stop": "Ctrl-C",
    }
    if mailbox and settings.wants_verified:
        facts["verify"] = "open the mail there before you sign in"
    return "\n".join(
        [
            f"Bienvenue {version('bienvenue')} is ready.",
            "",
            *(f"{name:<9}{fact}" for name, fact in facts.items()),
            "",
            "Try next, in another terminal:",
            *map(_fitted, tour(settings, url)),
            *(["", become, f"  {link}"] if link else []),
        ]
    )


def profile(settings: Settings) -> str:
    """Say in a few words what this profile lets people do."""
    name = "strict" if settings.strict else "development"
    where = "local only"
    if settings.allow_remote:
        where = click.style("OPEN TO ALL", fg="yellow", bold=True)
    tokens = "in answers" if settings.echo_tokens else "by mail"
    least = policy.least_length(settings)
    passwords = (
        f"passwords of {least}+ characters" if least else "any password"
    )
    return f"{name}: {where}, reset tokens {tokens}, {passwords}"


def tour(settings: Settings, url: str) -> list[str]:
    """Return shell commands that register, sign in and ask who that is."""
    form = f"-d 'email=me@example.com&password={_password(settings)}'"
    # curl speaks http when it is not told; lines stay short enough to read.
    place = url.removeprefix("http://")
    return [
        f"curl {form} {place}/users",
        f"curl -c jar {form} {place}/sessions",
        f"curl -b jar {place}/profile",
    ]


@contextmanager
def _without_lines() -> Iterator[None]:
    """Keep this thread's security events, and no others, off the log."""
    own, log = get_ident(), logging.getLogger(audit_line.LOGGER)

    def of_others(record: logging.LogRecord) -> bool:
        return record.thread != own

    log.addFilter(of_others)
    try:
        yield
    finally:
        log.removeFilter(of_others)


def _password(settings: Settings) -> str:
    """Return an example that the policy takes."""
    least = policy.least_length(settings)
    return _EXAMPLE[:least] if least else "b4l0u"


def _fitted(command: str) -> str:
    """Indent a command, and break it for the screen before its URL."""
    if len(command) + 2 <= _WIDTH:
        return f"  {command}"
    rest, _, url = command.rpartition(" ")
    return f"  {rest} \\\n    {url}"
