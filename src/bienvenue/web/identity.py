"""How a proxy is told who is signed in: header fields for applications.

Each is there in every answer that lets a request through, if need be empty:
a proxy that copies a missing field may hand over its own placeholder, or
what the client sent.
"""

import re
from urllib.parse import quote

from bienvenue.session_check import SignedIn

NAMES = (
    "X-Auth-User",
    "X-Auth-Email",
    "X-Auth-Verified",
    "X-Auth-Session",
    "X-Auth-Actor",
)

_NAMED = {name.lower(): name for name in NAMES}

# All of visible ASCII but "%" itself.
_PLAIN = "".join(
    character for character in map(chr, range(0x21, 0x7F)) if character != "%"
)
_is_plain = re.compile(r"[!-$&-~]*").fullmatch


def lower_fields(found: SignedIn) -> tuple[tuple[str, str], ...]:
    """Return the fields that tell an application who is asking.

    Their names are in lower case, as servers write them that speak to
    programs.

    The numbers of the account and of the session, neither of which opens
    anything; the address, percent-encoded as UTF-8 where it is not visible
    ASCII, since fields are ASCII (RFC 9110, 5.5); whether it is verified;
    and the number of the admin who acts as the user, 0 where it is the
    user: an empty field counts as a missing one to some proxies.
    """
    email = found.email
    # To be told that nothing needs quoting takes as long as the rest.
    quoted = email if _is_plain(email) else quote(email, safe=_PLAIN)
    verified = "false" if found.verified_at_us is None else "true"
    actor = "0" if found.actor_id is None else str(found.actor_id)
    return (
        ("x-auth-user", str(found.id)),
        ("x-auth-email", quoted),
        ("x-auth-verified", verified),
        ("x-auth-session", str(found.session)),
        ("x-auth-actor", actor),
    )


def fields(found: SignedIn) -> list[tuple[str, str]]:
    """Return the same fields, their names as documents write them."""
    return [(_NAMED[name], text) for name, text in lower_fields(found)]
