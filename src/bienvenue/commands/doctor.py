"""``bienvenue doctor``: what works, what does not, and what mends it."""

import json
import logging
from collections import Counter
from collections.abc import Iterable

import click

from bienvenue import doctor
from bienvenue.config import Settings
from bienvenue.doctor import Asked, Finding, State
from bienvenue.doctor.site import Site

_COLOURS = {
    State.OK: "green",
    State.SKIPPED: "bright_black",
    State.WARNING: "yellow",
    State.FAILED: "red",
}


def run(
    database_url: str | None, asked: Asked, *, deploy: bool, as_json: bool
) -> None:
    """Look at everything, and exit 1 when something failed.

    Raises ``ConfigurationError`` for settings that cannot be read, and for
    a URL that is none.
    """
    if asked.url is not None:
        Site(asked.url)
    overrides: dict[str, object] = {"database_url": database_url}
    if deploy:
        overrides["profile"] = "production"
    settings = Settings.load(overrides)
    # What a library logs of a connection that breaks, a finding tells.
    logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())
    findings = doctor.examine(settings, asked)
    seen = _collect(findings) if as_json else _print(findings)
    if seen[State.FAILED]:
        raise click.exceptions.Exit(1)


def _collect(findings: Iterable[Finding]) -> Counter[State]:
    """Print all as one object, at the end."""
    found = list(findings)
    seen = Counter(each.state for each in found)
    said = {
        "ok": not seen[State.FAILED],
        **{str(state): seen[state] for state in (State.FAILED, State.WARNING)},
        "findings": [
            {
                "check": each.check,
                "state": str(each.state),
                "said": each.said,
                "fix": each.fix,
            }
            for each in found
        ],
    }
    click.echo(json.dumps(said, indent=2, ensure_ascii=False))
    return seen


def _print(findings: Iterable[Finding]) -> Counter[State]:
    """Print each as it is found, and a line at the end."""
    seen: Counter[State] = Counter()
    for each in findings:
        seen[each.state] += 1
        state = click.style(f"{each.state:7}", fg=_COLOURS[each.state])
        click.echo(f"{state}  {each.check:13}  {each.said}")
        if each.fix is not None:
            click.echo(f"{'':9}-> {each.fix}")
    click.echo(f"\n{_total(seen)}")
    return seen


def _total(seen: Counter[State]) -> str:
    bad, doubtful = seen[State.FAILED], seen[State.WARNING]
    if not bad and not doubtful:
        return "all is well"
    warnings = "1 warning" if doubtful == 1 else f"{doubtful} warnings"
    return f"{bad} failed, {warnings}"
