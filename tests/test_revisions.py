"""A revision's name says which older releases may run on it."""

import pytest

from bienvenue import revisions
from bienvenue.revisions import Standing, standing


@pytest.mark.parametrize(
    ("found", "head", "stands"),
    [
        (None, "0003", Standing.EMPTY),
        ("0003", "0003", Standing.CURRENT),
        ("0007_from_0005", "0007_from_0005", Standing.CURRENT),
        ("0002", "0003", Standing.BEHIND),
        ("0002", "0007_from_0005", Standing.BEHIND),
        ("0004_from_0002", "0007_from_0005", Standing.BEHIND),
        ("0004", "0003", Standing.AHEAD),
        ("0010", "0009", Standing.AHEAD),
        ("0007_from_0005", "0005", Standing.AHEAD),
        ("0008_from_0005", "0007_from_0005", Standing.AHEAD),
        ("0007_from_0005", "0004", Standing.BEYOND),
        ("0009_from_0008", "0007_from_0005", Standing.BEYOND),
        ("theirs", "0003", Standing.BEYOND),
        ("00041", "0003", Standing.BEYOND),
        ("0004_from_", "0003", Standing.BEYOND),
        ("0003_from_0002", "0003", Standing.BEYOND),
    ],
)
def test_how_a_database_stands_to_a_release(
    found: str | None, head: str, stands: Standing
) -> None:
    assert standing(found, head) is stands
    usable = stands in (Standing.CURRENT, Standing.AHEAD)
    assert stands.usable == usable


def test_the_floor_of_a_revision() -> None:
    assert revisions.floor("0004") == "0000"
    assert revisions.floor("0007_from_0005") == "0005"
    with pytest.raises(ValueError, match="NNNN_from_NNNN"):
        revisions.floor("seventh")
