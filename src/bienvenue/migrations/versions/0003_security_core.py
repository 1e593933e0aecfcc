"""Verified addresses, closed accounts, dead letters, the audit log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from bienvenue.columns import UNICODE

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_DIGEST = sa.LargeBinary(32).with_variant(
    mysql.BINARY(32), "mysql", "mariadb"
)

_STATES = ("verified_at", "disabled_at", "compromised_at", "deletion_due_at")
_OLD_KEY = "uq_one_time_tokens_user_id_purpose"
_NEW_KEY = "uq_one_time_tokens_user_id_purpose_subject"


def upgrade() -> None:
    """Add what the rows of an account can say, and two tables."""
    for name in _STATES:
        op.add_column("users", sa.Column(name, sa.BigInteger()))
    op.add_column("users", sa.Column("language", sa.String(35)))
    op.create_index("ix_users_deletion_due_at", "users", ["deletion_due_at"])
    _upgrade_sessions()
    _upgrade_tokens()
    op.add_column("outbox", sa.Column("user_id", sa.Integer()))
    op.add_column("outbox", sa.Column("detail", sa.String(320)))
    op.add_column("outbox", sa.Column("failed_at", sa.BigInteger()))
    op.add_column("outbox", sa.Column("reason", sa.String(255)))
    op.create_index("ix_outbox_failed_at", "outbox", ["failed_at"])
    op.add_column("mailbox", sa.Column("html", sa.Text()))
    _create_audit()


def downgrade() -> None:
    """Take it all away again; the audit log is gone with its tables."""
    op.drop_table("audit_heads")
    op.drop_table("audit_events")
    with op.batch_alter_table("mailbox") as mailbox:
        mailbox.drop_column("html")
    op.drop_index("ix_outbox_failed_at", "outbox")
    with op.batch_alter_table("outbox") as outbox:
        for name in ("user_id", "detail", "failed_at", "reason"):
            outbox.drop_column(name)
    op.execute("DELETE FROM one_time_tokens")
    with op.batch_alter_table("one_time_tokens") as tokens:
        # The old key first: MySQL wants an index for the foreign key.
        tokens.create_unique_constraint(_OLD_KEY, ["user_id", "purpose"])
        tokens.drop_constraint(_NEW_KEY, type_="unique")
        for name in ("subject", "code_digest", "failures"):
            tokens.drop_column(name)
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("authenticated_at")
    op.drop_index("ix_users_deletion_due_at", "users")
    with op.batch_alter_table("users") as users:
        for name in (*_STATES, "language"):
            users.drop_column(name)


def _upgrade_sessions() -> None:
    op.add_column("sessions", sa.Column("authenticated_at", sa.BigInteger()))
    op.execute("UPDATE sessions SET authenticated_at = created_at")
    with op.batch_alter_table("sessions") as sessions:
        sessions.alter_column(
            "authenticated_at", existing_type=sa.BigInteger(), nullable=False
        )


def _upgrade_tokens() -> None:
    with op.batch_alter_table("one_time_tokens") as tokens:
        tokens.add_column(
            sa.Column(
                "subject", _exact(320), nullable=False, server_default=""
            )
        )
        tokens.add_column(sa.Column("code_digest", _DIGEST))
        tokens.add_column(
            sa.Column(
                "failures", sa.Integer(), nullable=False, server_default="0"
            )
        )
    with op.batch_alter_table("one_time_tokens") as tokens:
        # A new release always says both; the old one, beside it, neither.
        tokens.create_unique_constraint(
            _NEW_KEY, ["user_id", "purpose", "subject"]
        )
        tokens.drop_constraint(_OLD_KEY, type_="unique")


def _create_audit() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", _ID, nullable=False),
        sa.Column("strand", _exact(32), nullable=False),
        sa.Column("sequence", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(48), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("address", sa.String(45)),
        sa.Column("agent", sa.String(255)),
        sa.Column("request_id", sa.String(64)),
        sa.Column("detail", sa.Text()),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
        sa.UniqueConstraint(
            "strand", "sequence", name="uq_audit_events_strand_sequence"
        ),
        sqlite_autoincrement=True,
        **UNICODE,
    )
    op.create_index("ix_audit_events_at", "audit_events", ["at"])
    op.create_index(
        "ix_audit_events_user_id_id", "audit_events", ["user_id", "id"]
    )
    op.create_table(
        "audit_heads",
        sa.Column("strand", _exact(32), nullable=False),
        sa.Column("sequence", _ID, nullable=False),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("strand", name="pk_audit_heads"),
        **UNICODE,
    )


def _exact(length: int) -> "sa.String":
    folded = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(folded, "mysql", "mariadb")
