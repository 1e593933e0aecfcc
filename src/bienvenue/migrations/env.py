"""Alembic's entry: use the connection that the caller opened."""

from alembic import context

from bienvenue.columns import VERSION_TABLE, Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
