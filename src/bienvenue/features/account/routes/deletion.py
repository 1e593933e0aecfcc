"""The page to delete one's account, and the one after it."""

from flask import Response, url_for

from bienvenue.errors import BienvenueError
from bienvenue.features.account.routes import own
from bienvenue.web import own_page, redirects, rendered, schemas
from bienvenue.web.api import ALWAYS, Api
from bienvenue.web.current_user import signed_in
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem

api = Api()

_PAGE = "bienvenue.account_delete_page"


@api.page("/account/delete")
@own_page.for_owner
def account_delete_page() -> Response:
    """Say what deleting one's account means, and let it be done."""
    return _shown()


def _shown(error: BienvenueError | None = None) -> Response:
    return own_page.shown(
        "bienvenue/account_delete.html",
        error,
        days=here().settings.deletion_grace_days,
        fresh=own_page.is_fresh(),
    )


@api.page("/account/deleted")
def account_deleted_page() -> Response:
    """Say what was done, and how it is undone, to who is signed out now."""
    if signed_in() is not None:
        return redirects.see_other(url_for("bienvenue.account_page"))
    settings = here().settings
    return rendered.page(
        "bienvenue/account_deleted.html",
        days=settings.deletion_grace_days,
        mailed=settings.mail != "off",
    )


@api.route(
    "POST",
    "/account/delete",
    takes=schemas.Nothing,
    session=True,
    answers={
        **ALWAYS,
        200: own.Deletion,
        202: own.Deletion,
        400: Problem,
        403: Problem,
        409: Problem,
    },
    page=own_page.answered(
        _PAGE, _shown, goal="bienvenue.account_deleted_page"
    ),
)
def delete_account_by_form(_body: schemas.Nothing) -> Response:
    """Delete one's account as `DELETE /users/me` does. For forms."""
    return own.delete_account()
