"""Write the tables in the documents: ``python tools/docs.py``.

A table stands between ``<!-- settings: NAME -->`` and ``<!-- end -->`` and
is made from the fields of ``Settings``, so that a setting is described in
one place only.  ``<!-- rules: fields -->`` is made from the schemas of
requests, ``<!-- metrics: all -->`` from those of metrics.  ``--check``
writes nothing and exits 1 when a document is out of date; the tests do the
same.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from re import DOTALL, Match
from re import compile as pattern
from typing import Any

from bienvenue import Settings

ROOT = Path(__file__).resolve().parent.parent
# Run as a program, this finds its own folder only, and not the project's.
sys.path[:0] = [str(ROOT)]

from tools import fields, metrics  # noqa: E402 - found by the line above

DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "docs" / "configuration.md",
    ROOT / "docs" / "observability.md",
    ROOT / "docs" / "validation.md",
)

_TABLE = pattern(
    r"(<!-- (?:settings|rules|metrics): (\w+) -->\n).*?(<!-- end -->)", DOTALL
)


FIRST = (
    *("service_name", "brand_accent", "default_language"),
    *("database_url", "host", "port", "public_url", "secret_key"),
    *("tls_proxy", "trusted_hops", "workers", "redis_url"),
    *("mail", "mail_from", "smtp_host", "metrics_address"),
)
"""The settings that most services come to choose."""


def brief_table() -> str:
    """Return the settings to look at first: name, default, meaning."""
    rows = [
        f"| `{name}` | {default_of(name)} | {meaning_of(name)} |"
        for name in FIRST
    ]
    return _table("| setting | default | meaning |", rows)


def full_table() -> str:
    """Return one row a setting: also its kind and its variable."""
    kinds = Settings.model_json_schema()["properties"]
    rows = [
        f"| `{name}` | `BIENVENUE_{name.upper()}` | {kind_of(kinds[name])}"
        f" | {default_of(name)} | {meaning_of(name)} |"
        for name in Settings.model_fields
    ]
    return _table("| setting | variable | takes | default | meaning |", rows)


def default_of(name: str) -> str:
    """Return a setting's default as it is written in a table."""
    default = Settings.model_fields[name].default
    if default is None:
        return "unset"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`"


def meaning_of(name: str) -> str:
    """Return a setting's description; raises ``ValueError`` for none."""
    description = Settings.model_fields[name].description
    if not description:
        raise ValueError(f"the setting {name} has no description")
    return description


def kind_of(schema: Mapping[str, Any]) -> str:
    """Say which values a setting takes, from its JSON schema."""
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            return kind_of(choice)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema["type"] == "integer":
        return f"{schema['minimum']:,} to {schema['maximum']:,}"
    if schema["type"] == "boolean":
        return "`true`, `false`"
    return {"password": "text, a secret", "path": "path of a file"}.get(
        schema.get("format", ""), "text"
    )


def rewritten(text: str) -> str:
    """Return a document with its tables as they should be."""

    def fill(found: Match[str]) -> str:
        return found[1] + TABLES[found[2]]() + found[3]

    return _TABLE.sub(fill, text)


def main(arguments: Sequence[str]) -> int:
    """Write the tables, or with ``--check`` compare; return the status."""
    status = 0
    for document in DOCUMENTS:
        before = document.read_text("utf-8")
        after = rewritten(before)
        if after == before:
            continue
        print(f"{document.relative_to(ROOT)} is out of date")
        if "--check" in arguments:
            status = 1
        else:
            document.write_text(after, "utf-8")
    return status


def _table(head: str, rows: Sequence[str]) -> str:
    rule = "|---" * (head.count("|") - 1) + "|"
    return "\n".join((head, rule, *rows)) + "\n"


TABLES = {
    "brief": brief_table,
    "full": full_table,
    "fields": fields.table,
    "all": metrics.table,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
