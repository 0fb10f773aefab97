"""One database: connections held per thread, and transactions begun as each engine needs them.

SQLite: readers begin deferred, writers `BEGIN IMMEDIATE` behind one fair in-process lock, in WAL with
`synchronous=FULL`. PostgreSQL: READ COMMITTED, with row locks taken by the repository where an action asks for them.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import NullPool, StaticPool

from adapters.db.locks import FairLock
from domain.errors import Unavailable

log = logging.getLogger(__name__)

BUSY_SECONDS = 15.0
RETRYABLE_SQLSTATES = frozenset({"40001", "40P01"})


class Contended(Exception):  # noqa: N818 - a signal to try the whole transaction again, not an error of ours
    """The engine gave this transaction up for another's sake; running it again from the start is right."""


class Database:
    """Transactions on one database. A thread keeps its connection between transactions; `close` returns them all."""

    def __init__(self, url: str, *, statement_timeout_seconds: float = 30.0, echo: bool = False) -> None:
        """Open nothing yet: the first transaction connects."""
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.is_memory = self.is_sqlite and self.url.database in (None, "", ":memory:")
        self.engine = _engine(self.url, statement_timeout_seconds, is_memory=self.is_memory, echo=echo)
        self._writer = FairLock()
        self._local = threading.local()
        self._all: set[Connection] = set()
        self._guard = threading.Lock()

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Connection]:
        """A transaction that commits at the end and rolls back on any exception.

        Raises:
            Unavailable: the database is away, or the wait for the writer's turn was too long.
            Contended: the engine chose this transaction to lose a deadlock; nothing was changed.

        """
        queued = self.is_memory or (write and self.is_sqlite)
        if queued and not self._writer.acquire(BUSY_SECONDS):
            raise Unavailable
        try:
            with _faults_named(self), self._begun(write=write) as connection:
                yield connection
        finally:
            if queued:
                self._writer.release()

    @contextmanager
    def _begun(self, *, write: bool) -> Iterator[Connection]:
        connection = self._held()
        connection.info["write"] = write
        transaction = connection.begin()
        try:
            yield connection
        except BaseException:
            self._roll_back(connection)
            raise
        transaction.commit()

    def _held(self) -> Connection:
        """This thread's connection; a broken one is replaced."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is not None and not connection.closed and not connection.invalidated:
            return connection
        if connection is not None:
            self._drop(connection)
        connection = self.engine.connect()
        self._local.connection = connection
        with self._guard:
            self._all.add(connection)
        return connection

    def _roll_back(self, connection: Connection) -> None:
        try:
            connection.rollback()
        except DBAPIError:
            log.debug("the connection was lost before it could roll back")
        if connection.invalidated:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        with self._guard:
            self._all.discard(connection)
        self._local.connection = None
        try:
            connection.close()
        except DBAPIError:
            log.debug("a broken connection could not be closed cleanly")

    def reachable(self) -> bool:
        """Whether a trivial question is answered just now."""
        try:
            with self.transaction(write=False) as connection:
                connection.exec_driver_sql("SELECT 1")
        except Unavailable:
            return False
        return True

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            connections, self._all = self._all, set()
        for connection in connections:
            connection.close()
        self._local = threading.local()
        self.engine.dispose()


@contextmanager
def _faults_named(database: Database) -> Iterator[None]:
    """Turn the driver's words for 'away' and 'try again' into ours; leave every other fault as it is."""
    try:
        yield
    except DBAPIError as fault:
        if _sqlstate(fault) in RETRYABLE_SQLSTATES or _is_busy(fault):
            raise Contended from fault
        if fault.connection_invalidated or (isinstance(fault, OperationalError | InterfaceError) and _is_away(fault)):
            log.warning("the database is away: %s", type(fault.orig).__name__)
            raise Unavailable from fault
        raise
    del database


def _sqlstate(fault: DBAPIError) -> str | None:
    return getattr(fault.orig, "sqlstate", None)


def _is_busy(fault: DBAPIError) -> bool:
    return "database is locked" in str(fault.orig) or "database table is locked" in str(fault.orig)


def _is_away(fault: DBAPIError) -> bool:
    """No connection, or the server is shutting down, starting, or out of connections; SQLite: the file is not there."""
    state = _sqlstate(fault)
    if state is not None:
        return state.startswith(("08", "57", "53"))
    text = str(fault.orig)
    return "connect" in text or "server closed" in text or "unable to open" in text or "disk" in text


def _engine(url: URL, statement_timeout: float, *, is_memory: bool, echo: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            poolclass=StaticPool if is_memory else NullPool,
            connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            echo=echo,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = f"-c statement_timeout={int(statement_timeout * 1000)} -c idle_in_transaction_session_timeout=60000"
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        connect_args={"connect_timeout": 5, "options": options, "prepare_threshold": 2},
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        echo=echo,
    )


def _dumps(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _prepare_sqlite(connection: Any, record: Any) -> None:  # noqa: ANN401 - the driver's own objects
    del record
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={int(BUSY_SECONDS * 1000)}",
        "temp_store=MEMORY",
        "cache_size=-20000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("write") else "BEGIN")
