"""The rule for a change of the schema: it only adds (decision 0040).

``breaches`` compares what a database looked like before and after a step
and names whatever could trip a release that does not know of the step: it
goes on reading and writing the tables as it knows them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, inspect

# What becomes of a row in a new table when an older release deletes its
# owner, which it does without knowing of that table.
_GIVES_WAY = ("CASCADE", "SET NULL")


@dataclass
class Look:
    """A table as it is: columns and keys, by their names."""

    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    owners: dict[str, dict[str, Any]] = field(default_factory=dict)
    primary: tuple[str, ...] = ()


def look(engine: Engine) -> dict[str, Look]:
    """Read all tables of a database."""
    found = inspect(engine)
    return {
        table: Look(
            columns={
                each["name"]: dict(each) for each in found.get_columns(table)
            },
            keys={
                str(each["name"]): dict(each)
                for each in (
                    *found.get_unique_constraints(table),
                    *found.get_check_constraints(table),
                    *(i for i in found.get_indexes(table) if i["unique"]),
                )
            },
            owners={
                str(each["name"]): dict(each)
                for each in found.get_foreign_keys(table)
            },
            primary=tuple(
                found.get_pk_constraint(table)["constrained_columns"]
            ),
        )
        for table in found.get_table_names()
    }


def breaches(before: dict[str, Look], after: dict[str, Look]) -> list[str]:
    """Name what an older release could trip over, nothing if nothing."""
    found = [f"{table} is gone" for table in before if table not in after]
    for table, now in after.items():
        if table in before:
            found += _changed(table, before[table], now)
        else:
            found += _stubborn(table, now.owners)
    return found


def _changed(table: str, was: Look, now: Look) -> Iterator[str]:
    for name, column in was.columns.items():
        if name not in now.columns:
            yield f"{table}.{name} is gone"
        else:
            yield from _altered(f"{table}.{name}", column, now.columns[name])
    for name in now.columns.keys() - was.columns.keys():
        column = now.columns[name]
        if not column["nullable"] and column["default"] is None:
            yield f"{table}.{name} must be given, and has no default"
    if was.primary != now.primary:
        yield f"{table} has another primary key"
    yield from _keys(table, was, now)


def _altered(
    name: str, was: dict[str, Any], now: dict[str, Any]
) -> Iterator[str]:
    if str(was["type"]) != str(now["type"]):
        yield f"{name} was {was['type']} and is {now['type']}"
    if was["nullable"] != now["nullable"]:
        yield f"{name} may be NULL, or no longer"
    if was["default"] != now["default"]:
        yield f"{name} has another default"


def _keys(table: str, was: Look, now: Look) -> Iterator[str]:
    for before, after in ((was.keys, now.keys), (was.owners, now.owners)):
        for name in before.keys() - after.keys():
            yield f"{table}: {name}, which is relied upon, is gone"
        for name in after.keys() - before.keys():
            if not _about_new_ones(after[name], was, now):
                yield f"{table}: {name} refuses what was allowed"
    new = {each: now.owners[each] for each in now.owners.keys() - was.owners}
    yield from _stubborn(table, new)


def _about_new_ones(key: dict[str, Any], was: Look, now: Look) -> bool:
    """Tell whether a key can only refuse what older releases never write."""
    names = key.get("column_names") or key.get("constrained_columns") or []
    return bool(names) and all(
        name not in was.columns
        and now.columns[name]["nullable"]
        and now.columns[name]["default"] is None
        for name in names
    )


def _stubborn(table: str, owners: dict[str, dict[str, Any]]) -> Iterator[str]:
    for name, key in owners.items():
        if key.get("options", {}).get("ondelete") not in _GIVES_WAY:
            owner = key["referred_table"]
            yield f"{table}: {name} keeps {owner} from being deleted"
