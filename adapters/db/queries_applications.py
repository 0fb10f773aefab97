"""What is asked of applications beyond equality."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam

from adapters.db.mapping import mapped
from adapters.db.repository import SqlRepository
from domain.applications.model import Application

_MAP = mapped(Application)
_COLUMNS = _MAP.table.c
_EDITION = _COLUMNS.edition.in_(bindparam("editions", expanding=True))
_DUE = (
    _MAP.all.where(_COLUMNS.due_on.is_not(None), _COLUMNS.due_on < bindparam("before"), _EDITION)
    .order_by(_COLUMNS.due_on, _COLUMNS.id)
    .limit(bindparam("most"))
)
_SUBMITTED = (
    _MAP.all.where(
        _COLUMNS.submitted_at >= bindparam("start"),
        _COLUMNS.submitted_at < bindparam("end"),
        _COLUMNS.program == bindparam("program"),
    )
    .order_by(_COLUMNS.submitted_at, _COLUMNS.id)
    .limit(bindparam("most"))
)


class ApplicationRepository(SqlRepository[Application]):
    """The port `Applications`."""

    pages_leave_out_none = True

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, Application)

    def due(self, before: date, limit: int, editions: Collection[str]) -> list[Application]:
        """At most `limit` under these editions whose `due_on` lies before a day, longest due first."""
        return self._all(_DUE, {"before": before, "most": limit, "editions": list(editions)})

    def submitted_between(self, program: str, start: datetime, end: datetime, limit: int) -> list[Application]:
        """At most `limit` of a program that were submitted from an instant until before another, oldest first."""
        return self._all(_SUBMITTED, {"program": program, "start": start, "end": end, "most": limit})

    def _all(self, statement: Select[Any], parameters: dict[str, object]) -> list[Application]:
        return [self._map.load(row) for row in self._connection.execute(statement, parameters).mappings()]
