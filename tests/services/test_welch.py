"""The t-test that the timing tests stand on."""

import math

import pytest

from bienvenue import secret
from tests.services.welch import (
    assert_indistinguishable,
    assert_told_apart,
    welch_t,
)


def noise() -> float:
    """Return a number from 0 to 1."""
    return int(secret.digest(secret.new_token()).hex(), 16) / 2**256


def test_it_is_welch_s_t_on_trimmed_means() -> None:
    """Worked out by hand, with a tenth cut off at each end."""
    first = [-900.0, 1, 2, 3, 4, 5, 6, 7, 8, 900]
    second = [value + 3 for value in first]
    # Winsorised, each is 1,1,2..8,8 and so: variance 7.3888..., 8 left.
    error = (66.5 / 9) * 9 / (8 * 7)
    assert math.isclose(welch_t(second, first), 3 / math.sqrt(2 * error))
    assert math.isclose(welch_t(first, second), -3 / math.sqrt(2 * error))
    assert welch_t(first, list(first)) == 0


def test_noise_is_not_told_from_noise() -> None:
    assert_indistinguishable(noise, noise)


def test_a_shift_below_the_noise_is_found_every_time() -> None:
    """By about the deviation of the noise."""
    with pytest.raises(AssertionError, match="tells them apart"):
        assert_indistinguishable(noise, lambda: noise() + 0.3)
    assert_told_apart(noise, lambda: noise() + 0.3)
    assert_told_apart(lambda: noise() + 0.3, noise)
    with pytest.raises(AssertionError):
        assert_told_apart(noise, noise)
