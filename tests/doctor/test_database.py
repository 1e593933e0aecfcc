"""The doctor on real databases, sound and otherwise."""

import sqlite3
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import orm, select, text

from bienvenue import DB, Settings, clock, outbox, transfer
from bienvenue.columns import Base
from bienvenue.doctor import clocks, database
from bienvenue.doctor.finding import Finding, State
from tests.service import free_port

HASH = "$2b$04$" + "a" * 53
# The tests' own servers are told to forget: it makes them quick.
FORGETFUL = {
    "sqlite": None,
    "postgresql": "fsync is off",
    "mariadb": "innodb_flush_log_at_trx_commit is off",
}


def found(url: str, **more: Any) -> list[Finding]:
    return list(database.examine(Settings(database_url=url, **more)))


def bad(findings: list[Finding]) -> list[Finding]:
    """Return what failed or is warned of, but for this Python's SQLite."""
    return [
        each
        for each in findings
        if each.state in (State.FAILED, State.WARNING)
        and "WAL-reset" not in each.said
    ]


def rows(db: DB) -> dict[str, int]:
    with db.engine.connect() as connection:
        return {
            each.name: transfer.count(connection, each)
            for each in Base.metadata.sorted_tables
        }


def test_a_sound_database_is_found_sound(db: DB, url: str) -> None:
    findings = found(url)
    said = [each.said for each in findings]
    assert "a row was written, read back and rolled back" in said
    assert any("ms a query" in each for each in said)
    assert any(each.check == "migrations" for each in findings)
    doubts = [each.said for each in bad(findings)]
    wanted = FORGETFUL[db.engine.name]
    assert len(doubts) == (wanted is not None), doubts
    assert wanted is None or doubts[0].startswith(wanted)


def test_a_server_says_its_version_and_time(db: DB, url: str) -> None:
    findings = found(url)
    versions = {
        "sqlite": "SQLite ",
        "postgresql": "PostgreSQL ",
        "mariadb": "MariaDB or MySQL ",
    }
    said = [each.said for each in findings]
    assert any(each.startswith(versions[db.engine.name]) for each in said)
    agrees = "agrees with that of the database server" in said
    assert agrees == (db.engine.name != "sqlite")


def test_nothing_is_left_behind_and_no_number_used_up(
    db: DB, url: str
) -> None:
    first = db.add_user("a@example.com", HASH)
    before = rows(db)
    assert not [each for each in found(url) if each.state is State.FAILED]
    assert rows(db) == before
    assert db.add_user("b@example.com", HASH).id == first.id + 1


def test_an_older_schema_is_told_and_left_as_it_is(db: DB, url: str) -> None:
    def set_back(unit: Any) -> None:
        unit.execute(text("UPDATE bienvenue_version SET version_num = '0001'"))

    db.write(set_back)
    (one,) = [each for each in found(url) if each.state is State.FAILED]
    assert one.check == "migrations"
    assert "0001" in one.said
    assert one.fix == "bienvenue db upgrade"
    with db.engine.connect() as connection:
        kept = connection.scalar(
            text("SELECT version_num FROM bienvenue_version")
        )
    assert kept == "0001"


def test_an_empty_database_is_told(url: str) -> None:
    if url.startswith("sqlite"):
        sqlite3.connect(url.removeprefix("sqlite:///")).close()
    (one,) = [each for each in found(url) if each.state is State.FAILED]
    assert "is empty" in one.said


@pytest.mark.engine("postgresql", "mariadb")
def test_a_clock_that_is_wrong_is_told(db: DB, url: str) -> None:
    with clock.frozen(clock.to_datetime(clock.now_us() + 600_000_000)):
        (one,) = [each for each in found(url) if each.state is State.FAILED]
    assert one.check == "clock"
    assert "600 s behind this machine's" in one.said
    assert "ntp" in (one.fix or "")


@pytest.mark.engine("postgresql")
def test_a_server_that_takes_no_writes_is_told(db: DB, url: str) -> None:
    name = db.engine.url.database
    db.write(
        lambda unit: unit.execute(
            text(
                f"ALTER DATABASE {name} SET default_transaction_read_only = on"
            )
        )
    )
    (one,) = [each for each in found(url) if each.state is State.FAILED]
    assert one.said.startswith("cannot be written to: cannot execute INSERT")
    assert "takes writes" in (one.fix or "")


@pytest.mark.engine("postgresql", "mariadb")
def test_a_user_without_rights_is_told(db: DB, url: str) -> None:
    user = f"reader{free_port()}"
    with db.engine.begin() as connection:
        if db.engine.name == "postgresql":
            connection.execute(text(f"CREATE ROLE {user} LOGIN"))
            connection.execute(
                text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {user}")
            )
        else:
            connection.execute(text(f"CREATE USER {user}@localhost"))
            connection.execute(
                text(f"GRANT SELECT ON *.* TO {user}@localhost")
            )
    poor = db.engine.url.set(username=user)
    failures = [
        each
        for each in found(poor.render_as_string(hide_password=False))
        if each.state is State.FAILED
    ]
    assert len(failures) == 1
    assert failures[0].said.startswith("cannot be written to: ")
    assert "INSERT" in (failures[0].fix or "")


