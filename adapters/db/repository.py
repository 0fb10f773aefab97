"""One generic repository, on Core statements, inside one transaction."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Select
from sqlalchemy.exc import IntegrityError

from adapters.db.copying import MANY, copy_rows
from adapters.db.mapping import Mapped, mapped
from adapters.db.pages import page_statement, page_values
from adapters.db.prepared import Prepared
from domain.entity import Entity
from domain.errors import AlreadyExists, NotFound, Stale
from domain.paging import Page, PageRequest

T = TypeVar("T", bound=Entity)


class SqlRepository(Generic[T]):
    """The port `Repository` on either engine."""

    pages_leave_out_none: ClassVar[bool] = False
    """Whether a page leaves out the rows that hold None where it is sorted, which lets any index give the order."""

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

    def lock_all(self, ids: Iterable[UUID]) -> list[T]:
        """Those of these ids that there are, their rows held until the transaction ends; locked and listed by id."""
        if self._connection.dialect.name != "postgresql":
            return self.find(id=list(ids))
        return [self._map.made(row) for row in self._map.many_locked.rows(self._connection, {"ids": list(ids)})]

    def find(self, **equals: object) -> list[T]:
        """All whose fields equal these values, oldest id first; a list value matches any of its members."""
        return [self._map.made(row) for row in self._map.rows(self._connection, equals)]

    def first(self, **equals: object) -> T | None:
        """The first of `find`, or None."""
        rows = self._map.rows(self._connection, equals, most=1)
        return self._map.made(rows[0]) if rows else None

    def count(self, **equals: object) -> int:
        """How many `find` would return."""
        return int(self._map.rows(self._connection, equals, counted=True)[0][0])

    def page(self, request: PageRequest) -> Page[T]:
        """One keyset page: never an offset, so the depth costs nothing."""
        found = self._map.page(self._connection, request, with_none=not self.pages_leave_out_none)
        rows = [self._map.made(row) for row in found[: request.limit]]
        field = request.sort.removeprefix("-")
        return Page(rows, (getattr(rows[-1], field), rows[-1].id) if len(found) > request.limit else None)

    def add(self, entity: T) -> T:
        """Store a new one; raises AlreadyExists."""
        self._write(self._map.insert, self._map.dump(entity))
        return entity

    def add_all(self, entities: Iterable[T]) -> None:
        """Store many new ones; raises AlreadyExists."""
        many = list(entities)
        with uniqueness_named():
            if len(many) >= MANY and self._connection.dialect.name == "postgresql":
                copy_rows(self._connection, self._map.table, self._map.names, map(self._map.copied, many))
            elif many:
                self._map.insert.run_all(self._connection, [self._map.dump(entity) for entity in many])

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

    def _one(self, statement: Prepared, id_: UUID) -> T:
        rows = statement.rows(self._connection, {"id": id_})
        if not rows:
            raise NotFound
        return self._map.made(rows[0])

    def _write(self, statement: Prepared, row: Mapping[str, object]) -> int:
        with uniqueness_named():
            return statement.run(self._connection, row)

    def _page_statement(self, request: PageRequest) -> Select[Any]:
        """What `page` asks, for those who ask something more."""
        with_none = not self.pages_leave_out_none
        statement = page_statement(self._map.table, self._map.all, request, with_none=with_none)
        return statement.params(page_values(request))


@contextmanager
def uniqueness_named() -> Iterator[None]:
    """Let AlreadyExists be raised where a uniqueness rule of the store stands against what is done in the block."""
    try:
        yield
    except IntegrityError as fault:
        if _is_uniqueness(fault):
            raise AlreadyExists from fault
        raise


def _is_uniqueness(fault: IntegrityError) -> bool:
    return getattr(fault.orig, "sqlstate", None) == "23505" or "UNIQUE constraint failed" in str(fault.orig)
