"""What the ledger of a cycle comes to."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.programs.policy import Policy
from domain.renewals.ledger import BY_LIST, BY_TOPIC, DoesNotCount, Proof, due, left_over, proved, total
from domain.renewals.model import Activity, ActivityStatus, ApprovedActivity
from domain.renewals.uan import parse
from tests.builders import a_policy
from tests.builders_credentials import AWARDED, ENDS, SOME_ID, an_activity

DAY = timedelta(days=1)
ON = date(2029, 1, 1)


def minutes(*activities: Activity, policy: Policy | None = None, last: date = ENDS, **more: Any) -> int:
    """What these come to in the first cycle."""
    return total((policy or a_policy()).renewal, activities, AWARDED, last, **more).minutes


@pytest.mark.parametrize(
    ("completed_on", "counted"),
    [
        pytest.param(AWARDED - DAY, 0, id="the day before the cycle"),
        pytest.param(AWARDED, 60, id="its first day"),
        pytest.param(ENDS, 60, id="its last day"),
        pytest.param(ENDS + DAY, 0, id="the day after it"),
    ],
)
def test_only_what_was_completed_within_the_cycle_counts(completed_on: date, counted: int) -> None:
    assert minutes(an_activity(60, completed_on=completed_on)) == counted


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        (ActivityStatus.ACCEPTED, 60),
        (ActivityStatus.CLAIMED, 0),
        (ActivityStatus.REJECTED, 0),
        (ActivityStatus.WITHDRAWN, 0),
    ],
)
def test_only_what_was_accepted_counts(status: ActivityStatus, counted: int) -> None:
    assert minutes(an_activity(60, status=status)) == counted


def test_a_category_that_the_policy_does_not_have_counts_nothing() -> None:
    assert minutes(an_activity(60, category="botany")) == 0


def test_twins_count_once_and_the_longer_one_counts() -> None:
    stem = "0197-0000-26-001"
    twins = [an_activity(60, uan_stem=stem), an_activity(90, uan_stem=stem), an_activity(30, uan_stem=stem)]

    assert minutes(*twins) == 90


def test_activities_without_a_number_stand_each_for_itself() -> None:
    assert minutes(an_activity(60), an_activity(60)) == 120


def test_what_an_earlier_cycle_counted_counts_no_more() -> None:
    assert minutes(an_activity(60, uan_stem="0197-0000-26-001"), used={"0197-0000-26-001"}) == 0


def test_a_category_counts_up_to_its_limit() -> None:
    policy = a_policy({"/renewal/categories/2/max_hours": "10"})

    counted = total(policy.renewal, [an_activity(599), an_activity(60)], AWARDED, ENDS)

    assert counted.by_category == {"administration": 0, "management": 0, "law": 600}


def test_an_activity_counts_up_to_the_limit_of_one() -> None:
    policy = a_policy({"/renewal/ce/max_hours_per_activity": "8.5"})

    assert minutes(an_activity(511), an_activity(509), policy=policy) == 510 + 509


@pytest.mark.parametrize(
    ("earned", "limit", "left"),
    [
        pytest.param(1_801, "0", 0, id="the policy lets nothing over"),
        pytest.param(1_799, "5", 0, id="nothing is left"),
        pytest.param(1_800, "5", 0, id="just enough"),
        pytest.param(1_801, "5", 1, id="a minute"),
        pytest.param(2_100, "5", 300, id="the limit"),
        pytest.param(2_101, "5", 300, id="beyond the limit"),
    ],
)
def test_surplus_goes_on_only_as_far_as_the_policy_says(earned: int, limit: str, left: int) -> None:
    terms = a_policy({"/renewal/carry_over_hours": limit}).renewal

    assert left_over(terms, total(terms, [an_activity(earned)], AWARDED, ENDS)) == left


def test_what_was_carried_over_is_not_carried_over_again() -> None:
    terms = a_policy({"/renewal/carry_over_hours": "5"}).renewal

    own = total(terms, [an_activity(1_800)], AWARDED, ENDS, carried=300)

    assert own.minutes == 2_100
    assert left_over(terms, own) == 0


def test_hours_are_asked_to_the_minute() -> None:
    assert (due(Decimal(30)), due(Decimal("7.5")), due(Decimal("0.01"))) == (1_800, 450, 1)


def listed(**fields: Any) -> ApprovedActivity:
    """An activity on the list during 2026."""
    good: dict[str, Any] = {
        "id": SOME_ID,
        "program": "CPOM",
        "uan_stem": "0197-0000-26-001",
        "title": "Managing a pharmacy",
        "category": "management",
        "from_on": date(2026, 1, 1),
        "until_on": date(2026, 12, 31),
        "approved_by": "staff",
        "approved_at": None,
    }
    return ApprovedActivity(**(good | fields))


def test_topic_03_proves_itself_as_law() -> None:
    assert proved(a_policy(), parse("0197-0000-26-001-H03-P"), [], ON) == Proof(category="law", proof=BY_TOPIC)


@pytest.mark.parametrize("topic", ["04", "99"])
def test_general_topics_wait_for_staff(topic: str) -> None:
    assert proved(a_policy(), parse(f"0197-0000-26-001-H{topic}-P"), [], ON) is None


@pytest.mark.parametrize("topic", ["01", "02", "05", "06", "07", "08", "00", "42"])
def test_other_topics_do_not_count(topic: str) -> None:
    with pytest.raises(DoesNotCount):
        proved(a_policy(), parse(f"0197-0000-26-001-H{topic}-P"), [listed()], date(2026, 6, 1))


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        pytest.param(date(2025, 12, 31), False, id="the day before it was listed"),
        pytest.param(date(2026, 1, 1), True, id="its first day"),
        pytest.param(date(2026, 12, 31), True, id="its last day"),
        pytest.param(date(2027, 1, 1), False, id="the day after"),
    ],
)
def test_the_list_proves_what_was_completed_within_its_days(on: date, counts: bool) -> None:
    found = proved(a_policy(), parse("0197-0000-26-001-H04-T"), [listed()], on)

    assert found == (Proof(category="management", proof=BY_LIST) if counts else None)


def test_a_listing_without_an_end_goes_on() -> None:
    assert proved(a_policy(), parse("0197-0000-26-001-B99-P"), [listed(until_on=None)], date(2099, 1, 1)) is not None


def test_another_activity_is_not_proved_by_the_list() -> None:
    assert proved(a_policy(), parse("0197-0000-26-002-L04-P"), [listed()], date(2026, 6, 1)) is None


def test_the_policys_own_list_proves_too_and_a_malformed_entry_proves_nothing() -> None:
    entries = [
        {"uan_stem": "nonsense", "category": "management"},
        {"uan_stem": "0197-0000-26-0001", "category": "administration", "effective_from": "2026-01-01"},
    ]
    policy = a_policy({"/renewal/ce/pre_approved": entries})

    found = proved(policy, parse("0197-0000-26-001-L99-P"), [], date(2026, 1, 1))
    before = proved(policy, parse("0197-0000-26-001-L99-P"), [], date(2025, 12, 31))

    assert found == Proof(category="administration", proof=BY_LIST)
    assert before is None
