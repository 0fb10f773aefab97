"""Very many look-ups at once: one statement for each piece, whose answer is the finished lines of the answer.

The database joins, chooses what holds at the instant and writes the JSON; this process hands one value on. A piece is a
transaction of its own, so that a slow reader of the answer holds nothing.
"""

import asyncio
import logging
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from sqlalchemy.engine import URL, make_url

from adapters.db.registry import PAYLOAD_AT, opened_read_only
from domain.credentials.bulk import pieces
from domain.dates import date_at
from domain.errors import Unavailable

if TYPE_CHECKING:
    from asyncpg import Connection as PostgresConnection

log = logging.getLogger(__name__)

PIECE: Final = 2_000
_SECONDS: Final = 10.0
_AT_ONCE: Final = 2

# `key` is the place in the list, ?3 the number of the first line. The left join keeps the list outside, so the lines
# come in its order. Of another zone than the usual one (?4, where it is the day ?5) `day_of` is asked.
_SQLITE: Final = f"""
SELECT CAST(group_concat(line, '') AS BLOB) FROM (
    SELECT CASE
        WHEN registry.number IS NOT NULL THEN
            '{{"line":' || (?3 + key) || ',"code":"found","as_of":"'
            || CASE WHEN zone = ?4 THEN ?5 ELSE day_of(zone) END
            || '",' || ({PAYLOAD_AT.format(at="?2")}) || char(10)
        WHEN value = '' THEN '{{"line":' || (?3 + key) || ',"code":"malformed_number"}}' || char(10)
        ELSE '{{"line":' || (?3 + key) || ',"code":"not_found","number":"' || value || '"}}' || char(10)
    END AS line
    FROM json_each(?1) LEFT JOIN registry ON number = value
)
"""  # noqa: S608 - made of constants
_POSTGRES: Final = f"""
SELECT string_agg(line, ''::bytea ORDER BY place) FROM (
    SELECT place, CASE
        WHEN registry.number IS NOT NULL THEN
            convert_to('{{"line":' || ($3::bigint + place) || ',"code":"found","as_of":"'
            || CASE WHEN zone = $4 THEN $5
                ELSE to_char(to_timestamp($2::bigint) AT TIME ZONE zone, 'YYYY-MM-DD') END
            || '",', 'UTF8') || ({PAYLOAD_AT.format(at="$2::bigint")}) || '\\x0a'::bytea
        WHEN value = '' THEN
            convert_to('{{"line":' || ($3::bigint + place) || ',"code":"malformed_number"}}' || chr(10), 'UTF8')
        ELSE
            convert_to('{{"line":' || ($3::bigint + place) || ',"code":"not_found","number":"' || value || '"}}'
            || chr(10), 'UTF8')
    END AS line
    FROM unnest(string_to_array($1::text, chr(10))) WITH ORDINALITY AS asked (value, place)
    LEFT JOIN registry ON number = value
) AS lines
"""  # noqa: S608 - made of constants


class _Bulk(ABC):
    """Pieces one after the other; at most `_AT_ONCE` answers are made beside each other, the others wait."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def answers(self, numbers: bytes, at: int) -> AsyncIterator[bytes]:
        """The answers at an instant (epoch seconds), piece by piece; raises Unavailable."""
        day = date_at(datetime.fromtimestamp(at, UTC), self._zone).isoformat()
        for index, piece in enumerate(pieces(numbers, PIECE)):
            async with self._turns:
                answer = await self._asked(piece, at, index * PIECE + 1, day)
            yield answer

    @abstractmethod
    async def _asked(self, piece: bytes, at: int, first: int, day: str) -> bytes:
        """The answers to one piece, whose first line has the number `first`."""


class SqliteBulk(_Bulk):
    """In a thread: SQLite lets the others run meanwhile."""

    def __init__(self, path: str, zone: str) -> None:
        """Read from the database file at `path`; `zone` (IANA) is the one that most answers are dated in."""
        super().__init__(zone)
        self._path = path
        self._idle: list[sqlite3.Connection] = []

    async def close(self) -> None:
        """Close the connections; the next answer opens others."""
        while self._idle:
            self._idle.pop().close()

    async def _asked(self, piece: bytes, at: int, first: int, day: str) -> bytes:
        return await asyncio.to_thread(self._ask, piece, at, first, day)

    def _ask(self, piece: bytes, at: int, first: int, day: str) -> bytes:
        numbers = b"[" + piece[:-1].replace(b"\n", b",") + b"]"
        connection = None
        try:
            connection = self._idle.pop() if self._idle else opened_read_only(self._path)
            connection.create_function("day_of", 1, _day_at(at), deterministic=True)
            found: bytes = connection.execute(_SQLITE, (numbers.decode(), at, first, self._zone, day)).fetchone()[0]
        except sqlite3.Error as fault:
            log.warning("the registry cannot be read: %s", type(fault).__name__)
            if connection is not None:
                connection.close()
            raise Unavailable from None
        self._idle.append(connection)
        return found


class PostgresBulk(_Bulk):
    """Over at most as many connections as answers are made beside each other."""

    def __init__(self, url: str, zone: str, *, behind_pooler: bool = False) -> None:
        """Connect at the first answer, in the event loop that asks."""
        super().__init__(zone)
        self._url = url
        self._cached_statements = 0 if behind_pooler else 16
        self._idle: list[PostgresConnection] = []

    async def close(self) -> None:
        """Close the connections; the next answer opens others."""
        while self._idle:
            self._idle.pop().terminate()

    async def _asked(self, piece: bytes, at: int, first: int, day: str) -> bytes:
        # Without marks and blanks a number that is none is an empty line.
        numbers = piece[:-1].replace(b'"', b"").replace(b" ", b"").decode()
        values = (numbers, at, first - 1, self._zone, day)
        connection = self._idle.pop() if self._idle else None
        found = None if connection is None else await _fetched(connection, values)
        if found is None:
            connection = await self._connected()
            found = None if connection is None else await _fetched(connection, values)
        if found is None or connection is None:
            raise Unavailable
        self._idle.append(connection)
        return found

    async def _connected(self) -> "PostgresConnection | None":
        import asyncpg  # noqa: PLC0415 - who serves from SQLite does without

        try:
            return await asyncpg.connect(
                self._url, timeout=_SECONDS, command_timeout=_SECONDS, statement_cache_size=self._cached_statements
            )
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller hears that we are away
            log.warning("the registry's database is away: %s", type(fault).__name__)
            return None


ClosableBulk = SqliteBulk | PostgresBulk


def bulk_registry(url: str | URL, zone: str, *, behind_pooler: bool = False) -> ClosableBulk:
    """Bulk look-ups for a database URL of either engine. Nothing is opened before the first."""
    url = make_url(url)
    if url.get_backend_name() == "sqlite":
        return SqliteBulk(url.database or ":memory:", zone)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresBulk(plain, zone, behind_pooler=behind_pooler)


async def _fetched(connection: "PostgresConnection", values: tuple[object, ...]) -> bytes | None:
    """The lines; None where the connection failed, which is then cut."""
    try:
        found: bytes = await connection.fetchval(_POSTGRES, *values)
    except Exception as fault:  # noqa: BLE001 - a cut connection shows as any of a dozen kinds
        log.warning("the registry cannot be read: %s", type(fault).__name__)
        connection.terminate()
        return None
    return found


def _day_at(at: int) -> Callable[[str], str]:
    """What tells the ISO date in a zone at an instant; the calendar is asked once for each zone."""
    instant = datetime.fromtimestamp(at, UTC)

    @cache
    def day_of(zone: str) -> str:
        return date_at(instant, zone).isoformat()

    return day_of
