"""What a hash costs here, and the advice that follows."""

import re

import pytest

from bienvenue import Settings
from bienvenue.doctor import hashing
from bienvenue.doctor.finding import State


def test_it_is_measured_with_the_settings_there_are() -> None:
    def milliseconds(rounds: int) -> float:
        settings = Settings(bcrypt_rounds=rounds, password_pepper="p" * 32)
        (one,) = hashing.examine(settings)
        assert f"bcrypt_rounds = {rounds} takes" in one.said
        found = re.search(r"takes ([\d,]+) ms", one.said)
        assert found is not None
        return float(found[1].replace(",", ""))

    # Sixteen times the work: whatever else the machine does.
    assert milliseconds(11) > 3 * milliseconds(7)


@pytest.mark.parametrize(
    ("rounds", "seconds", "state", "better"),
    [
        (12, 0.2, State.OK, None),
        (12, 0.9, State.OK, None),
        (12, 0.02, State.WARNING, 15),
        (4, 0.001, State.WARNING, 11),
        (14, 1.6, State.WARNING, 11),
    ],
)
def test_the_advice_fits_the_machine(
    rounds: int, seconds: float, state: State, better: int | None
) -> None:
    one = hashing.judge(rounds, seconds, 2)
    assert one.state is state
    wanted = better and f"export BIENVENUE_BCRYPT_ROUNDS={better}"
    assert one.fix == wanted


def test_a_machine_may_be_too_slow_for_any_safe_cost() -> None:
    one = hashing.judge(10, 3.0, 2)
    assert one.state is State.WARNING
    assert "quicker machine" in (one.fix or "")


def test_logins_a_second_are_of_all_cores() -> None:
    assert "8.0 logins a second on 2 cores" in hashing.judge(12, 0.25, 2).said
    assert "4.0 logins a second on one core" in (
        hashing.judge(12, 0.25, 1).said
    )
