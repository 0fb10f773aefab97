"""What badges ask of the store beyond equality: a free place kept unique by the store, a list held, one answer read."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from adapters.db.copying import array_text
from adapters.db.prepared import Prepared
from adapters.db.repository import SqlRepository, uniqueness_named
from adapters.db.tables.badges import BadgeRow, StatusListRow, StatusPlaceRow
from domain.badges.model import Badge, StatusList, StatusPlace

_BADGES = BadgeRow.__table__  # type: ignore[attr-defined]
_PLACES = StatusPlaceRow.__table__  # type: ignore[attr-defined]
_LISTS = StatusListRow.__table__  # type: ignore[attr-defined]

_NEWEST: Final = Prepared(
    select(_BADGES.c.id)
    .where(_BADGES.c.credential_id == bindparam("credential_id"))
    .order_by(_BADGES.c.number.desc())
    .limit(1)
)
_TAKEN: Final = Prepared(select(_PLACES.c.place).where(_PLACES.c.shard == bindparam("shard")))
_LAST_SHARD: Final = Prepared(select(func.max(_LISTS.c.shard)))
_NEWER: Final = _BADGES.alias("newer")
_UNDER: Final = Prepared(
    select(*(_BADGES.c[field.name] for field in fields(Badge)))
    .where(
        _BADGES.c.key_id == bindparam("key_id"),
        ~exists().where(_NEWER.c.credential_id == _BADGES.c.credential_id, _NEWER.c.number > _BADGES.c.number),
    )
    .order_by(_BADGES.c.credential_id)
)


_CLAIMING: Final = 0x504C_4143
"""The class of the advisory locks on buckets of places ("PLAC" in ASCII)."""
_CLAIM_ONE: Final = Prepared(
    sqlite.insert(_PLACES).on_conflict_do_nothing(index_elements=["shard", "place"]),
    [column.name for column in _PLACES.columns],
)
_CLAIM_MANY: Final = text("""
INSERT INTO status_places (id, version, credential_id, candidate_id, shard, place, salt, revoked, suspended)
SELECT id, 1, credential_id, candidate_id, :shard, place, salt, false, false
FROM unnest(CAST(:ids AS uuid[]), CAST(:credentials AS uuid[]), CAST(:candidates AS uuid[]), CAST(:places AS int[]),
    CAST(:salts AS bytea[])) AS wanted (id, credential_id, candidate_id, place, salt)
WHERE pg_try_advisory_xact_lock(:lock, :shard * :buckets + place % :buckets)
ON CONFLICT (shard, place) DO NOTHING RETURNING credential_id
""")


def _open(dialect: Any) -> Any:  # noqa: ANN401 - as above
    return dialect.insert(_LISTS).on_conflict_do_nothing()


_OPEN: Final = {"sqlite": _open(sqlite), "postgresql": _open(postgresql)}


class BadgeRepository(SqlRepository[Badge]):
    """The port `Badges`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, Badge)

    def newest_under(self, key_id: str, limit: int) -> list[Badge]:
        """At most `limit` newest versions that this key signed, by credential."""
        rows = _UNDER.rows(self._connection, {"key_id": key_id}, most=limit)
        return [self._map.made(row) for row in rows]

    def newest(self, credential_id: UUID) -> Badge | None:
        """The newest version of a credential's badge, None where it has none."""
        rows = _NEWEST.rows(self._connection, {"credential_id": credential_id})
        return self.get(rows[0][0]) if rows else None


class StatusPlaceRepository(SqlRepository[StatusPlace]):
    """The port `StatusPlaces`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, StatusPlace)

    def claim(self, shard: int, places: Sequence[StatusPlace], buckets: int) -> set[UUID]:
        """Store those whose place in this shard is free; the ids of their credentials. Never waits.

        The unique constraint alone would keep a place for one, but let a second wait for the first to commit, each with
        hundreds of places in hand: hence the buckets, which are held until the transaction ends.
        """
        if self._connection.dialect.name == "postgresql":
            return self._claimed_at_once(shard, places, buckets)
        # Nobody else writes meanwhile.
        rows = [{**self._map.dump(one), "shard": shard} for one in places]
        return {row["credential_id"] for row in rows if _CLAIM_ONE.run(self._connection, row)}

    def _claimed_at_once(self, shard: int, places: Sequence[StatusPlace], buckets: int) -> set[UUID]:
        values = {
            "lock": _CLAIMING,
            "buckets": buckets,
            "shard": shard,
            "ids": array_text(one.id for one in places),
            "credentials": array_text(one.credential_id for one in places),
            "candidates": array_text(one.candidate_id for one in places),
            "places": array_text(one.place for one in places),
            "salts": array_text(one.salt for one in places),
        }
        with uniqueness_named():
            return set(self._connection.execute(_CLAIM_MANY, values).scalars())

    def free(self, shard: int, size: int) -> list[int]:
        """Every place of a shard that nobody has, as far as can be seen from here."""
        taken = {place for (place,) in _TAKEN.rows(self._connection, {"shard": shard})}
        return [place for place in range(size) if place not in taken]


class StatusListRepository(SqlRepository[StatusList]):
    """The port `StatusLists`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, StatusList)

    def last_shard(self) -> int | None:
        """The shard in which places are given now, None before the first."""
        found: int | None = _LAST_SHARD.rows(self._connection, {})[0][0]
        return found

    def open(self, lists: Iterable[StatusList]) -> None:
        """Store the lists of a new shard; those that somebody else was quicker with stay as they are."""
        rows = [self._map.dump(one) for one in lists]
        self._connection.execute(_OPEN[self._connection.dialect.name], rows)
