"""The table of failovers is the one that the figures give."""

from pathlib import Path

from tests.failover import results
from tests.failover.record import Record

ROUND = {"what": "kill -9", **Record().report(1).row()}


def test_the_page_has_the_table_of_the_file() -> None:
    page = results.PAGE.read_text()
    assert results.kept(), "nothing was measured"
    assert results.with_table(page, results.kept()) == page


def test_a_figure_changes_the_table(tmp_path: Path) -> None:
    file, page = tmp_path / "failover.json", tmp_path / "failover.md"
    page.write_text("before\n<!-- failover -->\nold\n<!-- end -->\nafter\n")
    assert results.kept(file) == {}
    found = {"galera": {"rounds": [{**ROUND, "lost": 4711}]}}
    results.keep(found, file, page)
    assert results.kept(file) == found
    text = page.read_text()
    assert "| MariaDB, Galera | kill -9 |" in text
    assert "| 4711 |" in text
    assert "old" not in text
    assert text.endswith("<!-- end -->\nafter\n")
    assert "none" in text
    found["galera"]["rounds"][0]["errors"] = {"503": 2, "connection": 1}
    assert "2 x 503, 1 x connection" in results.table(found)
