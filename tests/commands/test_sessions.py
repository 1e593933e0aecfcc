"""``bienvenue session``, as an operator types it."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bienvenue import DB, Auth, Settings
from bienvenue.cli import cli
from bienvenue.client import Client

BOB, WORD = "Bob@example.com", "b4l0u"


@pytest.fixture
def auth(db: DB, url: str, monkeypatch: pytest.MonkeyPatch) -> Auth:
    """Two accounts in the database that the commands open."""
    monkeypatch.setenv("BIENVENUE_DATABASE_URL", url)
    found = Auth(db, Settings(bcrypt_rounds=4))
    found.register_user(BOB, WORD)
    found.register_user("eve@example.com", WORD)
    return found


def run(*words: str, **more: Any) -> Result:
    return CliRunner().invoke(cli, ["session", *words], **more)


def begin(auth: Auth, agent: str = "curl/8", email: str = BOB) -> str:
    return auth.log_in(email, WORD, Client("192.0.2.1", agent))


def listed(address: str = BOB) -> list[dict[str, Any]]:
    found = json.loads(run("list", address, "--json").stdout)
    assert found["email"] == address
    sessions: list[dict[str, Any]] = found["sessions"]
    return sessions


def test_sessions_are_listed_without_what_opens_them(auth: Auth) -> None:
    ids = [begin(auth), begin(auth, "Firefox\x1b[31m")]
    done = run("list", "bob@example.com")
    newest, oldest, total = done.stdout.splitlines()
    assert newest.endswith("Firefox[31m")
    assert oldest.endswith("192.0.2.1  curl/8")
    assert total == "Bob@example.com: 2 sessions"
    for each in ids:
        assert each not in done.output
    assert list(listed()[0]) == [
        *("id", "created_at", "last_seen_at", "expires_at"),
        *("address", "agent"),
    ]


def test_one_session_is_ended_and_no_other(auth: Auth) -> None:
    first, second = begin(auth), begin(auth)
    number = str(listed()[-1]["id"])
    assert run("end", BOB, number).exit_code == 1
    dry = run("end", BOB, number, "--dry-run")
    assert dry.stdout == f"{BOB}: 1 session would end\n"
    assert auth.check_session(first)
    done = run("end", BOB, number, number, "--yes")
    assert done.stdout == f"{BOB}: 1 session ended\n"
    assert auth.check_session(first) is None
    assert auth.check_session(second)
    again = run("end", BOB, number, "--yes")
    assert again.exit_code == 1
    assert again.stderr == (f"bienvenue: no live session of {BOB}: {number}\n")


def test_nobody_elses_session_is_ended(auth: Auth) -> None:
    eves = begin(auth, email="eve@example.com")
    mine = begin(auth)
    numbers = [
        str(each["id"])
        for who in ("eve@example.com", BOB)
        for each in listed(who)
    ]
    assert run("end", BOB, *numbers, "--yes").exit_code == 1
    assert auth.check_session(eves)
    assert auth.check_session(mine)


@pytest.mark.engine("sqlite")
def test_all_sessions_are_ended(auth: Auth) -> None:
    ids = [begin(auth), begin(auth)]
    done = run("end", BOB, "--all", "--yes", "--json")
    found = json.loads(done.stdout)
    assert (found["sessions"], found["dry_run"]) == (2, False)
    assert [auth.check_session(each) for each in ids] == [None, None]
    number = begin(auth) and str(listed()[0]["id"])
    one = run("end", BOB, number, "--yes", "--json")
    assert json.loads(one.stdout)["sessions"] == 1


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("which", [[], ["1", "--all"], ["x"]])
def test_it_has_to_be_said_which(auth: Auth, which: list[str]) -> None:
    session_id = begin(auth)
    assert run("end", BOB, *which, "--yes").exit_code == 2
    assert auth.check_session(session_id)


@pytest.mark.engine("sqlite")
def test_an_address_that_nobody_has(auth: Auth) -> None:
    for words in (["list"], ["end", "--all", "--yes"]):
        done = run(words[0], "no@example.com", *words[1:])
        assert done.exit_code == 1
        assert done.stderr == "bienvenue: no account has this address\n"
