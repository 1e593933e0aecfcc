"""scrypt (RFC 7914) as passlib, Django and Werkzeug write it."""

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

MAX_MEMORY = 256 * 1024 * 1024  # bytes of the large array, 128 * N * r
MAX_WORK = 2**22  # N * r * p: four times OWASP's strongest, some 2 seconds
MAX_FACTOR = 64  # of r and of p each

_BITS = "(?P<bits>[1-9][0-9]?)"
_N = "(?P<n>[1-9][0-9]{0,9})"
_R = "(?P<r>[1-9][0-9]{0,2})"
_P = "(?P<p>[1-9][0-9]{0,2})"
_SALT = "(?P<salt>[!-#%-~]{1,1024})"


def _blocks(fields: Fields) -> int:
    if "bits" in fields:
        return 1 << int(fields["bits"])
    n = int(fields["n"])
    if n & (n - 1):
        raise ValueError("N is not a power of two")
    return n


def _deriving(
    decode_salt: Callable[[str], bytes], size: int
) -> Callable[[Fields], Derive]:
    def derivation(fields: Fields) -> Derive:
        r = bounded(int(fields["r"]), 1, MAX_FACTOR)
        p = bounded(int(fields["p"]), 1, MAX_FACTOR)
        # RFC 7914, section 2: N is less than 2 ** (128 * r / 8).
        most = min(
            MAX_MEMORY // (128 * r), MAX_WORK // (r * p), 2 ** (16 * r) - 1
        )
        n = bounded(_blocks(fields), 2, most)
        salt = decode_salt(fields["salt"])
        memory = 128 * r * (n + p + 2)

        def derive(secret: bytes) -> bytes:
            return hashlib.scrypt(
                secret, salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=size
            )

        return unpadded(derive)

    return derivation


FORMS = (
    Form(
        "scrypt",
        re.compile(
            rf"\$scrypt\$ln={_BITS},r={_R},p={_P}"
            r"\$(?P<salt>[A-Za-z0-9+/]{0,1366})\$(?P<digest>[A-Za-z0-9+/]{43})"
        ),
        unbase64,
        _deriving(unbase64, 32),
    ),
    Form(
        "django-scrypt",
        re.compile(
            rf"scrypt\${_N}\${_SALT}\${_R}\${_P}"
            r"\$(?P<digest>[A-Za-z0-9+/]{86}==)"
        ),
        unbase64,
        _deriving(str.encode, 64),
    ),
    Form(
        "werkzeug-scrypt",
        re.compile(
            rf"scrypt:{_N}:{_R}:{_P}\${_SALT}\$(?P<digest>[0-9a-f]{{128}})"
        ),
        bytes.fromhex,
        _deriving(str.encode, 64),
    ),
)
