"""Tries the live things: what works, what does not, and what mends it.

Each module looks at one matter and yields findings.  None of them writes
what stays: a row is rolled back, a count in Redis deleted, no letter leaves
that was not asked for, and no account is made.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bienvenue.config import Settings
from bienvenue.doctor import (
    clocks,
    configuration,
    database,
    files,
    hashing,
    limits,
    mailing,
)
from bienvenue.doctor.finding import Finding, State, failed
from bienvenue.errors import BienvenueError

__all__ = ["Asked", "Finding", "State", "examine"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is only done when it was asked for: a letter, a request.

    ``debug`` lets a fault of a check's own through.
    """

    send_to: str | None = None
    url: str | None = None
    debug: bool = False


def examine(settings: Settings, asked: Asked) -> Iterator[Finding]:
    """Look at everything, one after the other; yields as it goes."""
    checks: dict[str, Callable[[], Iterator[Finding]]] = {
        "configuration": lambda: configuration.examine(settings),
        "files": lambda: files.examine(settings),
        "clock": clocks.own,
        "database": lambda: database.examine(settings),
        "redis": lambda: limits.examine(settings),
        "mail": lambda: mailing.examine(settings, asked.send_to),
        "hash cost": lambda: hashing.examine(settings),
        "service": lambda: _service(settings, asked.url),
    }
    for name, check in checks.items():
        yield from check() if asked.debug else _guarded(name, check)


def _service(settings: Settings, url: str | None) -> Iterator[Finding]:
    if url is not None:
        # Knows Flask's side of the house, which is slow to load.
        from bienvenue.doctor import service

        yield from service.examine(settings, url)


def _guarded(
    name: str, check: Callable[[], Iterator[Finding]]
) -> Iterator[Finding]:
    """Have one check's end not be the others'."""
    try:
        yield from check()
    except BienvenueError as error:
        yield failed(name, str(error), "see docs/configuration.md")
    except Exception as error:  # noqa: BLE001 - the next one still counts
        # Its text is not repeated: nobody knows what it holds.
        yield failed(
            name,
            f"could not be looked at: {type(error).__name__}",
            "bienvenue --debug doctor shows where; please report it",
        )
