"""How a proxy is told who is signed in: header fields for applications.

Each is there in every answer that lets a request through, if need be empty:
a proxy that copies a missing field may hand over its own placeholder, or
what the client sent.
"""

from urllib.parse import quote

from bienvenue.session_check import SignedIn

NAMES = (
    "X-Auth-User",
    "X-Auth-Email",
    "X-Auth-Verified",
    "X-Auth-Session",
)

# All of visible ASCII but "%" itself.
_PLAIN = "".join(
    character for character in map(chr, range(0x21, 0x7F)) if character != "%"
)


def fields(found: SignedIn) -> list[tuple[str, str]]:
    """Return what tells an application who is asking.

    The numbers of the account and of the session, neither of which opens
    anything; the address, percent-encoded as UTF-8 where it is not visible
    ASCII, since fields are ASCII (RFC 9110, 5.5); whether it is verified.
    """
    values = (
        str(found.id),
        quote(found.email, safe=_PLAIN),
        "true" if found.verified_at_us is not None else "false",
        str(found.session),
    )
    return list(zip(NAMES, values, strict=True))
