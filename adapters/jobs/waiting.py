"""How long work has waited for the workers, and the journal for its seal: what tells operators that something stands.

Each look costs a few index look-ups and reads at most `MOST` waiting tasks of each lane.
"""

import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, bindparam, text

from adapters.db.engine import Database
from adapters.db.journal import oldest_unsealed
from adapters.jobs.store import APPLICATION, DBOS_SCHEMA
from domain.jobs.lanes import Lane

MOST = 10_000
"""So many tasks of a lane are looked at, from the one that is taken next on."""

_OLDEST = (
    "SELECT min(CASE WHEN until > created_at THEN until ELSE created_at END) FROM ("
    "SELECT created_at, coalesce(delay_until_epoch_ms, 0) AS until FROM {}workflow_status"
    " WHERE queue_name = :lane AND status = 'ENQUEUED' AND application_name = :ours"
    " ORDER BY priority, created_at LIMIT :most) AS first_ones"
)
"""Milliseconds since 1970. A task that was put off waits from the moment on which it was due."""


class Waiting:
    """Looks at one database. Workers' tasks live by the real clock, the journal by the body's."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        """Look at `database`; nothing is asked yet."""
        self._database, self._clock = database, clock
        self._oldest = text(_OLDEST.format("" if database.is_sqlite else f"{DBOS_SCHEMA}.")).bindparams(
            bindparam("ours", APPLICATION), bindparam("most", MOST)
        )

    def tasks(self) -> dict[Lane, float]:
        """Seconds that the oldest waiting task of each lane has waited, 0 where none waits."""
        now = time.time()
        with self._database.transaction(write=False) as connection:
            return {lane: self._waited(connection, lane, now) for lane in Lane}

    def unsealed(self) -> float:
        """Seconds since the oldest journal row behind the last seal was written, 0 where every row is sealed."""
        with self._database.transaction(write=False) as connection:
            oldest = oldest_unsealed(connection)
        return 0.0 if oldest is None else max(0.0, (self._clock() - oldest).total_seconds())

    def _waited(self, connection: Connection, lane: Lane, now: float) -> float:
        since = connection.execute(self._oldest, {"lane": lane.value}).scalar()
        return 0.0 if since is None else max(0.0, now - int(since) / 1000)
