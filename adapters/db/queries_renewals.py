"""Lists of renewals that need more than equality."""

from datetime import date

from sqlalchemy import Connection, bindparam, select

from adapters.db.repository import SqlRepository
from adapters.db.tables.renewals import CycleRow
from domain.renewals.model import Cycle

_CYCLES = CycleRow.__table__  # type: ignore[attr-defined]
_TO_REMIND = (
    select(*_CYCLES.columns)
    .where(
        _CYCLES.c.status == "open",
        _CYCLES.c.remind_on <= bindparam("day"),
        _CYCLES.c.edition == bindparam("of_edition"),
    )
    .order_by(_CYCLES.c.remind_on)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)


class CycleRepository(SqlRepository[Cycle]):
    """The port `Cycles`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, Cycle)

    def to_remind(self, edition: str, day: date, limit: int) -> list[Cycle]:
        """Up to `limit` open ones under an edition whose next letter is due by `day`, held; but those held already."""
        rows = self._connection.execute(_TO_REMIND, {"of_edition": edition, "day": day, "limit": limit})
        return [self._map.load(row) for row in rows.mappings()]
