"""The journal in the database: writing events, and the `JournalLog` that sealing and audit work on."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import (
    Connection,
    Row,
    Select,
    Text,
    bindparam,
    cast,
    exists,
    func,
    insert,
    select,
    text,
    type_coerce,
)
from sqlalchemy.types import NullType

from adapters.db.copying import MANY, copy_rows
from adapters.db.tables.journal import (
    CHECKPOINTS,
    JOURNAL,
    LEAVES,
    POSTGRESQL_GUARD,
    POSTGRESQL_GUARDS,
    SQLITE_GUARDS,
)
from domain.journal.merkle import Frontier
from domain.journal.model import Backlog, Entry, JournalLine, Leaf, Recorded, StoredCheckpoint
from domain.paging import Page, PageRequest

STRAGGLER = timedelta(days=1)
"""PostgreSQL: how long a transaction may hold journal rows open before committing them, and still see them sealed."""
FETCH = 2_000
INSERTED_LISTED = 100
SEALER_LOCK = 0x4A4F_5552_4E41_4C
"""The advisory lock of whoever seals ("JOURNAL" in ASCII)."""

_WRITTEN = ("id", "occurred_at", "kind", "subject_id", "actor", "request_id", "data")
_MARKS = attrgetter(*_WRITTEN[:-1])
_INSERT = insert(JOURNAL).inline()
_INSERT_LEAVES = insert(LEAVES).inline()
_INSERT_CHECKPOINT = insert(CHECKPOINTS).inline()


def insert_events(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write events into the journal, in this order, inside the caller's transaction; one statement for all of them."""
    if len(entries) >= MANY and connection.dialect.name == "postgresql":
        rows = ((*_MARKS(entry), orjson.dumps(entry.data).decode()) for entry in entries)
        copy_rows(connection, JOURNAL, _WRITTEN, rows)
    elif entries:
        connection.execute(
            _INSERT,
            [{name: getattr(entry, name) for name in _WRITTEN} for entry in entries],
        )


def read_page(connection: Connection, request: PageRequest) -> Page[Recorded]:
    """One keyset page in the order of `seq`, backwards for `-seq`; filters are `kind` and `subject_id`."""
    backwards, seq = request.sort.startswith("-"), JOURNAL.c.seq
    statement = select(JOURNAL).limit(request.limit + 1).order_by(seq.desc() if backwards else seq)
    for name, value in request.equals.items():
        statement = statement.where(JOURNAL.c[name] == value)
    if request.after is not None:
        last = request.after[0]
        statement = statement.where(seq < last if backwards else seq > last)
    rows = [Recorded(**row) for row in connection.execute(statement).mappings()]
    more, rows = len(rows) > request.limit, rows[: request.limit]
    return Page(rows, (rows[-1].seq, rows[-1].id) if more else None)


def oldest_unsealed(connection: Connection) -> datetime | None:
    """When the first row behind the last seal was written, None where there is none; two index look-ups."""
    return connection.execute(_BEHIND).scalar()


