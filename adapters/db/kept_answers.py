"""Answers kept for replay: one statement claims a key, and waits for a twin in flight."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from adapters.db.tables.service import KeptAnswerRow
from domain.errors import Conflict
from domain.ports import KeptAnswer

_TABLE = KeptAnswerRow.__table__  # type: ignore[attr-defined]
_CLAIM = {
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.scope),
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.scope),
}
_READ = select(_TABLE).where(_TABLE.c.scope == bindparam("scope_"))
_ANSWER = (
    update(_TABLE)
    .where(_TABLE.c.scope == bindparam("scope_"))
    .values(status=bindparam("status"), headers=bindparam("headers"), body=bindparam("body"))
)
_FORGET_OLD = delete(_TABLE).where(_TABLE.c.kept_until < bindparam("now"))
# Only while it is old: a twin may have claimed the key anew between our look and this.
_FORGET = _FORGET_OLD.where(_TABLE.c.scope == bindparam("scope_"))
_LOCK_NOT_AVAILABLE = "55P03"


class SqlKeptAnswers:
    """The port `KeptAnswers`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        self._connection = connection

    def claim(self, scope: str, fingerprint: str, now: datetime, until: datetime) -> KeptAnswer | None:
        """Hold `scope`, or return what was answered before. PostgreSQL waits here for a twin's commit.

        Raises Conflict when that wait is too long. On SQLite the twin holds the writer's turn, so it is over by now.
        """
        row = {
            "scope": scope,
            "fingerprint": fingerprint,
            "kept_until": until,
            "status": None,
            "headers": None,
            "body": None,
        }
        while not self._inserted(row):
            earlier = self._connection.execute(_READ, {"scope_": scope}).mappings().first()
            if earlier is not None and earlier["kept_until"] >= now:
                return KeptAnswer(
                    earlier["fingerprint"], earlier["status"] or 500, earlier["headers"] or {}, earlier["body"] or b""
                )
            self._connection.execute(_FORGET, {"scope_": scope, "now": now})
        return None

    def answer(self, scope: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Keep the answer for the held `scope`."""
        self._connection.execute(_ANSWER, {"scope_": scope, "status": status, "headers": dict(headers), "body": body})

    def forget_old(self, now: datetime) -> int:
        """Remove what is kept no longer; returns how many."""
        return int(self._connection.execute(_FORGET_OLD, {"now": now}).rowcount)

    def _inserted(self, row: Mapping[str, object]) -> bool:
        try:
            return self._connection.execute(_CLAIM[self._connection.dialect.name], row).first() is not None
        except OperationalError as fault:
            if getattr(fault.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise Conflict from fault
            raise
