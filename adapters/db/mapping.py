"""How an entity becomes a row and a row an entity, with the Core statements of its table built once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_args, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    Connection,
    RowMapping,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlmodel import SQLModel

from adapters.db.conditions import condition, plain, shape
from adapters.db.pages import page_shape, page_statement, page_values
from adapters.db.prepared import Prepared
from adapters.db.tables.base import table_of
from domain.entity import Entity
from domain.paging import PageRequest

T = TypeVar("T", bound=Entity)

PLAIN = (str, int, float, bool, bytes, UUID, date, datetime, type(None))


class Mapped(Generic[T]):
    """One entity type and its table. Statements are built once; values travel through a cached `TypeAdapter`."""

    def __init__(self, entity: type[T], model: type[SQLModel]) -> None:
        """Check that entity and table share their field names, and build the statements."""
        self.entity = entity
        self.table: Table = model.__table__  # type: ignore[attr-defined]
        self.names = tuple(field.name for field in fields(entity))
        self._must_agree()
        hints = get_type_hints(entity)
        self._adapter: TypeAdapter[T] = TypeAdapter(entity)
        self._dumpers = {name: _dumper(hints[name], self.table, name) for name in self.names}
        self._values: Callable[[T], tuple[Any, ...]] = attrgetter(*self.names)
        writers = [_writer(hints[name], self.table, name) for name in self.names]
        self._writers = [(place, writer) for place, writer in enumerate(writers) if writer is not _identity]
        columns = [self.table.c[name] for name in self.names]
        self._statements: dict[tuple[object, ...], Prepared | Select[Any]] = {}
        self.all: Select[Any] = select(*columns)
        by_id = self.all.where(self.table.c.id == bindparam("id"))
        self.by_id = Prepared(by_id)
        self.by_id_locked = Prepared(by_id.with_for_update())
        many = self.all.where(condition(self.table.c.id, [], "ids", arrays=True))
        self.many_locked = Prepared(many.order_by(self.table.c.id).with_for_update())
        self.insert = Prepared(insert(self.table), self.names)
        same = (self.table.c.id == bindparam("id_"), self.table.c.version == bindparam("version_"))
        changed: dict[str, Any] = {name: bindparam(name) for name in self.names if name != "id"}
        self.update = Prepared(update(self.table).where(*same).values(changed))
        self.delete = Prepared(delete(self.table).where(*same))

    def load(self, row: RowMapping | Mapping[str, Any]) -> T:
        """The entity that a row holds."""
        return self._adapter.validate_python(dict(row))

    def dump(self, entity: T) -> dict[str, Any]:
        """The row that holds an entity."""
        return {name: dumper(getattr(entity, name)) for name, dumper in self._dumpers.items()}

    def copied(self, entity: T) -> list[Any]:
        """The row that holds an entity, in the order of `names`, as COPY takes it: JSON as its text."""
        values = list(self._values(entity))
        for place, writer in self._writers:
            values[place] = writer(values[place])
        return values

    def made(self, values: tuple[Any, ...]) -> T:
        """The entity whose fields have these values, in the order of `names`."""
        return self._adapter.validate_python(dict(zip(self.names, values, strict=True)))

    def rows(
        self, connection: Connection, equals: Mapping[str, object], *, counted: bool = False, most: int | None = None
    ) -> Sequence[tuple[Any, ...]]:
        """The rows whose fields have these values, oldest id first, all or `most`; or how many they are.

        A list matches any of its members, None what holds nothing.
        """
        arrays = connection.dialect.name == "postgresql"
        shapes = (counted, arrays, tuple((name, shape(value)) for name, value in equals.items()))
        statement = self._statements.get(shapes)
        if statement is None:
            base = select(func.count()).select_from(self.table) if counted else self.all.order_by(self.table.c.id)
            asked = (condition(self.table.c[name], value, name, arrays=arrays) for name, value in equals.items())
            statement = self._keep(shapes, base.where(*asked), {} if arrays else equals)
        values = {name: plain(value) for name, value in equals.items() if value is not None}
        return _rows(statement, connection, values, most)

    def page(self, connection: Connection, request: PageRequest, *, with_none: bool) -> Sequence[tuple[Any, ...]]:
        """The rows of a page and the one after it; see `adapters.db.pages`."""
        shapes = (with_none, page_shape(request))
        statement = self._statements.get(shapes)
        if statement is None:
            built = page_statement(self.table, self.all, request, with_none=with_none)
            statement = self._keep(shapes, built, request.equals)
        return _rows(statement, connection, page_values(request))

    def _keep(
        self, shapes: tuple[object, ...], built: Select[Any], equals: Mapping[str, object]
    ) -> Prepared | Select[Any]:
        """Keep a statement under its shape. Where a list is no one value, SQLAlchemy writes it at its length anew."""
        varies = any(shape(value) == "many" for value in equals.values())
        self._statements[shapes] = kept = built if varies else Prepared(built)
        return kept

    def _must_agree(self) -> None:
        columns = {column.name for column in self.table.columns}
        if columns != set(self.names):
            message = f"{self.entity.__name__} and {self.table.name} differ: {columns ^ set(self.names)}"
            raise TypeError(message)


@cache
def mapped(entity: type[T]) -> Mapped[T]:
    """The mapping of an entity type, built at first use."""
    return Mapped(entity, table_of(entity))


def _rows(
    statement: Prepared | Select[Any], connection: Connection, values: Mapping[str, object], most: int | None = None
) -> Sequence[tuple[Any, ...]]:
    if isinstance(statement, Prepared):
        return statement.rows(connection, values, most=most)
    found = connection.execute(statement, values)
    return [tuple(row) for row in (found if most is None else found.fetchmany(most))]


def _identity(value: Any) -> Any:  # noqa: ANN401
    return value


def _enum_value(value: Any) -> Any:  # noqa: ANN401
    return value._value_ if isinstance(value, Enum) else value


def _dumper(hint: Any, table: Table, name: str) -> Callable[[Any], Any]:  # noqa: ANN401
    """How a field's value becomes its column's value."""
    if isinstance(table.c[name].type, JSON):
        adapter: TypeAdapter[Any] = TypeAdapter(hint)
        return lambda value: adapter.dump_python(value, mode="json")
    return _plain(hint)


def _writer(hint: Any, table: Table, name: str) -> Callable[[Any], Any]:  # noqa: ANN401
    """How a field's value becomes its column's value under COPY: JSON is written at once, and None is no JSON."""
    if isinstance(table.c[name].type, JSON):
        adapter: TypeAdapter[Any] = TypeAdapter(hint)
        return lambda value: None if value is None else adapter.dump_json(value).decode()
    return _plain(hint)


def _plain(hint: Any) -> Callable[[Any], Any]:  # noqa: ANN401
    members = get_args(hint) or (hint,)
    if all(
        isinstance(member, type) and issubclass(member, PLAIN) and not issubclass(member, Enum) for member in members
    ):
        return _identity
    return _enum_value
