"""The sweep in the database: one UPDATE turns a batch, and INSERT … SELECT writes all that follows from it.

Every statement runs inside the caller's transaction. Ids are UUIDs of version 7 made by the engine: the instant comes
from this process, the place in the batch takes the twelve bits after it, the rest is random.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Template
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Date, TextClause, bindparam, text
from uuid_utils.compat import uuid7

from adapters.db.tables.base import Instant
from domain.sweep.model import Turn

MOST: Final = 4_096
"""As many as one batch can turn: its places fill twelve bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One step: from which standing into which, on which day (counted from the last valid one), and why."""

    index: str
    before: str
    after: str
    days: str
    reason: str
    ends_cycle: bool

    def words(self, **more: str) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("index", "before", "after", "days", "reason")} | more


_EXPIRE: Final = _Step(
    index="ix_credentials_expiring",
    before="active",
    after="expired",
    days="1",
    reason="The last valid day passed without a renewal.",
    ends_cycle=False,
)
_LAPSE: Final = _Step(
    index="ix_credentials_lapsing",
    before="expired",
    after="lapsed",
    days="1 + :grace",
    reason="The grace passed without a renewal.",
    ends_cycle=True,
)

# --- SQLite: rows are known by their row numbers, and travel between the statements as one JSON array.

_ID: Final = """:stamp || '7' || printf('%03x', due.key & 4095) || substr('89ab', 1 + (random() & 3), 1)
    || substr(lower(hex(randomblob(8))), 1, 15)"""
_DASHED: Final = """substr({0}, 1, 8) || '-' || substr({0}, 9, 4) || '-' || substr({0}, 13, 4) || '-' ||
    substr({0}, 17, 4) || '-' || substr({0}, 21)"""
_NONE: Final = "[]"
_DUE: Final = "json_each(:rows) AS due CROSS JOIN credentials AS c ON c.rowid = due.value"

_SQLITE_TURN: Final = """
UPDATE credentials SET status = '$after', status_reason = '$reason', status_since = :now, version = version + 1
WHERE rowid IN (
    SELECT rowid FROM credentials INDEXED BY $index
    WHERE status = '$before' AND edition = :edition AND valid_until < :before ORDER BY valid_until LIMIT :limit
)
RETURNING rowid
"""
_SQLITE_HISTORY: Final = """
INSERT INTO standing_changes
    (id, version, credential_id, candidate_id, number, standing, effective_on, at, "by", reason, valid_until, edition,
    name)
SELECT $id, 1, c.id, c.candidate_id,
    1 + coalesce((SELECT max(s.number) FROM standing_changes AS s WHERE s.credential_id = c.id), 0),
    '$after', date(c.valid_until, ($days) || ' days'), :now, :actor, '$reason', c.valid_until, c.edition, c.name
FROM $due
RETURNING id
"""
_SQLITE_JOURNAL: Final = """
INSERT INTO journal (id, occurred_at, kind, subject_id, actor, request_id, data)
SELECT $id, :now, 'credential.$after', c.id, :actor, NULL, json_object(
    'credential_id', $credential, 'candidate_id', $candidate,
    'effective_on', date(c.valid_until, ($days) || ' days'), 'valid_until', c.valid_until)
FROM $due
"""
_SQLITE_CYCLES: Final = """
UPDATE cycles SET status = 'lapsed', remind_on = NULL, version = version + 1
WHERE status = 'open' AND credential_id IN (SELECT c.id FROM $due)
"""
_SQLITE_OWED: Final = """
UPDATE charges SET status = 'cancelled', settled_at = :now, version = version + 1
WHERE status = 'open' AND fee <> :back_fee AND about_id IN (
    SELECT y.id FROM $due CROSS JOIN cycles AS y ON y.credential_id = c.id WHERE y.status = 'lapsed'
)
RETURNING rowid
"""
_SQLITE_OWED_JOURNAL: Final = """
INSERT INTO journal (id, occurred_at, kind, subject_id, actor, request_id, data)
SELECT $id, :now, 'charge.cancelled', h.id, :actor, NULL,
    json_object('charge_id', $charge, 'candidate_id', $candidate)
