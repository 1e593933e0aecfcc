"""What production refuses, and that the fixes it names mend it."""

import os
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bienvenue.config import Settings
from bienvenue.safety import notes, problems
from tests.server.test_tls import certify
from tests.service import environment, finished

KEY = "k" * 32
SAFE: dict[str, Any] = {
    "profile": "production",
    "secret_key": KEY,
    "tls_proxy": True,
    "trusted_hops": 1,
    "mail": "off",
}
SMTP = {
    "mail": "smtp",
    "smtp_host": "mail.example.com",
    "mail_from": "no-reply@example.com",
    "public_url": "https://accounts.example.com",
}
UNSAFE: list[tuple[str, dict[str, Any]]] = [
    (
        "profile",
        {
            "profile": "development",
            "tokens_in_answers": False,
            "throttle": True,
        },
    ),
    (
        "profile",
        {
            "profile": "development",
            "tokens_in_answers": False,
            "strict": True,
        },
    ),
    ("tokens_in_answers", {"tokens_in_answers": True}),
    ("secret_key", {"secret_key": None}),
    ("tls_proxy", {"tls_proxy": False}),
    ("trusted_hops", {"trusted_hops": 0}),
    ("tls_key", {"tls_certificate": "cert.pem"}),
    ("tls_certificate", {"tls_key": "key.pem"}),
    ("tls_certificate", {"tls_certificate": "no", "tls_key": "no"}),
    ("throttle", {"throttle": False}),
    ("redis_url", {"workers": 2}),
    ("mail", {"mail": "mailbox"}),
    ("require_verified_email", {"require_verified_email": True}),
    ("mail_from", {**SMTP, "mail_from": "Bienvenue <no-reply@localhost>"}),
    ("smtp_host", {**SMTP, "smtp_host": None}),
    ("public_url", {**SMTP, "public_url": None}),
    ("public_url", {**SMTP, "public_url": "http://accounts.example.com"}),
    ("public_url", {"public_url": "http://accounts.example.com"}),
    ("smtp_security", {**SMTP, "smtp_security": "none"}),
    ("bcrypt_rounds", {"bcrypt_rounds": 9}),
    ("breach_file", {"breach_file": "no"}),
    ("database_url", {"database_url": "sqlite://"}),
    ("metrics_token", {"metrics_address": "0.0.0.0:9464"}),
    (
        "otlp_endpoint",
        {
            "otlp_endpoint": "http://collector.example.com:4318",
            "otlp_headers": "x-key=of-the-collector",
        },
    ),
]


