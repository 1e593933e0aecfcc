"""What admins look at: lists of any length, figures, exports."""

import csv
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bienvenue import Auth, Settings, account_state, clock
from bienvenue.client import Client, acting
from bienvenue.db import DB
from bienvenue.errors import InvalidChoice, UserNotFound
from bienvenue.features.admin import figures, paging
from bienvenue.features.admin.flow import Admin
from bienvenue.features.admin.log import EventFilters
from bienvenue.features.admin.shapes import Count, Page
from tests.features.admins import ANN, ann, signed_in

PEOPLE = [f"p{number:02}@example.com" for number in range(1, 13)]


@pytest.fixture
def auth(db: DB) -> Auth:
    """Twelve accounts, of which two are disabled."""
    auth = Auth(db, Settings(bcrypt_rounds=4, mail="mailbox"))
    for email in PEOPLE:
        auth.db.add_user(email, "x")
    for number in (3, 9):
        auth.disable_user(number)
    return auth


def walk(turn: Callable[[str | None], Page[Any]]) -> list[list[int]]:
    """Turn all pages there are, and all of them back; return their ids."""
    pages, after = [], None
    seen: list[Page[Any]] = []
    while True:
        seen.append(turn(after))
        pages.append([each.id for each in seen[-1].items])
        after = seen[-1].next
        if after is None:
            break
    back, after = [pages[-1]], seen[-1].previous
    while after is not None:
        page = turn(after)
        back.append([each.id for each in page.items])
        after = page.previous
    assert back[::-1] == pages
    return pages


@pytest.mark.parametrize(
    ("sort", "first"), [("newest", 12), ("oldest", 1), ("email", 1)]
)
def test_pages_follow_each_other_both_ways(
    auth: Auth, sort: str, first: int
) -> None:
    def turn(after: str | None) -> Page[Any]:
        return Admin(auth).users(sort=sort, after=after, limit=5)

    pages = walk(turn)
    assert [len(each) for each in pages] == [5, 5, 2]
    found = [number for page in pages for number in page]
    ids = list(range(1, 13))
    assert found == (ids if first == 1 else ids[::-1])


def test_a_page_is_found_though_others_come_and_go(auth: Auth) -> None:
    admin = Admin(auth)
    page = admin.users(limit=5)
    auth.db.add_user("new@example.com", "x")
    auth.delete_user(page.items[-1].id)
    after = admin.users(after=page.next, limit=5)
    assert [each.id for each in after.items] == [7, 6, 5, 4, 3]


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("all", 12),
        ("active", 9),
        ("unverified", 11),
        ("disabled", 2),
        ("compromised", 1),
        ("deleting", 0),
        ("admin", 1),
    ],
)
@pytest.mark.parametrize("sort", ["newest", "oldest", "email"])
def test_accounts_of_each_state(
    auth: Auth, status: str, wanted: int, sort: str
) -> None:
    admin = Admin(auth)
    admin.grant_admin(None, 5)
    auth.mark_password_compromised(6)
    account_state.verify(auth.db, 7)
    found = admin.users(status=status, sort=sort).items
    assert len(found) == wanted
    for each in found:
        if status not in ("all", "active"):
            assert status in each.states


@pytest.mark.parametrize(
    ("search", "wanted"),
    [
        ("p0", PEOPLE[:9]),
        ("P1", PEOPLE[9:]),
        ("p12@example.com", PEOPLE[11:]),
        ("4", [PEOPLE[3]]),
        (" p04 ", [PEOPLE[3]]),
        ("99", []),
        ("9" * 30, []),
        ("0", []),
        ("p%", []),
        ("p_1", []),
        ("z", []),
        ("", PEOPLE),
    ],
)
def test_a_search_by_beginning_or_number(
    auth: Auth, search: str, wanted: list[str]
) -> None:
    found = Admin(auth).users(search, sort="oldest")
    assert [each.email for each in found.items] == wanted
    assert found.next is None


def test_a_search_is_paged_and_narrowed(auth: Auth) -> None:
    def turn(after: str | None) -> Page[Any]:
        return Admin(auth).users("p", after=after, limit=4)

    assert [len(each) for each in walk(turn)] == [4, 4, 4]
    found = Admin(auth).users("p0", status="disabled").items
    assert [each.id for each in found] == [3, 9]


