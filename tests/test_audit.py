"""Events: with what they tell of or not at all, in a chain, on a line."""

import json
import logging
import subprocess
import sys
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy.event
from sqlalchemy import delete, orm, select
from sqlalchemy.exc import OperationalError

from bienvenue import DB, Auth, Settings, User, audit, audit_check, clock
from bienvenue.audit import Journal
from bienvenue.audit_check import Finding, Strand
from bienvenue.audit_tables import AuditEvent, AuditHead
from bienvenue.chain import Chain
from bienvenue.client import Client, acting
from bienvenue.errors import AuditBroken, EmailTaken, InvalidCredentials
from bienvenue.events import Event

KEY = "a secret key of forty characters in all"
BOB = "bob@example.com"

WRITER = """
import sys
from bienvenue import DB, audit
from bienvenue.events import Event
with DB(sys.argv[1]) as db:
    for number in range(50):
        db.write(lambda unit: audit.record(unit, Event.USER_UPDATED, n=number))
"""


def events(db: DB) -> list[AuditEvent]:
    """Return all events, in the order of their chain."""
    query = select(AuditEvent).order_by(AuditEvent.sequence)
    return list(db.read(lambda unit: list(unit.scalars(query))))


def names(db: DB) -> list[str]:
    """Return what happened, in order."""
    return [row.event for row in events(db)]


def checked(db: DB, *chains: Chain) -> list[Finding | Strand]:
    """Walk the whole log of a database."""
    with audit_check.snapshot(db.engine) as connection:
        given = chains or (db.journal.chain,)
        return list(audit_check.verify(connection, given))


def note(unit: orm.Session) -> None:
    audit.record(unit, Event.USER_UPDATED)


@pytest.mark.requirement("V16.2.1", "V16.2.2")
def test_an_event_says_who_what_when_and_from_where(db: DB) -> None:
    at = datetime(2026, 5, 4, 3, 2, 1, 987654, tzinfo=UTC)
    with clock.frozen(at), acting(Client("192.0.2.1", "curl", "request-1")):
        db.write(
            lambda unit: audit.record(
                unit,
                Event.USER_DISABLED,
                user_id=7,
                actor_id=8,
                outcome="failure",
                reason="spam",
                nothing=None,
            )
        )
    (row,) = events(db)
    assert (row.event, row.outcome) == ("user_disabled", "failure")
    assert (row.user_id, row.actor_id) == (7, 8)
    assert row.at == at
    assert (row.address, row.agent) == ("192.0.2.1", "curl")
    assert row.request_id == "request-1"
    assert row.detail == '{"reason":"spam"}'
    assert (row.strand, row.sequence) == ("main", 1)


