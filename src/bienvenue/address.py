"""E-mail addresses: what counts as one, and when two are the same.

The text a person typed is kept for writing to them.  Beside it stands a
*key*, the form in which the database compares: letter case does not make a
second account, and a look-alike letter never opens somebody else's
(Unicode TR 36).
"""

import unicodedata
from typing import TYPE_CHECKING

from bienvenue.errors import InvalidAddress

if TYPE_CHECKING:
    from email_validator import ValidatedEmail

MAX_CHARACTERS = 254  # RFC 5321 4.5.3.1.3, less the angle brackets

_PUNYCODE = "xn--"  # begins a label that stands for letters (RFC 5890)
_MAX_LOCAL_BYTES = 64  # RFC 5321 4.5.3.1.1; it counts octets

# email-validator refuses both names as undeliverable, which they are on the
# internet; a self-hosted service also serves people on an inner network. It
# has a switch for .test alone, so .local is checked in its place.
_INNER, _CHECKED_AS = ".local", ".test"

# What even NFC makes ASCII: a Greek question mark, a Greek accent, and the
# Kelvin sign, whose "k" would land on another's address.
_BECOMES_ASCII = frozenset("\u037e\u1fef\u212a")


def parse(text: str) -> str:
    """Return an address in the form it is stored and answered in.

    The local part is kept as typed, the domain is lower-cased.  Nothing is
    looked up in the DNS, and names that exist on an inner network only
    (``.test``, ``.local``, ``.internal``) are welcome.  Raises
    ``InvalidAddress``.
    """
    if len(text) > MAX_CHARACTERS or _has_look_alike(text):
        raise InvalidAddress
    inner = text.lower().endswith(_INNER)
    checked = text[: -len(_INNER)] + _CHECKED_AS if inner else text
    found = _validated(checked)
    if _is_mapped(checked.rpartition("@")[2], found.domain):
        raise InvalidAddress
    if len(found.local_part.encode()) > _MAX_LOCAL_BYTES:
        raise InvalidAddress
    normal = found.normalized
    if inner:
        normal = normal[: -len(_CHECKED_AS)] + _INNER
    if "." not in found.domain or len(normal.encode()) > MAX_CHARACTERS:
        raise InvalidAddress
    return normal


def ascii_form(text: str) -> str:
    """Return an address with its domain as the DNS has it (RFC 5891).

    A mail server then needs to know nothing of international addresses,
    unless the local part is one.  Total: what has no such form, or is no
    address, is returned as it is.
    """
    if text.isascii():
        return text
    try:
        domain = _validated(f"x@{text.rpartition('@')[2]}").ascii_domain
    except InvalidAddress:
        return text
    return f"{text.rpartition('@')[0]}@{domain}"


def key(text: str) -> str:
    """Return the form in which addresses are compared and kept unique.

    Total, and idempotent: text that is no address has a key too, and simply
    matches no account.
    """
    if not _BECOMES_ASCII.isdisjoint(text):
        return text
    composed = unicodedata.normalize("NFC", text)
    lowered = "".join(map(_lower, composed))
    return unicodedata.normalize("NFC", lowered)


def keys(text: str) -> tuple[str, ...]:
    """Return the keys an address may be kept under, the likelier first.

    There is a second one where :func:`parse` writes the domain otherwise
    than it was typed, as it does for ``xn--`` names (RFC 5890).
    """
    typed = key(text)
    # Of other ASCII, parsing lowers letters, as the key does: most logins
    # need not load what parses.
    if text.isascii() and _PUNYCODE not in typed:
        return (typed,)
    try:
        parsed = key(parse(text))
    except InvalidAddress:
        return (typed,)
    return (typed,) if parsed == typed else (typed, parsed)


def _validated(text: str) -> "ValidatedEmail":
    # Its tables take longer to load than the rest of a service's sign-in,
    # and one that has just started is first asked for something else.
    from email_validator import validate_email

    try:
        return validate_email(
            text,
            check_deliverability=False,
            test_environment=True,
            strict=True,
        )
    except ValueError:
        raise InvalidAddress from None


def _lower(character: str) -> str:
    """Lower one character, unless that would make it an ASCII one.

    ``str.lower`` turns a dotted capital I into ``i`` with a loose dot,
    which is drawn as ``i``: that would look like another's address.
    """
    if character.isascii():
        return character.lower()
    lower = character.lower()
    if len(lower) != 1 or lower.isascii():
        return character
    return lower


def _is_mapped(typed: str, kept: str) -> bool:
    """Tell whether a domain became another than its letter case explains.

    UTS 46 drops what is invisible and takes an ideographic full stop for a
    dot, so that the one name is drawn like, or as, another's.
    """
    before, after = typed.split("."), kept.split(".")
    return len(before) != len(after) or any(
        not one.lower().startswith("xn--") and key(one) != key(other)
        for one, other in zip(before, after, strict=True)
    )


def _has_look_alike(text: str) -> bool:
    """Tell whether normalising would turn a character into ASCII."""
    return any(
        not character.isascii()
        and unicodedata.normalize("NFKC", character).isascii()
        for character in text
    )
