"""How a table is declared, and which entity it stores.

A table is a SQLModel class whose columns bear the names of the entity's fields. It is never a wire model and never an
ORM object: the repository speaks Core statements on `Model.__table__`.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ConfigDict
from sqlalchemy import JSON, DateTime, Index, MetaData, String, TypeDecorator, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

from domain.entity import Entity

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

SQLModel.metadata.naming_convention = NAMING
metadata: MetaData = SQLModel.metadata

STORED: dict[type[Entity], type[SQLModel]] = {}

E = TypeVar("E", bound=type[SQLModel])


class Instant(TypeDecorator[datetime]):
    """A UTC instant: `timestamptz` on PostgreSQL, ISO text of fixed width on SQLite (so that it sorts)."""

    impl = String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:  # noqa: ANN401 - SQLAlchemy's own signature
        """Choose the engine's column type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(32))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401
        """To the column: UTC; a naive time is a fault of the program."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a naive datetime reached the store"
            raise ValueError(message)
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401
        """From the column: aware, in UTC."""
        del dialect
        if value is None:
            return None
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
        return parsed.astimezone(UTC)


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def index_where(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over only the rows that fulfil a condition, on both engines."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


_Searchable = String().with_variant(String(collation="C"), "postgresql")


def search_text() -> Any:  # noqa: ANN401 - SQLModel's Field is typed so
    """A folded column that is searched by its start: compared by code point, so that a plain index serves."""
    return Field(sa_type=_Searchable)


def stores(entity: type[Entity]) -> Callable[[E], E]:
    """Declare that the decorated table stores this kind of entity."""

    def declared(table: E) -> E:
        STORED[entity] = table
        return table

    return declared


def table_of(entity: type[Entity]) -> type[SQLModel]:
    """The table of an entity type. Where its module is not loaded yet, it is: tables are named as the domain's slices.

    To ask for a type without a table is a fault of the program.
    """
    if entity not in STORED:
        import_module(f"adapters.db.tables.{entity.__module__.split('.')[1]}")
    return STORED[entity]


def json_column(*, nullable: bool = False) -> Any:  # noqa: ANN401 - SQLModel's Field is typed so
    """A column of JSON: a nested value of the entity."""
    return Field(sa_type=Json, nullable=nullable)


def instant(*, nullable: bool = False, index: bool = False) -> Any:  # noqa: ANN401 - as above
    """A column of a UTC instant."""
    return Field(sa_type=Instant, nullable=nullable, index=index, default=None if nullable else ...)


class Row(SQLModel):
    """What every table of entities has. Nothing is validated through a table, so no validator is built for it."""

    model_config = ConfigDict(defer_build=True)  # type: ignore[assignment]

    id: UUID = Field(primary_key=True)
    version: int
