"""``bienvenue mail``, as an operator types it."""

import json
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import orm

from bienvenue import DB, dead_letters, outbox
from bienvenue.outbox import Letter
from tests.service import finished


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a database in it: one letter waits, two are dead."""
    with DB(f"sqlite:///{tmp_path / 'bienvenue.db'}") as db:

        def kill(unit: orm.Session) -> None:
            row = outbox.lease(unit)
            assert row is not None
            outbox.give_up(unit, row, "recipient refused: 550 5.1.1")

        for name in ("a", "b", "c"):
            recipient = f"{name}@example.com"
            letter = Letter.PASSWORD_CHANGED
            db.write(partial(outbox.post, letter=letter, recipient=recipient))
            if name != "c":
                db.write(kill)
    return tmp_path


def count(folder: Path) -> tuple[int, int]:
    with DB(f"sqlite:///{folder / 'bienvenue.db'}") as db:
        return db.read(dead_letters.count)


def test_the_list_shows_what_is_dead_and_why(folder: Path) -> None:
    done = finished(folder, "mail", "list")
    assert done.returncode == 0, done.stderr
    first, second, third, total = done.stdout.splitlines()
    assert first.split()[:2] == ["1", "dead"]
    assert first.endswith("a@example.com  recipient refused: 550 5.1.1")
    assert second.split()[:2] == ["2", "dead"]
    assert third.split()[:2] == ["3", "waiting"]
    assert third.endswith("c@example.com")
    assert total == "1 waiting, 2 dead"


def test_the_list_for_programs(folder: Path) -> None:
    done = finished(folder, "mail", "list", "--json", "--limit", "2")
    found = json.loads(done.stdout)
    assert (found["waiting"], found["dead"]) == (1, 2)
    first, _ = found["letters"]
    assert first["id"] == 1
    assert first["letter"] == "password_changed"
    assert first["state"] == "dead"
    assert first["reason"] == "recipient refused: 550 5.1.1"
    assert first["failed_at"].endswith("+00:00")


def test_dead_letters_are_tried_again(folder: Path) -> None:
    done = finished(folder, "mail", "retry", "1", "3", "--json", "--yes")
    assert json.loads(done.stdout) == {"retried": 1, "dry_run": False}
    assert count(folder) == (2, 1)
    done = finished(folder, "mail", "retry", "--all", "--yes")
    assert done.stdout == "1 letter retried\n"
    assert count(folder) == (3, 0)


def test_dead_letters_are_forgotten(folder: Path) -> None:
    done = finished(folder, "mail", "purge", "2", "3", "--json", "--yes")
    assert json.loads(done.stdout) == {"purged": 1, "dry_run": False}
    assert count(folder) == (1, 1)
    unasked = finished(folder, "mail", "purge", "--all")
    assert unasked.returncode == 1
    assert "--yes" in unasked.stderr
    dry = finished(folder, "mail", "purge", "--all", "--dry-run")
    assert dry.stdout == "1 letter would be purged\n"
    assert count(folder) == (1, 1)
    done = finished(folder, "mail", "purge", "--all", "--yes")
    assert done.stdout == "1 letter purged\n"
    assert count(folder) == (1, 0)


@pytest.mark.parametrize("verb", ["retry", "purge"])
@pytest.mark.parametrize("which", [[], ["1", "--all"], ["x"]])
def test_it_has_to_be_said_which(
    folder: Path, verb: str, which: list[str]
) -> None:
    done = finished(folder, "mail", verb, *which)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert count(folder) == (1, 2)
