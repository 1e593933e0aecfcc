"""Files of accounts: CSV (RFC 4180) and JSON Lines, a line at a time."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bienvenue.errors import ConfigurationError
from bienvenue.interchange.record import NAMES

Members = Mapping[str, object]
Line = tuple[int, Members | str]
"""A line's number, and what it holds or why it cannot be read."""


def open_lines(path: Path) -> Callable[[], Iterator[Line]]:
    """Return what reads a file anew each time it is called.

    The name says the format: ``.csv``, ``.jsonl`` or ``.ndjson``.  Raises
    ``ConfigurationError`` for another one and for no file.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ConfigurationError(
            f"{path}: name it .csv or .jsonl, by what is in it"
        )
    if not path.is_file():
        raise ConfigurationError(f"{path}: there is no such file")
    return lambda: reader(path)


def _read_csv(path: Path) -> Iterator[Line]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            if not set(NAMES["email"]) & set(reader.fieldnames or ()):
                yield 1, "the first line must name the columns, email too"
                return
            for members in reader:
                yield reader.line_num, _whole(members)
        except (csv.Error, UnicodeError):
            yield reader.line_num + 1, "is not CSV in UTF-8"


def _whole(members: dict[str, str]) -> Members | str:
    if None in members or None in members.values():
        return "has another number of fields than the first line"
    return members


def _read_json_lines(path: Path) -> Iterator[Line]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, _object(line)


def _object(line: bytes) -> Members | str:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return "is not JSON in UTF-8"
    return found if isinstance(found, dict) else "is not a JSON object"


_READERS: dict[str, Callable[[Path], Iterator[Line]]] = {
    ".csv": _read_csv,
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
}
