"""What is told of the service as numbers, and to whom."""

import hmac
import platform
from importlib.metadata import version

from pydantic import SecretStr
from sqlalchemy import Engine, orm
from sqlalchemy.exc import SQLAlchemyError

from bienvenue import clock, dead_letters
from bienvenue import engine as engines
from bienvenue.metrics import catalogue, text
from bienvenue.metrics.counts import Reading
from bienvenue.metrics.shape import Labels, Layout


def may_read(token: SecretStr, header: str) -> bool:
    """Tell whether an ``Authorization`` header brings the token.

    In the same time for any other of its length (RFC 6750, section 2.1).
    """
    scheme, _, brought = header.partition(" ")
    right = token.get_secret_value().encode()
    given = brought.strip().encode("utf-8", "surrogatepass")
    return scheme.lower() == "bearer" and hmac.compare_digest(given, right)


def exposed(layout: Layout, reading: Reading, engine: Engine) -> str:
    """Return all metrics; of a database that is away, that it is."""
    found = _of_release() | _of_database(engine)
    found["bienvenue_processes", ()] = float(reading.processes)
    return text.counted(layout, reading.numbers) + text.looked_up(
        catalogue.stock(), found
    )


def _reading(engine: Engine) -> Engine:
    return engine.execution_options(**{engines.READ_ONLY: True})


def _of_release() -> dict[tuple[str, Labels], float]:
    labels = version("bienvenue"), platform.python_version()
    return {("bienvenue_build_info", labels): 1.0}


def _of_database(engine: Engine) -> dict[tuple[str, Labels], float]:
    up: tuple[str, Labels] = ("bienvenue_database_up", ())
    try:
        with orm.Session(_reading(engine)) as unit:
            count = dead_letters.count(unit)
            oldest = dead_letters.oldest(unit)
    except SQLAlchemyError:
        return {up: 0.0}
    age = (clock.now() - oldest).total_seconds() if oldest else 0.0
    letters = "bienvenue_outbox_letters"
    return {
        up: 1.0,
        (letters, ("waiting",)): float(count.waiting),
        (letters, ("dead",)): float(count.dead),
        ("bienvenue_outbox_oldest_seconds", ()): max(0.0, age),
    }
