"""What the journal says of candidates: ids and codes only."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class CandidateRegistered(Event, kind="candidate.registered", about="candidate_id"):
    """A candidate record was opened."""

    candidate_id: UUID


@dataclass(frozen=True, kw_only=True)
class CandidateUpdated(Event, kind="candidate.updated", about="candidate_id"):
    """The profile changed; `fields` names which fields, comma-separated, never their values."""

    candidate_id: UUID
    fields: str


@dataclass(frozen=True, kw_only=True)
class LegalNameChanged(Event, kind="candidate.name_changed", about="candidate_id"):
    """The legal name changed; the former one is in the candidate's history."""

    candidate_id: UUID


@dataclass(frozen=True, kw_only=True)
class CandidateInvited(Event, kind="candidate.invited", about="candidate_id"):
    """A one-time link was made."""

    candidate_id: UUID
    invitation_id: UUID


@dataclass(frozen=True, kw_only=True)
class IdentityLinked(Event, kind="candidate.identity_linked", about="candidate_id"):
    """A token's subject was tied to the candidate, for good."""

    candidate_id: UUID
    identity_id: UUID
    how: str


@dataclass(frozen=True, kw_only=True)
class IdentityUnlinked(Event, kind="candidate.identity_unlinked", about="candidate_id"):
    """An administrator ended the candidate's sign-in; the reason stands with the identity."""

    candidate_id: UUID
    identity_id: UUID


@dataclass(frozen=True, kw_only=True)
class LicenceRecorded(Event, kind="candidate.licence_recorded", about="candidate_id"):
    """A licence was added or changed."""

    candidate_id: UUID
    licence_id: UUID
    status: str


@dataclass(frozen=True, kw_only=True)
class LicenceVerified(Event, kind="candidate.licence_verified", about="candidate_id"):
    """Staff compared a licence with its source."""

    candidate_id: UUID
    licence_id: UUID
    verification: str


@dataclass(frozen=True, kw_only=True)
class EducationRecorded(Event, kind="candidate.education_recorded", about="candidate_id"):
    """A degree or certificate was added or changed."""

    candidate_id: UUID
    education_id: UUID


@dataclass(frozen=True, kw_only=True)
class EducationJudged(Event, kind="candidate.education_judged", about="candidate_id"):
    """Staff verified a degree, and judged whether it is equivalent."""

    candidate_id: UUID
    education_id: UUID
    verification: str
    equivalent: bool | None
