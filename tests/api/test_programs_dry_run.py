"""The dry run beside eligibility: whose renewal and whose way to the exam a new edition would change, and from when."""

from typing import Any

import pytest

from domain.actors import Role
from tests.builders_applications import an_applicant, next_edition, publish, staff
from tests.builders_credentials import a_holder
from tests.world import World

POLICIES = "/programs/CPOM/policies"
MOVING = {"/in_flight": {"basis": "body_to_decide", "rule": "move_on", "moves_on": "2026-08-01"}}
STRICTER = {"/renewal/hours": "60", "/scale/passing": 800, "/retakes/wait_days": 60, "/fees/6/amount_minor": 25000}


def _rehearsed(world: World, changes: dict[str, object]) -> dict[str, Any]:
    answer = staff(world, Role.ADMINISTRATOR).post(f"{POLICIES}?dry_run=true", next_edition(changes))
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def _groups(said: dict[str, Any]) -> dict[str, tuple[int, str, str | None, dict[str, tuple[object, object]]]]:
    return {
        one["group"]: (
            one["judged"],
            one["applies"],
            one["from_on"],
            {term["pointer"]: (term["before"], term["after"]) for term in one["terms"]},
        )
        for one in said["effects"]
    }


def test_open_renewal_cycles_are_told_what_their_next_cycle_will_ask(either_world: World) -> None:
    ada = a_holder(either_world)

    said = _rehearsed(either_world, {**MOVING, **STRICTER})

    asked = {"/renewal/hours": ("30", "60"), "/fees/renewal/amount_minor": (20000, 25000)}
    assert _groups(said)["renewal_cycles"] == (1, "next_cycle", "2026-07-01", asked)
    assert "began under" in said["effects"][0]["why"]
    assert said["effects"][0]["ids"] == [str(ada.credential_id)]


@pytest.mark.parametrize(
    ("changes", "pointer", "before", "after"),
    [
        ({"/renewal/hours": "60"}, "/renewal/hours", "30", "60"),
        ({"/renewal/window_days": 60}, "/renewal/window_days", 90, 60),
        ({"/renewal/grace_days": 60, "/renewal/late_tiers/1/up_to_days": 60}, "/renewal/grace_days", 90, 60),
        ({"/renewal/categories/2/min_hours": "5"}, "/renewal/categories/law/min_hours", "0", "5"),
        ({"/validity/years": 4}, "/validity/years", 3, 4),
        ({"/fees/9/amount_minor": 1}, "/fees/reinstatement/amount_minor", 30000, 1),
    ],
)
def test_each_term_of_renewal_is_told_with_its_place(
    world: World, changes: dict[str, object], pointer: str, before: object, after: object
) -> None:
    a_holder(world)

    terms = _groups(_rehearsed(world, changes))["renewal_cycles"][3]

    assert terms[pointer] == (before, after)


@pytest.mark.parametrize(
    ("rule", "applies", "from_on"),
    [
        pytest.param(MOVING, "moves_on", "2026-08-01", id="moving on"),
        pytest.param({}, "never", None, id="grandfathered"),
    ],
)
def test_applications_under_way_meet_the_new_way_to_the_exam_only_where_they_move(
    world: World, rule: dict[str, object], applies: str, from_on: str | None
) -> None:
    publish(world)
    ada, bea = an_applicant(world).draft().submitted(), an_applicant(world, "bea").draft()

    said = _rehearsed(world, {**rule, "/retakes/wait_days": 60, "/fees/1/amount_minor": 1})

    asked = {"/retakes/wait_days": (45, 60), "/fees/exam/amount_minor": (39500, 1)}
    assert _groups(said)["applications_under_way"] == (2, applies, from_on, asked)
    assert set(said["effects"][0]["ids"]) == {ada.application_id, bea.application_id}


def test_approved_applications_and_authorizations_keep_their_edition_and_are_said_to(world: World) -> None:
    a_holder(world)

    said = _rehearsed(world, {**MOVING, "/retakes/wait_days": 60})

    approved = _groups(said)["approved_applications"]
    assert approved == (1, "never", None, {"/retakes/wait_days": (45, 60)})
    assert "keeps its edition" in said["effects"][0]["why"]


def test_every_section_that_changed_and_was_judged_for_nobody_is_named_with_the_reason(world: World) -> None:
    publish(world)

    said = _rehearsed(world, {**STRICTER, "/about/summary": "Other words.", "/retention/exam_years": 8})

    reasons = {one["section"]: one["why"] for one in said["not_judged"]}
    assert set(reasons) == {"scale", "renewal", "retakes", "fees", "about", "retention"}
    assert "no stored score is judged again" in reasons["scale"]
    assert reasons["renewal"] == reasons["retakes"] == "No work that is in flight has it for a term."


def test_an_edition_that_changes_nothing_has_no_effect(world: World) -> None:
    a_holder(world)

    said = _rehearsed(world, {"/audit/renewals_rate": 0.0})

    assert (said["effects"], said["not_judged"]) == ([], [])
