"""Exports of Keycloak and Firebase; hashes as those two make them."""

import base64
import hashlib
import json
from pathlib import Path

import argon2.low_level
import pytest
from click.testing import CliRunner, Result

from bienvenue import DB, Auth, Settings
from bienvenue.cli import cli

PASSWORD = "correct horse é"
SALT = bytes(range(16))
EMAIL = "ann@example.com"


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def keycloak(algorithm: str, digest: bytes, **more: object) -> object:
    """Return a user as a realm's export has one."""
    how = {"hashIterations": 10, "algorithm": algorithm, **more}
    return {
        "username": "ann",
        "email": EMAIL,
        "emailVerified": True,
        "enabled": True,
        "createdTimestamp": 1577934245000,
        "attributes": {"locale": ["fr"]},
        "credentials": [
            {"type": "otp", "secretData": "{}", "credentialData": "{}"},
            {
                "type": "password",
                "secretData": json.dumps(
                    {"value": b64(digest), "salt": b64(SALT)}
                ),
                "credentialData": json.dumps(how),
            },
        ],
    }


def derived(name: str) -> bytes:
    return hashlib.pbkdf2_hmac(name, PASSWORD.encode(), SALT, 10, 64)


ARGON = argon2.low_level.hash_secret_raw(
    PASSWORD.encode(),
    SALT,
    time_cost=10,
    memory_cost=64,
    parallelism=1,
    hash_len=32,
    type=argon2.low_level.Type.ID,
)
ARGON_EXTRA = {
    "hashLength": ["32"],
    "memory": ["64"],
    "type": ["id"],
    "version": ["1.3"],
    "parallelism": ["1"],
}


def bring_in(
    db: DB, tmp_path: Path, content: object, source: str, *more: str
) -> Result:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(content))
    url = db.url.render_as_string(hide_password=False)
    given = ["user", "import", str(file), "--database-url", url]
    return CliRunner().invoke(cli, [*given, "--from", source, *more])


@pytest.mark.parametrize(
    "user",
    [
        keycloak("pbkdf2", derived("sha1")),
        keycloak("pbkdf2-sha256", derived("sha256")),
        keycloak("pbkdf2-sha512", derived("sha512")),
        keycloak("argon2", ARGON, additionalParameters=ARGON_EXTRA),
    ],
)
def test_keycloak_s_users_sign_in(
    db: DB, tmp_path: Path, user: object
) -> None:
    result = bring_in(db, tmp_path, {"users": [user]}, "keycloak")
    assert (result.exit_code, result.output) == (0, "imported 1\n")
    auth = Auth(db, Settings(bcrypt_rounds=4))
    assert not auth.valid_login(EMAIL, "another")
    assert auth.valid_login(EMAIL, PASSWORD)
    kept = db.find_user_by(email=EMAIL)
    assert kept.hashed_password.startswith("$2b$04$")
    assert (kept.language, kept.disabled_at) == ("fr", None)
    assert kept.created_at.isoformat() == "2020-01-02T03:04:05+00:00"
    assert kept.verified_at is not None


def test_a_scheme_that_is_not_known_is_told_by_its_place(
    db: DB, tmp_path: Path
) -> None:
    users = [{"email": "bob@example.com"}, keycloak("md5", b"x")]
    result = bring_in(db, tmp_path, {"users": users}, "keycloak")
    assert result.exit_code == 1
    assert result.output.splitlines()[0] == (
        "line 2: its password is kept in a way that is not known"
    )


# The example in the description of Firebase's own scrypt utility.
PROJECT = {
    "base64_signer_key": (
        "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0Qs"
        "EmYUSDzZvpjeJ9WmXA=="
    ),
    "base64_salt_separator": "Bw==",
    "rounds": 8,
    "mem_cost": 14,
}
FIREBASE = {
    "localId": "x",
    "email": EMAIL,
    "emailVerified": False,
    "passwordHash": (
        "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZ"
        "ilo78198JAdRuid5lQ=="
    ),
    "salt": "42xEC+ixf3L2lw==",
    "createdAt": "1577934245000",
    "disabled": True,
}


@pytest.mark.parametrize("alphabet", ["+/", "-_"])
def test_firebase_s_users_sign_in(
    db: DB, tmp_path: Path, alphabet: str
) -> None:
    project = tmp_path / "project.json"
    project.write_text(json.dumps(PROJECT))
    table = str.maketrans("+/", alphabet)
    user = FIREBASE | {
        name: str(FIREBASE[name]).translate(table)
        for name in ("passwordHash", "salt")
    }
    others = {"email": "social@example.com", "emailVerified": True}
    config = ["--firebase-config", str(project)]
    content = {"users": [user, others]}
    result = bring_in(db, tmp_path, content, "firebase", *config)
    assert (result.exit_code, result.output) == (0, "imported 2\n")
    assert db.find_user_by(email=EMAIL).disabled_at is not None
    db.update_user(db.find_user_by(email=EMAIL).id)
    hasher = Auth(db, Settings(bcrypt_rounds=4)).hasher
    kept = db.find_user_by(email=EMAIL).hashed_password
    assert hasher.verify("user1password", kept)
    assert not hasher.verify("user2password", kept)
    assert db.find_user_by(email="social@example.com").verified_at


@pytest.mark.parametrize(
    ("content", "said"),
    [({"users": 7}, "has no list"), ([], "is not a JSON object")],
)
def test_another_kind_of_file_is_refused(
    db: DB, tmp_path: Path, content: object, said: str
) -> None:
    result = bring_in(db, tmp_path, content, "keycloak")
    assert result.exit_code == 1
    assert said in result.output


def test_firebase_wants_its_parameters(db: DB, tmp_path: Path) -> None:
    content = {"users": [FIREBASE]}
    without = bring_in(db, tmp_path, content, "firebase")
    assert "--firebase-config: wants" in without.output
    poor = tmp_path / "poor.json"
    poor.write_text("{}")
    result = bring_in(
        db, tmp_path, content, "firebase", "--firebase-config", str(poor)
    )
    assert "wants base64_salt_separator" in result.output
