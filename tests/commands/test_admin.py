"""``bienvenue admin``: who looks after the service, said at a terminal."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bienvenue import Auth, roles
from bienvenue.cli import cli
from bienvenue.commands import dev, opened
from bienvenue.errors import InvalidToken
from bienvenue.features.admin import first
from bienvenue.features.admin.flow import Admin
from tests.commands.accounts import BOB, WORD, at_hand
from tools.docs import ROOT

ANN, AL, EVE = "ann@example.com", "al@example.com", "eve@example.com"


@pytest.fixture
def auth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Auth]:
    """An account in the database that the commands open."""
    with at_hand(tmp_path, monkeypatch) as found:
        yield found


def run(*words: str, **more: Any) -> Result:
    return CliRunner().invoke(cli, ["admin", *words], **more)


def admins(auth: Auth) -> list[str]:
    return [each.email for each in Admin(auth).users(status="admin").items]


def test_an_account_there_is_is_promoted(auth: Auth) -> None:
    dry = run("create", BOB, "--dry-run")
    assert dry.stdout == f"{BOB}: would be an admin\n"
    assert run("create", BOB).exit_code == 1  # nobody to ask
    assert admins(auth) == []
    done = run("create", "Bob@Example.com", "--yes")
    assert done.stdout == f"{BOB}: an admin\n"
    assert admins(auth) == [BOB]
    newest = Admin(auth).events().items[0]
    assert newest.event == "authz_change"
    assert newest.detail["operator"]
    assert newest.actor_id is None


def test_a_new_address_chooses_its_password_by_a_link(auth: Auth) -> None:
    dry = run("create", ANN, "--dry-run")
    assert dry.stdout == f"{ANN}: would be added as an admin\n"
    assert run("create", ANN).exit_code == 1
    assert auth.create_session(ANN) is None
    more = {"BIENVENUE_RESET_TOKEN_LIFETIME_SECONDS": "600"}
    done = run("create", ANN, "--yes", env=more)
    assert "within 10 minutes" in done.stderr
    said, url = done.stdout.splitlines()
    assert said == f"{ANN}: added as an admin"
    assert url.startswith("http://localhost:5000/reset_password?token=")
    assert not auth.valid_login(ANN, "")
    token = url.partition("=")[2]
    auth.update_password(token, WORD, email=ANN)
    assert auth.valid_login(ANN, WORD)
    assert admins(auth) == [ANN]


@pytest.mark.parametrize("made_by", ["admin create", "user add"])
def test_a_lost_link_has_a_second_one(auth: Auth, made_by: str) -> None:
    words = {"admin create": ["--yes"], "user add": ["--no-password"]}
    made = [*made_by.split(), ANN, *words[made_by]]
    first_link = CliRunner().invoke(cli, made).stdout.splitlines()[-1]
    before = admins(auth)
    dry = run("create", ANN, "--dry-run")
    assert dry.exit_code == 0
    assert " would be " in dry.stdout
    assert "/reset_password" not in dry.stdout
    assert run("create", ANN).exit_code == 1  # nobody to ask
    assert admins(auth) == before
    done = run("create", ANN, "--yes")
    assert done.exit_code == 0, done.stderr
    assert "open it once, within " in done.stderr
    said, url = done.stdout.splitlines()
    assert said == f"{ANN}: an admin, who has no password yet"
    assert admins(auth) == [ANN]
    if made_by == "admin create":
        with pytest.raises(InvalidToken):
            auth.update_password(first_link.partition("=")[2], WORD)
    auth.update_password(url.partition("=")[2], WORD, email=ANN)
    assert auth.valid_login(ANN, WORD)
    again = run("create", ANN, "--yes")
    assert again.stdout == f"{ANN}: an admin\n"  # and no link any more


def test_a_second_link_is_told_to_programs(auth: Auth) -> None:
    run("create", ANN, "--yes")
    done = json.loads(run("create", ANN, "--yes", "--json").stdout)
    assert list(done) == ["email", "done", "url", "dry_run"]
    token = done["url"].partition("/reset_password?token=")[2]
    auth.update_password(token, WORD, email=ANN)


def test_a_link_promotes_nobody_who_is_refused(auth: Auth) -> None:
    strict = {"BIENVENUE_STRICT": "true"}
    CliRunner().invoke(cli, ["user", "add", ANN, "--no-password"])
    refused = run("create", ANN, "--yes", env=strict)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"bienvenue user verify {ANN}" in refused.stderr
    CliRunner().invoke(cli, ["user", "disable", ANN, "--yes"])
    shut = run("create", ANN, "--yes")
    assert (shut.exit_code, shut.stdout) == (1, "")
    assert admins(auth) == []


@pytest.mark.parametrize("words", [["create"], ["create", ANN]])
def test_a_link_says_how_its_beginning_was_chosen(
    auth: Auth, words: list[str]
) -> None:
    assert run(*words, "--dry-run").stderr == ""
    by_default = run(*words, "--yes")
    assert "\nhttp://localhost:5000/" in by_default.stdout
    assert (
        "It begins with http://localhost:5000, after the setting port"
        " (default), as public_url is not set.\n"
    ) in by_default.stderr
    assert "--port" in by_default.stderr
    assert "BIENVENUE_PORT" in by_default.stderr


@pytest.mark.parametrize(
    ("variable", "base", "said"),
    [
        (
            {"BIENVENUE_PORT": "8080"},
            "http://localhost:8080",
            "after the setting port (environment), as public_url is not",
        ),
        # What somebody has chosen is not explained to them.
        (
            {"BIENVENUE_PUBLIC_URL": "https://accounts.example.com/auth"},
            "https://accounts.example.com/auth",
            "",
        ),
    ],
)
def test_the_beginning_of_a_link_is_set(
    auth: Auth, variable: dict[str, str], base: str, said: str
) -> None:
    done = run("create", ANN, "--yes", env=variable)
    assert f"\n{base}/reset_password?token=" in done.stdout
    assert said in done.stderr
    assert ("public_url" in done.stderr) == bool(said)
    as_json = run("create", EVE, "--yes", "--json", env=variable)
    assert json.loads(as_json.stdout)["url"].startswith(f"{base}/")
    assert as_json.stderr == ""


def test_production_promotes_no_address_that_nobody_has_proved(
    auth: Auth,
) -> None:
    strict = {"BIENVENUE_STRICT": "true"}
    refused = run("create", BOB, "--yes", env=strict)
    assert refused.exit_code == 1
    assert f"bienvenue user verify {BOB}" in refused.stderr
    assert admins(auth) == []
    CliRunner().invoke(cli, ["user", "verify", BOB, "--yes"], env=strict)
    assert run("create", BOB, "--yes", env=strict).exit_code == 0
    assert admins(auth) == [BOB]


def test_without_an_address_a_link_is_printed(auth: Auth) -> None:
    assert run("create", "--dry-run").stdout == "a link would be printed\n"
    assert run("create").exit_code == 1
    done = json.loads(run("create", "--yes", "--json").stdout)
    token = done["url"].partition("?token=")[2]
    assert done["url"] == f"http://localhost:5000/admin/first?token={token}"
    first.claim(auth, token, ANN, WORD)
    assert admins(auth) == [ANN]
    for more in (["--yes"], ["--dry-run"], []):
        again = run("create", *more)
        assert again.exit_code == 1
        assert "there is an admin already" in again.stderr


def test_admins_are_listed(auth: Auth) -> None:
    none = run("list")
    assert (none.stdout, none.exit_code) == ("", 0)
    assert "nobody" in none.stderr
    auth.register_user(AL, WORD)
    for email in (ANN, BOB, AL):
        run("create", email, "--yes")
    auth.disable_user(1)
    assert run("list").stdout == (
        f"       1  {BOB}  cannot sign in\n       2  {AL}\n"
        f"       3  {ANN}  no password yet\n"
    )
    found = json.loads(run("list", "--json").stdout)["admins"]
    assert [each["active"] for each in found] == [False, True, False]


def test_the_last_admin_is_not_revoked(auth: Auth) -> None:
    done = run("create", ANN, "--yes")
    run("create", BOB, "--yes")
    alone = run("revoke", BOB, "--yes")
    assert alone.exit_code == 1  # Ann has not used her link yet
    assert alone.stderr == (
        f"bienvenue: {BOB} is the last admin who can sign in; {ANN} is one"
        " without a password yet: have them open their link, or: bienvenue"
        f" user set-password {ANN}\n"
    )
    auth.update_password(done.stdout.strip().rpartition("=")[2], WORD)
    assert run("revoke", BOB, "--yes").stdout == f"{BOB}: no admin any more\n"
    last = run("revoke", ANN, "--yes")
    assert last.exit_code == 1
    assert last.stderr == (
        f"bienvenue: {ANN} is the last admin who can sign in; make another"
        " one first, with `bienvenue admin create ADDRESS`\n"
    )
    assert admins(auth) == [ANN]


@pytest.mark.parametrize("more", [["--yes"], ["--dry-run"], []], ids=str)
def test_whoever_is_no_admin_loses_nothing(
    auth: Auth, more: list[str]
) -> None:
    before = Admin(auth).events().items[0]
    done = run("revoke", BOB, *more)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{BOB}: was no admin; nothing was done\n"
    assert json.loads(run("revoke", BOB, *more, "--json").stdout) == {
        "id": 1,
        "email": BOB,
        "done": "was no admin; nothing was done",
        "dry_run": "--dry-run" in more,
    }
    assert Admin(auth).events().items[0] == before


def test_help_and_readme_say_who_keeps_the_role() -> None:
    said = "last admin who can sign in keeps "
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    helped = " ".join(run("revoke", "--help").stdout.split())
    assert said in readme
    assert said in helped


def test_nobody_who_is_shut_out_is_named_as_the_next_admin(
    auth: Auth,
) -> None:
    for email in (BOB, ANN, EVE):
        run("create", email, "--yes")
    CliRunner().invoke(cli, ["user", "disable", EVE, "--yes"])
    assert f"set-password {ANN}\n" in run("revoke", BOB, "--yes").stderr
    CliRunner().invoke(cli, ["user", "disable", ANN, "--yes"])
    assert "set-password" not in run("revoke", BOB, "--yes").stderr


@pytest.mark.parametrize(
    "words", [("admin", "revoke"), ("user", "disable"), ("user", "delete")]
)
def test_a_dry_run_promises_nothing_that_is_then_refused(
    auth: Auth, words: tuple[str, str]
) -> None:
    run("create", BOB, "--yes")
    real, dry, asking = (
        CliRunner().invoke(cli, [*words, BOB, *more])
        for more in (["--yes"], ["--dry-run"], [])
    )
    assert real.exit_code == dry.exit_code == asking.exit_code == 1
    assert real.stdout == dry.stdout == ""
    assert "last admin" in dry.stderr
    assert real.stderr == dry.stderr == asking.stderr
    auth.register_user(AL, WORD)
    run("create", AL, "--yes")
    dry = CliRunner().invoke(cli, [*words, BOB, "--dry-run"])
    assert (dry.exit_code, dry.stderr) == (0, "")
    assert "would be " in dry.stdout
    assert admins(auth) == [AL, BOB]


def test_a_disabled_account_is_no_admin(auth: Auth) -> None:
    auth.disable_user(1)
    done = run("create", BOB, "--yes")
    assert done.exit_code == 1
    assert "disabled" in done.stderr
    assert not auth.db.read(roles.exist)


def test_dev_prints_a_link_while_there_is_no_admin(auth: Auth) -> None:
    settings, url = auth.settings, "http://localhost:5000"
    link = dev.admin_link(settings, url)
    assert link is not None
    assert f"\n  {link}" in dev.banner(settings, url, link)
    assert first.is_open(auth.db, link.partition("?token=")[2])
    invited = Admin(auth).events().items[0]
    assert invited.event == "authz_admin_invited"
    assert (invited.agent, invited.detail["operator"]) == (
        "bienvenue dev",
        opened.operator(),
    )
    off = settings.model_copy(update={"admin": False})
    assert dev.admin_link(off, url) is None
    away = settings.model_copy(update={"database_url": "sqlite://"})
    assert dev.admin_link(away, url) is None
    run("create", BOB, "--yes")
    assert dev.admin_link(settings, url) is None
    assert "/admin/" not in dev.banner(settings, url)
