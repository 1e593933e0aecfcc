"""The secret that is not in the database, and how it is replaced."""

import base64
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bienvenue import DB, Auth, Settings
from bienvenue import pepper as pepper_module
from bienvenue.errors import ConfigurationError, InvalidCredentials
from bienvenue.passwords import PasswordHasher, prepare
from bienvenue.pepper import Pepper, Peppers

FIRST = "the first pepper of a good many words"
SECOND = "the second pepper of as many words as that"
EMAIL, PASSWORD = "ada@example.com", "b4l0u"
thorough = settings(max_examples=40, deadline=None)


def hasher(current: str | None = None, *old: str) -> PasswordHasher:
    """Return a fast one with these peppers."""
    return PasswordHasher(4, Peppers(current, old))


def auth(folder: Path, **chosen: str) -> Auth:
    """Open the accounts in a folder under these settings."""
    url = f"sqlite:///{folder / 'accounts.db'}"
    return Auth(
        DB(url),
        Settings.load(
            {"database_url": url, "bcrypt_rounds": 4, **chosen}, environ={}
        ),
    )


@pytest.mark.requirement("NIST-63B-3.1.1.2-n")
def test_a_hash_says_nothing_without_its_pepper() -> None:
    hashed = hasher(FIRST).hash(PASSWORD)
    assert hasher(FIRST).verify(PASSWORD, hashed)
    assert not hasher(FIRST).verify("other", hashed)
    for other in (hasher(), hasher(SECOND), hasher(None, SECOND)):
        assert not other.verify(PASSWORD, hashed)
        assert other.verify_and_upgrade(PASSWORD, hashed) == (False, None)
    # The bcrypt hash alone is not of the password either.
    _, inner = pepper_module.split(hashed)
    assert inner.startswith("$2b$04$")
    assert not hasher().verify(PASSWORD, inner)
    assert not hasher(FIRST).verify(PASSWORD, inner)


def test_what_is_stored_shows_nothing_of_the_pepper() -> None:
    hashed = hasher(FIRST).hash(PASSWORD)
    assert len(hashed) <= 512
    assert hashed.startswith("$bienvenue-pepper$v=1,k=")
    assert FIRST not in repr(vars(Pepper(FIRST))) + hashed
    prefixes = {Pepper(key).prefix for key in (FIRST, SECOND, FIRST)}
    assert len(prefixes) == 2


@pytest.mark.requirement("V11.2.2", "V13.3.4", "NIST-63B-3.1.1.2-n")
@pytest.mark.parametrize(
    ("before", "now", "old"),
    [
        (None, FIRST, ()),
        (FIRST, SECOND, (FIRST,)),
        (FIRST, SECOND, (SECOND, FIRST)),
        (FIRST, None, (FIRST,)),
    ],
)
def test_a_pepper_is_introduced_rotated_and_given_up(
    before: str | None, now: str | None, old: tuple[str, ...]
) -> None:
    hashed = hasher(before).hash(PASSWORD)
    new = hasher(now, *old)
    assert new.verify_and_upgrade("wrong", hashed) == (False, None)
    right, upgrade = new.verify_and_upgrade(PASSWORD, hashed)
    assert right
    assert upgrade is not None
    assert hasher(now).verify_and_upgrade(PASSWORD, upgrade) == (True, None)
    assert not new.needs_rehash(upgrade)


def test_a_change_of_cost_upgrades_below_the_pepper() -> None:
    hashed = PasswordHasher(5, Peppers(FIRST)).hash(PASSWORD)
    right, upgrade = hasher(FIRST).verify_and_upgrade(PASSWORD, hashed)
    assert right
    assert "$2b$04$" in str(upgrade)


@pytest.mark.requirement("OWASP-CS-PWSTORE-1", "NIST-63B-3.1.1.2-l")
def test_long_passwords_and_nul_bytes_stay_apart() -> None:
    peppered = hasher(FIRST)
    long = ["x" * 72, "x" * 73, "x" * 99 + "1", "x" * 99 + "2", "x" * 1024]
    nul = ["ab", "ab\0", "ab\0ab", "\0ab", "\0"]
    for passwords in (long, nul):
        for stored in passwords:
            hashed = peppered.hash(stored)
            found = [p for p in passwords if peppered.verify(p, hashed)]
            assert found == [stored]


