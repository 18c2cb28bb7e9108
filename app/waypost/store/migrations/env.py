"""Alembic's entry: runs migrations on the connection that `waypost.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from waypost.store.migrate import all_tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=all_tables(),
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
context.run_migrations()
