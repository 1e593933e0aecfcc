"""Portable hashes of phpass, which WordPress and phpBB have written.

Iterated MD5 is weak, and the reason why such a hash is replaced at its
owner's next login.  What WordPress writes since 6.8 is bcrypt.
"""

import hashlib
import re

from bienvenue.imported_hashes.form import Derive, Fields, Form, bounded

_ITOA64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MOST = 24  # 2**24 rounds of MD5: seconds; phpass writes 8 to 13


def _decode(text: str) -> bytes:
    """Decode phpass's base64: its own alphabet, the lowest bits first."""
    number = 0
    for place, letter in enumerate(text):
        number |= _ITOA64.index(letter) << (6 * place)
    if number >> 128:
        raise ValueError("more bits than an MD5 has")
    return number.to_bytes(16, "little")


def _deriving(fields: Fields) -> Derive:
    bits = bounded(_ITOA64.index(fields["cost"]), 4, _MOST)
    salt = fields["salt"].encode()

    def derive(secret: bytes) -> bytes:
        digest = _md5(salt + secret)
        for _ in range(1 << bits):
            digest = _md5(digest + secret)
        return digest

    return derive


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


_PORTABLE = re.compile(
    r"\$[PH]\$(?P<cost>[./0-9A-Za-z])(?P<salt>[ -~]{8})"
    r"(?P<digest>[./0-9A-Za-z]{22})"
)
FORMS = (Form("phpass", _PORTABLE, _decode, _deriving),)
