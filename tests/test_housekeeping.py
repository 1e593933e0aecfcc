"""What is over is thrown away, and nothing else."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import orm, select

from bienvenue import Auth, clock, housekeeping, secret
from bienvenue.housekeeping import Housekeeper
from bienvenue.one_time_token import OneTimeToken, Purpose, issue
from bienvenue.session import Session
from tests.test_races import at_once


def fill(auth: Auth, number: int) -> list[int]:
    """Make accounts, each with a session and a token; return their ids."""
    ids: list[int] = []

    def give(unit: orm.Session) -> None:
        now = clock.now()
        unit.add(
            Session(
                user_id=ids[-1],
                digest=secret.new_token(),
                created_at=now,
                last_seen_at=now,
                authenticated_at=now,
                expires_at=now + timedelta(days=7),
                ends_at=now + timedelta(days=30),
            )
        )
        token = secret.new_token()
        issue(unit, ids[-1], Purpose.RESET_PASSWORD, token)

    for each in range(number):
        ids.append(auth.db.add_user(f"{each}@example.com", "h").id)
        auth.db.write(give)
    return ids


def left(auth: Auth) -> tuple[int, int]:
    """Return how many sessions and tokens there are."""
    return auth.db.read(
        lambda unit: (
            len(unit.scalars(select(Session.id)).all()),
            len(unit.scalars(select(OneTimeToken.id)).all()),
        )
    )


@pytest.mark.requirement("V14.2.7")
def test_only_what_is_over_goes(auth: Auth) -> None:
    housekeeper = Housekeeper(auth.db)
    with clock.frozen() as now:
        fill(auth, 3)
        assert housekeeper.tidy() == 0
        now.advance(hours=1, microseconds=-1)
        assert housekeeper.tidy() == 0
        now.advance(microseconds=1)
        assert housekeeper.tidy() == 3
        assert left(auth) == (3, 0)
        now.advance(days=7)
        assert housekeeper.tidy() == 3
        assert left(auth) == (0, 0)


@pytest.mark.engine("sqlite")
def test_it_goes_on_batch_after_batch(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    with clock.frozen() as now:
        ids = fill(auth, 5)
        for user_id in ids:
            auth.schedule_deletion(user_id)
        fill_again = [auth.db.add_user("z@example.com", "h").id]
        now.advance(days=15)
        assert Housekeeper(auth.db).tidy() == 5
        assert auth.db.find_user_by(id=fill_again[0]).id


def test_many_processes_may_do_it_at_once(auth: Auth) -> None:
    with clock.frozen() as now:
        ids = fill(auth, 8)
        for user_id in ids[:4]:
            auth.schedule_deletion(user_id)
        now.advance(days=15)
        found = at_once(4, lambda _: Housekeeper(auth.db).tidy())
        assert all(isinstance(each, int) for each in found), found
        gone = sum(each for each in found if isinstance(each, int))
        assert gone == 4 + 4 + 4  # accounts; others' sessions and tokens
        assert left(auth) == (0, 0)


@pytest.mark.parametrize("number", range(4))
def test_an_account_whose_owner_signs_in_just_then_stays(
    auth: Auth, number: int
) -> None:
    """Either it is kept with a session, or it is gone: never between."""
    del number  # another race each time
    with clock.frozen() as now:
        user_id = auth.register_user("bob@example.com", "b4l0u").id
        auth.schedule_deletion(user_id)
        now.advance(days=14)
        housekeeper = Housekeeper(auth.db)

        def work(which: int) -> object:
            if which:
                return housekeeper.tidy()
            return auth.log_in("bob@example.com", "b4l0u")

        found = at_once(2, work)
    session_id = next((x for x in found if isinstance(x, str)), None)
    gone = sum(x for x in found if isinstance(x, int))
    assert (session_id is None) == (gone == 1)
    if session_id:
        assert auth.check_session(session_id)


@pytest.mark.engine("sqlite")
def test_it_ends_between_two_batches_when_told_to(auth: Auth) -> None:
    with clock.frozen() as now:
        ids = fill(auth, 2)
        for user_id in ids:
            auth.schedule_deletion(user_id)
        now.advance(days=15)
        housekeeper = Housekeeper(auth.db)
        housekeeper.stop()
        assert housekeeper.tidy() == 0
        assert auth.db.find_user_by(id=ids[0]).id


@pytest.mark.engine("sqlite")
def test_it_has_a_thread_that_ends(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "_EVERY_SECONDS", 0.01)
    tidied = threading.Event()

    def nothing(*_: object) -> list[int]:
        tidied.set()
        return []

    monkeypatch.setattr(housekeeping, "_expired", nothing)
    before = set(threading.enumerate())
    housekeeper = Housekeeper(auth.db)
    housekeeper.start()
    assert tidied.wait(30)
    (mine,) = set(threading.enumerate()) - before
    housekeeper.stop()
    assert not mine.is_alive()