@pytest.mark.requirement("OWASP-CS-PWSTORE-1")
def test_a_digest_that_begins_with_a_nul_byte_is_no_shortcut() -> None:
    """Base64 has no NUL, at which bcrypt would begin anew or stop."""
    key, peppered = Pepper(FIRST), hasher(FIRST)
    texts = [str(number).encode() for number in range(2000)]
    first, second, *_ = [
        text for text in texts if not base64.b64decode(key.apply(text))[0]
    ]
    hashed = peppered.hash(first)
    assert peppered.verify(first, hashed)
    assert not peppered.verify(second, hashed)


@thorough
@given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=200))
def test_a_password_verifies_and_no_other_does(one: str, other: str) -> None:
    peppered = hasher(FIRST)
    try:
        hashed = peppered.hash(one)
    except ValueError:
        return
    assert peppered.verify_and_upgrade(one, hashed) == (True, None)
    try:
        same = prepare(one) == prepare(other)
    except ValueError:
        same = False
    assert peppered.verify(other, hashed) is same


@thorough
@given(st.text() | st.binary())
def test_nothing_makes_verify_raise(hashed: str | bytes) -> None:
    peppered, prefix = hasher(FIRST), Pepper(FIRST).prefix
    for stored in (hashed, f"{prefix}{hashed!r}", f"{prefix}${hashed!r}"):
        assert not peppered.verify(PASSWORD, stored)
        assert peppered.needs_rehash(stored)


def test_an_unknown_address_takes_the_same_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As do a hash of an unknown pepper and one that cannot be read."""
    applied: list[bytes] = []
    real = Pepper.apply

    def counted(self: Pepper, prepared: bytes) -> bytes:
        applied.append(prepared)
        return real(self, prepared)

    monkeypatch.setattr(Pepper, "apply", counted)
    peppered = hasher(FIRST)
    for stored in (hasher(SECOND).hash("x"), "nonsense"):
        applied.clear()
        assert not peppered.verify(PASSWORD, stored)
        assert len(applied) == 1
    applied.clear()
    peppered.verify_dummy(PASSWORD)
    assert len(applied) == 1


@pytest.mark.requirement("NIST-63B-3.1.1.2-n")
def test_a_copied_database_opens_nothing(tmp_path: Path) -> None:
    here, thief = tmp_path / "here", tmp_path / "thief"
    for folder in (here, thief):
        folder.mkdir()
    ours = auth(here, password_pepper=FIRST)
    ours.register_user(EMAIL, PASSWORD)
    assert ours.valid_login(EMAIL, PASSWORD)
    ours.close()
    shutil.copy(here / "accounts.db", thief / "accounts.db")
    for chosen in ({}, {"password_pepper": SECOND}):
        theirs = auth(thief, **chosen)
        assert not theirs.valid_login(EMAIL, PASSWORD)
        with pytest.raises(InvalidCredentials):
            theirs.log_in(EMAIL, PASSWORD)
        theirs.close()


@pytest.mark.requirement("V11.2.2", "NIST-63B-3.1.1.2-n")
def test_accounts_live_through_every_pepper(tmp_path: Path) -> None:
    """None, a first, a second, and back: logging in moves the hash on."""
    stages: list[dict[str, str]] = [
        {},
        {"password_pepper": FIRST},
        {"password_pepper": SECOND, "password_peppers_old": FIRST},
        {"password_peppers_old": f"{FIRST}, {SECOND}"},
    ]
    first = auth(tmp_path)
    first.register_user(EMAIL, PASSWORD)
    first.close()
    prefixes = []
    for chosen in stages:
        now = auth(tmp_path, **chosen)
        assert now.log_in(EMAIL, PASSWORD)
        stored = now.db.find_user_by(email=EMAIL).hashed_password
        prefixes.append(pepper_module.split(stored)[0])
        now.close()
    names = [Pepper(key).prefix for key in (FIRST, SECOND)]
    assert prefixes == ["", *names, ""]


@pytest.mark.parametrize(
    "chosen",
    [
        {"password_pepper": "x" * 31},
        {"password_pepper": "x" * 40 + ","},
        {"password_pepper": " " + "x" * 40},
        {"password_peppers_old": "x" * 40 + ",short"},
    ],
)
def test_an_unfit_pepper_is_refused(chosen: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="password_pepper") as caught:
        Settings.load(chosen, environ={})
    for value in chosen.values():
        assert value not in str(caught.value)


def test_settings_do_not_show_a_pepper() -> None:
    chosen = {
        "password_pepper": "p" * 32,
        "password_peppers_old": "q" * 32 + "," + "r" * 32,
    }
    shown = repr(Settings.load(chosen, environ={}))
    for letter in "pqr":
        assert letter * 32 not in shown
