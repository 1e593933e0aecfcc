"""The security log: what it says, to whom, and a page at a time."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import orm

from bench import bulk, plans
from bench.crowd import Crowd
from bienvenue import DB, Auth, Settings, account_state, audit
from bienvenue.client import Client, acting
from bienvenue.events import Event
from bienvenue.features.account import log, sentences
from bienvenue.features.account.flow import Account
from bienvenue.features.account.log import Entry
from bienvenue.session_check import SignedIn

BOB, EVE, PASSWORD = "bob@example.com", "eve@example.com", "fifteen letters"
NEW = "another quiet morning"
HOME = Client("192.0.2.7", "curl/8.5.0")
AWAY = Client("198.51.100.9", "curl/8.5.0")
SUBJECT = re.compile(r"^(You|Your|A|All|An|Another|The|There|Some\w+) ")


def enter(auth: Auth, email: str = BOB) -> SignedIn:
    """Sign somebody in, from home."""
    found = auth.check_session(auth.log_in(email, PASSWORD, HOME))
    assert found is not None
    return found


def read(auth: Auth, user: SignedIn) -> list[Entry]:
    return Account(auth).log(user).entries


def told(auth: Auth, user: SignedIn) -> list[str]:
    """Return what the log says, the latest first."""
    return [each.sentence for each in read(auth, user)]


def note(
    auth: Auth, user: SignedIn, event: Event, fields: str | None = None
) -> None:
    """Put an event into a user's log."""

    def record(unit: orm.Session) -> None:
        audit.record(unit, event, user_id=user.id, fields=fields)

    auth.db.write(record)


@pytest.fixture
def bob(auth: Auth) -> SignedIn:
    """Bob, who has signed in."""
    auth.register_user(BOB, PASSWORD)
    return enter(auth)


def test_every_event_is_said_or_left_unsaid_for_a_reason() -> None:
    said, unsaid = set(sentences.SAYINGS), set(sentences.UNSAID)
    assert said | unsaid >= set(Event)
    assert not said & unsaid
    for event in said:
        saying = sentences.SAYINGS[event]
        assert saying.done or saying.failed
        for outcome in ("success", "failure", "refused"):
            for address in (None, "192.0.2.7"):
                text = sentences.of(event, outcome, address, {})
                assert SUBJECT.match(text)
                assert text.endswith(".")
                assert ("%" in text) <= (address is not None)
                assert "(" not in text % {"address": address}


def test_an_event_of_a_later_release_is_said_in_general() -> None:
    assert sentences.of("user_knighted", "success", None, {}) == sentences.ELSE


def test_what_a_person_did(auth: Auth, bob: SignedIn) -> None:
    account = Account(auth)
    with acting(AWAY):
        assert auth.valid_login(BOB, "wrong") is False
    account.end_other_sessions(bob)
    account.export(bob)
    account.change_password(bob, PASSWORD, NEW, HOME)
    assert told(auth, bob) == [
        "All your devices were signed out.",
        "Your password was changed.",
        "A copy of your data was taken.",
        "All your other devices were signed out.",
        "Somebody at %(address)s tried to sign in and could not.",
        "You signed in from %(address)s.",
        "Your account was made.",
    ]
    failed = read(auth, bob)[4]
    assert (failed.address, failed.browser.name) == (AWAY.address, "curl")


def test_what_others_did_is_in_their_log(auth: Auth, bob: SignedIn) -> None:
    auth.register_user(EVE, PASSWORD)
    eve = enter(auth, EVE)
    before = told(auth, bob)
    Account(auth).export(eve)
    assert told(auth, bob) == before
    own = read(auth, eve)[0]
    assert Account(auth).entry(eve, own.id) == own
    for number in (own.id, 0, -1, 2**63, 10**30):
        assert Account(auth).entry(bob, number) is None


def test_what_a_login_brings_with_it_is_not_said(
    auth: Auth, bob: SignedIn
) -> None:
    """Noise of another kind neither: nothing came of it."""
    before = told(auth, bob)
    for event in (Event.SESSION_CREATED, Event.ACCESS_DENIED):
        note(auth, bob, event)
    assert told(auth, bob) == before


