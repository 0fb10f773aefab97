"""What a database's schema truly is, told by the engine itself, so that two can be compared."""

from sqlalchemy import Connection, inspect

from adapters.db.engine import Database
from adapters.jobs import DBOS_TABLES

_NOT_OURS = DBOS_TABLES | {"alembic_version"}

_POSTGRESQL = (
    (
        "SELECT 'column ' || table_name || '.' || column_name, concat_ws(' ', data_type, character_maximum_length, "
        "collation_name, is_nullable, column_default, is_identity, identity_generation, datetime_precision) "
        "FROM information_schema.columns WHERE table_schema = 'public'"
    ),
    (
        "SELECT 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace"
    ),
    "SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT 'function ' || proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


def schema_of(database: Database) -> dict[str, str]:
    """Every column, constraint, index and trigger of our tables, by name, in the engine's own words."""
    with database.transaction(write=False) as connection:
        found = _sqlite(connection) if database.is_sqlite else _postgresql(connection)
    return {name: " ".join(text.split()) for name, text in found.items() if not _foreign(name)}


def _foreign(name: str) -> bool:
    return any(f" {table}." in name or name.endswith(f" {table}_pkc") for table in _NOT_OURS)


def _postgresql(connection: Connection) -> dict[str, str]:
    return {name: text for query in _POSTGRESQL for name, text in connection.exec_driver_sql(query).all()}


def _sqlite(connection: Connection) -> dict[str, str]:
    found: dict[str, str] = {}
    inspector = inspect(connection)
    for table in set(inspector.get_table_names()) - _NOT_OURS:
        for column in connection.exec_driver_sql(f"PRAGMA table_xinfo('{table}')").all():
            found[f"column {table}.{column[1]}"] = str(column[2:])
        for unique in inspector.get_unique_constraints(table):
            found[f"unique {table}.{unique['name']}"] = str(unique["column_names"])
        for check in inspector.get_check_constraints(table):
            found[f"check {table}.{check['name']}"] = str(check["sqltext"])
        for key in inspector.get_foreign_keys(table):
            points_at = (key["constrained_columns"], key["referred_table"], key["referred_columns"], key["options"])
            found[f"foreign key {table}.{key['name']}"] = str(points_at)
        found[f"key {table}."] = str(inspector.get_pk_constraint(table)["constrained_columns"])
        rows = connection.exec_driver_sql(
            f"SELECT type || ' {table}.' || name, sql FROM sqlite_master WHERE tbl_name = '{table}' "
            "AND type IN ('index', 'trigger') AND sql IS NOT NULL"
        )
        found |= {row[0]: row[1] for row in rows}
    return found
