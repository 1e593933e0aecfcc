"""Do two things take the same time?  A t-test for noisy machines.

Welch's t for two samples of unequal variance, on trimmed means with
winsorised variances (Yuen 1974): a tenth of the samples at each end, where
the scheduler and the disk live, says nothing of the code.  The two kinds are
measured in turns, in random order, so that whatever slows the machine down
slows both alike.

A difference that is not there exceeds the threshold once in a thousand
attempts.  One that is there exceeds it in every attempt.  So one clean
attempt of a few is enough to call two things alike, and a planted leak has
to be found in each of them.
"""

import math
import os
from collections.abc import Callable, Sequence
from statistics import fmean, variance

from bienvenue import secret

SAMPLES = max(200, int(os.environ.get("TIMING_SAMPLES", "200")))
"""Of each kind in an attempt; more of them find smaller differences."""

ATTEMPTS = 3
THRESHOLD = 3.3  # two-sided p = 0.001, with hundreds of degrees of freedom
_TRIM = 0.1
_WARM_UP = 10

NEEDED = ATTEMPTS * (SAMPLES + _WARM_UP)
"""How often a probe is called at most."""

Probe = Callable[[], float]
"""Does something once; returns how many seconds of it count."""


def assert_indistinguishable(known: Probe, unknown: Probe) -> None:
    """See that time does not tell one from the other."""
    found = []
    for _ in range(ATTEMPTS):
        found.append(compare(known, unknown))
        if abs(found[-1]) < THRESHOLD:
            return
    raise AssertionError(f"time tells them apart: t = {found}")


def assert_told_apart(known: Probe, unknown: Probe) -> None:
    """See that the same test finds a difference that was planted."""
    found = [compare(known, unknown) for _ in range(ATTEMPTS)]
    assert all(abs(each) >= THRESHOLD for each in found), found


def compare(known: Probe, unknown: Probe) -> float:
    """Take samples of both, in random order, and return t."""
    for _ in range(_WARM_UP):
        known(), unknown()
    taken: tuple[list[float], list[float]] = ([], [])
    order = sorted(range(2 * SAMPLES), key=lambda _: secret.new_token())
    for number in order:
        kind = number % 2
        taken[kind].append((known, unknown)[kind]())
    return welch_t(*taken)


def welch_t(first: Sequence[float], second: Sequence[float]) -> float:
    """Return how many standard errors the trimmed means are apart."""
    (one, error), (other, wrong) = _trimmed(first), _trimmed(second)
    apart = one - other
    return apart / math.sqrt(error + wrong) if apart else 0.0


def _trimmed(samples: Sequence[float]) -> tuple[float, float]:
    """Return the trimmed mean and the square of its standard error."""
    ordered, count = sorted(samples), len(samples)
    cut = int(count * _TRIM)
    inner = ordered[cut:-cut]
    winsorised = [inner[0]] * cut + inner + [inner[-1]] * cut
    left = len(inner)
    error = variance(winsorised) * (count - 1) / (left * (left - 1))
    return fmean(inner), error
