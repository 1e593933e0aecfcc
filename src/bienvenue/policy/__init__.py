"""What a new password must be, in the profile that is in force.

Length counts Unicode code points after NFC, and nothing is asked of their
kind: no digits, no capitals (NIST SP 800-63B-4, 3.1.1.2).  What is refused
beside the short is what is tried first: the whole password, or what it is
plainly made from, is compared with lists (OWASP ASVS 5.0, 6.2.4, 6.2.11 and
6.2.12).  Nothing of it is kept.
"""

from bienvenue import passwords
from bienvenue.config import Settings
from bienvenue.errors import (
    PasswordBreached,
    PasswordCommon,
    PasswordContext,
    PasswordTooShort,
)

__all__ = ["check", "least_length"]


def least_length(settings: Settings) -> int:
    """Return how many characters a new password has; 0 where any number do."""
    return settings.password_min_length if settings.strict_rules else 0


def check(
    password: str | bytes, settings: Settings, *, email: str | None = None
) -> None:
    """Accept a new password for the account of an address, or say why not.

    Raises ``InvalidPassword`` or one of its kinds, or
    ``PasswordCheckUnavailable``.  It fails closed: whatever goes wrong in
    here is raised, but for the outage of a ``breach_check_url``, which is
    logged.  It may wait for that one, so no transaction is to be open.  The
    development profile takes any password that is not empty.
    """
    prepared = passwords.prepare(password)
    if not settings.strict_rules:
        return
    text, least = prepared.decode(), least_length(settings)
    if len(text) < least:
        raise PasswordTooShort(f"password is shorter than {least} characters")
    _refuse_guessable(text, settings, email)
    if settings.breach_file or settings.breach_check_url:
        _refuse_breached(prepared, settings)


def _refuse_guessable(
    text: str, settings: Settings, email: str | None
) -> None:
    # Where the rules do not hold, none of it is loaded.
    from bienvenue.policy import common, context, patterns

    cores = patterns.cores(text)
    own, everywhere = context.names(settings, email), context.listed()
    if any(context.covers(own, core) for core in cores):
        raise PasswordContext
    listed = common.load()
    if any(core in listed for core in cores):
        raise PasswordCommon
    if any(context.covers(own | everywhere, core) for core in cores):
        raise PasswordContext


def _refuse_breached(prepared: bytes, settings: Settings) -> None:
    from bienvenue.policy import breach_file, breach_range, sha1

    digest = sha1.hex_digest(prepared)
    file, url = settings.breach_file, settings.breach_check_url
    if file and breach_file.holds(file, digest):
        raise PasswordBreached
    if url and breach_range.holds(url, digest):
        raise PasswordBreached
