"""What a person does to an account: register, sign in, sign out, reset.

``Auth`` knows no HTTP and no Flask.  "Is it valid?" answers with a bool or
None; "do it" raises one of ``bienvenue.errors``.

    signing_up   an account is made
    signing_in   a session begins
    sessions     whose it is, and its end
    resets       a lost password is replaced
    accounts     a whole account is shut, opened, deleted
    base         what all of these work with
"""

from bienvenue import secret
from bienvenue.auth.accounts import Accounts
from bienvenue.auth.resets import Resets
from bienvenue.auth.sessions import Sessions
from bienvenue.auth.signing_in import SigningIn
from bienvenue.auth.signing_up import SigningUp
from bienvenue.passwords import PasswordHasher


def _hash_password(password: str | bytes) -> bytes:
    """Return a salted bcrypt hash at the default cost, as bytes."""
    return PasswordHasher().hash(password).encode()


def _generate_uuid() -> str:
    """Return 128 random bits in the text form of a UUID."""
    return secret.new_token()


class Auth(SigningUp, SigningIn, Sessions, Resets, Accounts):
    """The verbs over accounts; safe to share between threads.

    With no arguments it reads its settings (``Settings.load``) and opens
    the database they name.
    """
