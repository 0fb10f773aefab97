"""The self-check: anyone's facts in, the full ruling out."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.builders_applications import publish
from tests.world import World

PHARMACIST = {
    "practises_in": "US",
    "licences": [{"jurisdiction": "US-NC", "expires_on": "2027-12-31"}],
    "education": [{"degree": "PharmD", "acpe_accredited": True, "completed_on": "2015-05-01"}],
    "experience": [{"setting": "health_system", "starts_on": "2020-01-01"}],
}
ABROAD = {
    "practises_in": "DE",
    "licences": [{"jurisdiction": "DE", "language": "de", "translation": "certified"}],
    "education": [{"degree": "MPharm", "completed_on": "2015-05-01"}],
    "training": [{"kind": "pgy_residency", "provider": "ASHP", "subject": "hspal", "completed_on": "2018-06-30"}],
}


def _checked(world: World, facts: Mapping[str, object], query: str = "") -> dict[str, Any]:
    answer = world.client.post(f"/v1/programs/CPOM/self-check{query}", json=facts)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def _codes(findings: list[dict[str, Any]]) -> dict[str, str]:
    return {f["clause"]: f["code"] for f in findings} | {
        clause: code for f in findings for clause, code in _codes(f["parts"]).items()
    }


def test_a_pharmacist_learns_that_pathway_one_is_met_and_why_the_other_is_not(either_world: World) -> None:
    publish(either_world)

    said = _checked(either_world, PHARMACIST)

    assert (said["eligible"], said["best"], said["edition"]) == (True, "us-licensed", "cpom-2026")
    assert [one["pathway"] for one in said["pathways"]] == ["us-licensed", "international"]
    assert _codes(said["pathways"][0]["findings"])["us-licence"] == "met"
    assert _codes(said["pathways"][1]["findings"])["practises-abroad"] == "practises_in_us"
    assert [one["code"] for one in said["waiver"]] == ["waiver_none"]
    assert said["message"].startswith("Good news")


def test_a_pharmacist_abroad_with_a_residency_is_judged_by_pathway_two_and_the_waiver(world: World) -> None:
    publish(world)

    said = _checked(world, ABROAD)

    assert (said["eligible"], said["best"]) == (True, "international")
    assert [(one["clause"], one["code"]) for one in said["waiver"]] == [("certificate-waiver", "met")]


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({}, id="someone who states nothing"),
        pytest.param({**PHARMACIST, "licences": []}, id="without a licence"),
        pytest.param(
            {**PHARMACIST, "licences": [{"jurisdiction": "US-NC", "profession": "technician"}]},
            id="with a technician's licence",
        ),
        pytest.param({**ABROAD, "licences": []}, id="abroad, without a licence"),
    ],
)
def test_a_lead_technician_is_told_kindly_that_a_pharmacist_licence_is_asked(
    world: World, facts: dict[str, object]
) -> None:
    publish(world)

    said = _checked(world, facts)

    assert said["eligible"] is False
    assert any("Experienced lead technicians" in sentence for sentence in said["advice"])
    assert "yet" in said["message"]


def test_a_self_check_stores_nothing_and_needs_no_account(world: World) -> None:
    publish(world)
    with world.database.transaction(write=False) as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM journal").scalar_one()

    _checked(world, PHARMACIST)

    with world.database.transaction(write=False) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM journal").scalar_one() == before
        assert connection.exec_driver_sql("SELECT count(*) FROM applications").scalar_one() == 0


def test_a_self_check_answers_for_another_day(world: World) -> None:
    publish(world)

    said = _checked(world, PHARMACIST, "?as_of=2028-01-01")

    assert (said["on"], said["eligible"]) == ("2028-01-01", False)
    assert _codes(said["pathways"][0]["findings"])["us-licence"] == "licence_expired"


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        pytest.param({"practises_in": "usa"}, "/body/practises_in", id="no country"),
        pytest.param({"licences": [{"status": "active"}]}, "/body/licences/0/jurisdiction", id="no jurisdiction"),
        pytest.param(
            {"experience": [{"setting": "inpatient", "starts_on": "2020-02-30"}]},
            "/body/experience/0/starts_on",
            id="no such day",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(world: World, facts: dict[str, object], pointer: str) -> None:
    publish(world)

    answer = world.client.post("/v1/programs/CPOM/self-check", json=facts)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_an_unknown_program_is_not_found(world: World) -> None:
    answer = world.client.post("/v1/programs/NONE/self-check", json={})

    assert answer.status_code == 404