def _line_columns(dialect: str) -> list[Any]:
    """The columns of a `JournalLine`, spelled alike by both engines and read without any conversion."""
    at: Any
    data: Any
    ids: list[Any]
    if dialect == "postgresql":
        at = func.to_char(func.timezone("UTC", JOURNAL.c.occurred_at), 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
        ids = [func.replace(cast(JOURNAL.c[name], Text), "-", "") for name in ("id", "subject_id")]
        data = cast(JOURNAL.c.data, Text)
    else:
        at = type_coerce(JOURNAL.c.occurred_at, NullType())
        ids = [type_coerce(JOURNAL.c[name], NullType()) for name in ("id", "subject_id")]
        data = type_coerce(JOURNAL.c.data, NullType())
    row = JOURNAL.c
    return [row.seq, ids[0], at, row.kind, ids[1], row.actor, row.request_id, data]


class _Statements:
    """What one dialect needs, built once."""

    def __init__(self, dialect: str) -> None:
        columns = _line_columns(dialect)
        no_leaf = ~exists().where(LEAVES.c.seq == JOURNAL.c.seq)
        self.unsealed: Select[Any] = (
            select(*columns)
            .where(JOURNAL.c.seq > bindparam("floor"), no_leaf)
            .order_by(JOURNAL.c.seq)
            .limit(bindparam("limit"))
        )
        self.sealed: Select[Any] = (
            select(LEAVES, *columns)
            .select_from(LEAVES.outerjoin(JOURNAL, JOURNAL.c.seq == LEAVES.c.seq))
            .order_by(LEAVES.c.leaf_index)
        )
        self.waiting = select(func.count(), func.min(JOURNAL.c.seq), func.min(JOURNAL.c.occurred_at)).where(
            JOURNAL.c.seq > bindparam("floor"), no_leaf
        )
        self.inserted = (
            select(JOURNAL.c.seq)
            .where(JOURNAL.c.seq <= bindparam("floor"), no_leaf)
            .order_by(JOURNAL.c.seq)
            .limit(INSERTED_LISTED)
        )


_STATEMENTS = {dialect: _Statements(dialect) for dialect in ("sqlite", "postgresql")}
_LATEST = select(CHECKPOINTS).order_by(CHECKPOINTS.c.size.desc()).limit(1)
_ABOVE = select(CHECKPOINTS).where(CHECKPOINTS.c.size > bindparam("above")).order_by(CHECKPOINTS.c.size)
_LAST_SEQ = select(func.max(LEAVES.c.seq))
_LAST_ROW = select(func.max(JOURNAL.c.seq))
_LAST_GIVEN = {
    "sqlite": text("SELECT seq FROM sqlite_sequence WHERE name = 'journal'"),
    "postgresql": text("SELECT pg_sequence_last_value(pg_get_serial_sequence('journal', 'seq')::regclass)"),
}
_LONG_AGO = select(func.max(CHECKPOINTS.c.last_seq)).where(CHECKPOINTS.c.sealed_at < bindparam("before"))
_HASHES = (
    select(LEAVES.c.leaf_hash)
    .where(LEAVES.c.leaf_index >= bindparam("start"), LEAVES.c.leaf_index < bindparam("end"))
    .order_by(LEAVES.c.leaf_index)
)
_BEHIND = (
    select(JOURNAL.c.occurred_at)
    .where(
        JOURNAL.c.seq
        > func.coalesce(
            select(CHECKPOINTS.c.last_seq).order_by(CHECKPOINTS.c.size.desc()).limit(1).scalar_subquery(),
            0,
        )
    )
    .order_by(JOURNAL.c.seq)
    .limit(1)
)
_SQLITE_TRIGGERS = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
_POSTGRESQL_TRIGGERS = text(
    "SELECT t.tgname || ' on ' || c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang"
    " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype = :before_all_but_insert"
    " AND t.tgqual IS NULL AND cardinality(t.tgattr::int2[]) = 0 AND pg_table_is_visible(c.oid)"
    " AND p.proname = :function AND p.prosrc = :body AND l.lanname = 'plpgsql' AND p.proconfig IS NULL"
).bindparams(
    # pg_trigger.h: before 2, delete 8, update 16, truncate 32; for each statement, so not for each row (1).
    bindparam("before_all_but_insert", 2 | 8 | 16 | 32),
    bindparam("function", POSTGRESQL_GUARD[0]),
    bindparam("body", POSTGRESQL_GUARD[1]),
)
"""The guards as they were made: in force for every statement that changes a row, and calling what still refuses."""


class SqlJournal:
    """The `JournalLog` of one transaction. Sealing needs a writing one.

    On SQLite rows commit in the order of `seq`, and nothing below the last sealed one can appear. On PostgreSQL a row
    may commit after later numbers were sealed: it gets the next leaf, not the one its number suggests. Such stragglers
    are looked for down to what was sealed `STRAGGLER` ago, so that a sealing does not search the whole journal.
    """

    def __init__(self, connection: Connection, now: datetime) -> None:
        """Work on `connection`, at the moment `now`."""
        self._connection, self._now = connection, now
        self._dialect = connection.dialect.name
        self._statements = _STATEMENTS[self._dialect]

    def lock(self) -> None:
        """Keep every other sealer out. On SQLite the one writer is alone already."""
        if self._dialect == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(SEALER_LOCK)))

    def snapshot(self) -> None:
        """Read the state of one moment: what a SQLite transaction does anyway."""
        if self._dialect == "postgresql":
            self._connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

    def latest(self) -> StoredCheckpoint | None:
        """The checkpoint of the largest tree."""
        row = self._connection.execute(_LATEST).first()
        return None if row is None else _checkpoint(row)

    def unsealed(self, limit: int) -> list[JournalLine]:
        """Committed lines that have no leaf, in the order of `seq`, at most `limit`."""
        parameters = {"floor": self._floor(), "limit": limit}
        return [JournalLine(*row) for row in self._connection.execute(self._statements.unsealed, parameters)]

    def append(self, leaves: Sequence[Leaf], checkpoint: StoredCheckpoint) -> None:
        """Store new leaves and the checkpoint over them."""
        rows = [{"leaf_index": leaf.position, "seq": leaf.seq, "leaf_hash": leaf.hash} for leaf in leaves]
        self._connection.execute(_INSERT_LEAVES, rows)
        self._connection.execute(
            _INSERT_CHECKPOINT,
            {
                "size": checkpoint.size,
                "note": checkpoint.note,
                "frontier": checkpoint.frontier,
                "last_seq": checkpoint.last_seq,
                "sealed_at": checkpoint.sealed_at,
            },
        )

    def sealed(self) -> Iterator[tuple[Leaf, JournalLine | None]]:
        """Every leaf by index with its line, or None where the line is gone; streamed."""
        for row in self._stream(self._statements.sealed):
            values: tuple[Any, ...] = tuple(row)
            line = None if values[3] is None else JournalLine(*values[3:])
            yield Leaf(values[0], values[1], _bytes(values[2])), line

    def checkpoints(self, above: int = 0) -> Iterator[StoredCheckpoint]:
        """Every checkpoint of more than `above` leaves, by size; streamed."""
        for row in self._stream(_ABOVE, above=above):
            yield _checkpoint(row)

    def backlog(self) -> Backlog:
        """What has no leaf. Searches the whole journal."""
        floor = {"floor": self._floor()}
        waiting, oldest_seq, oldest_at = self._connection.execute(self._statements.waiting, floor).one()
        inserted = self._connection.execute(self._statements.inserted, floor).scalars()
        known = [self._connection.execute(last).scalar() or 0 for last in (_LAST_ROW, _LAST_SEQ)]
        return Backlog(
            waiting=waiting,
            oldest_seq=oldest_seq,
            oldest_at=oldest_at,
            inserted=tuple(inserted),
            last_given=self._connection.execute(_LAST_GIVEN[self._dialect]).scalar() or 0,
            last_known=max(known),
            dense=self._dialect == "sqlite",
        )

    def missing_guards(self) -> list[str]:
        """The names of the triggers against change that are not in force, or no longer say what they said."""
        if self._dialect == "postgresql":
            in_force = set(self._connection.execute(_POSTGRESQL_TRIGGERS).scalars())
            return sorted(
                name for name in POSTGRESQL_GUARDS if f"{name} on {name.removesuffix('_append_only')}" not in in_force
            )
        found = {row.name: row.sql for row in self._connection.execute(_SQLITE_TRIGGERS)}
        return sorted(name for name, sql in SQLITE_GUARDS.items() if found.get(name) != sql)

    def subtree(self, start: int, end: int) -> bytes:
        """The Merkle tree hash of a range of leaves; costs O(its width)."""
        frontier = Frontier()
        for row in self._stream(_HASHES, start=start, end=end):
            frontier.append(_bytes(row.leaf_hash))
        return frontier.root()

    def _floor(self) -> int:
        """The number up to which every row that will ever be sealed is sealed."""
        if self._dialect == "postgresql":
            return self._connection.execute(_LONG_AGO, {"before": self._now - STRAGGLER}).scalar() or 0
        return self._connection.execute(_LAST_SEQ).scalar() or 0

    def _stream(self, statement: Select[Any], **parameters: object) -> Iterator[Row[Any]]:
        options = {"stream_results": True, "yield_per": FETCH}
        with self._connection.execute(statement, parameters, execution_options=options) as result:
            yield from result


def _bytes(value: object) -> bytes:
    """A hash as stored; nothing at all where a stranger put something else (SQLite lets a column hold anything)."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _checkpoint(row: Row[Any]) -> StoredCheckpoint:
    return StoredCheckpoint(
        size=row.size,
        note=str(row.note),
        frontier=_bytes(row.frontier),
        last_seq=row.last_seq,
        sealed_at=row.sealed_at,
    )
