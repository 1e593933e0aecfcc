"""Every exception Bienvenue raises on purpose; take them from here.

Each stands beside those of its matter, in a module of this package.

"Is it valid?" returns a bool or None; "do it" raises one of these.  Where
callers already know a built-in or a SQLAlchemy exception for the case, ours
is also that one, so an ``except ValueError`` written years ago still works.

``code`` is the stable, machine-readable name of the error; HTTP status codes
are chosen in one place only, ``bienvenue.web.problems``.  No message holds a
password, a token or a hash.
"""

from bienvenue.errors.access import (
    InvalidCredentials,
    InvalidToken,
    NotPermitted,
    NotWhileActing,
    PasswordChangeRequired,
    ReauthenticationRequired,
    SessionRequired,
    WrongPassword,
)
from bienvenue.errors.accounts import (
    AccountDisabled,
    AddressUnproven,
    EmailTaken,
    InvalidAddress,
    InvalidChoice,
    InvalidQuery,
    LastAdmin,
    UnknownAddress,
    UnknownAttribute,
    UserNotFound,
)
from bienvenue.errors.circumstances import (
    Busy,
    CrossSite,
    Leaving,
    LocalOnly,
    MailOff,
    TooManyAttempts,
)
from bienvenue.errors.operation import (
    AuditBroken,
    ConfigurationError,
    DatabaseUnavailable,
    SchemaBehind,
    TransferRefused,
)
from bienvenue.errors.passwords import (
    InvalidPassword,
    PasswordBreached,
    PasswordCheckUnavailable,
    PasswordCommon,
    PasswordContext,
    PasswordTooLong,
    PasswordTooShort,
)
from bienvenue.errors.root import BienvenueError

__all__ = [
    "AccountDisabled",
    "AddressUnproven",
    "AuditBroken",
    "BienvenueError",
    "Busy",
    "ConfigurationError",
    "CrossSite",
    "DatabaseUnavailable",
    "EmailTaken",
    "InvalidAddress",
    "InvalidChoice",
    "InvalidCredentials",
    "InvalidPassword",
    "InvalidQuery",
    "InvalidToken",
    "LastAdmin",
    "Leaving",
    "LocalOnly",
    "MailOff",
    "NotPermitted",
    "NotWhileActing",
    "PasswordBreached",
    "PasswordChangeRequired",
    "PasswordCheckUnavailable",
    "PasswordCommon",
    "PasswordContext",
    "PasswordTooLong",
    "PasswordTooShort",
    "ReauthenticationRequired",
    "SchemaBehind",
    "SessionRequired",
    "TooManyAttempts",
    "TransferRefused",
    "UnknownAddress",
    "UnknownAttribute",
    "UserNotFound",
    "WrongPassword",
]

# A traceback names the place that they are to be taken from.
for _name in __all__:
    globals()[_name].__module__ = __name__
