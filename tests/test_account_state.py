"""Accounts that are disabled, enabled, deleted; on every engine."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, orm, select

from bienvenue import Auth, Settings, User, account_state, clock
from bienvenue.errors import (
    InvalidCredentials,
    InvalidToken,
    UnknownAddress,
    UnknownAttribute,
    UserNotFound,
)
from bienvenue.housekeeping import Housekeeper
from bienvenue.letters import Letters
from bienvenue.mail import Message
from bienvenue.mailbox import MailboxRow, deliver
from bienvenue.one_time_token import OneTimeToken, Purpose, renew
from bienvenue.outbox import Letter, OutboxRow, lease, post
from bienvenue.session import Session
from tests.test_races import at_once

BOB, WORD = "bob@example.com", "b4l0u"


@pytest.fixture
def user(auth: Auth) -> User:
    """Bob; Eve has an account as well, and a session."""
    found = auth.register_user(BOB, WORD)
    auth.register_user("eve@example.com", "3v3")
    auth.create_session("eve@example.com")
    return found


def count(auth: Auth, table: type) -> int:
    """Return how many rows a table has."""
    found = auth.db.read(
        lambda unit: unit.scalar(select(func.count()).select_from(table))
    )
    assert found is not None
    return found


def written(
    auth: Auth, letter: Letter, detail: str | None = None
) -> Message | None:
    """Return a letter to Bob as it would leave now."""

    def write(unit: orm.Session) -> Message | None:
        unit.execute(delete(OutboxRow))
        post(unit, letter, BOB, detail=detail)
        row = lease(unit)
        assert row is not None
        return Letters(auth.settings).write(unit, row)

    return auth.db.write(write)


@pytest.mark.requirement("V7.4.2")
def test_a_disabled_account_is_shut_at_once(auth: Auth, user: User) -> None:
    ids = [auth.log_in(BOB, WORD) for _ in range(3)]
    token = auth.get_reset_password_token(BOB)
    auth.disable_user(user.id)
    assert [auth.check_session(each) for each in ids] == [None] * 3
    with pytest.raises(InvalidToken):
        auth.update_password(token, "n3w")
    assert not auth.valid_login(BOB, WORD)
    with pytest.raises(InvalidCredentials):
        auth.log_in(BOB, WORD)
    assert auth.create_session(BOB) is None
    with pytest.raises(UnknownAttribute, match="disabled"):
        auth.db.update_user(user.id, session_id="raw")
    with pytest.raises(UnknownAddress):
        auth.get_reset_password_token(BOB)
    assert count(auth, OneTimeToken) == 0
    assert count(auth, Session) == 1  # Eve's


def test_nobody_is_written_to_about_a_disabled_account(
    auth: Auth, user: User
) -> None:
    auth.disable_user(user.id)
    message = written(auth, Letter.RESET_PASSWORD)
    assert message is None
    assert count(auth, OneTimeToken) == 0


def test_the_owner_is_warned_unless_it_is_called_off(
    auth: Auth, user: User
) -> None:
    day = auth.schedule_deletion(user.id).date().isoformat()
    waiting = auth.db.read(lambda unit: unit.scalars(select(OutboxRow)).one())
    assert (waiting.recipient, waiting.detail) == (BOB, day)
    message = written(auth, Letter.DELETION_SCHEDULED, day)
    assert message is not None
    assert message.recipient == BOB
    assert day in message.body
    auth.log_in(BOB, WORD)
    assert written(auth, Letter.DELETION_SCHEDULED, day) is None


def test_an_account_is_opened_again(auth: Auth, user: User) -> None:
    with clock.frozen() as now:
        auth.disable_user(user.id)
        since = auth.db.find_user_by(id=user.id).disabled_at
        now.advance(days=1)
        auth.disable_user(user.id)
        assert auth.db.find_user_by(id=user.id).disabled_at == since
    auth.enable_user(user.id)
    assert auth.db.find_user_by(id=user.id).disabled_at is None
    assert auth.check_session(auth.log_in(BOB, WORD))


def test_an_unknown_account_is_told(auth: Auth) -> None:
    for call in (
        auth.disable_user,
        auth.enable_user,
        auth.delete_user,
        auth.schedule_deletion,
    ):
        with pytest.raises(UserNotFound):
            call(99)
    assert not account_state.delete_due(auth.db, 99)


@pytest.mark.requirement("V7.4.2", "V7.4.3")
def test_no_login_under_way_outlives_the_account(
    auth: Auth, user: User
) -> None:
    """The check of a session does not look at the account: none is left."""

    def work(number: int) -> str | None:
        if number == 5:
            auth.disable_user(user.id)
            return None
        return auth.log_in(BOB, WORD)

    found = at_once(12, work)
    assert sum(each is None for each in found) == 1
    for each in found:
        if isinstance(each, str):
            assert auth.check_session(each) is None
        else:
            assert each is None or isinstance(each, InvalidCredentials)
    rows = auth.db.read(
        lambda unit: unit.scalars(
            select(Session).where(Session.user_id == user.id)
        ).all()
    )
    assert rows == []


@pytest.mark.requirement("V7.4.2")
def test_an_account_is_deleted_after_its_days_of_grace(
    auth: Auth, user: User
) -> None:
    housekeeper = Housekeeper(auth.db)
    with clock.frozen() as now:
        session_id = auth.log_in(BOB, WORD)
        token = auth.get_reset_password_token(BOB)
        due = auth.schedule_deletion(user.id)
        assert due == clock.now() + timedelta(days=14)
        assert auth.check_session(session_id) is None
        with pytest.raises(InvalidToken):
            auth.update_password(token, "n3w")
        (letter,) = auth.db.read(
            lambda unit: unit.scalars(select(OutboxRow)).all()
        )
        assert letter.letter == Letter.DELETION_SCHEDULED
        assert (letter.recipient, letter.user_id, letter.detail) == (
            BOB,
            user.id,
            due.date().isoformat(),
        )
        now.advance(days=14, microseconds=-1)
        housekeeper.tidy()
        assert auth.db.find_user_by(id=user.id).deletion_due_at == due
        now.advance(microseconds=1)
        assert housekeeper.tidy() >= 1
    with pytest.raises(UserNotFound):
        auth.db.find_user_by(id=user.id)
    assert auth.db.find_user_by(email="eve@example.com").id
    assert auth.register_user(BOB, WORD).id != user.id


def test_signing_in_keeps_the_account(auth: Auth, user: User) -> None:
    housekeeper = Housekeeper(auth.db)

    def log_in() -> str | None:
        return auth.log_in(BOB, WORD)

    def begin() -> str | None:
        return auth.create_session(BOB)

    for sign_in in (log_in, begin):
        with clock.frozen() as now:
            auth.schedule_deletion(user.id)
            now.advance(days=13)
            assert sign_in()
            now.advance(days=10)
            housekeeper.tidy()
            kept = auth.db.find_user_by(id=user.id)
            assert kept.deletion_due_at is None
    assert not account_state.delete_due(auth.db, user.id)


def test_a_wrong_password_keeps_nothing(auth: Auth, user: User) -> None:
    due = auth.schedule_deletion(user.id)
    with pytest.raises(InvalidCredentials):
        auth.log_in(BOB, "wrong")
    assert auth.db.find_user_by(id=user.id).deletion_due_at == due


def test_a_thief_cannot_take_the_owners_way_back_along(
    auth: Auth, user: User
) -> None:
    def hand_out(unit: orm.Session) -> None:
        for purpose in Purpose:
            renew(unit, user.id, purpose, timedelta(hours=72), subject="s")

    auth.db.write(hand_out)
    auth.schedule_deletion(user.id)
    (left,) = auth.db.read(
        lambda unit: unit.scalars(select(OneTimeToken)).all()
    )
    assert left.purpose == Purpose.UNDO_EMAIL_CHANGE
    auth.disable_user(user.id)
    assert count(auth, OneTimeToken) == 1


def test_all_that_is_an_accounts_own_goes_with_it(
    auth: Auth, user: User
) -> None:
    auth.log_in(BOB, WORD)
    auth.get_reset_password_token(BOB)

    def write_letters(unit: orm.Session) -> None:
        post(unit, Letter.RESET_PASSWORD, BOB)
        post(unit, Letter.EMAIL_CHANGED, "old@example.com", user_id=user.id)
        post(unit, Letter.RESET_PASSWORD, "eve@example.com")
        deliver(unit, Message(recipient=BOB, subject="s", body="b"))
        deliver(
            unit, Message(recipient="eve@example.com", subject="", body="")
        )

    auth.db.write(write_letters)
    auth.delete_user(user.id)
    assert count(auth, User) == 1
    assert count(auth, Session) == 1
    assert count(auth, OneTimeToken) == 0
    assert count(auth, OutboxRow) == 1
    assert count(auth, MailboxRow) == 1


def test_without_days_of_grace_it_is_gone_at_once(
    auth: Auth, user: User
) -> None:
    at_once_settings = Settings(bcrypt_rounds=4, deletion_grace_days=0)
    hasty = Auth(auth.db, at_once_settings)
    with clock.frozen():
        assert hasty.schedule_deletion(user.id) == clock.now()
    with pytest.raises(UserNotFound):
        auth.db.find_user_by(id=user.id)
    assert count(auth, OutboxRow) == 0


def test_a_reset_that_waits_does_not_outlive_a_new_password(
    auth: Auth,
) -> None:
    """Its token would be made as it leaves, after the password was set."""
    user = auth.register_user("waits@example.com", "b4l0u")
    replacements: list[Callable[[], None]] = [
        lambda: account_state.set_password(
            auth.db, auth.settings, user.id, "h"
        ),
        lambda: auth.update_password(
            auth.get_reset_password_token(user.email), "another one"
        ),
    ]
    for replace in replacements:
        auth.request_password_reset(user.email)
        assert Letter.RESET_PASSWORD in waiting(auth)
        replace()
        assert Letter.RESET_PASSWORD not in waiting(auth)
    auth.request_password_reset(user.email)
    auth.mark_password_compromised(user.id)
    assert Letter.RESET_PASSWORD in waiting(auth), "only a reset mends that"


def waiting(auth: Auth) -> list[str]:
    """Return the kinds of letters that wait."""
    return auth.db.read(
        lambda unit: list(unit.scalars(select(OutboxRow.letter)))
    )
