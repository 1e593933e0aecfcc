"""Accounts from files come in whole or not at all, with their hashes."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bienvenue import DB, Auth, Settings
from bienvenue.cli import cli

PHPASS = "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"  # phpass's own test
PHPASS_PASSWORD = "test12345"


def run(*given: object) -> Result:
    return CliRunner().invoke(cli, ["user", *map(str, given)])


def bring_in(url: str, file: Path, *more: object) -> Result:
    return run("import", file, "--database-url", url, *more)


def users(db: DB) -> list[str]:
    found = run("export", "--database-url", db.url.render_as_string(False))
    return [json.loads(line)["email"] for line in found.output.splitlines()]


@pytest.fixture
def address(db: DB) -> str:
    """The URL of the open database."""
    return db.url.render_as_string(hide_password=False)


def lines(path: Path, *members: Mapping[str, object]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in members))
    return path


def test_hashes_of_elsewhere_go_on_opening_and_are_replaced(
    db: DB, address: str, tmp_path: Path
) -> None:
    file = tmp_path / "wordpress.csv"
    file.write_text(
        "user_email,user_pass,user_registered\n"
        f"Ann@example.com,{PHPASS},2020-01-02 03:04:05\n"
        "bob@example.com,,2021-01-02T03:04:05Z\n"
    )
    result = bring_in(address, file)
    assert (result.exit_code, result.output) == (0, "imported 2\n")
    ann = db.find_user_by(email="ann@example.com")
    assert ann.hashed_password == PHPASS
    assert ann.created_at.isoformat() == "2020-01-02T03:04:05+00:00"
    auth = Auth(db, Settings(bcrypt_rounds=4))
    assert not auth.valid_login("ann@example.com", "another")
    assert auth.valid_login("ann@example.com", PHPASS_PASSWORD)
    replaced = db.find_user_by(email="ann@example.com").hashed_password
    assert replaced.startswith("$2b$04$")
    for nothing in ("", "!", "another"):
        assert not auth.valid_login("bob@example.com", nothing)


def test_every_fault_is_told_by_its_line_and_nothing_is_imported(
    db: DB, address: str, tmp_path: Path
) -> None:
    secret = "$unknown$secret"
    file = lines(
        tmp_path / "a.jsonl",
        {"email": "good@example.com"},
        {"email": "no address"},
        {"hashed_password": PHPASS},
        {"email": "x@example.com", "hashed_password": secret},
        {"email": "y@example.com", "created_at": "yesterday"},
        {"email": "GOOD@example.com"},
        {"email": "z@example.com", "language": "<script>"},
        {"email": 7},
        {"user_email": "no address", "user_pass": PHPASS},
        {"email": "w@example.com", "user_pass": secret},
        {"email": "v@example.com", "date_joined": "yesterday"},
        {"email": "u@example.com", "locale": ["fr"]},
    )
    with file.open("ab") as more:
        more.write(b'{"email": "half\n[]\n\xff\n')
    result = bring_in(address, file)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "line 2: email: is no address",
        "line 3: email: is missing",
        "line 4: hashed_password: is of no known scheme",
        "line 5: created_at: is no ISO 8601 time",
        "line 6: email: stands on an earlier line as well",
        "line 7: language: is no BCP 47 tag",
        "line 8: email: is not text",
        "line 9: user_email: is no address",
        "line 10: user_pass: is of no known scheme",
        "line 11: date_joined: is no ISO 8601 time",
        "line 12: locale: is not text",
        "line 13: is not JSON in UTF-8, at column 16",
        "line 14: is not a JSON object",
        "line 15: is not JSON in UTF-8, at byte 1",
        "nothing was imported",
    ]
    assert secret not in result.output
    assert users(db) == []


def test_only_the_first_faults_are_told(address: str, tmp_path: Path) -> None:
    file = lines(tmp_path / "a.jsonl", *({"email": "no"} for _ in range(150)))
    said = bring_in(address, file).output.splitlines()
    assert len(said) == 102
    assert said[-2:] == ["and 50 more", "nothing was imported"]


def test_accounts_that_are_there_stay_as_they_are(
    db: DB, address: str, tmp_path: Path
) -> None:
    kept = db.add_user("ann@example.com", "theirs").id
    file = lines(
        tmp_path / "a.ndjson",
        {"email": "ANN@example.com", "passwordHash": PHPASS},
        {"email": "bob@example.com", "email_verified": True},
    )
    refused = bring_in(address, file)
    assert refused.exit_code == 1
    assert "1 have an account already; --skip-known" in refused.output
    assert users(db) == ["ann@example.com"]
    dry = bring_in(address, file, "--skip-known", "--dry-run")
    assert dry.output == "would import 1; nothing was imported\n"
    assert users(db) == ["ann@example.com"]
    assert bring_in(address, file, "--skip-known").output == "imported 1\n"
    assert db.find_user_by(id=kept).hashed_password == "theirs"
    assert db.find_user_by(email="bob@example.com").verified_at is not None


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "", "name it .csv or .jsonl"),
        ("a.csv", "name\nbob\n", "the first line must name the columns"),
        (
            "a.csv",
            "email,locale\nbob@x.example\n",
            "first line: none for the column locale",
        ),
        (
            "a.csv",
            "email,locale\nbob@x.example,fr,x,y\n",
            "first line: 2 fields after the last column, locale",
        ),
        ("a.csv", "email\n\xff\n", "is not CSV in UTF-8"),
        ("a.csv", 'email\n"bob@x.example\n', "UTF-8: unexpected end of"),
    ],
)
def test_a_file_that_is_none_is_refused(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    file = tmp_path / name
    file.write_bytes(text.encode("latin-1"))
    result = bring_in(f"sqlite:///{tmp_path / 'a.db'}", file)
    assert result.exit_code == 1
    assert said in result.output


def test_no_file_is_refused(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.csv"
    result = bring_in(f"sqlite:///{tmp_path / 'a.db'}", nowhere)
    assert result.exit_code == 1
    assert "there is no such file" in result.output


def test_more_than_a_batch_comes_in_whole(
    db: DB, address: str, tmp_path: Path
) -> None:
    everyone = [f"u{number}@example.com" for number in range(1201)]
    file = lines(tmp_path / "a.jsonl", *({"email": each} for each in everyone))
    assert bring_in(address, file).output == "imported 1,201\n"
    assert users(db) == everyone


@pytest.mark.engine("sqlite")
def test_programs_read_how_it_went(address: str, tmp_path: Path) -> None:
    file = lines(tmp_path / "a.jsonl", {"email": "ann@example.com"})
    expected: dict[str, object] = {
        "imported": 0,
        "dry_run": True,
        "new": 1,
        "known": 0,
        "faults": 0,
        "first_faults": [],
    }
    dry = bring_in(address, file, "--json", "--dry-run")
    assert json.loads(dry.stdout) == expected
    done = json.loads(bring_in(address, file, "--json").stdout)
    assert (done["imported"], done["dry_run"]) == (1, False)
    again = bring_in(address, file, "--json")
    assert again.exit_code == 1
    assert json.loads(again.stdout)["known"] == 1
    lines(tmp_path / "b.jsonl", {"email": "no"})
    bad = bring_in(address, tmp_path / "b.jsonl", "--json")
    assert bad.exit_code == 1
    assert json.loads(bad.stdout)["first_faults"] == [
        {"line": 1, "says": "email: is no address"}
    ]
