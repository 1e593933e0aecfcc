"""Who does not get in, or not as far: what was brought does not open it."""

from bienvenue.errors.root import BienvenueError


class InvalidToken(BienvenueError, ValueError):
    """A mailed token is unknown, spent, expired or another address's."""

    code = "invalid_token"
    default_message = "the token is not valid"


class InvalidCredentials(BienvenueError):
    """The address and the password do not belong together.

    One error for an unknown address and a wrong password (OWASP
    Authentication Cheat Sheet: a login must not tell which accounts exist).
    """

    code = "invalid_credentials"
    default_message = "wrong email or password"


class WrongPassword(InvalidCredentials):
    """Somebody who is signed in gave a password that is not theirs."""

    code = "wrong_password"
    default_message = "the password is wrong"


class PasswordChangeRequired(BienvenueError):
    """The password is right and known to others: it opens nothing.

    Only a reset by mail changes it, so that a thief does not.
    """

    code = "password_change_required"
    default_message = (
        "the password is known to others and no longer counts; reset it by"
        " mail"
    )


class SessionRequired(BienvenueError):
    """The call needs a live session, and the request brought none."""

    code = "session_required"
    default_message = "a live session is required"


class ReauthenticationRequired(BienvenueError):
    """The call wants the password to have been given just now.

    What could lock the owner out is not done on the word of a session that
    was perhaps left open (OWASP ASVS 7.5.1).
    """

    code = "reauthentication_required"
    default_message = (
        "give your password again first: POST /sessions/reauthentication"
    )


class NotPermitted(BienvenueError):
    """Whoever is signed in may not do this: it takes a role."""

    code = "not_permitted"
    default_message = "this takes a role that you do not have"


class NotWhileActing(BienvenueError):
    """An admin who acts as a user may not do this in the user's name."""

    code = "not_while_acting"
    default_message = "not while you act as somebody else"
