"""One generic repository, on Core statements, inside one transaction."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Select, and_, or_
from sqlalchemy.exc import IntegrityError

from adapters.db.mapping import Mapped, mapped
from adapters.db.prepared import Prepared
from domain.entity import Entity
from domain.errors import AlreadyExists, NotFound, Stale
from domain.paging import Page, PageRequest

T = TypeVar("T", bound=Entity)
_LAST = chr(0x10FFFF)
_FIRST_SURROGATE, _AFTER_SURROGATES = 0xD800, 0xE000


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
            with _uniqueness_named():
                self._map.insert.run_all(self._connection, rows)

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
        with _uniqueness_named():
            return statement.run(self._connection, row)

    def _page_statement(self, request: PageRequest) -> Select[Any]:
        columns = self._map.table.c
        key = columns[request.sort.removeprefix("-")]
        with_none = bool(key.nullable) and not self.pages_leave_out_none
        order = _Order(key, columns.id, descending=request.sort.startswith("-"), with_none=with_none)
        statement = self._map.all.limit(request.limit + 1).order_by(*order.by())
        if key.nullable and not with_none:
            statement = statement.where(key.is_not(None))
        for name, value in request.equals.items():
            statement = statement.where(_equals(columns[name], value))
        for name, prefix in request.starts_with.items():
            statement = statement.where(*_starts_with(columns[name], prefix))
        return statement if request.after is None else statement.where(order.beyond(request.after))


class _Order:
    """The order of a list: by a column, then by id. None counts as larger than any value, on either engine."""

    def __init__(self, key: Any, id_: Any, *, descending: bool, with_none: bool) -> None:  # noqa: ANN401 - columns
        self._key, self._id, self._descending, self._with_none = key, id_, descending, with_none

    def by(self) -> tuple[Any, ...]:
        """What ORDER BY takes."""
        id_ = self._id.desc() if self._descending else self._id.asc()
        if self._key is self._id:
            return (id_,)
        key = self._key.desc() if self._descending else self._key.asc()
        if not self._with_none:
            return (key, id_)
        # PostgreSQL's own choice, so that its index serves.
        return (key.nulls_first() if self._descending else key.nulls_last(), id_)

    def beyond(self, after: tuple[object, object]) -> Any:  # noqa: ANN401 - a SQL expression
        """The rows strictly after the last one seen. The first condition lets the index seek."""
        value, last = after
        next_id = self._id < last if self._descending else self._id > last
        if self._key is self._id:
            return next_id
        if value is None:
            alike = and_(self._key.is_(None), next_id)
            return or_(alike, self._key.is_not(None)) if self._descending else alike
        if self._descending:
            return and_(self._key <= value, or_(self._key < value, next_id))
        further = and_(self._key >= value, or_(self._key > value, next_id))
        return or_(further, self._key.is_(None)) if self._with_none else further


def _equals(column: Any, value: object) -> Any:  # noqa: ANN401 - a SQL expression
    """As `find` understands it: a list matches any of its members, None what holds nothing."""
    return column.in_(value) if isinstance(value, list | tuple | set | frozenset) else column == value


def _starts_with(column: Any, prefix: str) -> tuple[Any, ...]:  # noqa: ANN401 - SQL expressions
    """A range on a casefolded column, which a plain index serves on both engines."""
    start = prefix.casefold()
    end = _after_all(start)
    return (column >= start,) if end is None else (column >= start, column < end)


def _after_all(start: str) -> str | None:
    """The first text, by code points, after all that begin with `start`; None where there is none."""
    kept = start.rstrip(_LAST)
    if not kept:
        return None
    following = ord(kept[-1]) + 1
    return kept[:-1] + chr(_AFTER_SURROGATES if following == _FIRST_SURROGATE else following)


@contextmanager
def _uniqueness_named() -> Iterator[None]:
    try:
        yield
    except IntegrityError as fault:
        if _is_uniqueness(fault):
            raise AlreadyExists from fault
        raise


def _is_uniqueness(fault: IntegrityError) -> bool:
    return getattr(fault.orig, "sqlstate", None) == "23505" or "UNIQUE constraint failed" in str(fault.orig)
