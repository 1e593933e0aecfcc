"""Database servers over loopback, on the core of the load."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import create_engine, make_url, text

from bench.servers import Failed, free_port

# The servers of the tests do without what makes a commit durable; a service
# does not.
_OPTIONS = {
    "postgresql": "-h 127.0.0.1 -p {port} -c fsync=on",
    "mariadb": "--skip-networking=0 --bind-address=127.0.0.1 --port={port}"
    " --innodb-flush-log-at-trx-commit=1",
}
_PLACES = {
    "postgresql": ("SHOW data_directory", "postmaster.pid"),
    "mariadb": ("SELECT @@pid_file", ""),
}


class Database(NamedTuple):
    """An empty database, and the process that serves it."""

    url: str
    pid: int


@contextmanager
def over_loopback(engine: str) -> Iterator[Database]:
    """Run a server of ``postgresql`` or ``mariadb`` while the block lasts.

    It may use the cores this process may.  Raises ``Failed``.
    """
    import pytest

    # The servers of the tests; other parts of the benchmark need none.
    from tests import database_servers

    port = free_port()
    more = _OPTIONS[engine].format(port=port)
    start = getattr(database_servers, engine)
    # libpq finds the server's socket by its port, too.
    os.environ["PGPORT"] = str(port)
    try:
        with start(more) as server:
            url = make_url(server.fresh())
            here = url.set(host="127.0.0.1", port=port, query={})
            if engine == "mariadb":
                here = here.set(query={"charset": "utf8mb4"})
            shown = here.render_as_string(hide_password=False)
            yield Database(shown, _pid(engine, shown))
    except (pytest.skip.Exception, pytest.fail.Exception) as why:
        raise Failed(str(why)) from None
    finally:
        del os.environ["PGPORT"]


def _pid(engine: str, url: str) -> int:
    """Return the process of a server, which it keeps in a file."""
    statement, file = _PLACES[engine]
    made = create_engine(url)
    with made.connect() as connection:
        place = Path(str(connection.scalar(text(statement))))
    made.dispose()
    return int((place / file).read_text().split()[0])
