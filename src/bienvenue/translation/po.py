"""Reads a catalogue as translators keep it.

The standard library reads gettext catalogues in their compiled form alone.
A file that a program made from another has no place in a repository, and a
step that makes it could be forgotten; so it is made in memory.
"""

import ast
import re
import struct
from collections.abc import Callable, Iterator

_MAGIC = 0x950412DE
_HEADER_BYTES = 7 * 4
_ENTRY = struct.Struct("<II")

# Its escapes are those of C, which Python's contain.
_QUOTED = re.compile(r'"(?:[^"\\]|\\["\\abfnrtv])*"')

_Entry = dict[str, str]


def compiled(text: str, said: Callable[[str], str] = str) -> bytes:
    """Return the text of a ``.po`` file as a ``.mo`` file.

    Each translation is what ``said`` makes of it.

    Messages without a translation, or with one that is marked ``fuzzy``,
    are left out: they are said in English.  Raises ``ValueError`` for what
    is not in the form (GNU gettext manual, "PO Files" and "MO Files").
    """
    messages = sorted(_pair(entry, said) for entry in _entries(text))
    keys = [key for key, value in messages if value]
    values = [value for _, value in messages if value]
    count, size = len(keys), len(keys) * _ENTRY.size
    key_table, value_table = _HEADER_BYTES, _HEADER_BYTES + size
    header = struct.pack("<7I", _MAGIC, 0, count, key_table, value_table, 0, 0)
    offset = value_table + size
    tables, strings = b"", b""
    for each in keys + values:
        tables += _ENTRY.pack(len(each), offset + len(strings))
        strings += each + b"\0"
    return header + tables + strings


def _pair(entry: _Entry, said: Callable[[str], str]) -> tuple[bytes, bytes]:
    """Return an entry's key and translation, plural forms after a NUL."""
    key = entry["msgid"]
    if "msgctxt" in entry:
        key = f"{entry['msgctxt']}\x04{key}"
    if "msgid_plural" in entry:
        key += f"\0{entry['msgid_plural']}"
    forms = [said(text) for name, text in entry.items() if "msgstr" in name]
    value = "\0".join(forms) if all(forms) else ""
    return key.encode(), value.encode()


def _entries(text: str) -> Iterator[_Entry]:
    """Yield the entries that count, each by its keywords, in order."""
    entry: _Entry = {}
    fuzzy = False
    name = ""
    lines = [line.strip() for line in text.split("\n")]
    for number, line in enumerate([*lines, ""], 1):
        if not line:
            if entry and not fuzzy:
                yield entry
            entry, fuzzy = {}, False
        elif line.startswith("#"):
            fuzzy |= line.startswith("#,") and "fuzzy" in line
        elif line.startswith('"') and entry:
            entry[name] += _unquoted(line, number)
        elif line.startswith("msg"):
            name, _, quoted = line.partition(" ")
            entry[name] = _unquoted(quoted, number)
        else:
            raise ValueError(f"line {number} is not of a catalogue")


def _unquoted(quoted: str, number: int) -> str:
    if not _QUOTED.fullmatch(quoted):
        raise ValueError(f"line {number} is not a quoted text")
    return str(ast.literal_eval(quoted))
