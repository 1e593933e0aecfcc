"""Every exception Bienvenue raises on purpose, on one page.

"Is it valid?" returns a bool or None; "do it" raises one of these.  Where
callers already know a built-in or a SQLAlchemy exception for the case, ours
is also that one, so an ``except ValueError`` written years ago still works.

``code`` is the stable, machine-readable name of the error; HTTP status codes
are chosen in one place only, ``bienvenue.web.problems``.  No message holds a
password, a token or a hash.
"""

from typing import ClassVar

from sqlalchemy.exc import InvalidRequestError, NoResultFound


class BienvenueError(Exception):
    """The root of the tree; ``code`` names the case for machines."""

    # No ClassVar: SQLAlchemy's exceptions, which some of ours are too, have
    # an attribute of this name on their instances.
    code: str | None = "error"
    default_message: ClassVar[str] = "something went wrong"

    def __init__(self, message: str | None = None) -> None:
        """Take the sentence for humans, or the class's own."""
        super().__init__(message or self.default_message)

    def __str__(self) -> str:
        """Return the sentence, without what SQLAlchemy would add to it."""
        return str(self.args[0])


class ConfigurationError(BienvenueError, ValueError):
    """A setting is misspelt, malformed or unsafe; the text says the fix."""

    code = "configuration"


class DatabaseUnavailable(BienvenueError):
    """The database cannot be opened or reached; the text says the fix."""

    code = "database_unavailable"
    default_message = "the database cannot be reached"


class SchemaBehind(ConfigurationError):
    """The database is of an earlier release; the text says what to run."""

    code = "schema_behind"


class AuditBroken(BienvenueError):
    """The audit log is not what was written, or cannot be gone on with."""

    code = "audit_broken"
    default_message = "the audit log is broken; run `bienvenue audit verify`"


class InvalidAddress(BienvenueError, ValueError):
    """The text is not an e-mail address (RFC 5321, RFC 5322)."""

    code = "invalid_email"
    default_message = "email is not a valid address"


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


class TransferRefused(BienvenueError):
    """A database to move to holds something else, or came to differ."""

    code = "transfer_refused"


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


class LocalOnly(BienvenueError):
    """The development profile was asked for something from elsewhere."""

    code = "development_profile_is_local"
    default_message = (
        "the development profile answers this machine only; run the"
        " production profile for anyone else"
    )


class MailOff(BienvenueError):
    """It would go by mail, and mail is switched off."""

    code = "mail_off"
    default_message = "resets by mail are switched off here"


class CrossSite(BienvenueError):
    """A page of another origin had a browser send this write."""

    code = "cross_site"
    default_message = "the request was caused by another site"


class Leaving(BienvenueError):
    """This process is about to stop: others had better be asked."""

    code = "leaving"
    default_message = "this node is about to stop"


class Busy(BienvenueError):
    """More people sign in than the machine can hash passwords for."""

    code = "busy"
    default_message = "too many logins at once, try again in a moment"


class TooManyAttempts(BienvenueError):
    """A limit is reached; nothing was tried (RFC 6585 4).

    The same for accounts that exist and for those that do not.
    """

    code = "too_many_attempts"
    default_message = "too many attempts, try again later"

    def __init__(self, retry_after: int) -> None:
        """Say in how many seconds it may be worth trying again."""
        super().__init__()
        self.retry_after = retry_after
