"""The pages of what happened, and of letters that wait or are dead."""

from collections.abc import Iterator
from typing import Any

from bienvenue.web.states.console import frame, made_up
from bienvenue.web.states.state import ANYWHERE, State, failed


def audit() -> Iterator[State]:
    """Yield the log."""
    page = "bienvenue/admin_audit.html"
    names = ("event", "outcome", "user", "actor", "request", "since", "until")
    shown = frame.of("audit") | frame.LISTED
    shown |= {
        "filters": dict.fromkeys(names, ""),
        "names": ["authn_login_fail", "user_disabled"],
        "outcomes": ("success", "failure", "refused"),
        "rows": [made_up.event(each) for each in range(5)],
        "next": "/admin/audit?after=x",
    }
    yield State("console_audit.listed", page, shown)
    chosen = {"event": "user_disabled", "user": "7", "since": "2026-11-01"}
    filters = dict.fromkeys(names, "") | chosen
    none: dict[str, Any] = {"rows": [], "next": None, "filters": filters}
    yield State("console_audit.none", page, shown | none)


def mail() -> Iterator[State]:
    """Yield letters, and the page that asks before one is thrown away."""
    page = "bienvenue/admin_mail.html"
    shown = frame.of("mail") | frame.LISTED
    shown |= {"not_done": [], "state": "waiting"}
    rows = {"rows": [made_up.letter(each, dead=False) for each in range(3)]}
    yield State("console_mail.waiting", page, shown | rows)
    nothing: dict[str, Any] = {"rows": []}
    yield State("console_mail.none_waits", page, shown | nothing)
    shown |= {"state": "dead"}
    rows = {"rows": [made_up.letter(each, dead=True) for each in range(3)]}
    yield State("console_mail.dead", page, shown | rows)
    yield State("console_mail.none_is_dead", page, shown | nothing)
    for verb in ("retry_letters", "purge_letters"):
        told = shown | rows | {"done": verb}
        yield State(f"console_mail.did_{verb}", page, told)
    page = "bienvenue/admin_mail_confirm.html"
    shown = frame.of("mail") | {"letters": [5, 6], "back": "/admin/mail"}
    for verb in ("retry_letters", "purge_letters"):
        told = shown | {"verb": verb}
        yield State(f"console_mail_confirm.{verb}", page, told)
    nobody: dict[str, Any] = {"verb": "retry_letters", "letters": []}
    yield State("console_mail_confirm.none", page, shown | nobody)
    told = shown | {"verb": "purge_letters"}
    yield from failed("console_mail_confirm_failed", page, ANYWHERE, **told)
