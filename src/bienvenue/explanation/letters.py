"""What waits to be mailed to somebody, what died, what they did not use."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, or_, orm, select

from bienvenue import clock, one_time_token
from bienvenue.columns import not_expired
from bienvenue.config import Settings
from bienvenue.explanation.reason import Reason, Weight, command, minute
from bienvenue.one_time_token import OneTimeToken, Purpose
from bienvenue.outbox import OutboxRow
from bienvenue.user import User

_MOST = 20

_NAMES = {
    Purpose.RESET_PASSWORD: "reset of the password",
    Purpose.VERIFY_EMAIL: "verification of the address",
    Purpose.CHANGE_EMAIL: "change of the address",
    Purpose.UNDO_EMAIL_CHANGE: "way back from a change of the address",
}


def mail(
    unit: orm.Session,
    settings: Settings,
    spellings: Sequence[str],
    user: User | None,
) -> Iterator[Reason]:
    """Yield what has become of letters to any spelling of an address."""
    if settings.mail == "off":
        yield Reason(
            "mail_off",
            Weight.NOTE,
            "mail is off: no reset and no verification leaves",
            _without_mail(user),
        )
    whose: list[ColumnElement[bool]] = [OutboxRow.recipient.in_(spellings)]
    if user is not None:
        whose.append(OutboxRow.user_id == user.id)
    rows = unit.scalars(
        select(OutboxRow)
        .where(or_(*whose))
        .order_by(OutboxRow.id.desc())
        .limit(_MOST)
    )
    for row in rows:
        yield _letter(row)


def _without_mail(user: User | None) -> str:
    fix = "export BIENVENUE_MAIL=smtp BIENVENUE_SMTP_HOST=smtp.example.com"
    if user is None:
        return fix
    return f"{fix}; or: {command('user set-password', user.email)}"


def tokens(unit: orm.Session, user: User) -> Iterator[Reason]:
    """Yield what was handed out or mailed and not used yet."""
    rows = unit.scalars(
        select(OneTimeToken)
        .where(
            OneTimeToken.user_id == user.id,
            OneTimeToken.purpose.in_(list(_NAMES)),
            not_expired(OneTimeToken.expires_at),
        )
        .order_by(OneTimeToken.id)
    )
    for row in rows:
        how = (
            "handed out" if row.subject == one_time_token.BY_HAND else "mailed"
        )
        name = _NAMES.get(Purpose(row.purpose), row.purpose)
        said = (
            f"a {name} was {how} on {minute(row.created_at)} and not used;"
            f" its link is good until {minute(row.expires_at)}"
        )
        if row.code_digest is not None:
            said += f", its code {_code(row)}"
        yield Reason(f"{row.purpose}_unused", Weight.NOTE, said)


def _code(row: OneTimeToken) -> str:
    if row.failures >= one_time_token.MAX_FAILURES:
        return f"died of {row.failures} wrong guesses"
    until = row.created_at + one_time_token.CODE_LIFETIME
    return (
        f"is over since {minute(until)}"
        if until <= clock.now()
        else (f"until {minute(until)}")
    )


def _letter(row: OutboxRow) -> Reason:
    name = row.letter.replace("_", " ")
    if row.failed_at is not None:
        return Reason(
            "letter_dead",
            Weight.NOTE,
            f"the letter {row.id} ({name}) to {row.recipient} could not be"
            f" delivered, and is dead since {minute(row.failed_at)}:"
            f" {row.reason or 'no reason is kept'}",
            f"mend that, then: bienvenue mail retry {row.id}",
        )
    said = f"the letter {row.id} ({name}) to {row.recipient} waits"
    since = f" since {minute(row.created_at)}"
    if row.reason is None:
        return Reason(
            "letter_waiting",
            Weight.NOTE,
            f"{said}{since}, and will be tried {minute(row.due_at)}",
            None
            if row.due_at > clock.now()
            else "it leaves within half a minute of a service that runs",
        )
    tried = {0: "not tried yet", 1: "tried once"}.get(
        row.attempts, f"tried {row.attempts} times"
    )
    return Reason(
        "letter_delayed",
        Weight.NOTE,
        f"{said}{since}, {tried}: {row.reason}; next"
        f" {minute(row.due_at)}",
        "smtp_host, smtp_port, smtp_security, smtp_username;"
        " `bienvenue mail list` shows all that waits",
    )
