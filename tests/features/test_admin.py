"""What admins do to accounts: who may, what it causes, what it leaves."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import orm, select, update

from bienvenue import Auth, Settings, clock, sudo
from bienvenue.audit_tables import AuditEvent
from bienvenue.db import DB
from bienvenue.errors import (
    AccountDisabled,
    InvalidChoice,
    LastAdmin,
    MailOff,
    NotPermitted,
    ReauthenticationRequired,
    SessionRequired,
    UserNotFound,
)
from bienvenue.features.admin import everyone, first
from bienvenue.features.admin.flow import Admin
from bienvenue.features.admin.log import EventFilters
from bienvenue.features.admin.shapes import Actor
from bienvenue.outbox import OutboxRow
from bienvenue.user import UNUSABLE
from tests.features.admins import ANN, PASSWORD, ann, promote, signed_in

BOB, EVE, AL = "bob@example.com", "eve@example.com", "al@example.com"
Verb = Callable[[Admin, Actor, int], object]


@pytest.fixture
def auth(db: DB) -> Auth:
    """Accounts whose letters wait, with Bob and Eve among them."""
    auth = Auth(db, Settings(bcrypt_rounds=4, mail="mailbox"))
    for email in (BOB, EVE):
        auth.register_user(email, PASSWORD)
    return auth


def number(auth: Auth, email: str) -> int:
    return auth.db.find_user_by(email=email).id


def events(auth: Auth, event: str) -> list[AuditEvent]:
    query = select(AuditEvent).where(AuditEvent.event == event)
    return auth.db.read(lambda u: list(u.scalars(query.order_by("id"))))


def test_only_an_admin_is_let_in(auth: Auth) -> None:
    with pytest.raises(SessionRequired):
        Admin(auth).require(None)
    bob = signed_in(auth, BOB)
    with pytest.raises(NotPermitted):
        Admin(auth).require(bob)
    promote(auth, BOB)
    actor = Admin(auth).require(bob)
    assert actor == Actor(bob.id, BOB, bob.session)


@pytest.mark.requirement("V8.3.2")
def test_a_role_that_is_taken_away_is_gone_at_once(auth: Auth) -> None:
    admin, actor = Admin(auth), ann(auth)
    promote(auth, BOB)
    bob = signed_in(auth, BOB)
    assert admin.require(bob)
    admin.revoke_admin(actor, bob.id)
    with pytest.raises(NotPermitted):
        admin.require(bob)
    admin.grant_admin(actor, bob.id)
    assert admin.require(bob)
    admin.disable(actor, bob.id)
    with pytest.raises(SessionRequired):
        admin.require(bob)
    found = [
        (each.user_id, each.actor_id, json.loads(each.detail or ""))
        for each in events(auth, "authz_change")
    ]
    up = {"before": "none", "after": "admin"}
    down = {"before": "admin", "after": "none"}
    assert found[-2:] == [(bob.id, actor.id, down), (bob.id, actor.id, up)]


def test_one_whose_account_waits_to_be_deleted_is_no_admin(auth: Auth) -> None:
    admin, actor = Admin(auth), ann(auth)
    promote(auth, BOB)
    admin.delete(actor, number(auth, BOB))
    with pytest.raises(LastAdmin):
        admin.revoke_admin(actor, actor.id)


@pytest.mark.requirement("NIST-63B-2.3.3")
def test_the_console_closes_half_a_day_after_the_password(auth: Auth) -> None:
    with clock.frozen() as now:
        ann(auth)
        user, admin = signed_in(auth, ANN), Admin(auth)
        for _ in range(72):
            assert admin.require(user)
            now.advance(minutes=10)
        assert admin.require(user)
        now.advance(seconds=1)
        with pytest.raises(ReauthenticationRequired):
            admin.require(user)


@pytest.mark.requirement("NIST-63B-2.3.3")
def test_the_console_closes_when_it_is_left_alone(auth: Auth) -> None:
    with clock.frozen() as now:
        ann(auth)
        user, admin = signed_in(auth, ANN), Admin(auth)
        now.advance(minutes=15)
        assert admin.require(user)
        now.advance(minutes=14, seconds=59)
        assert admin.require(user)
        now.advance(minutes=15)
        # Whatever else the session was used for meanwhile.
        for _ in range(2):
            auth._last_seen.note(user._replace(last_seen_us=0))
            auth._last_seen.flush()
            with pytest.raises(ReauthenticationRequired):
                admin.require(user)


def test_a_password_that_is_given_again_opens_the_console(auth: Auth) -> None:
    with clock.frozen() as now:
        ann(auth)
        raw, admin = auth.log_in(ANN, PASSWORD), Admin(auth)
        user = auth.check_session(raw)
        assert user is not None
        now.advance(hours=13)
        with pytest.raises(ReauthenticationRequired):
            admin.require(user)
        sudo.renew(auth.db, auth.hasher, user, raw, PASSWORD)
        assert admin.require(user)


def test_a_clock_that_was_set_back_opens_nothing(auth: Auth) -> None:
    with clock.frozen() as now:
        ann(auth)
        user, admin = signed_in(auth, ANN), Admin(auth)
        assert admin.require(user)
        now.advance(minutes=-1)
        with pytest.raises(ReauthenticationRequired):
            admin.require(user)


# What each verb records; whose account it is, is Bob's.
VERBS: dict[str, tuple[Verb, str]] = {
    "disable": (lambda a, who, n: a.disable(who, n, "spam"), "user_disabled"),
    "enable": (Admin.enable, "user_enabled"),
    "end_sessions": (Admin.end_sessions, "session_ended"),
    "send_reset": (Admin.send_reset, "authn_reset_requested"),
    "mark_compromised": (
        Admin.mark_compromised,
        "user_password_compromised",
    ),
    "delete": (Admin.delete, "user_deletion_scheduled"),
    "grant_admin": (Admin.grant_admin, "authz_change"),
}


@pytest.mark.parametrize("name", VERBS)
def test_each_verb_is_in_the_log_with_both_ids(auth: Auth, name: str) -> None:
    act, event = VERBS[name]
    actor, bob = ann(auth), number(auth, BOB)
    act(Admin(auth), actor, bob)
    (found,) = [each for each in events(auth, event) if each.user_id == bob]
    assert found.actor_id == actor.id
    shown = Admin(auth).events(EventFilters(user_id=bob, event=event))
    assert shown.items[0].actor_email == ANN
    assert shown.items[0].user_email == BOB
    if name == "disable":
        assert shown.items[0].detail == {"reason": "spam"}


@pytest.mark.parametrize("name", VERBS)
def test_nobody_is_no_account(auth: Auth, name: str) -> None:
    act, _ = VERBS[name]
    actor = ann(auth)
    for nobody in (0, 77, 2**31, 2**70, -1):
        with pytest.raises(UserNotFound):
            act(Admin(auth), actor, nobody)


@pytest.mark.requirement("V7.4.2")
@pytest.mark.parametrize("name", ["disable", "delete", "mark_compromised"])
def test_who_is_shut_out_is_signed_out_everywhere(
    auth: Auth, name: str
) -> None:
    sessions = [auth.create_session(BOB) for _ in range(3)]
    eve = auth.create_session(EVE)
    getattr(Admin(auth), name)(ann(auth), number(auth, BOB))
    assert [auth.check_session(raw) for raw in sessions] == [None] * 3
    assert auth.check_session(eve)


@pytest.mark.requirement("V7.4.5")
def test_all_sessions_of_one_end_or_of_everybody(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everyone, "BATCH", 2)
    actor, admin = ann(auth), Admin(auth)
    bobs = [auth.create_session(BOB) for _ in range(3)]
    eves = [auth.create_session(EVE) for _ in range(3)]
    admin.end_sessions(actor, number(auth, BOB))
    assert [auth.check_session(raw) for raw in bobs] == [None] * 3
    assert all(auth.check_session(raw) for raw in eves)
    assert admin.end_all_sessions(actor) == 3
    assert [auth.check_session(raw) for raw in eves] == [None] * 3
    assert admin.user(actor.id).sessions[0].id == actor.session
    ended = [json.loads(e.detail or "") for e in events(auth, "session_ended")]
    counts = [each["count"] for each in ended if each["scope"] == "everyone"]
    assert sum(counts) == 3


def test_a_reset_is_mailed_to_the_owner_alone(auth: Auth) -> None:
    actor, bob = ann(auth), number(auth, BOB)
    Admin(auth).send_reset(actor, bob)
    (letter,) = Admin(auth).letters().items
    assert (letter.letter, letter.recipient) == ("reset_password", BOB)
    assert auth.valid_login(BOB, PASSWORD)
    Admin(auth).disable(actor, bob)
    with pytest.raises(AccountDisabled):
        Admin(auth).send_reset(actor, bob)
    with pytest.raises(AccountDisabled):
        Admin(auth).grant_admin(actor, bob)
    auth.settings = Settings(mail="off")
    with pytest.raises(MailOff):
        Admin(auth).send_reset(actor, number(auth, EVE))


@pytest.mark.parametrize("name", ["disable", "delete", "revoke_admin"])
def test_the_last_admin_stays(auth: Auth, name: str) -> None:
    actor, admin = ann(auth), Admin(auth)
    with pytest.raises(LastAdmin):
        getattr(admin, name)(actor, actor.id)
    assert admin.require(signed_in(auth, ANN))
    for away in (auth.disable_user, auth.delete_user, auth.schedule_deletion):
        with pytest.raises(LastAdmin):
            away(actor.id)
    # One who cannot sign in is no other admin.
    promote(auth, BOB)
    admin.disable(actor, number(auth, BOB))
    with pytest.raises(LastAdmin):
        getattr(admin, name)(actor, actor.id)
    admin.enable(actor, number(auth, BOB))
    getattr(admin, name)(actor, actor.id)
    assert admin.require(signed_in(auth, BOB))


def appointed(auth: Auth) -> int:
    """Make Al an admin, as an operator does: without a password."""
    auth.db.add_user(AL, UNUSABLE)
    return promote(auth, AL)


@pytest.mark.parametrize("name", ["disable", "delete", "revoke_admin"])
def test_one_without_a_password_is_no_other_admin(
    auth: Auth, name: str
) -> None:
    actor, admin, al = ann(auth), Admin(auth), appointed(auth)
    assert [each.email for each in admin.users(status="admin").items] == [
        AL,
        ANN,
    ]
    for away in (auth.disable_user, auth.delete_user, auth.schedule_deletion):
        with pytest.raises(LastAdmin):
            away(actor.id)
    with pytest.raises(LastAdmin):
        getattr(admin, name)(actor, actor.id)
    token = auth.get_reset_password_token(AL)
    with pytest.raises(LastAdmin):  # to have a link is not to have used it
        getattr(admin, name)(actor, actor.id)
    auth.update_password(token, PASSWORD)
    getattr(admin, name)(actor, actor.id)
    with pytest.raises(LastAdmin):
        getattr(admin, name)(actor, al)


@pytest.mark.parametrize("name", ["disable", "delete", "revoke_admin"])
def test_one_without_a_password_can_always_be_taken_back(
    auth: Auth, name: str
) -> None:
    admin, al = Admin(auth), appointed(auth)
    # Alone they are enough of an admin for no link to make another first.
    assert first.invite(auth.db) is None
    getattr(admin, name)(ann(auth), al)
    assert admin.require(signed_in(auth, ANN))


@pytest.mark.parametrize("more", [False, True])
def test_of_two_who_take_each_others_role_one_is_refused(
    auth: Auth, *, more: bool
) -> None:
    actor = ann(auth)
    promote(auth, BOB)
    if more:  # who could not act as one changes nothing about it
        appointed(auth)
    bob = Admin(auth).require(signed_in(auth, BOB))
    pairs = [(actor, bob.id), (bob, actor.id)]

    def take(pair: tuple[Actor, int]) -> str:
        try:
            Admin(auth).revoke_admin(*pair)
        except LastAdmin:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(take, pairs)) == ["done", "refused"]


def test_several_at_once_each_for_itself(auth: Auth) -> None:
    actor, admin = ann(auth), Admin(auth)
    bob, eve = number(auth, BOB), number(auth, EVE)
    result = admin.bulk(actor, "disable", [bob, 99, actor.id, eve, bob])
    assert result.done == [bob, eve]
    assert result.failed == {99: "user_not_found", actor.id: "last_admin"}
    for verb, ids in (("revoke_admin", [bob]), ("disable", []), ("", [bob])):
        with pytest.raises(InvalidChoice):
            admin.bulk(actor, verb, ids)
    with pytest.raises(InvalidChoice):
        admin.bulk(actor, "enable", range(1, 102))


def test_dead_letters_are_tried_again_or_forgotten(auth: Auth) -> None:
    actor, admin = ann(auth), Admin(auth)
    for email in (BOB, EVE, ANN):
        admin.send_reset(actor, number(auth, email))

    def kill(unit: orm.Session) -> None:
        unit.execute(
            update(OutboxRow)
            .where(OutboxRow.recipient != ANN)
            .values(failed_at=clock.now(), reason="no such box")
        )

    auth.db.write(kill)
    dead = admin.letters("dead").items
    assert [(each.recipient, each.state) for each in dead] == [
        (EVE, "dead"),
        (BOB, "dead"),
    ]
    assert {each.due_at for each in dead} == {None}
    assert [e.recipient for e in admin.letters("waiting").items] == [ANN]
    assert admin.retry_letters(actor, [dead[0].id]) == 1
    assert admin.purge_letters(actor) == 1
    assert [each.recipient for each in admin.letters().items] == [ANN, EVE]
    for event in ("mail_retried", "mail_purged"):
        assert events(auth, event)[0].actor_id == actor.id
    with pytest.raises(InvalidChoice):
        admin.letters("lost")
