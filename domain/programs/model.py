"""What the store keeps of programs: their published editions and the providers they recognise."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.entity import Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyEdition(Entity):
    """A published edition: immutable, kept whole. `sha256` is of the document as published (canonical JSON).

    `in_force_until` is the document's own, or the day before a later edition begins; the document is never changed.
    """

    program: str
    edition: str
    title: str
    in_force_from: date
    in_force_until: date | None
    document: dict[str, object]
    sha256: str
    published_by: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionHeading:
    """A published edition without its document. `in_force_until` is what holds now, a later edition considered."""

    id: UUID
    program: str
    program_title: str
    edition: str
    title: str
    in_force_from: date
    in_force_until: date | None
    sha256: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedProvider(Entity):
    """A provider of certificate programs that staff recognise beyond those an edition names, from a day until a day.

    Both days are inclusive. `reason` is why it was recognised, `ended_reason` why that ended.
    """

    program: str
    code: str
    name: str
    from_on: date
    until_on: date | None
    recognised_by: str
    recognised_at: datetime
    reason: str
    ended_by: str | None = None
    ended_at: datetime | None = None
    ended_reason: str | None = None
