"""Acting as a user: who may, for how long, and what it never reaches."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bienvenue import Auth, Settings, clock
from bienvenue.audit_tables import AuditEvent
from bienvenue.client import Client
from bienvenue.db import DB
from bienvenue.errors import (
    AccountDisabled,
    BienvenueError,
    InvalidChoice,
    NotPermitted,
    NotWhileActing,
    SessionRequired,
    UserNotFound,
)
from bienvenue.features.account.flow import Account
from bienvenue.features.admin import acting
from bienvenue.features.admin.flow import Admin
from bienvenue.features.admin.shapes import Actor
from bienvenue.features.email_change.flow import EmailChange
from bienvenue.session_check import SignedIn
from tests.features.admins import ANN, PASSWORD, ann, promote

BOB, EVE, WHY = "bob@example.com", "eve@example.com", "ticket 4711"


@pytest.fixture
def auth(db: DB) -> Auth:
    """Accounts of a service where admins may act as users."""
    settings = Settings(bcrypt_rounds=4, mail="mailbox", acting_as_user=True)
    auth = Auth(db, settings)
    for email in (BOB, EVE):
        auth.register_user(email, PASSWORD)
    return auth


@pytest.fixture
def actor(auth: Auth) -> Actor:
    """Ann, who is an admin."""
    return ann(auth)


@pytest.fixture
def bob(auth: Auth) -> int:
    """The number of Bob's account."""
    return auth.db.find_user_by(email=BOB).id


def as_bob(auth: Auth, actor: Actor, bob: int) -> tuple[str, SignedIn]:
    """Act as Bob; return the session's raw id, and what the check finds."""
    begun = acting.begin(auth, actor, bob, WHY)
    found = auth.check_session(begun.session_id)
    assert found is not None
    return begun.session_id, found


def test_an_admin_sees_what_the_user_sees(
    auth: Auth, actor: Actor, bob: int
) -> None:
    raw, found = as_bob(auth, actor, bob)
    assert (found.id, found.email, found.actor_id) == (bob, BOB, actor.id)
    (shown,) = Admin(auth).user(bob).sessions
    assert shown.actor_id == actor.id
    (letter,) = Admin(auth).letters().items
    assert (letter.letter, letter.recipient) == ("acted_as", BOB)
    acting.end(auth, found, raw)
    assert auth.check_session(raw) is None
    log = Admin(auth).user(bob).events
    assert [(each.event, each.actor_id) for each in log][:2] == [
        ("session_ended", actor.id),
        ("session_acting_began", actor.id),
    ]
    assert log[1].detail == {"reason": WHY, "session": found.session}


def test_it_is_off_unless_it_was_switched_on(db: DB) -> None:
    auth = Auth(db, Settings(bcrypt_rounds=4, mail="mailbox"))
    auth.register_user(BOB, PASSWORD)
    with pytest.raises(NotPermitted):
        acting.begin(auth, ann(auth), 1, WHY)


def test_whom_nobody_acts_as(auth: Auth, actor: Actor, bob: int) -> None:
    eve = promote(auth, EVE)
    auth.disable_user(bob)
    refused: list[tuple[int, type[BienvenueError]]] = [
        (eve, NotPermitted),
        (actor.id, NotPermitted),
        (bob, AccountDisabled),
        (99, UserNotFound),
    ]
    for user_id, error in refused:
        with pytest.raises(error):
            acting.begin(auth, actor, user_id, WHY)
    auth.enable_user(bob)
    for reason in ("", " \n"):
        with pytest.raises(InvalidChoice):
            acting.begin(auth, actor, bob, reason)
    gone = actor._replace(session=999)
    with pytest.raises(SessionRequired):
        acting.begin(auth, gone, bob, WHY)
    assert not Admin(auth).letters().items


