"""Which language a page is in: its reader's, as far as that is known.

What somebody chose in this very browser comes before all else: they look at
the page, and see what came of it.
That an account has one is told to nobody who has not proven to be its
reader: by a session, or by a token that was mailed to them.
"""

import re
from urllib.parse import quote

from flask import current_app, request

from bienvenue import by_address, translation
from bienvenue.web import cookies
from bienvenue.web.current_user import signed_in
from bienvenue.web.extension import here

_READER = "bienvenue.reader"
_READ = frozenset({"GET", "HEAD"})

# No browser sends more; what is beyond is not read.
_MOST_CHARACTERS = 1024
_MOST_RANGES = 32

# RFC 9110 12.4.2 and 12.5.4, of RFC 4647's basic ranges; "*" names none.
_RANGE = re.compile(
    r"([a-z]{1,8}(?:-[a-z0-9]{1,8}){0,3})"
    r"(?:[ \t]*;[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?",
    re.ASCII | re.IGNORECASE,
)


def written_for(email: str | None) -> None:
    """Have the page be in the language of the owner of an address.

    Only of one that this request has proven to read, never of one that
    somebody typed: the page would tell that it has an account.
    """
    if email:
        request.environ[_READER] = email


def written_for_nobody() -> None:
    """Have the page be in no account's language: none can be looked up."""
    request.environ[_READER] = ""


def of_page() -> str:
    """Return one of ``translation.languages()`` for this request's page.

    The one chosen in this browser, else the reader's own, else the best of
    ``Accept-Language`` that is offered, else ``default_language``.
    """
    settings = here().settings
    chosen = cookies.language(request)
    if chosen in settings.offered:
        return chosen
    return translation.choose(
        _own(),
        *accepted(request.headers.get("Accept-Language", "")),
        settings.default_language,
        among=settings.offered,
    )


def offered() -> dict[str, str]:
    """Return what readers may choose: the name of each language, by tag.

    Empty where there is nothing to choose.
    """
    tags = here().settings.offered
    if len(tags) == 1:
        return {}
    return {tag: translation.NAMES[tag] for tag in tags}


def this_page() -> str:
    """Return the path and query to show this page again in another language.

    "" where the page answers a form: its path alone may be no page.
    """
    path = quote(f"{request.script_root}{request.path}")
    query = request.query_string.decode("ascii", "replace")
    if request.method in _READ:
        return f"{path}?{query}" if query else path
    routes = current_app.create_url_adapter(request)
    return path if routes and routes.test(method="GET") else ""


def accepted(header: str) -> list[str]:
    """Return what an ``Accept-Language`` asks for, the best first.

    What is malformed in it is passed over; it raises nothing for any text.
    """
    ranges = header[:_MOST_CHARACTERS].split(",", _MOST_RANGES)
    found = []
    for each in ranges[:_MOST_RANGES]:
        match = _RANGE.fullmatch(each.strip(" \t"))
        weight = float(match[2] or 1) if match else 0
        if match and weight:
            found.append((weight, match[1]))
    # Sorting keeps the order of what is wanted alike.
    found.sort(key=lambda each: -each[0])
    return [tag for _, tag in found]


def _own() -> str | None:
    email = request.environ.get(_READER)
    if email is None and cookies.session_id(request):
        user = signed_in()
        email = user and user.email
    found = by_address.find(here().auth.db, email) if email else None
    return found.language if found else None
