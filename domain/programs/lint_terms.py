"""The faults of an edition's figures: the exam, money, and what keeps a credential."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from domain.errors import Fault
from domain.programs.exam_terms import NoticeTier
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import FeeDue, UanProof

_DAYS_OF_YEAR = 365


def lint_exam(policy: Policy) -> Iterator[Fault]:
    """Outline, scale, bands, retakes and the window to sit."""
    yield from _outline(policy)
    scale = policy.scale
    if not scale.minimum < scale.passing <= scale.maximum:
        yield Fault("/scale", "scale_out_of_order", "The scale must run minimum < passing <= maximum.")
    starts = [band.from_percent for band in policy.report.bands]
    if not starts or starts[0] != 0 or not _rising(starts):
        yield Fault("/report/bands", "bands_not_monotone", "The bands must begin at 0 and rise.")
    yield from _retakes(policy)
    window = policy.authorization
    if window.max_extensions > 0 and window.extension_days == 0:
        yield Fault("/authorization/extension_days", "extension_empty", "An extension must last at least a day.")
    if window.max_extensions == 0 and window.extension_fee is not None:
        yield Fault("/authorization/extension_fee", "fee_unused", "There is a fee for extensions, but none is allowed.")


def lint_money(policy: Policy) -> Iterator[Fault]:
    """Fees that are named exist, are due where they are named, and rise as notice shrinks."""
    for index, fee in enumerate(policy.fees):
        if fee.currency != policy.currency:
            yield Fault(f"/fees/{index}/currency", "currency_differs", "A fee is in another currency than the edition.")
    for pointer, code, due in _named_fees(policy):
        named = policy.fee(code)
        if named is None:
            yield Fault(pointer, "unknown_fee", "It names a fee that the edition does not have.")
        elif named.due is not due:
            yield Fault(pointer, "fee_due_elsewhere", f"The fee named here is due for {named.due}, not for {due}.")
    yield from _notice(policy, policy.scheduling.cancellation, "/scheduling/cancellation")
    yield from _notice(policy, policy.scheduling.rescheduling, "/scheduling/rescheduling")


def lint_upkeep(policy: Policy) -> Iterator[Fault]:
    """Renewal, audit and retention."""
    yield from _hours(policy)
    yield from _categories(policy)
    yield from _late(policy)
    renewal = policy.renewal
    if renewal.window_days > policy.validity.years * _DAYS_OF_YEAR:
        yield Fault("/renewal/window_days", "window_too_long", "Renewal would open before the credential begins.")
    for name in ("applications_rate", "renewals_rate"):
        if not 0 <= getattr(policy.audit, name) <= 1:
            yield Fault(f"/audit/{name}", "rate_out_of_range", "A rate lies between 0 and 1.")
    for name in ("application_years", "exam_years", "credential_years"):
        if getattr(policy.retention, name) < policy.validity.years:
            detail = "Records are kept for at least one full cycle of validity."
            yield Fault(f"/retention/{name}", "retention_too_short", detail)


def _outline(policy: Policy) -> Iterator[Fault]:
    exam = policy.exam
    if sum(domain.weight_percent for domain in exam.domains) != 100:  # noqa: PLR2004 - a whole, in percent
        yield Fault("/exam/domains", "weights_do_not_sum", "The weights of the domains must sum to 100 percent.")
    if sum(domain.items for domain in exam.domains) != exam.items:
        yield Fault("/exam/domains", "items_do_not_sum", "The items of the domains must sum to the items of the exam.")
    for index, domain in enumerate(exam.domains):
        if abs(domain.items * 100 - domain.weight_percent * exam.items) >= 100:  # noqa: PLR2004 - one item, in percent
            detail = "The number of items is not the domain's share of the exam."
            yield Fault(f"/exam/domains/{index}/items", "items_do_not_match_weight", detail)
        if not domain.objectives:
            yield Fault(f"/exam/domains/{index}/objectives", "nothing_asked", "A domain needs objectives.")
    for name in ("item_types", "languages"):
        if not getattr(exam, name):
            yield Fault(f"/exam/{name}", "nothing_asked", "The exam needs at least one.")


def _retakes(policy: Policy) -> Iterator[Fault]:
    retakes = policy.retakes
    yearly, lifetime = retakes.max_per_12_months, retakes.lifetime_max
    if yearly is not None and lifetime is not None and yearly > lifetime:
        detail = "More attempts are allowed in a year than in a life."
        yield Fault("/retakes/max_per_12_months", "retakes_incoherent", detail)
    if lifetime is not None and retakes.attempts_per_authorization > lifetime:
        detail = "More attempts are allowed per authorization than in a life."
        yield Fault("/retakes/attempts_per_authorization", "retakes_incoherent", detail)
    if yearly is not None and (yearly - 1) * retakes.wait_days > _DAYS_OF_YEAR:
        detail = "The wait leaves no room for that many attempts in twelve months."
        yield Fault("/retakes/wait_days", "retakes_incoherent", detail)


def _named_fees(policy: Policy) -> Iterator[tuple[str, str, FeeDue]]:
    renewal, scheduling = policy.renewal, policy.scheduling
    named = [
        ("/authorization/extension_fee", policy.authorization.extension_fee, FeeDue.EXTENSION),
        ("/appeals/fee", policy.appeals.fee, FeeDue.APPEAL),
        ("/renewal/fee", renewal.fee, FeeDue.RENEWAL),
        ("/renewal/reinstatement/fee", renewal.reinstatement.fee, FeeDue.REINSTATEMENT),
        *((f"/renewal/late_tiers/{i}/fee", t.fee, FeeDue.LATE_RENEWAL) for i, t in enumerate(renewal.late_tiers)),
        *(
            (f"/scheduling/cancellation/{i}/fee", t.fee, FeeDue.CANCELLATION)
            for i, t in enumerate(scheduling.cancellation)
        ),
        *(
            (f"/scheduling/rescheduling/{i}/fee", t.fee, FeeDue.RESCHEDULING)
            for i, t in enumerate(scheduling.rescheduling)
        ),
    ]
    for pointer, code, due in named:
        if code is not None:
            yield pointer, code, due


def _notice(policy: Policy, tiers: tuple[NoticeTier, ...], pointer: str) -> Iterator[Fault]:
    days = [tier.days_of_notice for tier in tiers]
    if not days or days[-1] != 0 or not _rising(days[::-1]):
        yield Fault(pointer, "tiers_not_monotone", "Tiers go from most notice to least, and end at 0 days.")
    for index, (more, less) in enumerate(pairwise(tiers), start=1):
        if less.refund_percent > more.refund_percent or (less.allowed and not more.allowed):
            detail = "Less notice may not be treated better than more."
            yield Fault(f"{pointer}/{index}", "tiers_not_monotone", detail)
        elif less.allowed and _amount(policy, less.fee) < _amount(policy, more.fee):
            yield Fault(f"{pointer}/{index}/fee", "tiers_not_monotone", "Less notice may not cost less than more.")


def _late(policy: Policy) -> Iterator[Fault]:
    renewal = policy.renewal
    days = [tier.up_to_days for tier in renewal.late_tiers]
    if not _rising(days):
        yield Fault("/renewal/late_tiers", "tiers_not_monotone", "Late tiers go from the fewest days to the most.")
    if days and days[-1] != renewal.grace_days:
        yield Fault("/renewal/late_tiers", "late_tiers_leave_gap", "The last late tier must end with the grace days.")
    amounts = [_amount(policy, tier.fee) for tier in renewal.late_tiers]
    if any(later < sooner for sooner, later in pairwise(amounts)):
        yield Fault("/renewal/late_tiers", "tiers_not_monotone", "Renewing later may not cost less.")


def _hours(policy: Policy) -> Iterator[Fault]:
    renewal = policy.renewal
    if renewal.hours == 0:
        yield Fault("/renewal/hours", "hours_incoherent", "Renewal must ask for hours.")
    for index, category in enumerate(renewal.categories):
        if category.max_hours is not None and category.max_hours < category.min_hours:
            pointer = f"/renewal/categories/{index}/max_hours"
            yield Fault(pointer, "hours_incoherent", "A category allows fewer hours than it asks for.")
    if sum((category.min_hours for category in renewal.categories), Decimal(0)) > renewal.hours:
        yield Fault("/renewal/categories", "hours_incoherent", "The categories ask for more hours than renewal does.")
    most = [category.max_hours for category in renewal.categories]
    if sum((hours for hours in most if hours is not None), Decimal(0)) < renewal.hours and None not in most:
        yield Fault(
            "/renewal/categories", "hours_incoherent", "The categories allow fewer hours than renewal asks for."
        )
    if renewal.carry_over_hours > renewal.hours:
        yield Fault("/renewal/carry_over_hours", "hours_incoherent", "More hours are carried over than are asked for.")


def _categories(policy: Policy) -> Iterator[Fault]:
    known = {category.code for category in policy.renewal.categories}
    ce = policy.renewal.ce
    for index, topic in enumerate(ce.topics):
        pointer = f"/renewal/ce/topics/{index}/category"
        if topic.category is not None and topic.category not in known:
            yield Fault(pointer, "unknown_category", "Renewal has no such category.")
        if topic.proof is UanProof.ITSELF and topic.category is None:
            yield Fault(pointer, "category_missing", "A topic that proves itself must say which category it proves.")
    for index, activity in enumerate(ce.pre_approved):
        if activity.category not in known:
            pointer = f"/renewal/ce/pre_approved/{index}/category"
            yield Fault(pointer, "unknown_category", "Renewal has no such category.")


def _amount(policy: Policy, code: str | None) -> int:
    fee = policy.fee(code) if code else None
    return fee.amount_minor if fee else 0


def _rising(values: Sequence[int]) -> bool:
    return all(lower < higher for lower, higher in pairwise(values))
