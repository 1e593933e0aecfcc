"""``bienvenue user show`` and its neighbours."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bienvenue import Auth, Settings
from bienvenue.cli import cli
from bienvenue.commands import asked
from bienvenue.errors import UserNotFound

BOB, WORD = "Bob@example.com", "b4l0u"


@pytest.fixture
def auth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Auth]:
    """An account in the database that the commands open."""
    url = f"sqlite:///{tmp_path / 'accounts.db'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIENVENUE_DATABASE_URL", url)
    found = Auth(settings=Settings(database_url=url, bcrypt_rounds=4))
    found.register_user(BOB, WORD)
    yield found
    found.close()


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
    assert run("disable", BOB).stdout == f"{BOB}: disabled\n"
    assert auth.check_session(session_id) is None
    assert not auth.valid_login(BOB, WORD)
    found = json.loads(run("show", BOB, "--json").stdout)
    assert found["disabled_at"]
    result = run("enable", BOB, "--json")
    assert json.loads(result.stdout) == {
        "id": 1,
        "email": BOB,
        "done": "enabled",
    }
    assert auth.valid_login(BOB, WORD)


def test_an_account_is_signed_out_everywhere(auth: Auth) -> None:
    ids = [auth.log_in(BOB, WORD) for _ in range(3)]
    assert run("end-sessions", BOB).stdout == (
        f"{BOB}: signed out everywhere\n"
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
    "word", ["show", "disable", "enable", "end-sessions", "delete"]
)
def test_an_address_that_nobody_has_is_told(auth: Auth, word: str) -> None:
    for address in ("eve@example.com", "nonsense", "\udcff", "a\0b"):
        result = run(word, address, *(["--yes"] if word == "delete" else []))
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr == "bienvenue: no account has this address\n"
    assert auth.valid_login(BOB, WORD)
    assert run(word).exit_code == 2
