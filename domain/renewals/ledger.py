"""What the ledger of a cycle comes to, in minutes. Pure.

Only accepted activities count, each once: of versions that share a stem the longest. No activity counts for more than
the policy lets one count, no category for more than its limit.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from domain.programs.policy import Policy
from domain.programs.upkeep_terms import CeCategory, Renewal, UanProof
from domain.renewals.model import Activity, ActivityStatus, ApprovedActivity
from domain.renewals.uan import MalformedUan, Uan, stem_of

MINUTES: Final = 60
BY_TOPIC: Final = "uan_topic"
BY_LIST: Final = "pre_approved"
BY_STAFF: Final = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What counts, in minutes: by category within its limit, what the last cycle left over, and all together."""

    by_category: dict[str, int]
    carried: int
    activities: tuple[Activity, ...]

    @property
    def minutes(self) -> int:
        """All that counts."""
        return sum(self.by_category.values()) + self.carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What proves an activity by rule: its category, and `BY_TOPIC` or `BY_LIST`."""

    category: str
    proof: str


class DoesNotCount(Exception):
    """The topic of the number is none that the policy counts."""


def total(
    terms: Renewal,
    activities: Iterable[Activity],
    first: date,
    last: date,
    *,
    carried: int = 0,
    used: Collection[str] = (),
) -> Total:
    """What these activities come to, completed from a day until a day, both inclusive.

    `used` are stems that an earlier cycle counted. `carried` minutes come from the cycle before.
    """
    counting = _once([one for one in activities if _counts(one, terms, first, last, used)])
    sums: dict[str, int] = defaultdict(int)
    for one in counting:
        sums[one.category] += _at_most(one.minutes, terms.ce.max_hours_per_activity)
    by_category = {c.code: _at_most(sums[c.code], c.max_hours) for c in terms.categories}
    return Total(by_category=by_category, carried=carried, activities=tuple(counting))


def left_over(terms: Renewal, own: Total) -> int:
    """The minutes that go on to the next cycle: what was earned beyond what was asked, as far as the policy lets."""
    surplus = sum(own.by_category.values()) - due(terms.hours)
    return max(0, min(surplus, due(terms.carry_over_hours)))


def due(hours: Decimal) -> int:
    """Hours of a policy in minutes; a broken minute is asked in full."""
    return -int((-hours * MINUTES).to_integral_value(ROUND_FLOOR))


def category(terms: Renewal, code: str) -> CeCategory | None:
    """The category of this code, if the policy has it."""
    return next((one for one in terms.categories if one.code == code), None)


def proved(policy: Policy, uan: Uan, listed: Iterable[ApprovedActivity], on: date) -> Proof | None:
    """What proves an activity of this number completed on a day; None where staff have to judge.

    A topic that proves itself does; any other that the policy names needs the stem on the policy's list or among
    `listed`, in force on that day. Raises DoesNotCount for a topic that the policy does not name.
    """
    terms = policy.renewal
    topic = next((one for one in terms.ce.topics if one.topic == uan.topic), None)
    if topic is None:
        raise DoesNotCount
    if topic.proof is UanProof.ITSELF and topic.category is not None:
        return Proof(category=topic.category, proof=BY_TOPIC)
    for one in terms.ce.pre_approved:
        if _stem(one.uan_stem) == uan.stem and one.in_effect(on):
            return Proof(category=one.category, proof=BY_LIST)
    for entry in listed:
        if entry.uan_stem == uan.stem and entry.from_on <= on <= (entry.until_on or date.max):
            return Proof(category=entry.category, proof=BY_LIST)
    return None


def _stem(written: str) -> str:
    """A stem as a policy writes it; one that no activity can have matches none."""
    try:
        return stem_of(written)
    except MalformedUan:
        return written


def _counts(one: Activity, terms: Renewal, first: date, last: date, used: Collection[str]) -> bool:
    return (
        one.status is ActivityStatus.ACCEPTED
        and first <= one.completed_on <= last
        and category(terms, one.category) is not None
        and one.uan_stem not in used
    )


def _once(activities: Iterable[Activity]) -> list[Activity]:
    """Of the versions of one activity the longest, the earliest recorded of equals; what has no number stands alone."""
    kept: dict[object, Activity] = {}
    for one in sorted(activities, key=lambda a: (-a.minutes, a.recorded_at, a.id)):
        kept.setdefault(one.uan_stem or one.id, one)
    return sorted(kept.values(), key=lambda a: (a.completed_on, a.id))


def _at_most(minutes: int, hours: Decimal | None) -> int:
    return minutes if hours is None else min(minutes, int(hours * MINUTES))
