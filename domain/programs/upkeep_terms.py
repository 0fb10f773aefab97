"""Money, validity, renewal and record keeping, as a policy states them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.badges.facts import BadgeProfile
from domain.programs.clauses import Dated
from domain.programs.values import (
    Code,
    Day,
    Days,
    DaysFromOne,
    Flag,
    Hours,
    Line,
    Part,
    Rate,
    Terms,
    Text,
    TimesFromOne,
    Version,
    Years,
)

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class FeeDue(StrEnum):
    """The step that a fee is due for."""

    SUBMISSION = "submission"
    AUTHORIZATION = "authorization"
    EXTENSION = "extension"
    RETAKE = "retake"
    RESCHEDULING = "rescheduling"
    CANCELLATION = "cancellation"
    APPEAL = "appeal"
    RENEWAL = "renewal"
    LATE_RENEWAL = "late_renewal"
    REINSTATEMENT = "reinstatement"


class Fee(Terms):
    """A fee in minor units of its currency. Its step goes ahead unpaid only where `proceed_unpaid`."""

    code: Code
    title: Line
    amount_minor: Annotated[int, Field(strict=True, ge=0, le=100_000_000)]
    currency: Currency
    due: FeeDue
    proceed_unpaid: Flag = False


class Validity(Terms):
    """How long a credential is valid: whole years, the last day inclusive."""

    years: Years


class UanProof(StrEnum):
    """What a topic in an activity number proves: its category by itself, or only with a list or staff."""

    ITSELF = "itself"
    LIST_OR_STAFF = "list_or_staff"


class CeCategory(Part):
    """A category of continuing education, and how many of the hours must or may come from it."""

    code: Code
    title: Line
    min_hours: Hours
    max_hours: Hours | None = None


class UanTopic(Part):
    """A topic of an activity number (UAN). A topic not listed proves nothing and does not count."""

    topic: Annotated[str, Field(pattern=r"^[0-9]{2}$")]
    proof: UanProof
    category: Code | None = None


class PreApproved(Dated):
    """An activity approved beforehand: the stem of its UAN, which its pharmacist and technician twins share."""

    uan_stem: Annotated[str, Field(min_length=1, max_length=40)]
    category: Code


class CeRules(Terms):
    """How activities are counted. Providers have `posting_days` after completion to post them."""

    topics: tuple[UanTopic, ...]
    pre_approved: tuple[PreApproved, ...] = ()
    posting_days: Days
    max_hours_per_activity: Hours | None = None


class LateTermFrom(StrEnum):
    """From where the term of a renewal in grace runs: from the day the last one ended, or from the day of renewal."""

    EXPIRY = "expiry"
    RENEWAL = "renewal"


class LateTier(Part):
    """Renewing up to this many days after expiry costs this fee on top."""

    up_to_days: DaysFromOne
    fee: Code


class Reinstatement(Terms):
    """How a lapsed credential comes back: within these days of the lapse, with hours and a fee, or else by exam."""

    within_days: Days
    hours: Hours
    fee: Code | None
    exam_after: Flag


class ExtensionKind(StrEnum):
    """Why a cycle is extended. Military service counts also when it is proved after the lapse."""

    MEDICAL = "medical"
    MILITARY = "military"
    OTHER = "other"


class ExtensionTerm(Part):
    """How far extensions of a kind may reach past the day on which the cycle ends, and how many there may be of it."""

    kind: ExtensionKind
    max_days: DaysFromOne
    max_times: TimesFromOne


class Extensions(Terms):
    """Which extensions staff may grant. A kind that is not listed is not granted."""

    kinds: tuple[ExtensionTerm, ...]

    def of(self, kind: ExtensionKind) -> ExtensionTerm | None:
        """The term of a kind, if there are extensions of it."""
        return next((term for term in self.kinds if term.kind is kind), None)


class Renewal(Terms):
    """What keeps a credential: hours in the allowed categories within the cycle, and the fee.

    Renewal opens `window_days` before the last valid day. In the `grace_days` after it the credential may still be
    renewed, late, for a term that runs `late_term_from`; then it lapses. Of surplus hours, `carry_over_hours` go to the
    next cycle. `extension` bounds the extensions of a cycle; an edition without it allows none.
    """

    hours: Hours
    categories: tuple[CeCategory, ...]
    ce: CeRules
    window_days: DaysFromOne
    grace_days: Days
    valid_in_grace: Flag
    late_tiers: tuple[LateTier, ...]
    late_term_from: LateTermFrom = LateTermFrom.EXPIRY
    fee: Code
    carry_over_hours: Hours
    reinstatement: Reinstatement
    extension: Extensions | None = None
    reminder_days: tuple[DaysFromOne, ...]

    def late_fee(self, days_late: int) -> str | None:
        """The code of the fee for renewing this many days late; None when not late, or too late for any tier."""
        if days_late <= 0:
            return None
        return next((tier.fee for tier in self.late_tiers if days_late <= tier.up_to_days), None)


class Audit(Terms):
    """The share of applications and renewals drawn for audit (0 to 1), and the days to answer."""

    applications_rate: Rate
    renewals_rate: Rate
    answer_days: DaysFromOne


class Badges(Terms):
    """Which readers the program's badges are cut for.

    Under `ob30-strict` a badge has one status entry, revocation: a suspension then shows in the registry, in what a
    refresh answers and on the public page only. Under `vcdm2` a list says it too.
    """

    profile: BadgeProfile = BadgeProfile.VCDM2


class Retention(Terms):
    """How many years records are kept: evidence and applications after the last step, exam records, credentials.

    `response_file_days` is for the bytes of an imported file of responses, after its import: what it held is stored.
    """

    application_years: Years
    exam_years: Years
    credential_years: Years
    response_file_days: DaysFromOne = 90


class Applications(Terms):
    """Days before things run out: a draft, an approved application, a request for information."""

    draft_expires_days: DaysFromOne
    approval_expires_days: DaysFromOne
    information_due_days: DaysFromOne
    max_returns: TimesFromOne


class Appeals(Terms):
    """How long an applicant may appeal, and how long the decision may take from then. Someone else decides, always."""

    window_days: DaysFromOne
    decide_within_days: DaysFromOne
    fee: Code | None


class InFlightRule(StrEnum):
    """What becomes of work begun under the edition before."""

    GRANDFATHER = "grandfather"
    MOVE_ON = "move_on"


class InFlight(Terms):
    """Work in flight stays under its edition, or moves to this one on a date."""

    rule: InFlightRule
    moves_on: Day | None = None


class Attestation(Terms):
    """A statement the applicant makes, in a version of its own; on these pathways, or on every one if none is named."""

    code: Code
    version: Version
    title: Line
    text: Text
    pathways: tuple[Code, ...] = ()
