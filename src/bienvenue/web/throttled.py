"""Routes that people may call only so often.

Each decorator stands above ``hashes_password``: who is throttled takes no
place in the queue, and no password is hashed for them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Response, request

from bienvenue.errors import TooManyAttempts
from bienvenue.events import Event
from bienvenue.web import cookies, local, refused, schemas
from bienvenue.web.current_user import current_user
from bienvenue.web.extension import here

B = TypeVar(
    "B", schemas.Credentials, schemas.ResetRequest, schemas.NewPassword
)
C = TypeVar("C", bound=schemas.Credentials)
P = ParamSpec("P")
V = TypeVar("V", bound=schemas.Body)
View = Callable[[V], Response]


def withheld(setting: str) -> None:
    """Note that a letter was not sent, of which the client is not told."""
    refused.note(Event.RATE_LIMITED, setting)


def registration(view: View[B]) -> View[B]:
    """Limit how many accounts one network may ask for."""

    @wraps(view)
    def limited(body: B) -> Response:
        here().throttle.registration(local.network())
        return view(body)

    return limited


def login(view: View[C]) -> View[C]:
    """Limit wrong guesses; a login that works makes the device known."""

    @wraps(view)
    def limited(body: C) -> Response:
        throttle, brought = here().throttle, cookies.device_token(request)
        with _guessing(body.email, brought):
            response = view(body)
        if throttle.enabled:
            remembered = throttle.remember(brought, body.email)
            cookies.keep_device(response, here().settings, remembered)
        return response

    return limited


def own_password(view: Callable[P, Response]) -> Callable[P, Response]:
    """Limit wrong guesses at the password of whoever is signed in.

    They count with those of logging in: an open session must not be a way
    to go on guessing.  Stands below ``login_required``.
    """

    @wraps(view)
    def limited(*args: P.args, **kwargs: P.kwargs) -> Response:
        brought, email = cookies.device_token(request), current_user.email
        with _guessing(email, brought):
            return view(*args, **kwargs)

    return limited


@contextmanager
def _guessing(email: str, brought: str) -> Iterator[None]:
    """Hold what a guess costs; have the owner told where they run out."""
    throttle = here().throttle
    try:
        with throttle.login(email, local.network(), brought):
            yield
    except TooManyAttempts:
        if throttle.guess_mail(email):
            here().auth.tell_of_guesses(email)
            here().courier.wake()
        raise


def reset_request(view: View[B]) -> View[B]:
    """Limit how many resets one network may ask for."""

    @wraps(view)
    def limited(body: B) -> Response:
        here().throttle.reset_request(local.network())
        return view(body)

    return limited


def reset(view: View[B]) -> View[B]:
    """Limit wrong reset tokens."""

    @wraps(view)
    def limited(body: B) -> Response:
        throttle, brought = here().throttle, cookies.device_token(request)
        with throttle.reset(body.email, local.network(), brought):
            return view(body)

    return limited
