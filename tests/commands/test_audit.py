"""``bienvenue audit`` as it is typed: what it prints and how it ends."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bienvenue import DB, Auth, Settings
from bienvenue.cli import cli
from bienvenue.client import Client, acting

KEY = "a secret key of forty characters in all"
BOB = "bob@example.com"
Run = Callable[..., Result]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database in which a person has registered and signed in."""
    path = tmp_path / "accounts.db"
    use(path)
    return path


def use(file: Path, key: str | None = KEY, node: str = "main") -> None:
    """Register, sign in, and mistype the password once."""
    settings = Settings(secret_key=key, node_name=node, bcrypt_rounds=4)
    client = Client("192.0.2.1", "curl\x1b[31m", "request-1")
    with DB(f"sqlite:///{file}") as db, acting(client):
        auth = Auth(db, settings)
        email = f"{node}.{BOB}"
        auth.register_user(email, "pw")
        auth.log_in(email, "pw")
        auth.valid_login(email, "wrong")


@pytest.fixture
def run(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``bienvenue audit ...`` over that database, with its key."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIENVENUE_DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("BIENVENUE_SECRET_KEY", KEY)

    def one(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["audit", *arguments])

    return one


def tamper(file: Path, script: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(script)


def test_a_whole_log(run: Run) -> None:
    done = run("verify")
    assert done.exit_code == 0, done.stderr
    assert re.fullmatch(
        r"main: 4 events, the last 4:[0-9a-f]{64}\n", done.stdout
    )


def test_a_broken_log(run: Run, file: Path) -> None:
    tamper(file, "UPDATE audit_events SET outcome = '' WHERE sequence = 4")
    done = run("verify")
    assert done.exit_code == 1
    first, second = done.stdout.splitlines()
    assert first == "main: event 4 was changed, inserted or moved"
    assert second.startswith("main: 4 events")
    assert done.stderr == ("bienvenue: the audit log is broken: 1 finding\n")


def test_of_many_findings_some_are_printed(run: Run, file: Path) -> None:
    for _ in range(8):
        use(file, node=f"node-{_}")
    tamper(file, "UPDATE audit_events SET agent = 'x'")
    done = run("verify")
    assert done.exit_code == 1
    assert done.stdout.count("was changed") == 20
    assert "36 findings" in done.stderr


def test_without_a_key_it_says_what_that_is_worth(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIENVENUE_SECRET_KEY")
    other = tmp_path / "other.db"
    use(other, key=None)
    done = run("verify", "--database-url", f"sqlite:///{other}")
    assert done.exit_code == 0
    assert "without secret_key this finds accidents only" in done.stdout
    assert run("verify").exit_code == 1


def test_former_keys(
    run: Run,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    newer = "another secret key, of forty characters"
    monkeypatch.setenv("BIENVENUE_SECRET_KEY", newer)
    assert run("verify").exit_code == 1
    keys = tmp_path / "old-keys"
    keys.write_text(f"{'x' * 40}\n{KEY}\n", "utf-8")
    done = run("verify", "--old-keys", str(keys))
    assert done.exit_code == 0
    assert "main: 4 events, 4 of them under an old key" in done.stdout
    assert KEY not in done.output
    keys.write_text("-\n", "utf-8")
    assert run("verify", "--old-keys", str(keys)).exit_code == 1
    monkeypatch.setenv("BIENVENUE_SECRET_KEYS_OLD", f"{'x' * 40},{KEY}")
    assert run("verify").exit_code == 0


def test_the_time_before_there_was_a_key(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    url = f"sqlite:///{other}"
    use(other, key=None)
    assert run("verify", "--database-url", url).exit_code == 1
    keys = tmp_path / "old-keys"
    keys.write_text("-\n", "utf-8")
    options = ("--database-url", url, "--old-keys", str(keys))
    assert run("verify", *options).exit_code == 0


def test_what_was_noted(run: Run, tmp_path: Path) -> None:
    note = run("verify").stdout.split()[-1]
    assert run("verify", "--expect", note).exit_code == 0
    assert run("verify", "--expect", f"main:{note}").exit_code == 0
    for wrong in (
        f"other:{note}",
        f"1{note}",
        f"4:{'0' * 64}",
    ):
        done = run("verify", "--expect", wrong)
        assert done.exit_code == 1, wrong
        assert "broken: 1 finding" in done.stderr


def test_an_export_serves_as_a_note(
    run: Run, file: Path, tmp_path: Path
) -> None:
    use(file, node="north")
    kept = tmp_path / "kept.jsonl"
    kept.write_text(run("export").stdout, "utf-8")
    assert run("verify", "--expect", str(kept)).exit_code == 0
    tamper(file, "DELETE FROM audit_events; DELETE FROM audit_heads;")
    assert run("verify").exit_code == 0
    done = run("verify", "--expect", str(kept))
    assert done.exit_code == 1
    assert done.stdout == (
        "main: is gone as a whole\nnorth: is gone as a whole\n"
    )


def test_an_archive(run: Run, file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_text(run("export").stdout, "utf-8")
    use(file, node="main2")
    tamper(file, "DELETE FROM audit_events WHERE strand = 'main'")
    assert run("verify").exit_code == 1
    done = run("verify", "--archived", str(kept))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("main: 0 events, the last 4:")


@pytest.mark.parametrize(
    "text", ["", "\n", "[]", "{}", "no json", '{"strand":"main"}', "1"]
)
def test_a_file_that_is_no_export_is_called_wrongly(
    run: Run, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "file"
    file.write_text(text, "utf-8")
    for expect in (str(file), str(tmp_path / "none"), "4:short"):
        done = run("verify", "--expect", expect)
        assert done.exit_code == 2
        assert "--expect" in done.stderr
    missing = run("verify", "--old-keys", str(tmp_path / "none"))
    assert missing.exit_code == 2


def test_the_tail(run: Run) -> None:
    done = run("tail", "-n", "2")
    assert done.exit_code == 0
    session, failure = done.stdout.splitlines()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z  main:3  session_created"
        r"  success  user=1  from=192\.0\.2\.1  request=request-1",
        session,
    )
    assert "main:4  authn_login_fail  failure  user=1" in failure
    assert "method=password" in failure
    assert len(run("tail").stdout.splitlines()) == 4


@pytest.mark.requirement("V16.4.1")
def test_rows_that_were_forged_do_not_speak_to_the_terminal(
    run: Run, file: Path
) -> None:
    tamper(
        file,
        "UPDATE audit_events SET event = 'x' || char(10) || char(27) || '[2J',"
        " detail = '{' || char(13), at = 'never', address = char(155)"
        " WHERE sequence = 4",
    )
    for command in ("tail", "export", "verify"):
        done = run(command)
        assert all(line.isprintable() for line in done.stdout.splitlines())
        assert (
            len(done.stdout.splitlines())
            == {
                "tail": 4,
                "export": 4,
                "verify": 2,
            }[command]
        )


@pytest.mark.requirement("V16.2.2")
def test_the_export(run: Run, file: Path) -> None:
    use(file, node="north")
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in run("export").stdout.splitlines()
    ]
    assert [(each["strand"], each["sequence"]) for each in lines] == [
        (strand, number)
        for strand in ("main", "north")
        for number in range(1, 5)
    ]
    for each in lines:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z", each["time"])
        assert re.fullmatch("[0-9a-f]{64}", each["mac"])
        assert each["address"] == "192.0.2.1"
        assert each["agent"] == "curl[31m"
    some = run("export", "--strand", "north", "--after", "3").stdout
    assert json.loads(some) == lines[-1]


def test_the_log_is_looked_at_and_not_touched(run: Run, file: Path) -> None:
    def rows() -> list[Any]:
        with closing(sqlite3.connect(file)) as connection:
            return [
                connection.execute(query).fetchall()
                for query in (
                    "SELECT * FROM audit_events",
                    "SELECT * FROM audit_heads",
                )
            ]

    before = rows()
    for command in ("verify", "tail", "export"):
        assert run(command).exit_code == 0
    assert rows() == before


def test_a_database_that_is_not_there_is_not_made(
    run: Run, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    for command in ("verify", "tail", "export"):
        done = run(command, "--database-url", url)
        assert done.exit_code == 1
        assert "run `bienvenue db upgrade`" in done.stderr
    assert not (tmp_path / "none.db").exists()


def test_a_missing_key_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIENVENUE_SECRET_KEY")
    done = run("verify")
    assert done.exit_code == 1
    assert "no secret_key is set here" in done.stderr
    assert done.stderr.count("\n") == 1


def test_another_key_is_named(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIENVENUE_SECRET_KEY", "k" * 40)
    done = run("verify")
    assert done.exit_code == 1
    assert "secret_keys_old" in done.stderr
    # Not where an event of some was changed, whatever the key is.
    monkeypatch.setenv("BIENVENUE_SECRET_KEY", KEY)
    tamper(file, "UPDATE audit_events SET agent = 'x' WHERE sequence = 2")
    assert run("verify").stderr == (
        "bienvenue: the audit log is broken: 1 finding\n"
    )


def test_a_beginning_without_a_key_is_named_and_mended(
    run: Run, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    use(other, key=None)
    use(other, node="later")
    url = ("--database-url", f"sqlite:///{other}")
    done = run("verify", *url)
    assert done.exit_code == 1
    assert "--old-keys FILE" in done.stderr
    keys = tmp_path / "keys"
    keys.write_text("-\n")
    mended = run("verify", "--old-keys", str(keys), *url)
    assert mended.exit_code == 0, mended.stderr


def test_a_note_that_names_no_file(run: Run) -> None:
    done = run("verify", "--expect", "nowhere.jsonl")
    assert done.exit_code == 2
    assert "there is no file nowhere.jsonl" in done.stderr


def test_programs_read_what_was_found(run: Run, file: Path) -> None:
    whole = json.loads(run("verify", "--json").stdout)
    assert (whole["whole"], whole["keyed"]) == (True, True)
    (strand,) = whole["strands"]
    assert (strand["strand"], strand["events"]) == ("main", 4)
    assert len(strand["mac"]) == 64
    tamper(file, "UPDATE audit_events SET outcome = '' WHERE sequence = 4")
    done = run("verify", "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert found["findings"] == 1
    assert found["first_findings"] == [
        {
            "strand": "main",
            "what": "event 4 was changed, inserted or moved",
        }
    ]
    lines = run("tail", "-n", "2", "--json").stdout.splitlines()
    assert [json.loads(each)["sequence"] for each in lines] == [3, 4]
