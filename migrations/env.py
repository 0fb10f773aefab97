"""What alembic runs: our metadata, on the database that the program hands over or the settings name."""

import os
from typing import Literal

from alembic import context
from sqlalchemy import JSON, BigInteger, Connection, String, text
from sqlalchemy.schema import SchemaItem
from sqlmodel.sql.sqltypes import AutoString

from adapters.db.engine import Database
from adapters.db.schema import metadata
from adapters.db.tables.base import Instant
from adapters.jobs import DBOS_TABLES

MIGRATION_LOCK = 0x4345_5254_4D49_4752


def ours(item: SchemaItem, name: str | None, kind: str, reflected: bool, other: SchemaItem | None) -> bool:  # noqa: FBT001 - alembic's own signature
    """Leave dbos's tables out of every comparison."""
    del item, reflected, other
    return not (kind == "table" and name in DBOS_TABLES)


def rendered(kind: str, item: object, context_: object) -> str | Literal[False]:
    """How a new revision writes our column types: by the frozen names of `migrations.columns`."""
    del context_
    return (_type(item) or False) if kind == "type" else False


def _type(item: object) -> str | None:
    match item:
        case Instant():
            return "columns.instant()"
        case JSON():
            return "columns.json_value()"
        case AutoString():
            return "sa.String()" if item.length is None else f"sa.String({item.length})"
        case String() if "postgresql" in item._variant_mapping:  # noqa: SLF001 - it has no public name
            return "columns.search_text()"
        case BigInteger() if item._variant_mapping:  # noqa: SLF001 - as above
            return "columns.big_serial()"
        case _:
            return None


def run() -> None:
    """Migrate in one transaction; on PostgreSQL one process at a time."""
    database = context.config.attributes.get("database") or Database(os.environ["CERTIFICANT_DATABASE_URL"])
    if context.is_offline_mode():
        _write_down(database.engine.dialect.name)
        return
    with database.engine.connect() as connection:
        connection.info["write"] = True
        if connection.dialect.name == "postgresql":
            _take_turn(connection)
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_object=ours,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            render_item=rendered,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


def _take_turn(connection: Connection) -> None:
    """Wait for whoever migrates already, however long; then wait for no lock long, since others queue behind that."""
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text("SET lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.execute(text("SET lock_timeout = '10s'"))


def _write_down(dialect: str) -> None:
    """The statements, for those who want to read them first (`alembic upgrade --sql`)."""
    context.configure(dialect_name=dialect, target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


run()