def test_it_lasts_half_an_hour_whatever_its_use(
    auth: Auth, actor: Actor, bob: int
) -> None:
    with clock.frozen() as now:
        begun = acting.begin(auth, actor, bob, WHY)
        assert begun.seconds == 1800
        for _ in range(2):
            now.advance(minutes=14, seconds=59)
            found = auth.check_session(begun.session_id)
            assert found is not None
            auth._last_seen.flush()
        now.advance(seconds=2)
        assert auth.check_session(begun.session_id) is None


def test_it_lasts_no_longer_than_the_admins_own(db: DB) -> None:
    auth = Auth(
        db,
        Settings(
            bcrypt_rounds=4,
            mail="mailbox",
            acting_as_user=True,
            session_lifetime_seconds=1200,
        ),
    )
    auth.register_user(BOB, PASSWORD)
    with clock.frozen() as now:
        who = ann(auth)
        now.advance(minutes=10)
        assert acting.begin(auth, who, 1, WHY).seconds == 600


def _demote(auth: Auth, actor: Actor) -> None:
    promote(auth, EVE)
    Admin(auth).revoke_admin(None, actor.id)


def _disable(auth: Auth, actor: Actor) -> None:
    promote(auth, EVE)
    auth.disable_user(actor.id)


def _sign_out(auth: Auth, actor: Actor) -> None:
    auth.destroy_session(actor.id)
    auth.create_session(ANN)  # another one is not the one


def _promote(auth: Auth, _actor: Actor) -> None:
    promote(auth, BOB)


@pytest.mark.parametrize("act", [_demote, _disable, _sign_out, _promote])
def test_it_ends_with_what_it_hangs_on(
    auth: Auth, actor: Actor, bob: int, act: Callable[[Auth, Actor], None]
) -> None:
    raw, _ = as_bob(auth, actor, bob)
    act(auth, actor)
    assert auth.check_session(raw) is None


def _changes(auth: Auth, user: SignedIn, raw: str) -> Iterator[object]:
    account, change = Account(auth), EmailChange(auth)
    yield lambda: account.change_password(user, PASSWORD, "other", Client())
    yield lambda: account.reauthenticate(user, raw, PASSWORD)
    yield lambda: account.delete(user)
    yield lambda: account.end_other_sessions(user)
    yield lambda: account.end_session(user, user.session)
    yield lambda: account.export(user)
    yield lambda: change.request(user, "thief@example.com")


@pytest.mark.parametrize("which", range(7))
def test_nothing_that_is_the_owners_alone_is_done(
    auth: Auth, actor: Actor, bob: int, which: int
) -> None:
    raw, user = as_bob(auth, actor, bob)
    own = auth.create_session(BOB)
    change = list(_changes(auth, user, raw))[which]
    assert callable(change)
    with pytest.raises(NotWhileActing):
        change()
    assert auth.valid_login(BOB, PASSWORD)
    assert auth.check_session(own)
    assert auth.check_session(raw) == user
    assert Admin(auth).user(bob).user.states == ["unverified"]


def test_it_opens_no_console_and_no_program(
    auth: Auth, actor: Actor, bob: int
) -> None:
    """Applications that ask the library see the owner's sessions alone."""
    raw, user = as_bob(auth, actor, bob)
    with pytest.raises(NotPermitted):
        Admin(auth).require(user)
    assert auth.get_user_from_session_id(raw) is None
    assert auth.db.find_user_by(id=bob).session_id is None


def test_who_acts_as_nobody_has_nothing_to_end(auth: Auth) -> None:
    raw = auth.create_session(BOB)
    user = auth.check_session(raw)
    assert user is not None
    with pytest.raises(NotPermitted):
        acting.end(auth, user, raw)
    assert auth.check_session(raw)


def test_no_secret_of_it_is_kept(auth: Auth, actor: Actor, bob: int) -> None:
    raw, _ = as_bob(auth, actor, bob)
    rows = auth.db.read(lambda unit: list(unit.scalars(select(AuditEvent))))
    assert raw not in json.dumps([each.detail for each in rows])
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert auth.check_session(raw) is None
