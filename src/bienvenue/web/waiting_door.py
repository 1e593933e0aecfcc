"""The front door where the database is a server: many are asked at once.

A question to a server has to wait for its answer, so this door asks from
threads of its own (``server/room.py``), and what came meanwhile is asked
together, in one statement.  It answers what ``door`` answers, and one thing
more: where the database does not answer, it says so itself.  The route's
threads are few, and would all come to wait for the same.
"""

from collections.abc import Sequence

from bienvenue import session_check
from bienvenue.auth import Auth
from bienvenue.errors import DatabaseUnavailable
from bienvenue.web import headers, local, problems
from bienvenue.web.door import Answer, Door, Question


class WaitingDoor:
    """Puts a door's questions to a database server."""

    most = session_check.MOST

    def __init__(self, door: Door, auth: Auth) -> None:
        """Answer in the ways of this door."""
        self._door = door
        self._check = auth.check_sessions
        self._hops = auth.settings.trusted_hops
        self.question = door.question
        sorry = problems.from_error(DatabaseUnavailable())
        sorry = headers.guard(auth.settings)(sorry)
        self._status, self._content = sorry.status_code, sorry.get_data()
        self._headers = [(name.lower(), text) for name, text in sorry.headers]

    def answers(self, questions: Sequence[Question]) -> list[Answer | None]:
        """Answer questions, ``most`` at most; None is left to the route."""
        try:
            users = self._check([one.session_id for one in questions])
        except DatabaseUnavailable:
            return [self.sorry(one) for one in questions]
        return [
            None if user is None else self._door.answer(question, user)
            for question, user in zip(questions, users, strict=True)
        ]

    def sorry(self, question: Question) -> Answer:
        """Say that the database does not answer, as the route does."""
        request_id = local.named_by(question.scope.headers, self._hops)
        own = (local.ID_HEADER.lower(), request_id)
        reply = self._status, [*self._headers, own], self._content
        return self._door.refused(question, reply)
