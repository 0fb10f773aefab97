"""What the journal says of credentials: ids, codes and dates only. Reasons stand with the history."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class _OfAward:
    award_id: UUID
    candidate_id: UUID
    attempt_id: UUID


@dataclass(frozen=True, kw_only=True)
class AwardHeld(_OfAward, Event, kind="award.held", about="award_id"):
    """A pass was released, but not every requirement was met that day; `unmet` names the clauses, comma-separated."""

    unmet: str


@dataclass(frozen=True, kw_only=True)
class AwardDeclined(_OfAward, Event, kind="award.declined", about="award_id"):
    """Staff decided that no credential follows from this pass."""


@dataclass(frozen=True, kw_only=True)
class CredentialIssued(Event, kind="credential.issued", about="credential_id"):
    """A credential was issued on the strength of an award."""

    credential_id: UUID
    candidate_id: UUID
    award_id: UUID
    program: str
    edition: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, kw_only=True)
class _OfCredential:
    credential_id: UUID
    candidate_id: UUID
    effective_on: date
    valid_until: date


@dataclass(frozen=True, kw_only=True)
class CredentialSuspended(_OfCredential, Event, kind="credential.suspended", about="credential_id"):
    """Its use was forbidden for the time being."""


@dataclass(frozen=True, kw_only=True)
class SuspensionLifted(_OfCredential, Event, kind="credential.suspension_lifted", about="credential_id"):
    """It stands again as its dates say: `standing`."""

    standing: str


@dataclass(frozen=True, kw_only=True)
class CredentialRevoked(_OfCredential, Event, kind="credential.revoked", about="credential_id"):
    """It was withdrawn, for good."""


@dataclass(frozen=True, kw_only=True)
class CredentialRetired(_OfCredential, Event, kind="credential.retired", about="credential_id"):
    """Its holder gave it up, for good."""


@dataclass(frozen=True, kw_only=True)
class CredentialReinstated(_OfCredential, Event, kind="credential.reinstated", about="credential_id"):
    """A lapsed one is held again; `by_exam` says that a new examination brought it back."""

    by_exam: bool


@dataclass(frozen=True, kw_only=True)
class CredentialRenewed(_OfCredential, Event, kind="credential.renewed", about="credential_id"):
    """It is valid for another term, under the edition named."""

    edition: str


@dataclass(frozen=True, kw_only=True)
class CredentialExtended(_OfCredential, Event, kind="credential.extended", about="credential_id"):
    """Its last valid day was moved; `extension` is the kind of reason."""

    extension: str


@dataclass(frozen=True, kw_only=True)
class CredentialExpired(_OfCredential, Event, kind="credential.expired", about="credential_id"):
    """Its last valid day passed without a renewal."""


@dataclass(frozen=True, kw_only=True)
class CredentialLapsed(_OfCredential, Event, kind="credential.lapsed", about="credential_id"):
    """Its grace passed without a renewal."""


@dataclass(frozen=True, kw_only=True)
class CredentialNameCorrected(Event, kind="credential.name_corrected", about="credential_id"):
    """It bears its holder's present legal name."""

    credential_id: UUID
    candidate_id: UUID
