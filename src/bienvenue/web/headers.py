"""Headers that every answer carries, so that no route can forget them.

OWASP ASVS 3.4 and 14.3.2: answers about credentials are never stored, never
sniffed, never framed, and never run anything.
"""

from collections.abc import Callable

from flask import Response

from bienvenue.config import Settings

API = {
    "Cache-Control": "no-store",
    "Vary": "Cookie",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'; sandbox"
    ),
}

# Pages may load our own style sheet, script and images, and nothing else.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self';"
    " img-src 'self'; font-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def page_policy(*onward: str) -> str:
    """Return the policy of a page whose form may lead on to other origins.

    A browser holds ``form-action`` against the redirect that answers a form
    as well (Content Security Policy Level 3, 6.4.2.1).
    """
    own = "form-action 'self'"
    return PAGE_POLICY.replace(own, " ".join([own, *onward]))


# A letter as its reader sees it: its own style, nothing else, no script, and
# no part in this origin.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'; sandbox"
)

_TWO_YEARS = 2 * 365 * 24 * 60 * 60


def for_all(settings: Settings) -> dict[str, str]:
    """Return what every answer carries under these settings.

    In production that includes HSTS (RFC 6797); on the one machine of
    development it would bind whatever else is served there.
    """
    if settings.profile != "production":
        return API
    below = "; includeSubDomains" if settings.hsts_subdomains else ""
    return API | {"Strict-Transport-Security": f"max-age={_TWO_YEARS}{below}"}


def guard(settings: Settings) -> Callable[[Response], Response]:
    """Return what adds to an answer what it does not say for itself."""
    fixed = [
        (name, name.lower(), text) for name, text in for_all(settings).items()
    ]

    def protect(response: Response) -> Response:
        headers = response.headers
        there = {name.lower() for name, _ in headers}
        for name, lower, text in fixed:
            if lower not in there:
                headers.add(name, text)
        if "vary" in there:
            response.vary.add("Cookie")
        if response.mimetype == "text/html" and (
            "cross-origin-opener-policy" not in there
        ):
            headers.add("Cross-Origin-Opener-Policy", "same-origin")
        if response.calculate_content_length() == 0:
            headers.pop("Content-Type", None)  # of nothing
        return response

    return protect
