"""Many rows into PostgreSQL by COPY, inside the caller's transaction: several times as fast as as many INSERTs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import orjson
from sqlalchemy import JSON, Connection, Table
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

MANY: Final = 16
"""From so many rows on, COPY is the quicker way."""


def copy_rows(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Store rows whose values are those of the columns named, in their order; JSON columns take JSON's own values.

    Raises IntegrityError, OperationalError and DBAPIError just as SQLAlchemy names the driver's faults.
    """
    listed = ", ".join(f'"{name}"' for name in names)
    statement = f"COPY {table.name} ({listed}) FROM STDIN"
    dumpers = [(place, _dumped) for place, name in enumerate(names) if isinstance(table.c[name].type, JSON)]
    driver: Any = connection.connection.driver_connection
    with as_the_engine_tells(statement), driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(_with(row, dumpers) if dumpers else row)


@contextmanager
def as_the_engine_tells(statement: str) -> Iterator[None]:
    """COPY goes past SQLAlchemy, so its faults are given the shape that every other statement's have."""
    import psycopg  # noqa: PLC0415 - only there is its driver needed

    try:
        yield
    except psycopg.IntegrityError as fault:
        raise IntegrityError(statement, None, fault) from fault
    except psycopg.OperationalError as fault:
        raise OperationalError(statement, None, fault) from fault
    except psycopg.Error as fault:
        raise DBAPIError(statement, None, fault) from fault


def _with(row: Sequence[Any], dumpers: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values = list(row)
    for place, dumper in dumpers:
        values[place] = dumper(values[place])
    return values


def _dumped(value: Any) -> str | None:  # noqa: ANN401 - whatever JSON holds
    return None if value is None else orjson.dumps(value).decode()
