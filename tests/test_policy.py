"""What a new password must be, in either profile."""

import pytest

from bienvenue import policy
from bienvenue.config import Settings
from bienvenue.errors import (
    InvalidPassword,
    PasswordTooLong,
    PasswordTooShort,
)

DEVELOPMENT = Settings()
STRICT = Settings(strict=True)
PRODUCTION = Settings(profile="production", password_min_length=8)


@pytest.mark.parametrize("password", ["x", b"x", " ", "b4l0u", "\U0001f512"])
def test_development_takes_any_that_is_not_empty(
    password: str | bytes,
) -> None:
    policy.check(password, DEVELOPMENT)


@pytest.mark.parametrize("settings", [DEVELOPMENT, STRICT, PRODUCTION])
def test_no_profile_takes_what_is_no_password(settings: Settings) -> None:
    for empty in ("", b"", "\ud800", b"\xff"):
        with pytest.raises(InvalidPassword):
            policy.check(empty, settings)
    with pytest.raises(PasswordTooLong):
        policy.check("x" * 1025, settings)


@pytest.mark.parametrize(
    ("settings", "least"), [(STRICT, 15), (PRODUCTION, 8)]
)
@pytest.mark.parametrize("letter", ["x", "\u00e9", "\U0001f512", "e\u0301"])
def test_length_counts_code_points_after_nfc(
    settings: Settings, least: int, letter: str
) -> None:
    """NIST SP 800-63B-4, 3.1.1.2; and no rule of composition."""
    policy.check(letter * least, settings)
    policy.check((letter * least).encode(), settings)
    with pytest.raises(PasswordTooShort, match=f"shorter than {least} ch"):
        policy.check(letter * (least - 1), settings)


def test_a_refusal_does_not_repeat_the_password() -> None:
    with pytest.raises(PasswordTooShort) as caught:
        policy.check("hunter2", STRICT)
    assert "hunter2" not in str(caught.value)
