"""This machine's clock, beside those of the servers it works with."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select, text

from bienvenue import clock
from bienvenue.audit_tables import AuditEvent
from bienvenue.columns import Instant
from bienvenue.doctor.finding import Finding, failed, ok, warning

CHECK = "clock"

_FINE, _FAR = 1.0, 30.0  # seconds
_BUILT = datetime(2026, 1, 1, tzinfo=UTC)
_QUESTIONS = {
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
    "mysql": "SELECT unix_timestamp(sysdate(6))",
    "mariadb": "SELECT unix_timestamp(sysdate(6))",
}
_FIX = "keep the time by NTP on both machines: timedatectl set-ntp true"


def examine(connection: Connection) -> Iterator[Finding]:
    """Compare with the database server's clock, if it is one."""
    question = _QUESTIONS.get(connection.dialect.name)
    if question is None:
        return
    before = clock.now_us()
    theirs = connection.scalar(text(question))
    after = clock.now_us()
    if theirs is not None:
        middle = (before + after) / 2 / 1_000_000
        yield judge("the database server", float(theirs) - middle)


def of_log(connection: Connection) -> Iterator[Finding]:
    """See that nothing in the audit log is of a time to come."""
    last = connection.scalar(select(func.max(AuditEvent.at, type_=Instant())))
    ahead = 0.0 if last is None else (last - clock.now()).total_seconds()
    if ahead > _FAR:
        yield failed(
            CHECK,
            f"the latest event in the audit log is {ahead:,.0f} s ahead:"
            " this machine's clock is behind, or one was ahead",
            _FIX,
        )


def own() -> Iterator[Finding]:
    """See that this machine's clock was ever set."""
    now = clock.now()
    if now < _BUILT:
        yield failed(
            CHECK,
            f"it is not {now:%Y-%m-%d}: the clock was never set",
            "set it by NTP: timedatectl set-ntp true",
        )
    else:
        yield ok(CHECK, f"it is {now:%Y-%m-%d %H:%M:%S}Z")


def judge(whose: str, ahead: float) -> Finding:
    """Say what it means that another clock is ahead by some seconds."""
    if abs(ahead) <= _FINE:
        return ok(CHECK, f"agrees with that of {whose}")
    direction = "ahead of" if ahead > 0 else "behind"
    said = f"that of {whose} is {abs(ahead):,.0f} s {direction} this machine's"
    if abs(ahead) > _FAR:
        return failed(
            CHECK,
            f"{said}: sessions, codes and limits end by the clock of whoever"
            " looks",
            _FIX,
        )
    return warning(CHECK, said, _FIX)
