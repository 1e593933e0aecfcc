"""Rows as templates show them: no question is left to a template."""

from collections.abc import Iterable
from typing import Any

from bienvenue import browser_name
from bienvenue.features.admin.shapes import EventRow, SessionRow, UserRow

Shown = dict[str, Any]


def user(row: UserRow) -> Shown:
    """Return an account; one with nothing to say of is active."""
    states = [each for each in row.states if each != "admin"] or ["active"]
    admin = ["admin"] if row.role else []
    return row._asdict() | {"states": states + admin}


def users(rows: Iterable[UserRow]) -> list[Shown]:
    """Return accounts, in their order."""
    return [user(each) for each in rows]


def event(row: EventRow) -> Shown:
    """Return an event, its detail as pairs of texts."""
    pairs = [(name, _text(value)) for name, value in row.detail.items()]
    return row._asdict() | {"detail": pairs, "program": program(row.agent)}


def events(rows: Iterable[EventRow]) -> list[Shown]:
    """Return events, in their order."""
    return [event(each) for each in rows]


def session(row: SessionRow) -> Shown:
    """Return a session."""
    return row._asdict() | {"program": program(row.agent)}


def program(agent: str | None) -> str:
    """Return what a client called itself, shortly: ``Firefox, Linux``."""
    known = [each for each in browser_name.named(agent) if each]
    return ", ".join(known) or agent or ""


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
