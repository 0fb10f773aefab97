"""The exam of a policy: outline, scale, report, retakes, the window to sit it, and what a change of plan costs."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.programs.values import (
    Code,
    Days,
    DaysFromOne,
    Flag,
    Items,
    Line,
    Minutes,
    Part,
    People,
    Percent,
    Points,
    Terms,
    Text,
    Times,
    TimesFromOne,
)


class ItemType(StrEnum):
    """How an item asks."""

    MULTIPLE_CHOICE = "multiple_choice"
    CASE_BASED = "case_based"


class Conversion(StrEnum):
    """How a raw score becomes a scaled one.

    `piecewise_linear`: one line from zero to the cut, another from the cut to the full raw score, so that the cut is
    exactly the passing score. `table`: a table stored with each form.
    """

    PIECEWISE_LINEAR = "piecewise_linear"
    TABLE = "table"


class Objective(Part):
    """One objective of an exam domain."""

    code: Code
    title: Line
    text: Text


class ExamDomain(Part):
    """One domain of the exam outline: its weight in percent and its number of scored items."""

    code: Code
    title: Line
    weight_percent: Percent
    items: Items
    objectives: tuple[Objective, ...]


class Exam(Terms):
    """The exam: how long, how many scored items, which kinds, in which languages (ISO 639-1), on what."""

    code: Code
    title: Line
    purpose: Text
    items: Items
    minutes: Minutes
    item_types: tuple[ItemType, ...]
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...]
    domains: tuple[ExamDomain, ...]

    def domain(self, code: str) -> ExamDomain | None:
        """The domain of this code, if there is one."""
        return next((domain for domain in self.domains if domain.code == code), None)


class Scale(Terms):
    """The reported scale; a score of exactly `passing` passes."""

    minimum: Points
    maximum: Points
    passing: Points
    rounding: Literal["half_up"]


class Scoring(Terms):
    """How answers become a score, and how many people must release it."""

    conversion: Conversion
    missing_response: Literal["incorrect"]
    release_approvals: People


class Band(Part):
    """A band of a domain's result, from this percentage of its scored items on."""

    code: Code
    title: Line
    from_percent: Percent


class Report(Terms):
    """What the score report tells. Bands are listed from the lowest; the first begins at 0."""

    passers_see_score: Flag
    failers_see_score: Flag
    domain_bands_for_failers: Flag
    modules_to_study_for_failers: Flag
    subscore_min_items: Items
    bands: tuple[Band, ...]


class Retakes(Terms):
    """How soon and how often. `None` sets no limit. A missed appointment is an attempt only if `missed_counts`."""

    wait_days: Days
    max_per_12_months: TimesFromOne | None
    lifetime_max: TimesFromOne | None
    attempts_per_authorization: TimesFromOne
    missed_counts: Flag


class Authorization(Terms):
    """The window to sit: days from its first day, and paid extensions of so many days each."""

    window_days: DaysFromOne
    max_extensions: Times
    extension_days: Days
    extension_fee: Code | None


class NoticeTier(Part):
    """What holds when at least `days_of_notice` whole days remain to the appointment.

    `fee` is charged and `refund_percent` of the exam fee goes back to the payer. Where `allowed` is false it cannot
    be done at all.
    """

    days_of_notice: Days
    allowed: Flag
    fee: Code | None = None
    refund_percent: Percent = 0


class Scheduling(Terms):
    """Tiers by days of notice, most notice first, the last at 0; and how late a place may be booked."""

    booking_closes_days: Days
    cancellation: tuple[NoticeTier, ...]
    rescheduling: tuple[NoticeTier, ...]
    no_show_refund_percent: Percent

    def cancelling(self, days_of_notice: int) -> NoticeTier | None:
        """The tier that a cancellation with this notice falls in; None when too late for any."""
        return _tier(self.cancellation, days_of_notice)

    def moving(self, days_of_notice: int) -> NoticeTier | None:
        """The tier that a reschedule with this notice falls in; None when too late for any."""
        return _tier(self.rescheduling, days_of_notice)


def _tier(tiers: tuple[NoticeTier, ...], days_of_notice: int) -> NoticeTier | None:
    return next((tier for tier in tiers if days_of_notice >= tier.days_of_notice), None)
