"""What ``check --deploy`` says of the accounts there are."""

from pathlib import Path

import pytest
from sqlalchemy import text

from bienvenue import DB
from tests.service import finished

ENV = {
    "BIENVENUE_SECRET_KEY": "k" * 32,
    "BIENVENUE_TLS_PROXY": "true",
    "BIENVENUE_TRUSTED_HOPS": "1",
    "BIENVENUE_PUBLIC_URL": "https://accounts.example.com",
    "BIENVENUE_BCRYPT_ROUNDS": "10",
    "BIENVENUE_MAIL": "smtp",
    "BIENVENUE_MAIL_FROM": "no-reply@example.com",
    "BIENVENUE_SMTP_HOST": "smtp.example.com",
    "BIENVENUE_REQUIRE_VERIFIED_EMAIL": "",
}
HASH = "$2b$04$" + "a" * 53
WAITING = "2 of 3 accounts have an address that was never verified"


def check(folder: Path, url: str, **env: str) -> str:
    """Return what a check that passes has to say beside that."""
    done = finished(
        folder,
        "check",
        "--deploy",
        env={**ENV, "BIENVENUE_DATABASE_URL": url, **env},
    )
    assert (done.returncode, done.stdout) == (0, "ready\n"), done.stderr
    return done.stderr


def test_it_counts_who_cannot_sign_in(
    tmp_path: Path, db: DB, url: str
) -> None:
    assert "never verified" not in check(tmp_path, url)
    for name in ("a", "b", "c"):
        db.add_user(f"{name}@example.com", HASH)
    db.write(
        lambda unit: unit.execute(
            text("UPDATE users SET verified_at = 1 WHERE email_key LIKE 'b%'")
        )
    )
    assert WAITING in check(tmp_path, url)
    off = {"BIENVENUE_REQUIRE_VERIFIED_EMAIL": "false"}
    assert "never verified" not in check(tmp_path, url, **off)


def test_a_database_that_is_away_does_not_fail_it(tmp_path: Path) -> None:
    said = check(tmp_path, "postgresql://me:hidden@127.0.0.1:1/accounts")
    assert "note: the accounts could not be looked at" in said
    assert "hidden" not in said


@pytest.mark.parametrize("there", [True, False])
def test_a_database_still_to_be_made_is_no_matter(
    tmp_path: Path, *, there: bool
) -> None:
    file = tmp_path / "a.db"
    if there:
        file.touch()
    assert "accounts" not in check(tmp_path, f"sqlite:///{file}").replace(
        "who has an account", ""
    )
    assert file.exists() == there
