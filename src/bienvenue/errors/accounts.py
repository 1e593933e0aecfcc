"""What is wrong with an address, an account, or a search for one."""

from sqlalchemy.exc import InvalidRequestError, NoResultFound

from bienvenue.errors.root import BienvenueError


class InvalidAddress(BienvenueError, ValueError):
    """The text is not an e-mail address (RFC 5321, RFC 5322)."""

    code = "invalid_email"
    default_message = "email is not a valid address"


class EmailTaken(BienvenueError, ValueError):
    """The address already has an account."""

    code = "email_taken"

    def __init__(self, email: str) -> None:
        """Name the address that is taken."""
        super().__init__(f"User {email} already exists")
        self.email = email


class UserNotFound(BienvenueError, NoResultFound):
    """No user matches."""

    code = "user_not_found"
    default_message = "no such user"


class UnknownAddress(UserNotFound, ValueError):
    """No account has this address."""

    code = "unknown_email"
    default_message = "no account has this address"


class InvalidQuery(BienvenueError, InvalidRequestError):
    """A search names no attribute, or one that ``User`` does not have."""

    code = "invalid_query"
    default_message = "a search needs at least one attribute of User"


class UnknownAttribute(BienvenueError, ValueError):
    """An update names an attribute, or a value, ``User`` cannot take."""

    code = "unknown_attribute"


class InvalidChoice(BienvenueError, ValueError):
    """A list cannot be narrowed, sorted or gone on with like this."""

    code = "invalid_choice"


class AccountDisabled(BienvenueError):
    """What was to be done to an account is nothing for a disabled one."""

    code = "account_disabled"
    default_message = "the account is disabled; enable it first"


class LastAdmin(BienvenueError):
    """Nobody would be left to administer the service."""

    code = "last_admin"
    default_message = (
        "this is the last admin; make another one first, with `bienvenue"
        " admin create`"
    )


class AddressUnproven(BienvenueError):
    """Nobody has shown that they read mail at the account's address."""

    code = "email_unproven"
    default_message = (
        "nobody has proved to read mail at the account's address, so whoever"
        " registered it may be somebody else; have the address verified first"
    )
