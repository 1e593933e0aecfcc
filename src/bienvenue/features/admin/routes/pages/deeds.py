"""What is done to accounts: asked about on one page, and done by its form.

The page asks for the password first where the deed does harm, so that
nothing that was typed is lost to that.
"""

from contextlib import suppress
from typing import Annotated, Any, Final, cast, get_args

from flask import Response, request, url_for
from pydantic import Field
from sqlalchemy import orm

from bienvenue.errors import BienvenueError, InvalidChoice, UserNotFound
from bienvenue.features.admin import people
from bienvenue.features.admin.routes import acts_as, fields, guard
from bienvenue.features.admin.routes.pages import done, frame, rows
from bienvenue.features.admin.routes.pages.people import ROWS
from bienvenue.features.admin.shapes import Actor, Bulk, UserRow
from bienvenue.features.admin.verbs import (
    ACT,
    EVERYBODY,
    FOR_MANY,
    Verb,
    harms,
)
from bienvenue.web import own_page, redirects, schemas
from bienvenue.web.api import Api
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem
from bienvenue.web.views import answer

api = Api(gate=guard.require_reachable)

_CONFIRM: Final = "bienvenue/admin_confirm.html"
_BULK: Final = "bienvenue.admin.bulk"  # where a request keeps what came of it


class Deed(schemas.Loose):
    """What to do, to which accounts, and why."""

    verb: Annotated[
        str,
        Field(
            pattern=f"^({'|'.join(get_args(Verb))})$",
            description="what to do to the accounts",
            examples=["disable"],
        ),
    ] = ""
    users: Annotated[
        str,
        Field(
            pattern=r"^([0-9]{1,18}( [0-9]{1,18}){0,49})?$",
            description="numbers of up to 50 accounts, a space between them;"
            " none for what is done to all of them",
            examples=["7 9"],
        ),
    ] = ""
    reason: fields.Reason = ""


class Outcome(schemas.Body):
    """The accounts to which it was done; the others, with the code why."""

    done: list[int]
    failed: dict[int, str]


@api.page("/admin/users/confirm")
@frame.for_admins
def admin_confirm_page(_actor: Actor) -> Response:
    """Ask whether it is meant, and say what will be."""
    verb = request.args.get("verb", "")
    if verb not in get_args(Verb):
        raise InvalidChoice("verb is none of those there are")
    if harms(verb) and not own_page.is_fresh():
        return redirects.to_reauthenticate(frame.own_path())
    chosen = done.numbers(" ".join(request.args.getlist("user")))
    return _asked(cast(Verb, verb), chosen[:ROWS])


def _after(members: dict[str, Any], error: BienvenueError | None) -> Response:
    verb = cast(Verb, str(members.get("verb", "")))
    chosen = done.numbers(str(members.get("users", "")))[:ROWS]
    path = url_for("bienvenue.admin_confirm_page", verb=verb, user=chosen)
    other = frame.instead(error, path)
    if other is not None:
        return other
    if error is not None:
        if verb not in get_args(Verb):
            return frame.problem(error)
        reason = str(members.get("reason", ""))
        return _asked(verb, chosen, error=error, reason=reason)
    if verb == ACT:
        return redirects.see_other(url_for("bienvenue.account_page"))
    came: Bulk = request.environ[_BULK]
    told = done.of(verb, came)
    if len(chosen) == 1 and _is_there(chosen[0]):
        page = url_for("bienvenue.admin_user_page", number=chosen[0], **told)
    else:
        page = url_for("bienvenue.admin_users_page", **told)
    return redirects.see_other(page)


@api.route(
    "POST",
    "/admin/users",
    takes=Deed,
    session=True,
    answers={**frame.ANSWERS, 200: Outcome, 409: Problem},
    page=_after,
)
def admin_act_by_form(body: Deed) -> Response:
    """Do something to accounts, as the admin API does. For forms.

    What does harm wants the password to have been given just now. Of
    several accounts, one that is refused does not keep the others from it.
    """
    actor, chosen = guard.actor(), done.numbers(body.users)
    verb = cast(Verb, body.verb)
    if not body.verb or bool(chosen) == (verb == EVERYBODY):
        raise InvalidChoice("verb and users do not go together")
    if harms(verb):
        guard.require_fresh()
    if verb == ACT:
        return _acting(chosen, body.reason)
    came = _done(actor, verb, chosen, body.reason)
    request.environ[_BULK] = came
    here().courier.wake()
    return answer(Outcome(done=came.done, failed=came.failed))


def _acting(chosen: list[int], reason: str) -> Response:
    """Begin to act as a user; the answer has the cookies for that."""
    if len(chosen) > 1 or not reason:
        raise InvalidChoice("to act as one user takes a reason")
    why = acts_as.ActReason(reason=reason)
    began: Response = acts_as.admin_act(why, chosen[0])
    return began


def _done(actor: Actor, verb: Verb, chosen: list[int], reason: str) -> Bulk:
    """Do it; one account alone fails as such."""
    admin = guard.flow()
    if verb == EVERYBODY:
        admin.end_all_sessions(actor)
        return Bulk([actor.id], {})
    if len(chosen) > 1:
        if verb not in FOR_MANY:
            raise InvalidChoice("this is done to one account at a time")
        return admin.bulk(actor, verb, chosen)
    more = {"reason": reason} if verb == "disable" and reason else {}
    getattr(admin, verb)(actor, chosen[0], **more)
    return Bulk(chosen, {})


def _asked(
    verb: Verb,
    chosen: list[int],
    error: BienvenueError | None = None,
    reason: str = "",
) -> Response:
    back = url_for("bienvenue.admin_users_page")
    if len(chosen) == 1:
        back = url_for("bienvenue.admin_user_page", number=chosen[0])
    return frame.page(
        _CONFIRM,
        "users",
        error=error,
        verb=verb,
        users=rows.users(_found(chosen)),
        everybody=EVERYBODY,
        grace=here().settings.deletion_grace_days,
        reason=reason,
        back=back,
    )


def _found(chosen: list[int]) -> list[UserRow]:
    """Return those of the accounts that there are, in one unit of work."""

    def look(unit: orm.Session) -> list[UserRow]:
        found = []
        for number in chosen:
            with suppress(UserNotFound):  # deleted meanwhile
                found.append(people.one(unit, number))
        return found

    return here().auth.db.read(look)


def _is_there(number: int) -> bool:
    return bool(_found([number]))
