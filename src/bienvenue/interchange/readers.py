"""Files of accounts: CSV (RFC 4180) and JSON Lines, a line at a time."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

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
        except csv.Error as error:  # its words repeat nothing of the file
            yield reader.line_num + 1, f"is not CSV in UTF-8: {error}"
        except UnicodeError:
            yield reader.line_num + 1, "is not CSV in UTF-8"


def _whole(members: dict[Any, Any]) -> Members | str:
    other = "has another number of fields than the first line"
    if None in members:
        last = [name for name in members if name is not None][-1]
        more = len(members[None])
        fields = "1 field" if more == 1 else f"{more} fields"
        return f"{other}: {fields} after the last column, {last}"
    for name, value in members.items():
        if value is None:
            return f"{other}: none for the column {name}"
    return members


def _read_json_lines(path: Path) -> Iterator[Line]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, _object(line)


def _object(line: bytes) -> Members | str:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        return f"is not JSON in UTF-8, at column {error.colno}"
    except UnicodeDecodeError as error:
        return f"is not JSON in UTF-8, at byte {error.start + 1}"
    except (ValueError, RecursionError):
        return "is not JSON in UTF-8"
    return found if isinstance(found, dict) else "is not a JSON object"


_READERS: dict[str, Callable[[Path], Iterator[Line]]] = {
    ".csv": _read_csv,
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
}
