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

LOWER_NAMES = tuple(name.lower() for name in NAMES)
"""The same as a server that speaks to programs writes them."""

# All of visible ASCII but "%" itself.
_PLAIN = "".join(
    character for character in map(chr, range(0x21, 0x7F)) if character != "%"
)
_is_plain = re.compile(r"[!-$&-~]*").fullmatch


def values(found: SignedIn) -> tuple[str, ...]:
    """Return what tells an application who is asking, in the names' order.

    The numbers of the account and of the session, neither of which opens
    anything; the address, percent-encoded as UTF-8 where it is not visible
    ASCII, since fields are ASCII (RFC 9110, 5.5); whether it is verified;
    and the number of the admin who acts as the user, 0 where it is the
    user: an empty field counts as a missing one to some proxies.
    """
    email = found.email
    return (
        str(found.id),
        # To be told that nothing needs quoting takes as long as the rest.
        email if _is_plain(email) else quote(email, safe=_PLAIN),
        "true" if found.verified_at_us is not None else "false",
        str(found.session),
        "0" if found.actor_id is None else str(found.actor_id),
    )


def fields(found: SignedIn) -> list[tuple[str, str]]:
    """Return the header fields that hold these values."""
    return list(zip(NAMES, values(found), strict=True))
