"""Keyset pages: for each shape of question one statement, so that it is written once and its depth costs nothing."""

from typing import Any

from sqlalchemy import Select, Table, and_, bindparam, or_

from adapters.db.conditions import condition, plain, shape
from domain.paging import PageRequest
from domain.text import folded

_LAST = chr(0x10FFFF)
_FIRST_SURROGATE, _AFTER_SURROGATES = 0xD800, 0xE000
_MOST, _KEY, _ID = "most_rows", "after_key", "after_id"


def page_shape(request: PageRequest) -> tuple[object, ...]:
    """All of a request that its statement depends on."""
    return (
        request.sort,
        tuple((name, shape(value)) for name, value in request.equals.items()),
        tuple((name, _after_all(folded(start)) is None) for name, start in request.starts_with.items()),
        None if request.after is None else request.after[0] is None,
    )


def page_statement(table: Table, all_rows: Select[Any], request: PageRequest, *, with_none: bool) -> Select[Any]:
    """The statement for requests of this shape, its parameters named as `page_values` names them.

    `with_none`: whether rows that hold nothing where the list is sorted are in it.
    """
    columns = table.c
    key = columns[request.sort.removeprefix("-")]
    order = _Order(key, columns.id, descending=request.sort.startswith("-"), with_none=bool(key.nullable) and with_none)
    statement = all_rows.limit(bindparam(_MOST)).order_by(*order.by())
    if key.nullable and not with_none:
        statement = statement.where(key.is_not(None))
    for name, value in request.equals.items():
        statement = statement.where(condition(columns[name], value, f"is_{name}"))
    for name, start in request.starts_with.items():
        statement = statement.where(columns[name] >= bindparam(f"from_{name}"))
        if _after_all(folded(start)) is not None:
            statement = statement.where(columns[name] < bindparam(f"below_{name}"))
    return statement if request.after is None else statement.where(order.beyond(after_none=request.after[0] is None))


def page_values(request: PageRequest) -> dict[str, object]:
    """The parameters of a request's statement; one row more than the page holds shows whether there are others."""
    values: dict[str, object] = {_MOST: request.limit + 1}
    values |= {f"is_{name}": plain(value) for name, value in request.equals.items() if value is not None}
    for name, start in request.starts_with.items():
        # A range on a folded column, which a plain index serves on both engines.
        values[f"from_{name}"] = first = folded(start)
        if (end := _after_all(first)) is not None:
            values[f"below_{name}"] = end
    if request.after is not None:
        key, values[_ID] = request.after
        if key is not None and request.sort.removeprefix("-") != "id":
            values[_KEY] = key
    return values


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

    def beyond(self, *, after_none: bool) -> Any:  # noqa: ANN401 - a SQL expression
        """The rows strictly after the last one seen. The first condition lets the index seek."""
        last, value = bindparam(_ID, type_=self._id.type), bindparam(_KEY, type_=self._key.type)
        next_id = self._id < last if self._descending else self._id > last
        if self._key is self._id:
            return next_id
        if after_none:
            alike = and_(self._key.is_(None), next_id)
            return or_(alike, self._key.is_not(None)) if self._descending else alike
        if self._descending:
            return and_(self._key <= value, or_(self._key < value, next_id))
        further = and_(self._key >= value, or_(self._key > value, next_id))
        return or_(further, self._key.is_(None)) if self._with_none else further


def _after_all(start: str) -> str | None:
    """The first text, by code points, after all that begin with `start`; None where there is none."""
    kept = start.rstrip(_LAST)
    if not kept:
        return None
    following = ord(kept[-1]) + 1
    return kept[:-1] + chr(_AFTER_SURROGATES if following == _FIRST_SURROGATE else following)
