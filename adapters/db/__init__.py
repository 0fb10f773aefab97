"""The store: SQLModel tables, Core statements, SQLite and PostgreSQL."""
