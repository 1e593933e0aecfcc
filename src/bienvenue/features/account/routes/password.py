"""The page to change one's password."""

from flask import Response

from bienvenue import policy
from bienvenue.errors import BienvenueError
from bienvenue.features.account.routes import own
from bienvenue.web import own_page, schemas
from bienvenue.web.api import WITH_BODY, Api
from bienvenue.web.extension import here

api = Api()


@api.page("/account/password")
@own_page.for_owner
def account_password_page() -> Response:
    """Show the form for a new password."""
    return _shown()


def _shown(error: BienvenueError | None = None) -> Response:
    settings = here().settings
    return own_page.shown(
        "bienvenue/account_password.html",
        error,
        done=own_page.done("not_me"),
        least=policy.least_length(settings),
        mailed=settings.mail != "off",
    )


@api.route(
    "POST",
    "/account/password",
    takes=own.PasswordChange,
    session=True,
    answers={**WITH_BODY, 200: schemas.EmailMessage},
    page=own_page.answered(
        "bienvenue.account_password_page",
        _shown,
        goal="bienvenue.account_page",
        done="password",
        guessed=True,
    ),
)
def change_password_by_form(body: own.PasswordChange) -> Response:
    """Replace the password as `PUT /password` does. For forms."""
    return own.change_password(body)
