"""Why a password cannot be a new one; those that open nothing: ``access``."""

from bienvenue.errors.root import BienvenueError


class InvalidPassword(BienvenueError, ValueError):
    """The password cannot be used: empty, or not Unicode text."""

    code = "invalid_password"
    default_message = "password is not valid text"


class PasswordTooLong(InvalidPassword):
    """The password is over 1,024 characters; it is never cut short."""

    code = "password_too_long"
    default_message = "password is longer than 1024 characters"


class PasswordTooShort(InvalidPassword):
    """The password is shorter than the policy in force asks for."""

    code = "password_too_short"
    default_message = "password is too short"


class PasswordCommon(InvalidPassword):
    """The password, or what it is made from, is one that many people use."""

    code = "password_common"
    default_message = (
        "password is, or is made from, one that many people use and is"
        " guessed first; choose another"
    )


class PasswordContext(InvalidPassword):
    """The password is made of names of this service or this person."""

    code = "password_context"
    default_message = (
        "password is made of the names of this service or of your address;"
        " choose another"
    )


class PasswordBreached(InvalidPassword):
    """The password is in a collection of stolen ones."""

    code = "password_breached"
    default_message = (
        "password is known from a data breach elsewhere; choose another, and"
        " change it wherever you use it"
    )


class PasswordCheckUnavailable(BienvenueError):
    """New passwords cannot be checked, so none is accepted."""

    code = "password_check_unavailable"
    default_message = "new passwords cannot be checked now, try again later"
