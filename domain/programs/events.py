"""What the journal says of programs: editions, and the providers they recognise."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class EditionPublished(Event, kind="policy.published", about="edition_id"):
    """An edition was published; the digest is of its canonical JSON."""

    edition_id: UUID
    program: str
    edition: str
    sha256: str
    in_force_from: date
    in_force_until: date | None


@dataclass(frozen=True, kw_only=True)
class EditionEnds(Event, kind="policy.ends", about="edition_id"):
    """A later edition ends an earlier one, whose last day is this."""

    edition_id: UUID
    program: str
    edition: str
    in_force_until: date


@dataclass(frozen=True, kw_only=True)
class ProviderRecognised(Event, kind="provider.recognised", about="provider_id"):
    """Staff recognised a provider from a day until a day."""

    provider_id: UUID
    program: str
    code: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, kw_only=True)
class ProviderEnded(Event, kind="provider.ended", about="provider_id"):
    """A provider is recognised no longer than until this day."""

    provider_id: UUID
    program: str
    code: str
    until_on: date
