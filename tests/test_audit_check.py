"""What is done to the rows of the log behind its back is found."""

import re
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bienvenue import DB, audit, audit_check, clock
from bienvenue.audit import Journal
from bienvenue.audit_check import Finding, Noted, Strand
from bienvenue.chain import Chain
from bienvenue.client import Client, acting
from bienvenue.engine import make_engine, parse_url
from bienvenue.events import Event

KEY, OLD = "the key in force, forty characters long.", "the key that was"
EVENTS = 6
COLUMNS = {
    "at": ("1", "at + 1", "'never'", str(2**62), "x'00'"),
    "event": ("'user_deleted'", "''", "x'00'"),
    "outcome": ("'success '", "'SUCCESS'"),
    "user_id": ("NULL", "2", "0"),
    "actor_id": ("9", "0"),
    "address": ("'192.0.2.2'", "NULL", "''"),
    "agent": ("'curl/9'", "NULL"),
    "request_id": ("'other'", "NULL"),
    "detail": ("NULL", "'{}'", "replace(detail, '1', '2')"),
    "mac": ("zeroblob(32)", "x''", "'text'"),
}
MOVE = """
UPDATE audit_events SET sequence = -sequence WHERE sequence >= {0};
UPDATE audit_events SET sequence = -sequence + {1} WHERE sequence < 0;
"""
COPY = """
INSERT INTO audit_events
(strand, sequence, at, event, outcome, user_id, detail, mac)
SELECT strand, {1}, at, event, outcome, user_id, detail, mac
FROM audit_events WHERE sequence = {0};
"""
UNSURE = ", so nothing vouches for event "
CUT = "DELETE FROM audit_events WHERE sequence > 4;"
HEAD = "UPDATE audit_heads SET sequence = {0}, mac = {1};"
SWAP = """
UPDATE audit_events SET sequence = 99 WHERE sequence = {0};
UPDATE audit_events SET sequence = {0} WHERE sequence = {1};
UPDATE audit_events SET sequence = {1} WHERE sequence = 99;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database whose log has six events."""
    path = tmp_path / "accounts.db"
    write(path, EVENTS)
    return path


def write(
    file: Path, number: int, key: str | None = KEY, strand: str = "main"
) -> None:
    """Record events, as the service would."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    who = Client("192.0.2.1", "curl/8", "request-1")
    with DB(f"sqlite:///{file}") as db, clock.frozen(at), acting(who):
        db.journal = Journal(Chain(key), strand)
        for _ in range(number):
            db.write(
                lambda unit: audit.record(
                    unit, Event.SESSION_CREATED, user_id=1, session=11
                )
            )


def tamper(file: Path, script: str) -> None:
    """Run SQL on the file, as somebody would who got hold of it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(script)


def found(
    file: Path,
    keys: Sequence[str | None] = (KEY,),
    noted: Sequence[Noted] = (),
    archived: Sequence[Noted] = (),
) -> list[str]:
    """Walk the log and return what was found to be wrong."""
    return [
        f"{each.strand}: {each.what}"
        for each in walked(file, keys, noted, archived)
        if isinstance(each, Finding)
    ]


def walked(
    file: Path,
    keys: Sequence[str | None] = (KEY,),
    noted: Sequence[Noted] = (),
    archived: Sequence[Noted] = (),
) -> list[Finding | Strand]:
    engine = make_engine(parse_url(f"sqlite:///{file}"))
    try:
        with audit_check.snapshot(engine) as connection:
            chains = [Chain(key) for key in keys]
            return list(
                audit_check.verify(connection, chains, noted, archived)
            )
    finally:
        engine.dispose()


def last(file: Path, keys: Sequence[str | None] = (KEY,)) -> Noted:
    """Return the last event, as somebody may note it."""
    (strand,) = (
        each for each in walked(file, keys) if isinstance(each, Strand)
    )
    return Noted(strand.name, strand.sequence, strand.mac)


def test_an_untouched_log_is_whole(file: Path) -> None:
    (strand,) = walked(file)
    assert isinstance(strand, Strand)
    assert (strand.name, strand.events, strand.sequence) == ("main", 6, 6)
    assert strand.older == 0
    assert found(file, noted=[last(file)]) == []


