"""The settings in force and where they come from; whether all is well."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import orm, select

from bienvenue import audit_check, clock, schema, shown
from bienvenue.auth import Auth
from bienvenue.config import Settings
from bienvenue.errors import DatabaseUnavailable
from bienvenue.features.admin.shapes import Check, SettingRow
from bienvenue.outbox import OutboxRow

_LATE = timedelta(minutes=15)


def settings(found: Settings) -> list[SettingRow]:
    """Return every setting, in the order of their names; secrets masked."""
    return [
        SettingRow(
            name,
            shown.value(found, name),
            shown.source(found, name),
            field.description or "",
        )
        for name, field in sorted(Settings.model_fields.items())
    ]


def health(auth: Auth) -> list[Check]:
    """Look at what the service depends on."""
    return [*_database(auth), *_mail(auth), *_keys(auth.settings)]


def _database(auth: Auth) -> Iterator[Check]:
    name = auth.db.engine.dialect.name

    def look(unit: orm.Session) -> bool:
        return schema.standing_of(schema.current(unit.connection())).usable

    try:
        usable = auth.db.read(look, patient=False)
    except DatabaseUnavailable:
        usable = False
    says = "answers" if usable else "is away, or of another release"
    yield Check("database", usable, f"{name} {says}")
    last = auth.db.read(lambda unit: audit_check.latest(unit.connection(), 1))
    if last:
        at = clock.to_datetime(last[0]["at"])
        yield Check(
            "audit log", ok=True, says=f"last written {at:%Y-%m-%d %H:%M} UTC"
        )


def _mail(auth: Auth) -> Iterator[Check]:
    if auth.settings.mail == "off":
        yield Check("mail", ok=True, says="is off: nobody can reset by mail")
        return
    # A dead one is due in a century, and never comes first.
    next_due = select(OutboxRow.due_at).order_by(OutboxRow.due_at).limit(1)
    late_since = clock.now() - _LATE
    due = auth.db.read(
        lambda unit: unit.scalar(next_due.where(OutboxRow.due_at < late_since))
    )
    if due is None:
        yield Check("mail", ok=True, says="no letter is late")
    else:
        says = f"a letter should have left at {due:%Y-%m-%d %H:%M} UTC"
        yield Check("mail", ok=False, says=says)


def _keys(found: Settings) -> Iterator[Check]:
    signed = found.secret_key is not None
    if signed:
        says = "is set"
    elif found.strict_rules:
        says = "is not set: the audit log has no seal; production wants one"
    else:
        says = "is not set, which is fine in development"
    yield Check("secret key", signed or not found.strict_rules, says)
