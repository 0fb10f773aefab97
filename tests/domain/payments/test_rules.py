"""When a fee is settled, what goes back, and what a ledger comes to."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.payments.model import Charge, ChargeStatus
from domain.payments.rules import balances, settled, share
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


def test_currencies_are_never_added_up() -> None:
    ledger = [a_charge(), a_charge(currency="EUR", amount_minor=100, status=ChargeStatus.WAIVED)]

    euros, dollars = balances(ledger, [], [])

    assert (euros.currency, euros.charged_minor, euros.waived_minor) == ("EUR", 100, 100)
    assert (dollars.currency, dollars.charged_minor, dollars.due_minor) == ("USD", 39_500, 39_500)
