"""A session has a fixed end beside the one that moves with its use."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give every session the end it has as its fixed end."""
    op.add_column("sessions", sa.Column("ends_at", sa.BigInteger()))
    op.execute("UPDATE sessions SET ends_at = expires_at")
    with op.batch_alter_table("sessions") as sessions:
        sessions.alter_column(
            "ends_at", existing_type=sa.BigInteger(), nullable=False
        )


def downgrade() -> None:
    """Drop the fixed end."""
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("ends_at")
