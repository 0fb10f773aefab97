"""When someone may be authorized to test: the edges of every clause."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.applications.model import Application, ApplicationStatus
from domain.exams.model import Authorization, AuthorizationStatus
from domain.exams.rules import (
    History,
    exam_fee,
    has_expired,
    may_authorize,
    may_extend,
    next_possible,
    retakes,
    window,
    window_again,
)
from domain.programs.policy import Policy
from domain.ruling import Finding, Ruling
from tests.builders import a_policy, cpom

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MET = Finding(clause="anything", met=True, code="met", asked="Something.", found="It is.")
PAID = replace(MET, clause="fee_exam", code="paid")
UNPAID = replace(PAID, met=False, code="fee_open")


def an_application(**fields: Any) -> Application:
    good = Application(
        id=UUID(int=1),
        candidate_id=UUID(int=2),
        program="CPOM",
        edition="cpom-2026",
        number="A1",
        search_name="okafor",
        created_at=NOON,
        status=ApplicationStatus.APPROVED,
        pathway="us-licensed",
        expires_on=date(2027, 3, 1),
    )
    return replace(good, **fields)


def an_authorization(**fields: Any) -> Authorization:
    good = Authorization(
        id=UUID(int=3),
        candidate_id=UUID(int=2),
        application_id=UUID(int=1),
        program="CPOM",
        edition="cpom-2026",
        number="T1",
        attempt_number=1,
        opens_on=DAY,
        closes_on=date(2026, 5, 30),
        findings=(MET,),
        created_at=NOON,
    )
    return replace(good, **fields)


def ask(on: date = DAY, policy: Policy | None = None, **changed: Any) -> Ruling:
    asked: dict[str, Any] = {
        "application": an_application(),
        "eligibility": Ruling((MET,)),
        "earlier": [],
        "history": History(),
        "fee": PAID,
    }
    return may_authorize(policy or cpom(), **{**asked, **changed}, on=on)


def codes(ruling: Ruling) -> list[str]:
    return [finding.code for finding in ruling.unmet]


def test_an_approved_eligible_candidate_who_paid_is_authorized() -> None:
    ruling = ask()

    assert ruling.granted
    assert [finding.clause for finding in ruling.findings] == [
        "application_approved",
        "anything",
        "no_other_authorization",
        "result",
        "retake_wait",
        "retake_12_months",
        "retake_lifetime",
        "fee_exam",
    ]
    assert all(one.source for one in ruling.findings if one.clause not in ("anything", "fee_exam"))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"application": an_application(status=ApplicationStatus.SUBMITTED)}, "application_not_approved"),
        ({"application": an_application(status=ApplicationStatus.EXPIRED)}, "application_not_approved"),
        ({"application": an_application(expires_on=date(2026, 3, 1))}, "approval_expired"),
        ({"eligibility": Ruling((replace(MET, met=False, code="licence_expired"),))}, "licence_expired"),
        ({"eligibility": Ruling(())}, "pathway_missing"),
        ({"earlier": [an_authorization()]}, "already_authorized"),
        ({"history": History(passed=True)}, "already_passed"),
        ({"history": History(awaited=True)}, "result_awaited"),
        ({"history": History(taken=(date(2026, 3, 1),))}, "retake_too_soon"),
        ({"fee": UNPAID}, "fee_open"),
    ],
)
def test_each_clause_refuses_by_itself(changed: dict[str, Any], code: str) -> None:
    assert codes(ask(**changed)) == [code]


def test_the_last_day_of_an_approval_is_still_a_day() -> None:
    last = an_application(expires_on=DAY)

    assert ask(application=last).granted
    assert codes(ask(application=last, on=DAY + timedelta(days=1))) == ["approval_expired"]


@pytest.mark.parametrize("status", sorted(set(AuthorizationStatus) - {AuthorizationStatus.ACTIVE}))
def test_an_authorization_that_ended_stands_in_nobodys_way(status: AuthorizationStatus) -> None:
    assert ask(earlier=[an_authorization(status=status)]).granted


@pytest.mark.parametrize(
    ("taken", "on", "unmet"),
    [
        pytest.param([], DAY, [], id="nothing yet"),
        pytest.param([date(2026, 1, 16)], date(2026, 3, 1), ["retake_too_soon"], id="44 days"),
        pytest.param([date(2026, 1, 16)], date(2026, 3, 2), [], id="45 days"),
        pytest.param([date(2028, 2, 29)], date(2028, 4, 13), ["retake_too_soon"], id="44 days after a leap day"),
        pytest.param([date(2028, 2, 29)], date(2028, 4, 14), [], id="45 days after a leap day"),
        pytest.param([date(2028, 1, 15)], date(2028, 2, 29), [], id="the 45th day is a leap day"),
        pytest.param(
            [date(2025, 3, 3), date(2025, 6, 1), date(2025, 9, 1)],
            date(2026, 3, 2),
            ["too_many_in_12_months"],
            id="three, the first a day short of a year ago",
        ),
        pytest.param(
            [date(2025, 3, 2), date(2025, 6, 1), date(2025, 9, 1)], date(2026, 3, 2), [], id="the first a year ago"
        ),
        pytest.param(
            [date(2024, 2, 29), date(2024, 6, 1), date(2024, 9, 1)],
            date(2025, 2, 27),
            ["too_many_in_12_months"],
            id="a leap day is not a year ago on Feb 27",
        ),
        pytest.param(
            [date(2024, 2, 29), date(2024, 6, 1), date(2024, 9, 1)],
            date(2025, 2, 28),
            [],
            id="a leap day turns a year old on Feb 28",
        ),
        pytest.param([date(year, 1, 1) for year in range(2020, 2025)], DAY, ["no_attempt_left"], id="five in a life"),
        pytest.param([date(year, 1, 1) for year in range(2021, 2025)], DAY, [], id="four in a life"),
    ],
)
def test_retakes_wait_and_are_limited(taken: list[date], on: date, unmet: list[str]) -> None:
    found = Ruling(retakes(cpom(), taken, on))

    assert codes(found) == unmet
    assert found.granted is (next_possible(cpom().retakes, taken, on) == on)


@pytest.mark.parametrize(
    ("taken", "possible"),
    [
        ([date(2026, 2, 20)], date(2026, 4, 6)),
        ([date(2025, 6, 1), date(2025, 9, 1), date(2026, 2, 20)], date(2026, 6, 1)),
        ([date(2025, 4, 1), date(2025, 9, 1), date(2026, 2, 20)], date(2026, 4, 6)),
        ([date(2020, 1, 1)], DAY),
        ([date(2026, 1, day) for day in range(1, 6)], None),
    ],
)
def test_the_next_possible_day_is_the_first_that_every_limit_allows(taken: list[date], possible: date | None) -> None:
    terms = cpom().retakes

    assert next_possible(terms, taken, DAY) == possible
    if possible is not None and possible > DAY:
        assert not Ruling(retakes(cpom(), taken, possible - timedelta(days=1))).granted
        assert Ruling(retakes(cpom(), taken, possible)).granted
    if possible is not None and possible > DAY:
        assert str(possible) in " ".join(one.found for one in Ruling(retakes(cpom(), taken, DAY)).unmet)


def test_a_policy_without_limits_asks_for_the_wait_alone() -> None:
    unlimited = a_policy({"/retakes/max_per_12_months": None, "/retakes/lifetime_max": None, "/retakes/wait_days": 0})
    often = [DAY - timedelta(days=one) for one in range(50)]

    findings = retakes(unlimited, often, DAY)

    assert [one.clause for one in findings] == ["retake_wait"]
    assert Ruling(findings).granted


def test_a_window_has_as_many_days_as_the_policy_says_both_ends_counted() -> None:
    opens_on, closes_on = window(cpom(), DAY)

    assert (opens_on, closes_on) == (date(2026, 3, 2), date(2026, 5, 30))
    assert (closes_on - opens_on).days + 1 == 90


def test_a_window_given_again_is_whole_and_never_shorter_than_it_was() -> None:
    assert window_again(cpom(), an_authorization(), date(2026, 4, 1)) == date(2026, 6, 29)
    assert window_again(cpom(), an_authorization(closes_on=date(2026, 9, 1)), date(2026, 4, 1)) == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("extensions", "on", "fee", "unmet"),
    [
        (0, date(2026, 5, 30), PAID, []),
        (0, date(2026, 5, 31), PAID, ["window_closed"]),
        (1, DAY, PAID, []),
        (2, DAY, PAID, ["no_extension_left"]),
        (0, DAY, UNPAID, ["fee_open"]),
    ],
)
def test_a_window_is_extended_while_it_is_open_and_so_often(
    extensions: int, on: date, fee: Finding, unmet: list[str]
) -> None:
    ruling = may_extend(cpom(), an_authorization(extensions=extensions), fee, on)

    assert codes(ruling) == unmet


@pytest.mark.parametrize(
    ("on", "booked", "status", "expired"),
    [
        (date(2026, 5, 30), False, AuthorizationStatus.ACTIVE, False),
        (date(2026, 5, 31), False, AuthorizationStatus.ACTIVE, True),
        (date(2026, 5, 31), True, AuthorizationStatus.ACTIVE, False),
        (date(2026, 5, 31), False, AuthorizationStatus.USED, False),
    ],
)
def test_a_window_expires_the_day_after_its_last_unless_a_seat_is_held(
    on: date, booked: bool, status: AuthorizationStatus, expired: bool
) -> None:
    assert has_expired(an_authorization(status=status), on, booked=booked) is expired


def test_the_second_attempt_costs_the_retake_fee_or_the_exam_fee_where_there_is_none() -> None:
    without = a_policy({"/fees/2/due": "cancellation"})

    assert [fee.code for number in (1, 2, 3) if (fee := exam_fee(cpom(), number))] == ["exam", "retake", "retake"]
    assert [fee.code for number in (1, 2) if (fee := exam_fee(without, number))] == ["exam", "exam"]
