"""Irregularities over HTTP: a screening, its flags, and a decision by people."""

from typing import Any
from uuid import UUID

import pytest

from domain.actors import Role
from domain.jobs.actions import CARRY_ON, carry_on
from domain.security import screening
from tests.domain.security.hall import COPIERS, SOURCE, Hall, a_hall
from tests.world import World


class Office:
    """A hall behind the API."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hall: Hall = a_hall(world.units)
        self.hall.scores.files = world.files
        self.pia = world.token(Role.PSYCHOMETRICIAN, subject="pia")
        self.max = world.token(Role.EXAM_MANAGER, subject="max")
        scores = self.hall.scores
        self.under = f"/v1/exam-administrations/{scores.administration_id}/forms/{scores.form.id}"

    def post(self, path: str, who: dict[str, str], body: object, version: int | None = None) -> Any:
        headers = {**who, "idempotency-key": f"{path}-{version}"}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        return self.world.client.post(path, json=body, headers=headers)

    def get(self, path: str) -> Any:
        answer = self.world.client.get(path, headers=self.pia)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def work(self) -> None:
        steps = {screening.SCREEN: screening.step(self.world.files)}

        def run(units: Any, parameters: Any) -> None:
            while carry_on(units, steps, UUID(parameters["job_id"])):
                pass

        self.world.run_tasks({CARRY_ON: run})


@pytest.fixture
def office(world: World) -> Office:
    """An office on SQLite."""
    return Office(world)


def test_a_screening_holds_scores_with_evidence_and_people_decide(office: Office) -> None:
    asked = office.post(f"{office.under}/irregularity-screenings", office.pia, {"methods": ["omega", "gbt"]})
    office.work()

    assert asked.status_code == 202, asked.text
    done = office.get(asked.headers["location"])
    assert (done["status"], done["people"], done["reviews"], done["held"]) == ("done", 120, 3, 3)
    assert len(done["inputs_sha256"]) == 64
    flags = office.get(f"/v1/irregularity-flags?screening_id={done['id']}&method=gbt&sort=p")["items"]
    assert [one["p"] for one in flags] == sorted(one["p"] for one in flags)
    assert office.get(f"/v1/irregularity-flags/{flags[0]['id']}")["evidence"]["matched_incorrect"] > 5
    reviews = office.get(f"/v1/irregularity-reviews?screening_id={done['id']}&status=open")["items"]
    assert {one["candidate_id"] for one in reviews} == {str(one) for one in office.hall.who(SOURCE, *COPIERS)}
    review = reviews[0]
    cleared = office.post(
        f"/v1/irregularity-reviews/{review['id']}/clearance",
        office.max,
        {"reason": "Different rooms."},
        version=review["version"],
    )
    assert (cleared.status_code, cleared.json()["status"]) == (200, "cleared"), cleared.text
    again = office.post(f"/v1/irregularity-reviews/{review['id']}/confirmation", office.pia, {"reason": "No."}, 2)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    csv = office.world.client.get(f"/v1/irregularity-screenings/{done['id']}/flags.csv", headers=office.pia)
    assert csv.text.startswith("flag_id,method,")


def test_response_times_are_handed_in_and_named_by_the_screening(office: Office) -> None:
    head = ",".join(["candidate", *(f"I{number + 1}" for number in range(40))])
    sheet = {"file": ("times.csv", f"{head}\n".encode(), "text/csv")}

    kept = office.world.client.post(f"{office.under}/response-times", files=sheet, headers=office.pia)
    asked = office.post(
        f"{office.under}/irregularity-screenings",
        office.pia,
        {"methods": ["response_times"], "times_id": kept.json()["id"]},
    )
    office.work()

    assert kept.status_code == 201, kept.text
    (figure,) = office.get(asked.headers["location"])["figures"]
    assert (figure["code"], figure["detail"]) == (
        "too_few_observations", "Nobody has a complete row of response times.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        pytest.param({"methods": []}, 422, "/body/methods", id="no method"),
        pytest.param({"methods": ["guess"]}, 422, "/body/methods/0", id="no such method"),
        pytest.param({"rate": 0.5}, 422, "/body/rate", id="half of the findings false"),
        pytest.param({"methods": ["response_times"]}, 409, "/body/times_id", id="times without a file"),
    ],
)
def test_a_faulty_screening_is_refused_at_its_place(
    office: Office, body: dict[str, object], status: int, pointer: str
) -> None:
    answer = office.post(f"{office.under}/irregularity-screenings", office.pia, body)

    assert answer.status_code == status, answer.text
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert office.get("/v1/irregularity-screenings")["items"] == []


def test_a_candidate_never_sees_a_flag(office: Office) -> None:
    me = office.world.token(Role.CANDIDATE, subject="me")

    assert office.world.client.get("/v1/irregularity-flags", headers=me).status_code == 403
    assert office.world.client.get("/v1/irregularity-reviews", headers=me).status_code == 403
