"""When a credential may be renewed or reinstated, and for how long. Pure: facts in, ruling out."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from domain.credentials.model import Credential, Standing
from domain.dates import add_years, date_at
from domain.payments.model import Charge, ChargeStatus
from domain.payments.rules import settled
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import CeCategory, ExtensionKind, ExtensionTerm, LateTermFrom
from domain.renewals.ledger import MINUTES, Total, due
from domain.renewals.model import Cycle, CycleStatus
from domain.renewals.uan import Uan
from domain.ruling import Finding, Ruling, Source

_RENEWABLE = frozenset({Standing.ACTIVE, Standing.EXPIRED})
_STANDS = {
    Standing.ACTIVE: "It is active.",
    Standing.EXPIRED: "It expired, and is in its grace.",
    Standing.SUSPENDED: "It is suspended; the suspension must be lifted first.",
    Standing.LAPSED: "It has lapsed.",
    Standing.REVOKED: "It was revoked.",
    Standing.RETIRED: "It was retired.",
}

LONGEST_UNSEEN = 24 * 60
"""Minutes of one activity that are believed without anyone looking at it."""
UAN_YEARS = 3
"""For how long an activity keeps the number it was given (ACPE, Policies and Procedures for CPE)."""


def assess(
    credential: Credential, cycle: Cycle, total: Total, charges: Sequence[Charge], policy: Policy, on: date
) -> Ruling:
    """May this credential be renewed on this day, on the strength of what its cycle's ledger comes to?

    `credential` as it stands on that day; `charges` those about the cycle; `policy` the edition the cycle began under.
    """
    return Ruling(
        (
            _standing(credential, _RENEWABLE, "It may be renewed while it is active or in its grace."),
            _window(cycle, policy, on),
            _audit(cycle),
            _hours(total, due(policy.renewal.hours)),
            *(_category(one, total) for one in policy.renewal.categories if one.min_hours),
            settled(charges, cycle.id, policy.renewal.fee, policy),
            *_late(cycle, charges, policy, on),
        )
    ).citing(Source(edition=policy.edition, paragraph="renewal"))


def assess_reinstatement(
    credential: Credential, cycle: Cycle, total: Total, charges: Sequence[Charge], policy: Policy, on: date
) -> Ruling:
    """May this lapsed credential be reinstated on this day without a new examination? As `assess` otherwise."""
    terms = policy.renewal.reinstatement
    return Ruling(
        (
            _standing(credential, frozenset({Standing.LAPSED}), "It has lapsed."),
            _not_too_late(cycle, policy, on),
            _audit(cycle),
            _hours(total, due(terms.hours)),
            settled(charges, cycle.id, terms.fee, policy),
        )
    ).citing(Source(edition=policy.edition, paragraph="renewal.reinstatement"))


def opens_on(cycle: Cycle, policy: Policy) -> date:
    """The first day on which the cycle's credential may be renewed."""
    return cycle.ends_on - timedelta(days=policy.renewal.window_days)


def grace_until(cycle: Cycle, policy: Policy) -> date:
    """The last day on which it may be renewed, late; inclusive."""
    return cycle.last_day + timedelta(days=policy.renewal.grace_days)


def reinstatement_until(cycle: Cycle, policy: Policy) -> date:
    """The last day for a reinstatement by hours and fee; inclusive. The lapse is on the day after the grace."""
    lapsed_on = grace_until(cycle, policy) + timedelta(days=1)
    return lapsed_on + timedelta(days=policy.renewal.reinstatement.within_days)


def may_extend(cycle: Cycle, kind: ExtensionKind, until: date, policy: Policy) -> Ruling:
    """May staff extend this cycle to this day, inclusive? `policy` is the edition the cycle began under.

    Days are counted from the day on which the cycle ends by itself, so that several extensions reach no further than
    one.
    """
    terms = policy.renewal.extension
    term = terms.of(kind) if terms else None
    source = Source(edition=policy.edition, paragraph="renewal.extension")
    if term is None:
        allowed = Finding(
            clause="extension_kind",
            met=False,
            code="extension_kind_not_allowed",
            asked="The edition allows extensions of this kind.",
            found="It allows none.",
        )
        return Ruling((allowed,)).citing(source)
    return Ruling((_far(cycle, term, until), _often(cycle, term))).citing(source)


