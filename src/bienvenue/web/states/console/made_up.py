"""Made-up people, sessions, events and letters for the console to show."""

from datetime import timedelta
from types import SimpleNamespace

from bienvenue import clock
from bienvenue.web.states.state import EMAIL

_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Firefox/145.0"
_LONG = "somebody.with.a.very.long.address@department.of.letters.example.org"
_STATES = (
    ["active", "admin"],
    ["unverified"],
    ["active"],
    ["disabled", "compromised"],
    ["deleting"],
)


def user(number: int) -> SimpleNamespace:
    """Return an account, each number of another kind."""
    kinds, now = _STATES[number], clock.now()
    return SimpleNamespace(
        id=number + 1,
        email=_LONG if number == 1 else f"user.{number}@example.com",
        states=kinds,
        created_at=now - timedelta(days=100),
        verified_at=None if "unverified" in kinds else now,
        disabled_at=now if "disabled" in kinds else None,
        compromised_at=now if "compromised" in kinds else None,
        deletion_due_at=now if "deleting" in kinds else None,
        language="fr",
    )


def session(number: int) -> SimpleNamespace:
    """Return a session; an odd number is of a known browser."""
    now = clock.now()
    return SimpleNamespace(
        created_at=now,
        last_seen_at=now,
        expires_at=now,
        address="2001:db8::7" if number % 2 else None,
        agent=_AGENT if number % 2 else None,
        program="Firefox, Linux" if number % 2 else "",
        actor_id=None,
    )


def event(number: int) -> SimpleNamespace:
    """Return an entry of the log, each number another."""
    name, outcome, detail = (
        ("user_disabled", "success", [("reason", "sends spam")]),
        ("authn_login_fail", "failure", [("method", "password")]),
        ("user_deleted", "success", []),
        ("excess_rate_limit_exceeded", "refused", [("count", "118")]),
        ("session_created", "success", []),
    )[number]
    return SimpleNamespace(
        time=clock.now(),
        event=name,
        outcome=outcome,
        detail=detail,
        user_id=None if number == 3 else number + 7,
        user_email=None if name == "user_deleted" else "user@example.com",
        actor_id=1 if number in {0, 2} else None,
        actor_email=EMAIL if number in {0, 2} else None,
        address="203.0.113.7" if number else None,
        agent=_AGENT if number else None,
        program="Firefox, Linux" if number else "",
        request_id="5b3f0d0e-7a52-9d5c-c1c4-0f6f8f0a3b2e",
    )


def letter(number: int, *, dead: bool) -> SimpleNamespace:
    """Return a letter that waits, or a dead one."""
    now = clock.now()
    return SimpleNamespace(
        id=number + 5,
        recipient=_LONG if number == 1 else "user@example.com",
        letter="reset_password",
        created_at=now,
        due_at=None if dead else now,
        failed_at=now if dead else None,
        attempts=number,
        reason="550 5.1.1 no such user here" if dead else None,
    )
