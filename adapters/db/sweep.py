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
from domain.sweep.model import Turn, Turned

MOST: Final = 4_096
"""As many as one batch can turn: its places fill twelve bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One step: from which standing into which, on which day (counted from the last valid one), with which letter."""

    index: str
    before: str
    after: str
    days: str
    reason: str
    letter: str
    ends_cycle: bool

    def words(self, **more: str) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("index", "before", "after", "days", "reason", "letter")} | more


_EXPIRE: Final = _Step(
    index="ix_credentials_expiring",
    before="active",
    after="expired",
    days="1",
    reason="The last valid day passed without a renewal.",
    letter="renewal_grace",
    ends_cycle=False,
)
_LAPSE: Final = _Step(
    index="ix_credentials_lapsing",
    before="expired",
    after="lapsed",
    days="1 + :grace",
    reason="The grace passed without a renewal.",
    letter="credential_lapsed",
    ends_cycle=True,
)

# --- SQLite: rows are known by their row numbers, and travel between the statements as one JSON array.

_ID: Final = """:stamp || '7' || printf('%03x', due.key) || substr('89ab', 1 + (random() & 3), 1)
    || substr(lower(hex(randomblob(8))), 1, 15)"""
_DASHED: Final = """substr({0}, 1, 8) || '-' || substr({0}, 9, 4) || '-' || substr({0}, 13, 4) || '-' ||
    substr({0}, 17, 4) || '-' || substr({0}, 21)"""
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
"""
_SQLITE_JOURNAL: Final = """
INSERT INTO journal (id, occurred_at, kind, subject_id, actor, request_id, data)
SELECT $id, :now, 'credential.$after', c.id, :actor, NULL, json_object(
    'credential_id', $credential, 'candidate_id', $candidate,
    'effective_on', date(c.valid_until, ($days) || ' days'), 'valid_until', c.valid_until)
FROM $due
"""
_SQLITE_LETTERS: Final = """
INSERT INTO notices (id, version, candidate_id, kind, about_id, created_at, parameters, unmet, status, attempts)
SELECT $id, 1, c.candidate_id, '$letter', $about, :now, $parameters, '[]', 'queued', 0
FROM $due $cycles
WHERE c.valid_until >= :letters_from
RETURNING id
"""
_SQLITE_CYCLES: Final = """
UPDATE cycles SET status = 'lapsed', remind_on = NULL, version = version + 1
WHERE status = 'open' AND credential_id IN (SELECT c.id FROM $due)
"""
_OPEN_CYCLE: Final = "JOIN cycles AS y ON y.credential_id = c.id AND y.status = 'open'"
_SQLITE_PARAMETERS: Final = {
    "renewal_grace": """json_object('program', :title, 'number', c.number, 'ended_on', c.valid_until,
        'grace_until', date(c.valid_until, :grace || ' days'))""",
    "credential_lapsed": """json_object('program', :title, 'number', c.number,
        'effective_on', date(c.valid_until, (1 + :grace) || ' days'))""",
}

# --- PostgreSQL: one statement, whose parts hand their rows on. It is planned before anyone knows how few rows there
# are: arrays and LATERAL with a LIMIT keep it from reading whole tables to join them.

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
), entries AS (
    INSERT INTO journal (id, occurred_at, kind, subject_id, actor, request_id, data)
    SELECT $id, :now, 'credential.$after', t.id, :actor, NULL, jsonb_build_object(
        'credential_id', t.id, 'candidate_id', t.candidate_id,
        'effective_on', t.effective_on, 'valid_until', t.valid_until)
    FROM t
), letters AS (
    INSERT INTO notices (id, version, candidate_id, kind, about_id, created_at, parameters, unmet, status, attempts)
    SELECT $id, 1, t.candidate_id, '$letter', $about, :now, $parameters, CAST('[]' AS jsonb), 'queued', 0
    FROM t $cycles
    WHERE t.valid_until >= :letters_from
    RETURNING id
)$ended
SELECT (SELECT count(*) FROM turned) AS turned, (SELECT array_agg(id) FROM letters) AS letters
"""
_POSTGRESQL_OPEN_CYCLE: Final = """CROSS JOIN LATERAL (
        SELECT y.id FROM cycles AS y WHERE y.credential_id = t.id AND y.status = 'open' LIMIT 1
    ) AS y"""
