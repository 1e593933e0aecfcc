"""``bienvenue doctor``, as an operator types it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bienvenue import doctor
from bienvenue.cli import cli
from bienvenue.config import Settings
from bienvenue.doctor import Asked, Finding, hashing
from bienvenue.doctor.finding import State, failed, ok, warning
from tests.redis_server import started as started_redis
from tests.service import environment, finished
from tests.smtp import listening

SECRETS = ("s" * 40, "hidden-smtp", "hidden-pepper" * 3)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(cli, ["doctor", *arguments], **options)


def finding(monkeypatch: pytest.MonkeyPatch, *found: Finding) -> None:
    """Have the doctor find this and nothing else."""
    monkeypatch.setattr(doctor, "examine", lambda *_: iter(found))


def test_everything_of_production_is_tried_for_real(tmp_path: Path) -> None:
    secret, password, pepper = SECRETS
    assert finished(tmp_path, "db", "upgrade").returncode == 0
    with started_redis() as redis, listening() as server:
        done = finished(
            tmp_path,
            *("doctor", "--deploy", "--json", "--send-to", "me@example.com"),
            env={
                "BIENVENUE_SECRET_KEY": secret,
                "BIENVENUE_TLS_PROXY": "true",
                "BIENVENUE_TRUSTED_HOPS": "1",
                "BIENVENUE_PUBLIC_URL": "https://accounts.example.com",
                "BIENVENUE_BCRYPT_ROUNDS": "10",
                "BIENVENUE_PASSWORD_PEPPER": pepper,
                "BIENVENUE_REDIS_URL": redis.url,
                "BIENVENUE_MAIL": "smtp",
                "BIENVENUE_MAIL_FROM": "no-reply@example.com",
                "BIENVENUE_SMTP_HOST": "127.0.0.1",
                "BIENVENUE_SMTP_PORT": str(server.port),
                "BIENVENUE_SMTP_SECURITY": "none",
                "BIENVENUE_SMTP_PASSWORD": password,
                "BIENVENUE_REQUIRE_VERIFIED_EMAIL": "",
            },
        )
        assert len(server.envelopes) == 1
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert (found["ok"], found["failed"]) == (True, 0)
    checks = {each["check"] for each in found["findings"]}
    assert checks == {
        "configuration",
        "files",
        "clock",
        "database",
        "migrations",
        "redis",
        "mail",
        "hash cost",
        "letters",
        "accounts",
    }
    for each in found["findings"]:
        assert set(each) == {"check", "state", "said", "fix"}
        assert (each["fix"] is None) == (each["state"] in ("ok", "skipped"))
    assert not any(each in done.stdout for each in SECRETS)


def test_what_serve_would_refuse_fails(tmp_path: Path) -> None:
    done = finished(tmp_path, "doctor", "--deploy")
    assert done.returncode == 1
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if "secret_key" in line)
    assert lines[at].startswith("failed   configuration  secret_key: ")
    assert "-> export BIENVENUE_SECRET_KEY=" in lines[at + 1]
    assert re.fullmatch(r"\d+ failed, \d+ warnings?", lines[-1])


def test_settings_that_cannot_be_read_are_one_line(tmp_path: Path) -> None:
    done = finished(tmp_path, "doctor", "--json", env={"BIENVENUE_PROT": "1"})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "BIENVENUE_PORT" in done.stderr


@pytest.mark.parametrize(
    ("found", "status", "total"),
    [
        ([ok("a", "is fine")], 0, "all is well"),
        ([warning("a", "so so", "do b")], 0, "0 failed, 1 warning"),
        ([failed("a", "is not", "do b")], 1, "1 failed, 0 warnings"),
    ],
)
def test_only_what_failed_fails_it(
    monkeypatch: pytest.MonkeyPatch,
    found: list[Finding],
    status: int,
    total: str,
) -> None:
    finding(monkeypatch, *found)
    plain = run()
    assert plain.exit_code == status
    assert plain.stdout.endswith(f"\n\n{total}\n")
    as_json = run("--json")
    assert as_json.exit_code == status
    assert json.loads(as_json.stdout)["ok"] == (status == 0)


def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    finding(monkeypatch, failed("a", "is not", "do b"))
    escape = "\x1b["
    assert escape not in run().stdout
    assert escape in run(color=True).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert escape not in run(color=True).stdout


def test_one_check_that_fails_us_is_not_the_end_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_settings: Settings) -> Iterator[Finding]:
        raise RuntimeError("hidden text")
        yield

    monkeypatch.setattr(hashing, "examine", broken)
    found = list(doctor.examine(Settings(), Asked()))
    (one,) = [each for each in found if each.check == "hash cost"]
    assert one.state is State.FAILED
    assert "RuntimeError" in one.said
    assert "hidden text" not in f"{one}"
    with pytest.raises(RuntimeError):
        list(doctor.examine(Settings(), Asked(debug=True)))


def test_a_url_that_is_none_is_told_before_all() -> None:
    done = run("--url", "accounts.example.com")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "bienvenue: --url: write https://accounts.example.com\n"
    )


def test_it_needs_no_flask_where_no_service_is_asked(tmp_path: Path) -> None:
    """It must work where the service itself does not start."""
    program = (
        "import sys\n"
        "from bienvenue.cli import cli\n"
        "cli(['doctor'], standalone_mode=False)\n"
        "print({'flask', 'granian', 'alembic', 'redis'} & {*sys.modules})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.endswith("\nset()\n")
