"""A connection to PostgreSQL: to the primary, and believed with care.

Of several servers the one that takes writes is found, and one that went away
without a word is given up in seconds.

A commit that waits for its second machine can be told to stop waiting: by
an operator who cancels what hangs, or when the server is shut down.
PostgreSQL then answers that it is done, and adds a warning: it is on one
machine alone, and gone if that dies.  Nobody may be told of such a commit as
if it were any other.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg.errors import TransactionResolutionUnknown
from sqlalchemy import Engine, event

# Where a URL names several servers, and says nothing else. The first is what
# the service is there for; the rest has it look for another server while its
# clients still wait: the system's own patience is from minutes to hours.
_CLUSTER: Final[Mapping[str, str | int]] = {
    "target_session_attrs": "read-write",
    "connect_timeout": 2,  # seconds for each; the least that is taken
    "tcp_user_timeout": 3000,  # milliseconds, for what is sent
    # Seconds, for what is waited for.
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
}


class Connection(psycopg.Connection[Any]):
    """Commits with a warning are no commits that anyone may rely on."""

    _warned = False

    def commit(self) -> None:
        """Commit.

        Raises ``TransactionResolutionUnknown`` (SQLSTATE 08007) for what
        this server has committed and no other may have.
        """
        self._warned = False
        super().commit()
        if self._warned:
            raise TransactionResolutionUnknown(
                "committed on this server, and perhaps on no other"
            )

    def heed(self, notice: psycopg.errors.Diagnostic) -> None:
        """Note what the server warns of, in whatever language."""
        if notice.severity_nonlocalized == "WARNING":
            self._warned = True


def be_sure(engine: Engine) -> None:
    """Have an engine whose driver is psycopg make such connections."""
    event.listen(engine, "do_connect", _connect)


def _connect(
    _dialect: object,
    _record: object,
    args: Sequence[Any],
    options: Mapping[str, Any],
) -> Connection:
    several = "," in str(options.get("host", ""))
    chosen = {**(_CLUSTER if several else {}), **options}
    found: Connection = Connection.connect(*args, **chosen)
    found.add_notice_handler(found.heed)
    return found
