"""Cells that a spreadsheet must not take for formulas."""

import pytest

from bienvenue.spreadsheet import harmless


@pytest.mark.requirement("V1.2.10")
@pytest.mark.parametrize("cell", ["x;=1+1", "x; \t@A1", "=1;=2", "x\t-1"])
def test_no_part_of_a_cell_is_a_formula(cell: str) -> None:
    """Some part cells by semicolons, which names of browsers have."""
    parts = str(harmless(cell)).replace("\t", ";").split(";")
    assert not [p for p in parts if p.lstrip().startswith(("=", "-", "@"))]


@pytest.mark.parametrize("cell", ["Mozilla/5.0 (X11; Linux)", "a+b-c=d", 7])
def test_what_is_none_stays_as_it_is(cell: object) -> None:
    assert harmless(cell) == cell
