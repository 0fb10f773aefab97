"""Statements that are rendered once for each engine, and from then on handed to the driver as they are.

SQLAlchemy takes 30 µs to bring a statement to a driver that answers it in 6. What every request asks, and every write,
goes this shorter way: its text, and how values go in and come out, are SQLAlchemy's own; so are the exceptions.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Process = Callable[[Any], Any]


@dataclass(slots=True)
class _Form:
    """A statement as one engine takes it. `order` names the values of each place, None where they go by name."""

    text: str
    order: tuple[str, ...] | None
    constants: dict[str, Any]
    into: tuple[tuple[str, Process], ...]
    types: tuple[Any, ...]
    out: tuple[tuple[int, Process], ...] | None = field(default=None)

    def bound(self, values: Mapping[str, object]) -> Any:  # noqa: ANN401 - what the driver takes
        """The values as the driver takes them."""
        bound = {**self.constants, **values}
        for name, process in self.into:
            bound[name] = process(bound[name])
        return bound if self.order is None else [bound[name] for name in self.order]


class Prepared:
    """One statement. Its parameters are plain `bindparam`s, or the columns of an insert; no list among them."""

    def __init__(self, statement: Any, columns: Iterable[str] | None = None) -> None:  # noqa: ANN401 - any of Core's
        """Prepare `statement`; an insert says which `columns` it is given."""
        self._statement = statement
        self._columns = None if columns is None else list(columns)
        self._forms: dict[str, _Form] = {}

    def rows(
        self, connection: Connection, values: Mapping[str, object], *, most: int | None = None
    ) -> list[tuple[Any, ...]]:
        """Every row of a query, or the first `most`."""
        form = self._form(connection.dialect)
        cursor = _execute(connection, form.text, form.bound(values))
        try:
            found = cursor.fetchall() if most is None else cursor.fetchmany(most)
            if not found:
                return []
            out = _out(form, connection.dialect, cursor.description) if form.out is None else form.out
            return [_processed(row, out) for row in found]
        finally:
            cursor.close()

    def run(self, connection: Connection, values: Mapping[str, object]) -> int:
        """How many rows a change touched."""
        form = self._form(connection.dialect)
        cursor = _execute(connection, form.text, form.bound(values))
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def run_all(self, connection: Connection, many: Iterable[Mapping[str, object]]) -> None:
        """Make the change once for each of `many`, as the driver does that best."""
        form = self._form(connection.dialect)
        _execute(connection, form.text, [form.bound(values) for values in many], many=True).close()

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = self._rendered(dialect)
        return form

    def _rendered(self, dialect: Dialect) -> _Form:
        compiled: SQLCompiler = self._statement.compile(dialect=dialect, column_keys=self._columns)
        binds = compiled.binds
        processes = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
        return _Form(
            text=str(compiled),
            order=tuple(compiled.positiontup) if compiled.positiontup is not None else None,
            constants={name: bind.effective_value for name, bind in binds.items() if not bind.required},
            into=tuple((name, process) for name, process in processes.items() if process is not None),
            types=tuple(column.type for column in getattr(self._statement, "selected_columns", ())),
        )


def execute(connection: Connection, text: str) -> None:
    """Hand a text without parameters to the driver."""
    _execute(connection, text, ()).close()


def _execute(connection: Connection, text: str, values: Any, *, many: bool = False) -> Any:  # noqa: ANN401 - DBAPI's
    cursor = connection.connection.cursor()
    try:
        if many:
            cursor.executemany(text, values)
        else:
            cursor.execute(text, values)
    except connection.dialect.loaded_dbapi.Error as fault:
        # Left to the traceback, it would keep SQLite's connection open, and its transaction.
        cursor.close()
        _raise(connection, text, fault)
    return cursor


def _raise(connection: Connection, text: str, fault: Exception) -> NoReturn:
    """As SQLAlchemy names it, without the values."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(fault, connection.connection.dbapi_connection, None)  # type: ignore[arg-type]
    known = DBAPIError.instance(
        text,
        None,
        fault,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
    raise known from fault


def _out(form: _Form, dialect: Dialect, description: Any) -> tuple[tuple[int, Process], ...]:  # noqa: ANN401 - DBAPI's
    """How the driver's values become the columns' values; the driver's own types are known with the first rows."""
    processes = (
        (place, type_.dialect_impl(dialect).result_processor(dialect, described[1]))
        for place, (type_, described) in enumerate(zip(form.types, description, strict=True))
    )
    form.out = tuple((place, process) for place, process in processes if process is not None)
    return form.out


def _processed(row: tuple[Any, ...], out: tuple[tuple[int, Process], ...]) -> tuple[Any, ...]:
    values = list(row)
    for place, process in out:
        values[place] = process(values[place])
    return tuple(values)
