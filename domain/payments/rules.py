"""When a fee is settled, what goes back, and what a ledger comes to. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from domain.money import written
from domain.payments.model import Charge, ChargeStatus, Payment, PaymentStatus, Refund
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import Fee
from domain.ruling import Finding, Ruling, Source

_SETTLED = {ChargeStatus.PAID: "paid", ChargeStatus.WAIVED: "waived"}
_WORDS = {
    ChargeStatus.OPEN: ("fee_open", "It is not paid yet."),
    ChargeStatus.CANCELLED: ("fee_cancelled", "Its charge was cancelled."),
    ChargeStatus.REFUNDED: ("fee_refunded", "It was paid, and went back to the payer."),
}


@dataclass(frozen=True, slots=True)
class Use:
    """What became of that which a fee was paid for.

    `code` names what stands on it (empty: nothing does), `says` it in a sentence. `over`: it was rendered, or came to
    nothing; until then a fee goes back whole or not at all.
    """

    code: str = ""
    says: str = ""
    over: bool = False


NOT_USED = Use(says="What it was paid for has not come about yet.")
OVER = Use(says="What it was paid for was rendered, or came to nothing.", over=True)
NOTHING_DUE = "nothing_due"
"""The code of a fee that is settled because the policy asks none."""
IN_REVIEW = Use("application_under_way", "The application is under review; it must be withdrawn or decided first.")
SEAT_BOOKED = Use("seat_booked", "A seat is booked on it; cancelling that sends back what the policy gives.")
RESULT_AWAITED = Use("result_awaited", "The examination was taken on it, and its result is still to come.")
AWARD_HELD = Use("award_held", "The examination was passed on it, and the award waits for a decision.")
EXTENDED = Use("authorization_extended", "The window was extended on it, and is still open.")
MOVED = Use("booking_moved", "The booking was moved on it, and the appointment is still to come.")
APPEAL_FILED = Use("appeal_filed", "The appeal is being heard; it must be withdrawn or decided first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a ledger comes to in one currency, in minor units.

    `charged_minor` is everything asked for, cancelled charges left out, and always `due + settled + waived`, where
    `settled_minor` are the charges that were paid, also those refunded later. `received_minor` is the money that came
    in, `refunded_minor` what of it went back, never more.
    """

    currency: str
    charged_minor: int
    due_minor: int
    settled_minor: int
    waived_minor: int
    received_minor: int
    refunded_minor: int


def settled(
    charges: Iterable[Charge], about_id: UUID, fee_code: str | None, policy: Policy, instance: int = 1
) -> Finding:
    """Has this thing's fee been paid or waived, or does the policy let it go ahead unpaid?

    `charges` may hold others too. A fee that the policy does not have, or that is zero, is always settled.
    """
    fee = policy.fee(fee_code) if fee_code else None
    if fee is None or fee.amount_minor == 0:
        return _finding(fee_code or "none", NOTHING_DUE, "The policy asks no fee.", "Nothing is due.", met=True)
    standing = next((one for one in charges if _is_for(one, about_id, fee.code, instance)), None)
    return _judged(fee, standing, Source(edition=policy.edition, paragraph=f"fees.{fee.code}"))


def nothing_due(settled: Finding) -> bool:
    """Whether `settled` found that the policy asks nothing at all."""
    return settled.code == NOTHING_DUE


def may_refund(use: Use, *, whole: bool) -> Ruling:
    """May finance send a fee back, `whole` (all that is left) or in part?

    Never while a step that it paid for stands and lies ahead. Before it was used it goes back whole, so that nothing
    proceeds on a rest of it; what was rendered stays rendered, and its fee goes back for a reason, whole or in part.
    """
    nothing_stands = Finding(
        clause="nothing_stands_on_it",
        met=not use.code,
        code=use.code or "met",
        asked="No step that it paid for stands and lies ahead.",
        found=use.says,
    )
    rest_used = Finding(
        clause="whole_before_use",
        met=whole or use.over,
        code="met" if whole or use.over else "part_before_use",
        asked="A fee goes back in part only after what it was paid for.",
        found="It goes back whole." if whole else use.says,
    )
    return Ruling((nothing_stands, rest_used))


