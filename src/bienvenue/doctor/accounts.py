"""What the accounts there are mean under the settings."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from bienvenue.config import Settings
from bienvenue.doctor.finding import Finding, ok, warning
from bienvenue.user import User

CHECK = "accounts"


def unverified(
    settings: Settings, connection: Connection
) -> Iterator[Finding]:
    """Count the accounts that cannot sign in before they are verified."""
    if not settings.wants_verified:
        return
    count = select(func.count()).select_from(User)
    all_ = connection.scalar(count) or 0
    found = connection.scalar(count.where(User.verified_at.is_(None))) or 0
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
