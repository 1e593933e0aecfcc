"""``bienvenue user list``, on each engine."""

import csv
import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import orm

from bienvenue import DB, clock
from bienvenue.cli import cli
from bienvenue.commands import people
from bienvenue.user import User

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def fill(unit: orm.Session, number: int) -> None:
    """Make accounts, one a day, with something about each seventh."""
    for n in range(number):
        at = DAY.replace(day=1 + n % 28)
        unit.add(
            User(
                email=f"Person{n:04}@example.com",
                hashed_password="!",
                created_at=at,
                verified_at=at if n % 2 else None,
                disabled_at=at if n % 7 == 0 else None,
                compromised_at=at if n % 7 == 1 else None,
                deletion_due_at=at if n % 7 == 2 else None,
            )
        )
    unit.flush()


@pytest.fixture
def accounts(db: DB, url: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses of 28 accounts, in the database that the commands open."""
    monkeypatch.setenv("BIENVENUE_DATABASE_URL", url)
    monkeypatch.setattr(people, "_BATCH", 5)
    db.write(partial(fill, number=28))
    return [f"Person{n:04}@example.com" for n in range(28)]


def run(*words: str, **more: Any) -> Result:
    return CliRunner().invoke(cli, ["user", "list", *words], **more)


def found(*words: str) -> list[str]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.stderr
    return [each["email"] for each in json.loads(done.stdout)["users"]]


def test_all_are_listed_page_by_page(accounts: list[str]) -> None:
    assert found() == accounts
    seen: list[str] = []
    after = 0
    while True:
        done = run("--limit", "9", "--after", str(after), "--json")
        page = json.loads(done.stdout)
        seen += [each["email"] for each in page["users"]]
        if page["next_after"] is None:
            break
        after = page["next_after"]
    assert seen == accounts
    # A page that ends with the last account is the last page.
    whole = json.loads(run("--limit", "28", "--json").stdout)
    assert whole["next_after"] is None
    assert len(whole["users"]) == 28
    assert found("--limit", "1", "--all") == accounts


def test_filters_hold_together(accounts: list[str]) -> None:
    every = list(enumerate(accounts))
    assert found("--disabled") == [e for n, e in every if n % 7 == 0]
    assert found("--compromised") == [e for n, e in every if n % 7 == 1]
    assert found("--deleting") == [e for n, e in every if n % 7 == 2]
    assert found("--unverified") == [e for n, e in every if n % 2 == 0]
    assert found("--unverified", "--disabled") == [
        e for n, e in every if n % 14 == 0
    ]
    assert found("--created-after", "2026-01-27") == accounts[26:]
    assert found("--created-before", "2026-01-03T00:00:01") == accounts[:3]
    assert found("--search", "N001") == accounts[10:20]
    assert found("--search", "%") == []
    assert found("--search", "_") == []


@pytest.mark.engine("sqlite")
def test_people_read_a_line_each(accounts: list[str]) -> None:
    done = run("--limit", "2")
    first, second = done.stdout.splitlines()
    assert first.split() == [
        *("1", "2026-01-01", "00:00Z", accounts[0]),
        *("unverified", "disabled"),
    ]
    assert second.split()[3:] == [accounts[1], "compromised"]
    assert done.stderr == "there are more: --after 2, or --all\n"
    assert run("--all").stderr == ""
    assert run("--search", "nobody").stderr == "no account fits\n"


@pytest.mark.engine("sqlite")
def test_a_table_for_spreadsheets(accounts: list[str]) -> None:
    rows = list(csv.DictReader(run("--csv").stdout.splitlines()))
    assert [row["email"] for row in rows] == accounts
    assert rows[1]["verified_at"] == "2026-01-02T00:00:00+00:00"
    assert "hashed_password" not in rows[0]
    few = run("--csv", "--limit", "3")
    assert len(few.stdout.splitlines()) == 4
    assert "--all" in few.stderr


@pytest.mark.engine("sqlite")
@pytest.mark.requirement("V1.2.10")
@pytest.mark.parametrize("first", "=+-")
def test_no_address_is_a_formula(
    db: DB, url: str, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    monkeypatch.setenv("BIENVENUE_DATABASE_URL", url)
    email = f"{first}1@example.com"
    db.add_user(email, "h")
    (row,) = csv.DictReader(run("--csv").stdout.splitlines())
    assert row["email"] == f"'{email}"
    assert json.loads(run("--json").stdout)["users"][0]["email"] == email


@pytest.mark.engine("sqlite")
def test_an_empty_list_is_json_too(
    db: DB, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIENVENUE_DATABASE_URL", url)
    expected: dict[str, object] = {"users": [], "next_after": None}
    assert json.loads(run("--json").stdout) == expected
    assert run("--created-after", "yesterday").exit_code == 2
    assert run("--search", "a\0").exit_code == 2
    assert clock.now() > DAY
