"""The pages by which people come in, and those that mailed links open."""

from collections.abc import Iterator
from typing import Any

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
    yield from _signing_in()
    yield from _proving()
    yield from _mailed()


def _signing_in() -> Iterator[State]:
    page = "bienvenue/sign_in.html"
    ask = {"email": "", "next": "", "mailed": True, "verified": True}
    yield State("sign_in.empty", page, ask)
    yield State("sign_in.without_mail", page, {**ask, "mailed": False})
    for done in ("signed_up", "signed_out", "verified", "password"):
        yield State(f"sign_in.done_{done}", page, {**ask, "done": done})
    errors = {
        **ANYWHERE,
        "invalid_email": "email",
        "invalid_credentials": None,
        "password_change_required": None,
        "too_many_attempts": None,
    }
    yield from failed("sign_in", page, errors, **{**ask, "email": EMAIL})
    page = "bienvenue/sign_up.html"
    yield State("sign_up.empty", page, {"email": "", "least": LEAST})
    yield State("sign_up.any_password", page, {"email": "", "least": 0})
    errors = {
        **ANYWHERE,
        **dict.fromkeys(NEW_PASSWORD, "password"),
        "invalid_email": "email",
        "email_taken": "email",
        "too_many_attempts": None,
    }
    yield from failed("sign_up", page, errors, email=EMAIL, least=LEAST)


def _proving() -> Iterator[State]:
    page = "bienvenue/reauthenticate.html"
    ask: dict[str, Any] = {"email": EMAIL, "next": "/account"}
    ask |= {"back": "/account", "mailed": True}
    errors = {
        **ANYWHERE,
        "invalid_password": "password",
        "wrong_password": "password",
        "too_many_attempts": None,
    }
    yield State("reauthenticate.empty", page, ask)
    yield from failed("reauthenticate", page, errors, **ask)


def _mailed() -> Iterator[State]:
    page = "bienvenue/ask_for_reset.html"
    ask = {"sent": False, "email": "", "wait": 60}
    sent = {"sent": True, "email": EMAIL, "wait": 60}
    errors = {**ANYWHERE, "invalid_email": "email", "mail_off": None}
    errors |= {"too_many_attempts": None, "unknown_email": "email"}
    yield State("ask_for_reset.empty", page, ask)
    yield State("ask_for_reset.sent", page, sent)
    yield State("ask_for_reset.sent_before", page, {**sent, "email": ""})
    yield from failed("ask_for_reset", page, errors, **ask | {"email": EMAIL})
    page = "bienvenue/reset_password.html"
    ask = {"token": "made-up", "email": EMAIL, "least": LEAST}
    errors = {**ANYWHERE, **NEW_PASSWORD, "invalid_token": None}
    yield State("reset_password.empty", page, ask)
    yield from failed("reset_password", page, errors, **ask)
    yield from failed("reset_password_void", page, {"invalid_token": None})
    yield from _verified()
    yield from _moved()


def _verified() -> Iterator[State]:
    page = "bienvenue/verify_code.html"
    ask: dict[str, Any] = {"known": False, "minutes": 15, "wait": 60}
    ask |= {"newcomer": False}
    known = ask | {"email": EMAIL, "known": True}
    new = ask | {"email": EMAIL, "newcomer": True}
    errors = {**ANYWHERE, "invalid_token": "code", "mail_off": None}
    yield State("verify_code.empty", page, ask)
    yield State("verify_code.sent", page, {**ask, "done": "sent"})
    yield State("verify_code.known", page, known)
    yield State("verify_code.newcomer", page, new)
    yield State("verify_code.sent_again", page, {**new, "done": "sent"})
    yield from failed("verify_code", page, errors, **ask)
    yield from failed("verify_code_newcomer", page, errors, **new)
    page = "bienvenue/verify_email.html"
    ask = {"token": "made-up", "email": EMAIL, "known": False}
    errors = {**ANYWHERE, "invalid_password": "password"}
    errors |= {"password_too_short": "password"}
    yield State("verify_email.empty", page, ask)
    yield State("verify_email.known", page, {**ask, "known": True})
    yield from failed("verify_email", page, errors, **ask)
    void = {"invalid_token": None}
    yield from failed("verify_email_void", page, void)
    noted = {"mailed_to": EMAIL}
    yield from failed("verify_email_void_newcomer", page, void, **noted)


def _moved() -> Iterator[State]:
    for screen in ("confirm_email_change", "undo_email_change"):
        page = f"bienvenue/{screen}.html"
        ask = {"token": "made-up", "current": "j***@example.com"}
        ask |= {"goal": "jo.new@example.com"}
        errors = {**ANYWHERE, "invalid_token": None, "email_taken": None}
        yield State(f"{screen}.empty", page, ask)
        yield State(f"{screen}.done", page, {"error": None})
        yield from failed(screen, page, errors)
