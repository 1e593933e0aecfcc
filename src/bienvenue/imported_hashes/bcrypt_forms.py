r"""bcrypt, and the formats that put a digest in front of it.

bcrypt reads at most 72 bytes, and repeats its key together with a closing
NUL: to it, ``ab`` and ``ab\0ab`` are one password.  So a plain bcrypt hash
is neither made of nor ever verified with a password over 72 bytes or with a
NUL in it (OWASP ASVS 5.0, 6.2.8: no truncation), even where the system that
made the hash would have let its first 72 bytes in.  Such a password gets
passlib's bcrypt-sha256, version 2, which any passlib reads.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable

import bcrypt

from bienvenue.imported_hashes.form import Derive, Fields, Form, bounded

MAX_BYTES = 72
MIN_COST = 4
MAX_COST = 20  # about 50 seconds of one core, 256 times the default of 12

_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_LETTER = "[./A-Za-z0-9]"
_DIGEST = f"(?P<digest>{_LETTER}{{31}})"
_PLAIN = rf"\$2[aby]\$(?P<cost>[0-9]{{2}})\$(?P<salt>{_LETTER}{{22}}){_DIGEST}"
_COMPOSED = rf"(?P<salt>{_LETTER}{{21}}[.Oeu])\${_DIGEST}"


def make(secret: bytes, cost: int) -> str:
    """Return a new hash of the bytes, at a cost of 2**cost rounds."""
    salt = bcrypt.gensalt(cost)[-22:].decode()
    if _fits(secret):
        digest = _bcrypt(secret, cost, salt)
        return f"$2b${cost:02d}${salt}{digest.decode()}"
    digest = _bcrypt(_keyed(secret, salt), cost, salt)
    return f"$bcrypt-sha256$v=2,t=2b,r={cost}${salt}${digest.decode()}"


def prefixes(cost: int) -> tuple[str, str]:
    """Return how every hash begins that ``make`` writes at this cost."""
    return f"$2b${cost:02d}$", f"$bcrypt-sha256$v=2,t=2b,r={cost}$"


def unmatched(cost: int) -> str:
    """Return a well-formed plain hash that no known password matches."""
    return bcrypt.gensalt(cost).decode() + "." * 31


def _fits(secret: bytes) -> bool:
    return len(secret) <= MAX_BYTES and b"\0" not in secret


def _bcrypt(secret: bytes, cost: int, salt: str) -> bytes:
    # 22 letters carry 132 bits and a salt has 128.  Some old libraries set
    # the four that are left, and today's refuse them, so they are cleared.
    last = _ALPHABET[_ALPHABET.index(salt[-1]) & 0b110000]
    # $2a$, $2b$ and $2y$ differ in bugs that no maintained library has.
    settings = f"$2b${cost:02d}${salt[:-1]}{last}"
    return bcrypt.hashpw(secret, settings.encode())[-31:]


def _cost(fields: Fields) -> int:
    return bounded(int(fields["cost"]), MIN_COST, MAX_COST)


def _plain(fields: Fields) -> Derive:
    cost, salt = _cost(fields), fields["salt"]

    def derive(secret: bytes) -> bytes:
        if _fits(secret):
            return _bcrypt(secret, cost, salt)
        # Never a match, but not told from a wrong password by its time.
        _bcrypt(_keyed(secret, salt), cost, salt)
        return b""

    return derive


def _behind(
    prehash: Callable[[bytes, str], bytes],
) -> Callable[[Fields], Derive]:
    def derivation(fields: Fields) -> Derive:
        cost, salt = _cost(fields), fields["salt"]
        return lambda secret: _bcrypt(prehash(secret, salt), cost, salt)

    return derivation


def _keyed(secret: bytes, salt: str) -> bytes:
    mac = hmac.digest(salt.encode(), secret, "sha256")
    return base64.b64encode(mac)


def _unkeyed(secret: bytes, _salt: str) -> bytes:
    return base64.b64encode(hashlib.sha256(secret).digest())


def _hex(secret: bytes, _salt: str) -> bytes:
    return hashlib.sha256(secret).hexdigest().encode()


def _wordpress(secret: bytes, _salt: str) -> bytes:
    # WordPress takes blanks off both ends first.  Nothing is taken off here
    # (OWASP ASVS 6.2.8): who has some there has to reset.
    return base64.b64encode(hmac.digest(b"wp-sha384", secret, "sha384"))


def _form(
    scheme: str, pattern: str, derivation: Callable[[Fields], Derive]
) -> Form:
    return Form(scheme, re.compile(pattern), str.encode, derivation)


FORMS = (
    _form("bcrypt", _PLAIN, _plain),
    _form(
        "bcrypt-sha256",
        rf"\$bcrypt-sha256\$v=2,t=2b,r=(?P<cost>[1-9][0-9]?)\${_COMPOSED}",
        _behind(_keyed),
    ),
    _form(
        "bcrypt-sha256-v1",
        rf"\$bcrypt-sha256\$2[ab],(?P<cost>[1-9][0-9]?)\${_COMPOSED}",
        _behind(_unkeyed),
    ),
    _form("django-bcrypt", rf"bcrypt\${_PLAIN}", _plain),
    _form("django-bcrypt-sha256", rf"bcrypt_sha256\${_PLAIN}", _behind(_hex)),
    _form("wordpress-bcrypt", rf"\$wp{_PLAIN}", _behind(_wordpress)),
)
