"""The renewal cycle and its ledger of continuing education."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.entity import Entity


class CycleStatus(StrEnum):
    """Whether a cycle still runs.

    A lapsed one still takes what its credential comes back by. Once that is back, by hours or by an examination, the
    cycle is reinstated and its ledger closed.
    """

    OPEN = "open"
    RENEWED = "renewed"
    LAPSED = "lapsed"
    REINSTATED = "reinstated"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle(Entity):
    """One renewal cycle of a credential, under the edition it began under; both days are inclusive.

    The store allows one open cycle per credential. `extended_until` moves the last day for a renewal in time. `audited`
    was drawn by lot when the cycle began, or chosen by staff. `reminders` are the letters sent so far, and `remind_on`
    is the day of the next. `extensions` are the kinds of those granted, in their order.
    """

    credential_id: UUID
    candidate_id: UUID
    program: str
    edition: str
    number: int
    starts_on: date
    ends_on: date
    status: CycleStatus = CycleStatus.OPEN
    extended_until: date | None = None
    extension_reason: str | None = None
    extensions: tuple[str, ...] = ()
    audited: bool = False
    audit_cleared_at: datetime | None = None
    audit_cleared_by: str | None = None
    renewed_on: date | None = None
    reminders: tuple[str, ...] = ()
    remind_on: date | None = None

    @property
    def last_day(self) -> date:
        """The last day on which the credential is valid, and may be renewed in time; inclusive."""
        return self.extended_until or self.ends_on


class ActivityStatus(StrEnum):
    """Whether an activity counts: claimed by the certificant, accepted by rule or staff, or rejected with a reason."""

    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Entity):
    """An entry of the ledger. `minutes` of education; `uan` in canonical form, `uan_stem` shared by its twins."""

    credential_id: UUID
    cycle_id: UUID
    candidate_id: UUID
    title: str
    provider: str
    category: str
    minutes: int
    completed_on: date
    recorded_at: datetime
    uan: str | None = None
    uan_stem: str | None = None
    file_ids: tuple[UUID, ...] = ()
    status: ActivityStatus = ActivityStatus.CLAIMED
    proof: str | None = None
    judged_by: str | None = None
    judged_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedActivity(Entity):
    """An activity that staff approved beforehand for a category, from a day until a day (inclusive)."""

    program: str
    uan_stem: str
    title: str
    category: str
    from_on: date
    until_on: date | None
    approved_by: str
    approved_at: datetime
