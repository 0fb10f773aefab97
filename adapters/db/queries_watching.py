"""Lists of the watching slice that need more than equality."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, literal_column, select, update

from adapters.db.prepared import Prepared
from adapters.db.repository import SqlRepository
from adapters.db.tables.credentials import CredentialRow, StandingChangeRow
from adapters.db.tables.watching import DeliveryAttemptRow, WatchEventRow, WatchRow, WebhookDeliveryRow
from domain.watching.model import Change, Watch, WatchEvent, WebhookDelivery

_WATCHES = WatchRow.__table__  # type: ignore[attr-defined]
_EVENTS = WatchEventRow.__table__  # type: ignore[attr-defined]
_DELIVERIES = WebhookDeliveryRow.__table__  # type: ignore[attr-defined]
_ATTEMPTS = DeliveryAttemptRow.__table__  # type: ignore[attr-defined]
_CREDENTIALS = CredentialRow.__table__  # type: ignore[attr-defined]
_CHANGES = StandingChangeRow.__table__  # type: ignore[attr-defined]

_ANY = Prepared(
    select(_WATCHES.c.id).where(_WATCHES.c.status == literal_column("'watching'")).limit(literal_column("1"))
)
# Statuses are written into the statements: only so does SQLite take an index over some of the rows.
_OF_CHANGES = (
    select(*_WATCHES.columns, _CHANGES.c.id.label("its_change"))
    .select_from(
        _CHANGES.join(_CREDENTIALS, _CREDENTIALS.c.id == _CHANGES.c.credential_id).join(
            _WATCHES, _WATCHES.c.number == _CREDENTIALS.c.number
        )
    )
    # An erased credential bears no name: it is like one that never was.
    .where(
        _CHANGES.c.id.in_(bindparam("changes", expanding=True)),
        _WATCHES.c.status == literal_column("'watching'"),
        _CREDENTIALS.c.name != "",
    )
    .order_by(_WATCHES.c.watch_list_id, _CHANGES.c.id)
)
_UNNUMBERED = (
    select(*_EVENTS.columns)
    .where(_EVENTS.c.watch_list_id == bindparam("its_list"), _EVENTS.c.sequence.is_(None))
    .order_by(_EVENTS.c.id)
    .limit(bindparam("most"))
)
_LISTS_WITH_UNNUMBERED = (
    select(_EVENTS.c.watch_list_id).where(_EVENTS.c.sequence.is_(None)).distinct().limit(bindparam("most"))
)
_PUT_NUMBER = Prepared(
    update(_EVENTS)
    .where(_EVENTS.c.id == bindparam("its_id"), _EVENTS.c.version == bindparam("its_version"))
    .values(sequence=bindparam("its_sequence"), version=_EVENTS.c.version + 1)
)
_WITHHOLD = update(_EVENTS).where(_EVENTS.c.watch_id == bindparam("its_watch")).values(withheld=True)
_AFTER = (
    select(*_EVENTS.columns)
    .where(
        _EVENTS.c.partner == bindparam("its_partner"),
        _EVENTS.c.sequence > bindparam("first"),
        _EVENTS.c.sequence <= bindparam("last"),
        _EVENTS.c.withheld.is_(False),
    )
    .order_by(_EVENTS.c.sequence)
    .limit(bindparam("most"))
)
_COUNTS = (
    select(_EVENTS.c.change, func.count())
    .where(
        _EVENTS.c.watch_list_id == bindparam("its_list"),
        _EVENTS.c.sequence > bindparam("first"),
        _EVENTS.c.sequence <= bindparam("last"),
        _EVENTS.c.withheld.is_(False),
    )
    .group_by(_EVENTS.c.change)
)
_FALLEN_DUE = (
    select(*_DELIVERIES.columns)
    .where(_DELIVERIES.c.status == literal_column("'queued'"), _DELIVERIES.c.next_try_at <= bindparam("now"))
    .order_by(_DELIVERIES.c.next_try_at)
    .limit(bindparam("most"))
)
_DEAD = (
    select(*_DELIVERIES.columns)
    .where(
        _DELIVERIES.c.endpoint_id == bindparam("its_endpoint"),
        _DELIVERIES.c.status == literal_column("'failed'"),
        _DELIVERIES.c.created_at >= bindparam("since"),
    )
    .order_by(_DELIVERIES.c.created_at)
    .limit(bindparam("most"))
    .with_for_update()
)
_OLD = (
    select(_DELIVERIES.c.id)
    .where(_DELIVERIES.c.created_at < bindparam("before"), _DELIVERIES.c.status != literal_column("'queued'"))
    .order_by(_DELIVERIES.c.created_at)
    .limit(bindparam("most"))
)
_FORGET_TRIES = delete(_ATTEMPTS).where(_ATTEMPTS.c.delivery_id.in_(bindparam("old", expanding=True)))
_FORGET = delete(_DELIVERIES).where(_DELIVERIES.c.id.in_(bindparam("old", expanding=True)))
_LAST = 2**31 - 1


class WatchRepository(SqlRepository[Watch]):
    """The port `Watches`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, Watch)

    def of_changes(self, change_ids: Sequence[UUID]) -> list[tuple[Watch, UUID]]:
        """Each row that watches a credential of these entries of histories, with the entry; erased ones left out."""
        # Where nobody watches anything, a night's sweep need not ask.
        if not _ANY.rows(self._connection, {}):
            return []
        rows = self._connection.execute(_OF_CHANGES, {"changes": list(change_ids)}).mappings()
        return [(self._map.load({name: row[name] for name in self._map.names}), row["its_change"]) for row in rows]


