"""The registry table: read by raw drivers on the event loop, written with Core by whoever changes it."""

import asyncio
import contextlib
import json
import logging
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy import Connection, Table, TextClause, bindparam, delete, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url

from adapters.db.copying import array_text
from adapters.db.tables.registry import RegistryRow
from domain.errors import Unavailable
from domain.ports import RegistryAnswer, RegistryEntry, RegistryReader

if TYPE_CHECKING:
    from asyncpg import Connection as PostgresConnection

log = logging.getLogger(__name__)

_TABLE: Final[Table] = RegistryRow.__table__  # type: ignore[attr-defined]
_NAMES: Final = [column.name for column in _TABLE.columns]
_OTHERS: Final = [column.name for column in _TABLE.columns if not column.primary_key]


def _upsert(dialect: Any) -> Any:  # noqa: ANN401 - the two dialects share no type for `insert … on conflict`
    insert = dialect.insert(_TABLE)
    return insert.on_conflict_do_update(index_elements=["number"], set_={n: insert.excluded[n] for n in _OTHERS})


def _upsert_many() -> TextClause:
    """PostgreSQL takes each column as one array."""
    kinds = {"turns_at": "bigint", "turns_again_at": "bigint"} | {
        name: "bytea" for name in _NAMES if name.startswith("payload")
    }
    arrays = ", ".join(f"CAST(:{name} AS {kinds.get(name, 'text')}[])" for name in _NAMES)
    changed = ", ".join(f"{name} = excluded.{name}" for name in _OTHERS)
    return text(
        f"INSERT INTO registry ({', '.join(_NAMES)}) SELECT * FROM unnest({arrays}) "  # noqa: S608 - made of names
        f"ON CONFLICT (number) DO UPDATE SET {changed}"
    )


_UPSERT_MANY: Final = _upsert_many()
_UPSERT: Final = {"sqlite": _upsert(sqlite), "postgresql": _upsert(postgresql)}
_DELETE: Final = delete(_TABLE).where(_TABLE.c.number == bindparam("its_number"))


class SqlRegistry:
    """The port `Registry`, inside one transaction of either engine."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`, whose transaction someone else begins and ends."""
        self._connection = connection
        self._upsert = _UPSERT[connection.dialect.name]

    def put(self, entry: RegistryEntry) -> None:
        """Store or replace the answer for one number."""
        self._connection.execute(self._upsert, asdict(entry))

    def put_all(self, entries: Iterable[RegistryEntry]) -> None:
        """Store or replace the answers for many numbers, in one statement."""
        entries = list(entries)
        if self._connection.dialect.name == "postgresql":
            values = {name: array_text(getattr(entry, name) for entry in entries) for name in _NAMES}
            self._connection.execute(_UPSERT_MANY, values)
        elif entries:
            self._connection.execute(self._upsert, [{name: getattr(one, name) for name in _NAMES} for one in entries])

    def delete(self, number: str) -> None:
        """Forget the answer for one number, which from then on is like one that never was."""
        self._connection.execute(_DELETE, {"its_number": number})


class ClosableReader(RegistryReader, Protocol):
    """A reader that holds connections until it is closed."""

    async def close(self) -> None:
        """Give the connections back; the next read opens them anew."""
        ...


def registry_reader(url: str | URL, *, connections: int = 2, behind_pooler: bool = False) -> ClosableReader:
    """The reader for a database URL of either engine. Nothing is opened before the first read.

    `connections` is how many PostgreSQL connections it may hold. `behind_pooler` leaves prepared statements out, for a
    transaction-mode pooler that does not keep them.
    """
    url = make_url(url)
    if url.get_backend_name() == "sqlite":
        return SqliteRegistryReader(url.database or ":memory:")
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresRegistryReader(plain, connections=connections, behind_pooler=behind_pooler)


# The payload is chosen in the statement, so that of three only one leaves the page.
PAYLOAD_AT: Final = """
    CASE WHEN turns_again_at <= {at} THEN payload_last WHEN turns_at <= {at} THEN payload_after ELSE payload_before END
"""
# `CROSS JOIN` keeps SQLite from reading the whole table and looking up the few numbers. `key` is the place in the list.
_SQLITE_READ: Final = f"""
SELECT key, {PAYLOAD_AT.format(at="?2")}, zone, tag FROM json_each(?1) CROSS JOIN registry ON number = value
"""  # noqa: S608 - made of constants
_SQLITE_READ_ONE: Final = f"""
SELECT 0, {PAYLOAD_AT.format(at="?2")}, zone, tag FROM registry WHERE number = ?1
"""  # noqa: S608 - made of constants
_POSTGRES_READ: Final = f"""
SELECT place - 1, {PAYLOAD_AT.format(at="$2")}, zone, tag
FROM unnest($1::text[]) WITH ORDINALITY AS asked (value, place) JOIN registry ON number = value
"""  # noqa: S608 - made of constants
_MAPPED_BYTES: Final = 2**31
_LARGEST_BATCH: Final = 256
_SECONDS: Final = 2.0

_Answer = asyncio.Future[RegistryAnswer | None]
_Batch = list[tuple[str, _Answer]]


