"""What alembic runs: our metadata, on the database that the program hands over or the settings name."""

import os

from alembic import context
from sqlalchemy import text
from sqlalchemy.schema import SchemaItem

from adapters.db.engine import Database
from adapters.db.tables import metadata
from adapters.jobs import DBOS_TABLES

MIGRATION_LOCK = 0x4345_5254_4D49_4752


def ours(item: SchemaItem, name: str | None, kind: str, reflected: bool, other: SchemaItem | None) -> bool:  # noqa: FBT001 - alembic's own signature
    """Leave dbos's tables out of every comparison."""
    del item, reflected, other
    return not (kind == "table" and name in DBOS_TABLES)


def run() -> None:
    """Migrate in one transaction; on PostgreSQL one process at a time."""
    database = context.config.attributes.get("database") or Database(os.environ["CERTIFICANT_DATABASE_URL"])
    with database.engine.connect() as connection:
        connection.info["write"] = True
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_object=ours,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
