"""What people say of themselves that cannot be is refused where it is entered, and nothing is stored."""

from typing import Any

import pytest

from tests.api.test_eligibility_check import PHARMACIST
from tests.builders_applications import DEGREE, JOB, LICENCE, an_applicant, publish
from tests.world import World

TODAY, TOMORROW = "2026-03-02", "2026-03-03"
TRAINING = {"kind": "training", "training": "pgy", "provider": "ASHP", "subject": "pharmacy-administration"}
PROFILE = {"legal_name": {"family": "Okafor"}, "email": "adaeze@example.org", "practises_in": "US"}

NEVER: list[Any] = [
    pytest.param("candidates", {**PROFILE, "date_of_birth": "2090-01-01"}, "date_of_birth", "in_the_future"),
    pytest.param("candidates", {**PROFILE, "date_of_birth": TODAY}, "date_of_birth", "in_the_future"),
    pytest.param("candidates", {**PROFILE, "practises_in": "XX"}, "practises_in", "unknown_country"),
    pytest.param("licences", {**LICENCE, "jurisdiction": "XX-ZZ"}, "jurisdiction", "unknown_jurisdiction"),
    pytest.param("licences", {**LICENCE, "jurisdiction": "US-NORTH"}, "jurisdiction", "unknown_jurisdiction"),
    pytest.param("licences", {**LICENCE, "jurisdiction": "Atlantis"}, "jurisdiction", "unknown_jurisdiction"),
    pytest.param(
        "licences",
        {**LICENCE, "issued_on": "2020-01-02", "expires_on": "2020-01-01"},
        "expires_on",
        "ends_before_it_begins",
    ),
    pytest.param("education", {**DEGREE, "completed_on": "2095-05-01"}, "completed_on", "in_the_future"),
    pytest.param("education", {**DEGREE, "completed_on": TOMORROW}, "completed_on", "in_the_future"),
    pytest.param("education", {**DEGREE, "country": "XX"}, "country", "unknown_country"),
    pytest.param("evidence", {**JOB, "ends_on": "2000-01-01"}, "ends_on", "ends_before_it_begins"),
    pytest.param("evidence", {**TRAINING, "completed_on": TOMORROW}, "completed_on", "in_the_future"),
    pytest.param(
        "evidence",
        {**TRAINING, "completed_on": "2020-01-02", "expires_on": "2020-01-01"},
        "expires_on",
        "ends_before_it_begins",
    ),
]
MAYBE = [
    pytest.param("licences", {**LICENCE, "jurisdiction": "DE"}, id="a country"),
    pytest.param("licences", {**LICENCE, "jurisdiction": "PRT"}, id="a country in three letters"),
    pytest.param("licences", {**LICENCE, "jurisdiction": "CA-ON"}, id="a province"),
    pytest.param("licences", {**LICENCE, "issued_on": TOMORROW, "expires_on": TOMORROW}, id="issued tomorrow"),
    pytest.param("education", {**DEGREE, "completed_on": TODAY}, id="completed today"),
    pytest.param("evidence", {**JOB, "starts_on": TOMORROW, "ends_on": TOMORROW}, id="a day's work tomorrow"),
    pytest.param("evidence", {**TRAINING, "completed_on": TOMORROW, "in_progress": True}, id="training in progress"),
]


@pytest.mark.parametrize(("kind", "body", "place", "code"), NEVER)
def test_what_cannot_be_is_refused_where_it_is_said(
    either_world: World, kind: str, body: dict[str, Any], place: str, code: str
) -> None:
    publish(either_world)
    ada = an_applicant(either_world).draft()
    before = everything(either_world)
    path = {"candidates": "/candidates", "evidence": f"{ada.path}/evidence"}
    if kind == "candidates":
        ada.header = either_world.token(subject="bea")

    refused = ada.post(path.get(kind, f"/candidates/{ada.candidate_id}/{kind}"), body)

    assert refused.status_code == 409, refused.text
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [(f"/body/{place}", code)]
    assert everything(either_world) == before


@pytest.mark.parametrize(("kind", "body"), MAYBE)
def test_what_may_be_is_stored(world: World, kind: str, body: dict[str, Any]) -> None:
    publish(world)
    ada = an_applicant(world).draft()
    path = f"{ada.path}/evidence" if kind == "evidence" else f"/candidates/{ada.candidate_id}/{kind}"

    assert ada.post(path, body).status_code == 201


def test_a_record_is_changed_to_nothing_that_cannot_be(world: World) -> None:
    publish(world)
    ada = an_applicant(world).draft()
    licence, job = f"/licences/{ada.record('licences', LICENCE)}", f"/evidence/{ada.show('job', JOB)}"
    me = f"/candidates/{ada.candidate_id}"
    before = everything(world)

    answers = [
        world.client.put("/v1" + licence, json={**LICENCE, "jurisdiction": "XX-ZZ"}, headers=star(ada.header)),
        world.client.put("/v1" + job, json={**JOB, "ends_on": "2000-01-01"}, headers=star(ada.header)),
        world.client.patch("/v1" + me, json={"date_of_birth": "2090-01-01"}, headers=star(ada.header)),
    ]

    assert [one.status_code for one in answers] == [409] * 3
    assert everything(world) == before


@pytest.mark.parametrize("hours", [0, 0.0, -1])
def test_no_hours_a_week_are_no_work(world: World, hours: float) -> None:
    publish(world)
    ada = an_applicant(world).draft()
    claim = {name: said for name, said in JOB.items() if name != "kind"}

    shown = ada.post(f"{ada.path}/evidence", {**JOB, "hours_per_week": hours})
    checked = ada.post("/programs/CPOM/self-check", {**PHARMACIST, "experience": [{**claim, "hours_per_week": hours}]})

    assert [one.status_code for one in (shown, checked)] == [422, 422]
    assert shown.json()["errors"][0]["pointer"] == "/body/hours_per_week"


def star(header: dict[str, str]) -> dict[str, str]:
    return {**header, "if-match": "*"}


def everything(world: World) -> list[object]:
    with world.unit() as uow:
        return [uow.candidates.find(), uow.licences.find(), uow.educations.find(), uow.evidence.find()]
