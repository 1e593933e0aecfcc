"""Argon2 i, d and id (RFC 9106) in the PHC string form, and Django's.

argon2-cffi and passlib write the PHC form; Django puts its own name in front.
"""

import re

from bienvenue.imported_hashes.form import (
    Derive,
    Fields,
    Form,
    bounded,
    unbase64,
)

MAX_MEMORY = 256 * 1024  # KiB: libsodium's MODERATE; Django's is 100 MiB
MAX_WORK = 16 * MAX_MEMORY  # KiB filled in all, over every pass
MAX_LANES = 16  # each is a thread

_VERSION_OF_UNMARKED = 16  # 1.0, the last one to write no version field
_PHC = (
    r"\$argon2(?P<type>id|i|d)(\$v=(?P<version>16|19))?"
    r"\$m=(?P<memory>[1-9][0-9]{0,9}),t=(?P<passes>[1-9][0-9]{0,9})"
    r",p=(?P<lanes>[1-9][0-9]{0,4})"
    r"\$(?P<salt>[A-Za-z0-9+/]{11,1024})"
    r"\$(?P<digest>[A-Za-z0-9+/]{16,88})"
)


def _derivation(fields: Fields) -> Derive:
    lanes = bounded(int(fields["lanes"]), 1, MAX_LANES)
    # RFC 9106, section 3.1: at least 8 KiB for each lane.
    memory = bounded(int(fields["memory"]), 8 * lanes, MAX_MEMORY)
    passes = bounded(int(fields["passes"]), 1, MAX_WORK // memory)
    version = int(fields["version"] or _VERSION_OF_UNMARKED)
    salt = unbase64(fields["salt"])
    size = len(unbase64(fields["digest"]))
    # Few have such a hash, and nobody when the service starts.
    from argon2.exceptions import HashingError
    from argon2.low_level import Type, hash_secret_raw

    kind = Type[fields["type"].upper()]

    def derive(secret: bytes) -> bytes:
        try:
            return hash_secret_raw(
                secret, salt, passes, memory, lanes, size, kind, version
            )
        except HashingError:
            raise ValueError("argon2 gave up") from None

    return derive


FORMS = (
    Form("argon2", re.compile(_PHC), unbase64, _derivation),
    Form("django-argon2", re.compile("argon2" + _PHC), unbase64, _derivation),
)
