"""The collector of garbage rests, and goes on."""

import gc
from collections.abc import Iterator

import pytest

from bienvenue import collector


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_it_rests_and_goes_on() -> None:
    before = gc.get_freeze_count()
    with collector.at_rest():
        assert not gc.isenabled()
        kept: list[list[int]] = [[] for _ in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(kept)


def test_it_goes_on_after_a_failure() -> None:
    with pytest.raises(ValueError, match="broken"), collector.at_rest():
        raise ValueError("broken")
    assert gc.isenabled()


def test_who_has_switched_it_off_is_not_overruled() -> None:
    gc.disable()
    with collector.at_rest():
        pass
    assert not gc.isenabled()
