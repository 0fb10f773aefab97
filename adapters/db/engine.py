"""One database: connections held per thread, and transactions begun as each engine needs them.

SQLite: readers begin deferred, writers `BEGIN IMMEDIATE` behind one fair in-process lock, in WAL with
`synchronous=FULL`. PostgreSQL: READ COMMITTED, with row locks taken by the repository where an action asks for them;
there each statement sees what is committed by then, in a transaction or out of one, so readers begin none. They have
connections of their own for it: one left out of transactions is never a writer's.

No wait for a lock is longer than the database's patience, on either engine.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import orjson
from sqlalchemy import Connection, Engine, Transaction, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import NullPool, StaticPool

from adapters.db.locks import FairLock
from adapters.db.prepared import execute
from domain.errors import Contended, Unavailable

__all__ = ["PATIENCE_SECONDS", "Contended", "Database"]

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 15.0
RETRYABLE_SQLSTATES = frozenset({"40001", "40P01"})
# The wait for a lock was too long; the server ended the connection, because it was idle for too long in a transaction.
AWAY_SQLSTATES = frozenset({"55P03", "25P03", "25P04"})
# SQLite gives these at once; a plain SQLITE_BUSY comes after all of the patience.
RETRYABLE_SQLITE = ("SQLITE_BUSY_", "SQLITE_LOCKED")


class Database:
    """Transactions on one database. A thread keeps its connection between transactions; `close` returns them all."""

    def __init__(
        self,
        url: str,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        statement_timeout_seconds: float = 30.0,
        echo: bool = False,
    ) -> None:
        """Open nothing yet: the first transaction connects.

        `patience_seconds` bounds every wait for a lock, whoever holds it; `statement_timeout_seconds` every statement
        on PostgreSQL.
        """
        self._patience = patience_seconds
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.is_memory = self.is_sqlite and self.url.database in (None, "", ":memory:")
        if self.is_sqlite:
            self.engine = _sqlite_engine(self.url, patience_seconds, is_memory=self.is_memory, echo=echo)
        else:
            self.engine = _postgresql_engine(self.url, patience_seconds, statement_timeout_seconds, echo=echo)
        self._writer = FairLock()
        self._local = threading.local()
        self._all: set[Connection] = set()
        self._guard = threading.Lock()
        self._losses = 0

    @contextmanager
    def transaction(self, *, write: bool, alone: bool = False) -> Iterator[Connection]:
        """A transaction that commits at the end and rolls back on any exception.

        With `alone`, for readers only, each statement may stand alone where the engine lets each see what is committed
        by then anyway, which saves the round trips of BEGIN and COMMIT; such statements cannot stream.

        Raises:
            Unavailable: the database is away, or a wait was too long. Where it went away during the commit, whether
                that took effect is not known.
            Contended: the engine chose this transaction to lose, or dropped the connection; nothing was changed.

        """
        queued = self.is_memory or (write and self.is_sqlite)
        if queued and not self._writer.acquire(self._patience):
            raise Unavailable
        try:
            with self._begun(write=write, alone=alone and not write and not self.is_sqlite) as connection:
                yield connection
        finally:
            if queued:
                self._writer.release()

    @contextmanager
    def _begun(self, *, write: bool, alone: bool) -> Iterator[Connection]:
        try:
            connection = self._held(alone=alone)
        except DBAPIError as fault:
            _name(fault, lost=Unavailable)
        connection.info["write"] = write
        try:
            transaction = None if alone else connection.begin()
            yield connection
        except DBAPIError as fault:
            self._roll_back(connection, drop=self._lost(fault))
            _name(fault, lost=Contended)
        except BaseException:
            self._roll_back(connection)
            raise
        if transaction is not None:
            self._commit(connection, transaction)
        elif connection.in_transaction():
            # What SQLAlchemy begins by itself where it is asked; the server was not told.
            connection.rollback()

    def _commit(self, connection: Connection, transaction: Transaction) -> None:
        try:
            transaction.commit()
        except DBAPIError as fault:
            # It may still be in the transaction, which nobody can tell from here.
            self._lost(fault)
            self._drop(connection)
            _name(fault, lost=Unavailable)

    def _held(self, *, alone: bool) -> Connection:
        """This thread's connection, for statements that stand alone or for transactions; a broken one is replaced.

        So is one that was made before any connection of this database was lost: whatever ended that one, a restart of
        the server above all, has most likely ended this one too.
        """
        name = "alone" if alone else "connection"
        connection: Connection | None = getattr(self._local, name, None)
        if connection is not None and self._is_sound(connection):
            return connection
        if connection is not None:
            self._drop(connection)
        losses = self._losses
        connection = self.engine.connect()
        connection.info["losses"] = losses
        if alone:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        setattr(self._local, name, connection)
        with self._guard:
            self._all.add(connection)
        return connection

    def _is_sound(self, connection: Connection) -> bool:
        if connection.closed or connection.invalidated:
            return False
        return self.is_sqlite or connection.info["losses"] == self._losses

    def _lost(self, fault: DBAPIError) -> bool:
        """Whether the connection is lost; then every other thread makes its own anew, too."""
        lost = _is_lost(fault)
        if lost:
            with self._guard:
                self._losses += 1
        return lost

    def _roll_back(self, connection: Connection, *, drop: bool = False) -> None:
        try:
            connection.rollback()
        except DBAPIError:
            drop = True
            log.debug("the connection was lost before it could roll back")
        if drop or connection.invalidated:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        with self._guard:
            self._all.discard(connection)
        for name in ("alone", "connection"):
            if getattr(self._local, name, None) is connection:
                setattr(self._local, name, None)
        try:
            connection.close()
        except DBAPIError:
            log.debug("a broken connection could not be closed cleanly")

    def reachable(self) -> bool:
        """Whether a trivial question is answered just now."""
        for _ in range(2):
            try:
                with self.transaction(write=False) as connection:
                    connection.exec_driver_sql("SELECT 1")
            except Unavailable:
                return False
            except Contended:
                continue  # The server dropped this thread's connection; it may well be back.
            return True
        return False

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            connections, self._all = self._all, set()
        for connection in connections:
            connection.close()
        self._local = threading.local()
        self.engine.dispose()


def _name(fault: DBAPIError, *, lost: type[Exception]) -> NoReturn:
    """Raise what the driver's words mean to us; every other fault as it is. `lost` is for a connection that is gone."""
    if _is_lost(fault):
        log.warning("the connection to the database is gone: %s", type(fault.orig).__name__)
        raise lost from fault
    if _is_retryable(fault):
        raise Contended from fault
    if isinstance(fault, OperationalError | InterfaceError) and _is_away(fault):
        log.warning("the database is away: %s", type(fault.orig).__name__)
        raise Unavailable from fault
    raise fault