def after_pasting(fix: str) -> dict[str, str]:
    """Return the environment of a shell that ran the fix."""
    done = subprocess.run(
        ["sh", "-ec", f"{fix}\nexec env -0"],
        env={"PATH": os.environ["PATH"], "FLASK_DEBUG": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    found = {}
    for entry in done.stdout.split("\0"):
        name, _, value = entry.partition("=")
        found[name] = value
    return found


def write_pair(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    certificate: Path,
    key_file: Path,
) -> None:
    """Write a key, and a certificate for it."""
    certificate.write_bytes(certify(key))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@pytest.mark.parametrize(
    "more",
    [
        {},
        SMTP,
        {"bcrypt_rounds": 10},
        {"host": "::", "allow_remote": True},
        {"database_url": "postgresql://u:p@db/accounts"},
    ],
)
def test_what_is_safe_is_let_through(more: dict[str, Any]) -> None:
    assert problems(Settings(**SAFE | more), {}) == []


@pytest.mark.parametrize(("setting", "more"), UNSAFE)
def test_each_unsafe_setting_is_the_one_problem(
    setting: str, more: dict[str, Any]
) -> None:
    (problem,) = problems(Settings(**SAFE | more), {})
    assert problem.setting == setting
    assert problem.why
    assert KEY not in f"{problem}"


@pytest.mark.parametrize(("setting", "more"), UNSAFE)
def test_its_fix_can_be_pasted_and_mends_it(
    setting: str, more: dict[str, Any]
) -> None:
    (problem,) = problems(Settings(**SAFE | more), {})
    pasted = after_pasting(problem.fix)
    fixed = {
        name.removeprefix("BIENVENUE_").lower(): value
        for name, value in pasted.items()
        if name.startswith("BIENVENUE_")
    }
    left = problems(Settings(**SAFE | more | fixed), {})
    if setting in ("tls_key", "tls_certificate"):
        # The fix names files that this machine does not have.
        assert set(fixed) == {"tls_key", "tls_certificate"}
        assert [one.setting for one in left] == ["tls_certificate"]
        assert "cannot read /etc/ssl/accounts.pem" in left[0].why
    else:
        assert left == []


@pytest.mark.requirement("V13.3.1")
def test_a_generated_key_differs_each_time() -> None:
    (problem,) = problems(Settings(**SAFE | {"secret_key": None}), {})
    name = "BIENVENUE_SECRET_KEY"
    first, second = (after_pasting(problem.fix)[name] for _ in range(2))
    assert first != second
    assert len(first) >= 43


@pytest.mark.parametrize("value", ["1", "true", "YES", "anything"])
def test_flasks_debug_mode_is_a_problem(value: str) -> None:
    (problem,) = problems(Settings(**SAFE), {"FLASK_DEBUG": value})
    assert problem.setting == "FLASK_DEBUG"
    assert "FLASK_DEBUG" not in after_pasting(problem.fix)


@pytest.mark.parametrize("value", ["", "0", "false", "No"])
def test_debug_mode_that_is_off_is_none(value: str) -> None:
    assert problems(Settings(**SAFE), {"FLASK_DEBUG": value}) == []


def test_this_process_counts_when_nothing_else_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert [one.setting for one in problems(Settings(**SAFE))] == [
        "FLASK_DEBUG"
    ]


def test_a_certificate_with_its_key_is_safe(tmp_path: Path) -> None:
    certificate, key_file = tmp_path / "cert.pem", tmp_path / "key.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    write_pair(key, certificate, key_file)
    tls = {"tls_certificate": certificate, "tls_key": key_file}
    assert problems(Settings(**SAFE | tls | {"tls_proxy": False}), {}) == []
    tls["tls_key"] = certificate
    (problem,) = problems(Settings(**SAFE | tls), {})
    assert "PEM key that belongs to it" in problem.why


@pytest.mark.requirement("V11.2.3")
@pytest.mark.parametrize(
    ("key", "strong"),
    [
        (partial(rsa.generate_private_key, 65537, 2048), False),
        (partial(rsa.generate_private_key, 65537, 3072), True),
        (partial(ec.generate_private_key, ec.SECP224R1()), False),
        (partial(ec.generate_private_key, ec.SECP256R1()), True),
        (partial(ec.generate_private_key, ec.SECP384R1()), True),
    ],
    ids=["RSA 2048", "RSA 3072", "P-224", "P-256", "P-384"],
)
def test_a_key_of_less_than_128_bits_is_a_problem(
    tmp_path: Path,
    key: Callable[[], ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey],
    *,
    strong: bool,
) -> None:
    certificate, key_file = tmp_path / "cert.pem", tmp_path / "key.pem"
    write_pair(key(), certificate, key_file)
    tls = {"tls_certificate": certificate, "tls_key": key_file}
    found = problems(Settings(**SAFE | tls), {})
    if strong:
        assert found == []
    else:
        (problem,) = found
        assert problem.setting == "tls_key"
        assert "weaker than 128 bits" in problem.why
        after_pasting(problem.fix)
        new = serialization.load_pem_private_key(
            (tmp_path / "key.pem.new").read_bytes(), None
        )
        assert isinstance(new, ec.EllipticCurvePrivateKey)
        write_pair(new, certificate, key_file)
        assert problems(Settings(**SAFE | tls), {}) == []
        assert "BEGIN CERTIFICATE REQ" in (
            (tmp_path / "key.pem.csr").read_text()
        )


def test_all_fixes_pasted_from_the_screen_make_it_ready(
    tmp_path: Path,
) -> None:
    env = {"FLASK_DEBUG": "1"}
    refused = finished(tmp_path, "check", "--deploy", env=env)
    assert refused.returncode == 1
    assert refused.stdout == ""
    fixes = [
        line for line in refused.stderr.splitlines() if line.startswith("    ")
    ]
    assert len(fixes) == 5
    pasted = after_pasting("\n".join(fixes))
    ours = {k: v for k, v in pasted.items() if k.startswith("BIENVENUE_")}
    done = finished(tmp_path, "check", "--deploy", env=ours)
    assert (done.returncode, done.stdout) == (0, "ready\n")
    said = done.stderr.splitlines()
    assert [each for each in said if each.startswith("worth doing: ")] == [
        "worth doing: host_cookie: " + said[1].partition("host_cookie: ")[2]
    ]
    ours["BIENVENUE_HOST_COOKIE"] = "true"
    done = finished(tmp_path, "check", "--deploy", env=ours)
    assert (done.returncode, done.stdout) == (0, "ready\n")
    assert all(each.startswith("note: ") for each in done.stderr.splitlines())
    assert "FLASK_DEBUG" not in environment()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("chosen", "noted"),
    [
        (SMTP, []),
        ({}, ["reveal_taken_addresses"]),
        (SMTP | {"reveal_taken_addresses": True}, ["reveal_taken_addresses"]),
        (SMTP | {"require_verified_email": False}, ["require_verified_email"]),
    ],
)
def test_what_a_registration_tells_is_said(
    chosen: dict[str, Any], noted: list[str]
) -> None:
    settings = Settings(**{**SAFE, **chosen})
    assert problems(settings, {}) == []
    assert [note.partition(":")[0] for note in notes(settings)] == noted
