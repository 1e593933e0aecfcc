"""What a new password must be, in either profile."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bienvenue import policy
from bienvenue.config import Settings
from bienvenue.errors import (
    InvalidPassword,
    PasswordCommon,
    PasswordContext,
    PasswordTooLong,
    PasswordTooShort,
)
from bienvenue.policy import common, context, patterns
from tests import phrases

DEVELOPMENT = Settings()
STRICT = Settings(strict=True)
PRODUCTION = Settings(profile="production", password_min_length=8)
LISTED = frozenset(common.load())
PHRASES = [phrases.ASCII, phrases.COMPOSED, phrases.EMOJI]
thorough = settings(max_examples=300, deadline=None)


@pytest.mark.parametrize("password", ["x", b"x", " ", "b4l0u", "\U0001f512"])
def test_development_takes_any_that_is_not_empty(
    password: str | bytes,
) -> None:
    policy.check(password, DEVELOPMENT, email="b4l0u@example.com")


@pytest.mark.parametrize(
    ("settings", "least"), [(DEVELOPMENT, 0), (STRICT, 15), (PRODUCTION, 8)]
)
def test_the_least_length_is_that_of_the_rules_in_force(
    settings: Settings, least: int
) -> None:
    assert policy.least_length(settings) == least


@pytest.mark.parametrize("settings", [DEVELOPMENT, STRICT, PRODUCTION])
def test_no_profile_takes_what_is_no_password(settings: Settings) -> None:
    for empty in ("", b"", "\ud800", b"\xff"):
        with pytest.raises(InvalidPassword):
            policy.check(empty, settings)
    with pytest.raises(PasswordTooLong):
        policy.check("x" * 1025, settings)


@pytest.mark.requirement("V6.2.1", "NIST-63B-3.1.1.2-e")
@pytest.mark.parametrize(
    ("settings", "least"), [(STRICT, 15), (PRODUCTION, 8)]
)
@pytest.mark.parametrize("phrase", PHRASES)
def test_length_counts_code_points_after_nfc(
    settings: Settings, least: int, phrase: str
) -> None:
    """NIST SP 800-63B-4, 3.1.1.2; and no rule of composition."""
    password = phrases.cut(phrase, least)
    assert len(unicodedata.normalize("NFC", password)) == least
    policy.check(password, settings)
    policy.check(password.encode(), settings)
    with pytest.raises(PasswordTooShort, match=f"shorter than {least} ch"):
        policy.check(phrases.cut(phrase, least - 1), settings)


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("hunter2", PasswordTooShort),
        ("Password2024!!!", PasswordCommon),
        ("Bienvenue2024!!", PasswordContext),
    ],
)
@pytest.mark.requirement("NIST-63B-3.1.1.2-j")
def test_each_cause_has_a_code_and_none_repeats_the_password(
    password: str, error: type[InvalidPassword]
) -> None:
    with pytest.raises(InvalidPassword) as caught:
        policy.check(password, STRICT)
    assert type(caught.value) is error
    assert error.code != InvalidPassword.code
    assert password not in str(caught.value)


@pytest.mark.requirement("NIST-63B-3.1.1.2-g")
@pytest.mark.parametrize(
    "password",
    [
        "all lower case words here",
        "ALL CAPITALS AND NO DIGIT",
        "8391 4420 1187 9920",
        "mississippi bookkeeper",
        "aaaa bbbb thirteen zebras",
        "               .  ..    : ,   ;  -",
        "".join(map(chr, range(0x3042, 0x3090, 5))),
        phrases.EMOJI,
        "\U0001f512" * 15,
        "xkxkxkxkxkxkxkx",
        "SUNFLOWER lamp " * 3,
    ],
)
def test_a_single_kind_of_character_is_enough(password: str) -> None:
    policy.check(password, STRICT, email="ada@example.com")


@pytest.mark.requirement("NIST-63B-3.1.1.2-d", "NIST-63B-3.1.1.2-g")
@thorough
@given(st.text(st.characters(codec="utf-8"), min_size=15, max_size=40))
def test_what_is_refused_is_refused_for_a_reason(password: str) -> None:
    """Whatever it is made of: only length, lists and patterns count."""
    assert _outcome(password, STRICT) is _reason(password)


@thorough
@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=1024),
    st.sampled_from(["", "a@b.cc", "\xdf@x.example"]),
)
def test_nothing_makes_it_fail_otherwise(password: str, email: str) -> None:
    _outcome(password, PRODUCTION, email)


@pytest.mark.parametrize(
    "password",
    [
        phrases.ASCII,
        "a1" * 512,
        "\u0130" * 1024,
        "1!" * 64,
        "ab" * 63 + "c",
        "bienvenueaccount" * 8,
    ],
)
def test_it_takes_little_time(password: str) -> None:
    """Far less than a hash, whatever is sent."""
    _outcome(password, STRICT)
    started = time.thread_time()
    for _ in range(10):
        _outcome(password, STRICT)
    assert (time.thread_time() - started) / 10 < 0.02


def _outcome(
    password: str,
    settings: Settings,
    email: str = "ada.lovelace@example.com",
) -> type[InvalidPassword] | None:
    try:
        policy.check(password, settings, email=email)
    except InvalidPassword as error:
        return type(error)
    return None


def _reason(password: str) -> type[InvalidPassword] | None:
    text = unicodedata.normalize("NFC", password)
    if len(text) < 15:
        return PasswordTooShort
    cores = patterns.cores(text)
    words = context.names(STRICT, "ada.lovelace@example.com")
    if any(context.covers(words, core) for core in cores):
        return PasswordContext
    if any(core in LISTED for core in cores):
        return PasswordCommon
    words |= context.listed()
    if any(context.covers(words, core) for core in cores):
        return PasswordContext
    return None
