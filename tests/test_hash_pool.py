"""Hashing takes turns, and a full queue is refused at once."""

import os
import sys
import threading

import pytest

from bienvenue import hard_work
from bienvenue.errors import Busy
from bienvenue.hash_pool import NICE, Gate, PooledHasher, usable_cores
from bienvenue.passwords import PasswordHasher


@pytest.mark.requirement("V15.2.2")
def test_no_more_hash_at_once_than_agreed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside, most, watch = 0, 0, threading.Lock()
    real = PasswordHasher._match
    met = threading.Barrier(2)

    def counted(
        self: PasswordHasher, password: str | bytes, hashed: str | bytes
    ) -> bytes | None:
        nonlocal inside, most
        with watch:
            inside += 1
            most = max(most, inside)
        met.wait(20)  # passes only while exactly two are inside
        found = real(self, password, hashed)
        with watch:
            inside -= 1
        return found

    monkeypatch.setattr(PasswordHasher, "_match", counted)
    hasher = PooledHasher(4, at_once=2)
    hashed = hasher.hash("b4l0u")
    answers: list[bool] = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(hasher.verify("b4l0u", hashed))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == [True] * 8
    assert most == 2


def test_it_is_the_same_hasher() -> None:
    hasher = PooledHasher(4)
    assert hasher.at_once == usable_cores() >= 1
    hashed = PasswordHasher(5).hash("b4l0u")
    right, better = hasher.verify_and_upgrade("b4l0u", hashed)
    assert right
    assert better is not None
    assert hasher.verify_and_upgrade("b4l0u", better) == (True, None)
    hasher.verify_dummy("b4l0u")


@pytest.mark.skipif(sys.platform != "linux", reason="a Linux ability")
def test_hashing_gives_way_to_everything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And who waits for a hash does not lose any of its own priority."""
    seen: list[tuple[int, int]] = []
    real = PasswordHasher._match

    def watched(
        self: PasswordHasher, password: str | bytes, hashed: str | bytes
    ) -> bytes | None:
        seen.append((threading.get_native_id(), priority()))
        assert hard_work.is_under_way()
        return real(self, password, hashed)

    monkeypatch.setattr(PasswordHasher, "_match", watched)
    own, hasher = priority(), PooledHasher(4, at_once=2)
    hashed = hasher.hash("b4l0u")
    assert [hasher.verify("b4l0u", hashed) for _ in range(9)] == [True] * 9
    assert {nice for _, nice in seen} == {min(own + NICE, 19)}
    assert not hard_work.is_under_way()
    threads = {number for number, _ in seen}
    assert threading.get_native_id() not in threads
    assert len(threads) <= hasher.at_once
    assert priority() == own


def priority() -> int:
    """Return how nice this thread is."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_a_system_that_forbids_it_hashes_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def forbidden(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", forbidden)
    hasher = PooledHasher(4)
    assert hasher.verify("b4l0u", hasher.hash("b4l0u"))


def test_a_turn_is_given_back_after_an_error() -> None:
    hasher = PooledHasher(4, at_once=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="empty"):
            hasher.hash("")
    assert hasher.verify("b4l0u", hasher.hash("b4l0u"))


@pytest.mark.requirement("V15.2.2")
def test_a_gate_turns_away_one_too_many() -> None:
    gate = Gate(2)
    with gate.place(), gate.place(), pytest.raises(Busy), gate.place():
        pytest.fail("a third came in")
    with gate.place(), gate.place():
        pass


def test_a_gate_gives_places_back_after_an_error() -> None:
    gate = Gate(1)
    for _ in range(3):
        with pytest.raises(RuntimeError), gate.place():
            raise RuntimeError
    with gate.place():
        pass
