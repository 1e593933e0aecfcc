"""Words of the place and of the person are no passwords."""

import hashlib
from importlib import resources

import pytest

from bienvenue import policy
from bienvenue.config import Settings
from bienvenue.errors import PasswordContext
from bienvenue.policy import context

SETTINGS = Settings(
    strict=True,
    service_name="Caf\u00e9 Zanzibar",
    public_url="https://portail.zorglub.example:8443/konto",
    mail_from="Nobody <no-reply@vogelpost.example>",
    password_context_words="Krakatau, Popocatepetl",
)
ADDRESS = "Quentin.Xylander83@heliotrop.example"


@pytest.mark.requirement("V6.1.2")
def test_the_written_list_is_the_one_that_counts() -> None:
    """The file in the package, by its digest, and word by word."""
    there = resources.files("bienvenue.policy") / "context_words.txt"
    written, loaded = there.read_bytes(), context.FILE.read_bytes()
    assert hashlib.sha256(written).digest() == hashlib.sha256(loaded).digest()
    words = {
        line
        for line in written.decode().splitlines()
        if not line.startswith("#")
    }
    assert context.listed() == words
    assert len(words) > 40
    for word in words:
        with pytest.raises(PasswordContext):
            # No common password: the two words are the list's, not people's.
            policy.check(f"{word}-zorglub-2024-zorglub", SETTINGS)


@pytest.mark.requirement("V6.2.11", "NIST-63B-3.1.1.2-i")
@pytest.mark.parametrize(
    "word",
    [
        "caf\u00e9zanzibar",
        "zanzibar",
        "bienvenue",
        "portail.zorglub.example",
        "zorglub",
        "vogelpost",
        "krakatau",
        "popocatepetl",
        "quentin",
        "xylander",
        "xylander83",
        "quentinxylander",
        "heliotrop",
        "heliotrop.example",
        "Quentin.Xylander83@heliotrop.example",
    ],
)
def test_names_and_their_obvious_derivatives_are_refused(word: str) -> None:
    leet = word
    if "83" not in word:  # which would be letters then, too
        leet = word.replace("o", "0").replace("e", "3").replace("i", "1")
    for derived in (
        word * 5,
        f"{word}20252026",
        f"{word}!!!!!!!!!!!!",
        f"1234567890{word}",
        f"{word.upper()}-{word.title()}-1",
        f"{leet}-{word}-99",
        f"{word[::-1]}1999",
        f"{word} zorglub zorglub",
        f"my {word} password"[3:] + " login",
    ):
        with pytest.raises(PasswordContext):
            policy.check(derived.ljust(15, "!"), SETTINGS, email=ADDRESS)


def test_a_name_within_a_phrase_is_no_matter() -> None:
    """NIST SP 800-63B-4: the whole is compared, not what is within."""
    for password in (
        "quentin rides a green bicycle",
        "zanzibar smells of cloves",
    ):
        policy.check(password, SETTINGS, email=ADDRESS)


def test_another_person_may_have_it() -> None:
    password = "xylander83 quentin"
    policy.check(password, SETTINGS, email="ada@example.com")
    policy.check(password, SETTINGS)
    with pytest.raises(PasswordContext):
        policy.check(password, SETTINGS, email=ADDRESS)


def test_short_names_make_no_words() -> None:
    settings = Settings(strict=True, service_name="Ab")
    policy.check("abacus rabble Abba 7", settings, email="x@y.example")
    assert "ab" not in context.names(settings, "x@y.example")