FROM json_each(:rows) AS due CROSS JOIN charges AS h ON h.rowid = due.value
"""
# --- PostgreSQL: one statement, whose parts hand their rows on. It is planned before anyone knows how few rows there
# are: arrays keep it from reading whole tables to join them.

_POSTGRESQL_ID: Final = """CAST(CAST(:stamp AS text) || '7' || lpad(to_hex(t.place), 3, '0')
    || substr(replace(CAST(gen_random_uuid() AS text), '-', ''), 17) AS uuid)"""
_POSTGRESQL: Final = """
WITH due AS (
    SELECT id FROM credentials
    WHERE status = '$before' AND edition = :edition AND valid_until < :before
    ORDER BY valid_until LIMIT :limit FOR UPDATE SKIP LOCKED
), turned AS (
    UPDATE credentials AS c
    SET status = '$after', status_reason = '$reason', status_since = :now, version = c.version + 1
    WHERE c.id = ANY (ARRAY(SELECT id FROM due))
    RETURNING c.id, c.candidate_id, c.number, c.valid_until, c.edition, c.name
), t AS (
    SELECT turned.*, CAST(row_number() OVER () - 1 AS integer) AS place,
        valid_until + $days AS effective_on
    FROM turned
), history AS (
    INSERT INTO standing_changes (id, version, credential_id, candidate_id, number, standing, effective_on, at, "by",
        reason, valid_until, edition, name)
    SELECT $id, 1, t.id, t.candidate_id,
        1 + coalesce((SELECT max(s.number) FROM standing_changes AS s WHERE s.credential_id = t.id), 0),
        '$after', t.effective_on, :now, :actor, '$reason', t.valid_until, t.edition, t.name
    FROM t
    RETURNING id
), entries AS (
    INSERT INTO journal (id, occurred_at, kind, subject_id, actor, request_id, data)
    SELECT $id, :now, 'credential.$after', t.id, :actor, NULL, jsonb_build_object(
        'credential_id', t.id, 'candidate_id', t.candidate_id,
        'effective_on', t.effective_on, 'valid_until', t.valid_until)
    FROM t
)$ended
SELECT (SELECT array_agg(id) FROM history) AS changes, (SELECT array_agg(id) FROM t) AS turned
"""
_POSTGRESQL_ENDED: Final = """, ended AS (
    UPDATE cycles AS y SET status = 'lapsed', remind_on = NULL, version = y.version + 1
    WHERE y.status = 'open' AND y.credential_id = ANY (ARRAY(SELECT id FROM t))
)"""
# A statement of its own: it sees what was charged until the credentials were held. Charges are held in the order of
# their ids, as everywhere.
_POSTGRESQL_OWED: Final = """
WITH owed AS (
    SELECT h.id FROM charges AS h
    WHERE h.status = 'open' AND h.fee <> :back_fee AND h.about_id = ANY (ARRAY(
        SELECT y.id FROM cycles AS y
        WHERE y.status = 'lapsed' AND y.credential_id = ANY (CAST(:turned AS uuid[]))
    ))
    ORDER BY h.id FOR UPDATE
), cancelled AS (
    UPDATE charges AS h SET status = 'cancelled', settled_at = :now, version = h.version + 1
    WHERE h.id = ANY (ARRAY(SELECT id FROM owed))
    RETURNING h.id, h.candidate_id
), t AS (
    SELECT cancelled.*, CAST((row_number() OVER () - 1) % 4096 AS integer) AS place FROM cancelled
)
INSERT INTO journal (id, occurred_at, kind, subject_id, actor, request_id, data)
SELECT $id, :now, 'charge.cancelled', t.id, :actor, NULL,
    jsonb_build_object('charge_id', t.id, 'candidate_id', t.candidate_id)
