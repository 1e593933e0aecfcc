"""Indexes for what was looked for row by row, and a key for addresses."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.String(320).with_variant(
    mysql.VARCHAR(320, charset="utf8mb4", collation="utf8mb4_bin"),
    "mysql",
    "mariadb",
)

_CENTURY_US = 100 * 365 * 24 * 60 * 60 * 1_000_000

_INDEXES = (
    ("one_time_tokens", ["subject_key", "purpose"]),
    ("outbox", ["recipient"]),
    ("outbox", ["user_id"]),
)


def upgrade() -> None:
    """Add them, and have dead letters never be due.

    The keys of tokens that are out already stay unknown: those count for
    three days, and are looked through until then.
    """
    op.add_column("one_time_tokens", sa.Column("subject_key", _KEY))
    for table, columns in _INDEXES:
        op.create_index(_name(table, columns), table, columns)
    failed_at = sa.column("failed_at", sa.BigInteger)
    op.execute(
        sa.table("outbox", sa.column("due_at", sa.BigInteger), failed_at)
        .update()
        .where(failed_at.is_not(None))
        .values(due_at=failed_at + _CENTURY_US)
    )


def downgrade() -> None:
    """Drop them."""
    for table, columns in _INDEXES:
        op.drop_index(_name(table, columns), table)
    with op.batch_alter_table("one_time_tokens") as tokens:
        tokens.drop_column("subject_key")


def _name(table: str, columns: list[str]) -> str:
    return f"ix_{table}_{'_'.join(columns)}"
