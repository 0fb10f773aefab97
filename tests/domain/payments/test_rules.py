"""When a fee is settled, what goes back, and what a ledger comes to."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.payments.model import Charge, ChargeStatus, Payment, PaymentStatus, Refund
from domain.payments.rules import balances, gives_back, settled, share
from tests.builders import a_policy, cpom

THING = UUID(int=7)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_charge(**fields: Any) -> Charge:
    good = Charge(
        id=UUID(int=1),
        candidate_id=UUID(int=2),
        fee="exam",
        about_id=THING,
        amount_minor=39_500,
        currency="USD",
        edition="cpom-2026",
        created_at=NOON,
    )
    return replace(good, **fields)


@pytest.mark.parametrize(
    ("charge", "met", "code"),
    [
        (None, False, "fee_not_charged"),
        (a_charge(), False, "fee_open"),
        (a_charge(status=ChargeStatus.PAID), True, "paid"),
        (a_charge(status=ChargeStatus.PAID, refunded_minor=100), True, "paid"),
        (a_charge(status=ChargeStatus.WAIVED), True, "waived"),
        (a_charge(status=ChargeStatus.CANCELLED), False, "fee_cancelled"),
        (a_charge(status=ChargeStatus.REFUNDED), False, "fee_refunded"),
        (a_charge(status=ChargeStatus.PAID, instance=2), False, "fee_not_charged"),
        (a_charge(status=ChargeStatus.PAID, about_id=UUID(int=8)), False, "fee_not_charged"),
        (a_charge(status=ChargeStatus.PAID, fee="retake"), False, "fee_not_charged"),
    ],
)
def test_a_fee_is_settled_when_its_own_charge_is_paid_or_waived(charge: Charge | None, met: bool, code: str) -> None:
    finding = settled([charge] if charge else [], THING, "exam", cpom())

    assert (finding.met, finding.code) == (met, code)
    assert finding.source is not None
    assert finding.source.paragraph == "fees.exam"


@pytest.mark.parametrize("charges", [[], [a_charge()]])
def test_nothing_proceeds_unpaid_unless_the_policy_says_so(charges: list[Charge]) -> None:
    strict, lenient = cpom(), a_policy({"/fees/1/proceed_unpaid": True})

    assert not settled(charges, THING, "exam", strict).met
    assert settled(charges, THING, "exam", lenient).code == "proceeds_unpaid"


def test_a_fee_of_nothing_and_a_fee_nobody_asks_are_settled() -> None:
    assert settled([], THING, "appeal", cpom()).code == "nothing_due"
    assert settled([], THING, None, cpom()).met
    assert settled([], THING, "no-such-fee", cpom()).met


@pytest.mark.parametrize(
    ("percent", "refunded", "back"),
    [(100, 0, 39_500), (50, 0, 19_750), (33, 0, 13_035), (0, 0, 0), (100, 20_000, 19_500), (50, 39_000, 500)],
)
def test_a_share_is_rounded_down_and_never_more_than_is_left(percent: int, refunded: int, back: int) -> None:
    assert share(a_charge(status=ChargeStatus.PAID, refunded_minor=refunded), percent) == back


@pytest.mark.parametrize("status", sorted(set(ChargeStatus) - {ChargeStatus.PAID}))
def test_nothing_goes_back_of_what_was_not_paid(status: ChargeStatus) -> None:
    assert share(a_charge(status=status), 100) == 0


def a_payment(number: int, status: PaymentStatus = PaymentStatus.RECEIVED) -> Payment:
    """A payment of the charge above and another of the same amount."""
    return Payment(
        id=UUID(int=number),
        candidate_id=UUID(int=2),
        charge_ids=(UUID(int=1), UUID(int=9)),
        amount_minor=79_000,
        currency="USD",
        payer=f"sponsor:{number}",
        provider="invoice",
        provider_reference=f"INV-{number}",
        started_at=NOON,
        status=status,
    )


def a_refund(payment: int, amount: int, charge: int = 1) -> Refund:
    return Refund(
        id=UUID(int=100),
        candidate_id=UUID(int=2),
        charge_id=UUID(int=charge),
        payment_id=UUID(int=payment),
        amount_minor=amount,
        currency="USD",
        payer=f"sponsor:{payment}",
        reason="A reason.",
        refunded_at=NOON,
        refunded_by="finance",
        provider_reference="R-1",
    )


FAILED, STARTED = PaymentStatus.FAILED, PaymentStatus.STARTED


@pytest.mark.parametrize(
    ("payments", "refunds", "amount", "giver"),
    [
        pytest.param([a_payment(1)], [], 39_500, 1, id="the only one"),
        pytest.param([a_payment(1)], [], 39_501, None, id="more than it brought for this charge"),
        pytest.param([a_payment(1), a_payment(2)], [a_refund(2, 39_500)], 39_500, 1, id="the older, paid late"),
        pytest.param([a_payment(1), a_payment(2)], [a_refund(1, 39_500)], 39_500, 2, id="the newer"),
        pytest.param([a_payment(1)], [a_refund(1, 39_499)], 1, 1, id="the rest"),
        pytest.param([a_payment(1)], [a_refund(1, 39_499)], 2, None, id="a cent more than the rest"),
        pytest.param([a_payment(1)], [a_refund(1, 39_500, charge=9)], 39_500, 1, id="its other charge went back"),
        pytest.param([a_payment(1, FAILED), a_payment(2, STARTED)], [], 1, None, id="none arrived"),
        pytest.param([], [], 1, None, id="none at all"),
    ],
)
def test_money_goes_back_from_the_payment_that_still_holds_it(
    payments: list[Payment], refunds: list[Refund], amount: int, giver: int | None
) -> None:
    payment = gives_back(a_charge(status=ChargeStatus.PAID), amount, payments, refunds)

    assert (payment.id.int if payment else None) == giver


def test_currencies_are_never_added_up() -> None:
    ledger = [a_charge(), a_charge(currency="EUR", amount_minor=100, status=ChargeStatus.WAIVED)]

    euros, dollars = balances(ledger, [], [])

    assert (euros.currency, euros.charged_minor, euros.waived_minor) == ("EUR", 100, 100)
    assert (dollars.currency, dollars.charged_minor, dollars.due_minor) == ("USD", 39_500, 39_500)