FROM t
"""


class SqlSweep:
    """The port `Sweep` on either engine."""

    def __init__(self, connection: Connection, now: datetime, actor: str) -> None:
        """Speak through `connection`; `now` and `actor` stand in all that is written."""
        self._connection = connection
        self._now = now
        self._actor = actor

    def expire(self, turn: Turn) -> tuple[UUID, ...]:
        """Active ones become expired."""
        return self._turn("expire", turn)

    def lapse(self, turn: Turn) -> tuple[UUID, ...]:
        """Expired ones become lapsed, and so do their open cycles, for which only the fee of coming back stays due."""
        return self._turn("lapse", turn)

    def _turn(self, step: str, turn: Turn) -> tuple[UUID, ...]:
        values = {
            "now": self._now,
            "actor": self._actor,
            "edition": turn.edition,
            "before": turn.before,
            "grace": turn.grace_days,
            "limit": min(turn.limit, MOST),
            "stamp": uuid7().hex[:12],
            "back_fee": turn.back_fee or "",
        }
        if self._connection.dialect.name == "postgresql":
            return self._turn_on_postgresql(step, values)
        return self._turn_on_sqlite(step, values)

    def _turn_on_postgresql(self, step: str, values: Mapping[str, object]) -> tuple[UUID, ...]:
        turn, *others = _STATEMENTS["postgresql", step]
        done = self._connection.execute(turn, values).one()
        if not done.turned:
            return ()
        for statement in others:
            self._connection.execute(statement, {**values, "turned": done.turned})
        return tuple(done.changes)

    def _turn_on_sqlite(self, step: str, values: Mapping[str, object]) -> tuple[UUID, ...]:
        turn, history, *others = _STATEMENTS["sqlite", step]
        values = {**values, "rows": self._rows(turn, values)}
        if values["rows"] == _NONE:
            return ()
        changes = self._connection.execute(history, values).scalars().all()
        for statement in others:
            self._connection.execute(statement, values)
        if step == "lapse":
            self._owe_no_more(values)
        return tuple(UUID(one) for one in changes)

    def _owe_no_more(self, values: Mapping[str, object]) -> None:
        owed, journal = _STATEMENTS["sqlite", "owed"]
        rows = self._rows(owed, values)
        if rows != _NONE:
            self._connection.execute(journal, {**values, "rows": rows})

    def _rows(self, statement: TextClause, values: Mapping[str, object]) -> str:
        """The rows that a statement of SQLite's changed, by their numbers, as one JSON array."""
        return json.dumps(self._connection.execute(statement, values).scalars().all())


def _statement(template: str, words: Mapping[str, str]) -> TextClause:
    """The statement with its words filled in twice (a word may hold words), and its values typed."""
    sql = Template(Template(template).substitute(words)).substitute(words)
    typed: dict[str, Any] = {"now": Instant(), "before": Date()}
    used = [bindparam(name, type_=kind) for name, kind in typed.items() if f":{name}" in sql]
    return text(sql).bindparams(*used)


def _sqlite(step: _Step) -> tuple[TextClause, ...]:
    words = step.words(
        id=_ID,
        due=_DUE,
        credential=_DASHED.format("c.id"),
        candidate=_DASHED.format("c.candidate_id"),
    )
    templates = [_SQLITE_TURN, _SQLITE_HISTORY, _SQLITE_JOURNAL]
    return tuple(_statement(one, words) for one in [*templates, *([_SQLITE_CYCLES] if step.ends_cycle else [])])


def _postgresql(step: _Step) -> tuple[TextClause, ...]:
    words = step.words(
        id=_POSTGRESQL_ID,
        ended=_POSTGRESQL_ENDED if step.ends_cycle else "",
    )
    return tuple(_statement(one, words) for one in [_POSTGRESQL, *([_POSTGRESQL_OWED] if step.ends_cycle else [])])


def _sqlite_owed() -> tuple[TextClause, ...]:
    words = {"id": _ID, "due": _DUE, "charge": _DASHED.format("h.id"), "candidate": _DASHED.format("h.candidate_id")}
    return tuple(_statement(one, words) for one in (_SQLITE_OWED, _SQLITE_OWED_JOURNAL))


_STATEMENTS: Final = {
    (engine, name): made(step)
    for engine, made in (("sqlite", _sqlite), ("postgresql", _postgresql))
    for name, step in (("expire", _EXPIRE), ("lapse", _LAPSE))
} | {("sqlite", "owed"): _sqlite_owed()}
"""The statements of each engine and step, in the order in which they run."""
