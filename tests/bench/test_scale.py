"""What is said about a million users is what was measured."""

import json
from pathlib import Path

import pytest

from bench import bulk, crowd, scale_report
from bench.crowd import Crowd
from bienvenue import DB, audit_check
from tests.bench.test_bench import run

SMALL = Crowd(users=30, sessions=90, tokens=20, letters=9, events=2500)


def test_the_page_has_the_figures_that_were_kept() -> None:
    kept = json.loads(scale_report.RESULTS.read_text())
    text = scale_report.PAGE.read_text()
    assert scale_report.filled(text, kept) == text
    assert {"sqlite", "postgresql"} <= {one["engine"] for one in kept}
    for one in kept:
        assert one["crowd"]["users"] >= 1_000_000
        assert one["crowd"]["sessions"] >= 5_000_000
        assert f"### {one['engine']}\n" in text


def test_a_short_run_keeps_an_engine_beside_those_it_had(
    tmp_path: Path,
) -> None:
    file = tmp_path / "scale.json"
    other = {"engine": "mariadb"}
    file.write_text(json.dumps([other]))
    said = run("scale", "--quick", "--engines", "sqlite", "--json", str(file))
    found, kept = json.loads(file.read_text())
    assert (found["engine"], kept) == ("sqlite", other)
    assert found["crowd"]["users"] == 5000
    for row in found["rows"]:
        assert row["ratio_p50"] == row["many_p50"] / row["few_p50"]
        assert f"| {row['what']} |" in said
    steps = {each["step"]: each for each in found["day"]}
    (plan, *_) = steps["check a session"]["statements"]
    assert any("sqlite_autoindex_sessions_1" in each for each in plan["plan"])


@pytest.mark.parametrize(
    ("ratio", "verdict"), [(1.51, "NOT REACHED"), (1.49, "reached")]
)
def test_what_is_wanted_is_said_to_be_reached_or_not(
    ratio: float, verdict: str
) -> None:
    row = {"ratio_p50": ratio, "ratio_p99": 1.0}
    rows = [
        {"what": "session check over HTTP"} | row,
        {"what": "a login without its bcrypt"} | row,
    ]
    first, second = scale_report.verdicts([{"engine": "e", "rows": rows}])
    assert first.startswith(f"{verdict}: e, session check over HTTP, p50")
    assert second.startswith("reached: ")


def test_a_crowd_is_as_the_service_would_have_written_it(url: str) -> None:
    """Its sessions and addresses are found, its log is whole."""
    bulk.fill(url, SMALL)
    with DB(url) as db:
        for number in (1, SMALL.sessions):
            found = db.check_session(crowd.session_id(number))
            assert found is not None
            assert found.session == number
            assert found.id == number % SMALL.users + 1
        found_user = db.find_user_by(email=crowd.email(SMALL.users))
        assert found_user.id == SMALL.users
        assert db.add_user("one@example.com", "h").id == SMALL.users + 1
        with audit_check.snapshot(db.engine) as connection:
            (strand,) = audit_check.verify(connection, [db.journal.chain])
    assert isinstance(strand, audit_check.Strand)
    assert strand.events == SMALL.events + 1