_POSTGRESQL_ENDED: Final = """, ended AS (
    UPDATE cycles AS y SET status = 'lapsed', remind_on = NULL, version = y.version + 1
    WHERE y.status = 'open' AND y.credential_id = ANY (ARRAY(SELECT id FROM t))
)"""
_POSTGRESQL_PARAMETERS: Final = {
    "renewal_grace": """jsonb_build_object('program', CAST(:title AS text), 'number', t.number,
        'ended_on', t.valid_until, 'grace_until', t.valid_until + :grace)""",
    "credential_lapsed": """jsonb_build_object('program', CAST(:title AS text), 'number', t.number,
        'effective_on', t.effective_on)""",
}


class SqlSweep:
    """The port `Sweep` on either engine."""

    def __init__(self, connection: Connection, now: datetime, actor: str) -> None:
        """Speak through `connection`; `now` and `actor` stand in all that is written."""
        self._connection = connection
        self._now = now
        self._actor = actor

    def expire(self, turn: Turn) -> Turned:
        """Active ones become expired."""
        return self._turn("expire", turn)

    def lapse(self, turn: Turn) -> Turned:
        """Expired ones become lapsed, and so do their open cycles."""
        return self._turn("lapse", turn)

    def _turn(self, step: str, turn: Turn) -> Turned:
        values = {
            "now": self._now,
            "actor": self._actor,
            "edition": turn.edition,
            "title": turn.title,
            "before": turn.before,
            "grace": turn.grace_days,
            "letters_from": turn.letters_from,
            "limit": min(turn.limit, MOST),
            "stamp": uuid7().hex[:12],
        }
        if self._connection.dialect.name == "postgresql":
            row = self._connection.execute(_STATEMENTS["postgresql", step][0], values).one()
            return Turned(row.turned, tuple(row.letters or ()))
        return self._turn_on_sqlite(step, values)

    def _turn_on_sqlite(self, step: str, values: Mapping[str, object]) -> Turned:
        turn, history, journal, letters, *cycles = _STATEMENTS["sqlite", step]
        rows = self._connection.execute(turn, values).scalars().all()
        if not rows:
            return Turned(0)
        values = {**values, "rows": json.dumps(rows)}
        self._connection.execute(history, values)
        self._connection.execute(journal, values)
        sent = self._connection.execute(letters, values).scalars().all()
        for statement in cycles:
            self._connection.execute(statement, values)
        return Turned(len(rows), tuple(UUID(one) for one in sent))


def _statement(template: str, words: Mapping[str, str]) -> TextClause:
    """The statement with its words filled in twice (a word may hold words), and its values typed."""
    sql = Template(Template(template).substitute(words)).substitute(words)
    typed: dict[str, Any] = {"now": Instant(), "before": Date(), "letters_from": Date()}
    used = [bindparam(name, type_=kind) for name, kind in typed.items() if f":{name}" in sql]
    return text(sql).bindparams(*used)


def _sqlite(step: _Step) -> tuple[TextClause, ...]:
    words = step.words(
        id=_ID,
        due=_DUE,
        credential=_DASHED.format("c.id"),
        candidate=_DASHED.format("c.candidate_id"),
        about="c.id" if step.ends_cycle else "y.id",
        cycles="" if step.ends_cycle else _OPEN_CYCLE,
        parameters=_SQLITE_PARAMETERS[step.letter],
    )
    templates = [_SQLITE_TURN, _SQLITE_HISTORY, _SQLITE_JOURNAL, _SQLITE_LETTERS]
    return tuple(_statement(one, words) for one in [*templates, *([_SQLITE_CYCLES] if step.ends_cycle else [])])


def _postgresql(step: _Step) -> tuple[TextClause, ...]:
    words = step.words(
        id=_POSTGRESQL_ID,
        about="t.id" if step.ends_cycle else "y.id",
        cycles="" if step.ends_cycle else _POSTGRESQL_OPEN_CYCLE,
        ended=_POSTGRESQL_ENDED if step.ends_cycle else "",
        parameters=_POSTGRESQL_PARAMETERS[step.letter],
    )
    return (_statement(_POSTGRESQL, words),)


_STATEMENTS: Final = {
    (engine, name): made(step)
    for engine, made in (("sqlite", _sqlite), ("postgresql", _postgresql))
    for name, step in (("expire", _EXPIRE), ("lapse", _LAPSE))
}
"""The statements of each engine and step, in the order in which they run."""
