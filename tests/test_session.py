"""Sessions: many of a user, each with its own end."""

from datetime import timedelta

import pytest
from sqlalchemy import orm, select

from bienvenue import DB, Auth, Session, Settings, User, clock, session
from bienvenue.errors import UserNotFound
from bienvenue.session import DEFAULT_SPAN, Span

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def db(db: DB) -> DB:
    """A database with two users."""
    db.add_user("ann@example.com", "h")
    db.add_user("bob@example.com", "h")
    return db


def start(db: DB, user_id: int, *ids: str) -> None:
    def work(unit: orm.Session) -> None:
        for each in ids:
            session.start(unit, user_id, each)

    db.write(work)


def live(db: DB, *ids: str) -> list[bool]:
    """Return which sessions count, as two ways of asking have it."""
    fast = [db.check_session(raw) is not None for raw in ids]
    for raw, counts in zip(ids, fast, strict=True):
        if counts:
            assert db.find_user_by(session_id=raw).id
        else:
            with pytest.raises(UserNotFound):
                db.find_user_by(session_id=raw)
    return fast


def test_ending_one_leaves_the_others(db: DB) -> None:
    start(db, 1, "phone", "laptop")
    start(db, 2, "tablet")
    ended = [
        db.write(lambda unit: session.end(unit, "phone")) for _ in range(2)
    ]
    assert ended == [True, False]
    assert live(db, "phone", "laptop", "tablet") == [False, True, True]


def test_ending_all_leaves_other_users(db: DB) -> None:
    start(db, 1, "phone", "laptop")
    start(db, 2, "tablet")
    db.write(lambda unit: session.end_all(unit, 1))
    assert live(db, "phone", "laptop", "tablet") == [False, False, True]


@pytest.mark.requirement("V7.3.1", "REL-10")
@pytest.mark.parametrize(
    ("after", "counts"),
    [
        (DEFAULT_SPAN.idle - MICROSECOND, True),
        (DEFAULT_SPAN.idle, False),
        (-timedelta(days=1), True),
    ],
)
def test_a_session_counts_until_the_microsecond_it_expires(
    db: DB, after: timedelta, counts: bool
) -> None:
    with clock.frozen() as stopped:
        start(db, 1, "phone")
        stopped.advance(microseconds=after // MICROSECOND)
        assert live(db, "phone") == [counts]
        assert (db.find_user_by(id=1).session_id is not None) == counts
        assert db.write(lambda unit: session.end(unit, "phone")) is counts


def test_a_session_ends_with_its_user(db: DB) -> None:
    """The foreign key is checked, on this connection too."""
    start(db, 1, "phone")

    def remove(unit: orm.Session) -> None:
        unit.delete(unit.get_one(User, 1))

    db.write(remove)
    assert live(db, "phone") == [False]


@pytest.mark.requirement("V7.1.2")
def test_one_session_too_many_ends_the_one_left_alone_longest(
    db: DB,
) -> None:
    span = Span(most=3)

    def begin(raw: str) -> None:
        db.write(lambda unit: session.start(unit, 1, raw, span=span))

    def use(raw: str) -> None:
        def touch(unit: orm.Session) -> None:
            row = unit.scalars(
                select(Session).where(Session.digest == raw)
            ).one()
            row.last_seen_at = clock.now()

        db.write(touch)

    start(db, 2, "tablet")
    with clock.frozen() as now:
        for raw in ("a", "b", "c"):
            begin(raw)
            now.advance(minutes=2)
        use("a")
        begin("d")
        assert live(db, *"abcd", "tablet") == [True, False, True, True, True]
        begin("e")
        begin("f")
        assert live(db, *"acdef", "tablet") == [
            *(False, False),
            *(True, True, True),
            True,
        ]


def test_what_is_over_takes_no_place(db: DB) -> None:
    short, long = Span(idle=timedelta(hours=1)), Span(most=2)
    with clock.frozen() as now:
        db.write(lambda unit: session.start(unit, 1, "long", span=long))
        now.advance(minutes=1)
        db.write(lambda unit: session.start(unit, 1, "short", span=short))
        now.advance(hours=2)
        db.write(lambda unit: session.start(unit, 1, "new", span=long))
        assert live(db, "long", "short", "new") == [True, False, True]
    rows = db.read(lambda unit: unit.scalars(select(Session.id)).all())
    assert len(rows) == 2


@pytest.mark.requirement("V7.1.2")
def test_the_cap_is_a_setting(db: DB) -> None:
    auth = Auth(db, Settings(bcrypt_rounds=4, sessions_per_user=2))
    ids = [auth.create_session("ann@example.com") for _ in range(3)]
    found = [auth.check_session(each) is not None for each in ids]
    assert found == [False, True, True]
    db.update_user(1, session_id="raw")
    assert [auth.check_session(each) is not None for each in ids] == [
        *(False, False),
        True,
    ]
    assert auth.check_session("raw")


def test_a_raw_id_lasts_as_long_as_the_settings_say(db: DB) -> None:
    settings = Settings(
        bcrypt_rounds=4,
        session_lifetime_seconds=7200,
        session_idle_seconds=3600,
    )
    auth = Auth(db, settings)
    with clock.frozen() as now:
        db.update_user(1, session_id="raw")
        now.advance(hours=1, microseconds=-1)
        assert db.check_session("raw")
        now.advance(microseconds=1)
        assert db.check_session("raw") is None
    row = db.read(lambda unit: unit.scalars(select(Session)).one())
    assert row.ends_at - row.created_at == timedelta(hours=2)
    assert auth.session_span == Span(
        timedelta(hours=2), timedelta(hours=1), 100
    )


@pytest.mark.engine("sqlite")
def test_what_would_be_stored_nowhere_is_not_taken(db: DB) -> None:
    user = db.find_user_by(id=1)
    for name in ("session_id", "reset_token"):
        with pytest.raises(AttributeError, match=f"update_user\\({name}="):
            setattr(user, name, "raw")
        with pytest.raises(AttributeError):
            User(email="x@example.com", hashed_password="h", **{name: "raw"})
        assert getattr(user, name) is None
