"""The self-check: anyone's facts in, the full ruling out."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.builders_applications import publish
from tests.world import World

PHARMACIST: dict[str, Any] = {
    "practises_in": "US",
    "licences": [{"jurisdiction": "US-NC", "expires_on": "2027-12-31"}],
    "education": [{"degree": "PharmD", "acpe_accredited": True, "completed_on": "2015-05-01"}],
    "experience": [{"setting": "health_system", "starts_on": "2020-01-01"}],
}
ABROAD: dict[str, Any] = {
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


@pytest.mark.parametrize(
    ("facts", "place", "code"),
    [
        pytest.param({"date_of_birth": "2099-01-01"}, "date_of_birth", "in_the_future", id="not born yet"),
        pytest.param({"practises_in": "ZZ"}, "practises_in", "unknown_country", id="no such country"),
        pytest.param(
            {"licences": [{"jurisdiction": "US-NC"}, {"jurisdiction": "Atlantis"}]},
            "licences/1/jurisdiction",
            "unknown_jurisdiction",
            id="a licence of nowhere",
        ),
        pytest.param(
            {"licences": [{"jurisdiction": "US-NC", "issued_on": "2020-01-02", "expires_on": "2020-01-01"}]},
            "licences/0/expires_on",
            "ends_before_it_begins",
            id="a licence that ends before it begins",
        ),
        pytest.param(
            {"education": [{"degree": "PharmD", "completed_on": "2026-03-03"}]},
            "education/0/completed_on",
            "in_the_future",
            id="a degree of tomorrow",
        ),
        pytest.param(
            {"education": [{"degree": "PharmD", "country": "ZZ"}]},
            "education/0/country",
            "unknown_country",
            id="a degree from nowhere",
        ),
        pytest.param(
            {"experience": [{"setting": "community", "starts_on": "2020-01-02", "ends_on": "2020-01-01"}]},
            "experience/0/ends_on",
            "ends_before_it_begins",
            id="a job that ends before it begins",
        ),
        pytest.param(
            {"training": [{**ABROAD["training"][0], "completed_on": "2026-03-03"}]},
            "training/0/completed_on",
            "in_the_future",
            id="a training of tomorrow",
        ),
    ],
)
def test_what_cannot_be_is_refused_as_it_is_where_it_is_stored(
    world: World, facts: dict[str, Any], place: str, code: str
) -> None:
    publish(world)

    answer = world.client.post("/v1/programs/CPOM/self-check", json=facts)

    assert answer.status_code == 409, answer.text
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(f"/body/{place}", code)]


def test_who_asks_about_a_day_to_come_may_have_graduated_by_then(world: World) -> None:
    publish(world)
    facts = {**PHARMACIST, "education": [{**PHARMACIST["education"][0], "completed_on": "2026-05-01"}]}

    assert _checked(world, facts, "?as_of=2026-06-01")["eligible"] is True
    assert world.client.post("/v1/programs/CPOM/self-check?as_of=2026-01-01", json=facts).status_code == 409


def test_an_unknown_program_is_not_found(world: World) -> None:
    answer = world.client.post("/v1/programs/NONE/self-check", json={})

    assert answer.status_code == 404