@pytest.mark.parametrize(
    "there",
    ["postgresql://me:hidden@127.0.0.1:{}/a", "mysql://me:hidden@[::1]:{}/a"],
)
def test_a_server_that_is_away_is_told_without_the_password(
    there: str,
) -> None:
    port = free_port()
    (one,) = bad(found(there.format(port)))
    assert one.state is State.FAILED
    assert "cannot be used" in one.said
    assert str(port) in (one.fix or "")
    assert "hidden" not in f"{one}"


def test_a_file_that_is_missing_is_told_and_not_made(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    for profile, state in (
        ("production", State.FAILED),
        ("development", State.WARNING),
    ):
        (one,) = bad(found(f"sqlite:///{file}", profile=profile))
        assert one.state is state
        assert one.fix == "bienvenue db upgrade"
    assert not file.exists()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.write_text("dear diary, " * 100)
    (one,) = bad(found(f"sqlite:///{file}"))
    assert one.state is State.FAILED
    assert "not a database" in one.said
    assert file.read_text().startswith("dear diary")


def test_sqlite_of_before_the_repair_is_warned_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for version, state in (
        ((3, 40, 1), State.WARNING),
        ((3, 51, 2), State.WARNING),
        ((3, 51, 3), State.OK),
        ((3, 53, 0), State.OK),
    ):
        text_ = ".".join(map(str, version))
        monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
        monkeypatch.setattr(sqlite3, "sqlite_version", text_)
        first = found("sqlite://")[0]
        assert first.state is state, version
        assert text_ in first.said


def test_those_who_cannot_sign_in_are_counted(db: DB, url: str) -> None:
    def accounts(**more: Any) -> list[Finding]:
        return [
            each for each in found(url, **more) if each.check == "accounts"
        ]

    strict = {"require_verified_email": True}
    assert accounts() == []
    assert accounts(**strict)[0].state is State.OK
    for name in ("a", "b", "c"):
        db.add_user(f"{name}@example.com", HASH)

    def verify(unit: Any) -> None:
        users = Base.metadata.tables["users"]
        first = unit.scalar(select(users.c.id).limit(1))
        unit.execute(
            users.update()
            .where(users.c.id == first)
            .values(verified_at=clock.now())
        )

    db.write(verify)
    (one,) = accounts(**strict)
    assert one.state is State.WARNING
    assert one.said.startswith("2 of 3 have an address that was never")


def test_a_clock_that_was_never_set_is_told() -> None:
    (one,) = clocks.own()
    assert one.state is State.OK
    with clock.frozen(clock.to_datetime(0)):
        (one,) = clocks.own()
    assert one.state is State.FAILED
    assert "1970" in one.said


def test_seconds_are_warned_of_and_minutes_fail() -> None:
    states = [clocks.judge("X", s).state for s in (0.5, -0.9, 2, -29, 31)]
    ok, warning, failed = State.OK, State.WARNING, State.FAILED
    assert states == [ok, ok, warning, warning, failed]
    assert "ahead of" in clocks.judge("X", 31).said
    assert "behind" in clocks.judge("X", -31).said


def test_letters_that_nobody_took_are_told(db: DB, url: str) -> None:
    def letters() -> list[Finding]:
        return [each for each in found(url) if each.check == "letters"]

    (one,) = letters()
    assert one.said == "0 wait, none was given up"
    for name in ("a", "b"):
        recipient = f"{name}@example.com"
        db.write(
            partial(
                outbox.post,
                letter=outbox.Letter.PASSWORD_CHANGED,
                recipient=recipient,
            )
        )
    assert letters()[0].said == "2 wait, none was given up"
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        (one,) = letters()
    assert one.state is State.WARNING
    assert one.said.startswith("2 wait, the oldest since ")

    def give_up(unit: orm.Session) -> None:
        row = outbox.lease(unit)
        assert row is not None
        outbox.give_up(unit, row, "recipient refused: 550 5.1.1")

    db.write(give_up)
    (one,) = letters()
    assert one.said == "1 that no mail server took"
    assert "bienvenue mail list" in (one.fix or "")


def test_a_clock_that_went_back_is_told(db: DB, url: str) -> None:
    db.add_user("a@example.com", HASH)
    before = clock.now() - timedelta(minutes=10)
    with clock.frozen(before):
        wrong = [each for each in found(url) if "audit log" in each.said]
    assert [each.state for each in wrong] == [State.FAILED]
    assert "is 600 s ahead" in wrong[0].said or "599" in wrong[0].said
