"""How commands say things: times, plurals, and texts of other people's."""

import json
from datetime import datetime

import click


def minute(instant: datetime) -> str:
    """Return a time to the minute, in UTC."""
    return f"{instant:%Y-%m-%d %H:%M}Z"


def iso(instant: datetime | None) -> str | None:
    """Return a time for programs, in ISO 8601."""
    return None if instant is None else instant.isoformat()


def printable(text: str) -> str:
    """Return a text of which no part can speak to a terminal."""
    return "".join(filter(str.isprintable, text))


def count(number: int, what: str) -> str:
    """Return a number of things in words."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def as_object(members: object) -> None:
    """Print one JSON object, indented."""
    click.echo(json.dumps(members, indent=2, ensure_ascii=False))