def test_a_search_is_broken_off_and_goes_on(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no index narrows costs no more than so much for a page."""
    monkeypatch.setattr(paging, "STRETCH", 2)
    monkeypatch.setattr(paging, "STRETCHES", 2)
    admin, found, partial, after = Admin(auth), [], 0, None
    for _ in range(4):
        page = admin.users(status="disabled", after=after, limit=5)
        found += [each.id for each in page.items]
        partial += page.partial
        after = page.next
        if after is None:
            break
    assert (found, partial) == ([9, 3], 3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "nice"},
        {"sort": "email; DROP"},
        {"after": "x"},
        {"after": "n!!"},
        {"after": "n4pyT"},
        {"after": "qOA"},
        {"limit": 0},
        {"limit": 101},
    ],
    ids=str,
)
def test_what_is_no_choice(auth: Auth, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidChoice):
        Admin(auth).users(**wrong)


def test_the_log_is_paged_and_narrowed(auth: Auth) -> None:
    admin, actor = Admin(auth), ann(auth)
    admin.end_sessions(actor, 4)
    admin.end_sessions(actor, 5)

    def turn(after: str | None) -> Page[Any]:
        return admin.events(after=after, limit=7)

    found = [number for page in walk(turn) for number in page]
    assert found == sorted(found, reverse=True)
    for filters, wanted in (
        (EventFilters(user_id=3), ["user_disabled", "user_created"]),
        (EventFilters(user_id=3, event="user_created"), ["user_created"]),
        (EventFilters(actor_id=actor.id), ["session_ended"] * 2),
        (EventFilters(event="user_disabled"), ["user_disabled"] * 2),
        (EventFilters(outcome="failure"), []),
        (EventFilters(request_id="unheard-of"), []),
        (EventFilters(user_id=2**40), []),
        (EventFilters(actor_id=0), []),
    ):
        events = admin.events(filters).items
        assert [each.event for each in events] == wanted, filters
    with pytest.raises(InvalidChoice):
        admin.events(EventFilters(event="user_crated"))


def test_the_log_of_a_time(db: DB) -> None:
    auth = Auth(db, Settings(bcrypt_rounds=4))
    begun = clock.now()
    with clock.frozen(begun) as now:
        for email in PEOPLE:
            now.advance(hours=1)
            auth.db.add_user(email, "x")
    admin, hour = Admin(auth), timedelta(hours=1)
    for filters, wanted in (
        (EventFilters(since=begun + 11 * hour), [12, 11]),
        (EventFilters(until=begun + 2 * hour), [2, 1]),
        (
            EventFilters(since=begun + 5 * hour, until=begun + 6 * hour),
            [6, 5],
        ),
        (EventFilters(since=begun + 24 * hour), []),
        (EventFilters(until=begun), []),
    ):
        found = [each.user_id for each in admin.events(filters).items]
        assert found == wanted, filters


def test_one_account_whole(auth: Auth) -> None:
    admin, actor = Admin(auth), ann(auth)
    raw = auth.create_session(PEOPLE[0])
    found = admin.user(1)
    assert found.user.email == PEOPLE[0]
    assert [each.actor_id for each in found.sessions] == [None]
    assert [each.event for each in found.events] == [
        "session_created",
        "user_created",
    ]
    assert str(raw) not in str(found)
    assert admin.user(actor.id).user.states == ["admin", "unverified"]
    for nobody in (0, 99, 2**31, 2**70):
        with pytest.raises(UserNotFound):
            admin.user(nobody)


def test_the_overview_counts(auth: Auth) -> None:
    with clock.frozen() as now:
        auth.valid_login(PEOPLE[0], "wrong")
        now.advance(days=1)
        ann(auth)
        auth.create_session(PEOPLE[0])
        found = Admin(auth).overview(3)
    assert [(d.sign_ups, d.failures, d.lockouts) for d in found.days] == [
        (0, 0, 0),
        (12, 1, 0),
        (1, 0, 0),
    ]
    assert found.days[-1].date == now_date(now)
    assert (found.users, found.verified, found.disabled) == (13, 0, 2)
    assert (found.sessions, found.waiting_mail, found.dead_mail) == (2, 0, 0)
    for days in (0, 91):
        with pytest.raises(InvalidChoice):
            Admin(auth).overview(days)


def now_date(now: clock.FrozenClock) -> Any:
    return clock.to_datetime(now()).date()


def test_figures_stop_where_they_say_so(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "MOST", 10)
    found = Admin(auth).overview(1)
    assert (found.users, str(found.users)) == (10, "10+")
    assert found.days[0].sign_ups.more
    assert not found.sessions.more
    assert str(Count(1234, most=2000)) == "1,234"


@pytest.mark.requirement("V1.2.10")
def test_what_is_exported_is_no_formula(auth: Auth) -> None:
    evil = "=1+1@x.example"
    auth.db.add_user(evil, "x")
    admin, actor = Admin(auth), ann(auth)
    rows = list(csv.DictReader(admin.users_csv(actor)))
    assert [row["email"] for row in rows][-2:] == [f"'{evil}", ANN]
    assert len(rows) == 14
    client = Client(agent="@SUM(1)", request_id="r")
    with acting(client):
        admin.disable(actor, 1, "=cmd")
    rows = list(csv.DictReader(admin.events_csv(actor)))
    done = next(row for row in rows if row["event"] == "user_disabled")
    assert (done["agent"], done["actor_email"]) == ("'@SUM(1)", ANN)
    taken = [e.actor_id for e in admin.events(EXPORTS).items]
    assert taken == [actor.id]


EXPORTS = EventFilters(event="users_exported")


def test_an_export_has_all_that_fits(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bienvenue.features.admin.exporting._ROWS", 2)
    admin, actor = Admin(auth), ann(auth)
    rows = list(csv.DictReader(admin.users_csv(actor, "p")))
    assert [row["email"] for row in rows] == PEOPLE
    rows = list(csv.DictReader(admin.users_csv(actor, "", "disabled")))
    assert [row["id"] for row in rows] == ["3", "9"]
    with pytest.raises(InvalidChoice):
        admin.users_csv(actor, "", "nice")


def test_settings_are_told_with_their_source_and_no_secret() -> None:
    settings = Settings.load(
        {"database_url": "sqlite://", "secret_key": "k" * 40}, {}
    )
    auth = Auth(settings=settings)
    try:
        rows = {each.name: each for each in Admin(auth).settings()}
    finally:
        auth.close()
    assert rows.keys() == Settings.model_fields.keys()
    assert rows["secret_key"].value == "********"
    assert rows["secret_key"].source == "command line"
    assert rows["port"][1:3] == (5000, "default")
    assert all(each.meaning for each in rows.values())


def test_health_sees_mail_that_is_late(auth: Auth) -> None:
    def checks() -> dict[str, bool]:
        return {each.name: each.ok for each in Admin(auth).health()}

    well = {"database": True, "audit log": True, "mail": True}
    assert checks() == well | {"secret key": True}
    auth.request_password_reset(PEOPLE[0])
    assert checks()["mail"]
    with clock.frozen() as now:
        now.advance(minutes=16)
        assert not checks()["mail"]
    signed_in(auth, PEOPLE[0])
