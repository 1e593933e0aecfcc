"""PBKDF2 (RFC 8018, section 5.2) as passlib, Django and Werkzeug write it.

Each digest has the length of its hash function's output, as all three write
it; a longer one would multiply the work.  Werkzeug has always written the
iteration count, so a hash without one is not known: what it meant changed
from release to release.
"""

import hashlib
import re
from collections.abc import Callable

from bienvenue.imported_hashes.form import (
    Derive,
    Fields,
    Form,
    bounded,
    unbase64,
    unpadded,
)

MAX_ITERATIONS = 10_000_000  # ten times what Django and Werkzeug write now

_SIZES = {"sha1": 20, "sha256": 32, "sha512": 64}
_ITERATIONS = "(?P<iterations>[1-9][0-9]{0,9})"
_SALT = "(?P<salt>[!-#%-~]{1,1024})"
_AB64_SALT = r"(?P<salt>[A-Za-z0-9./]{0,1366})"


def _deriving(
    name: str, decode_salt: Callable[[str], bytes], size: int | None = None
) -> Callable[[Fields], Derive]:
    def derivation(fields: Fields) -> Derive:
        count = bounded(int(fields["iterations"]), 1, MAX_ITERATIONS)
        salt = decode_salt(fields["salt"])
        return unpadded(
            lambda secret: hashlib.pbkdf2_hmac(name, secret, salt, count, size)
        )

    return derivation


def _forms(name: str, size: int) -> tuple[Form, Form, Form]:
    bits, padding = size * 8, -size % 3
    letters = -(-bits // 6)
    # passlib names no function where it is the original one, SHA-1.
    function = "" if name == "sha1" else f"-{name}"
    return (
        Form(
            f"pbkdf2-{name}",
            re.compile(
                rf"\$pbkdf2{function}\${_ITERATIONS}\${_AB64_SALT}"
                rf"\$(?P<digest>[A-Za-z0-9./]{{{letters}}})"
            ),
            unbase64,
            _deriving(name, unbase64),
        ),
        Form(
            f"django-pbkdf2-{name}",
            re.compile(
                rf"pbkdf2_{name}\${_ITERATIONS}\${_SALT}"
                rf"\$(?P<digest>[A-Za-z0-9+/]{{{letters}}}={{{padding}}})"
            ),
            unbase64,
            _deriving(name, str.encode),
        ),
        Form(
            f"werkzeug-pbkdf2-{name}",
            re.compile(
                rf"pbkdf2:{name}:{_ITERATIONS}\${_SALT}"
                rf"\$(?P<digest>[0-9a-f]{{{2 * size}}})"
            ),
            bytes.fromhex,
            _deriving(name, str.encode),
        ),
    )


def _keycloak(name: str) -> Form:
    """Keycloak derives 64 bytes, whatever the function; the form is ours.

    It keeps a hash in several members of JSON, which an import writes as
    one text.
    """
    return Form(
        f"keycloak-pbkdf2-{name}",
        re.compile(
            rf"\$keycloak-pbkdf2-{name}\${_ITERATIONS}\${_AB64_SALT}"
            r"\$(?P<digest>[A-Za-z0-9./]{86})"
        ),
        unbase64,
        _deriving(name, unbase64, 64),
    )


FORMS = (
    *(form for name, size in _SIZES.items() for form in _forms(name, size)),
    *(_keycloak(name) for name in ("sha1", "sha256")),
)
