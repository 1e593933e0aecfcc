"""The admin API: what there is to see, and to take away."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flask import Response

from bienvenue.errors import InvalidChoice
from bienvenue.features.admin.log import EventFilters
from bienvenue.features.admin.routes import answers, fields
from bienvenue.features.admin.routes.declared import AdminApi
from bienvenue.features.admin.routes.guard import flow
from bienvenue.features.admin.shapes import Actor
from bienvenue.web import media_type
from bienvenue.web.views import answer, query_of

api = AdminApi()

_DAYS, _ROWS = 14, 50
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


@api.looks("/overview", answers.AdminOverview, fields.OverviewQuery)
def admin_overview(_actor: Actor) -> Response:
    """Show figures of the last days, and of now."""
    asked = query_of(fields.OverviewQuery)
    found = flow().overview(int(asked.days or _DAYS))
    return answer(answers.AdminOverview.of(found))


@api.looks("/users", answers.AdminUsers, fields.UsersQuery)
def admin_users(_actor: Actor) -> Response:
    """List accounts, a page at a time.

    With a search, in the order of their addresses.
    """
    asked = query_of(fields.UsersQuery)
    page = flow().users(
        asked.search,
        asked.status,
        asked.sort,
        asked.after or None,
        int(asked.limit or _ROWS),
    )
    users = [answers.AdminUser.of(each) for each in page.items]
    return answer(answers.AdminUsers(users=users, **answers.beside(page)))


@api.exports("/users/export", "users_csv", fields.UsersExportQuery)
def admin_users_export(actor: Actor) -> Response:
    """Write accounts out as CSV, all that fit; nothing secret.

    Wants the password to have been given just now.
    """
    asked = query_of(fields.UsersExportQuery)
    lines = flow().users_csv(actor, asked.search, asked.status)
    return csv_file(lines, "users.csv")


@api.looks("/users/<int:number>", answers.AdminUserDetail)
def admin_user(_actor: Actor, number: int) -> Response:
    """Show an account, its live sessions and its newest events."""
    return answer(answers.AdminUserDetail.of(flow().user(number)))


@api.looks("/events", answers.AdminEvents, fields.EventsQuery)
def admin_events(_actor: Actor) -> Response:
    """List the audit log, the newest first, a page at a time."""
    asked = query_of(fields.EventsQuery)
    page = flow().events(
        filters_of(asked), asked.after or None, int(asked.limit or _ROWS)
    )
    events = [answers.AdminEvent(**each._asdict()) for each in page.items]
    return answer(answers.AdminEvents(events=events, **answers.beside(page)))


@api.exports("/events/export", "events_csv", fields.EventsExportQuery)
def admin_events_export(actor: Actor) -> Response:
    """Write events out as CSV, all that fit, the newest first.

    Wants the password to have been given just now.
    """
    asked = query_of(fields.EventsExportQuery)
    lines = flow().events_csv(actor, filters_of(asked))
    return csv_file(lines, "audit.csv")


@api.looks("/letters", answers.AdminLetters, fields.LettersQuery)
def admin_letters(_actor: Actor) -> Response:
    """List letters that wait or are dead, the newest first."""
    asked = query_of(fields.LettersQuery)
    page = flow().letters(
        asked.state, asked.after or None, int(asked.limit or _ROWS)
    )
    letters = [answers.AdminLetter(**each._asdict()) for each in page.items]
    return answer(
        answers.AdminLetters(letters=letters, **answers.beside(page))
    )


@api.looks("/settings", answers.AdminSettings)
def admin_settings(_actor: Actor) -> Response:
    """List the settings in force, secrets masked."""
    found = [
        answers.AdminSetting(**each._asdict()) for each in flow().settings()
    ]
    return answer(answers.AdminSettings(settings=found))


@api.looks("/health", answers.AdminHealth)
def admin_health(_actor: Actor) -> Response:
    """Look at what the service depends on."""
    checks = [answers.AdminCheck(**each._asdict()) for each in flow().health()]
    return answer(answers.AdminHealth(checks=checks))


def filters_of(asked: fields.EventsExportQuery) -> EventFilters:
    """Return which events a query asks for; raises ``InvalidChoice``."""
    numbers: dict[str, Any] = {
        "user_id": int(asked.user) if asked.user else None,
        "actor_id": int(asked.actor) if asked.actor else None,
    }
    return EventFilters(
        **numbers,
        event=asked.event or None,
        outcome=asked.outcome or None,
        request_id=asked.request or None,
        since=_time(asked.since),
        until=_time(asked.until),
    )


def csv_file(lines: Iterator[str], name: str) -> Response:
    """Return lines of CSV as a file to keep, as they come."""
    response = Response(lines, mimetype=media_type.CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=UTC)
    except ValueError:
        found = datetime.min.replace(tzinfo=UTC)
    # Times are reckoned with; at the ends of the calendar that overflows.
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise InvalidChoice("since and until are times of a calendar")
    return found
