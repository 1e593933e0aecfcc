"""No verb reads a whole table, on any engine, once the tables are full.

The crowd is small beside a large service's, and large enough for an engine
to prefer an index where it has one.  What is asserted is how the engine
means to run each statement, not how long it takes.
"""

from collections.abc import Iterator

import pytest

from bench import bulk, plans
from bench.crowd import Crowd
from bench.plans import Statement
from bench.workday import Workday
from bienvenue import DB, Auth, Settings, clock, outbox, secret
from bienvenue.session_check import MOST

PEOPLE = 20_000

SMALL = {
    "audit_heads",  # one row for each node of a cluster
    "mailbox",  # empty in production
    "bienvenue_version",
    # What a subquery has found: a figure's, which ends at ten thousand.
    "anon_1",
    "<derived2>",
}

# What may read a table, and why.
ALLOWED = {
    "release letters": "once, when a service starts; it may change all",
    "count letters": "every one is counted",
    "list letters": "an operator looks at them, a hundred at most",
    "look at the health": "the last event, by the primary key",
    "show the audit log": "the last twenty, by the primary key",
}


@pytest.fixture
def auth(url: str) -> Iterator[Auth]:
    """A service with many accounts."""
    bulk.fill(url, Crowd.of(PEOPLE))
    auth = Auth(DB(url), Settings(bcrypt_rounds=4, mail="mailbox"))
    yield auth
    auth.close()


def scanned(auth: Auth) -> dict[str, list[str]]:
    """Do all there is to do in a day; return what reads whole tables."""
    found: dict[str, list[str]] = {}
    for name, act in Workday(auth).steps():
        with plans.listening(auth.db.engine) as heard:
            act()
        with auth.db.engine.connect() as connection:
            for statement in heard.values():
                plan = plans.plan(connection, statement)
                if set(plan.scans) - SMALL:
                    said = f"{statement.text}: {'; '.join(plan.steps)}"
                    found.setdefault(name, []).append(said)
    return found


def test_nothing_that_a_day_asks_for_reads_a_whole_table(auth: Auth) -> None:
    found = scanned(auth)
    assert {n: each for n, each in found.items() if n not in ALLOWED} == {}


@pytest.mark.parametrize("count", [1, MOST])
def test_whose_sessions_they_are_is_asked_by_index(
    auth: Auth, count: int
) -> None:
    check = auth.db.check_session
    assert check.many([secret.new_token()] * count) == [None] * count
    statement = check._of_many[count]
    values = {f"digest{n}": secret.digest(str(n)) for n in range(count)}
    given = statement.given({**values, "now": clock.now_us()})
    given = tuple(given) if isinstance(given, list) else given
    with auth.db.engine.connect() as connection:
        plan = plans.plan(connection, Statement(statement.sql, given))
    assert not plan.scans, plan.steps


def test_what_has_no_index_is_seen(auth: Auth) -> None:
    queries = (
        "SELECT id FROM users WHERE hashed_password = 'h'",
        "SELECT id FROM sessions WHERE user_id > 0 ORDER BY agent",
    )
    with auth.db.engine.connect() as connection:
        read, ordered = (
            plans.plan(connection, Statement(query, ())) for query in queries
        )
    assert (read.scans, read.sorts) == (["users"], False)
    assert ordered.sorts


@pytest.mark.engine("sqlite", "mariadb")
def test_the_next_letter_is_found_without_sorting_those_that_wait(
    auth: Auth,
) -> None:
    """A sort reads them all, and on MariaDB locks them for the others.

    PostgreSQL locks what is left after it, and goes by what it has counted.
    """
    with plans.listening(auth.db.engine) as heard:
        auth.db.write(outbox.lease)
    (take,) = (each for each in heard.values() if "ORDER BY" in each.sql)
    with auth.db.engine.connect() as connection:
        plan = plans.plan(connection, take)
    assert not plan.sorts, plan.steps
    assert not plan.scans, plan.steps
