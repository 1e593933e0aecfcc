"""Letters that wait for long, or that no server took."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bienvenue import clock
from bienvenue.columns import Instant
from bienvenue.doctor.finding import Finding, ok, warning
from bienvenue.outbox import OutboxRow

CHECK = "letters"

_LONG = timedelta(minutes=15)


def examine(connection: Connection) -> Iterator[Finding]:
    """Count them; a letter leaves within a minute where all is well."""
    dead = connection.scalar(
        select(func.count(OutboxRow.failed_at)).select_from(OutboxRow)
    )
    waiting, since = connection.execute(
        select(
            func.count(OutboxRow.id),
            func.min(OutboxRow.created_at, type_=Instant()),
        ).where(OutboxRow.failed_at.is_(None))
    ).one()
    if dead:
        yield warning(
            CHECK,
            f"{dead:,} that no mail server took",
            "bienvenue mail list says why; once that is mended: bienvenue"
            " mail retry --all",
        )
    if waiting and _is_long(since):
        yield warning(
            CHECK,
            f"{waiting:,} wait, the oldest since {since:%Y-%m-%d %H:%M}Z",
            "see that the service runs, and the findings about mail; then"
            " bienvenue mail list",
        )
    elif not dead:
        yield ok(CHECK, f"{waiting:,} wait, none was given up")


def _is_long(since: datetime) -> bool:
    return clock.now() - since > _LONG