def test_no_log_is_whole_too(tmp_path: Path) -> None:
    with DB(f"sqlite:///{tmp_path / 'new.db'}"):
        pass
    assert walked(tmp_path / "new.db") == []


def changes() -> Iterator[tuple[int, str, str]]:
    for column, values in COLUMNS.items():
        for value in values:
            yield from ((n, column, value) for n in (1, 3, EVENTS))


@pytest.mark.parametrize(("number", "column", "value"), list(changes()))
def test_a_changed_event_is_found(
    file: Path, number: int, column: str, value: str
) -> None:
    tamper(
        file,
        f"UPDATE audit_events SET {column} = {value}"  # noqa: S608 - ours
        f" WHERE sequence = {number}",
    )
    said = found(file)
    assert said[0] == f"main: event {number} was changed, inserted or moved"
    # Only a seal can make what stands behind it look wrong as well.
    assert len(said) == (2 if column == "mac" else 1)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("DELETE FROM audit_events WHERE sequence = 1;", "event 1 is gone{2}"),
        ("DELETE FROM audit_events WHERE sequence = 3;", "event 3 is gone{4}"),
        (
            "DELETE FROM audit_events WHERE sequence IN (2, 3, 4);",
            "events 2 to 4 are gone{5}",
        ),
        (
            "DELETE FROM audit_events WHERE sequence = 6;",
            "event 6 is gone from the end",
        ),
        (
            "DELETE FROM audit_events;",
            "events 1 to 6 are gone from the end",
        ),
    ],
)
def test_a_removed_event_is_found(
    file: Path, script: str, expected: str
) -> None:
    tamper(file, script)
    expected = re.sub("{(.)}", rf"{UNSURE}\1", expected)
    assert found(file) == [f"main: {expected}"]


def test_a_removed_event_whose_gap_was_closed_is_found(file: Path) -> None:
    tamper(file, "DELETE FROM audit_events WHERE sequence = 3;")
    tamper(file, MOVE.format(4, -1) + HEAD.format(5, "mac"))
    said = found(file)
    assert "main: event 3 was changed, inserted or moved" in said


@pytest.mark.parametrize(
    "mac",
    [
        "mac",
        "zeroblob(32)",
        "(SELECT mac FROM audit_events WHERE sequence = 4)",
        "'text'",
    ],
)
def test_a_cut_off_end_is_found_though_the_head_was_put_back(
    file: Path, mac: str
) -> None:
    """Without the key nobody can say that the log ends earlier."""
    tamper(
        file,
        CUT + HEAD.format(4, mac),
    )
    (said,) = found(file)
    assert said.startswith("main: the head was replaced")


def test_a_head_that_is_gone_is_found(file: Path) -> None:
    tamper(file, "DELETE FROM audit_heads")
    assert found(file) == ["main: the head is gone"]


def test_a_head_that_is_no_number_is_found(file: Path) -> None:
    tamper(file, HEAD.format("'six'", "mac"))
    assert found(file) == ["main: the head was replaced"]


def test_an_event_behind_the_head_is_found(file: Path) -> None:
    tamper(file, COPY.format(6, 7))
    said = found(file)
    assert said[0] == "main: event 7 was changed, inserted or moved"
    assert said[1].startswith("main: event 7 is behind the head")


@pytest.mark.parametrize("number", [0, -1])
def test_an_event_before_the_first_is_found(file: Path, number: int) -> None:
    tamper(file, COPY.format(1, number))
    assert found(file) == [f"main: event {number} was inserted"]


def test_an_event_with_no_number_is_found(file: Path) -> None:
    tamper(file, COPY.format(1, "'one'"))
    assert found(file) == ["main: event one was inserted"]


def test_an_event_put_in_between_is_found(file: Path) -> None:
    tamper(file, MOVE.format(4, 1) + COPY.format(3, 4) + HEAD.format(7, "mac"))
    assert "main: event 4 was changed, inserted or moved" in found(file)


def test_events_that_changed_places_are_found(file: Path) -> None:
    tamper(file, SWAP.format(2, 5))
    said = found(file)
    assert "main: event 2 was changed, inserted or moved" in said
    assert "main: event 5 was changed, inserted or moved" in said


