"""The pages of accounts: listed, one by one, and before a deed."""

from collections.abc import Iterator
from typing import Any

from bienvenue.web.states.console import frame, made_up
from bienvenue.web.states.state import ANYWHERE, State, failed

_FILTERS = (
    "all",
    "active",
    "unverified",
    "disabled",
    "compromised",
    "deleting",
    "admin",
)
_MANY = (
    "enable",
    "send_reset",
    "end_sessions",
    "mark_compromised",
    "disable",
    "delete",
)


def users() -> Iterator[State]:
    """Yield the list of accounts, and the page of one."""
    page = "bienvenue/admin_users.html"
    shown = frame.of("users") | frame.LISTED
    shown |= {
        "search": "",
        "wanted": "all",
        "sort": "newest",
        "orders": ("newest", "oldest", "email"),
        "filters": [(each, "/admin/users") for each in _FILTERS],
        "rows": [made_up.user(each) for each in range(5)],
        "verbs": _MANY,
        "not_done": [],
        "next": "/admin/users?after=x",
    }
    yield State("console_users.listed", page, shown)
    nothing: dict[str, Any] = {"rows": [], "next": None}
    yield State("console_users.none", page, shown | nothing)
    sought = nothing | {"search": "nobody", "wanted": "disabled"}
    yield State("console_users.not_found", page, shown | sought)
    part = {"partial": True, "previous": "/admin/users", "wanted": "active"}
    yield State("console_users.partial", page, shown | part)
    for verb in (*_MANY, "end_all_sessions"):
        yield State(f"console_users.did_{verb}", page, shown | {"done": verb})
    left = [
        (7, "This is the last admin. Please make somebody else one first.")
    ]
    some = {"done": "disable", "not_done": left}
    yield State("console_users.done_to_some", page, shown | some)
    yield State("console_users.done_to_none", page, shown | {"not_done": left})
    yield from _one_user()


def _one_user() -> Iterator[State]:
    page = "bienvenue/admin_user.html"
    verbs = (*_MANY[1:], "grant_admin")
    shown = frame.of("users") | {
        "user": made_up.user(2),
        "verbs": verbs,
        "acting": None,
        "sessions": [made_up.session(1), made_up.session(2)],
        "rows": [made_up.event(each) for each in range(3)],
    }
    yield State("console_user.active", page, shown)
    quiet: dict[str, Any] = {"sessions": [], "rows": []}
    quiet |= {"user": made_up.user(3), "verbs": (*_MANY[:3], "delete")}
    yield State("console_user.disabled", page, shown | quiet)
    quiet |= {"user": made_up.user(4)}
    yield State("console_user.deleting", page, shown | quiet)
    acting = {"acting": "/admin/acting"}
    yield State("console_user.may_be_acted_as", page, shown | acting)
    for verb in (*_MANY, "grant_admin", "revoke_admin"):
        yield State(f"console_user.did_{verb}", page, shown | {"done": verb})


def confirm() -> Iterator[State]:
    """Yield the page that asks before something is done."""
    page = "bienvenue/admin_confirm.html"
    shown = frame.of("users") | {
        "verb": "disable",
        "users": [made_up.user(2)],
        "everybody": "end_all_sessions",
        "grace": 14,
        "reason": "",
        "back": "/admin/users",
    }
    for verb in (*_MANY, "grant_admin", "revoke_admin", "act_as"):
        told = shown | {"verb": verb}
        yield State(f"console_confirm.{verb}", page, told)
    told = shown | {"verb": "delete", "grace": 0}
    yield State("console_confirm.delete_at_once", page, told)
    several = shown | {"users": [made_up.user(each) for each in range(5)]}
    yield State("console_confirm.several", page, several)
    nobody: dict[str, Any] = shown | {"users": []}
    yield State("console_confirm.nobody", page, nobody)
    everybody = nobody | {"verb": "end_all_sessions"}
    yield State("console_confirm.everybody", page, everybody)
    errors = {**ANYWHERE, "last_admin": None, "account_disabled": None}
    errors |= dict.fromkeys(("user_not_found", "mail_off", "email_unproven"))
    yield from failed("console_confirm_failed", page, errors, **shown)
