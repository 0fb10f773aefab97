"""Degrees and certificates: what they are called, and how what was entered wrongly is set right."""

from typing import Any
from uuid import uuid4

import pytest

from domain.actors import Role
from domain.applications import facts_of
from domain.applications.facts_of import Records
from domain.candidates.model import Candidate, Education, PersonName
from tests.api.outcomes import events
from tests.builders_applications import DEGREE, Applicant, Reviewer, a_reviewer, an_applicant, publish, staff
from tests.world import MORNING, World

UNSTATED = {name: said for name, said in DEGREE.items() if name != "acpe_accredited"}


def entered(world: World) -> tuple[Applicant, str]:
    """An applicant who forgot to say that the school is accredited, with the path of the degree."""
    publish(world)
    ada = an_applicant(world)
    return ada, f"/education/{ada.record('education', UNSTATED)}"


def change(who: Applicant | Reviewer | Any, path: str, body: dict[str, Any], tag: str | None = '"1"') -> Any:
    """What comes of a change."""
    header = who.header if tag is None else {**who.header, "if-match": tag}
    return who.world.client.put(f"/v1{path}", json=body, headers=header)


def kept(world: World) -> list[Education]:
    """What is stored."""
    with world.unit() as uow:
        return uow.educations.find()


@pytest.mark.parametrize("kind", ["Degree", "PharmD", "fpgec", ""])
def test_a_kind_that_there_is_not_is_refused_where_it_is_said(world: World, kind: str) -> None:
    ada = an_applicant(world)

    refused = ada.post(f"/candidates/{ada.candidate_id}/education", {**DEGREE, "kind": kind})

    assert refused.status_code == 422
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [("/body/kind", "enum")]
    assert kept(world) == []


def test_a_certificate_is_named_by_its_title(world: World) -> None:
    publish(world)
    ada = an_applicant(world).draft()
    body = {**UNSTATED, "kind": "certificate", "title": "FPGEC", "certificate_number": "F-1", "country": "DE"}

    ada.record("education", body)

    ruling = ada.get(f"{ada.path}/ruling").json()["pathways"][0]["findings"]
    parts = {part["clause"]: part["code"] for finding in ruling for part in finding["parts"]}
    assert (parts["acpe-school"], parts["fpgec"]) == ("education_none", "met")


@pytest.mark.parametrize("kind", ["degree", "Degree", " DEGREE "])
def test_a_degree_is_no_certificate_however_the_word_was_written(kind: str) -> None:
    whose = uuid4()
    candidate = Candidate(
        id=whose, number="C", legal_name=PersonName(family="X"), search_name="x", email="x@example.org",
        practises_in="US", created_at=MORNING,
    )  # fmt: skip
    held = Education(
        id=uuid4(), candidate_id=whose, kind=kind, title="PharmD", school="X", country="US", completed_on=None
    )

    found = facts_of.facts(Records(candidate=candidate, educations=(held,)))

    assert ([one.degree for one in found.education], found.certificates) == (["PharmD"], ())


def test_what_was_left_out_is_added_by_its_candidate(either_world: World) -> None:
    ada, path = entered(either_world)
    before = events(either_world, "candidate.education_recorded")

    changed = change(ada, path, DEGREE)

    assert changed.status_code == 200, changed.text
    assert (changed.json()["acpe_accredited"], changed.json()["version"]) == (True, 2)
    assert changed.headers["etag"] == '"2"'
    assert "update" in changed.json()["allowed_actions"]
    assert events(either_world, "candidate.education_recorded") == before + 1


def test_a_degree_is_changed_in_the_version_that_was_read(world: World) -> None:
    ada, path = entered(world)

    answers = [change(ada, path, DEGREE, tag) for tag in (None, '"7"', '"1"')]

    assert [answer.status_code for answer in answers] == [428, 412, 200]


@pytest.mark.parametrize(
    ("said", "place"),
    [({"completed_on": "2095-05-01"}, "completed_on"), ({"country": "XX"}, "country")],
)
def test_a_degree_is_changed_to_nothing_that_cannot_be(world: World, said: dict[str, str], place: str) -> None:
    ada, path = entered(world)
    before = kept(world)

    refused = change(ada, path, {**DEGREE, **said})

    assert (refused.status_code, [one["pointer"] for one in refused.json()["errors"]]) == (409, [f"/body/{place}"])
    assert kept(world) == before


def test_strangers_and_onlookers_change_no_degree(world: World) -> None:
    _, path = entered(world)
    eve, audit = an_applicant(world, "eve"), staff(world, Role.AUDITOR)
    before = kept(world)

    answers = [change(who, path, DEGREE) for who in (eve, audit)]

    assert [answer.status_code for answer in answers] == [404, 403]
    assert kept(world) == before


@pytest.mark.parametrize("by", ["ada", "rita"])
def test_a_change_by_the_candidate_is_judged_anew_and_one_by_staff_stands(either_world: World, by: str) -> None:
    ada, path = entered(either_world)
    rita = a_reviewer(either_world)
    rita.post(f"{path}/judgement", {"verification": "verified", "equivalent": True}, version=1).raise_for_status()

    changed = change(ada if by == "ada" else rita, path, DEGREE, '"2"').json()

    stands = ("verified", True) if by == "rita" else ("unverified", None)
    assert (changed["verification"], changed["equivalent"]) == stands
    assert (changed["verified_at"] is not None) is (by == "rita")


def test_a_degree_that_was_exchanged_is_not_accepted_by_who_read_the_first(either_world: World) -> None:
    publish(either_world)
    ada, rita = an_applicant(either_world).draft().submitted(), a_reviewer(either_world)
    rita.claims(ada)
    piece = f"/evidence/{ada.evidence['degree']}"
    read = rita.get(piece).json()
    change(ada, f"/education/{read['record_id']}", {**DEGREE, "title": "PhD"}).raise_for_status()
    before = kept(either_world)

    judged = rita.post(f"{piece}/judgement", {"status": "accepted", "equivalent": True}, version=read["version"])

    assert judged.status_code == 412
    assert kept(either_world) == before
