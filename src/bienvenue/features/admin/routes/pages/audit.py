"""The audit log, as admins read it: narrowed, a page at a time."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, cast

from flask import Response, request, url_for

from bienvenue.errors import InvalidChoice
from bienvenue.events import Event
from bienvenue.features.admin.log import EventFilters
from bienvenue.features.admin.routes import guard
from bienvenue.features.admin.routes.pages import done, frame, rows
from bienvenue.features.admin.shapes import Actor
from bienvenue.web.api import Api

api = Api(gate=guard.require_reachable)

_ROWS: Final = 50
_FILTERS: Final = (
    "event",
    "outcome",
    "user",
    "actor",
    "request",
    "since",
    "until",
)
_OUTCOMES: Final = ("success", "failure", "refused")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FIRST_YEAR, _LAST_YEAR = 1970, 9000  # within which times can be reckoned
_AUDIT = "bienvenue.admin_audit_page"


@api.page("/admin/audit")
@frame.for_admins
def admin_audit_page(_actor: Actor) -> Response:
    """Show events, the newest first: those looked for."""
    chosen = _asked()
    wanted = _wanted(chosen)
    found = guard.flow().events(wanted, request.args.get("after"), _ROWS)
    return frame.page(
        "bienvenue/admin_audit.html",
        "audit",
        filters=dict.fromkeys(_FILTERS, "") | chosen,
        names=sorted(Event),
        outcomes=_OUTCOMES,
        rows=rows.events(found.items),
        csv=url_for(
            "bienvenue.admin_audit_csv_page",
            **cast("dict[str, Any]", chosen),
        ),
        partial=found.partial,
        previous=frame.beside(_AUDIT, chosen, found.previous),
        next=frame.beside(_AUDIT, chosen, found.next),
    )


@api.page("/admin/audit/csv")
@frame.for_admins
def admin_audit_csv_page(_actor: Actor) -> Response:
    """Lead to the events that were looked for, as a file."""
    chosen = _asked()
    _wanted(chosen)
    back = url_for(_AUDIT, **cast("dict[str, Any]", chosen))
    if "until" in chosen:  # a time there, and a whole day here
        chosen["until"] += "T23:59:59.999999Z"
    return frame.csv("bienvenue.admin_events_export", back, **chosen)


def _asked() -> dict[str, str]:
    given = {each: request.args.get(each, "").strip() for each in _FILTERS}
    return {name: text for name, text in given.items() if text}


def _wanted(chosen: Mapping[str, str]) -> EventFilters:
    """Return what is looked for; raises ``InvalidChoice``."""
    until = _day(chosen.get("until"))
    return EventFilters(
        user_id=_number(chosen.get("user")),
        actor_id=_number(chosen.get("actor")),
        event=_among(list(Event), chosen.get("event")),
        outcome=_among(_OUTCOMES, chosen.get("outcome")),
        request_id=_request_id(chosen.get("request")),
        since=_day(chosen.get("since")),
        # The day that is named is in it, to its end.
        until=until and until + timedelta(days=1, microseconds=-1),
    )


def _among(known: Collection[str], text: str | None) -> str | None:
    if text is not None and text not in known:
        raise InvalidChoice("there is no such event or outcome")
    return text


def _request_id(text: str | None) -> str | None:
    if text is not None and not _REQUEST_ID.fullmatch(text):
        raise InvalidChoice("this is no id of a request")
    return text


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not done.is_number(text):
        raise InvalidChoice("user and actor are numbers")
    return int(text)


def _day(text: str | None) -> datetime | None:
    """Return when a day begins, in UTC; forms send it as ISO 8601 has it."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InvalidChoice("since and until are days")
    return datetime.combine(day, time(), UTC)
