"""Write the table of proofs: ``python tools/security.py --write``.

``docs/security/requirements.csv`` has a row for each requirement: what is
asked, how it is met, or why it does not apply.  Which tests prove a row is
read from their marks (``tools/marks.py``).  From both, this makes

- ``docs/security/README.md``, the table that people read, and
- ``docs/security/pending.txt``, the rows of the core that no test proves
  yet, one id a line.  ``--write`` strikes a row from it that has a test by
  now and never adds one, so the list can only get shorter.

Nobody edits either by hand: git joins both line by line when branches meet
(``.gitattributes``), and one ``--write`` afterwards puts them right.
Without ``--write`` it changes nothing, says what is wrong, and exits 1.
"""

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
# Run as a program, this finds its own folder only, and not the project's.
sys.path[:0] = [str(ROOT)]

from tools import marks  # noqa: E402 - found by the line above

FOLDER = ROOT / "docs" / "security"
ROWS, PAGE, PENDING = (
    FOLDER / name for name in ("requirements.csv", "README.md", "pending.txt")
)
CORE = "core"

_INTRODUCTION = """\
# Security requirements, and what proves them

<!-- Written by `python tools/security.py --write`; not edited by hand. -->

What Bienvenue asks of itself, in its own words, after the OWASP Application
Security Verification Standard 5.0 (`V...`, with its levels 1 to 3), the
OWASP Cheat Sheets (`OWASP-CS-...`), NIST SP 800-63B-4 (`NIST-63B-...`, by
section) and the RFCs that are named. `REL-...` is about staying up. Level 1
is the least anybody should have, 3 the most.

Each row says how it is met, and which tests prove that: the ones marked
`@pytest.mark.requirement("ID")`. Tests keep the table honest
([test_security_table.py](../../tests/test_security_table.py)): they fail
when a row has no test, when a mark names no row, when a test asserts
nothing, and when this page is out of date.

The source is [requirements.csv](requirements.csv). It also has the rows of
what is not built yet, by phase: second factors and passkeys (`mfa`), OpenID
Connect (`oidc`), running it for many people (`ops`); of these, the table has
the rows that are proved already.
"""


class Row(NamedTuple):
    """A requirement: a line of ``requirements.csv``."""

    id: str
    level: str
    theme: str
    requirement: str
    phase: str
    how_met: str
    not_applicable: str


Proofs = Mapping[str, Sequence[marks.Test]]
"""The tests of each row, by its id."""


def rows() -> list[Row]:
    """Return all rows, in the order of the file."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        return [Row(**line) for line in csv.DictReader(file)]


def proofs(tests: Sequence[marks.Test]) -> Proofs:
    """Return the tests that prove each row, by its id."""
    found: dict[str, list[marks.Test]] = {}
    for test in tests:
        for each in test.rows:
            found.setdefault(each, []).append(test)
    return found


def pending() -> list[str]:
    """Return the ids that may still lack a test."""
    # A merge may have left both sides' lines, and lines of its own.
    known = {row.id for row in rows()}
    lines = PENDING.read_text("utf-8").split()
    return [each for each in dict.fromkeys(lines) if each in known]


def lacking(proven: Proofs) -> list[str]:
    """Return the core rows that no test proves, in the file's order."""
    return [
        row.id
        for row in rows()
        if row.phase == CORE and not row.not_applicable
        if row.id not in proven
    ]


def page(proven: Proofs) -> str:
    """Return the document as it should be."""
    lines = [
        "| id | level | requirement | how it is met | proved by |",
        "|---|---|---|---|---|",
    ]
    for row in rows():
        if row.phase == CORE or row.id in proven:
            cells = (row.id, row.level, row.requirement, _how(row))
            shown = " | ".join(map(_cell, cells))
            links = _links(row, proven.get(row.id, ()))
            lines.append(f"| {shown} | {links} |")
    return _INTRODUCTION + "\n" + "\n".join(lines) + "\n"


def written(proven: Proofs) -> dict[Path, str]:
    """Return each file that this makes, with its text."""
    still = set(lacking(proven)).intersection(pending())
    ids = [row.id for row in rows() if row.id in still]
    return {PAGE: page(proven), PENDING: "".join(f"{one}\n" for one in ids)}


def problems(tests: Sequence[marks.Test]) -> list[str]:
    """Return what is wrong with the table, a sentence each."""
    proven, waiting = proofs(tests), pending()
    known = {row.id for row in rows()}
    found = [
        f"{one}: no test proves it, and it says not why it does not apply"
        for one in lacking(proven)
        if one not in waiting
    ]
    found += [
        f"{row.id}: say in {ROWS.name} how it is met"
        for row in rows()
        if row.id in proven and not row.how_met
    ]
    found += [
        f"{row.id}: it cannot both be proved and not apply"
        for row in rows()
        if row.id in proven and row.not_applicable
    ]
    found += [
        f"{proven[one][0].node}: there is no requirement {one}"
        for one in sorted(set(proven) - known)
    ]
    found += [
        f"{file.relative_to(ROOT)} is out of date: run"
        " python tools/security.py --write"
        for file, text in written(proven).items()
        if not file.exists() or file.read_text("utf-8") != text
    ]
    return found


def main(arguments: Sequence[str]) -> int:
    """Write both files, or say what is wrong; return the exit status."""
    tests = marks.read(ROOT)
    if "--write" in arguments:
        for file, text in written(proofs(tests)).items():
            file.write_text(text, "utf-8")
    found = problems(tests)
    for each in found:
        print(each)
    return 1 if found else 0


def _how(row: Row) -> str:
    if row.not_applicable:
        return f"Does not apply: {row.not_applicable}"
    return row.how_met


def _cell(text: str) -> str:
    """Write text so that a table shows it to the letter."""
    for character in "|<_*":
        parts = text.split("`")
        parts[::2] = [
            part.replace(character, f"\\{character}") for part in parts[::2]
        ]
        text = "`".join(parts)
    return text


def _links(row: Row, tests: Sequence[marks.Test]) -> str:
    if not tests:
        return "" if row.not_applicable else "nothing yet"
    return "<br>".join(
        f"[`{test.node}`](../../{test.path})"
        for test in sorted(tests, key=lambda test: test.node)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