class _Gathering(ABC):
    """Look-ups that arrive together travel together: one statement, one snapshot.

    A batch costs little more than a lone look-up, above all when memory is cold: the code and the upper pages of the
    index are fetched once.
    """

    def __init__(self) -> None:
        self._waiting: _Batch = []
        self._at = 0
        self._departing = False

    def read(self, number: str, at: int) -> _Answer:
        """The answer for a canonical number at an instant (epoch seconds), or None; raises Unavailable when awaited."""
        loop = asyncio.get_running_loop()
        answer: _Answer = loop.create_future()
        self._waiting.append((number, answer))
        self._at = at
        if not self._departing and self._free():
            self._departing = True
            # Two turns of the loop: in the first, requests that are there already are read; in the second, they ask.
            loop.call_soon(loop.call_soon, self._depart)
        return answer

    def _next_batch(self) -> _Batch:
        batch, self._waiting = self._waiting[:_LARGEST_BATCH], self._waiting[_LARGEST_BATCH:]
        return batch

    @abstractmethod
    def _free(self) -> bool:
        """Whether a batch may leave."""

    @abstractmethod
    def _depart(self) -> None:
        """Send what has gathered."""


class SqliteRegistryReader(_Gathering):
    """Look-ups inline on the event loop: they cost less than handing them to a thread would.

    Read-only, and nothing is held between batches: each sees the last commit, and no checkpoint waits.
    """

    def __init__(self, path: str) -> None:
        """Read from the database file at `path` (or a `file:` address of SQLite); opened at the first read."""
        super().__init__()
        self._path = path
        self._connection: sqlite3.Connection | None = None

    async def close(self) -> None:
        """Close the connection; the next read opens another."""
        self._drop()

    def _free(self) -> bool:
        return True

    def _depart(self) -> None:
        self._departing = False
        while self._waiting:
            batch = self._next_batch()
            try:
                connection = self._connection or self._open()
                found = _looked_up(connection, [number for number, _ in batch], self._at)
            except sqlite3.Error as fault:
                log.warning("the registry cannot be read: %s", type(fault).__name__)
                self._drop()
                _refuse(batch)
            else:
                _hand_out(batch, found)

    def _open(self) -> sqlite3.Connection:
        self._connection = connection = opened_read_only(self._path)
        return connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()


def _looked_up(connection: sqlite3.Connection, numbers: list[str], at: int) -> list[Any]:
    """The rows found, each with its number's place; a lone number is spared the list's making and reading."""
    if len(numbers) == 1:
        return connection.execute(_SQLITE_READ_ONE, (numbers[0], at)).fetchall()
    return connection.execute(_SQLITE_READ, (json.dumps(numbers), at)).fetchall()


def opened_read_only(path: str) -> sqlite3.Connection:
    """A connection that reads the database file at `path` (or a `file:` address of SQLite), for any thread."""
    address = path if path.startswith("file:") else f"file:{_quoted(path)}?mode=ro"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=0.25, check_same_thread=False)
    connection.execute("PRAGMA query_only=ON")
    # Pages are read where they lie: half of a look-up's cost is otherwise their copying.
    connection.execute(f"PRAGMA mmap_size={_MAPPED_BYTES}")
    return connection


def _quoted(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


class PostgresRegistryReader(_Gathering):
    """Look-ups over very few connections: while a batch is under way on each, the next one gathers.

    A dead connection is replaced by the batch that finds it so, which is then tried once more, because a read may be;
    where that fails too, its requests get Unavailable, and the next batch connects again.
    """

    def __init__(self, url: str, *, connections: int = 2, behind_pooler: bool = False) -> None:
        """Connect at the first read, in the event loop that reads."""
        super().__init__()
        self._url = url
        self._cached_statements = 0 if behind_pooler else 16
        self._idle: list[PostgresConnection | None] = [None] * connections
        self._under_way: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Let batches under way end, and close the connections; the next read opens others."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
        for place, connection in enumerate(self._idle):
            self._idle[place] = None
            if connection is not None:
                connection.terminate()

    def _free(self) -> bool:
        return bool(self._idle)

    def _depart(self) -> None:
        """Send what has gathered, as far as connections are free; a batch that returns sends the next."""
        self._departing = False
        while self._waiting and self._idle:
            journey = self._travel(self._idle.pop(), self._next_batch(), self._at)
            task = asyncio.get_running_loop().create_task(journey)
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _travel(self, connection: "PostgresConnection | None", batch: _Batch, at: int) -> None:
        numbers = [number for number, _ in batch]
        found = None if connection is None else await _fetched(connection, numbers, at)
        if found is None:
            connection = await self._connected()
            found = None if connection is None else await _fetched(connection, numbers, at)
        if found is None:
            connection = None
            _refuse(batch)
        else:
            _hand_out(batch, found)
        self._idle.append(connection)
        self._depart()

    async def _connected(self) -> "PostgresConnection | None":
        import asyncpg  # noqa: PLC0415 - who serves from SQLite does without

        try:
            return await asyncpg.connect(
                self._url, timeout=_SECONDS, command_timeout=_SECONDS, statement_cache_size=self._cached_statements
            )
        except Exception as fault:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            log.warning("the registry's database is away: %s", type(fault).__name__)
            return None


async def _fetched(connection: "PostgresConnection", numbers: list[str], at: int) -> list[Any] | None:
    """The rows found; None where the connection failed, which is then cut."""
    try:
        rows: list[Any] = await connection.fetch(_POSTGRES_READ, numbers, at)
    except Exception as fault:  # noqa: BLE001 - a cut connection shows as any of a dozen kinds
        log.warning("the registry cannot be read: %s", type(fault).__name__)
        connection.terminate()
        return None
    return rows


def _hand_out(batch: _Batch, found: list[Any]) -> None:
    for place, payload, zone, tag in found:
        waiting = batch[place][1]
        if not waiting.done():
            waiting.set_result(RegistryAnswer(payload, zone, tag))
    if len(found) < len(batch):
        for _, waiting in batch:
            if not waiting.done():
                waiting.set_result(None)


def _refuse(batch: _Batch) -> None:
    for _, answer in batch:
        if not answer.done():
            answer.set_exception(Unavailable())
