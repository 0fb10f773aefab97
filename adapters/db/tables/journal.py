"""The journal, the leaves it is sealed into, the signed checkpoints, and the triggers that let none of them change."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Integer, LargeBinary, Table
from sqlmodel import Field, SQLModel

from adapters.db.tables.append_only import AppendOnly
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

_GUARDS = AppendOnly(
    keys={"journal": ("seq", "id"), "journal_leaves": ("leaf_index", "seq"), "journal_checkpoints": ("size",)},
    said="the journal is append-only",
    function="journal_is_append_only",
)
SQLITE_GUARDS: dict[str, str] = _GUARDS.sqlite
POSTGRESQL_GUARDS: dict[str, str] = _GUARDS.postgresql
"""The triggers by name. A migration executes each after it made the tables; PostgreSQL wants the function first."""
POSTGRESQL_GUARD: tuple[str, str] = (_GUARDS.function, _GUARDS.postgresql_body)
"""The name and the source of the function that PostgreSQL's triggers call."""


def guard_statements(dialect: str) -> tuple[str, ...]:
    """Every statement that guards the three tables, in order, for `sqlite` or `postgresql`."""
    return _GUARDS.statements(dialect)


for _table in (JOURNAL, LEAVES, CHECKPOINTS):
    _GUARDS.attach(_table)