def _far(cycle: Cycle, term: ExtensionTerm, until: date) -> Finding:
    days = (until - cycle.ends_on).days
    met = days <= term.max_days
    return Finding(
        clause="extension_days",
        met=met,
        code="met" if met else "extension_too_long",
        asked=f"An extension of this kind reaches at most {term.max_days} days past {cycle.ends_on}.",
        found=f"{until} is {days} days past it.",
    )


def _often(cycle: Cycle, term: ExtensionTerm) -> Finding:
    granted = cycle.extensions.count(term.kind.value)
    met = granted < term.max_times
    return Finding(
        clause="extension_times",
        met=met,
        code="met" if met else "extended_too_often",
        asked=f"At most {term.max_times} of this kind in one cycle.",
        found=f"{granted} before this one.",
    )


def is_in_time(cycle: Cycle, policy: Policy, standing: Standing, on: date) -> bool:
    """Whether a renewal, or after a lapse a reinstatement, may take place on this day as far as the days go."""
    if standing is Standing.LAPSED:
        return on <= reinstatement_until(cycle, policy)
    return opens_on(cycle, policy) <= on <= grace_until(cycle, policy)


def fees_due(cycle: Cycle, charges: Iterable[Charge], policy: Policy, standing: Standing, on: date) -> tuple[str, ...]:
    """The codes of the fees that a renewal, or a reinstatement, on this day needs settled; settled ones included."""
    if standing is Standing.LAPSED:
        reinstating = policy.renewal.reinstatement.fee
        return (reinstating,) if reinstating else ()
    late = policy.renewal.late_fee((on - cycle.last_day).days)
    if late is None or _earlier_tier(cycle, charges, policy) is not None:
        return (policy.renewal.fee,)
    return (policy.renewal.fee, late)


def renewed_until(cycle: Cycle, policy: Policy, on: date) -> date:
    """The last valid day of the next term, inclusive.

    A renewal in time, or by an extension, goes on from the day the cycle ends, not from today: no day is lost or won.
    After that day the policy says from where the term runs. A term that would be over already begins on the day itself.
    """
    goes_on = add_years(cycle.ends_on, policy.validity.years)
    return add_years(on, policy.validity.years) if _begins_anew(cycle, policy, on) else goes_on


def next_begins(cycle: Cycle, policy: Policy, on: date) -> date:
    """The first day of the next cycle: the day after this one ends, or the day of a renewal whose term runs from it."""
    return on if _begins_anew(cycle, policy, on) else cycle.ends_on + timedelta(days=1)


def counts_from(cycle: Cycle, before: Cycle | None) -> date:
    """The first day whose education counts for a cycle; `before` is the one that its credential was in before.

    Usually the day it begins. What was earned between an early renewal and the end of the old term, or between that end
    and a late renewal whose term runs from itself, came too late for the one cycle: it counts for the other.
    """
    if before is None or before.status is not CycleStatus.RENEWED or before.renewed_on is None:
        return cycle.starts_on
    return min(cycle.starts_on, before.renewed_on, before.last_day + timedelta(days=1))


def may_record(cycle: Cycle, completed_on: date, on: date, *, lapsed: bool, first: date | None = None) -> Ruling:
    """May an activity completed on that day stand in this cycle's ledger? After a lapse, also one completed since.

    `first` is the day that `counts_from` gives, the cycle's first where it is left out.
    """
    first = cycle.starts_on if first is None else first
    last = on if lapsed else min(on, cycle.last_day)
    met = first <= completed_on <= last
    if met:
        code, found = "met", "It was."
    elif completed_on > on:
        code, found = "completed_in_the_future", f"{completed_on} is still to come."
    elif completed_on > last:
        code, found = "completed_after_cycle", f"{completed_on} belongs to the next cycle, which a renewal begins."
    else:
        code, found = "completed_before_cycle", f"{completed_on} is before the first day that counts for this cycle."
    asked = f"An activity of this cycle was completed from {first} to {last}."
    return Ruling((Finding(clause="completed_on", met=met, code=code, asked=asked, found=found),))


def is_plausible(uan: Uan, completed_on: date, minutes: int) -> bool:
    """Whether a claim under this number can be believed without staff: at most a day long, and of a living activity.

    ACPE gives a number for three years from the year it bears, so an older or a later one is a slip or worse.
    """
    age = (completed_on.year - int(uan.year)) % 100
    return minutes <= LONGEST_UNSEEN and age <= UAN_YEARS


