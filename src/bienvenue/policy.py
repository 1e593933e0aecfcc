"""What a new password must be, in the profile that is in force.

Length counts Unicode code points after NFC, and nothing is asked of their
kind: no digits, no capitals (NIST SP 800-63B-4, 3.1.1.2).
"""

from bienvenue import passwords
from bienvenue.config import Settings
from bienvenue.errors import PasswordTooShort


def check(password: str | bytes, settings: Settings) -> None:
    """Accept a new password, or say why not.

    Raises ``InvalidPassword`` or one of its kinds.  The development
    profile takes any that is not empty.
    """
    prepared = passwords.prepare(password)
    if not settings.strict_rules:
        return
    least = settings.password_min_length
    if len(prepared.decode()) < least:
        raise PasswordTooShort(
            f"password is shorter than {least} characters"
        )
