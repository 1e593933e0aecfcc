"""Roles; sessions that a browser forgets; acting for another."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what there is stays nobody's, and kept."""
    op.add_column("users", sa.Column("role", sa.String(16)))
    op.create_index("ix_users_role", "users", ["role"])
    op.add_column(
        "sessions",
        sa.Column(
            "kept", sa.Boolean(), nullable=False, server_default=sa.true()
        ),
    )
    op.add_column("sessions", sa.Column("actor_id", sa.Integer()))
    op.create_index("ix_sessions_actor_id", "sessions", ["actor_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_sessions_actor_id", "sessions")
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("actor_id")
        sessions.drop_column("kept")
    op.drop_index("ix_users_role", "users")
    with op.batch_alter_table("users") as users:
        users.drop_column("role")
