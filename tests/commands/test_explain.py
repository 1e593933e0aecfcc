"""``bienvenue explain``, as an operator types it."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy.engine import make_url

from bienvenue import DB, Auth, Settings
from bienvenue.cli import cli
from bienvenue.commands import opened

ANN, BOB, WORD = "ann@example.com", "Bob@example.com", "b4l0u"


@pytest.fixture
def auth(db: DB, url: str, monkeypatch: pytest.MonkeyPatch) -> Auth:
    """An account in the database that the command opens."""
    monkeypatch.setenv("BIENVENUE_DATABASE_URL", url)
    found = Auth(db, Settings(bcrypt_rounds=4))
    found.register_user(BOB, WORD)
    return found


def run(*words: str, **options: Any) -> Result:
    return CliRunner().invoke(cli, ["explain", *words], **options)


def test_a_person_reads_what_is_wrong_and_what_mends_it(auth: Auth) -> None:
    auth.log_in(BOB, WORD)
    auth.disable_user(1)
    done = run("bob@example.com")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("Bob@example.com: account 1, since 20")
    lines = done.stdout.splitlines()
    assert lines[1] == (
        "A login with the right password fails (development profile)."
    )
    assert "      bienvenue user enable Bob@example.com" in lines
    assert any(each.endswith("signed in with the password") for each in lines)


def test_a_program_reads_the_same(auth: Auth) -> None:
    session_id = auth.log_in(BOB, WORD)
    token = auth.get_reset_password_token(BOB)
    done = run(BOB, "--json")
    found = json.loads(done.stdout)
    assert list(found) == [
        *("address", "account", "profile", "login"),
        *("reasons", "events", "unseen"),
    ]
    assert found["account"]["email"] == BOB
    assert found["login"] == "works"
    for each in found["reasons"]:
        assert list(each) == ["code", "weight", "says", "fix"]
    user = auth.db.find_user_by(email=BOB)
    for secret in (
        *(session_id, token, user.hashed_password),
        *(user.session_id, user.reset_token),
    ):
        assert str(secret) not in done.output


def test_an_admin_who_has_not_chosen_a_password_yet(auth: Auth) -> None:
    made = CliRunner().invoke(cli, ["admin", "create", ANN, "--yes"])
    token = made.stdout.strip().rpartition("=")[2]
    lines = [each.strip() for each in run(ANN).stdout.splitlines()]
    assert (
        "- no password was ever chosen: `bienvenue admin create` made the"
        " account, and the link by which its owner chooses one was not used"
    ) in lines
    assert "brought in" not in "\n".join(lines)
    auth.update_password(token, WORD)
    assert "(development profile)" in run(ANN).stdout
    assert "no password" not in run(ANN).stdout


def test_an_account_that_was_brought_in_without_a_password(
    auth: Auth, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"email\n{ANN}\n")
    brought = CliRunner().invoke(cli, ["user", "import", str(file)])
    assert brought.exit_code == 0, brought.stderr
    assert "the account was brought in, or made, without" in run(ANN).stdout


@pytest.mark.engine("sqlite")
def test_an_unknown_address_is_explained_too(auth: Auth) -> None:
    done = run("bob@exmaple.com")
    assert done.exit_code == 1
    assert done.stderr == "bienvenue: no account has this address\n"
    assert "there is an account of Bob@example.com" in done.stdout
    assert json.loads(run("\x1b[31m@x", "--json").stdout)["account"] is None
    assert "\x1b" not in run("\x1b[31m@x").output


@pytest.mark.engine("sqlite")
def test_whose_rules_it_goes_by(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads(run(BOB, "--json").stdout)["login"] == "works"
    strict = run(BOB, "--json", "--profile", "production")
    assert json.loads(strict.stdout)["login"] == "fails"
    monkeypatch.setenv("BIENVENUE_SECRET_KEY", "s" * 40)
    assert "(production profile)" in run(BOB).stdout
    monkeypatch.setenv("BIENVENUE_PROFILE", "development")
    assert "(development profile)" in run(BOB).stdout


@pytest.mark.engine("sqlite")
def test_colour_is_for_those_who_want_it(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b[32m" in run(BOB, color=True).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run(BOB, color=True).stdout


@pytest.mark.engine("sqlite")
def test_nothing_is_made_where_there_is_nothing(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    done = run(BOB, "--database-url", f"sqlite:///{file}")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert not file.exists()


@pytest.mark.engine("postgresql")
def test_a_right_to_read_is_enough(auth: Auth, url: str) -> None:
    auth.valid_login(BOB, "wrong")
    owner = make_url(url).set(drivername="postgresql")
    with psycopg.connect(
        owner.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        # Roles are the whole server's, and the database is this test's.
        role = f"reader_{owner.database}"
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
        connection.execute(
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}".encode()
        )
    reader = make_url(url).set(username=f"reader_{make_url(url).database}")
    shown = reader.render_as_string(hide_password=False)
    done = run(BOB, "--database-url", shown)
    assert done.exit_code == 0, done.stderr
    assert "a login failed" in done.stdout


def test_the_operator_is_who_is_logged_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr("os.getuid", lambda: 0)
    assert opened.operator() == "root"
    monkeypatch.setenv("SUDO_USER", "ada")
    assert opened.operator() == "ada as root"
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_000)
    assert opened.operator() == "4000000000"
