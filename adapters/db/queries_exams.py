"""Lists of exams that need more than equality."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, exists, select

from adapters.db.repository import SqlRepository
from adapters.db.tables.exams import AdministrationRow, AuthorizationRow, RegistrationRow, SessionRow
from domain.exams.model import Authorization, Session
from domain.paging import Page, PageRequest

_AUTHORIZATIONS = AuthorizationRow.__table__  # type: ignore[attr-defined]
_REGISTRATIONS = RegistrationRow.__table__  # type: ignore[attr-defined]
_ADMINISTRATIONS = AdministrationRow.__table__  # type: ignore[attr-defined]
_SESSIONS = SessionRow.__table__  # type: ignore[attr-defined]

_BOOKED = exists().where(_REGISTRATIONS.c.authorization_id == _AUTHORIZATIONS.c.id, _REGISTRATIONS.c.status == "booked")
_CLOSED_BEFORE = (
    select(*_AUTHORIZATIONS.columns)
    .where(_AUTHORIZATIONS.c.status == "active", _AUTHORIZATIONS.c.closes_on < bindparam("day"), ~_BOOKED)
    .where(_AUTHORIZATIONS.c.edition.in_(bindparam("editions", expanding=True)))
    .order_by(_AUTHORIZATIONS.c.closes_on, _AUTHORIZATIONS.c.id)
    .limit(bindparam("limit"))
)
_OPEN = select(_ADMINISTRATIONS.c.id).where(_ADMINISTRATIONS.c.status == "open")
_ON_SALE = (
    _SESSIONS.c.status == "open",
    _SESSIONS.c.seats_taken < _SESSIONS.c.seats,
    _SESSIONS.c.administration_id.in_(_OPEN),
)


class AuthorizationRepository(SqlRepository[Authorization]):
    """The port `Authorizations`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, Authorization)

    def closed_before(self, day: date, limit: int, editions: Collection[str]) -> list[Authorization]:
        """Up to `limit` active ones under these editions whose window closed before `day`, and with no seat booked."""
        rows = self._connection.execute(_CLOSED_BEFORE, {"day": day, "limit": limit, "editions": list(editions)})
        return [self._map.load(row) for row in rows.mappings()]


class SessionRepository(SqlRepository[Session]):
    """The port `Sessions`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, Session)

    def upcoming(self, request: PageRequest, after: datetime) -> Page[Session]:
        """One page of the open sessions with a free seat that begin after an instant, of open administrations."""
        statement = self._page_statement(request).where(_SESSIONS.c.starts_at > after, *_ON_SALE)
        rows = [self._map.load(row) for row in self._connection.execute(statement).mappings()]
        kept = rows[: request.limit]
        field = request.sort.removeprefix("-")
        return Page(kept, (getattr(kept[-1], field), kept[-1].id) if len(rows) > request.limit else None)
