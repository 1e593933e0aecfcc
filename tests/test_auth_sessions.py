"""What ``Auth`` says of sessions: one by one, and many at once."""

from datetime import timedelta

from sqlalchemy import orm

from bienvenue import Auth, clock, observing, roles, standing_in
from bienvenue.db import lock_user
from bienvenue.observing import End, Moment, Tally
from bienvenue.roles import ADMIN
from bienvenue.session import Session

BOB, EVE, ADA = "bob@example.com", "eve@example.com", "ada@example.com"


class Told:
    """Notes what is said of session ids that were looked up."""

    def __init__(self) -> None:
        self.labels: list[str] = []

    def count(self, what: Tally, label: str, by: float) -> None:
        if what is Tally.SESSION_CHECK:
            self.labels.append(label)

    def begin(self, what: Moment, label: str) -> End:
        return lambda _raised: None


def lend(auth: Auth, row: int, actor_id: int) -> None:
    """Have a session be one in which an admin acts."""

    def change(unit: orm.Session) -> None:
        unit.get_one(Session, row).actor_id = actor_id

    auth.db.write(change)


def test_many_are_told_as_each_would_be(auth: Auth) -> None:
    users = [auth.register_user(each, "pw") for each in (BOB, EVE)]
    bob, eve = (auth.log_in(each, "pw") for each in (BOB, EVE))
    told = Told()
    observing.add(told)
    try:
        found = auth.check_sessions([eve, "nobody's", bob, eve])
    finally:
        observing.remove(told)
    each = [auth.check_session(one) for one in (eve, "nobody's", bob, eve)]
    assert found == each
    ids = [one and one.id for one in found]
    assert ids == [users[1].id, None, users[0].id, users[1].id]
    assert told.labels == ["live", "none", "live", "live"]


def test_a_session_that_was_lent_counts_while_it_is_tied(auth: Auth) -> None:
    bob, ada = (auth.register_user(each, "pw") for each in (BOB, ADA))
    auth.db.write(
        lambda unit: roles.change(unit, lock_user(unit, ada.id), ADMIN)
    )
    raw = auth.log_in(BOB, "pw")
    own, lent = (
        auth.check_session(each) for each in (auth.log_in(ADA, "pw"), raw)
    )
    assert own is not None
    assert lent is not None
    lend(auth, lent.session, ada.id)
    assert auth.check_session(raw) is None
    assert auth.check_sessions([raw]) == [None]
    until = clock.now() + timedelta(minutes=5)

    def tie(unit: orm.Session) -> None:
        standing_in.tie(unit, ada.id, own.session, lent.session, until)

    auth.db.write(tie)
    for found in (auth.check_session(raw), *auth.check_sessions([raw])):
        assert found is not None
        assert (found.id, found.actor_id) == (bob.id, ada.id)
