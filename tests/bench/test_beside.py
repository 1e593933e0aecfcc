"""What the service is measured beside really is what it is said to be."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from bench import (
    bare_sqlalchemy,
    checks,
    crowded,
    databases,
    pacer,
    peer,
    people,
    start,
)
from bench.__main__ import arguments, plan_for
from bench.answers import verify_peer
from bench.claims import RUNS
from bench.peer import PEERS
from bench.rounds import Plan
from bench.servers import COMMANDS, Failed, started
from tests.ran_on import note

(PLAIN,) = (one for one in PEERS if one.name == "plain")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """One short round, few people."""
    return plan_for(arguments(["--quick"]), tmp_path)


def test_a_row_can_be_measured_by_its_name() -> None:
    assert arguments(["verify", "flood"]).what == ["verify", "flood"]
    assert set(RUNS) < set(arguments([]).what)
    with pytest.raises(SystemExit):
        arguments(["speed"])


def test_every_peer_names_the_versions_it_is_measured_in() -> None:
    assert {one.name for one in PEERS} == {
        place.parent.name for place in PLAIN.source.parent.glob("*/app.*")
    }
    for one in PEERS:
        if one.needs == "requirements.txt":
            lines = (one.source / one.needs).read_text().split()
            assert all("==" in line for line in lines)
        if one.needs == "package.json":
            assert (
                '"better-auth": "1.7.7"'
                in (one.source / one.needs).read_text()
            )


def test_a_peer_is_asked_for_its_own_sessions(plan: Plan) -> None:
    target = peer.prepare(PLAIN, plan)
    cookies = target.cookies.read_text().splitlines()
    assert len(set(cookies)) == peer.SESSIONS
    with target.started(plan, plan.cores[:1]) as server:
        got = plan.database.parent / "people"
        got.write_text(f"somebody@example.com\t{cookies[0]}\n")
        with pytest.raises(Failed, match="200"):
            verify_peer("it", server.port, PLAIN.path, got)


def test_a_short_run_installs_no_peer(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(peer, "_BUILD", tmp_path)
    for one in PEERS:
        if one.needs:
            with pytest.raises(Failed, match="not installed yet"):
                peer.prepare(one, plan)


def test_a_peer_that_cannot_be_had_is_named_beside_the_others(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(peer, "_BUILD", tmp_path / "nothing")
    _, found = checks.on_sqlite(["profile", "peers"], plan)
    claim = found[-1]
    assert claim.aim == "peers profile"
    assert claim.measured is not None
    assert claim.measured > 0
    assert "the plain exercise" in claim.note
    assert "without Flask-Security-Too" in claim.note


@pytest.mark.parametrize("engine", ["postgresql", "mariadb"])
def test_database_servers_answer_over_loopback_and_keep_their_word(
    engine: str,
) -> None:
    try:
        with databases.over_loopback(engine) as database:
            assert "@127.0.0.1:" in database.url
            running = Path(f"/proc/{database.pid}/cmdline").read_text()
            assert "postgres" in running or "mariadbd" in running
            people.populate(database.url, 2, 2)
    except Failed as why:
        pytest.skip(str(why))
    note(engine)


def test_the_pacer_counts_from_when_an_answer_was_due(
    tmp_path: Path,
) -> None:
    """A server that stops for a while cannot hide who waited meanwhile."""
    (tmp_path / "cookies").write_text("a=b\n")
    with _stalling(0.5) as port:
        found = pacer.ask(port, 2, tmp_path / "cookies", 50)
    assert len(found.took) == 100
    late = [each for each in found.took if each > 0.1]
    assert len(late) > 10
    assert 0 < found.p50 < found.p99 <= found.took[-1]


def test_questions_come_by_chance() -> None:
    """Not at even steps, which fall in with a clock's."""
    times = pacer.arrivals(5.0, 4000, 250.0, seed=3)
    assert times == pacer.arrivals(5.0, 4000, 250.0, seed=3)
    assert times != pacer.arrivals(5.0, 4000, 250.0, seed=4)
    gaps = [b - a for a, b in pairwise([5.0, *times])]
    assert min(gaps) > 0
    assert 1 / 275 < sum(gaps) / 4000 < 1 / 225
    # A third of all gaps is longer than the mean where chance rules alone.
    assert 0.33 < sum(gap > 1 / 250 for gap in gaps) / 4000 < 0.41


def test_an_error_stops_the_pacer(plan: Plan) -> None:
    checks.sign_in(plan)
    people.keep_cookies(plan.cookies, ["nobody's"])
    with (
        started("door", plan.database, plan.cores) as server,
        pytest.raises(Failed, match="were errors"),
    ):
        pacer.ask(server.port, 1, plan.cookies, 20)


def test_a_flood_is_made_of_logins(plan: Plan) -> None:
    checks.sign_in(plan)
    with started("door", plan.database, plan.cores) as server:
        with crowded.flood(server.port, 4.0, plan.accounts) as answers:
            pacer.ask(server.port, 1, plan.cookies, 20)
        # It began a second before the pacer's own, at four a second; how many
        # of them were logins is the machine's matter, and one is `flood`'s.
        assert len(answers) >= 4
        with (
            pytest.raises(Failed, match="flood"),
            crowded.flood(1, 4.0, plan.accounts),
        ):
            pass


def test_both_start_and_the_bare_one_reads_its_database(plan: Plan) -> None:
    checks.sign_in(plan)
    cookie = plan.cookies.read_text().splitlines()[0]
    for target in ("door", "bare_sqlalchemy"):
        assert start.first_answer(COMMANDS[target], plan.database, cookie) > 0
    assert bare_sqlalchemy.engine.name == "sqlite"
    command = (sys.executable, "-c", "")
    with pytest.raises(Failed, match="did not come"):
        start.first_answer(command, plan.database, cookie)


@contextmanager
def _stalling(seconds: float) -> Iterator[int]:
    """Serve 200 to all, one at a time, and stop once for so long."""
    lock, stalled = threading.Lock(), threading.Event()

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with lock:
                if not stalled.is_set():
                    stalled.set()
                    threading.Event().wait(seconds)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
