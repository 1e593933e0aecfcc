"""The list of accounts, and the page of one."""

from typing import Any, Final, cast

from flask import Response, request, url_for

from bienvenue.features.admin.people import SORTS, STATUSES
from bienvenue.features.admin.routes import guard
from bienvenue.features.admin.routes.pages import done, frame, rows
from bienvenue.features.admin.shapes import Actor, UserRow
from bienvenue.features.admin.verbs import (
    ACT,
    FOR_MANY,
    FOR_ONE,
    Verb,
)
from bienvenue.web.api import Api
from bienvenue.web.extension import here

api = Api(gate=guard.require_reachable)

ROWS: Final = 50
"""Accounts on a page, and so the most that are dealt with at once."""

_USERS = "bienvenue.admin_users_page"


@api.page("/admin/users")
@frame.for_admins
def admin_users_page(_actor: Actor) -> Response:
    """Show accounts: those looked for, a page at a time."""
    given = request.args
    search = given.get("search", "").strip()
    status, sort = given.get("status", "all"), given.get("sort", "newest")
    found = guard.flow().users(search, status, sort, given.get("after"), ROWS)
    chosen = _chosen(search=search, status=status, sort=sort)
    kept = _chosen(search=search, status=status)
    others = {
        each: _chosen(search=search, status=each, sort=sort)
        for each in STATUSES
    }
    return frame.page(
        "bienvenue/admin_users.html",
        "users",
        search=search,
        wanted=status,
        sort=sort,
        orders=SORTS,
        filters=[(each, url_for(_USERS, **others[each])) for each in STATUSES],
        rows=rows.users(found.items),
        verbs=FOR_MANY,
        csv=url_for("bienvenue.admin_users_csv_page", **kept),
        partial=found.partial,
        previous=frame.beside(_USERS, chosen, found.previous),
        next=frame.beside(_USERS, chosen, found.next),
        **done.told(),
    )


@api.page("/admin/users/csv")
@frame.for_admins
def admin_users_csv_page(_actor: Actor) -> Response:
    """Lead to the accounts that were looked for, as a file."""
    chosen = {
        name: request.args[name]
        for name in ("search", "status")
        if name in request.args
    }
    back = url_for(_USERS, **cast("dict[str, Any]", chosen))
    return frame.csv("bienvenue.admin_users_export", back, **chosen)


@api.page("/admin/users/<int:number>")
@frame.for_admins
def admin_user_page(_actor: Actor, number: int) -> Response:
    """Show one account: its state, its sessions, what happened to it."""
    found = guard.flow().user(number)
    return frame.page(
        "bienvenue/admin_user.html",
        "users",
        user=rows.user(found.user),
        verbs=_verbs(found.user),
        acting=_acting(found.user),
        sessions=[rows.session(each) for each in found.sessions],
        rows=rows.events(found.events),
        **done.told(),
    )


def _verbs(user: UserRow) -> list[Verb]:
    """Return what can be done to an account as it is."""
    senseless = {
        "enable" if user.disabled_at is None else "disable",
        "grant_admin" if user.role else "revoke_admin",
    }
    if user.compromised_at is not None:
        senseless.add("mark_compromised")
    if user.deletion_due_at is not None:
        senseless.add("delete")
    return [each for each in FOR_ONE if each not in senseless]


def _acting(user: UserRow) -> str | None:
    """Return where it is asked whether to act as a user, if that can be."""
    if not here().settings.acting_as_user or user.role or user.disabled_at:
        return None
    return url_for("bienvenue.admin_confirm_page", verb=ACT, user=user.id)


def _chosen(**given: str) -> dict[str, Any]:
    """Return what is not chosen by default, for an address."""
    usual = {"search": "", "status": "all", "sort": "newest"}
    return {
        name: value for name, value in given.items() if value != usual[name]
    }
