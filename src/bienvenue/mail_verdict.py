"""What a failure to send a letter means for it: another try, or the end.

RFC 5321 4.2.1: a reply of 4yz is about now, one of 5yz for good.  A reason
is kept and shown, so it is made of numbers and names of ours: the words of
a server may quote the letter, and with it a token.
"""

import re
import smtplib
from dataclasses import dataclass

_ENHANCED = re.compile(rb"([245]\.\d{1,3}\.\d{1,3})\b")  # RFC 3463
_FOR_GOOD = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a letter could not leave, and whether trying again is in vain."""

    reason: str
    permanent: bool


def of(error: Exception) -> Verdict:
    """Judge what ``Transport.send`` raised."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _replied("recipient refused", code, words)
    if isinstance(error, smtplib.SMTPSenderRefused):
        # The sender is the same for all letters, and the operator's to set.
        reason = _replied("sender refused", error.smtp_code, b"").reason
        return Verdict(reason, permanent=False)
    if isinstance(error, smtplib.SMTPDataError):
        return _replied("letter refused", error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        reason = "the mail server takes no international address (SMTPUTF8)"
        return Verdict(reason, permanent=True)
    if isinstance(error, OSError):
        return Verdict(name(error), permanent=False)
    return Verdict(f"no mail can be made of it: {name(error)}", permanent=True)


def name(error: Exception) -> str:
    """Name a failure without the server's words."""
    code = getattr(error, "smtp_code", None)
    kind = type(error).__name__
    return f"{kind} {code}" if code else kind


def _replied(what: str, code: int, words: str | bytes) -> Verdict:
    text = words.encode() if isinstance(words, str) else words
    enhanced = _ENHANCED.match(text)
    more = f" {enhanced[1].decode()}" if enhanced else ""
    return Verdict(f"{what}: {code}{more}", permanent=code >= _FOR_GOOD)
