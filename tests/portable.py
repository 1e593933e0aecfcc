"""The SQL that we allow ourselves on PostgreSQL, and on its kin.

CockroachDB, YugabyteDB and Citus speak PostgreSQL's protocol and less than
its language.  ``strange`` names what a statement has beyond a short list of
words and functions; whoever adds to the list has looked whether the others
have it too, and says so in docs/databases.md.
"""

import re

# One line for each kind of statement, and one for what is in them all.
_WORDS = frozenset(
    """
    SELECT DISTINCT UNION FROM JOIN LEFT OUTER ON WHERE GROUP ORDER BY ASC DESC
    ALL LIMIT OFFSET FOR UPDATE OF SKIP LOCKED AS
    INSERT INTO VALUES RETURNING CONFLICT DO NOTHING DEFAULT
    SET DELETE
    AND OR NOT IN IS NULL LIKE ESCAPE EXISTS CASE WHEN THEN ELSE END CAST
    COLLATE
    CREATE ALTER TABLE ADD COLUMN DROP INDEX UNIQUE CONSTRAINT PRIMARY KEY
    FOREIGN REFERENCES CASCADE IF USING
    SERIAL BIGSERIAL INTEGER BIGINT SMALLINT VARCHAR TEXT BYTEA BOOLEAN
    """.split()
)
_FUNCTIONS = frozenset(
    """
    count lower min max sum coalesce length
    pg_advisory_xact_lock pg_get_serial_sequence pg_sequence_last_value setval
    """.split()
)
# Beside the words: what is named without being a word of ours.
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_NAMED = re.compile(r'"[^"]*"|%\(\w+\)s|::(?:[A-Z]+|\w+)')
_WORD = re.compile(r"\b[A-Z][A-Z_]+\b")
_CALL = re.compile(r"\b([a-z_][a-z_0-9]*)\s*\(")
# Before a name in parentheses that is a table's or a constraint's.
_LISTED = re.compile(
    r"(?:INTO|REFERENCES|TABLE|ON|UNIQUE|KEY|IN|INDEX \w+ ON) +"
    r'"?[a-z_]+"? *\('
)


def is_ours(statement: str) -> bool:
    """Tell our own statements from SQLAlchemy's looks at the catalogue."""
    return not re.search(r"pg_catalog|information_schema", statement)


def strange(statement: str) -> set[str]:
    """Return what a statement has that is on neither list."""
    bare = _NAMED.sub(" ", _QUOTED.sub(" ", statement))
    words = set(_WORD.findall(bare)) - _WORDS
    calls = set(_CALL.findall(_LISTED.sub(" (", bare))) - _FUNCTIONS
    return words | calls