def test_an_event_of_another_strand_does_not_pass(file: Path) -> None:
    write(file, 2, strand="other")
    assert found(file) == []
    tamper(
        file,
        "DELETE FROM audit_events WHERE strand = 'main';"
        "DELETE FROM audit_heads WHERE strand = 'main';"
        "UPDATE audit_events SET strand = 'main';"
        "UPDATE audit_heads SET strand = 'main';",
    )
    assert "main: event 1 was changed, inserted or moved" in found(file)


def test_a_log_written_without_the_key_does_not_pass(tmp_path: Path) -> None:
    for number, key in enumerate((None, OLD)):
        forged = tmp_path / f"{number}.db"
        write(forged, 2, key)
        said = found(forged)
        assert "main: event 1 was changed, inserted or moved" in said
        assert len(said) == 3  # both events, and the head


def test_former_keys_are_believed_when_they_are_given(file: Path) -> None:
    write(file, 2, "the next key")
    assert found(file, ["the next key", KEY]) == []
    strand = walked(file, ["the next key", KEY])[-1]
    assert isinstance(strand, Strand)
    assert (strand.events, strand.older) == (8, 6)
    assert found(file, ["the next key"]) != []


def test_a_strand_that_is_gone_is_found_by_what_was_noted(
    file: Path,
) -> None:
    noted = last(file)
    tamper(file, "DELETE FROM audit_events; DELETE FROM audit_heads;")
    assert found(file) == []  # as if nothing had ever been
    assert found(file, noted=[noted]) == ["main: is gone as a whole"]


def test_an_older_copy_is_found_by_what_was_noted(
    file: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older.db"
    shutil.copy(file, older)
    write(file, 2)
    noted = last(file)
    assert found(older) == []  # whole, as it was
    assert found(older, noted=[noted]) == [
        "main: event 8, which was noted, is gone"
    ]


def test_a_log_written_anew_with_the_key_is_found_by_what_was_noted(
    file: Path, tmp_path: Path
) -> None:
    noted = last(file)
    anew = tmp_path / "anew.db"
    write(anew, EVENTS - 1)
    with DB(f"sqlite:///{anew}") as db:
        db.journal = Journal(Chain(KEY))
        db.write(lambda unit: audit.record(unit, Event.USER_DELETED))
    assert found(anew) == []
    assert found(anew, noted=[noted]) == [
        "main: event 6 is not the one that was noted"
    ]


def test_what_was_noted_stays_true_as_the_log_grows(file: Path) -> None:
    noted = last(file)
    write(file, 3)
    assert found(file, noted=[noted]) == []


def test_a_log_goes_on_where_its_archive_ends(file: Path) -> None:
    archived = last(file)
    write(file, 3)
    tamper(file, "DELETE FROM audit_events WHERE sequence <= 6")
    assert found(file) == [f"main: events 1 to 6 are gone{UNSURE}7"]
    assert found(file, archived=[archived]) == []
    forged = archived._replace(mac=bytes(32))
    (said,) = found(file, archived=[forged])
    assert said == "main: event 7 was changed, inserted or moved"
    tamper(file, "DELETE FROM audit_events WHERE sequence = 7")
    assert found(file, archived=[archived]) == [
        f"main: event 7 is gone{UNSURE}8"
    ]
    tamper(file, "DELETE FROM audit_events")
    assert found(file, archived=[archived]) == [
        "main: events 7 to 9 are gone from the end"
    ]


def test_an_archive_of_all_is_whole_while_nothing_is_new(file: Path) -> None:
    archived = last(file)
    tamper(file, "DELETE FROM audit_events")
    assert found(file, archived=[archived]) == []


def test_events_after_a_change_are_still_vouched_for(file: Path) -> None:
    """One change is one finding: what is left can be used."""
    write(file, 100)
    tamper(file, "UPDATE audit_events SET user_id = 9 WHERE sequence = 50")
    assert found(file) == ["main: event 50 was changed, inserted or moved"]


def test_a_log_that_is_being_written_is_whole(file: Path) -> None:
    """The walk sees one moment, whatever is written meanwhile."""
    engine = make_engine(parse_url(f"sqlite:///{file}"))
    with audit_check.snapshot(engine) as connection:
        walk = audit_check.verify(connection, [Chain(KEY)])
        assert audit_check.strands(connection) == ["main"]
        write(file, 3)
        (strand,) = walk
    engine.dispose()
    assert isinstance(strand, Strand)
    assert strand.events == 6
