"""The language that somebody reads: a button at the foot of each page.

Without scripts, for people who are signed in and for those who are not.
"""

from flask import Response, url_for

from bienvenue.features.email_change.flow import EmailChange
from bienvenue.features.email_change.routes.own import Language
from bienvenue.web import cookies, redirects, schemas
from bienvenue.web.api import WITH_BODY, Answers, Api
from bienvenue.web.current_user import signed_in
from bienvenue.web.extension import here
from bienvenue.web.problems import Malformed

api = Api()

_ANSWERS: Answers = {
    status: schema for status, schema in WITH_BODY.items() if status != 429
}


class LanguageChoice(schemas.Loose):
    """A language, and the page that is to be shown in it."""

    language: Language
    next: redirects.Next = ""


@api.route(
    "POST",
    "/language",
    takes=LanguageChoice,
    answers={**_ANSWERS, 303: None},
)
def choose_language(body: LanguageChoice) -> Response:
    """Have pages be in a language, and mails to whoever is signed in.

    For forms. The browser keeps it in a cookie that has the language in it
    and nothing else. An admin who acts as a user changes nothing of theirs.
    """
    extension = here()
    if body.language not in extension.settings.offered:
        raise Malformed("this language is not offered")
    user = signed_in()
    if user is not None and user.actor_id is None:
        EmailChange(extension.auth).choose_language(user, body.language)
    response = redirects.see_other(_page(body.next))
    cookies.keep_language(response, extension.settings, body.language)
    return response


def _page(goal: str) -> str:
    """Return a path of ours; nobody is sent to another host from here."""
    path = redirects.checked(goal) if goal.startswith("/") else ""
    return path or url_for("bienvenue.sign_in_page")
