"""A database as full as a large service's, written in bulk.

Nothing here is stored by chance: who has which session follows from its
number, so that millions of session ids need not be remembered.  The rows
are such as the service itself writes, digests of session ids and the seals
of the audit log included; only no password opens an account, for a bcrypt
a row would take days.
"""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bienvenue import address, audit_tables, clock, secret
from bienvenue.chain import START, Chain
from bienvenue.events import Event
from bienvenue.one_time_token import Purpose
from bienvenue.outbox import Letter

Row = dict[str, Any]

_HASH = f"$2b$12${'x' * 53}"
_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
)
_DAY = 24 * 60 * 60 * 1_000_000
_CLOSING: Final = 1000  # one account in so many waits for its deletion


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many people, and what they have left in the tables."""

    users: int
    sessions: int
    tokens: int
    letters: int
    events: int

    @classmethod
    def of(cls, users: int) -> "Crowd":
        """Return a crowd in the proportions of a busy service.

        Five sessions and an event of the log for each person; a tenth has
        a mailed token in force, and a letter that waits or is dead: the
        mail server was away for a while.
        """
        return cls(
            users=users,
            sessions=5 * users,
            tokens=users // 10,
            letters=users // 10,
            events=users,
        )


def session_id(number: int) -> str:
    """Return the raw session id of a number, from 1."""
    return _token("session", number)


def email(number: int) -> str:
    """Return the address of a person's number, from 1, in no order."""
    return f"{_token('person', number)[:8]}.{number}@example.com"


def tables(crowd: Crowd) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield the tables in the order of their keys, each with its rows.

    Ids are left out: a fresh table counts from 1, as these rows do.
    """
    now = clock.now_us()
    yield "users", _users(crowd, now)
    yield "sessions", _sessions(crowd, now)
    yield "one_time_tokens", _tokens(crowd, now)
    yield "outbox", _letters(crowd, now)
    events = _Events(crowd, now)
    yield "audit_events", iter(events)
    yield "audit_heads", events.head()


def _users(crowd: Crowd, now: int) -> Iterator[Row]:
    for number in range(1, crowd.users + 1):
        own = email(number)
        closing = number % _CLOSING == 0
        yield {
            "email": own,
            "email_key": own,
            "hashed_password": _HASH,
            "created_at": now - number,
            "verified_at": now - number,
            "deletion_due_at": now + 7 * _DAY if closing else None,
            "language": "fr" if number % 3 else None,
        }


def _sessions(crowd: Crowd, now: int) -> Iterator[Row]:
    for number in range(1, crowd.sessions + 1):
        began = now - number
        yield {
            "user_id": number % crowd.users + 1,
            "digest": secret.digest(session_id(number)),
            "created_at": began,
            # Ahead of the clock, so that a look at it has nothing to write.
            "last_seen_at": now + _DAY,
            "expires_at": began + 7 * _DAY,
            "ends_at": began + 30 * _DAY,
            "authenticated_at": began,
            "address": f"192.0.2.{number % 256}",
            "agent": _AGENT,
        }


def _tokens(crowd: Crowd, now: int) -> Iterator[Row]:
    for number in range(1, crowd.tokens + 1):
        # One in fifty is somebody's way back to an address they had.
        back = number % 50 == 0
        old = f"old.{email(number)}"
        yield {
            "user_id": number,
            "purpose": (
                Purpose.UNDO_EMAIL_CHANGE if back else Purpose.VERIFY_EMAIL
            ),
            "subject": old if back else "",
            "subject_key": address.key(old) if back else None,
            "failures": 0,
            "digest": secret.digest(_token("token", number)),
            "created_at": now - number,
            "expires_at": now + _DAY + number,
        }


def _letters(crowd: Crowd, now: int) -> Iterator[Row]:
    for number in range(1, crowd.letters + 1):
        # A third waits, and the rest nobody took.
        dead = number % 3 != 0
        yield {
            "letter": Letter.VERIFY_EMAIL,
            "recipient": email(number),
            "created_at": now - _DAY,
            "due_at": now + (36_500 if dead else 1) * _DAY,
            # One that was tried would be due once a service starts.
            "attempts": 1 if dead else 0,
            "user_id": number,
            "failed_at": now - number if dead else None,
            "reason": "550 no such user" if dead else None,
        }


class _Events:
    """The events of the log, sealed one after the other."""

    def __init__(self, crowd: Crowd, now: int) -> None:
        self._crowd, self._now, self._last = crowd, now, START

    def __iter__(self) -> Iterator[Row]:
        chain = Chain()
        for number in range(1, self._crowd.events + 1):
            row: Row = {
                "strand": "main",
                "sequence": number,
                "at": self._now - _DAY + number,
                "event": str(Event.LOGIN_SUCCEEDED),
                "outcome": "success",
                "user_id": number % self._crowd.users + 1,
                "actor_id": None,
                "address": "192.0.2.1",
                "agent": _AGENT,
                "request_id": _token("request", number),
                "detail": '{"method":"password"}',
            }
            row["mac"] = chain.seal(self._last, audit_tables.fields(row))
            self._last = chain.link(number, row["mac"])
            yield row

    def head(self) -> Iterator[Row]:
        """Yield the strand's head, once all its events have been."""
        if self._crowd.events:
            yield {
                "strand": "main",
                "sequence": self._crowd.events,
                "mac": self._last,
            }


def _token(kind: str, number: int) -> str:
    text = f"bienvenue bench {kind} {number}".encode()
    return str(uuid.UUID(bytes=hashlib.sha256(text).digest()[:16]))
