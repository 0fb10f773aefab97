"""The faults of an edition's figures: the exam, money, and what keeps a credential.

Each check goes as far as what was read of the edition, and looks at no more than it needs.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import pairwise

from domain.errors import Fault
from domain.programs.exam_terms import ExamDomain, NoticeTier
from domain.programs.partial import as_far_as_read
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import CeCategory, Fee, FeeDue, LateTier, PreApproved, UanProof, UanTopic

_DAYS_OF_YEAR = 365


def lint_exam(policy: Policy) -> Iterator[Fault]:
    """Outline, scale, bands, retakes and the window to sit."""
    for check in (_weights, _items, _domains, _kinds, _scale, _bands, _retakes, _spaced, _per_authorization, _window):
        yield from check(policy)


def lint_money(policy: Policy) -> Iterator[Fault]:
    """Fees that are named exist, are due where they are named, and rise as notice shrinks."""
    for check in (_currencies, _named_once, _named_tiers, _cancelling, _moving):
        yield from check(policy)


def lint_upkeep(policy: Policy) -> Iterator[Fault]:
    """Renewal, audit and retention."""
    checks = (
        *(_hours, _category_hours, _least_hours, _most_hours, _carried, _topics, _pre_approved),
        *(_late, _late_until, _late_amounts, _opens, _kept),
    )
    for check in checks:
        yield from check(policy)


@as_far_as_read
def _weights(policy: Policy) -> Iterator[Fault]:
    if sum(domain.weight_percent for domain in policy.exam.domains) != 100:  # noqa: PLR2004 - a whole, in percent
        yield Fault("/exam/domains", "weights_do_not_sum", "The weights of the domains must sum to 100 percent.")


@as_far_as_read
def _items(policy: Policy) -> Iterator[Fault]:
    if sum(domain.items for domain in policy.exam.domains) != policy.exam.items:
        yield Fault("/exam/domains", "items_do_not_sum", "The items of the domains must sum to the items of the exam.")


@as_far_as_read
def _domains(policy: Policy) -> Iterator[Fault]:
    for index, domain in enumerate(policy.exam.domains):
        yield from _share(policy, domain, f"/exam/domains/{index}/items")
        yield from _objectives(domain, f"/exam/domains/{index}/objectives")


@as_far_as_read
def _share(policy: Policy, domain: ExamDomain, pointer: str) -> Iterator[Fault]:
    if abs(domain.items * 100 - domain.weight_percent * policy.exam.items) >= 100:  # noqa: PLR2004 - an item, in percent
        yield Fault(pointer, "items_do_not_match_weight", "The number of items is not the domain's share of the exam.")


@as_far_as_read
def _objectives(domain: ExamDomain, pointer: str) -> Iterator[Fault]:
    if not domain.objectives:
        yield Fault(pointer, "nothing_asked", "A domain needs objectives.")


def _kinds(policy: Policy) -> Iterator[Fault]:
    for name in ("item_types", "languages"):
        yield from _at_least_one(policy, name)


@as_far_as_read
def _at_least_one(policy: Policy, name: str) -> Iterator[Fault]:
    if not getattr(policy.exam, name):
        yield Fault(f"/exam/{name}", "nothing_asked", "The exam needs at least one.")


@as_far_as_read
def _scale(policy: Policy) -> Iterator[Fault]:
    scale = policy.scale
    if scale.passing > scale.maximum or scale.passing <= scale.minimum:
        yield Fault("/scale", "scale_out_of_order", "The scale must run minimum < passing <= maximum.")


@as_far_as_read
def _bands(policy: Policy) -> Iterator[Fault]:
    starts = [band.from_percent for band in policy.report.bands]
    if not starts or starts[0] != 0 or not _rising(starts):
        yield Fault("/report/bands", "bands_not_monotone", "The bands must begin at 0 and rise.")


@as_far_as_read
def _retakes(policy: Policy) -> Iterator[Fault]:
    yearly, lifetime = policy.retakes.max_per_12_months, policy.retakes.lifetime_max
    if yearly is not None and lifetime is not None and yearly > lifetime:
        detail = "More attempts are allowed in a year than in a life."
        yield Fault("/retakes/max_per_12_months", "retakes_incoherent", detail)


@as_far_as_read
def _per_authorization(policy: Policy) -> Iterator[Fault]:
    lifetime = policy.retakes.lifetime_max
    if lifetime is not None and policy.retakes.attempts_per_authorization > lifetime:
        detail = "More attempts are allowed per authorization than in a life."
        yield Fault("/retakes/attempts_per_authorization", "retakes_incoherent", detail)


@as_far_as_read
def _spaced(policy: Policy) -> Iterator[Fault]:
    yearly = policy.retakes.max_per_12_months
    if yearly is not None and (yearly - 1) * policy.retakes.wait_days > _DAYS_OF_YEAR:
        detail = "The wait leaves no room for that many attempts in twelve months."
        yield Fault("/retakes/wait_days", "retakes_incoherent", detail)


@as_far_as_read
def _window(policy: Policy) -> Iterator[Fault]:
    window = policy.authorization
    if window.max_extensions == 0 and window.extension_fee is not None:
        yield Fault("/authorization/extension_fee", "fee_unused", "There is a fee for extensions, but none is allowed.")
    if window.max_extensions > 0 and window.extension_days == 0:
        yield Fault("/authorization/extension_days", "extension_empty", "An extension must last at least a day.")


@as_far_as_read
def _currencies(policy: Policy) -> Iterator[Fault]:
    for index, fee in enumerate(policy.fees):
        yield from _currency(policy, fee, f"/fees/{index}/currency")


@as_far_as_read
def _currency(policy: Policy, fee: Fee, pointer: str) -> Iterator[Fault]:
    if fee.currency != policy.currency:
        yield Fault(pointer, "currency_differs", "A fee is in another currency than the edition.")


def _named_once(policy: Policy) -> Iterator[Fault]:
    named: list[tuple[str, Callable[[], str | None], FeeDue]] = [
        ("/authorization/extension_fee", lambda: policy.authorization.extension_fee, FeeDue.EXTENSION),
        ("/appeals/fee", lambda: policy.appeals.fee, FeeDue.APPEAL),
        ("/renewal/fee", lambda: policy.renewal.fee, FeeDue.RENEWAL),
        ("/renewal/reinstatement/fee", lambda: policy.renewal.reinstatement.fee, FeeDue.REINSTATEMENT),
    ]
    for pointer, code, due in named:
        yield from _named(policy, pointer, code, due)


def _named_tiers(policy: Policy) -> Iterator[Fault]:
    yield from _tier_fees(policy, "/renewal/late_tiers", lambda: policy.renewal.late_tiers, FeeDue.LATE_RENEWAL)
    terms = policy.scheduling
    yield from _tier_fees(policy, "/scheduling/cancellation", lambda: terms.cancellation, FeeDue.CANCELLATION)
    yield from _tier_fees(policy, "/scheduling/rescheduling", lambda: terms.rescheduling, FeeDue.RESCHEDULING)


@as_far_as_read
def _tier_fees(
    policy: Policy, pointer: str, tiers: Callable[[], Sequence[LateTier | NoticeTier]], due: FeeDue
) -> Iterator[Fault]:
    for index, tier in enumerate(tiers()):
        yield from _named(policy, f"{pointer}/{index}/fee", partial(getattr, tier, "fee"), due)


@as_far_as_read
def _named(policy: Policy, pointer: str, code: Callable[[], str | None], due: FeeDue) -> Iterator[Fault]:
    wanted = code()
    if wanted is None:
        return
    named = policy.fee(wanted)
    if named is None:
        yield Fault(pointer, "unknown_fee", "It names a fee that the edition does not have.")
    elif named.due != due:
        yield Fault(pointer, "fee_due_elsewhere", f"The fee named here is due for {named.due}, not for {due}.")


@as_far_as_read
def _cancelling(policy: Policy) -> Iterator[Fault]:
    yield from _notice(policy, policy.scheduling.cancellation, "/scheduling/cancellation")


@as_far_as_read
def _moving(policy: Policy) -> Iterator[Fault]:
    yield from _notice(policy, policy.scheduling.rescheduling, "/scheduling/rescheduling")


def _notice(policy: Policy, tiers: tuple[NoticeTier, ...], pointer: str) -> Iterator[Fault]:
    yield from _in_order(tiers, pointer)
    for index, (more, less) in enumerate(pairwise(tiers), start=1):
        yield from _no_better(policy, more, less, f"{pointer}/{index}")


@as_far_as_read
def _in_order(tiers: tuple[NoticeTier, ...], pointer: str) -> Iterator[Fault]:
    days = [tier.days_of_notice for tier in tiers]
    if not days or days[-1] != 0 or not _rising(days[::-1]):
        yield Fault(pointer, "tiers_not_monotone", "Tiers go from most notice to least, and end at 0 days.")


@as_far_as_read
def _no_better(policy: Policy, more: NoticeTier, less: NoticeTier, pointer: str) -> Iterator[Fault]:
    if less.refund_percent > more.refund_percent or (less.allowed and not more.allowed):
        yield Fault(pointer, "tiers_not_monotone", "Less notice may not be treated better than more.")
    elif less.allowed and _amount(policy, less.fee) < _amount(policy, more.fee):
        yield Fault(f"{pointer}/fee", "tiers_not_monotone", "Less notice may not cost less than more.")


@as_far_as_read
def _late(policy: Policy) -> Iterator[Fault]:
    if not _rising([tier.up_to_days for tier in policy.renewal.late_tiers]):
        yield Fault("/renewal/late_tiers", "tiers_not_monotone", "Late tiers go from the fewest days to the most.")


@as_far_as_read
def _late_until(policy: Policy) -> Iterator[Fault]:
    tiers = policy.renewal.late_tiers
    if tiers and tiers[-1].up_to_days != policy.renewal.grace_days:
        yield Fault("/renewal/late_tiers", "late_tiers_leave_gap", "The last late tier must end with the grace days.")


@as_far_as_read
def _late_amounts(policy: Policy) -> Iterator[Fault]:
    amounts = [_amount(policy, tier.fee) for tier in policy.renewal.late_tiers]
    if any(later < sooner for sooner, later in pairwise(amounts)):
        yield Fault("/renewal/late_tiers", "tiers_not_monotone", "Renewing later may not cost less.")


@as_far_as_read
def _opens(policy: Policy) -> Iterator[Fault]:
    if policy.renewal.window_days > policy.validity.years * _DAYS_OF_YEAR:
        yield Fault("/renewal/window_days", "window_too_long", "Renewal would open before the credential begins.")


def _kept(policy: Policy) -> Iterator[Fault]:
    for name in ("application_years", "exam_years", "credential_years"):
        yield from _years(policy, name)


@as_far_as_read
def _years(policy: Policy, name: str) -> Iterator[Fault]:
    if getattr(policy.retention, name) < policy.validity.years:
        detail = "Records are kept for at least one full cycle of validity."
        yield Fault(f"/retention/{name}", "retention_too_short", detail)


@as_far_as_read
def _hours(policy: Policy) -> Iterator[Fault]:
    if policy.renewal.hours == 0:
        yield Fault("/renewal/hours", "hours_incoherent", "Renewal must ask for hours.")


@as_far_as_read
def _category_hours(policy: Policy) -> Iterator[Fault]:
    for index, category in enumerate(policy.renewal.categories):
        yield from _category(category, f"/renewal/categories/{index}/max_hours")


@as_far_as_read
def _category(category: CeCategory, pointer: str) -> Iterator[Fault]:
    if category.max_hours is not None and category.max_hours < category.min_hours:
        yield Fault(pointer, "hours_incoherent", "A category allows fewer hours than it asks for.")


@as_far_as_read
def _least_hours(policy: Policy) -> Iterator[Fault]:
    if sum((category.min_hours for category in policy.renewal.categories), Decimal(0)) > policy.renewal.hours:
        yield Fault("/renewal/categories", "hours_incoherent", "The categories ask for more hours than renewal does.")


@as_far_as_read
def _most_hours(policy: Policy) -> Iterator[Fault]:
    most = [category.max_hours for category in policy.renewal.categories]
    if any(hours is None for hours in most):
        return
    if sum((hours for hours in most if hours is not None), Decimal(0)) < policy.renewal.hours:
        detail = "The categories allow fewer hours than renewal asks for."
        yield Fault("/renewal/categories", "hours_incoherent", detail)


@as_far_as_read
def _carried(policy: Policy) -> Iterator[Fault]:
    if policy.renewal.carry_over_hours > policy.renewal.hours:
        yield Fault("/renewal/carry_over_hours", "hours_incoherent", "More hours are carried over than are asked for.")


@as_far_as_read
def _topics(policy: Policy) -> Iterator[Fault]:
    known = {category.code for category in policy.renewal.categories}
    for index, topic in enumerate(policy.renewal.ce.topics):
        yield from _topic(topic, f"/renewal/ce/topics/{index}/category", known)


@as_far_as_read
def _topic(topic: UanTopic, pointer: str, known: set[str]) -> Iterator[Fault]:
    if topic.category is not None and topic.category not in known:
        yield Fault(pointer, "unknown_category", "Renewal has no such category.")
    if topic.proof is UanProof.ITSELF and topic.category is None:
        yield Fault(pointer, "category_missing", "A topic that proves itself must say which category it proves.")


@as_far_as_read
def _pre_approved(policy: Policy) -> Iterator[Fault]:
    known = {category.code for category in policy.renewal.categories}
    for index, activity in enumerate(policy.renewal.ce.pre_approved):
        yield from _pre_approved_one(activity, f"/renewal/ce/pre_approved/{index}/category", known)


@as_far_as_read
def _pre_approved_one(activity: PreApproved, pointer: str, known: set[str]) -> Iterator[Fault]:
    if activity.category not in known:
        yield Fault(pointer, "unknown_category", "Renewal has no such category.")


def _amount(policy: Policy, code: str | None) -> int:
    fee = policy.fee(code) if code else None
    return fee.amount_minor if fee else 0


def _rising(values: Sequence[int]) -> bool:
    return all(lower < higher for lower, higher in pairwise(values))
