"""``bienvenue dev``: the service on this machine, and what to try there."""

import ipaddress
from collections.abc import Mapping
from importlib.metadata import version

import click

from bienvenue.commands import service, shown
from bienvenue.config import Settings
from bienvenue.errors import ConfigurationError
from bienvenue.server.listen import addresses

_WIDTH = 79

# Cut to any length that may be asked for, production's policy takes it.
_EXAMPLE = "tartine-beurre-chocolat-chaud-et-confiture-pour-deux-lundi-matin"


def run(options: Mapping[str, object]) -> None:
    """Serve in the development profile until told to stop."""
    settings = Settings.load({**options, "profile": "development"})
    refuse_others(settings)
    service.run(settings, lambda urls: click.echo(banner(settings, urls[0])))


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


def banner(settings: Settings, url: str) -> str:
    """Return the one screen that says what runs where, and what next."""
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
        ]
    )


def profile(settings: Settings) -> str:
    """Say in a few words what this profile lets people do."""
    name = "strict" if settings.strict else "development"
    where = "local only"
    if settings.allow_remote:
        where = click.style("OPEN TO ALL", fg="yellow", bold=True)
    tokens = "in answers" if settings.echo_tokens else "by mail"
    passwords = "any password"
    if settings.strict:
        passwords = f"passwords of {settings.password_min_length}+ characters"
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


def _password(settings: Settings) -> str:
    """Return an example that the policy takes."""
    if not settings.strict:
        return "b4l0u"
    return _EXAMPLE[: settings.password_min_length]


def _fitted(command: str) -> str:
    """Indent a command, and break it for the screen before its URL."""
    if len(command) + 2 <= _WIDTH:
        return f"  {command}"
    rest, _, url = command.rpartition(" ")
    return f"  {rest} \\\n    {url}"
