"""One entity of every kind that the store keeps, made from the types of its fields, each pointing at the others.

A new kind, or a new field, has its sample at once; what its table demands beyond types stands in `DEMANDED`.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field as DataclassField, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from itertools import count
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import Table
from uuid_utils.compat import uuid7

from adapters.db.schema import STORED, metadata
from domain.candidates.model import Candidate
from domain.entity import Entity
from domain.exams.model import Session
from domain.files.model import FileStatus, StoredFile
from domain.jobs.model import Job, JobStatus
from domain.notices.model import Notice, NoticeStatus
from domain.payments.model import Charge
from domain.renewals.model import Cycle

T = TypeVar("T", bound=Entity)

NOON = datetime(2026, 3, 2, 17, 0, 0, 123456, tzinfo=UTC)
DAY = date(2026, 3, 2)
_NUMBERS = count(1)

DEMANDED: dict[type[Entity], dict[str, dict[str, object]]] = {
    Session: {"full": {"seats": 12, "seats_taken": 3}, "bare": {"seats": 12}},
    Charge: {"full": {"amount_minor": 10_000, "refunded_minor": 2_500}, "bare": {"amount_minor": 10_000}},
    Job: {"full": {"status": JobStatus.SUCCEEDED, "done": 3, "failed_rows": 1}, "bare": {"status": JobStatus.QUEUED}},
    StoredFile: {"full": {"status": FileStatus.REMOVED}, "bare": {}},
    Notice: {"full": {"status": NoticeStatus.SENT}, "bare": {}},
    Cycle: {"full": {"extensions": ("medical", "military")}, "bare": {}},
}
"""By kind and manner, what its table's constraints ask for beyond the types of its fields."""

WRITTEN: dict[str, str] = {
    "ApiKey.role": "partner",
    "Licence.status": "active",
    "RecognisedProvider.code": "SAMPLE-{number}",
    "RoleGrant.role": "reviewer",
    "Grouping.file": "sample/grouping",
    "StatisticsSheet.csv_file": "kept",
    "StatisticsSheet.pdf_file": "kept",
    "country": "US",
    "currency": "USD",
    "jurisdiction": "US-NC",
    "language": "en",
    "media_type": "image/png",
    "practises_in": "US",
    "zone": "America/New_York",
}
"""Fields that are text by type, but whose text means something."""


class Samples:
    """A set of entities, one of each kind, in an order in which they can be stored.

    `manner` is `full` (every field holds something) or `bare` (only what must be given). All that can belong to a
    candidate belongs to the set's own. `shared` gives every field of these names its value, in whatever kind.
    """

    def __init__(
        self,
        manner: str = "full",
        given: Mapping[type[Entity], Mapping[str, object]] | None = None,
        shared: Mapping[str, object] | None = None,
    ) -> None:
        self.manner = manner
        self.by_kind: dict[type[Entity], Entity] = {}
        self._ids = {_table(kind).name: uuid7() for kind in STORED}
        self._given = given or {}
        self._shared = shared or {}
        for table in metadata.sorted_tables:
            for kind in (kind for kind in STORED if _table(kind) is table):
                self.by_kind[kind] = self._made(kind)

    def __getitem__(self, kind: type[T]) -> T:
        """The set's entity of a kind."""
        found = self.by_kind[kind]
        assert isinstance(found, kind)
        return found

    def in_order(self) -> list[Entity]:
        """Each after those that it points at."""
        return list(self.by_kind.values())

    def _made(self, kind: type[Entity]) -> Entity:
        hints, table = get_type_hints(kind), _table(kind)
        values: dict[str, Any] = {"id": self._ids[table.name], "version": 1}
        for field in fields(kind):
            if field.name not in values and self._must_fill(kind, table, field):
                values[field.name] = self._value(kind, table, field.name, hints[field.name])
        values |= {name: value for name, value in self._shared.items() if name in hints}
        values |= {**DEMANDED.get(kind, {}).get(self.manner, {}), **self._given.get(kind, {})}
        return kind(**values)

    def _must_fill(self, kind: type[Entity], table: Table, field: "DataclassField[Any]") -> bool:
        if kind is Candidate and field.name == "merged_into":
            return False
        needed = field.default is MISSING and field.default_factory is MISSING
        return needed or self.manner == "full"

    def _value(self, kind: type[Entity], table: Table, name: str, hint: Any) -> object:
        if self.manner == "bare" and type(None) in get_args(hint) and name != "candidate_id":
            return None
        for key in table.c[name].foreign_keys:
            return self._ids[key.column.table.name]
        if name == "candidate_id":
            return self._ids["candidates"]
        if (text := WRITTEN.get(f"{kind.__name__}.{name}") or WRITTEN.get(name)) is not None:
            return text.format(number=next(_NUMBERS))
        return self._of(hint, f"{kind.__name__}.{name}")

    def _of(self, hint: Any, where: str) -> object:  # noqa: PLR0911 - one for each kind of type
        """A value of this type; different at every call where that is possible."""
        origin, members = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            return self._of(next(member for member in members if member is not type(None)), where)
        if origin is tuple:
            inner = members[:1] if members[-1:] == (...,) else members
            return tuple(self._of(member, where) for member in inner)
        if origin in (dict, Mapping):
            return self._mapping(members[1], where)
        if origin is list or hint is list:
            return [self._of(members[0], where)] if members else []
        if isinstance(hint, type) and issubclass(hint, Enum):
            return next(iter(hint))
        if is_dataclass(hint) and isinstance(hint, type):
            inner_hints = get_type_hints(hint)
            return hint(**{field.name: self._part(hint, field, inner_hints) for field in fields(hint)})
        return self._plain(hint, where)

    def _mapping(self, hint: Any, where: str) -> dict[str, object]:
        if hint in (object, Any, JsonValue):
            return {"text": "Ünïcode ’s", "number": 7, "nested": {"list": [1, None, True, 0.5]}}
        return {"one": self._of(hint, where)}

    def _part(self, owner: type, field: "DataclassField[Any]", hints: Mapping[str, Any]) -> object:
        # A type that holds its like (a finding its parts) ends at the second level.
        if owner.__name__ in str(hints[field.name]):
            return () if field.default == () else None
        return self._of(hints[field.name], f"{owner.__name__}.{field.name}")

    def _plain(self, hint: Any, where: str) -> object:
        number = next(_NUMBERS)
        made: dict[object, Callable[[], object]] = {
            str: lambda: f"Žluťoučký {number}",
            int: lambda: number,
            float: lambda: number + 0.25,
            bool: lambda: True,
            bytes: lambda: bytes([0, 255, number % 256]),
            UUID: uuid7,
            date: lambda: DAY,
            datetime: lambda: NOON,
            object: lambda: f"anything {number}",
            Any: lambda: f"anything {number}",
        }
        if hint not in made:
            message = f"{where}: no sample is known for {hint}; add its type here"
            raise LookupError(message)
        return made[hint]()


def _table(kind: type[Entity]) -> Table:
    table: Table = STORED[kind].__table__  # type: ignore[attr-defined]
    return table
