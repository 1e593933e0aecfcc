"""The admin API: what there is to do.

No operation takes or shows a password (OWASP ASVS 6.4.6).  What harms wants
the password of the admin to have been given just now.
"""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response

from bienvenue.features.admin.routes import answers, fields
from bienvenue.features.admin.routes.declared import AdminApi
from bienvenue.features.admin.routes.guard import flow
from bienvenue.features.admin.shapes import Actor
from bienvenue.features.admin.verbs import EVERYBODY
from bienvenue.web.api import Answers
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem
from bienvenue.web.views import answer

api = AdminApi()

_USER = "/users/<int:number>"
_CONFLICT: Answers = {409: Problem}
_COUNT: Answers = {200: answers.Done}


@api.acts("POST", f"{_USER}/disable", "disable", fields.Why, refuses=_CONFLICT)
def admin_disable(actor: Actor, body: fields.Why, number: int) -> None:
    """Shut an account: its sessions end and its tokens are void."""
    flow().disable(actor, number, body.reason)


@api.acts("POST", f"{_USER}/enable", "enable")
def admin_enable(actor: Actor, number: int) -> None:
    """Open an account again."""
    flow().enable(actor, number)


@api.acts("DELETE", f"{_USER}/sessions", "end_sessions")
def admin_end_sessions(actor: Actor, number: int) -> None:
    """End every session of an account."""
    flow().end_sessions(actor, number)


@api.acts("DELETE", "/sessions", EVERYBODY, answers=_COUNT)
def admin_end_all_sessions(actor: Actor) -> Response:
    """End the sessions of everybody, but for the admin's own."""
    number = flow().end_all_sessions(actor)
    return answer(answers.Done(message="sessions ended", number=number))


@api.acts("POST", f"{_USER}/reset", "send_reset", refuses=_CONFLICT)
def admin_send_reset(actor: Actor, number: int) -> None:
    """Mail the owner a link to choose another password by.

    Nobody but the owner sees it.
    """
    flow().send_reset(actor, number)
    here().courier.wake()


@api.acts("POST", f"{_USER}/compromised", "mark_compromised")
def admin_mark_compromised(actor: Actor, number: int) -> None:
    """Have a password open nothing until it was reset by mail."""
    flow().mark_compromised(actor, number)


@api.acts(
    "PUT", f"{_USER}/role", "grant_admin", fields.Role, refuses=_CONFLICT
)
def admin_change_role(actor: Actor, body: fields.Role, number: int) -> None:
    """Make somebody an admin, or no longer one."""
    verbs = flow()
    change = verbs.grant_admin if body.role == "admin" else verbs.revoke_admin
    change(actor, number)


@api.acts(
    "DELETE",
    _USER,
    "delete",
    answers={202: answers.AdminDeletion},
    refuses=_CONFLICT,
)
def admin_delete_user(actor: Actor, number: int) -> Response:
    """Have an account deleted after the days of grace."""
    due = flow().delete(actor, number)
    here().courier.wake()
    message = "account will be deleted"
    return answer(
        answers.AdminDeletion(message=message, deletion_due_at=due),
        HTTPStatus.ACCEPTED,
    )


@api.acts(
    "POST",
    "/bulk",
    "bulk",
    fields.BulkAction,
    answers={200: answers.AdminBulk},
)
def admin_bulk(actor: Actor, body: fields.BulkAction) -> Response:
    """Do one thing to several accounts, each for itself."""
    found = flow().bulk(actor, body.verb, _numbers(body.users) or [])
    here().courier.wake()
    failed = {str(number): code for number, code in found.failed.items()}
    return answer(answers.AdminBulk(done=found.done, failed=failed))


@api.acts(
    "POST", "/letters/retry", "retry_letters", fields.Letters, answers=_COUNT
)
def admin_retry_letters(actor: Actor, body: fields.Letters) -> Response:
    """Have dead letters tried again."""
    number = flow().retry_letters(actor, _numbers(body.letters))
    here().courier.wake()
    return answer(answers.Done(message="letters retried", number=number))


@api.acts(
    "POST", "/letters/purge", "purge_letters", fields.Letters, answers=_COUNT
)
def admin_purge_letters(actor: Actor, body: fields.Letters) -> Response:
    """Forget dead letters."""
    number = flow().purge_letters(actor, _numbers(body.letters))
    return answer(answers.Done(message="letters purged", number=number))


def _numbers(text: str) -> Sequence[int] | None:
    return [int(each) for each in text.split(",")] if text else None