def test_what_is_rolled_back_leaves_no_event(
    db: DB, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bienvenue.audit")

    def fail(unit: orm.Session) -> None:
        note(unit)
        unit.add(User(email=BOB, hashed_password="x"))
        unit.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        db.write(fail)
    assert events(db) == []
    assert caplog.records == []
    assert db.read(lambda unit: unit.scalar(select(AuditHead))) is None
    db.write(note)
    assert [row.sequence for row in events(db)] == [1]


def test_a_unit_that_is_run_again_leaves_its_events_once(
    db: DB, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bienvenue.audit")
    tries: list[int] = []

    def stumble(unit: orm.Session) -> None:
        note(unit)
        tries.append(1)
        if len(tries) < 3:
            deadlock = Exception(1213, "deadlock")
            raise OperationalError("", {}, deadlock)

    db.write(stumble)
    assert len(tries) == 3
    assert len(events(db)) == len(caplog.records) == 1


def test_a_commit_that_fails_tells_nothing(
    db: DB,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "bienvenue.audit")

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(orm.Session, "commit", fail)
    with pytest.raises(RuntimeError):
        db.write(note)
    assert caplog.records == []


def test_a_unit_that_reads_cannot_record(db: DB) -> None:
    with pytest.raises(LookupError):
        db.read(note)


def test_several_events_of_one_unit_are_in_their_order(db: DB) -> None:
    def both(unit: orm.Session) -> None:
        audit.record(unit, Event.PASSWORD_RESET)
        audit.record(unit, Event.SESSION_ENDED)

    db.write(both)
    db.write(note)
    assert names(db) == [
        "authn_password_reset",
        "session_ended",
        "user_updated",
    ]
    (strand,) = checked(db)
    assert isinstance(strand, Strand)
    assert strand.events == strand.sequence == 3


def test_the_settings_choose_key_and_strand(db: DB) -> None:
    chosen = Settings(secret_key=KEY, node_name="north", bcrypt_rounds=4)
    Auth(db, chosen)
    db.write(note)
    db.journal = Journal(Chain(KEY), "south")
    db.write(note)
    assert [(row.strand, row.sequence) for row in events(db)] == [
        ("north", 1),
        ("south", 1),
    ]
    assert len(checked(db, Chain(KEY))) == 2
    wrong = checked(db, Chain())
    assert sum(isinstance(each, Finding) for each in wrong) == 4


def test_a_log_that_cannot_be_gone_on_with_stops_what_is_recorded(
    db: DB,
) -> None:
    """Fail closed: nothing happens that could not be written down."""
    db.add_user(BOB, "x")
    db.write(lambda unit: unit.execute(delete(AuditHead)))
    with pytest.raises(AuditBroken):
        db.add_user("eve@example.com", "x")
    assert [user.email for user in users(db)] == [BOB]
    # A new strand goes on; the broken one stays as evidence.
    db.journal = Journal(strand="second")
    db.add_user("eve@example.com", "x")
    assert len(users(db)) == 2


def users(db: DB) -> list[User]:
    return list(db.read(lambda unit: list(unit.scalars(select(User)))))


def test_threads_leave_a_whole_chain(db: DB) -> None:
    ready = threading.Barrier(8)

    def work() -> None:
        ready.wait()
        for _ in range(15):
            db.write(note)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    (strand,) = checked(db)
    assert isinstance(strand, Strand)
    assert strand.events == strand.sequence == 120


def test_processes_leave_a_whole_chain(db: DB, url: str) -> None:
    command = [sys.executable, "-c", WRITER, url]
    processes = [subprocess.Popen(command) for _ in range(2)]
    assert [each.wait(60) for each in processes] == [0, 0]
    (strand,) = checked(db)
    assert isinstance(strand, Strand)
    assert strand.events == strand.sequence == 100


# -- Lines -------------------------------------------------------------------

NASTY = [
    'bob\r\n{"event":"authn_login_success"}',
    "\x1b[2J\x1b[31mred",
    '","outcome":"success","x":"',
    "\u2028\u2029\x85\x0b\x0c",
    "\u202egnp.exe",
    "\x00\x7f\ud800",
    "%s %(message)s {0}",
    "\\n\\u000a",
]


@pytest.mark.requirement("V16.4.1")
@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_no_input_forges_a_line(
    db: DB, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    caplog.set_level(logging.INFO, "bienvenue.audit")
    with acting(Client(text, text, text)):
        db.write(
            lambda unit: audit.record(unit, Event.USER_UPDATED, said=text)
        )
    (record,) = caplog.records
    line = record.getMessage()
    assert line.isascii()
    assert line.isprintable()
    told = json.loads(line)
    assert told["event"] == "user_updated"
    assert told["outcome"] == "success"
    kept = "".join(filter(str.isprintable, text))
    assert told["agent"] == (kept or None)
    assert told["detail"] == ({"said": kept} if kept else {})
    (strand,) = checked(db)
    assert isinstance(strand, Strand)


def test_what_is_long_is_cut(db: DB) -> None:
    with acting(Client("a" * 99, "b" * 999, "c" * 99)):
        db.write(
            lambda unit: audit.record(unit, Event.USER_UPDATED, x="d" * 999)
        )
    (row,) = events(db)
    assert (row.address, row.agent) == ("a" * 45, "b" * 255)
    assert row.request_id == "c" * 64
    assert row.detail is not None
    assert len(row.detail) == len('{"x":""}') + 200


@pytest.mark.requirement("V16.2.1", "V16.2.2")
def test_a_line_has_all_that_the_row_has(
    db: DB, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bienvenue.audit")
    at = datetime(2026, 5, 4, 3, 2, 1, 5, tzinfo=UTC)
    with clock.frozen(at):
        db.write(note)
    told = json.loads(caplog.records[0].getMessage())
    assert told == {
        "time": "2026-05-04T03:02:01.000005Z",
        "event": "user_updated",
        "outcome": "success",
        "user_id": None,
        "actor_id": None,
        "address": None,
        "agent": None,
        "request_id": None,
        "detail": {},
        "strand": "main",
        "sequence": 1,
    }


# -- The use cases -----------------------------------------------------------


def failing(action: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        action()


@pytest.mark.requirement("V16.3.1")
def test_every_attempt_to_log_in_is_one_event(auth: Auth) -> None:
    auth.register_user(BOB, "pw")
    for password in ("pw", "no", "pw", "nope"):
        assert auth.valid_login(BOB, password) is (password == "pw")
    auth.log_in(BOB, "pw")
    for email in (BOB, "nobody@example.com", "", b"\xff", "\0", "no address"):
        failing(lambda e=email: auth.log_in(e, "no"), InvalidCredentials)
    found = events(auth.db)
    right = [row for row in found if row.event == "authn_login_success"]
    wrong = [row for row in found if row.event == "authn_login_fail"]
    assert (len(right), len(wrong)) == (3, 8)
    for row in right + wrong:
        assert row.detail is not None
        assert json.loads(row.detail)["method"] == "password"
    assert {row.outcome for row in right} == {"success"}
    assert {row.outcome for row in wrong} == {"failure"}
    assert [row.user_id for row in wrong] == [1, 1, 1, *[None] * 5]


def test_a_failed_login_costs_the_same_for_all(auth: Auth) -> None:
    auth.register_user(BOB, "pw")
    said: list[str] = []

    @sqlalchemy.event.listens_for(auth.db.engine, "before_cursor_execute")
    def hear(_c: Any, _d: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    seen = []
    for email in (BOB, "nobody@example.com"):
        auth.valid_login(email, "wrong")
        seen.append(list(said))
        said.clear()
    assert seen[0] == seen[1]
    assert sum("INSERT" in each for each in seen[0]) == 1


def test_failures_of_one_address_have_one_name(auth: Auth) -> None:
    for email in ("Eve@example.com", "eve@EXAMPLE.com", "ann@example.com"):
        auth.valid_login(email, "x")
    accounts = [
        json.loads(row.detail or "")["account"] for row in events(auth.db)
    ]
    assert accounts[0] == accounts[1] != accounts[2]
    assert "eve@" not in str([vars(row) for row in events(auth.db)]).lower()


def test_the_verbs_are_recorded(auth: Auth) -> None:
    auth.register_user(BOB, "pw")
    failing(lambda: auth.register_user(BOB, "pw"), EmailTaken)
    session = auth.create_session(BOB)
    assert auth.end_session(session)
    assert not auth.end_session(session)
    auth.destroy_session(1)
    auth.destroy_session(None)
    token = auth.get_reset_password_token(BOB)
    failing(lambda: auth.update_password("nonsense", "n"), ValueError)
    failing(lambda: auth.update_password(None, "n"), ValueError)
    auth.update_password(token, "new")
    failing(lambda: auth.update_password(token, "n"), ValueError)
    auth.request_password_reset(BOB)
    auth.request_password_reset("nobody@example.com")
    auth.db.update_user(1, email="rob@example.com")
    said = [(row.event, row.user_id, row.outcome) for row in events(auth.db)]
    assert said == [
        ("user_created", 1, "success"),
        ("user_create_refused", 1, "failure"),
        ("session_created", 1, "success"),
        ("session_ended", 1, "success"),
        ("session_ended", 1, "success"),
        ("authn_reset_requested", 1, "success"),
        ("authn_token_fail", None, "failure"),
        ("authn_token_fail", None, "failure"),
        ("authn_password_reset", 1, "success"),
        ("session_ended", 1, "success"),
        ("authn_token_fail", None, "failure"),
        ("authn_reset_requested", 1, "success"),
        ("authn_reset_requested", None, "success"),
        ("user_updated", 1, "success"),
    ]
    kept = str([vars(row) for row in events(auth.db)])
    for secret in (session, token, "rob@", "bob@", "nobody@", "nonsense"):
        assert secret is not None
        assert secret not in kept


def test_a_client_that_is_named_is_the_one_recorded(auth: Auth) -> None:
    auth.register_user(BOB, "pw")
    with acting(Client("192.0.2.9")):
        auth.log_in(BOB, "pw", Client("192.0.2.1"))
        failing(
            lambda: auth.log_in(BOB, "no", Client("192.0.2.2")),
            InvalidCredentials,
        )
        auth.log_in(BOB, "pw")
    said = [row.address for row in events(auth.db)][1:]
    assert said == [
        *["192.0.2.1"] * 2,
        "192.0.2.2",
        *["192.0.2.9"] * 2,
    ]
