"""What the journal says of renewals: ids, codes, days and numbers only."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class CycleOpened(Event, kind="cycle.opened", about="cycle_id"):
    """A renewal cycle began, under an edition."""

    cycle_id: UUID
    credential_id: UUID
    candidate_id: UUID
    edition: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class AuditLotDrawn(Event, kind="cycle.audit_drawn", about="cycle_id"):
    """The lot of a cycle: chosen when SHA-256 of seed, colon and cycle id, as a share of all, is below the rate."""

    cycle_id: UUID
    edition: str
    seed: str
    rate: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class _OfCycle:
    cycle_id: UUID
    credential_id: UUID
    candidate_id: UUID


@dataclass(frozen=True, kw_only=True)
class CycleExtended(_OfCycle, Event, kind="cycle.extended", about="cycle_id"):
    """Staff moved the last day of a cycle, for a kind of reason; `retroactive` says that it had passed before."""

    extension: str
    until: date
    retroactive: bool


@dataclass(frozen=True, kw_only=True)
class CycleAudited(_OfCycle, Event, kind="cycle.audited", about="cycle_id"):
    """Staff chose a cycle for audit."""


@dataclass(frozen=True, kw_only=True)
class AuditCleared(_OfCycle, Event, kind="cycle.audit_cleared", about="cycle_id"):
    """Staff compared a cycle's activities with their documents and found them good."""


@dataclass(frozen=True, kw_only=True)
class _OfActivity:
    activity_id: UUID
    cycle_id: UUID
    candidate_id: UUID


@dataclass(frozen=True, kw_only=True)
class ActivityRecorded(_OfActivity, Event, kind="activity.recorded", about="activity_id"):
    """An activity was entered into a cycle's ledger; `proof` says what proved it by rule, if anything did."""

    category: str
    minutes: int
    status: str
    proof: str | None


@dataclass(frozen=True, kw_only=True)
class ActivityJudged(_OfActivity, Event, kind="activity.judged", about="activity_id"):
    """Staff accepted or rejected an activity."""

    status: str
    category: str


@dataclass(frozen=True, kw_only=True)
class ActivityDocumented(_OfActivity, Event, kind="activity.documented", about="activity_id"):
    """Documents were added to an activity."""

    files: int


@dataclass(frozen=True, kw_only=True)
class ActivityWithdrawn(_OfActivity, Event, kind="activity.withdrawn", about="activity_id"):
    """The holder took an activity back."""


@dataclass(frozen=True, kw_only=True)
class ActivityApprovedBeforehand(Event, kind="approved_activity.added", about="approved_id"):
    """Staff put an activity on the program's list."""

    approved_id: UUID
    program: str
    uan_stem: str
    category: str


@dataclass(frozen=True, kw_only=True)
class ApprovalEnded(Event, kind="approved_activity.ended", about="approved_id"):
    """An activity leaves the program's list after an inclusive day."""

    approved_id: UUID
    until_on: date
