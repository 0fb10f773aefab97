"""How an entity becomes a row and a row an entity, with the Core statements of its table built once."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Generic, TypeVar, get_args, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    Delete,
    Insert,
    RowMapping,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlmodel import SQLModel

from adapters.db.tables.base import STORED
from domain.entity import Entity

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
        columns = [self.table.c[name] for name in self.names]
        self._statements: dict[tuple[object, ...], Select[Any]] = {}
        self.all: Select[Any] = select(*columns)
        self.by_id: Select[Any] = self.all.where(self.table.c.id == bindparam("id"))
        self.by_id_locked: Select[Any] = self.by_id.with_for_update()
        self.insert: Insert = insert(self.table)
        same = (self.table.c.id == bindparam("id_"), self.table.c.version == bindparam("version_"))
        changed: dict[str, Any] = {name: bindparam(name) for name in self.names if name != "id"}
        self.update: Update = update(self.table).where(*same).values(changed)
        self.delete: Delete = delete(self.table).where(*same)

    def load(self, row: RowMapping | Mapping[str, Any]) -> T:
        """The entity that a row holds."""
        return self._adapter.validate_python(dict(row))

    def dump(self, entity: T) -> dict[str, Any]:
        """The row that holds an entity."""
        return {name: dumper(getattr(entity, name)) for name, dumper in self._dumpers.items()}

    def where(self, equals: Mapping[str, object], *, counted: bool = False) -> Select[Any]:
        """A cached statement for these fields; list values become IN, None becomes IS NULL."""
        shape = (counted, *((name, _shape(value)) for name, value in sorted(equals.items())))
        if shape not in self._statements:
            base = select(func.count()).select_from(self.table) if counted else self.all.order_by(self.table.c.id)
            self._statements[shape] = base.where(*(self._condition(name, value) for name, value in equals.items()))
        return self._statements[shape]

    def parameters(self, equals: Mapping[str, object]) -> dict[str, object]:
        """The values for `where`, as the columns want them."""
        return {name: _plain(value) for name, value in equals.items() if value is not None}

    def _condition(self, name: str, value: object) -> Any:  # noqa: ANN401 - a SQL expression
        column = self.table.c[name]
        if value is None:
            return column.is_(None)
        if isinstance(value, list | tuple | set | frozenset):
            return column.in_(bindparam(name, expanding=True))
        return column == bindparam(name)

    def _must_agree(self) -> None:
        columns = {column.name for column in self.table.columns}
        if columns != set(self.names):
            message = f"{self.entity.__name__} and {self.table.name} differ: {columns ^ set(self.names)}"
            raise TypeError(message)


@cache
def mapped(entity: type[T]) -> Mapped[T]:
    """The mapping of an entity type, built at first use."""
    return Mapped(entity, STORED[entity])


def _shape(value: object) -> str:
    if value is None:
        return "null"
    return "many" if isinstance(value, list | tuple | set | frozenset) else "one"


def _plain(value: object) -> object:
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(member) for member in value]
    return value.value if isinstance(value, Enum) else value


def _identity(value: Any) -> Any:  # noqa: ANN401
    return value


def _enum_value(value: Any) -> Any:  # noqa: ANN401
    return value.value if isinstance(value, Enum) else value


def _dumper(hint: Any, table: Table, name: str) -> Callable[[Any], Any]:  # noqa: ANN401
    """How a field's value becomes its column's value."""
    if isinstance(table.c[name].type, JSON):
        adapter: TypeAdapter[Any] = TypeAdapter(hint)
        return lambda value: adapter.dump_python(value, mode="json")
    members = get_args(hint) or (hint,)
    if all(
        isinstance(member, type) and issubclass(member, PLAIN) and not issubclass(member, Enum) for member in members
    ):
        return _identity
    return _enum_value
