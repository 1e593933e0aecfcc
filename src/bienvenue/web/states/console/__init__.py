"""The pages of the admin console, and the page of the first admin's link."""

from collections.abc import Iterator

from bienvenue.web.states.console import frame, lists, people, service
from bienvenue.web.states.state import (
    ANYWHERE,
    EMAIL,
    LEAST,
    NEW_PASSWORD,
    State,
    failed,
)


def states() -> Iterator[State]:
    """Yield every state of them."""
    yield from service.overview()
    yield from people.users()
    yield from people.confirm()
    yield from lists.audit()
    yield from lists.mail()
    yield from service.settings()
    yield from _refused()
    yield from _first()


def _refused() -> Iterator[State]:
    page = "bienvenue/admin_problem.html"
    errors = dict.fromkeys(("invalid_choice", "user_not_found"))
    yield from failed("console_problem", page, errors, **frame.of(""))
    page = "bienvenue/admin_refused.html"
    yield from failed("console_refused", page, {"not_permitted": None})


def _first() -> Iterator[State]:
    page = "bienvenue/first_admin.html"
    ask = {"token": "made-up", "email": "", "least": LEAST}
    yield State("first_admin.empty", page, ask)
    errors = {**ANYWHERE, **dict.fromkeys(NEW_PASSWORD, "password")}
    errors |= {"invalid_email": "email", "email_taken": "email"}
    yield from failed("first_admin", page, errors, **ask | {"email": EMAIL})
    void = ask | {"token": ""}
    yield from failed("first_admin", page, {"invalid_token": None}, **void)
