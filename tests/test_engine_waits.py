"""A new SQLite file is waited for while another connection writes to it."""

import sqlite3
import threading

import pytest

from bienvenue.engine import make_engine, parse_url

pytestmark = pytest.mark.engine("sqlite")


def test_the_change_to_the_log_waits_for_a_writer(url: str) -> None:
    """SQLite's own busy timeout does not hold for it."""
    engine = make_engine(parse_url(url))
    writer = sqlite3.connect(
        engine.url.database or "",
        isolation_level=None,
        check_same_thread=False,
    )
    writer.execute("BEGIN IMMEDIATE")
    modes: list[str | None] = []

    def connect() -> None:
        with engine.connect() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode")
            modes.append(mode.scalar())

    thread = threading.Thread(target=connect)
    thread.start()
    thread.join(0.1)
    assert thread.is_alive(), "it neither failed nor went ahead"
    writer.execute("COMMIT")
    writer.close()
    thread.join(30)
    assert modes == ["wal"]
    engine.dispose()
