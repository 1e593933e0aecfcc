"""A backup is whole while others write, and a restore puts it back."""

import sqlite3
import stat
import threading
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench import bulk
from bench.crowd import Crowd
from bienvenue import DB
from bienvenue.cli import cli

pytestmark = pytest.mark.engine("sqlite")


def run(command: str, file: Path, url: str, *more: str) -> Result:
    given = ["db", command, str(file), "--database-url", url, *more]
    return CliRunner().invoke(cli, given)


def emails(url: str) -> list[str]:
    given = ["user", "export", "--database-url", url, "--format", "csv"]
    lines = CliRunner().invoke(cli, given).output.splitlines()[1:]
    return [line.partition(",")[0] for line in lines]


def test_a_backup_is_all_there_was_and_its_owner_s(
    db: DB, url: str, tmp_path: Path
) -> None:
    db.add_user("ann@example.com", "h")
    file = tmp_path / "backup.db"
    result = run("backup", file, url)
    assert result.exit_code == 0, result.output
    assert "bytes, checked" in result.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert emails(f"sqlite:///{file}") == ["ann@example.com"]


def test_it_is_whole_while_others_write(
    db: DB, url: str, tmp_path: Path
) -> None:
    done = threading.Event()
    written: list[str] = []

    def write() -> None:
        while not done.is_set():
            email = f"u{len(written)}@example.com"
            db.add_user(email, "h")
            written.append(email)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            before = len(written)
            file = tmp_path / f"{number}.db"
            assert run("backup", file, url).exit_code == 0
            kept = emails(f"sqlite:///{file}")
            assert len(kept) >= before
            assert kept == [f"u{n}@example.com" for n in range(len(kept))]
    finally:
        done.set()
        writer.join(30)
    assert written


def test_a_restore_puts_back_what_there_was_for_whoever_is_connected(
    db: DB, url: str, tmp_path: Path
) -> None:
    db.add_user("ann@example.com", "h")
    file = tmp_path / "backup.db"
    run("backup", file, url)
    db.add_user("bob@example.com", "h")
    result = run("restore", file, url, "--yes")
    assert result.exit_code == 0, result.output
    assert emails(url) == ["ann@example.com"]
    assert db.find_user_by(email="ann@example.com").id == 1
    assert db.add_user("carl@example.com", "h").id == 2


def test_a_restore_asks_first(db: DB, url: str, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    run("backup", file, url)
    db.add_user("bob@example.com", "h")
    assert run("restore", file, url).exit_code == 1  # nobody said yes
    assert emails(url) == ["bob@example.com"]


def test_a_new_machine_starts_from_a_backup(
    db: DB, url: str, tmp_path: Path
) -> None:
    db.add_user("ann@example.com", "h")
    file, fresh = tmp_path / "backup.db", tmp_path / "fresh.db"
    run("backup", file, url)
    assert run("restore", file, f"sqlite:///{fresh}", "--yes").exit_code == 0
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o600
    assert emails(f"sqlite:///{fresh}") == ["ann@example.com"]


def test_what_is_there_is_not_written_over(
    db: DB, url: str, tmp_path: Path
) -> None:
    file = tmp_path / "precious"
    file.write_text("precious")
    result = run("backup", file, url)
    assert result.exit_code == 1
    assert "is there already" in result.output
    assert file.read_text() == "precious"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "holds no accounts"), (b"not a database at all" * 99, "not a dat")],
)
def test_a_file_that_is_no_backup_changes_nothing(
    db: DB, url: str, tmp_path: Path, content: bytes, said: str
) -> None:
    db.add_user("ann@example.com", "h")
    file = tmp_path / "backup.db"
    file.write_bytes(content)
    result = run("restore", file, url, "--yes")
    assert result.exit_code == 1
    assert said in result.output
    assert emails(url) == ["ann@example.com"]


def test_a_damaged_backup_changes_nothing(
    db: DB, url: str, tmp_path: Path
) -> None:
    for number in range(200):
        db.add_user(f"u{number}@example.com", "h")
    file = tmp_path / "backup.db"
    run("backup", file, url)
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    for place in range(middle, middle + 9000):
        content[place] = 0
    file.write_bytes(content)
    result = run("restore", file, url, "--yes")
    assert result.exit_code == 1
    assert len(emails(url)) == 200


def test_a_source_that_is_not_there_leaves_no_file(tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    result = run("backup", file, f"sqlite:///{tmp_path / 'nowhere.db'}")
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_other_engines_have_tools_of_their_own(tmp_path: Path) -> None:
    result = run("backup", tmp_path / "b.db", "postgresql://me:pw@db/accounts")
    assert result.exit_code == 1
    assert "`bienvenue db copy --to sqlite:///FILE`" in result.output
    assert "pw" not in result.output


def test_it_ends_though_somebody_writes_between_any_two_steps(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite begins such a copy anew: a large one never came to its end."""
    people = 10_000
    bulk.fill(url, Crowd.of(people))
    letter = "INSERT INTO mailbox VALUES (NULL, '', '', '', 0, '')"
    writer = sqlite3.connect(tmp_path / "accounts.db", isolation_level=None)
    steps: list[int] = []

    class Copied(sqlite3.Connection):
        def backup(self, target: sqlite3.Connection, **how: Any) -> None:
            def write(_status: int, left: int, _pages: int) -> None:
                steps.append(left)
                assert len(steps) < 50
                writer.execute(letter)

            super().backup(target, progress=write, **how)

    connect = partial(sqlite3.connect, factory=Copied)
    monkeypatch.setattr(sqlite3, "connect", connect)
    file = tmp_path / "backup.db"
    with closing(writer):
        result = run("backup", file, url)
    monkeypatch.undo()
    assert result.exit_code == 0, result.exception
    assert steps
    assert steps[-1] == 0
    with closing(sqlite3.connect(file)) as copy:
        (found,) = copy.execute("SELECT count(*) FROM users").fetchone()
    assert found == people
