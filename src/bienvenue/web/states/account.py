"""The pages of one's own account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from bienvenue import browser_name, clock
from bienvenue.web.states.state import (
    ANYWHERE,
    EMAIL,
    LEAST,
    NEW_PASSWORD,
    State,
    failed,
)

_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Firefox/145.0"
_SAFARI = "Mozilla/5.0 (iPhone) Version/18.1 Mobile/15E148 Safari/604.1"

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Screen:
    """A page: the values of its usual state, and what is else in others.

    ``errors`` maps the codes of what may fail there to the field meant.
    """

    name: str
    template: str
    values: Values
    others: Mapping[str, Values] = field(default_factory=dict)
    errors: Mapping[str, str | None] = field(default_factory=dict)


def states() -> Iterator[State]:
    """Yield every state of them."""
    for each in _screens():
        usual = each.values
        yield State(f"{each.name}.shown", each.template, usual)
        for name, other in each.others.items():
            values = {**usual, **other}
            yield State(f"{each.name}.{name}", each.template, values)
        if each.errors:
            errors = {**ANYWHERE, **each.errors}
            yield from failed(each.name, each.template, errors, **usual)


def _screens() -> Iterator[Screen]:
    own = {"email": EMAIL, "acting": False, "done": None, "mailed": True}
    lent = {"acting": True}
    yield _overview(own, lent)
    yield _email(own, lent)
    yield Screen(
        "account_password",
        "bienvenue/account_password.html",
        {**own, "least": LEAST},
        {"not_me": {"done": "not_me"}, "lent": lent},
        {
            **NEW_PASSWORD,
            "wrong_password": "current_password",
            "not_while_acting": None,
            "reauthentication_required": None,
            "session_required": None,
        },
    )
    yield _sessions(own, lent)
    yield from _log(own)
    yield from _deletion(own, lent)


def _overview(own: Values, lent: Values) -> Screen:
    return Screen(
        "account",
        "bienvenue/account.html",
        {
            **own,
            "verified": True,
            "here": _session(1),
            "elsewhere": 2,
            "console": False,
            "latest": _entries()[:3],
        },
        {
            "unverified": {"verified": False},
            "alone": {"elsewhere": 0, "latest": []},
            "done_password": {"done": "password"},
            "admin": {"console": True},
            "lent": lent,
        },
    )


def _email(own: Values, lent: Values) -> Screen:
    until = clock.now() + timedelta(days=1)
    pending = SimpleNamespace(email="jo.new@example.com", until=until)
    return Screen(
        "account_email",
        "bienvenue/account_email.html",
        {**own, "verified": True, "pending": None, "typed": "", "fresh": True},
        {
            "unverified": {"verified": False},
            "pending": {"pending": pending},
            "stale": {"fresh": False},
            "sent": {"done": "sent", "pending": pending},
            "cancelled": {"done": "cancelled"},
            "without_mail": {"mailed": False},
            "lent": lent,
        },
        {
            "malformed": None,
            "invalid_email": "email",
            "mail_off": None,
        },
    )


def _sessions(own: Values, lent: Values) -> Screen:
    some = [_session(1), _session(2), _session(3)]
    return Screen(
        "account_sessions",
        "bienvenue/account_sessions.html",
        {**own, "sessions": some, "wide": False},
        {
            "alone": {"sessions": some[:1]},
            "done_session": {"done": "session"},
            "done_others": {"done": "others", "sessions": some[:1]},
            "borrowed": {"sessions": [*some[:1], _session(4, borrowed=True)]},
            "lent": lent,
        },
        {"malformed": None},
    )


def _log(own: Values) -> Iterator[Screen]:
    entries = _entries()
    yield Screen(
        "account_log",
        "bienvenue/account_log.html",
        {**own, "entries": entries, "older": 90, "newest": True},
        {
            "older": {"newest": False, "older": None},
            "end": {"entries": [], "newest": False, "older": None},
        },
    )
    yield Screen(
        "account_not_me",
        "bienvenue/account_not_me.html",
        {**own, "entry": entries[0]},
        {"in_general": {"entry": None, "mailed": False}},
        {"malformed": None},
    )


def _deletion(own: Values, lent: Values) -> Iterator[Screen]:
    yield Screen(
        "account_delete",
        "bienvenue/account_delete.html",
        {**own, "days": 14, "fresh": True},
        {
            "at_once": {"days": 0},
            "stale": {"fresh": False},
            "lent": lent,
        },
        {"malformed": None, "last_admin": None},
    )
    yield Screen(
        "account_deleted",
        "bienvenue/account_deleted.html",
        {"days": 14, "mailed": True},
        {"at_once": {"days": 0}, "without_mail": {"mailed": False}},
    )


def _session(number: int, *, borrowed: bool = False) -> SimpleNamespace:
    agent = {1: _FIREFOX, 2: _SAFARI}.get(number)
    return SimpleNamespace(
        id=number,
        current=number == 1,
        borrowed=borrowed,
        address="203.0.113.7" if number < 3 else None,
        agent=agent,
        browser=browser_name.named(agent),
        created_at=clock.now() - timedelta(days=number),
        last_seen_at=clock.now(),
    )


def _entries() -> list[SimpleNamespace]:
    return [
        _entry(99, "You signed in from %(address)s.", may_be_another=True),
        _entry(
            98,
            "Somebody at %(address)s tried to sign in and could not.",
            agent=None,
            address="198.51.100.9",
            times=5,
        ),
        _entry(
            95,
            "All your devices were signed out.",
            agent=None,
            address=None,
            by_staff=True,
        ),
        _entry(93, "Your password was changed.", may_be_another=True),
    ]


def _entry(number: int, sentence: str, **values: Any) -> SimpleNamespace:
    usual = {
        "agent": _FIREFOX,
        "address": "203.0.113.7",
        "times": 1,
        "by_staff": False,
        "may_be_another": False,
    }
    found = SimpleNamespace(id=number, sentence=sentence, **(usual | values))
    found.at = clock.now() - timedelta(hours=100 - number)
    found.browser = browser_name.named(found.agent)
    return found
