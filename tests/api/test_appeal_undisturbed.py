"""While an appeal is heard, whoever denied leaves alone what it is decided on; everyone else goes on as before."""

from typing import Any
from uuid import UUID

import pytest

from domain.applications.model import Appeal
from tests.builders_applications import (
    DEGREE,
    JOB,
    LICENCE,
    STATEMENTS,
    Applicant,
    Reviewer,
    a_decision,
    a_reviewer,
    an_applicant,
    publish,
)
from tests.world import World


def appealed(world: World) -> tuple[Applicant, Reviewer, str]:
    """An applicant who appealed against this reviewer's denial, and the path of the appeal."""
    publish(world)
    ada, rita = an_applicant(world).draft().submitted(), a_reviewer(world)
    rita.denies(ada)
    filed = ada.post(f"{ada.path}/appeals", {"grounds": "My school is accredited."})
    assert filed.status_code == 201, filed.text
    return ada, rita, f"/appeals/{filed.json()['id']}"


def records_of(ada: Applicant) -> tuple[str, str]:
    """The applicant's licence and degree."""
    found = [ada.get(f"/candidates/{ada.candidate_id}/{kind}").json()["items"][0] for kind in ("licences", "education")]
    return found[0]["id"], found[1]["id"]


def meddling(ada: Applicant) -> list[tuple[str, str, dict[str, Any]]]:
    """Every step by which staff change what an appeal of this applicant is decided on."""
    licence, degree = records_of(ada)
    me = f"/candidates/{ada.candidate_id}"
    return [
        ("POST", f"/licences/{licence}/verification", {"verification": "rejected", "source": "A grudge"}),
        ("POST", f"/education/{degree}/judgement", {"verification": "rejected", "equivalent": False}),
        ("PUT", f"/licences/{licence}", {**LICENCE, "restricted": True}),
        ("PUT", f"/education/{degree}", {**DEGREE, "acpe_accredited": False}),
        ("POST", f"{me}/licences", {**LICENCE, "number": "7"}),
        ("POST", f"{me}/education", DEGREE),
        ("PATCH", me, {"practises_in": "DE"}),
        ("POST", f"/evidence/{ada.evidence['job']}/judgement", {"status": "rejected", "reason": "No."}),
    ]


def kept(ada: Applicant) -> tuple[Any, ...]:
    """All that an appeal is decided on, as it is stored."""
    mine: dict[str, Any] = {"candidate_id": ada.candidate_id}
    with ada.world.unit() as uow:
        candidate = uow.candidates.get(ada.candidate_id)
        return (candidate, uow.licences.find(**mine), uow.educations.find(**mine), uow.evidence.find(**mine))


def test_who_denied_changes_nothing_that_the_appeal_is_decided_on(either_world: World) -> None:
    ada, rita, appeal = appealed(either_world)
    before = kept(ada)

    answers = [
        either_world.client.request(verb, f"/v1{path}", json=body, headers={**rita.header, "if-match": "*"})
        for verb, path, body in meddling(ada)
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(403, "separation_of_duties")] * len(answers)
    assert {one.json()["detail"] for one in answers} == {
        "Someone else must take this step, because an appeal against a denial of yours is being heard."
    }
    assert kept(ada) == before
    overturned = {"outcome": "overturned", "reason": "It is.", "decisions": a_decision()["decisions"]}
    assert a_reviewer(either_world, "rob").post(f"{appeal}/decision", overturned, of=appeal).status_code == 200


@pytest.mark.parametrize("step", range(8))
def test_another_reviewer_and_who_denied_once_the_appeal_is_over_go_on_as_before(world: World, step: int) -> None:
    ada, rita, appeal = appealed(world)
    verb, path, body = meddling(ada)[step]
    rob = a_reviewer(world, "rob")

    other = world.client.request(verb, f"/v1{path}", json=body, headers={**rob.header, "if-match": "*"})
    rob.post(f"{appeal}/decision", {"outcome": "upheld", "reason": "It was right."}, of=appeal).raise_for_status()
    late = world.client.request(
        verb, f"/v1{path}", json={**body, **({"number": "8"} if "number" in body else {})},
        headers={**rita.header, "if-match": "*"},
    )  # fmt: skip

    assert other.status_code in (200, 201), other.text
    # Evidence is judged in an application in review, or under appeal, by nobody else's leave.
    assert late.status_code == (409 if "evidence" in path else other.status_code), late.text


def test_who_denied_judges_no_other_application_by_the_same_records_meanwhile(world: World) -> None:
    publish(world)
    ada, rita = an_applicant(world).draft().submitted(), a_reviewer(world)
    rita.denies(ada)
    first, (licence, degree) = ada.path, records_of(ada)
    ada.draft()
    ada.show("licence", {"kind": "licence", "record_id": licence})
    ada.show("degree", {"kind": "education", "record_id": degree})
    ada.show("job", JOB)
    ada.step("attestations", {"statements": STATEMENTS})
    assert ada.settled().step("submission").status_code == 200
    rita.claims(ada)
    with world.unit() as uow:
        # Through the API this takes two programs: within one, nobody appeals beside another application.
        uow.appeals.add(
            Appeal(
                id=uow.new_id(),
                application_id=UUID(first.rpartition("/")[2]),
                candidate_id=ada.candidate_id,
                grounds="My school is accredited.",
                filed_at=uow.now,
                due_on=uow.today,
                first_decided_by="rita",
            )
        )
    before = kept(ada)

    judged = rita.judge(ada, "licence", status="rejected", reason="No.")

    assert (judged.status_code, judged.json()["code"]) == (403, "separation_of_duties")
    assert kept(ada) == before


def test_an_appellant_goes_on_recording_what_is_theirs(world: World) -> None:
    ada, _, _ = appealed(world)

    recorded = ada.post(f"/candidates/{ada.candidate_id}/licences", {**LICENCE, "number": "7"})

    assert recorded.status_code == 201
