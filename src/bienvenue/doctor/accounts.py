"""What the accounts there are mean under the settings."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from bienvenue import database_file, engine, schema
from bienvenue.config import Settings
from bienvenue.doctor.finding import Finding, ok, warning
from bienvenue.errors import DatabaseUnavailable
from bienvenue.user import User

CHECK = "accounts"


def unverified(
    settings: Settings, connection: Connection
) -> Iterator[Finding]:
    """Count the accounts that cannot sign in before they are verified."""
    if not settings.wants_verified:
        return
    found, all_ = _counted(connection)
    if not found:
        yield ok(CHECK, f"{all_:,}, all of them verified")
        return
    yield warning(
        CHECK,
        f"{found:,} of {all_:,} have an address that was never verified, and"
        " cannot sign in until it is",
        "their owners reset their passwords, or ask for the mail again (POST"
        " /verify_email/resend); or export"
        " BIENVENUE_REQUIRE_VERIFIED_EMAIL=false",
    )


def waiting(settings: Settings) -> Iterator[str]:
    """Say how many cannot sign in yet, if any, in a database there is.

    Raises ``DatabaseUnavailable`` for one that cannot be asked.
    """
    file = database_file.of(settings.database_url)
    if not settings.wants_verified or (file and not file.exists()):
        return
    opened = engine.make_engine(engine.parse_url(settings.database_url))
    try:
        reading = opened.execution_options(**{engine.READ_ONLY: True})
        with reading.connect() as connection:
            # One that is older, or empty, has its own word for that.
            revision = schema.current(connection)
            if not schema.standing_of(revision).usable:
                return
            found, all_ = _counted(connection)
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise DatabaseUnavailable(reason) from None
    finally:
        opened.dispose()
    if found:
        yield (
            f"require_verified_email: {found:,} of {all_:,} accounts have an"
            " address that was never verified, and cannot sign in until it is"
        )


def _counted(connection: Connection) -> tuple[int, int]:
    """Return how many were never verified, and how many there are."""
    count = select(func.count()).select_from(User)
    unproved = connection.scalar(count.where(User.verified_at.is_(None)))
    return unproved or 0, connection.scalar(count) or 0