def _sqlstate(fault: DBAPIError) -> str | None:
    return getattr(fault.orig, "sqlstate", None)


def _is_lost(fault: DBAPIError) -> bool:
    """Whether the server ended the connection: it was told to, it crashed, or it is shutting down."""
    state = _sqlstate(fault) or ""
    return fault.connection_invalidated or state.startswith("08") or state in {"57P01", "57P02", "57P03", "57P05"}


def _is_retryable(fault: DBAPIError) -> bool:
    name = getattr(fault.orig, "sqlite_errorname", "")
    return _sqlstate(fault) in RETRYABLE_SQLSTATES or name.startswith(RETRYABLE_SQLITE)


def _is_away(fault: DBAPIError) -> bool:
    """No connection, a wait too long, a server out of means; SQLite: the file is held, not there, or the disk full."""
    state = _sqlstate(fault)
    if state is not None:
        return state.startswith(("57", "53")) or state in AWAY_SQLSTATES
    if name := getattr(fault.orig, "sqlite_errorname", ""):
        return name.startswith(("SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY"))
    text = str(fault.orig)
    return "connect" in text or "server closed" in text


def _sqlite_engine(url: URL, patience: float, *, is_memory: bool, echo: bool) -> Engine:
    engine = create_engine(
        url,
        poolclass=StaticPool if is_memory else NullPool,
        connect_args={"check_same_thread": False, "timeout": patience},
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        echo=echo,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "commit", _commit_sqlite)
    return engine


def _postgresql_engine(url: URL, patience: float, statement_timeout: float, *, echo: bool) -> Engine:
    options = (
        f"-c statement_timeout={int(statement_timeout * 1000)} -c lock_timeout={int(patience * 1000)} "
        "-c idle_in_transaction_session_timeout=60000"
    )
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
        "temp_store=MEMORY",
        "cache_size=-20000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    execute(connection, "BEGIN IMMEDIATE" if connection.info.get("write") else "BEGIN")


def _commit_sqlite(connection: Connection) -> None:
    """As a statement that the driver keeps compiled; what it does by itself afterwards finds nothing to commit."""
    execute(connection, "COMMIT")
