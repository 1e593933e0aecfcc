"""Refusals are all counted, and a flood of them leaves few events."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import orm, select

from bienvenue import DB, audit_check, clock
from bienvenue.audit_tables import AuditEvent
from bienvenue.client import Client
from bienvenue.clock import FrozenClock
from bienvenue.errors import AuditBroken
from bienvenue.events import Event
from bienvenue.refusals import MOST_KINDS, Refusal, Refusals

CLIENT = Client("192.0.2.1", "curl", "request-1")
KIND = Refusal(
    Event.RATE_LIMITED, "too_many_attempts", "POST /users", "192.0.2.1/32", 7
)


@pytest.fixture
def now() -> Iterator[FrozenClock]:
    """A clock that stands still."""
    with clock.frozen(datetime(2026, 1, 1, tzinfo=UTC)) as stopped:
        yield stopped


@pytest.fixture
def refusals(
    db: DB, now: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> Refusals:
    """Refusals that are written when a test says so."""
    made = Refusals(db)
    monkeypatch.setattr(made._background, "wake", lambda: None)
    return made


def events(db: DB) -> list[AuditEvent]:
    query = select(AuditEvent).order_by(AuditEvent.id)
    return list(db.read(lambda unit: list(unit.scalars(query))))


def counts(db: DB) -> list[Any]:
    return [json.loads(row.detail or "")["count"] for row in events(db)]


@pytest.mark.requirement("V16.3.2", "V16.3.3")
def test_a_refusal_says_who_was_refused_what(
    db: DB, refusals: Refusals
) -> None:
    refusals.note(KIND, CLIENT)
    refusals.flush()
    (row,) = events(db)
    assert (row.event, row.outcome) == (
        "excess_rate_limit_exceeded",
        "refused",
    )
    assert (row.user_id, row.address, row.agent, row.request_id) == (
        7,
        "192.0.2.1",
        "curl",
        "request-1",
    )
    assert json.loads(row.detail or "") == {
        "code": "too_many_attempts",
        "target": "POST /users",
        "network": "192.0.2.1/32",
        "count": 1,
    }


def test_the_first_is_written_at_once_and_the_rest_each_minute(
    db: DB, refusals: Refusals, now: FrozenClock
) -> None:
    refusals.note(KIND, CLIENT)
    refusals.flush()
    for _ in range(1000):
        refusals.note(KIND, CLIENT)
        refusals.flush()
    assert counts(db) == [1]
    now.advance(seconds=59)
    refusals.flush()
    assert counts(db) == [1]
    now.advance(seconds=1)
    refusals.flush()
    assert counts(db) == [1, 1000]
    now.advance(seconds=60)
    refusals.flush()
    assert refusals._seen == {}
    refusals.note(KIND, CLIENT)
    refusals.flush()
    assert counts(db) == [1, 1000, 1]


def test_different_kinds_are_told_apart(db: DB, refusals: Refusals) -> None:
    for change in (
        {"event": Event.CROSS_SITE},
        {"code": "other"},
        {"target": "GET /"},
        {"network": "192.0.2.2/32"},
        {"user_id": None},
    ):
        refusals.note(KIND._replace(**change), CLIENT)
    refusals.flush()
    assert counts(db) == [1] * 5


def test_many_networks_fill_neither_memory_nor_disk(
    db: DB, refusals: Refusals
) -> None:
    """Every one is counted; no more than so many events are left."""
    for number in range(10 * MOST_KINDS):
        refusals.note(KIND._replace(network=f"network {number}"), CLIENT)
    assert len(refusals._seen) == MOST_KINDS + 1
    refusals.flush(everything=True)
    assert len(events(db)) == MOST_KINDS + 1
    assert sum(counts(db)) == 10 * MOST_KINDS
    rest = events(db)[-1]
    assert json.loads(rest.detail or "")["network"] == "others"
    assert (rest.address, rest.user_id) == (None, None)


def test_a_flush_is_one_transaction(
    db: DB, refusals: Refusals, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[int] = []
    commit = orm.Session.commit

    def counted(unit: orm.Session) -> None:
        commits.append(1)
        commit(unit)

    monkeypatch.setattr(orm.Session, "commit", counted)
    for number in range(50):
        refusals.note(KIND._replace(network=str(number)), CLIENT)
    refusals.flush()
    assert len(events(db)) == 50
    assert len(commits) == 1


def test_threads_lose_none(db: DB) -> None:
    refusals = Refusals(db)

    def refuse() -> None:
        for _ in range(500):
            refusals.note(KIND, CLIENT)

    threads = [threading.Thread(target=refuse) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    refusals.stop()
    assert sum(counts(db)) == 4000
    assert len(events(db)) <= 3
    with audit_check.snapshot(db.engine) as connection:
        assert list(audit_check.verify(connection, [db.journal.chain]))


def test_a_thread_writes_the_first_by_itself(
    db: DB, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = threading.Event()
    refusals = Refusals(db)
    write = db.write

    def wrote(work: Any) -> Any:
        result = write(work)
        written.set()
        return result

    monkeypatch.setattr(db, "write", wrote)
    refusals.note(KIND, CLIENT)
    assert written.wait(30)
    assert counts(db) == [1]
    refusals.stop()
    assert counts(db) == [1]


def test_what_cannot_be_written_is_said(
    db: DB,
    refusals: Refusals,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_work: object) -> None:
        raise AuditBroken

    refusals.note(KIND, CLIENT)
    refusals.note(KIND, CLIENT)
    with monkeypatch.context() as patch:
        patch.setattr(db, "write", fail)
        refusals.flush()
    assert "2 refusals not recorded: AuditBroken" in caplog.text
    refusals.stop()