def share(charge: Charge, percent: int) -> int:
    """So many percent of what was charged, in whole minor units rounded down, but no more than can still go back."""
    return min(charge.amount_minor * percent // 100, charge.refundable_minor)


def gives_back(
    charge: Charge, amount_minor: int, payments: Iterable[Payment], refunds: Iterable[Refund]
) -> Payment | None:
    """The payment from which so much of a charge goes back; None where none holds that much of it any more.

    A payment that was received brought each of its charges whole, and holds what has not gone back of it yet: so never
    more goes back of a payment than it brought. A charge that was asked for again stands in several payments, whose
    order says nothing: money may come late. `refunds` are those of this charge; others do no harm.
    """
    back: Counter[UUID] = Counter()
    for one in refunds:
        if one.charge_id == charge.id:
            back[one.payment_id] += one.amount_minor
    received = (one for one in payments if one.status is PaymentStatus.RECEIVED and charge.id in one.charge_ids)
    return next((one for one in received if charge.amount_minor - back[one.id] >= amount_minor), None)


def balances(charges: Iterable[Charge], payments: Iterable[Payment], refunds: Iterable[Refund]) -> tuple[Balance, ...]:
    """What a ledger comes to, currency by currency, in the order of their codes."""
    charges, payments, refunds = tuple(charges), tuple(payments), tuple(refunds)
    currencies = sorted({charge.currency for charge in charges})
    return tuple(_balance(currency, charges, payments, refunds) for currency in currencies)


def _is_for(charge: Charge, about_id: UUID, fee: str, instance: int) -> bool:
    return charge.about_id == about_id and charge.fee == fee and charge.instance == instance


def _judged(fee: Fee, charge: Charge | None, source: Source) -> Finding:
    asked = f"{fee.title} of {written(fee.amount_minor, fee.currency)} is paid."
    evidence = (str(charge.id),) if charge else ()
    if charge and charge.status in _SETTLED:
        code = _SETTLED[charge.status]
        return _finding(fee.code, code, asked, f"It is {code}.", met=True, source=source, evidence=evidence)
    if fee.proceed_unpaid:
        found = "It is not paid yet; the policy lets this step go ahead."
        return _finding(fee.code, "proceeds_unpaid", asked, found, met=True, source=source, evidence=evidence)
    code, found = _WORDS[charge.status] if charge else ("fee_not_charged", "It was not asked for yet.")
    return _finding(fee.code, code, asked, found, met=False, source=source, evidence=evidence)


def _finding(
    fee: str,
    code: str,
    asked: str,
    found: str,
    *,
    met: bool,
    source: Source | None = None,
    evidence: tuple[str, ...] = (),
) -> Finding:
    clause = f"fee_{fee}"
    return Finding(clause=clause, met=met, code=code, asked=asked, found=found, source=source, evidence=evidence)


def _balance(
    currency: str, charges: tuple[Charge, ...], payments: tuple[Payment, ...], refunds: tuple[Refund, ...]
) -> Balance:
    def total(*statuses: ChargeStatus) -> int:
        return sum(one.amount_minor for one in charges if one.currency == currency and one.status in statuses)

    due, waived = total(ChargeStatus.OPEN), total(ChargeStatus.WAIVED)
    paid = total(ChargeStatus.PAID, ChargeStatus.REFUNDED)
    received = [one for one in payments if one.currency == currency and one.status is PaymentStatus.RECEIVED]
    return Balance(
        currency=currency,
        charged_minor=due + waived + paid,
        due_minor=due,
        settled_minor=paid,
        waived_minor=waived,
        received_minor=sum(one.amount_minor for one in received),
        refunded_minor=sum(one.amount_minor for one in refunds if one.currency == currency),
    )
