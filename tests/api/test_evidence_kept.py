"""What was judged, and what a decision was taken on, stays on record with its files, whatever its applicant does."""

from typing import Any

import pytest

from tests.builders_applications import JOB, Applicant, Reviewer, a_file, a_reviewer, an_applicant, publish
from tests.world import World


def denied(world: World) -> tuple[Applicant, Reviewer, str]:
    """An applicant who was denied because of a forged scan; the file of it."""
    publish(world)
    ada, rita = an_applicant(world).draft().with_evidence(), a_reviewer(world)
    forged = a_file(world, ada)
    ada.show("forged", {"kind": "licence", "record_id": record_of(ada), "file_ids": [forged]})
    ada.affirmed().settled()
    assert ada.step("submission").status_code == 200
    rita.claims(ada)
    rita.judge(ada, "degree")
    rita.judge(ada, "forged", status="rejected", reason="The scan is forged.")
    assert rita.decide(ada, "denied", unmet=("us-licence", "us-education", "specialty-experience")).status_code == 201
    return ada, rita, forged


def record_of(one: Applicant) -> str:
    """The applicant's licence."""
    return str(one.get(f"/candidates/{one.candidate_id}/licences").json()["items"][0]["id"])


def appeals(one: Applicant) -> str:
    """The path of an appeal that this applicant files now."""
    filed = one.post(f"{one.path}/appeals", {"grounds": "It is no forgery."})
    assert filed.status_code == 201, filed.text
    return f"/appeals/{filed.json()['id']}"


def pieces(who: Reviewer, one: Applicant) -> list[Any]:
    """The evidence as staff read it."""
    found: list[Any] = who.get(f"{one.path}/evidence").json()["items"]
    return found


def test_who_was_denied_destroys_nothing_by_appealing(either_world: World) -> None:
    ada, rita, forged = denied(either_world)
    before = pieces(rita, ada)
    either_world.clock.advance(hours=1)
    appeal = appeals(ada)

    gone = [ada.delete(f"/evidence/{one['id']}", of=f"/evidence/{one['id']}") for one in before]
    changed = ada.put(f"/evidence/{ada.evidence['job']}", JOB, of=f"/evidence/{ada.evidence['job']}")
    file = ada.delete(f"/files/{forged}", of=f"/files/{forged}")
    withdrawn = ada.post(f"{appeal}/withdrawal", of=appeal)

    assert {(one.status_code, one.json()["code"]) for one in (*gone, changed)} == {(409, "evidence_kept")}
    assert (file.status_code, file.json()["code"]) == (409, "refused_by_rule")
    assert withdrawn.status_code == 200
    assert pieces(rita, ada) == before


def test_an_appeal_brings_new_pieces_that_are_its_applicants_until_they_are_judged(world: World) -> None:
    ada, _, _ = denied(world)
    world.clock.advance(hours=1)
    appeals(ada)
    ada.show("more", {"kind": "other", "description": "A letter of the board."})
    ada.show("job again", JOB)
    rob = a_reviewer(world, "rob")
    more, job = (f"/evidence/{ada.evidence[name]}" for name in ("more", "job again"))
    told = [ada.get(f"/evidence/{ada.evidence[name]}").json()["allowed_actions"] for name in ("more", "forged")]

    assert rob.judge(ada, "job again").status_code == 200
    answers = [ada.delete(more, of=more), ada.delete(job, of=job)]

    assert told == [["change", "remove"], []]
    assert [answer.status_code for answer in answers] == [204, 409]


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_what_was_judged_before_an_application_came_back_is_kept(world: World, status: str) -> None:
    publish(world)
    ada, rita = an_applicant(world).draft().submitted(), a_reviewer(world)
    rita.claims(ada).judge(ada, "licence", status=status, reason="As the board says.")
    rita.take(ada, "information-requests", {"message": "Where did you work?"})
    licence, job = (f"/evidence/{ada.evidence[name]}" for name in ("licence", "job"))
    before = ada.get(licence).json()

    judged = [ada.put(licence, {"kind": "licence", "record_id": before["record_id"]}, of=licence)]
    judged += [ada.delete(licence, of=licence)]
    open_still = [ada.put(job, {**JOB, "hours_per_week": 40}, of=job), ada.delete(job, of=job)]

    assert [one.json()["code"] for one in judged] == ["evidence_kept"] * 2
    assert [one.status_code for one in open_still] == [200, 204]
    assert ada.get(licence).json() == before
    assert (before["status"], before["allowed_actions"]) == (status, [])


def test_an_acceptance_that_a_change_of_the_record_ended_keeps_the_piece(world: World) -> None:
    publish(world)
    ada, rita = an_applicant(world).draft().submitted(), a_reviewer(world)
    rita.claims(ada).judge(ada, "licence")
    rita.take(ada, "information-requests", {"message": "Where did you work?"})
    licence = f"/licences/{record_of(ada)}"
    body = {"jurisdiction": "US-NC", "number": "99999"}
    world.client.put(f"/v1{licence}", json=body, headers={**ada.header, "if-match": "*"}).raise_for_status()
    piece = f"/evidence/{ada.evidence['licence']}"

    refused = ada.delete(piece, of=piece)

    assert (ada.get(piece).json()["status"], refused.json()["code"]) == ("unverified", "evidence_kept")
