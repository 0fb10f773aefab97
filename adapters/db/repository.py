"""One generic repository, on Core statements, inside one transaction."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Select, and_, or_
from sqlalchemy.exc import IntegrityError

from adapters.db.mapping import Mapped, mapped
from domain.entity import Entity
from domain.errors import AlreadyExists, NotFound, Stale
from domain.paging import Page, PageRequest

T = TypeVar("T", bound=Entity)


class SqlRepository(Generic[T]):
    """The port `Repository` on either engine."""

    def __init__(self, connection: Connection, entity: type[T]) -> None:
        """Speak through `connection`, whose transaction someone else begins and ends."""
        self._connection = connection
        self._map: Mapped[T] = mapped(entity)  # type: ignore[arg-type]

    def get(self, id_: UUID) -> T:
        """The entity; raises NotFound."""
        return self._one(self._map.by_id, id_)

    def lock(self, id_: UUID) -> T:
        """The entity, its row held until the transaction ends; raises NotFound."""
        locked = self._connection.dialect.name == "postgresql"
        return self._one(self._map.by_id_locked if locked else self._map.by_id, id_)

    def find(self, **equals: object) -> list[T]:
        """All whose fields equal these values, oldest id first; a list value matches any of its members."""
        rows = self._connection.execute(self._map.where(equals), self._map.parameters(equals))
        return [self._map.load(row) for row in rows.mappings()]

    def first(self, **equals: object) -> T | None:
        """The first of `find`, or None."""
        rows = self._connection.execute(self._map.where(equals), self._map.parameters(equals))
        row = rows.mappings().first()
        return None if row is None else self._map.load(row)

    def count(self, **equals: object) -> int:
        """How many `find` would return."""
        counted = self._connection.execute(self._map.where(equals, counted=True), self._map.parameters(equals))
        return int(counted.scalar_one())

    def page(self, request: PageRequest) -> Page[T]:
        """One keyset page: never an offset, so the depth costs nothing."""
        statement = self._page_statement(request)
        rows = [self._map.load(row) for row in self._connection.execute(statement).mappings()]
        more = len(rows) > request.limit
        rows = rows[: request.limit]
        field = request.sort.removeprefix("-")
        return Page(rows, (getattr(rows[-1], field), rows[-1].id) if more else None)

    def add(self, entity: T) -> T:
        """Store a new one; raises AlreadyExists."""
        self._write(self._map.insert, self._map.dump(entity))
        return entity

    def add_all(self, entities: Iterable[T]) -> None:
        """Store many new ones; raises AlreadyExists."""
        rows = [self._map.dump(entity) for entity in entities]
        if rows:
            self._write(self._map.insert, rows)

    def save(self, entity: T) -> T:
        """Store a changed one, its version raised by one; raises Stale when another change won."""
        saved = replace(entity, version=entity.version + 1)
        row = self._map.dump(saved)
        row["id_"] = row.pop("id")
        row["version_"] = entity.version
        if self._write(self._map.update, row) != 1:
            raise Stale
        return saved

    def remove(self, entity: T) -> None:
        """Forget one; raises Stale when another change won."""
        if self._write(self._map.delete, {"id_": entity.id, "version_": entity.version}) != 1:
            raise Stale

    def _one(self, statement: Select[Any], id_: UUID) -> T:
        row = self._connection.execute(statement, {"id": id_}).mappings().first()
        if row is None:
            raise NotFound
        return self._map.load(row)

    def _write(self, statement: Any, rows: Any) -> int:  # noqa: ANN401 - any of SQLAlchemy's write statements
        try:
            return int(self._connection.execute(statement, rows).rowcount)
        except IntegrityError as fault:
            if _is_uniqueness(fault):
                raise AlreadyExists from fault
            raise

    def _page_statement(self, request: PageRequest) -> Select[Any]:
        columns = self._map.table.c
        field = request.sort.removeprefix("-")
        descending = request.sort.startswith("-")
        key, id_ = columns[field], columns.id
        statement = self._map.all.limit(request.limit + 1)
        for name, value in request.equals.items():
            statement = statement.where(columns[name] == value)
        for name, prefix in request.starts_with.items():
            statement = statement.where(_starts_with(columns[name], prefix))
        if request.after is not None:
            statement = statement.where(_beyond(key, id_, request.after, descending=descending))
        if field == "id":
            return statement.order_by(id_.desc() if descending else id_)
        order = (key.desc(), id_.desc()) if descending else (key, id_)
        return statement.order_by(*order)


def _beyond(key: Any, id_: Any, after: tuple[object, object], *, descending: bool) -> Any:  # noqa: ANN401
    """Rows strictly beyond the last one seen, in the list's order. The first condition lets the index seek."""
    value, last = after
    if key is id_:
        return id_ < last if descending else id_ > last
    if descending:
        return and_(key <= value, or_(key < value, id_ < last))
    return and_(key >= value, or_(key > value, id_ > last))


def _starts_with(column: Any, prefix: str) -> Any:  # noqa: ANN401
    """A range on a lower-cased column, which a plain index serves on both engines."""
    lowered = prefix.casefold()
    return and_(column >= lowered, column < lowered + "\U0010ffff")


def _is_uniqueness(fault: IntegrityError) -> bool:
    return getattr(fault.orig, "sqlstate", None) == "23505" or "UNIQUE constraint failed" in str(fault.orig)
