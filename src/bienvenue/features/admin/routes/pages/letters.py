"""The mail queue: what waits, what nobody could be given, and why."""

from typing import Annotated, Any, Final, get_args

from flask import Response, request, url_for
from pydantic import Field

from bienvenue.errors import BienvenueError, InvalidChoice
from bienvenue.features.admin.routes import guard
from bienvenue.features.admin.routes.pages import done, frame
from bienvenue.features.admin.shapes import Actor
from bienvenue.features.admin.verbs import LetterVerb, harms
from bienvenue.web import own_page, redirects, schemas
from bienvenue.web.api import Api
from bienvenue.web.extension import here
from bienvenue.web.views import answer

api = Api(gate=guard.require_reachable)

_ROWS: Final = 50
_STATES: Final = ("waiting", "dead")
_MAIL = "bienvenue.admin_mail_page"


class LetterDeed(schemas.Loose):
    """What to do with which dead letters."""

    verb: Annotated[
        str,
        Field(
            pattern=f"^({'|'.join(get_args(LetterVerb))})$",
            description="what to do with the letters",
            examples=["retry_letters"],
        ),
    ] = ""
    letters: Annotated[
        str,
        Field(
            pattern=r"^[0-9]{1,18}( [0-9]{1,18}){0,49}$",
            description="numbers of up to 50 letters, a space between them",
            examples=["7 9"],
        ),
    ] = ""


class LettersDone(schemas.Body):
    """How many letters it was done to: those that were still dead."""

    count: int


@api.page("/admin/mail")
@frame.for_admins
def admin_mail_page(_actor: Actor) -> Response:
    """Show letters that wait, or that are dead, and why."""
    state = request.args.get("state", "waiting")
    if state not in _STATES:
        raise InvalidChoice("state is waiting or dead")
    found = guard.flow().letters(state, request.args.get("after"), _ROWS)
    chosen = {"state": state}
    return frame.page(
        "bienvenue/admin_mail.html",
        "mail",
        state=state,
        rows=found.items,
        partial=found.partial,
        previous=frame.beside(_MAIL, chosen, found.previous),
        next=frame.beside(_MAIL, chosen, found.next),
        **done.told(),
    )


@api.page("/admin/mail/confirm")
@frame.for_admins
def admin_mail_confirm_page(_actor: Actor) -> Response:
    """Ask whether it is meant, and say what will be."""
    verb = request.args.get("verb", "")
    if verb not in get_args(LetterVerb):
        raise InvalidChoice("verb is none of those there are")
    if harms(verb) and not own_page.is_fresh():
        return redirects.to_reauthenticate(frame.own_path())
    chosen = done.numbers(" ".join(request.args.getlist("letter")))
    return _asked(verb, chosen[:_ROWS])


def _after(members: dict[str, Any], error: BienvenueError | None) -> Response:
    verb = str(members.get("verb", ""))
    chosen = done.numbers(str(members.get("letters", "")))[:_ROWS]
    path = url_for(
        "bienvenue.admin_mail_confirm_page", verb=verb, letter=chosen
    )
    other = frame.instead(error, path)
    if other is not None:
        return other
    if error is not None:
        known = verb in get_args(LetterVerb)
        return _asked(verb, chosen, error) if known else frame.problem(error)
    # What is tried again waits; the rest of the dead are worth a look.
    state = "waiting" if verb == "retry_letters" else "dead"
    return redirects.see_other(url_for(_MAIL, state=state, **done.of(verb)))


@api.route(
    "POST",
    "/admin/mail",
    takes=LetterDeed,
    session=True,
    answers={**frame.ANSWERS, 200: LettersDone},
    page=_after,
)
def admin_mail_by_form(body: LetterDeed) -> Response:
    """Try dead letters again, or forget them, as the admin API does.

    For forms. To forget them wants the password to have been given just
    now.
    """
    actor, chosen = guard.actor(), done.numbers(body.letters)
    if not body.verb or not chosen:
        raise InvalidChoice("verb or letters are missing")
    admin = guard.flow()
    if harms(body.verb):
        guard.require_fresh()
    if body.verb == "purge_letters":
        count = admin.purge_letters(actor, chosen)
    else:
        count = admin.retry_letters(actor, chosen)
        here().courier.wake()
    return answer(LettersDone(count=count))


def _asked(
    verb: str, chosen: list[int], error: BienvenueError | None = None
) -> Response:
    return frame.page(
        "bienvenue/admin_mail_confirm.html",
        "mail",
        error=error,
        verb=verb,
        letters=chosen,
        back=url_for(_MAIL, state="dead"),
    )
