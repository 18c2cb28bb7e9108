"""The event store over SQLAlchemy Core: SQLite by default, PostgreSQL, and the MySQL protocol."""
