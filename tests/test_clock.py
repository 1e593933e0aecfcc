"""One clock, which a test can stop, set and move."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bienvenue import clock

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def test_the_system_clock_is_the_present() -> None:
    before = datetime.now(UTC)  # noqa: TID251 - what it is compared with
    now = clock.now()
    after = datetime.now(UTC)  # noqa: TID251 - what it is compared with
    assert before <= now <= after
    assert now.tzinfo is UTC


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_survives_the_database(instant: datetime) -> None:
    assert clock.to_datetime(clock.to_us(instant)) == instant


def test_microseconds_count_from_the_epoch() -> None:
    assert clock.to_us(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert clock.to_us(NOON) == 1_793_620_800_000_000
    assert clock.to_us(NOON - MICROSECOND) == 1_793_620_799_999_999
    assert clock.to_us(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)) == (
        -1_000_000
    )


def test_a_zone_is_only_another_way_to_write_an_instant() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert clock.to_us(elsewhere) == clock.to_us(NOON)


def test_a_time_without_a_zone_is_refused() -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(ValueError, match="needs a time zone"):
        clock.to_us(naive)
    with (
        pytest.raises(ValueError, match="needs a time zone"),
        clock.frozen(naive),
    ):
        pass
    assert clock.now() != NOON


def test_a_frozen_clock_stands_until_it_is_moved() -> None:
    with clock.frozen(NOON) as frozen:
        assert clock.now() == clock.now() == NOON
        frozen.advance(microseconds=1)
        assert clock.now() - NOON == MICROSECOND
        frozen.advance(days=1, hours=-2)
        assert clock.now() - NOON == timedelta(hours=22) + MICROSECOND
        frozen.advance(days=-2)
        assert clock.now() < NOON


def test_a_frozen_clock_stops_at_the_present_unless_told() -> None:
    before = clock.now_us()
    with clock.frozen():
        stopped = clock.now_us()
        assert before <= stopped
        assert clock.now_us() == stopped


def test_all_threads_see_the_frozen_time() -> None:
    seen: list[datetime] = []
    with clock.frozen(NOON):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen == [NOON]


def test_frozen_clocks_nest_and_give_the_time_back() -> None:
    later = NOON + timedelta(days=1)
    with clock.frozen(NOON):
        with clock.frozen(later):
            assert clock.now() == later
        assert clock.now() == NOON
    first = clock.now_us()
    assert first > 0
    assert clock.now() not in (NOON, later)


def test_an_error_under_a_frozen_clock_starts_it_again() -> None:
    def fail() -> None:
        with clock.frozen(NOON):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert clock.now() != NOON
