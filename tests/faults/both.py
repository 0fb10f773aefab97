"""A database on each engine, both at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from uuid_utils.compat import uuid7


@contextmanager
def both_urls(request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    """A folder, and the addresses of a SQLite and a PostgreSQL database with the whole schema."""
    folder = folders.mktemp("both")
    (folder / "both.db").write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template")
    name = f"both{uuid7().hex}"
    admin = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        url = admin.url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        yield folder, f"sqlite:///{folder / 'both.db'}", url
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    admin.dispose()
