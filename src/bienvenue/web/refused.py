"""Notes what was refused, and to whom, on the way to its answer."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import TypeVar, cast

from flask import Response, request
from werkzeug.exceptions import HTTPException

from bienvenue import errors, refusals
from bienvenue.events import Event
from bienvenue.refusals import Refusal
from bienvenue.session_check import SignedIn
from bienvenue.web import current_user, local, problems
from bienvenue.web.extension import here

E = TypeVar("E", bound=Exception)

# By class, nearest ancestor first.  What is not here is recorded by the use
# case that refused it, or refuses nobody.
EVENTS: dict[type[Exception], Event] = {
    errors.CrossSite: Event.CROSS_SITE,
    errors.ReauthenticationRequired: Event.ACCESS_DENIED,
    errors.SessionRequired: Event.ACCESS_DENIED,
    errors.NotPermitted: Event.ACCESS_DENIED,
    errors.NotWhileActing: Event.ACCESS_DENIED,
    errors.LastAdmin: Event.ACCESS_DENIED,
    errors.AddressUnproven: Event.ACCESS_DENIED,
    errors.InvalidChoice: Event.INPUT_REJECTED,
    errors.LocalOnly: Event.ACCESS_DENIED,
    errors.MailOff: Event.ACCESS_DENIED,
    errors.TooManyAttempts: Event.RATE_LIMITED,
    errors.Busy: Event.OVERLOADED,
    errors.PasswordCheckUnavailable: Event.CONTROL_FAILED,
    errors.InvalidAddress: Event.INPUT_REJECTED,
    errors.InvalidPassword: Event.INPUT_REJECTED,
    problems.Malformed: Event.INPUT_REJECTED,
}
_BY_STATUS = {
    HTTPStatus.BAD_REQUEST: Event.INPUT_REJECTED,
    HTTPStatus.FORBIDDEN: Event.ACCESS_DENIED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Event.INPUT_REJECTED,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Event.INPUT_REJECTED,
}


def noted(handler: Callable[[E], Response]) -> Callable[[E], Response]:
    """Have an error's handler note the refusal, if it is one."""

    @wraps(handler)
    def noting(error: E) -> Response:
        response = handler(error)
        event = _event(error)
        if event is not None:
            note(event, _code(response))
        return response

    return noting


def note(event: Event, code: str) -> None:
    """Note a refusal of the request, whether or not it is told of it."""
    who = local.client()
    rule = request.url_rule
    # The path itself may hold anything, a token too.
    target = f"{request.method} {rule.rule if rule else '(no route)'}"
    user = _signed_in()
    here().refusals.note(
        Refusal(
            event,
            code,
            target,
            refusals.network_of(who),
            None if user is None else user.id,
        ),
        who,
    )


def _event(error: Exception) -> Event | None:
    if isinstance(error, HTTPException):
        status = error.code or 0
        # Somebody else's row is answered as if it were not there.
        if status == HTTPStatus.NOT_FOUND and _signed_in() is not None:
            return Event.ACCESS_DENIED
        return _BY_STATUS.get(cast(HTTPStatus, status))
    kinds = type(error).__mro__
    return next((EVENTS[kind] for kind in kinds if kind in EVENTS), None)


def _signed_in() -> SignedIn | None:
    """Return who the route found to be signed in, if it looked."""
    return cast(SignedIn | None, request.environ.get(current_user.KEY))


def _code(response: Response) -> str:
    """Return the stable name of an error, off its answer."""
    found = response.get_json(force=True, silent=True)
    return str(found.get("code", "")) if isinstance(found, dict) else ""
