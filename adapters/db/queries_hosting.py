"""What hosting asks of the store beyond equality: a holder's badges without their documents."""

from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from adapters.db.prepared import Prepared
from adapters.db.repository import SqlRepository
from adapters.db.tables.hosting import HostedBadgeRow
from domain.hosting.model import Heading, HostedBadge

_BADGES = HostedBadgeRow.__table__  # type: ignore[attr-defined]
_HEADINGS: Final = Prepared(
    select(*(_BADGES.c[name] for name in Heading._fields))
    .where(_BADGES.c.candidate_id == bindparam("candidate_id"))
    .order_by(_BADGES.c.id)
)


class HostedBadgeRepository(SqlRepository[HostedBadge]):
    """The port `HostedBadges`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, HostedBadge)

    def headings(self, candidate_id: UUID) -> list[Heading]:
        """A holder's, without their documents, oldest id first."""
        rows = _HEADINGS.rows(self._connection, {"candidate_id": candidate_id})
        return [Heading._make(row) for row in rows]