class WatchEventRepository(SqlRepository[WatchEvent]):
    """The port `WatchEvents`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, WatchEvent)

    def unnumbered(self, watch_list_id: UUID, limit: int) -> list[WatchEvent]:
        """A list's events without a number, oldest id first."""
        rows = self._connection.execute(_UNNUMBERED, {"its_list": watch_list_id, "most": limit})
        return [self._map.load(row) for row in rows.mappings()]

    def lists_with_unnumbered(self, limit: int) -> list[UUID]:
        """The lists that have any."""
        return list(self._connection.execute(_LISTS_WITH_UNNUMBERED, {"most": limit}).scalars())

    def put_numbers(self, events: Sequence[WatchEvent]) -> None:
        """Store the numbers of events that had none."""
        _PUT_NUMBER.run_all(
            self._connection,
            [{"its_id": one.id, "its_version": one.version, "its_sequence": one.sequence} for one in events],
        )

    def withhold(self, watch_id: UUID) -> None:
        """Tell nothing any more of what happened to a row."""
        self._connection.execute(_WITHHOLD, {"its_watch": watch_id})

    def after(self, partner: str, sequence: int, limit: int) -> list[WatchEvent]:
        """A partner's events numbered above `sequence`, in order; those withheld are left out."""
        return self.between(partner, sequence, _LAST, limit)

    def between(self, partner: str, above: int, up_to: int, limit: int) -> list[WatchEvent]:
        """The same, numbered up to `up_to`."""
        values = {"its_partner": partner, "first": above, "last": up_to, "most": limit}
        return [self._map.load(row) for row in self._connection.execute(_AFTER, values).mappings()]

    def counts(self, watch_list_id: UUID, above: int, up_to: int) -> dict[Change, int]:
        """How many of each change there are in a stretch of numbers; those withheld are left out."""
        values = {"its_list": watch_list_id, "first": above, "last": up_to}
        return {Change(change): count for change, count in self._connection.execute(_COUNTS, values)}


class WebhookDeliveryRepository(SqlRepository[WebhookDelivery]):
    """The port `WebhookDeliveries`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, WebhookDelivery)

    def fallen_due(self, now: datetime, limit: int) -> list[WebhookDelivery]:
        """Queued ones whose next try may begin, longest due first."""
        rows = self._connection.execute(_FALLEN_DUE, {"now": now, "most": limit})
        return [self._map.load(row) for row in rows.mappings()]

    def forget(self, before: datetime, limit: int) -> int:
        """Remove at most `limit` that were made before then and wait no more, with their tries; how many."""
        old = list(self._connection.execute(_OLD, {"before": before, "most": limit}).scalars())
        if old:
            self._connection.execute(_FORGET_TRIES, {"old": old})
            self._connection.execute(_FORGET, {"old": old})
        return len(old)

    def dead(self, endpoint_id: UUID, since: datetime, limit: int) -> list[WebhookDelivery]:
        """An endpoint's dead letters made since then, oldest first, their rows held."""
        values = {"its_endpoint": endpoint_id, "since": since, "most": limit}
        return [self._map.load(row) for row in self._connection.execute(_DEAD, values).mappings()]
