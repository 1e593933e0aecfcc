"""What an operator has to mend: settings, the database, the audit log.

The text says the fix.
"""

from bienvenue.errors.root import BienvenueError


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


class TransferRefused(BienvenueError):
    """A database to move to holds something else, or came to differ."""

    code = "transfer_refused"
