"""The note by which the service knows its own doctor."""

import hmac

import pytest

from bienvenue import clock, probe_token, secret

KEY, OTHER = "k" * 32, "o" * 32


def test_a_note_is_known_for_a_minute_whosever_clock_is_behind() -> None:
    with clock.frozen() as time:
        note = probe_token.make(KEY)
        for seconds in (0, 60, -120):
            time.advance(seconds=seconds)
            assert probe_token.is_genuine(note, KEY)
        time.advance(seconds=-1)
        assert not probe_token.is_genuine(note, KEY)
        time.advance(seconds=122)
        assert not probe_token.is_genuine(note, KEY)


def test_no_two_notes_are_the_same_and_each_is_known() -> None:
    with clock.frozen():
        notes = {probe_token.make(KEY) for _ in range(10)}
    assert len(notes) == 10
    assert KEY not in "".join(notes)


def test_what_is_signed_is_the_second_and_a_nonce() -> None:
    at = 1_800_000_000
    with clock.frozen(clock.to_datetime(at * 1_000_000 + 999_999)):
        issued, nonce, mac = probe_token.make(KEY).split(".")
    assert issued == str(at)
    key = hmac.digest(KEY.encode(), b"bienvenue doctor", "sha256")
    note = f"doctor.{issued}.{nonce}".encode()
    assert mac == hmac.digest(key, note, "sha256").hex()


def test_another_key_knows_it_not() -> None:
    assert not probe_token.is_genuine(probe_token.make(KEY), OTHER)


def test_a_note_of_another_purpose_is_none() -> None:
    """What signs device cookies, derived from the same key, signs no note."""
    issued, nonce, mac = probe_token.make(KEY).split(".")
    key = secret.derive(KEY, "device")
    other = secret.keyed_digest(key, f"doctor.{issued}.{nonce}")
    assert other != mac
    assert not probe_token.is_genuine(f"{issued}.{nonce}.{other}", KEY)


def test_a_note_cannot_be_made_younger() -> None:
    issued, nonce, mac = probe_token.make(KEY).split(".")
    changed = f"{int(issued) + 1}.{nonce}.{mac}"
    assert not probe_token.is_genuine(changed, KEY)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "..",
        "a.b.c",
        "1." * 200,
        "\0.\0.\0",
        "-1..0",
        f"1.{'a' * 36}.{'é' * 64}",
        f"\uff11.{'a' * 36}.{'0' * 64}",
        f"1.{'a' * 36}.{'0' * 64}\n",
    ],
)
def test_nonsense_is_no_note(note: str) -> None:
    assert not probe_token.is_genuine(note, KEY)