def test_failures_in_a_row_are_one_entry(auth: Auth, bob: SignedIn) -> None:
    for place, times in ((AWAY, 3), (HOME, 2)):
        for _ in range(times):
            with acting(place):
                auth.valid_login(BOB, "wrong")
    found = [(each.address, each.times) for each in read(auth, bob)[:2]]
    assert found == [(HOME.address, 2), (AWAY.address, 3)]
    enter(auth)
    enter(auth)
    assert [each.times for each in read(auth, bob)[:3]] == [1, 1, 2]


def test_refusals_count_themselves(auth: Auth, bob: SignedIn) -> None:
    def record(unit: orm.Session) -> None:
        audit.record(
            unit,
            Event.RATE_LIMITED,
            user_id=bob.id,
            outcome="refused",
            count=7,
        )

    auth.db.write(record)
    assert read(auth, bob)[0].times == 7


def test_what_an_administrator_did(auth: Auth, bob: SignedIn) -> None:
    """Is said to be theirs, and not who they are."""
    with acting(Client(operator="alice")):
        account_state.end_sessions(auth.db, bob.id)
    found = read(auth, bob)[0]
    assert found.by_staff
    assert not found.may_be_another
    assert "alice" not in str(found)

    def record(unit: orm.Session, actor: int) -> None:
        event = Event.PASSWORD_CHANGED
        audit.record(unit, event, user_id=bob.id, actor_id=actor)

    auth.db.write(lambda unit: record(unit, bob.id + 1))
    assert read(auth, bob)[0].by_staff
    auth.db.write(lambda unit: record(unit, bob.id))
    assert not read(auth, bob)[0].by_staff


def test_what_may_have_been_another(auth: Auth, bob: SignedIn) -> None:
    """What was done in one's name; not what failed, or needs no password."""
    assert read(auth, bob)[0].may_be_another
    auth.valid_login(BOB, "wrong")
    assert not read(auth, bob)[0].may_be_another
    note(auth, bob, Event.RESET_REQUESTED)
    assert not read(auth, bob)[0].may_be_another


def test_to_say_that_it_was_not_oneself(auth: Auth, bob: SignedIn) -> None:
    thief = enter(auth)
    Account(auth).report(bob)
    assert told(auth, bob)[0] == sentences.REPORTED
    live = Account(auth).sessions(bob)
    assert [each.id for each in live] == [bob.session]
    assert thief.session != bob.session


def test_a_page_at_a_time(auth: Auth, bob: SignedIn) -> None:
    """Every entry once, in order, whatever is between them."""
    for number in range(3 * log.MOST):
        note(auth, bob, Event.USER_UPDATED, fields=f"field {number}")
        note(auth, bob, Event.SESSION_CREATED)
    account = Account(auth)
    seen: list[int] = []
    before, pages = None, 0
    while pages == 0 or before is not None:
        found = account.log(bob, before)
        assert len(found.entries) <= log.MOST
        seen += [each.id for each in found.entries]
        before, pages = found.older, pages + 1
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 3 * log.MOST + 2
    assert pages == 4
    for odd in (0, -1, 2**63 - 1):
        assert len(account.log(bob, odd).entries) in {0, log.MOST}


def test_a_log_full_of_noise_is_read_in_steps(
    auth: Auth, bob: SignedIn
) -> None:
    def noise(unit: orm.Session) -> None:
        for _ in range(450):
            audit.record(unit, Event.ACCESS_DENIED, user_id=bob.id)

    auth.db.write(noise)
    account = Account(auth)
    found = account.log(bob)
    steps = 1
    while not found.entries:
        found, steps = account.log(bob, found.older), steps + 1
    assert [each.sentence for each in found.entries] == [
        "You signed in from %(address)s.",
        "Your account was made.",
    ]
    assert steps == 3
    assert found.older is None


@pytest.fixture
def full(url: str) -> Iterator[DB]:
    """A database with many accounts, and their logs."""
    bulk.fill(url, Crowd.of(20_000))
    with DB(url) as db:
        yield db


def test_no_page_reads_the_whole_log(full: DB) -> None:
    account = Account(Auth(full, Settings(bcrypt_rounds=4)))
    user = SignedIn(7, BOB, 1, 0, None)
    with plans.listening(full.engine) as heard:
        account.log(user)
        account.log(user, 10_000)
        account.entry(user, 10_000)
    with full.engine.connect() as connection:
        for statement in heard.values():
            plan = plans.plan(connection, statement)
            assert not plan.scans, (statement.text, plan.steps)
            assert not plan.sorts, (statement.text, plan.steps)
