"""Another address: asked for, confirmed, told, and undone."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from bienvenue import DB, Auth, Settings, clock
from bienvenue.clock import FrozenClock
from bienvenue.errors import (
    EmailTaken,
    InvalidAddress,
    InvalidToken,
    MailOff,
)
from bienvenue.features.email_change.flow import EmailChange, masked
from bienvenue.features.email_change.undo import Undo
from bienvenue.one_time_token import Purpose
from bienvenue.session_check import SignedIn
from tests import mailed

OLD, NEW, THIRD = "old@example.com", "New@example.com", "third@example.com"
TAKEN = "taken@example.com"
PASSWORD = "fifteen letters"
CHANGE, UNDO = Purpose.CHANGE_EMAIL, Purpose.UNDO_EMAIL_CHANGE


@pytest.fixture(autouse=True)
def time() -> Iterator[FrozenClock]:
    """A clock that moves by hand."""
    with clock.frozen() as stopped:
        yield stopped


@pytest.fixture
def auth(auth: Auth) -> Auth:
    """Two accounts with proven addresses."""
    for email in (OLD, TAKEN):
        auth.register_user(email, PASSWORD)
        mailed.verify(auth.db, email)
    return auth


@pytest.fixture
def change(auth: Auth) -> EmailChange:
    """The verbs that are tested."""
    return EmailChange(auth)


def enter(auth: Auth, email: str = OLD) -> SignedIn:
    found = auth.check_session(auth.create_session(email))
    assert found is not None
    return found


def move(auth: Auth, time: FrozenClock, old: str, new: str) -> str:
    """Change an address as a person does; return the link to undo it."""
    change = EmailChange(auth)
    change.request(enter(auth, old), new)
    change.confirm(mailed.token(auth.db, CHANGE, old, new))
    link = mailed.token(auth.db, UNDO, new, old)
    time.advance(minutes=1)
    return link


@pytest.mark.requirement("OWASP-CS-AUTH-2")
def test_the_new_address_is_used_once_it_is_confirmed(
    auth: Auth, change: EmailChange
) -> None:
    user = enter(auth)
    change.request(user, NEW)
    assert mailed.letters(auth.db) == [("confirm_email_change", NEW)]
    assert auth.valid_login(OLD, PASSWORD)
    assert not auth.valid_login(NEW, PASSWORD)
    token = mailed.token(auth.db, CHANGE, OLD, NEW)
    waiting = change.waiting(token)
    assert waiting is not None
    assert (waiting.current, waiting.goal) == (OLD, NEW)
    assert change.confirm(token) == NEW
    assert not auth.valid_login(OLD, PASSWORD)
    assert auth.valid_login("new@example.com", PASSWORD)
    found = auth.db.find_user_by(email=NEW)
    assert (found.email, found.id) == (NEW, user.id)
    assert found.verified_at is not None
    assert mailed.letters(auth.db)[1:] == [("email_changed", OLD)]
    assert mailed.subjects(auth.db, UNDO) == [OLD]


def test_what_a_request_leaves_is_no_token_that_anybody_has(
    auth: Auth, change: EmailChange
) -> None:
    change.request(enter(auth), NEW)
    assert mailed.subjects(auth.db, CHANGE) == [NEW]
    for token in ("", NEW, "None"):
        with pytest.raises(InvalidToken):
            change.confirm(token)


@pytest.mark.requirement("OWASP-CS-AUTH-2", "V15.4.2")
def test_of_two_changes_only_the_one_whose_link_was_opened(
    auth: Auth, change: EmailChange
) -> None:
    user = enter(auth)
    change.request(user, NEW)
    first = mailed.token(auth.db, CHANGE, OLD, NEW)
    change.request(user, THIRD)
    second = mailed.token(auth.db, CHANGE, OLD, THIRD)
    with pytest.raises(InvalidToken):
        change.confirm(first)
    assert change.confirm(second) == THIRD
    with pytest.raises(InvalidToken):
        change.confirm(second)
    assert auth.db.find_user_by(id=user.id).email == THIRD


@pytest.mark.requirement("OWASP-CS-FORGOT-3")
def test_tokens_that_were_out_are_void(
    auth: Auth, change: EmailChange
) -> None:
    change.request(enter(auth), NEW)
    link = mailed.token(auth.db, CHANGE, OLD, NEW)
    reset = auth.get_reset_password_token(OLD)
    verify, _ = mailed.link_and_code(auth.db, OLD)
    change.confirm(link)
    with pytest.raises(InvalidToken):
        auth.update_password(reset, "another")
    for purpose in (Purpose.VERIFY_EMAIL, Purpose.RESET_PASSWORD, CHANGE):
        assert mailed.subjects(auth.db, purpose) == []
    assert verify


def test_every_session_ends_but_the_one_that_asks(
    auth: Auth, change: EmailChange
) -> None:
    other, mine = auth.create_session(OLD), auth.create_session(OLD)
    strangers = auth.create_session(TAKEN)
    user = auth.check_session(mine)
    assert user is not None
    change.request(user, NEW)
    change.confirm(mailed.token(auth.db, CHANGE, OLD, NEW), user)
    assert auth.check_session(other) is None
    assert auth.check_session(mine)
    assert auth.check_session(strangers)


def test_a_strangers_session_is_not_kept_nor_ended(
    auth: Auth, change: EmailChange
) -> None:
    mine, strangers = auth.create_session(OLD), auth.create_session(TAKEN)
    stranger = auth.check_session(strangers)
    change.request(enter(auth), NEW)
    change.confirm(mailed.token(auth.db, CHANGE, OLD, NEW), stranger)
    assert auth.check_session(mine) is None
    assert auth.check_session(strangers)


def test_a_taken_address_is_told_to_its_owner_alone(
    auth: Auth, change: EmailChange
) -> None:
    user, seen = enter(auth), list[str]()

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement.split(maxsplit=1)[0])

    event.listen(auth.db.engine, "before_cursor_execute", note)
    change.request(user, NEW)
    free = list(seen)
    seen.clear()
    change.request(user, "TAKEN@example.com")
    assert seen == free
    assert mailed.letters(auth.db)[1:] == [
        ("already_registered", "TAKEN@example.com")
    ]


def test_an_address_that_was_taken_meanwhile(
    auth: Auth, change: EmailChange
) -> None:
    change.request(enter(auth), NEW)
    token = mailed.token(auth.db, CHANGE, OLD, NEW)
    auth.register_user("new@example.com", PASSWORD)
    with pytest.raises(EmailTaken):
        change.confirm(token)
    assert auth.db.find_user_by(email=OLD).verified_at is not None
    assert mailed.letters(auth.db) == [("confirm_email_change", NEW)]


def test_a_link_lasts_a_day(
    auth: Auth, change: EmailChange, time: FrozenClock
) -> None:
    change.request(enter(auth), NEW)
    token = mailed.token(auth.db, CHANGE, OLD, NEW)
    time.advance(hours=24)
    with pytest.raises(InvalidToken):
        change.confirm(token)


def test_what_is_no_address_or_has_no_mail(db: DB, auth: Auth) -> None:
    user = enter(auth)
    with pytest.raises(InvalidAddress):
        EmailChange(auth).request(user, "no address")
    without = Auth(db, Settings(bcrypt_rounds=4, mail="off"))
    with pytest.raises(MailOff):
        EmailChange(without).request(user, NEW)
    assert mailed.letters(db) == []


def test_no_letter_leaves_when_it_may_not(
    auth: Auth, change: EmailChange
) -> None:
    for email in (NEW, TAKEN):
        change.request(enter(auth), email, told=False)
    assert mailed.letters(auth.db) == []


def test_letter_case_alone_may_change(
    auth: Auth, time: FrozenClock
) -> None:
    move(auth, time, OLD, "OLD@example.com")
    assert auth.db.find_user_by(email=OLD).email == "OLD@example.com"


# -- The way back ----------------------------------------------------------


@pytest.mark.requirement("OWASP-CS-AUTH-2")
def test_it_was_not_me(auth: Auth, time: FrozenClock) -> None:
    undo = move(auth, time, OLD, NEW)
    thief = auth.create_session(NEW)
    auth.get_reset_password_token(NEW)
    assert Undo(auth).undo(undo) == OLD
    user = auth.db.find_user_by(email=OLD)
    assert (user.email, user.verified_at is None) == (OLD, False)
    assert auth.check_session(thief) is None
    assert not auth.valid_login(OLD, PASSWORD)
    assert not auth.valid_login(NEW, PASSWORD)
    for purpose in Purpose:
        assert mailed.subjects(auth.db, purpose) == []
    assert mailed.letters(auth.db)[-1] == ("reset_password", OLD)
    token = mailed.token(auth.db, Purpose.RESET_PASSWORD, OLD)
    auth.update_password(token, "another")
    assert auth.valid_login(OLD, "another")
    with pytest.raises(InvalidToken):
        Undo(auth).undo(undo)


@pytest.mark.parametrize(("hours", "counts"), [(71, True), (73, False)])
def test_the_way_back_is_open_for_three_days(
    auth: Auth, time: FrozenClock, hours: int, *, counts: bool
) -> None:
    undo = move(auth, time, OLD, NEW)
    time.advance(hours=hours)
    if counts:
        assert Undo(auth).undo(undo) == OLD
    else:
        with pytest.raises(InvalidToken):
            Undo(auth).undo(undo)


def test_a_second_change_does_not_close_the_first_way_back(
    auth: Auth, time: FrozenClock
) -> None:
    owners = move(auth, time, OLD, NEW)
    thiefs = move(auth, time, NEW, THIRD)
    assert Undo(auth).undo(owners) == OLD
    with pytest.raises(InvalidToken):
        Undo(auth).undo(thiefs)


def test_undoing_a_later_change_leaves_the_earlier_way_back(
    auth: Auth, time: FrozenClock
) -> None:
    owners = move(auth, time, OLD, NEW)
    thiefs = move(auth, time, NEW, THIRD)
    assert Undo(auth).undo(thiefs) == NEW
    assert Undo(auth).undo(owners) == OLD


def test_a_letter_that_comes_late_opens_no_way_around(
    auth: Auth, time: FrozenClock
) -> None:
    """The owner's letter is written last; hers is still the first change."""
    move(auth, time, OLD, NEW)
    move(auth, time, NEW, THIRD)
    late = mailed.token(auth.db, UNDO, THIRD, OLD)
    assert Undo(auth).undo(late) == OLD
    assert mailed.subjects(auth.db, UNDO) == []
    told = [to for kind, to in mailed.letters(auth.db)]
    assert ("email_changed", NEW) not in mailed.letters(auth.db)
    assert told[-1] == OLD


