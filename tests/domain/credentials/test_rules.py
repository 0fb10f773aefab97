"""Whether a pass becomes a credential, and for how long."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from domain.applications.facts import Facts
from domain.applications.rules import Mode, assess as eligibility
from domain.credentials.model import Credential, Standing
from domain.credentials.rules import ends, may_award
from domain.payments.model import Charge, ChargeStatus
from domain.programs.policy import Policy
from domain.ruling import Ruling
from tests.builders import a_licence, a_policy, facts
from tests.builders_credentials import AWARDED, SOME_ID, a_credential


def a_charge(status: ChargeStatus, fee: str = "exam") -> Charge:
    """A charge on the way to the exam."""
    return Charge(
        id=uuid4(),
        candidate_id=SOME_ID,
        fee=fee,
        about_id=SOME_ID,
        amount_minor=100,
        currency="USD",
        edition="cpom-2026",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        status=status,
    )


def judged(
    known: Facts | None = None,
    charges: Sequence[Charge] = (),
    others: Sequence[Credential] = (),
    *,
    policy: Policy | None = None,
    pathway: str | None = "us-licensed",
    on: date = AWARDED,
) -> Ruling:
    """Does the pass become a credential?"""
    policy = policy or a_policy()
    found = eligibility(policy, known or facts(), on, Mode.VERIFIED)
    return may_award(found, pathway, charges, others, policy)


def codes(ruling: Ruling) -> list[str]:
    """Why not."""
    return [finding.code for finding in ruling.unmet]


def test_an_eligible_passer_who_owes_nothing_is_awarded() -> None:
    assert judged().granted


@pytest.mark.parametrize(
    ("expires_on", "granted"),
    [
        pytest.param(date(2026, 3, 1), False, id="the licence ended the day before"),
        pytest.param(date(2026, 3, 2), True, id="it ends on the day"),
        pytest.param(date(2026, 3, 3), True, id="it ends the day after"),
    ],
)
def test_the_licence_must_hold_on_the_day_of_the_award(expires_on: date, granted: bool) -> None:
    assert judged(facts(licences=(a_licence(expires_on=expires_on),))).granted is granted


def test_what_was_not_verified_does_not_count() -> None:
    assert not judged(facts(licences=(a_licence(verified=False),))).granted


def test_the_approved_pathway_is_the_one_that_is_judged() -> None:
    assert not judged(pathway="international").granted


def test_where_no_pathway_was_approved_the_best_one_is_judged() -> None:
    assert judged(pathway=None).granted


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (ChargeStatus.OPEN, ["fee_open"]),
        (ChargeStatus.PAID, []),
        (ChargeStatus.WAIVED, []),
        (ChargeStatus.CANCELLED, []),
        (ChargeStatus.REFUNDED, []),
    ],
)
def test_nothing_may_be_owed_for_the_way_here(status: ChargeStatus, expected: list[str]) -> None:
    assert codes(judged(charges=[a_charge(status)])) == expected


@pytest.mark.parametrize(
    ("fee", "exam", "lenient", "expected"),
    [
        pytest.param("exam", 1, False, ["fee_refunded"], id="of this exam"),
        pytest.param("retake", 1, False, ["fee_refunded"], id="of this retake"),
        pytest.param("exam", 2, False, [], id="of another exam"),
        pytest.param("exam", None, False, [], id="of no exam that is known"),
        pytest.param("application", 1, False, [], id="of the review, which was rendered"),
        pytest.param("exam", 1, True, [], id="the policy lets it wait"),
    ],
)
def test_the_fee_of_the_exam_that_was_passed_is_kept(
    fee: str, exam: int | None, lenient: bool, expected: list[str]
) -> None:
    policy = a_policy({"/fees/1/proceed_unpaid": lenient})
    found = eligibility(policy, facts(), AWARDED, Mode.VERIFIED)
    charges = [a_charge(ChargeStatus.REFUNDED, fee)]

    assert codes(may_award(found, "us-licensed", charges, [], policy, exam)) == expected


def test_a_fee_that_the_policy_lets_wait_does_not_stand_in_the_way() -> None:
    policy = a_policy({"/fees/1/proceed_unpaid": True})

    assert judged(charges=[a_charge(ChargeStatus.OPEN)], policy=policy).granted


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing.ACTIVE, ["held_already"]),
        (Standing.SUSPENDED, ["held_already"]),
        (Standing.EXPIRED, ["held_already"]),
        (Standing.LAPSED, []),
        (Standing.RETIRED, []),
        (Standing.REVOKED, ["revoked_before"]),
    ],
)
def test_a_candidate_holds_one_credential_of_a_program(standing: Standing, expected: list[str]) -> None:
    assert codes(judged(others=[a_credential(status=standing)])) == expected


@pytest.mark.parametrize(
    ("begins", "last"),
    [
        (date(2026, 3, 2), date(2029, 3, 2)),
        (date(2028, 2, 29), date(2031, 2, 28)),
        (date(2025, 2, 28), date(2028, 2, 28)),
        (date(2026, 12, 31), date(2029, 12, 31)),
    ],
)
def test_a_term_is_three_years_and_its_last_day_is_the_same_day(begins: date, last: date) -> None:
    assert ends(a_policy(), begins) == last
