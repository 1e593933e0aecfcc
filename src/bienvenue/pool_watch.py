"""Tells how many connections are in use, and what a database objects to."""

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from bienvenue import observing
from bienvenue.observing import Tally


def watch(engine: Engine) -> None:
    """Tell of this engine from here on.

    Costs a call for each connection taken and given back, so it is for
    those who want to know.
    """
    event.listen(engine, "checkout", _out)
    event.listen(engine, "checkin", _in)
    event.listen(engine, "handle_error", _error)


def _out(*_: object) -> None:
    observing.tell(Tally.DB_OUT)


def _in(*_: object) -> None:
    observing.tell(Tally.DB_IN)


def _error(context: ExceptionContext) -> None:
    error = context.sqlalchemy_exception or context.original_exception
    observing.tell(Tally.DB_ERROR, type(error).__name__)
