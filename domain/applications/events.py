"""What the journal says of applications: ids, codes and days only."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class _OfApplication:
    """What every event of an application names."""

    application_id: UUID
    candidate_id: UUID


@dataclass(frozen=True, kw_only=True)
class ApplicationCreated(_OfApplication, Event, kind="application.created", about="application_id"):
    """A draft was begun under the edition in force."""

    program: str
    edition: str


@dataclass(frozen=True, kw_only=True)
class PathwayChosen(_OfApplication, Event, kind="application.pathway_chosen", about="application_id"):
    """The candidate chose a pathway."""

    pathway: str


@dataclass(frozen=True, kw_only=True)
class AttestationsAffirmed(_OfApplication, Event, kind="application.attested", about="application_id"):
    """The candidate affirmed statements: `affirmed` lists `code@version`, comma-separated."""

    affirmed: str


@dataclass(frozen=True, kw_only=True)
class ApplicationSubmitted(_OfApplication, Event, kind="application.submitted", about="application_id"):
    """A draft was submitted, or a returned application came back."""

    edition: str
    pathway: str
    again: bool


@dataclass(frozen=True, kw_only=True)
class ApplicationClaimed(_OfApplication, Event, kind="application.claimed", about="application_id"):
    """A reviewer took it into review."""

    reviewer: str


@dataclass(frozen=True, kw_only=True)
class ApplicationReleased(_OfApplication, Event, kind="application.released", about="application_id"):
    """It went back to the queue; `code` says why: `released`, or `conflict_of_interest`."""

    reviewer: str
    code: str


@dataclass(frozen=True, kw_only=True)
class InformationRequested(_OfApplication, Event, kind="application.returned", about="application_id"):
    """It went back to the candidate for information, due on an inclusive day."""

    due_on: date
    clauses: str


@dataclass(frozen=True, kw_only=True)
class ApplicationApproved(_OfApplication, Event, kind="application.approved", about="application_id"):
    """Staff found the candidate eligible. An authorization to test may follow from it until `expires_on`."""

    determination_id: UUID
    program: str
    edition: str
    pathway: str
    expires_on: date
    on_appeal: UUID | None


@dataclass(frozen=True, kw_only=True)
class ApplicationDenied(_OfApplication, Event, kind="application.denied", about="application_id"):
    """Staff found the candidate not eligible; `clauses` are the ones decided as not met."""

    determination_id: UUID
    program: str
    edition: str
    clauses: str


@dataclass(frozen=True, kw_only=True)
class ApplicationWithdrawn(_OfApplication, Event, kind="application.withdrawn", about="application_id"):
    """The candidate withdrew it."""

    status_before: str


@dataclass(frozen=True, kw_only=True)
class ApplicationExpired(_OfApplication, Event, kind="application.expired", about="application_id"):
    """A day passed by which the candidate had to act."""

    status_before: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class ApplicationMovedOn(_OfApplication, Event, kind="application.moved_on", about="application_id"):
    """The application moved to a later edition, because that edition says so; `pathway` is its choice there, if any."""

    from_edition: str
    to_edition: str
    pathway: str | None


@dataclass(frozen=True, kw_only=True)
class EvidenceAdded(_OfApplication, Event, kind="evidence.added", about="application_id"):
    """A piece of evidence was added."""

    evidence_id: UUID
    evidence_kind: str
    files: int


@dataclass(frozen=True, kw_only=True)
class EvidenceChanged(_OfApplication, Event, kind="evidence.changed", about="application_id"):
    """A piece of evidence was changed, and has to be judged anew."""

    evidence_id: UUID
    files: int


@dataclass(frozen=True, kw_only=True)
class EvidenceOutdated(_OfApplication, Event, kind="evidence.outdated", about="application_id"):
    """The record that an accepted piece shows has changed, so that the piece has to be judged anew."""

    evidence_id: UUID


@dataclass(frozen=True, kw_only=True)
class EvidenceRemoved(_OfApplication, Event, kind="evidence.removed", about="application_id"):
    """A piece of evidence was taken back."""

    evidence_id: UUID


@dataclass(frozen=True, kw_only=True)
class EvidenceJudged(_OfApplication, Event, kind="evidence.judged", about="application_id"):
    """A reviewer accepted or rejected a piece of evidence, and perhaps judged what the rules leave to staff."""

    evidence_id: UUID
    status: str
    equivalent: bool | None
    related: bool | None
    recognised: bool | None


@dataclass(frozen=True, kw_only=True)
class AppealFiled(_OfApplication, Event, kind="appeal.filed", about="appeal_id"):
    """A candidate appealed against a denial."""

    appeal_id: UUID


@dataclass(frozen=True, kw_only=True)
class AppealDecided(_OfApplication, Event, kind="appeal.decided", about="appeal_id"):
    """Someone who had not decided before upheld or overturned the denial."""

    appeal_id: UUID
    outcome: str


@dataclass(frozen=True, kw_only=True)
class AppealWithdrawn(_OfApplication, Event, kind="appeal.withdrawn", about="appeal_id"):
    """The candidate took an appeal back."""

    appeal_id: UUID


@dataclass(frozen=True, kw_only=True)
class ConflictOfInterestDeclared(Event, kind="conflict_of_interest.declared", about="conflict_id"):
    """A member of staff declared a conflict of interest with a candidate."""

    conflict_id: UUID
    candidate_id: UUID
    subject: str


@dataclass(frozen=True, kw_only=True)
class AuditDrawn(Event, kind="application.audit_drawn", about="draw_id"):
    """Applications were drawn for audit; the digest names exactly those that could have been drawn."""

    draw_id: UUID
    program: str
    edition: str
    seed: str
    rate: str
    population: int
    population_sha256: str
    chosen: int
