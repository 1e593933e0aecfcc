"""Firebase's scrypt: a key is derived, and a project's signer key sealed.

The project's parameters come with its export of users and stand in every
hash, in a form of our own.  AES is ``cryptography``'s, which only this form
needs: without it such a hash matches no password.
"""

import base64
import hashlib
import re

from bienvenue.imported_hashes.form import (
    Derive,
    Fields,
    Form,
    bounded,
    unbase64,
    unpadded,
)

_B64 = "[A-Za-z0-9+/]{0,344}={0,2}"
_PATTERN = re.compile(
    r"\$firebase-scrypt\$ln=(?P<memory>[0-9]{1,2}),r=(?P<rounds>[0-9]{1,2})"
    rf"\$(?P<salt>{_B64})\$(?P<separator>{_B64})\$(?P<key>{_B64})"
    rf"\$(?P<digest>{_B64})"
)


def make(
    *,
    memory: int,
    rounds: int,
    salt: str,
    separator: str,
    key: str,
    digest: str,
) -> str:
    """Return the one text in which such a hash is kept.

    All but the numbers is base64, as Firebase exports it, in either of its
    alphabets.
    """
    parts = (_usual(each) for each in (salt, separator, key, digest))
    return f"$firebase-scrypt$ln={memory},r={rounds}$" + "$".join(parts)


def _usual(text: str) -> str:
    raw = base64.b64decode(text.translate(str.maketrans("-_", "+/")))
    return base64.b64encode(raw).decode()


def _deriving(fields: Fields) -> Derive:
    cost = 1 << bounded(int(fields["memory"]), 1, 18)
    rounds = bounded(int(fields["rounds"]), 1, 32)
    salt = unbase64(fields["salt"]) + unbase64(fields["separator"])
    key = unbase64(fields["key"])

    def derive(secret: bytes) -> bytes:
        derived = hashlib.scrypt(
            secret,
            salt=salt,
            n=cost,
            r=rounds,
            p=1,
            maxmem=256 * cost * rounds,
            dklen=32,
        )
        return _seal(derived, key)

    return unpadded(derive)


def _seal(key: bytes, text: bytes) -> bytes:
    """Encrypt with AES-256 in counter mode, as Firebase does."""
    try:
        from cryptography.hazmat.primitives.ciphers import (
            Cipher,
            algorithms,
            modes,
        )
    except ImportError:
        raise ValueError("the package cryptography is not there") from None
    sealing = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    return sealing.update(text) + sealing.finalize()


FORMS = (Form("firebase-scrypt", _PATTERN, unbase64, _deriving),)
