"""The load driver finds what it looks for: each kind of loss is planted."""

from pathlib import Path

from sqlalchemy import delete, select

from bienvenue import DB
from bienvenue.session import Session
from bienvenue.user import User
from tests.failover.afterwards import losses
from tests.failover.load import run
from tests.failover.nodes import nodes
from tests.failover.record import Record, Report
from tests.services.ledger import Ledger


def test_a_quiet_run_loses_nothing_and_a_planted_loss_is_found(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'accounts.db'}"
    report, ledger = run(tmp_path, [url, url], [], seconds=3, people=2)
    assert report.forbidden() == []
    assert report.errors == {}
    assert report.own == 0
    assert report.accounts >= 1
    assert report.acknowledged >= 2 * report.accounts
    assert 0 < report.gap <= report.seconds
    assert planted(tmp_path, url, ledger) == [
        "a registration is gone",
        "a session that began is gone",
        "a session that ended is back",
    ]


def planted(folder: Path, url: str, ledger: Ledger) -> list[str]:
    """Lose an account, a session and the end of one; return what is found."""
    first = next(each for each in ledger.accounts if each.ended)
    others = [
        each for each in ledger.accounts if each.live and each is not first
    ]
    assert others
    (other, *_), back = others, next(iter(first.ended))
    with DB(url) as db:
        # The account that goes takes its sessions along: none is looked for.
        gone = db.find_user_by(email=other.email)
        db.write(lambda unit: unit.execute(delete(User).filter_by(id=gone.id)))
        other.live.clear()
        other.ended.clear()
        user = db.find_user_by(email=first.email)
        live = next(iter(first.live))
        db.write(
            lambda unit: unit.execute(
                delete(Session).where(Session.digest == live)
            )
        )
        db.update_user(user.id, session_id=back)
        query = select(Session).where(Session.digest == back)
        assert db.read(lambda unit: unit.scalar(query)) is not None
    with nodes(folder / "planted", [url]) as (node,):
        return sorted(losses(node, ledger))


def test_what_may_not_be_answered_is_named() -> None:
    record = Record()
    for kind in ("503", "connection", "timeout", "500 internal_error"):
        record.error(kind)
    record.wrong("a session that ended still opens the profile")
    report = record.report(0)
    report.lost = ["a registration is gone"]
    assert report.forbidden() == [
        "1 x 500 internal_error",
        "1 x timeout",
        "a session that ended still opens the profile",
        "a registration is gone",
    ]
    assert report.row()["lost"] == 1


def test_the_longest_gap_is_between_acknowledgements() -> None:
    record = Record()
    record.began -= 5
    record.acknowledged()
    report = record.report(1)
    assert isinstance(report, Report)
    assert 5 <= report.gap <= report.seconds
