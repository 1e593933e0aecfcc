"""The pages about the service itself: how it does, and how it is set."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from bienvenue import clock
from bienvenue.web.states.console import frame
from bienvenue.web.states.state import State


def overview() -> Iterator[State]:
    """Yield the first page, when all is well and when not."""
    page = "bienvenue/admin_overview.html"
    day = clock.now().date()
    days = [
        SimpleNamespace(
            date=day - timedelta(days=each),
            sign_ups=3 * each,
            sign_ins=100 + 7 * each,
            failures=each % 5,
            lockouts=each % 2,
        )
        for each in range(14)
    ]
    numbers = dict.fromkeys(("users", "verified", "sessions"), "10,000+")
    shown = frame.of("overview") | {
        "figures": SimpleNamespace(
            **numbers, disabled=14, waiting_mail=3, dead_mail=0
        ),
        "checks": [
            _check("database", "sqlite answers"),
            _check("mail", "no letter waits"),
        ],
        "charts": {
            name: _chart(days[::-1], name)
            for name in ("sign_ups", "sign_ins", "failures", "lockouts")
        },
        "days": days,
    }
    yield State("console_overview.well", page, shown)
    figures = SimpleNamespace(**vars(shown["figures"]) | {"dead_mail": 2})
    checks = [_check("mail", "a letter waits since yesterday", ok=False)]
    unwell = {"figures": figures, "checks": checks}
    yield State("console_overview.unwell", page, shown | unwell)


def settings() -> Iterator[State]:
    """Yield the page of the settings in force."""
    page = "bienvenue/admin_settings.html"
    chosen = [
        _setting("database_url", "accounts.db", "bienvenue.toml"),
        _setting("secret_key", "********", "environment"),
    ]
    usual = [
        _setting("allow_remote", value=False),
        _setting("port", 5000),
        _setting("public_url", None),
    ]
    shown = frame.of("settings") | {"chosen": chosen, "usual": usual}
    yield State("console_settings.shown", page, shown)
    none: dict[str, Any] = {"chosen": []}
    yield State("console_settings.none_chosen", page, shown | none)


def _check(name: str, says: str, *, ok: bool = True) -> SimpleNamespace:
    return SimpleNamespace(name=name, says=says, ok=ok)


def _chart(days: list[SimpleNamespace], name: str) -> SimpleNamespace:
    counts = [getattr(each, name) for each in days]
    top = max(counts)
    columns = [
        SimpleNamespace(
            day=each.date,
            count=count,
            x=3 + 20 * place,
            y=100 - 100 * count / top,
            width=14,
            height=100 * count / top,
        )
        for place, (each, count) in enumerate(zip(days, counts, strict=True))
    ]
    week, before = sum(counts[-7:]), sum(counts[:7])
    return SimpleNamespace(columns=columns, top=top, week=week, before=before)


def _setting(
    name: str, value: object, source: str = "default"
) -> SimpleNamespace:
    meaning = f"what {name} does, in a few words"
    return SimpleNamespace(
        name=name, value=value, source=source, meaning=meaning
    )
