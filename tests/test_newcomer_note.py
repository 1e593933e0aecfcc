"""What a browser holds while a mail is on its way."""

import hmac

import pytest

from bienvenue import Settings, clock
from bienvenue.newcomer_note import LIFETIME_SECONDS, NewcomerNotes, Noted

BOB, HASH = "Bob@example.com", "$2b$04$abc"
KEY = b"k" * 32


@pytest.fixture
def notes() -> NewcomerNotes:
    return NewcomerNotes(KEY)


def test_it_fits_the_account_it_was_written_for(notes: NewcomerNotes) -> None:
    note = notes.write(BOB, HASH)
    assert notes.read(note) == Noted(BOB, chosen=True)
    assert notes.fits(note, BOB, HASH)
    assert notes.fits(note, "bob@example.com", HASH)
    assert not notes.fits(note, BOB, HASH + "d")
    assert not notes.fits(note, "eve@example.com", HASH)
    assert not notes.fits(note, "", "")
    assert HASH not in note
    other = NewcomerNotes(b"l" * 32).write(BOB, HASH)
    assert not notes.fits(other, BOB, HASH)


def test_an_address_is_one_however_its_domain_is_spelled(
    notes: NewcomerNotes,
) -> None:
    spellings = "bob@b\u00fccher.example", "bob@xn--bcher-kva.example"
    for typed in spellings:
        note = notes.write(typed, HASH)
        assert all(notes.fits(note, kept, HASH) for kept in spellings)
        assert not notes.fits(note, "bob@bucher.example", HASH)


def test_it_lasts_an_hour(notes: NewcomerNotes) -> None:
    assert LIFETIME_SECONDS == 60 * 60
    with clock.frozen() as now:
        note = notes.write(BOB, HASH)
        now.advance(seconds=LIFETIME_SECONDS - 1)
        assert notes.fits(note, BOB, HASH)
        now.advance(seconds=1)
        assert not notes.fits(note, BOB, HASH)
        assert notes.read(note) == Noted("", chosen=False)
        # Nor can it be made younger.
        named, issued, mac = note.split(".")
        young = f"{named}.{int(issued) + 9}.{mac}"
        assert notes.read(young).email == BOB
        assert not notes.fits(young, BOB, HASH)


def test_one_of_an_address_alone_fits_nobody(notes: NewcomerNotes) -> None:
    note = notes.write(BOB)
    assert notes.read(note) == Noted(BOB, chosen=False)
    for hashed in (HASH, ""):
        assert not notes.fits(note, BOB, hashed)
    # An account without a password is nobody's who has signed up.
    assert not notes.fits(notes.write(BOB, HASH), BOB, "")
    named, issued, _ = note.split(".")
    signed = f"{named}.{issued}.{notes._mac(BOB, issued, '')}"
    assert notes.read(signed).chosen
    assert not notes.fits(signed, BOB, "")


def test_a_note_is_read_within_bounds(notes: NewcomerNotes) -> None:
    note = notes.write(BOB)
    padded = note + "x" * (2048 - len(note))
    assert notes.read(padded) == Noted(BOB, chosen=True)
    assert notes.read(f"{padded}x") == Noted("", chosen=False)
    assert not notes.fits(f"{note}\u00e9", BOB, HASH)


def test_a_note_of_no_address_says_nothing(notes: NewcomerNotes) -> None:
    note = notes.write("", HASH)
    assert notes.read(note) == Noted("", chosen=False)
    assert not notes.fits(note, "", HASH)


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "x", "é..", "Ym9i.x.y", "Ym9i." + "9" * 99 + ".y",
     "_w==.1.y", "a" * 3000, "Ym9i.-1.", "Ym9i"],
)  # fmt: skip
def test_what_is_none(notes: NewcomerNotes, text: str) -> None:
    assert notes.read(text) == Noted("", chosen=False)
    assert not notes.fits(text, "bob", HASH)


def test_the_secret_key_signs() -> None:
    same = Settings(secret_key="s" * 32)
    note = NewcomerNotes.of(same).write(BOB, HASH)
    assert NewcomerNotes.of(same).fits(note, BOB, HASH)
    assert not NewcomerNotes.of(Settings()).fits(note, BOB, HASH)


def test_notes_stay_good_across_versions() -> None:
    """What they are signed with is told from the key in one way."""
    settings = Settings(secret_key="s" * 32)
    key = hmac.digest(b"s" * 32, b"bienvenue newcomers", "sha256")
    note = NewcomerNotes(key).write(BOB, HASH)
    assert NewcomerNotes.of(settings).fits(note, BOB, HASH)
