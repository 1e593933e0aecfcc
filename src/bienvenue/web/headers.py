"""Headers that every answer carries, so that no route can forget them.

OWASP ASVS 3.4 and 14.3.2: answers about credentials are never stored, never
sniffed, never framed, and never run anything.
"""

from flask import Response

API = {
    "Cache-Control": "no-store",
    "Vary": "Cookie",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
}

# Pages may load our own style sheet, and nothing else.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def protect(response: Response) -> Response:
    """Add what the answer does not already say for itself."""
    for name, value in API.items():
        response.headers.setdefault(name, value)
    if response.calculate_content_length() == 0:
        response.headers.pop("Content-Type", None)  # of nothing
    return response
