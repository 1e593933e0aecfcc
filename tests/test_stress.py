"""What threads share stays exact when sixteen of them use it at once.

The limiters have tests of their own, in ``test_rate_limit.py``.
"""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from bienvenue import DB, Auth, Settings, clock
from bienvenue.errors import Busy
from bienvenue.hash_pool import Gate, PooledHasher
from bienvenue.last_seen import LastSeen
from bienvenue.rate_limit import Budget, Taken
from bienvenue.rate_limit.memory import MemoryLimiter
from bienvenue.session import Session
from bienvenue.session_check import SignedIn

pytestmark = pytest.mark.requirement("V15.4.1")

THREADS = 16


@pytest.fixture(autouse=True)
def _hasty() -> Iterator[None]:
    """Let threads take turns as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(work: Callable[[int], None]) -> None:
    """Run a function in sixteen threads that start together."""
    start = threading.Barrier(THREADS)
    faults: list[BaseException] = []

    def run(number: int) -> None:
        start.wait(30)
        try:
            work(number)
        except BaseException as fault:  # noqa: BLE001  # shown by the test
            faults.append(fault)

    threads = [
        threading.Thread(target=run, args=(number,), daemon=True)
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert faults == []


def test_the_memory_of_the_limiter_keeps_its_bound() -> None:
    limiter = MemoryLimiter(capacity=20)
    granted: Counter[str] = Counter()
    count = threading.Lock()

    def work(number: int) -> None:
        for turn in range(200):
            mine = Budget(f"{number} {turn}", 1, 3600)
            taken = limiter.hold([mine])
            assert isinstance(taken, Taken)
            limiter.keep([mine], taken)
            with count:
                granted[mine.key] += 1

    at_once(work)
    assert len(granted) == THREADS * 200
    assert set(granted.values()) == {1}
    assert limiter.keys == 20


def test_a_gate_counts_its_places() -> None:
    gate, inside = Gate(5), threading.Semaphore(5)
    seen: Counter[bool] = Counter()
    count = threading.Lock()

    def work(_: int) -> None:
        for _ in range(200):
            let_in = True
            try:
                with gate.place():
                    assert inside.acquire(blocking=False)
                    inside.release()
            except Busy:
                let_in = False
            with count:
                seen[let_in] += 1

    at_once(work)
    assert seen.total() == THREADS * 200
    assert seen[True] > 0
    with ExitStack() as full:
        for _ in range(5):
            full.enter_context(gate.place())
        with pytest.raises(Busy), gate.place():
            pytest.fail("a sixth was let in")


def test_hashing_takes_turns_and_mixes_nothing_up() -> None:
    hasher = PooledHasher(4, at_once=3)

    def work(number: int) -> None:
        mine = f"password {number}"
        for _ in range(5):
            hashed = hasher.hash(mine)
            assert hasher.verify_and_upgrade(mine, hashed) == (True, None)
            assert not hasher.verify(f"password {number + 1}", hashed)

    at_once(work)
    met = threading.Barrier(3)  # and every thread of three is there still
    came = [hasher._crew.submit(met.wait, 20) for _ in range(3)]
    assert sorted(each.result() for each in came) == [0, 1, 2]


def test_every_use_of_a_session_is_written(db: DB) -> None:
    """Noted by all threads at once, while others write what is noted."""
    auth = Auth(db, Settings(bcrypt_rounds=4))
    with clock.frozen() as time:
        user = auth.register_user("bob@example.com", "pw")
        for _ in range(THREADS * 4):
            auth.create_session(user.email)
        began = clock.now_us()
        time.advance(minutes=2)
        used = clock.now()
        last_seen = LastSeen(db, timedelta(hours=1))

        def work(number: int) -> None:
            for turn in range(4):
                mine = number * 4 + turn + 1
                for _ in range(3):
                    last_seen.note(
                        SignedIn(
                            id=user.id,
                            email=user.email,
                            session=mine,
                            last_seen_us=began,
                            verified_at_us=None,
                        )
                    )
                if turn % 2:
                    last_seen.flush()

        at_once(work)
        last_seen.stop()
    rows = db.read(lambda unit: unit.query(Session).all())
    assert len(rows) == THREADS * 4
    assert {row.last_seen_at for row in rows} == {used}
    auth.close()


def test_sessions_begin_and_end_by_the_dozen(db: DB) -> None:
    """One ``Auth`` for all: as many are left as were not ended."""
    auth = Auth(db, Settings(bcrypt_rounds=4))
    auth.register_user("bob@example.com", "pw")
    kept: list[str] = []

    def work(_: int) -> None:
        for turn in range(4):
            session_id = auth.create_session("bob@example.com")
            assert session_id is not None
            assert auth.check_session(session_id) is not None
            if turn % 2:
                assert auth.end_session(session_id)
                assert auth.check_session(session_id) is None
            else:
                kept.append(session_id)

    at_once(work)
    assert len(set(kept)) == THREADS * 2
    assert all(auth.check_session(each) for each in kept)
    left = db.read(lambda unit: unit.query(Session).count())
    assert left == THREADS * 2
    auth.close()