def _begins_anew(cycle: Cycle, policy: Policy, on: date) -> bool:
    late = on > cycle.last_day and policy.renewal.late_term_from is LateTermFrom.RENEWAL
    return late or add_years(cycle.ends_on, policy.validity.years) <= max(on, cycle.last_day)


def _standing(credential: Credential, wanted: frozenset[Standing], asked: str) -> Finding:
    met = credential.status in wanted
    code = "met" if met else f"credential_{credential.status.value}"
    found = _STANDS[credential.status]
    return Finding(clause="standing", met=met, code=code, asked=asked, found=found, evidence=(str(credential.id),))


def _window(cycle: Cycle, policy: Policy, on: date) -> Finding:
    opens, closes = opens_on(cycle, policy), grace_until(cycle, policy)
    code, found = "met", f"Renewal is open; in time until {cycle.last_day}."
    if on < opens:
        code, found = "window_not_open", f"Renewal opens on {opens}."
    elif on > closes:
        code, found = "grace_over", f"Renewal was possible until {closes}."
    elif on > cycle.last_day:
        found = f"Renewal is late, and possible until {closes}."
    return Finding(
        clause="window",
        met=opens <= on <= closes,
        code=code,
        asked=f"A renewal takes place from {opens} to {closes}.",
        found=found,
        source=Source(edition=policy.edition, paragraph="renewal.window_days"),
    )


def _not_too_late(cycle: Cycle, policy: Policy, on: date) -> Finding:
    last, terms = reinstatement_until(cycle, policy), policy.renewal.reinstatement
    after = "a new examination brings it back" if terms.exam_after else "it cannot come back"
    return Finding(
        clause="reinstatement_window",
        met=on <= last,
        code="met" if on <= last else "reinstatement_too_late",
        asked=f"A lapsed credential is reinstated by {last}; after that {after}.",
        found=f"There is time until {last}." if on <= last else f"That day has passed; {after}.",
    )


def _audit(cycle: Cycle) -> Finding:
    waits = cycle.audited and cycle.audit_cleared_at is None
    return Finding(
        clause="audit",
        met=not waits,
        code="audit_open" if waits else "met",
        asked="A cycle chosen for audit is cleared by staff.",
        found="Its documents have still to be checked." if waits else "Nothing stands open.",
    )


def _hours(total: Total, wanted: int) -> Finding:
    met = total.minutes >= wanted
    carried = f", {_written(total.carried)} of them from the last cycle" if total.carried else ""
    return Finding(
        clause="hours",
        met=met,
        code="met" if met else "hours_missing",
        asked=f"{_written(wanted)} of continuing education in the allowed categories are completed within the cycle.",
        found=f"{_written(total.minutes)} count{carried}.",
        evidence=tuple(str(one.id) for one in total.activities),
    )


def _category(wanted: CeCategory, total: Total) -> Finding:
    have = total.by_category.get(wanted.code, 0)
    met = have >= due(wanted.min_hours)
    return Finding(
        clause=f"hours_{wanted.code}",
        met=met,
        code="met" if met else "category_hours_missing",
        asked=f"{_written(due(wanted.min_hours))} are in {wanted.title}.",
        found=f"{_written(have)} count there.",
    )


def _late(cycle: Cycle, charges: Sequence[Charge], policy: Policy, on: date) -> tuple[Finding, ...]:
    """The fee for being late, if it is: that of the day on which it was settled, or else of the day asked about."""
    late = policy.renewal.late_fee((on - cycle.last_day).days)
    if late is None:
        return ()
    return (settled(charges, cycle.id, _earlier_tier(cycle, charges, policy) or late, policy),)


def _earlier_tier(cycle: Cycle, charges: Iterable[Charge], policy: Policy) -> str | None:
    """The tier that was settled within its days: whoever paid in time for it need not pay for a later one."""
    done = {one.fee: one for one in charges if one.about_id == cycle.id and one.status in _SETTLED and one.settled_at}
    for tier in policy.renewal.late_tiers:
        one = done.get(tier.fee)
        if one is None or one.settled_at is None:
            continue
        if (date_at(one.settled_at, policy.zone) - cycle.last_day).days <= tier.up_to_days:
            return tier.fee
    return None


_SETTLED = frozenset({ChargeStatus.PAID, ChargeStatus.WAIVED})


def _written(minutes: int) -> str:
    """`30 h`, or `29 h 59 min`."""
    hours, rest = divmod(minutes, MINUTES)
    return f"{hours} h {rest} min" if rest else f"{hours} h"
