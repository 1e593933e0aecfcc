"""``bienvenue user show`` and its neighbours."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bienvenue import Auth, audit_check, audit_line
from bienvenue.cli import cli
from bienvenue.commands import asked
from bienvenue.errors import InvalidToken, UserNotFound
from tests import mailed
from tests.commands.accounts import BOB, WORD, at_hand


@pytest.fixture
def auth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Auth]:
    """An account in the database that the commands open."""
    with at_hand(tmp_path, monkeypatch) as found:
        yield found


def run(*words: str, **more: Any) -> Result:
    return CliRunner().invoke(cli, ["user", *words], **more)


def test_an_account_is_shown_without_a_secret(auth: Auth) -> None:
    session_id = auth.log_in(BOB, WORD)
    result = run("show", "bob@EXAMPLE.com")
    assert result.exit_code == 0
    shown = dict(line.split(None, 1) for line in result.stdout.splitlines())
    assert shown["id"] == "1"
    assert shown["email"] == BOB
    assert shown["disabled_at"] == "-"
    assert shown["sessions"] == "1"
    found = json.loads(run("show", BOB, "--json").stdout)
    assert found["email"] == BOB
    assert found["disabled_at"] is None
    assert found["sessions"] == 1
    assert list(found) == list(shown)
    user = auth.db.find_user_by(email=BOB)
    for secret in (session_id, user.hashed_password, user.session_id):
        assert str(secret) not in result.stdout


def test_an_account_is_disabled_and_enabled(auth: Auth) -> None:
    session_id = auth.log_in(BOB, WORD)
    assert run("disable", BOB, "--yes").stdout == (
        f"{BOB}: disabled; 1 session ended\n"
    )
    assert auth.check_session(session_id) is None
    assert not auth.valid_login(BOB, WORD)
    found = json.loads(run("show", BOB, "--json").stdout)
    assert found["disabled_at"]
    result = run("enable", BOB, "--json", "--yes")
    assert json.loads(result.stdout) == {
        "id": 1,
        "email": BOB,
        "done": "enabled",
        "dry_run": False,
    }
    assert auth.valid_login(BOB, WORD)


def test_an_account_is_signed_out_everywhere(auth: Auth) -> None:
    ids = [auth.log_in(BOB, WORD) for _ in range(3)]
    assert run("end-sessions", BOB, "--yes").stdout == (
        f"{BOB}: signed out everywhere; 3 sessions ended\n"
    )
    assert [auth.check_session(each) for each in ids] == [None] * 3
    assert auth.valid_login(BOB, WORD)


def test_an_account_is_deleted_when_that_was_meant(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    unasked = run("delete", BOB)
    assert unasked.exit_code == 1
    assert "--yes" in unasked.stderr
    # A person at a terminal, as far as can be told.
    monkeypatch.setattr(asked, "_somebody_is_there", lambda: True)
    refused = run("delete", BOB, input="n\n")
    assert refused.exit_code == 1
    assert "cannot be undone" in refused.stderr
    assert auth.valid_login(BOB, WORD)
    assert run("delete", BOB, input="y\n").exit_code == 0
    with pytest.raises(UserNotFound):
        auth.db.find_user_by(email=BOB)


def test_an_account_is_deleted_without_asking(auth: Auth) -> None:
    result = run("delete", BOB, "--yes", "--json")
    assert json.loads(result.stdout)["done"] == "deleted"
    assert not auth.valid_login(BOB, WORD)


@pytest.mark.parametrize(
    "word",
    [
        *("show", "verify", "compromised", "disable", "enable"),
        *("end-sessions", "delete", "set-password"),
    ],
)
def test_an_address_that_nobody_has_is_told(auth: Auth, word: str) -> None:
    for address in ("eve@example.com", "nonsense", "\udcff", "a\0b"):
        more = [] if word == "show" else ["--yes"]
        if word == "set-password":
            more.append("--password-stdin")
        result = run(word, address, *more, input="another\n")
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr == "bienvenue: no account has this address\n"
    assert auth.valid_login(BOB, WORD)
    assert run(word).exit_code == 2


def events(auth: Auth) -> list[dict[str, Any]]:
    with audit_check.snapshot(auth.db.engine) as connection:
        rows = audit_check.latest(connection, 1000)
    return [audit_line.told(row) for row in rows]


@pytest.mark.parametrize(
    "words",
    [
        *(["verify"], ["compromised"], ["disable"], ["enable"]),
        *(["end-sessions"], ["delete"], ["set-password", "--password-stdin"]),
    ],
    ids=" ".join,
)
def test_every_act_asks_first_and_is_in_the_log(
    auth: Auth, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    word, *more = words
    auth.log_in(BOB, WORD)
    before = len(events(auth))
    unasked = run(word, BOB, *more)
    assert unasked.exit_code == 1
    assert unasked.stderr == (
        "bienvenue: nobody is there to be asked; say --yes\n"
    )
    dry = run(word, BOB, *more, "--dry-run", "--json")
    assert json.loads(dry.stdout)["dry_run"] is True
    assert " would be " in run(word, BOB, *more, "--dry-run").stdout
    assert len(events(auth)) == before
    assert auth.valid_login(BOB, WORD)
    monkeypatch.setattr("os.getuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "ada")
    before = len(events(auth))
    done = run(word, BOB, *more, "--yes", "--json", input="another\n")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["id"], found["dry_run"]) == (1, False)
    new = events(auth)[before:]
    assert new
    for each in new:
        assert each["user_id"] == 1
        assert each["detail"]["operator"] == "ada as root"
        assert each["agent"] == f"bienvenue user {word}"


def test_an_address_is_verified_on_the_operators_word(auth: Auth) -> None:
    for _ in range(2):
        result = run("verify", BOB, "--yes")
        assert result.stdout == f"{BOB}: verified\n"
    assert auth.db.find_user_by(email=BOB).verified_at is not None
    log = [each["event"] for each in events(auth)]
    assert log.count("user_email_verified") == 1


def test_whoever_knows_the_password_is_shut_out(auth: Auth) -> None:
    session_id = auth.log_in(BOB, WORD)
    token = auth.get_reset_password_token(BOB)
    result = run("compromised", BOB, "--yes")
    assert result.stdout == (
        f"{BOB}: shut out until a reset by mail; 1 session ended\n"
    )
    assert auth.check_session(session_id) is None
    assert not auth.valid_login(BOB, WORD)
    with pytest.raises(InvalidToken):
        auth.update_password(token, "another")


def test_a_password_is_replaced(auth: Auth) -> None:
    session_id = auth.log_in(BOB, WORD)
    token = auth.get_reset_password_token(BOB)
    run("compromised", BOB, "--yes")
    words = ("set-password", BOB, "--yes", "--password-stdin")
    result = run(*words, input="n\u00e9w w\u00f6rd \r\nmore\n")
    assert result.exit_code == 0, result.stderr
    assert "w\u00f6rd" not in result.output
    assert auth.check_session(session_id) is None
    assert auth.valid_login(BOB, "n\u00e9w w\u00f6rd ")
    with pytest.raises(InvalidToken):
        auth.update_password(token, "another")
    assert mailed.letters(auth.db) == [("password_changed", BOB)]


@pytest.mark.parametrize("given", ["", "\n", b"\xff\n"])
def test_a_password_that_is_none(auth: Auth, given: str | bytes) -> None:
    words = ("set-password", BOB, "--yes", "--password-stdin")
    result = run(*words, input=given)
    assert result.exit_code == 1
    assert result.stderr.startswith("bienvenue: standard input: ")
    assert auth.valid_login(BOB, WORD)


def test_the_policy_holds_for_operators_too(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIENVENUE_SECRET_KEY", "k" * 40)
    words = ("set-password", BOB, "--yes", "--password-stdin")
    result = run(*words, input="short\n")
    assert result.exit_code == 1
    assert result.stderr.startswith("bienvenue: password is shorter")
    assert auth.valid_login(BOB, WORD)


def test_a_password_is_typed_twice_and_not_shown(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = run("set-password", BOB, "--yes")
    assert refused.exit_code == 1
    assert "--password-stdin" in refused.stderr
    monkeypatch.setattr(asked, "_somebody_is_there", lambda: True)
    result = run("set-password", BOB, input="y\nnew word\nnew word\n")
    assert result.exit_code == 0, result.stderr
    assert "new word" not in result.output
    assert auth.valid_login(BOB, "new word")


def test_an_account_is_added(auth: Auth) -> None:
    add = ("add", "Eve@EXAMPLE.com", "--password-stdin")
    result = run(*add, input="quiet\n")
    assert result.stdout == "Eve@example.com: added, account 2\n"
    assert auth.valid_login("eve@example.com", "quiet")
    taken = run(*add, input="quiet\n")
    assert taken.exit_code == 1
    assert taken.stderr == ("bienvenue: User Eve@example.com already exists\n")
    for words in (["no address"], [BOB + "x\n"]):
        result = run("add", *words, "--no-password")
        assert result.exit_code == 1
        assert result.stderr == "bienvenue: email is not a valid address\n"
    result = run(
        "add", "al@example.com", "--no-password", "--verified", "--json"
    )
    assert json.loads(result.stdout) == {
        "id": 3,
        "email": "al@example.com",
        "done": "added",
        "verified": True,
        "has_password": False,
    }
    al = auth.db.find_user_by(email="al@example.com")
    assert al.verified_at is not None
    assert not auth.valid_login("al@example.com", "!")
    assert run("add", "x@example.com").exit_code == 1
    both = ("--no-password", "--password-stdin")
    assert run("add", "x@example.com", *both).exit_code == 2
    assert mailed.letters(auth.db) == []


def test_an_added_account_may_have_to_be_verified(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIENVENUE_SECRET_KEY", "k" * 40)
    result = run("add", "eve@example.com", "--no-password")
    assert result.exit_code == 0
    assert "bienvenue user verify" in result.stderr


def test_nothing_is_made_to_be_changed(tmp_path: Path, auth: Auth) -> None:
    file = tmp_path / "acounts.db"
    url = ("--database-url", f"sqlite:///{file}")
    for word in ("show", "list", "disable"):
        words = [] if word == "list" else [BOB]
        result = run(word, *words, *url)
        assert result.exit_code == 1
        assert result.stderr.count("\n") == 1
        assert "acounts.db" in result.stderr
    assert not file.exists()
