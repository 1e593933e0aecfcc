"""Hash passwords, verify them, and move old hashes to the current cost.

A password is put into Unicode NFC and then UTF-8 (NIST SP 800-63B-4, section
3.1.1.2), so that one typed on another keyboard is still the same.  It is
never cut short: up to 72 bytes go through plain bcrypt, which every bcrypt
library verifies, longer ones through bcrypt-sha256 (OWASP ASVS 5.0, 6.2.8).
Where there is a pepper, every one is put through that first.
"""

import unicodedata

from bienvenue import imported_hashes, pepper
from bienvenue.errors import InvalidPassword, PasswordTooLong
from bienvenue.imported_hashes import StoredHash, bcrypt_forms
from bienvenue.pepper import Pepper, Peppers

MAX_CHARACTERS = 1024  # code points in NFC

# No character decomposes into more than four, so nothing longer can become
# short enough; refusing it first bounds what normalising costs.
_MAX_SENT = 4 * MAX_CHARACTERS
_MAX_SENT_BYTES = 4 * _MAX_SENT

# Hashed in place of a password that cannot be one, to spend the same time.
_STAND_IN = b"not a password"


def prepare(password: str | bytes) -> bytes:
    """Return the bytes that are hashed: the text in NFC, as UTF-8.

    Bytes are taken as UTF-8.  Raises InvalidPassword for an empty password
    and for what is not Unicode text, PasswordTooLong above MAX_CHARACTERS.
    """
    text = unicodedata.normalize("NFC", _text(password))
    if len(text) > MAX_CHARACTERS:
        raise PasswordTooLong
    if not text:
        raise InvalidPassword("password is empty")
    return text.encode()


class PasswordHasher:
    """Makes and checks hashes at one bcrypt cost; safe to share by threads.

    Verifying is a question, so it answers and does not raise, whatever the
    password and the hash are.  What cannot be verified costs the same as a
    wrong password, so that time tells nothing of the row (CWE-208).  Only an
    account whose hash was imported at another cost differs, until its next
    login.
    """

    def __init__(
        self, rounds: int = 12, peppers: Peppers | None = None
    ) -> None:
        """Take the cost: 2**rounds bcrypt rounds, 4 to 20, else ValueError.

        One at 12 takes about a fifth of a second.  Without peppers, hashes
        are made without, and those made with one match nothing.
        """
        if not bcrypt_forms.MIN_COST <= rounds <= bcrypt_forms.MAX_COST:
            raise ValueError(
                f"bcrypt rounds must be {bcrypt_forms.MIN_COST}"
                f" to {bcrypt_forms.MAX_COST}, not {rounds}"
            )
        self.rounds = rounds
        self._peppers = peppers or Peppers(None)
        self._dummy = imported_hashes.parse(bcrypt_forms.unmatched(rounds))

    def hash(self, password: str | bytes) -> str:
        """Return a new hash, with a salt of its own, as ASCII text.

        ``$2b$`` up to 72 bytes without a NUL, ``$bcrypt-sha256$v=2`` beyond;
        with a pepper always ``$2b$``, behind the pepper's prefix.  Raises
        as ``prepare`` does.
        """
        prepared, current = prepare(password), self._peppers.current
        if current is None:
            return bcrypt_forms.make(prepared, self.rounds)
        inner = bcrypt_forms.make(current.apply(prepared), self.rounds)
        return current.prefix + inner

    def verify(self, password: str | bytes, hashed: str | bytes) -> bool:
        """Return whether the hash was made of this password; never raises.

        A password that NFC changes is tried in NFC first and then as it was
        sent, since the system it comes from may not have normalised.
        """
        return self._match(password, hashed) is not None

    def needs_rehash(self, hashed: str | bytes) -> bool:
        """Return whether ``hash`` would write it otherwise today.

        True for another cost, another scheme, another pepper or none, and
        an unreadable hash.
        """
        prefix, text = pepper.split(_ascii(hashed))
        current = self._peppers.current
        known = imported_hashes.identify(text) is not None
        return not (
            known
            and prefix == (current.prefix if current else "")
            and text.startswith(bcrypt_forms.prefixes(self.rounds))
        )

    def verify_and_upgrade(
        self, password: str | bytes, hashed: str | bytes
    ) -> tuple[bool, str | None]:
        """Verify; also return the hash to store instead, or None.

        There is one when the password is right and the hash is outdated: of
        another cost, scheme or pepper, or of text that was not in NFC.
        """
        match = self._match(password, hashed)
        if match is None:
            return False, None
        current = match == prepare(password) and not self.needs_rehash(hashed)
        return True, None if current else self.hash(password)

    def verify_dummy(self, password: str | bytes) -> None:
        """Spend the time of one wrong password, for an unknown address.

        It takes the way of a real verify, which never raises either.
        """
        self._match(password, "")

    def _match(
        self, password: str | bytes, hashed: str | bytes
    ) -> bytes | None:
        """Return the bytes of the password that the hash was made of."""
        candidates = _candidates(password)
        stored, peppered, known = self._read(hashed)
        for candidate in candidates or (_STAND_IN,):
            key = peppered.apply(candidate) if peppered else candidate
            if stored.verify(key):
                return candidate if known and candidates else None
        return None

    def _read(
        self, hashed: str | bytes
    ) -> tuple[StoredHash, Pepper | None, bool]:
        """Return a hash, its pepper, and whether it can match at all.

        For one that cannot, a hash and a pepper that cost the same.
        """
        prefix, text = pepper.split(_ascii(hashed))
        named = self._peppers.find(prefix)
        if bool(prefix) == bool(named):
            try:
                return imported_hashes.parse(text), named, True
            except ValueError:
                pass
        return self._dummy, self._peppers.current, False


def _text(password: str | bytes) -> str:
    """Return the password as text of bounded length, else raise."""
    if not isinstance(password, str | bytes):
        raise InvalidPassword
    bound = _MAX_SENT if isinstance(password, str) else _MAX_SENT_BYTES
    if len(password) > bound:
        raise PasswordTooLong
    text = _utf8(password)
    # Raised here, where no decoding error is at hand: that one would carry
    # the password along as the context of ours.
    if text is None:
        raise InvalidPassword
    return text


def _utf8(password: str | bytes) -> str | None:
    raw = password
    try:
        if isinstance(raw, str):
            raw = raw.encode()
        return raw.decode()
    except UnicodeError:
        return None


def _candidates(password: str | bytes) -> tuple[bytes, ...]:
    """Return the byte forms a hash may be of; none if it is no password."""
    try:
        normal = prepare(password)
    except InvalidPassword:
        return ()
    sent = password.encode() if isinstance(password, str) else password
    return (normal,) if sent == normal else (normal, sent)


def _ascii(hashed: str | bytes) -> str:
    """Return the hash as text; what is not ASCII matches no form."""
    if isinstance(hashed, bytes):
        return hashed.decode("ascii", "replace")
    return hashed
