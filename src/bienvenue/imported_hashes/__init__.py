"""Password hashes that other systems made, and our own, read by form.

An account brought in from passlib, Django, Werkzeug or a bcrypt or argon2
library keeps its hash until its owner logs in, and is upgraded then.  The
tables of the form modules are the list of what is known; a new form is one
more row there.
"""

from bienvenue.imported_hashes import (
    argon2_forms,
    bcrypt_forms,
    firebase_forms,
    pbkdf2_forms,
    phpass_forms,
    scrypt_forms,
)
from bienvenue.imported_hashes.form import Form, StoredHash

__all__ = ["StoredHash", "identify", "parse", "verify"]

MAX_LENGTH = 4096  # characters; the longest known form stays below it

FORMS: tuple[Form, ...] = (
    *bcrypt_forms.FORMS,
    *argon2_forms.FORMS,
    *scrypt_forms.FORMS,
    *pbkdf2_forms.FORMS,
    *phpass_forms.FORMS,
    *firebase_forms.FORMS,
)


def parse(hashed: str) -> StoredHash:
    """Read a stored hash, without any costly work.

    Raises ValueError for one of no known form, a malformed one and one whose
    cost is over its ceiling (CWE-400); the text does not quote it.
    """
    if len(hashed) <= MAX_LENGTH:
        for form in FORMS:
            stored = form.read(hashed)
            if stored is not None:
                return stored
    raise ValueError("not a hash of any known form")


def identify(hashed: str) -> str | None:
    """Return the scheme's name, such as ``django-argon2``; None if unknown.

    A hash that ``verify`` would refuse unread counts as unknown.
    """
    try:
        return parse(hashed).scheme
    except ValueError:
        return None


def verify(secret: bytes, hashed: str) -> bool:
    """Return whether the hash was made of exactly these bytes.

    False, at once, for a hash that ``parse`` refuses; never raises.
    """
    try:
        return parse(hashed).verify(secret)
    except ValueError:
        return False
