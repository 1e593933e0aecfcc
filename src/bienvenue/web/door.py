"""The front door: the session check, answered before Flask is entered.

``GET /profile`` and ``GET /verify`` with a live session are what
applications and proxies ask all day.  Flask spends ten times as long on
dispatching one as the database does on answering it, so the server asks here
first.  The door answers that one case, as the route would, and leaves every
other to the route: no session, a cookie it does not recognise at a glance,
another method, another path.
"""

import re
from time import perf_counter
from typing import Any, NamedTuple, Protocol, final

from pydantic_core import to_json

from bienvenue.auth import Auth
from bienvenue.errors import DatabaseUnavailable
from bienvenue.session_check import SignedIn
from bienvenue.web import cookies, headers, identity, media_type

Answer = tuple[int, list[tuple[str, str]], bytes]


def _cookie(name: str) -> re.Pattern[str]:
    # What is in no quotes and has no escapes; where the lines of a UUID
    # stand is not looked at, which takes longer and is the digest's matter.
    return re.compile(f"(?:^|; ?){name}=([0-9a-f-]{{36}})(?=;|$)")


_COOKIE = _cookie(cookies.SESSION)
_HOST_COOKIE = _cookie(cookies.HOST + cookies.SESSION)


# The length of what is sent is the server's word, as for the route.
_JSON = ("content-type", media_type.JSON)


class Scope(Protocol):
    """What the door reads of a request (RSGI)."""

    @property
    def path(self) -> str:
        """The path, percent-decoded."""

    @property
    def headers(self) -> Any:
        """The header fields, by lower-case name."""


class Question(NamedTuple):
    """Whose session is this?  Asked by a request, at ``perf_counter``."""

    scope: Scope
    path: str
    session_id: str
    arrived: float


class Door:
    """Answers for a live session; None leaves the request to Flask.

    To call it is to wait for the database.  On SQLite that is some
    microseconds within this process; where it is not, see ``waiting_door``.
    """

    def __init__(self, auth: Auth) -> None:
        """Check the sessions of this ``Auth``."""
        self._check = auth.check_session
        self._sessions = auth.db.check_session
        self._name = cookies.name(auth.settings, cookies.SESSION)
        host = auth.settings.host_cookie
        self._cookie = _HOST_COOKIE if host else _COOKIE
        fixed = headers.for_all(auth.settings)
        self._headers = [
            (name.lower(), value) for name, value in fixed.items()
        ]
        self._answers = {"/profile": self._profile, "/verify": self._verify}

    @property
    def paths(self) -> list[str]:
        """The paths that are answered here."""
        return list(self._answers)

    def __call__(self, scope: Scope) -> Answer | None:
        """Answer a GET, or return None."""
        question = self.question(scope)
        if question is None:
            return None
        user = self._checked(question.session_id)
        return None if user is None else self.answer(question, user)

    def turn_begins(self) -> None:
        """Many have asked, and are answered next: by one look at the file.

        Whoever stood there when it was taken is answered as of then, which
        is after they asked (``server/turn.py``).
        """
        self._sessions.open_snapshot()

    def turn_ends(self) -> None:
        """Look anew for whoever comes now."""
        self._sessions.close_snapshot()

    def question(self, scope: Scope) -> Question | None:
        """Return what a GET asks, or None; waits for nothing."""
        path = scope.path
        if path not in self._answers:
            return None
        session_id = self._session_id(scope)
        if session_id is None:
            return None
        return Question(scope, path, session_id, perf_counter())

    def answer(self, question: Question, user: SignedIn) -> Answer:
        """Return what the route answers to whoever is signed in."""
        return self._answers[question.path](user)

    def refused(self, _question: Question, reply: Answer) -> Answer:
        """Return the answer to a question that nobody could look up."""
        return reply

    def _checked(self, session_id: str) -> SignedIn | None:
        """Return who is signed in; None, too, where nobody can tell."""
        try:
            return self._check(session_id)
        except DatabaseUnavailable:
            return None

    def _session_id(self, scope: Scope) -> str | None:
        """Return what the one cookie in plain form holds, or None."""
        fields = scope.headers  # every access makes a copy
        # An answer before the body has come would end the connection.
        if "content-length" in fields or "transfer-encoding" in fields:
            return None
        # A header that came twice is read as one by Flask.
        cookie = "; ".join(fields.get_all("cookie"))
        # One cookie of the name, in plain form; the rest is for Flask.
        if cookie.count(self._name) != 1:
            return None
        found = self._cookie.search(cookie)
        return None if found is None else found[1]

    def _profile(self, user: SignedIn) -> Answer:
        content = to_json({"email": user.email}) + b"\n"
        return 200, [*self._headers, _JSON], content

    def _verify(self, user: SignedIn) -> Answer:
        own = identity.lower_fields(user)
        return 200, [*self._headers, *own], b""


@final
class UnwatchedDoor(Door):
    """The same where nobody is told of questions: none is put into words."""

    def __call__(self, scope: Scope) -> Answer | None:
        """Answer a GET, or return None."""
        path = scope.path
        if path not in self._answers:
            return None
        session_id = self._session_id(scope)
        if session_id is None:
            return None
        user = self._checked(session_id)
        return None if user is None else self._answers[path](user)
