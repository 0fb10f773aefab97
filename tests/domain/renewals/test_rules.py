"""When a credential may be renewed or reinstated, and for how long."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.credentials.model import Standing
from domain.payments.model import Charge, ChargeStatus
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import ExtensionKind
from domain.renewals.ledger import total
from domain.renewals.model import Cycle, CycleStatus
from domain.renewals.rules import (
    assess,
    assess_reinstatement,
    counts_from,
    fees_due,
    grace_until,
    may_extend,
    may_record,
    next_begins,
    opens_on,
    reinstatement_until,
    renewed_until,
)
from domain.ruling import Ruling
from tests.builders import a_policy
from tests.builders_credentials import AWARDED, ENDS, SOME_ID, a_credential, a_cycle, an_activity

DAY = timedelta(days=1)
OPENS = date(2028, 12, 2)
GRACE_ENDS = date(2029, 5, 31)
IN_TIME = date(2029, 1, 15)


def a_charge(fee: str, **fields: Any) -> Charge:
    """A paid charge about the cycle."""
    good: dict[str, Any] = {
        "id": uuid4(),
        "candidate_id": SOME_ID,
        "fee": fee,
        "about_id": SOME_ID,
        "amount_minor": 20_000,
        "currency": "USD",
        "edition": "cpom-2026",
        "created_at": datetime(2029, 1, 1, tzinfo=UTC),
        "status": ChargeStatus.PAID,
        "settled_at": datetime(2029, 1, 2, 12, tzinfo=UTC),
    }
    return Charge(**(good | fields))


def judged(
    on: date = IN_TIME,
    *,
    minutes: int = 1_800,
    standing: Standing | None = None,
    cycle: Cycle | None = None,
    charges: list[Charge] | None = None,
    policy: Policy | None = None,
) -> Ruling:
    """May it be renewed, everything being as it should but for what is said?"""
    policy, cycle = policy or a_policy(), cycle or a_cycle()
    stands = standing or (Standing.ACTIVE if on <= cycle.last_day else Standing.EXPIRED)
    counted = total(policy.renewal, [an_activity(minutes)] if minutes else [], cycle.starts_on, min(on, cycle.last_day))
    paid = [a_charge("renewal")] if charges is None else charges
    return assess(a_credential(status=stands), cycle, counted, paid, policy, on)


def codes(ruling: Ruling) -> list[str]:
    """Why not."""
    return [finding.code for finding in ruling.unmet]


def test_a_renewal_is_granted_when_every_clause_is_met() -> None:
    ruling = judged()

    assert ruling.granted
    assert [finding.clause for finding in ruling.findings] == ["standing", "window", "audit", "hours", "fee_renewal"]
    assert all(finding.source is not None for finding in ruling.findings)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        pytest.param(OPENS - DAY, ["window_not_open"], id="a day before the window"),
        pytest.param(OPENS, [], id="the day it opens"),
        pytest.param(ENDS, [], id="the last valid day"),
        pytest.param(ENDS + DAY, ["fee_not_charged"], id="the first day of grace asks the late fee"),
        pytest.param(GRACE_ENDS, ["fee_not_charged"], id="the last day of grace"),
        pytest.param(GRACE_ENDS + DAY, ["grace_over"], id="the day after the grace"),
    ],
)
def test_the_window_opens_ninety_days_before_and_closes_with_the_grace(on: date, expected: list[str]) -> None:
    assert codes(judged(on)) == expected


@pytest.mark.parametrize(
    ("minutes", "expected"), [(1_799, ["hours_missing"]), (1_800, []), (1_801, []), (0, ["hours_missing"])]
)
def test_thirty_hours_are_thirty_hours_to_the_minute(minutes: int, expected: list[str]) -> None:
    ruling = judged(minutes=minutes)

    assert codes(ruling) == expected


def test_a_ruling_says_how_much_is_missing() -> None:
    (missing,) = judged(minutes=1_799).unmet

    assert missing.asked.startswith("30 h of continuing education")
    assert missing.found == "29 h 59 min count."


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing.SUSPENDED, "credential_suspended"),
        (Standing.LAPSED, "credential_lapsed"),
        (Standing.REVOKED, "credential_revoked"),
        (Standing.RETIRED, "credential_retired"),
    ],
)
def test_only_what_is_active_or_in_grace_is_renewed(standing: Standing, code: str) -> None:
    assert codes(judged(standing=standing)) == [code]


def test_an_audit_stands_in_the_way_until_it_is_cleared() -> None:
    chosen = a_cycle(audited=True)
    cleared = a_cycle(audited=True, audit_cleared_at=datetime(2029, 1, 3, tzinfo=UTC))

    assert codes(judged(cycle=chosen)) == ["audit_open"]
    assert judged(cycle=cleared).granted


def test_a_category_that_must_be_covered_is() -> None:
    policy = a_policy({"/renewal/categories/1/min_hours": "1"})

    assert codes(judged(policy=policy)) == ["category_hours_missing"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (ChargeStatus.PAID, []),
        (ChargeStatus.WAIVED, []),
        (ChargeStatus.OPEN, ["fee_open"]),
        (ChargeStatus.CANCELLED, ["fee_cancelled"]),
        (ChargeStatus.REFUNDED, ["fee_refunded"]),
    ],
)
def test_the_fee_is_settled(status: ChargeStatus, expected: list[str]) -> None:
    assert codes(judged(charges=[a_charge("renewal", status=status)])) == expected


def test_a_fee_that_the_policy_lets_wait_does_not_stand_in_the_way() -> None:
    policy = a_policy({"/fees/6/proceed_unpaid": True})

    assert judged(charges=[], policy=policy).granted


@pytest.mark.parametrize(
    ("on", "fees"),
    [
        pytest.param(ENDS, ("renewal",), id="the last valid day"),
        pytest.param(ENDS + DAY, ("renewal", "late-30"), id="a day late"),
        pytest.param(ENDS + timedelta(days=30), ("renewal", "late-30"), id="thirty days late"),
        pytest.param(ENDS + timedelta(days=31), ("renewal", "late-90"), id="thirty-one days late"),
        pytest.param(ENDS + timedelta(days=90), ("renewal", "late-90"), id="ninety days late"),
    ],
)
def test_the_late_fee_is_that_of_the_days_late(on: date, fees: tuple[str, ...]) -> None:
    standing = Standing.ACTIVE if on <= ENDS else Standing.EXPIRED

    assert fees_due(a_cycle(), [], a_policy(), standing, on) == fees


@pytest.mark.parametrize(
    ("paid_on", "granted"),
    [
        pytest.param(date(2029, 4, 1), True, id="paid on the tier's last day"),
        pytest.param(date(2029, 4, 2), False, id="paid a day after it"),
    ],
)
def test_whoever_paid_a_late_fee_within_its_days_need_not_pay_the_next(paid_on: date, granted: bool) -> None:
    noon = datetime(paid_on.year, paid_on.month, paid_on.day, 16, tzinfo=UTC)
    charges = [a_charge("renewal"), a_charge("late-30", settled_at=noon)]

    assert judged(date(2029, 4, 20), charges=charges).granted is granted


@pytest.mark.parametrize(
    ("on", "until", "begins"),
    [
        pytest.param(OPENS, date(2032, 3, 2), date(2029, 3, 3), id="on the first day"),
        pytest.param(ENDS, date(2032, 3, 2), date(2029, 3, 3), id="on the last day"),
        pytest.param(GRACE_ENDS, date(2032, 3, 2), date(2029, 3, 3), id="in grace"),
    ],
)
def test_a_term_goes_on_from_where_the_last_one_ends(on: date, until: date, begins: date) -> None:
    assert renewed_until(a_cycle(), a_policy(), on) == until
    assert next_begins(a_cycle(), a_policy(), on) == begins


def test_a_policy_may_let_a_late_term_begin_on_the_day_of_renewal() -> None:
    policy, on = a_policy({"/renewal/late_term_from": "renewal"}), ENDS + DAY

    assert renewed_until(a_cycle(), policy, on) == date(2032, 3, 3)
    assert next_begins(a_cycle(), policy, on) == on
    assert renewed_until(a_cycle(), policy, ENDS) == date(2032, 3, 2)


def test_three_years_from_a_leap_day_end_on_the_28th() -> None:
    leap = a_cycle(starts_on=date(2025, 2, 28), ends_on=date(2028, 2, 29))

    assert renewed_until(leap, a_policy(), date(2028, 2, 1)) == date(2031, 2, 28)


def test_an_extension_moves_the_last_day_but_not_the_term() -> None:
    extended = a_cycle(extended_until=date(2029, 9, 2))

    assert opens_on(extended, a_policy()) == OPENS
    assert grace_until(extended, a_policy()) == date(2029, 12, 1)
    assert judged(date(2029, 9, 2), cycle=extended).granted
    assert renewed_until(extended, a_policy(), date(2029, 9, 2)) == date(2032, 3, 2)


def test_a_term_that_would_be_over_already_begins_on_the_day_itself() -> None:
    long_away = a_cycle(extended_until=date(2033, 1, 1))

    assert renewed_until(long_away, a_policy(), date(2032, 12, 1)) == date(2035, 12, 1)
    assert next_begins(long_away, a_policy(), date(2032, 12, 1)) == date(2032, 12, 1)


LAPSED_ON = GRACE_ENDS + DAY
LAST_TO_REINSTATE = LAPSED_ON + timedelta(days=365)


def reinstatement(
    on: date, *, minutes: int = 1_800, fee: str = "reinstatement", standing: Standing = Standing.LAPSED
) -> Ruling:
    """May it be reinstated?"""
    counted = total(a_policy().renewal, [an_activity(minutes)], AWARDED, on)
    return assess_reinstatement(a_credential(status=standing), a_cycle(), counted, [a_charge(fee)], a_policy(), on)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        pytest.param(LAPSED_ON, [], id="the day of the lapse"),
        pytest.param(LAST_TO_REINSTATE, [], id="the last day"),
        pytest.param(LAST_TO_REINSTATE + DAY, ["reinstatement_too_late"], id="the day after"),
    ],
)
def test_a_lapsed_credential_is_reinstated_within_a_year_of_the_lapse(on: date, expected: list[str]) -> None:
    assert reinstatement_until(a_cycle(), a_policy()) == LAST_TO_REINSTATE
    assert codes(reinstatement(on)) == expected


def test_after_that_the_ruling_says_that_an_examination_brings_it_back() -> None:
    (late,) = reinstatement(LAST_TO_REINSTATE + DAY).unmet

    assert "a new examination brings it back" in late.found


def test_a_reinstatement_asks_hours_and_its_own_fee() -> None:
    assert codes(reinstatement(LAPSED_ON, minutes=1_799)) == ["hours_missing"]
    assert codes(reinstatement(LAPSED_ON, fee="renewal")) == ["fee_not_charged"]
    assert codes(reinstatement(LAPSED_ON, standing=Standing.EXPIRED)) == ["credential_expired"]


@pytest.mark.parametrize(
    ("completed_on", "on", "lapsed", "code"),
    [
        pytest.param(AWARDED - DAY, IN_TIME, False, "completed_before_cycle", id="before the cycle"),
        pytest.param(AWARDED, IN_TIME, False, "met", id="its first day"),
        pytest.param(IN_TIME, IN_TIME, False, "met", id="today"),
        pytest.param(IN_TIME + DAY, IN_TIME, False, "completed_in_the_future", id="tomorrow"),
        pytest.param(ENDS, GRACE_ENDS, False, "met", id="its last day, told in grace"),
        pytest.param(ENDS + DAY, GRACE_ENDS, False, "completed_after_cycle", id="in grace"),
        pytest.param(ENDS + DAY, LAPSED_ON, True, "met", id="after the cycle, for a reinstatement"),
    ],
)
def test_an_activity_stands_in_the_cycle_it_was_completed_in(
    completed_on: date, on: date, lapsed: bool, code: str
) -> None:
    ruling = may_record(a_cycle(), completed_on, on, lapsed=lapsed)

    assert [finding.code for finding in ruling.findings] == [code]
    assert ruling.granted is (code == "met")


SECOND = {"number": 2, "starts_on": ENDS + DAY, "ends_on": date(2032, 3, 2)}
EARLY = OPENS + 13 * DAY


@pytest.mark.parametrize(
    ("before", "starts_on", "first"),
    [
        pytest.param(None, AWARDED, AWARDED, id="the first cycle"),
        pytest.param({"renewed_on": EARLY}, ENDS + DAY, EARLY, id="renewed early: what came after counts here"),
        pytest.param({"renewed_on": ENDS}, ENDS + DAY, ENDS, id="renewed on the last day"),
        pytest.param({"renewed_on": GRACE_ENDS}, ENDS + DAY, ENDS + DAY, id="late, the term goes on: nothing changes"),
        pytest.param(
            {"renewed_on": GRACE_ENDS}, GRACE_ENDS, ENDS + DAY, id="late, the term runs anew: the grace counts"
        ),
        pytest.param(
            {"renewed_on": ENDS + 9 * DAY, "extended_until": ENDS + 30 * DAY},
            ENDS + DAY,
            ENDS + DAY,
            id="in time by an extension",
        ),
        pytest.param({"status": CycleStatus.REINSTATED}, LAPSED_ON, LAPSED_ON, id="reinstated after a lapse"),
    ],
)
def test_the_first_day_that_counts_leaves_no_gap_between_two_cycles(
    before: dict[str, Any] | None, starts_on: date, first: date
) -> None:
    cycle = a_cycle(**SECOND | {"starts_on": starts_on})
    earlier = None if before is None else a_cycle(**{"status": CycleStatus.RENEWED, **before})

    assert counts_from(cycle, earlier) == first


@pytest.mark.parametrize(
    ("completed_on", "code"),
    [
        pytest.param(EARLY - DAY, "completed_before_cycle", id="the day before the renewal"),
        pytest.param(EARLY, "met", id="the day of the renewal"),
        pytest.param(ENDS, "met", id="the old term's last day"),
        pytest.param(ENDS + DAY, "met", id="the new cycle's first day"),
    ],
)
def test_what_was_earned_after_an_early_renewal_stands_in_the_next_cycle(completed_on: date, code: str) -> None:
    ruling = may_record(a_cycle(**SECOND), completed_on, ENDS + DAY, lapsed=False, first=EARLY)

    assert [finding.code for finding in ruling.findings] == [code]


# --- extensions

MEDICAL, MILITARY, OTHER = ExtensionKind.MEDICAL, ExtensionKind.MILITARY, ExtensionKind.OTHER


@pytest.mark.parametrize(
    ("kind", "days", "before", "expected"),
    [
        pytest.param(MEDICAL, 365, (), [], id="medical, to its last day"),
        pytest.param(MEDICAL, 366, (), ["extension_too_long"], id="medical, a day further"),
        pytest.param(MEDICAL, 365, (MEDICAL,), [], id="medical, a second time"),
        pytest.param(MEDICAL, 365, (MEDICAL, MEDICAL), ["extended_too_often"], id="medical, a third time"),
        pytest.param(MEDICAL, 1, (OTHER, MILITARY), [], id="those of other kinds do not count"),
        pytest.param(MILITARY, 1825, (), [], id="military, five years"),
        pytest.param(MILITARY, 1826, (), ["extension_too_long"], id="military, a day further"),
        pytest.param(MILITARY, 1, (MILITARY,) * 5, ["extended_too_often"], id="military, a sixth time"),
        pytest.param(OTHER, 180, (), [], id="any other, to its last day"),
        pytest.param(OTHER, 181, (), ["extension_too_long"], id="any other, a day further"),
        pytest.param(OTHER, 180, (OTHER,), ["extended_too_often"], id="any other, a second time"),
        pytest.param(OTHER, 181, (OTHER,), ["extension_too_long", "extended_too_often"], id="both at once"),
    ],
)
def test_an_extension_is_bounded_by_kind(
    kind: ExtensionKind, days: int, before: tuple[ExtensionKind, ...], expected: list[str]
) -> None:
    cycle = a_cycle(extensions=tuple(one.value for one in before))

    ruling = may_extend(cycle, kind, ENDS + timedelta(days=days), a_policy())

    assert (codes(ruling), ruling.granted) == (expected, not expected)
    assert all(finding.source and finding.source.paragraph == "renewal.extension" for finding in ruling.findings)


def test_an_extension_of_an_extended_cycle_reaches_no_further_than_one() -> None:
    extended = a_cycle(extended_until=ENDS + timedelta(days=300), extensions=("medical",))

    at_most = may_extend(extended, MEDICAL, ENDS + timedelta(days=365), a_policy())
    further = may_extend(extended, MEDICAL, ENDS + timedelta(days=366), a_policy())

    assert (at_most.granted, codes(further)) == (True, ["extension_too_long"])


@pytest.mark.parametrize("terms", [None, {"basis": "page", "kinds": []}])
def test_what_the_edition_does_not_list_is_not_granted(terms: object) -> None:
    ruling = may_extend(a_cycle(), OTHER, ENDS + DAY, a_policy({"/renewal/extension": terms}))

    assert codes(ruling) == ["extension_kind_not_allowed"]
