"""The journal, the leaves it is sealed into, the signed checkpoints, and the triggers that let none of them change."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DDL, BigInteger, Identity, Integer, LargeBinary, Table, event
from sqlalchemy.schema import ExecutableDDLElement
from sqlmodel import Field, SQLModel

from adapters.db.tables.base import instant, json_column
from domain.events import Scalar

BigKey = BigInteger().with_variant(Integer, "sqlite")
"""64 bits on both engines: an INTEGER primary key is SQLite's own row number."""


class JournalRow(SQLModel, table=True):
    """One event. `seq` follows the order of writing; on PostgreSQL not always that of committing."""

    __tablename__ = "journal"
    # Without AUTOINCREMENT, SQLite would give the number of a deleted last row to the next one.
    __table_args__ = {"sqlite_autoincrement": True}

    seq: int = Field(sa_type=BigKey, primary_key=True, sa_column_args=[Identity(always=True)])
    id: UUID = Field(unique=True)
    occurred_at: datetime = instant()
    kind: str = Field(max_length=100)
    subject_id: UUID = Field(index=True)
    actor: str = Field(max_length=255)
    request_id: str | None = Field(default=None, max_length=128)
    data: dict[str, Scalar] = json_column()


class JournalLeafRow(SQLModel, table=True):
    """The place of one journal row in the Merkle tree, and the hash it was sealed with."""

    __tablename__ = "journal_leaves"

    leaf_index: int = Field(sa_type=BigKey, primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(sa_type=BigInteger, unique=True)
    leaf_hash: bytes = Field(sa_type=LargeBinary)


class JournalCheckpointRow(SQLModel, table=True):
    """A signed state of the tree, and what the next sealing starts from."""

    __tablename__ = "journal_checkpoints"

    size: int = Field(sa_type=BigKey, primary_key=True, sa_column_kwargs={"autoincrement": False})
    note: str
    frontier: bytes = Field(sa_type=LargeBinary)
    last_seq: int = Field(sa_type=BigInteger)
    sealed_at: datetime = instant()


JOURNAL: Table = JournalRow.__table__  # type: ignore[attr-defined]
LEAVES: Table = JournalLeafRow.__table__  # type: ignore[attr-defined]
CHECKPOINTS: Table = JournalCheckpointRow.__table__  # type: ignore[attr-defined]

_KEYS = {"journal": ("seq", "id"), "journal_leaves": ("leaf_index", "seq"), "journal_checkpoints": ("size",)}
"""The unique columns of each table: what an INSERT OR REPLACE could push a row out by."""

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'restrict_violation';
END
$body$
""".strip()


def _sqlite_guards(table: str) -> dict[str, str]:
    """SQLite: refuse to change or remove a row, also by INSERT OR REPLACE, which fires no DELETE trigger."""
    taken = " OR ".join(f"{column} = NEW.{column}" for column in _KEYS[table])
    refuse = "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
    replaced = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})"  # noqa: S608 - our own names
    return {
        f"{table}_refuses_update": f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} {refuse}",
        f"{table}_refuses_delete": f"CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table} {refuse}",
        f"{table}_refuses_replace": (
            f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table} {replaced} {refuse}"
        ),
    }


def _postgresql_guards(table: str) -> dict[str, str]:
    """PostgreSQL: one refusal of every statement that changes, removes or truncates."""
    name = f"{table}_append_only"
    return {
        name: f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
    }


SQLITE_GUARDS: dict[str, str] = {name: ddl for table in _KEYS for name, ddl in _sqlite_guards(table).items()}
POSTGRESQL_GUARDS: dict[str, str] = {name: ddl for table in _KEYS for name, ddl in _postgresql_guards(table).items()}
"""The triggers by name. A migration executes each after it made the tables; PostgreSQL wants the function first."""

POSTGRESQL_DROP_FUNCTION = "DROP FUNCTION IF EXISTS journal_is_append_only()"
"""What undoes the rest once the tables, and their triggers with them, are dropped."""


def guard_statements(dialect: str) -> tuple[str, ...]:
    """Every statement that guards the three tables, in order, for `sqlite` or `postgresql`."""
    if dialect == "postgresql":
        return (POSTGRESQL_FUNCTION, *POSTGRESQL_GUARDS.values())
    return tuple(SQLITE_GUARDS.values())


def _only_on(dialect: str, ddl: str) -> ExecutableDDLElement:
    statement: ExecutableDDLElement = DDL(ddl.replace("%", "%%"))  # type: ignore[no-untyped-call]
    return statement.execute_if(dialect=dialect)


def _attach(table: Table) -> None:
    """Guard a table also where it is made from the metadata, without a migration."""
    statements = [("sqlite", ddl) for ddl in _sqlite_guards(table.name).values()]
    statements += [("postgresql", ddl) for ddl in (POSTGRESQL_FUNCTION, *_postgresql_guards(table.name).values())]
    for dialect, ddl in statements:
        event.listen(table, "after_create", _only_on(dialect, ddl))


for _table in (JOURNAL, LEAVES, CHECKPOINTS):
    _attach(_table)
