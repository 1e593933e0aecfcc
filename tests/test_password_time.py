"""Time does not tell why a password did not verify (CWE-208)."""

import time
from collections.abc import Callable
from functools import partial

import bcrypt
import pytest

from bienvenue.passwords import PasswordHasher

DECOMPOSED = "e\u0301"


def cost_of(work: Callable[[], object]) -> float:
    """Return the least processor time, of this thread, that it took."""

    def once() -> float:
        started = time.thread_time()
        work()
        return time.thread_time() - started

    return min(once() for _ in range(5))


@pytest.mark.requirement("OWASP-CS-AUTH-1")
@pytest.mark.parametrize(
    ("password", "hashes"),
    [
        ("wrong", 1),
        ("x" * 100, 1),
        ("wrong\0", 1),
        ("x" * 1025, 1),
        ("", 1),
        ("\ud800", 1),
        (b"\xff", 1),
        (DECOMPOSED, 2),
    ],
)
def test_whatever_fails_costs_the_same(
    password: str | bytes, hashes: int
) -> None:
    """Wrong, impossible, unknown address, broken row: one time for each.

    Processor time of a cost well above the noise, and wide margins: what is
    looked for is work left out, or done twice.
    """
    hasher = PasswordHasher(rounds=8)
    short, long = hasher.hash("b4l0u"), hasher.hash("y" * 100)
    unit = cost_of(lambda: bcrypt.hashpw(b"b4l0u", bcrypt.gensalt(8)))
    for hashed in (short, long, "", "broken", "$2b$31$" + "." * 53):
        spent = cost_of(partial(hasher.verify, password, hashed))
        assert 0.6 < spent / unit / hashes < 1.5
    spent = cost_of(partial(hasher.verify_dummy, password))
    assert 0.6 < spent / unit / hashes < 1.5


def test_the_first_dummy_costs_what_the_next_one_does() -> None:
    unit = cost_of(lambda: bcrypt.hashpw(b"b4l0u", bcrypt.gensalt(8)))
    fresh = [PasswordHasher(rounds=8) for _ in range(5)]
    spent = cost_of(lambda: fresh.pop().verify_dummy("b4l0u"))
    assert spent / unit < 1.5
