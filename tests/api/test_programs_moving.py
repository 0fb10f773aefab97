"""An edition that takes over work in flight and lacks a pathway that applicants chose: who is told, and who stays."""

from collections.abc import Mapping
from typing import Any

import pytest

from domain.actors import Role
from domain.applications.actions_upkeep import sweep
from tests.builders_applications import Applicant, Reviewer, a_reviewer, an_applicant, next_edition, publish, staff
from tests.world import World

POLICIES = "/programs/CPOM/policies"
RENAMED = {
    "/in_flight": {"basis": "body_to_decide", "rule": "move_on", "moves_on": "2026-08-01"},
    "/eligibility/pathways/0/code": "us-pharmacists",
}


def _rehearsed(world: World, changes: Mapping[str, object]) -> dict[str, Any]:
    answer = staff(world, Role.ADMINISTRATOR).post(f"{POLICIES}?dry_run=true", next_edition(changes))
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def _moved(world: World, *, batch: int = 100) -> None:
    """The edition without the pathway is published, and its day has come."""
    moving = {**RENAMED, "/in_force_from": "2026-03-04", "/in_flight/moves_on": "2026-03-05"}
    answer = staff(world, Role.ADMINISTRATOR).post(POLICIES, next_edition(moving))
    assert answer.status_code == 201, answer.text
    world.clock.advance(days=3)
    sweep(world.units, {}, batch=batch)


def _in_review(world: World, subject: str = "ada") -> tuple[Applicant, Reviewer]:
    ada, rita = an_applicant(world, subject).draft().submitted(), a_reviewer(world)
    rita.claims(ada).accepts_all(ada)
    return ada, rita


def test_the_dry_run_tells_of_everyone_whose_pathway_the_edition_lacks(either_world: World) -> None:
    publish(either_world)
    ada, _ = _in_review(either_world)
    bea = an_applicant(either_world, "bea").draft()
    an_applicant(either_world, "cleo").draft("international")
    an_applicant(either_world, "dora").draft(None)

    said = _rehearsed(either_world, RENAMED)

    assert said["judged"] == 4
    lost = {"pathway": "us-licensed", "clause": "us-licensed", "after": "pathway_missing"}
    assert {one["application_id"]: (one["code"], one["eligible_after"], one["clauses"]) for one in said["changed"]} == {
        ada.application_id: ("pathway_missing", False, [{**lost, "before": "met"}]),
        bea.application_id: ("pathway_missing", False, [{**lost, "before": "not_met"}]),
    }


def test_the_dry_run_tells_apart_who_moves_and_who_stays(world: World) -> None:
    publish(world)
    ada, _ = _in_review(world)
    bea = an_applicant(world, "bea").draft()

    said = _rehearsed(world, {**RENAMED, "/retakes/wait_days": 60})

    told = {one["applies"]: (one["judged"], one["from_on"], one["ids"]) for one in said["effects"]}
    assert told == {
        "moves_on": (1, "2026-08-01", [bea.application_id]),
        "never": (1, None, [ada.application_id]),
    }
    assert "pathway that this edition lacks" in said["effects"][1]["why"]


@pytest.mark.parametrize(("outcome", "unmet"), [("approved", ()), ("denied", ("us-education",))])
def test_an_application_in_review_stays_where_its_pathway_is_and_is_decided_there(
    either_world: World, outcome: str, unmet: tuple[str, ...]
) -> None:
    publish(either_world)
    ada, rita = _in_review(either_world)

    _moved(either_world)
    decided = rita.decide(ada, outcome, unmet=unmet)

    assert decided.status_code == 201, decided.text
    assert (decided.json()["edition"], decided.json()["pathway"]) == ("cpom-2026", "us-licensed")
    assert ada.now()["status"] == outcome


def test_a_returned_application_stays_too_and_comes_back_by_its_pathway(world: World) -> None:
    publish(world)
    ada, rita = _in_review(world)
    assert rita.take(ada, "information-requests", {"message": "The months?"}).status_code == 200

    _moved(world)
    back = ada.step("resubmission")

    assert back.status_code == 200, back.text
    now = ada.now()
    assert (now["edition"], now["status"], now["pathway"]) == ("cpom-2026", "submitted", "us-licensed")


def test_a_draft_moves_and_its_applicant_chooses_anew(either_world: World) -> None:
    publish(either_world)
    ada = an_applicant(either_world).draft()
    cleo = an_applicant(either_world, "cleo").draft("international")

    _moved(either_world)
    moved = ada.now()
    unknown = ada.put(f"{ada.path}/pathway", {"pathway": "us-licensed"}, of=ada.path)
    chosen = ada.put(f"{ada.path}/pathway", {"pathway": "us-pharmacists"}, of=ada.path)

    assert (moved["edition"], moved["pathway"]) == ("cpom-next", None)
    assert (cleo.now()["edition"], cleo.now()["pathway"]) == ("cpom-next", "international")
    assert (unknown.status_code, chosen.status_code) == (409, 200)


def test_those_who_stay_keep_nobody_behind_them_from_moving(either_world: World) -> None:
    publish(either_world)
    stay = [_in_review(either_world, name)[0] for name in ("ada", "bea")]
    move = [an_applicant(either_world, name).draft("international") for name in ("cleo", "dora", "emma")]

    _moved(either_world, batch=1)

    assert [one.now()["edition"] for one in stay] == ["cpom-2026"] * 2
    assert [one.now()["edition"] for one in move] == ["cpom-next"] * 3
