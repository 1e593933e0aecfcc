"""Any operation, asked as it wants to be; and all that is kept of it."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import Column, Table, orm, select

from bienvenue.columns import Base
from bienvenue.courier import Courier
from bienvenue.db import DB
from bienvenue.route_table import api
from bienvenue.web.api import Operation
from bienvenue.web.extension import KEY, Extension

BOB = {"email": "bob@example.com", "password": "a long and quiet morning"}
EVE = "eve@example.com"
UNSAFE = [each for each in api().operations if each.method != "GET"]
# An event is recorded also of what was refused, and the use of a session
# whatever came of it.
_LOGS = {"audit_events", "audit_heads"}
_NOTED = {"last_seen_at", "expires_at"}

Kept = Mapping[str, list[tuple[Any, ...]]]


def name_of(operation: Operation) -> str:
    """Name an operation as documents do."""
    return f"{operation.method} {operation.template}"


def path_of(operation: Operation) -> str:
    """Return a path that leads to an operation."""
    path = operation.template
    for name in operation.numbers:
        path = path.replace(f"{{{name}}}", "1")
    return path


def body_of(operation: Operation) -> dict[str, str]:
    """Return members that fit the schema of what an operation takes."""
    fields = operation.takes.model_fields if operation.takes else {}
    return {name: _fit(name) for name in fields}


def extension_of(app: Flask) -> Extension:
    """Return the accounts of an application."""
    found: Extension = app.extensions[KEY]
    return found


def settle(app: Flask) -> None:
    """Have all mail leave that waits, and none by itself from now on."""
    extension = extension_of(app)
    extension.courier.stop()
    deliver(app)


def deliver(app: Flask) -> int:
    """Have the mail leave that is due; return how many letters that was."""
    auth = extension_of(app).auth
    return Courier(auth.db, auth.settings).deliver_due()


def kept(db: DB) -> Kept:
    """Return every row of every table but the log's.

    When a session was last used, and so ends, is left out.
    """

    def work(unit: orm.Session) -> Kept:
        return {
            table.name: sorted(
                map(tuple, unit.execute(select(*_columns(table)))), key=repr
            )
            for table in Base.metadata.sorted_tables
            if table.name not in _LOGS
        }

    return db.read(work)


def _columns(table: Table) -> list[Column[Any]]:
    return [each for each in table.columns if each.name not in _NOTED]


def _fit(name: str) -> str:
    if "email" in name:
        return EVE
    if name == "current_password":
        return BOB["password"]
    return "another long and quiet morning"
