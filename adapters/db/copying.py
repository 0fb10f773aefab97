"""Many rows into PostgreSQL by COPY, inside the caller's transaction: several times as fast as as many INSERTs."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

MANY: Final = 16
"""From so many rows on, COPY is the quicker way."""


def copy_rows(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Store rows whose values are those of the columns named, in their order; JSON columns take JSON's text.

    Raises IntegrityError, OperationalError and DBAPIError just as SQLAlchemy names the driver's faults.
    """
    listed = ", ".join(f'"{name}"' for name in names)
    statement = f"COPY {table.name} ({listed}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    with as_the_engine_tells(statement), driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


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


def array_text(values: Iterable[str | int | UUID | bytes | None]) -> str:
    """Values of one type as the text of a PostgreSQL array, which a statement casts: the driver's own way is slow."""
    return f"{{{','.join([_element(value) for value in values])}}}"


def _element(value: str | UUID | int | bytes | None) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    if isinstance(value, UUID):
        return value.hex
    return "NULL" if value is None else str(value)


def _quoted(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'
