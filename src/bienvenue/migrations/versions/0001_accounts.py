"""Accounts, sessions, mailed tokens, the outbox and the mailbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from bienvenue.columns import UNICODE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_DIGEST = sa.LargeBinary(32).with_variant(mysql.BINARY(32), "mysql", "mariadb")
_KEY = sa.String(320).with_variant(
    mysql.VARCHAR(320, charset="utf8mb4", collation="utf8mb4_bin"),
    "mysql",
    "mariadb",
)


def upgrade() -> None:
    """Create the tables of the first release."""
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("email_key", _KEY, nullable=False),
        sa.Column("hashed_password", sa.String(512), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
        sqlite_autoincrement=True,
        **UNICODE,
    )
    op.create_table(
        "sessions",
        sa.Column("id", _ID, nullable=False),
        _owner("sessions"),
        sa.Column("digest", _DIGEST, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(45)),
        sa.Column("agent", sa.String(255)),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("digest", name="uq_sessions_digest"),
        sqlite_autoincrement=True,
        **UNICODE,
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "one_time_tokens",
        sa.Column("id", _ID, nullable=False),
        _owner("one_time_tokens"),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("digest", _DIGEST, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_tokens"),
        sa.UniqueConstraint("digest", name="uq_one_time_tokens_digest"),
        sa.UniqueConstraint(
            "user_id", "purpose", name="uq_one_time_tokens_user_id_purpose"
        ),
        sqlite_autoincrement=True,
        **UNICODE,
    )
    op.create_index(
        "ix_one_time_tokens_expires_at", "one_time_tokens", ["expires_at"]
    )
    op.create_table(
        "outbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("letter", sa.String(32), nullable=False),
        sa.Column("recipient", _KEY, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
        **UNICODE,
    )
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"])
    op.create_table(
        "mailbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("recipient", _KEY, nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mailbox"),
        sqlite_autoincrement=True,
        **UNICODE,
    )


def downgrade() -> None:
    """Drop them, and every account with them."""
    for table in ("mailbox", "outbox", "one_time_tokens", "sessions"):
        op.drop_table(table)
    op.drop_table("users")


def _owner(table: str) -> "sa.Column[int]":
    return sa.Column(
        "user_id",
        sa.Integer(),
        sa.ForeignKey(
            "users.id", ondelete="CASCADE", name=f"fk_{table}_user_id"
        ),
        nullable=False,
    )
