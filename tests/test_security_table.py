"""The table of security requirements is complete, true and up to date."""

import csv
from pathlib import Path

import pytest

from tools import marks, security

TESTS = marks.read(security.ROOT)
PHASES = {"core", "mfa", "oidc", "ops"}


def test_every_row_of_the_core_is_proved_and_the_page_is_up_to_date() -> None:
    assert security.problems(TESTS) == []


def test_what_is_pending_lacks_a_test() -> None:
    """The list can only be honest: a row that has a test is not on it."""
    lacking = security.lacking(security.proofs(TESTS))
    assert set(security.pending()) <= set(lacking)


def test_rows_are_told_apart_and_complete() -> None:
    rows = security.rows()
    ids = [row.id for row in rows]
    assert len(set(ids)) == len(ids) > 300
    for row in rows:
        assert row.requirement, row.id
        assert row.level in {"1", "2", "3"}, row.id
        assert row.phase in PHASES, row.id
        assert not (row.how_met and row.not_applicable), row.id


def test_no_test_asserts_nothing() -> None:
    assert len(TESTS) > 500
    assert [test.node for test in TESTS if not test.asserts] == []


# -- The reader of marks ---------------------------------------------------

SAMPLE = """
import pytest
pytestmark = [pytest.mark.slow, pytest.mark.requirement("M")]

@pytest.mark.requirement("A", "B")
def test_a(): assert 1

@pytest.mark.requirement("C")
class TestX:
    pytestmark = pytest.mark.requirement("D")
    @pytest.mark.parametrize(
        "x", [pytest.param(1, marks=pytest.mark.requirement("E"))])
    def test_b(self, x):
        with pytest.raises(ValueError): int(x)

def test_c(): check()
def check(): assert True
def test_d(): print("asserts nothing")
def helper(): pass
def test_e(): helper()
async def test_f(): mock.assert_called()
"""


def test_marks_of_functions_classes_files_and_parameters_are_read() -> None:
    found = {test.name: test.rows for test in marks.of_file("t.py", SAMPLE)}
    assert found["test_a"] == ("M", "A", "B")
    assert found["TestX::test_b"] == ("M", "C", "D", "E")
    assert found["test_c"] == ("M",)


def test_a_test_that_asserts_nothing_is_found() -> None:
    silent = [
        test.name
        for test in marks.of_file("t.py", SAMPLE)
        if not test.asserts
    ]
    assert silent == ["test_d", "test_e"]


def test_ids_are_written_out() -> None:
    text = "@pytest.mark.requirement(ID)\ndef test_a(): assert 1\n"
    with pytest.raises(ValueError, match="write out"):
        list(marks.of_file("t.py", text))


# -- What makes the table --------------------------------------------------


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Gives a table of its own: A is pending, B is not, C is for later."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for attribute, name in [
        ("ROWS", "rows.csv"),
        ("PAGE", "page.md"),
        ("PENDING", "pending.txt"),
    ]:
        monkeypatch.setattr(security, attribute, folder / name)
    monkeypatch.setattr(security, "ROOT", tmp_path)
    with (folder / "rows.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(security.Row._fields)
        writer.writerow(["A", 1, "t", "asks a", "core", "", ""])
        writer.writerow(["B", 2, "t", "asks | b", "core", "by b_c", ""])
        writer.writerow(["C", 3, "t", "asks c", "ops", "", ""])
        writer.writerow(["N", 1, "t", "asks n", "core", "", "there is no n"])
    (folder / "pending.txt").write_text("A\n")
    return folder


def proving(*ids: str) -> list[marks.Test]:
    return [marks.Test("tests/test_x.py", "test_x", ids, asserts=True)]


def write(tests: list[marks.Test]) -> None:
    for file, text in security.written(security.proofs(tests)).items():
        file.write_text(text)


def test_a_table_in_order_has_no_problems(table: Path) -> None:
    write(proving("B"))
    assert security.problems(proving("B")) == []
    page = (table / "page.md").read_text()
    link = "[`tests/test_x.py::test_x`](../../tests/test_x.py)"
    assert rf"| B | 2 | asks \| b | by b\_c | {link} |" in page
    assert "| N | 1 | asks n | Does not apply: there is no n |  |" in page
    assert "| A | 1 | asks a |  | nothing yet |" in page
    assert "asks c" not in page


def test_a_row_that_loses_its_test_is_a_problem(table: Path) -> None:
    """Writing anew does not put it on the list of what may lack one."""
    write([])
    assert (table / "pending.txt").read_text() == "A\n"
    (problem,) = security.problems([])
    assert problem.startswith("B: no test proves it")


def test_a_row_that_gets_a_test_leaves_the_list(table: Path) -> None:
    write(proving("B"))
    found = security.problems(proving("A", "B"))
    assert "A: say in rows.csv how it is met" in found
    assert sum("is out of date" in each for each in found) == 2
    write(proving("A", "B"))
    assert (table / "pending.txt").read_text() == ""


def test_a_mark_that_names_no_row_is_a_problem(table: Path) -> None:
    write(proving("B", "Z"))
    (problem,) = security.problems(proving("B", "Z"))
    assert problem == "tests/test_x.py::test_x: there is no requirement Z"


def test_what_does_not_apply_has_no_test(table: Path) -> None:
    write(proving("B", "N"))
    found = security.problems(proving("B", "N"))
    assert "N: it cannot both be proved and not apply" in found


def test_what_a_merge_leaves_in_the_list_is_put_right(table: Path) -> None:
    (table / "pending.txt").write_text("<<<<<<< ours\nA\nA\nB\n>>>>>>>\n")
    write(proving("B"))
    assert (table / "pending.txt").read_text() == "A\n"