def test_a_reset_does_not_close_the_way_back(
    auth: Auth, time: FrozenClock
) -> None:
    """The thief has the mailbox of the new address, and uses it."""
    undo = move(auth, time, OLD, NEW)
    token = mailed.token(auth.db, Purpose.RESET_PASSWORD, NEW)
    auth.update_password(token, "the thief's own")
    assert Undo(auth).undo(undo) == OLD
    assert not auth.valid_login(OLD, "the thief's own")


@pytest.mark.requirement("V2.3.4")
def test_the_old_address_waits_for_its_owner(
    auth: Auth, time: FrozenClock
) -> None:
    move(auth, time, OLD, NEW)
    taken = auth.db.find_user_by(email=TAKEN)
    for spelt in (OLD, "OLD@EXAMPLE.com"):
        with pytest.raises(EmailTaken):
            auth.register_user(spelt, PASSWORD)
        with pytest.raises(EmailTaken):
            auth.db.update_user(taken.id, email=spelt)
    change = EmailChange(auth)
    change.request(enter(auth, TAKEN), OLD)
    assert mailed.letters(auth.db)[-1] == ("already_registered", OLD)
    with pytest.raises(EmailTaken):
        change.confirm(mailed.token(auth.db, CHANGE, TAKEN, OLD))
    time.advance(hours=72)
    auth.register_user(OLD, PASSWORD)


def test_one_may_move_back_oneself(auth: Auth, time: FrozenClock) -> None:
    move(auth, time, OLD, NEW)
    move(auth, time, NEW, OLD)
    assert auth.valid_login(OLD, PASSWORD)


def test_an_address_that_was_never_proven_has_no_way_back(
    auth: Auth, change: EmailChange
) -> None:
    """It may be a stranger's, typed by mistake."""
    auth.register_user(THIRD, PASSWORD)
    change.request(enter(auth, THIRD), NEW)
    change.confirm(mailed.token(auth.db, CHANGE, THIRD, NEW))
    assert mailed.subjects(auth.db, UNDO) == []
    assert "email_changed" not in dict(mailed.letters(auth.db))
    auth.register_user(THIRD, PASSWORD)


def test_an_address_is_masked() -> None:
    assert masked("bob@example.com") == "b***@example.com"
    assert masked('"a@b"@example.com') == '"***@example.com'
