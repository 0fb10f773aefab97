"""Test centres over HTTP: an export, a file in, its parked row matched, and files that are downloaded again."""

import hashlib
from typing import Any
from uuid import UUID

import pytest

from adapters.test_centres import YamlCentreFiles
from domain.actors import Role
from domain.jobs.actions import CARRY_ON, Step, carry_on
from domain.test_centres import exporting, receiving
from tests.api.scores_world import Desk
from tests.domain.test_centres.desk import GATEWAY
from tests.world import World

CENTRE = "/v1/test-centres/pearson-vue"
APPOINTMENTS = "RegistrationID\tClientAuthorizationID\tClientCandidateID\tStatus\tAppointmentDate\tSiteID\tLastUpdate"


@pytest.fixture
def desk(world: World) -> Desk:
    """An exam office on SQLite."""
    return Desk(world)


def work(desk: Desk) -> None:
    """Carry out every job that waits."""
    files, centres = desk.world.files, YamlCentreFiles()
    steps: dict[str, Step] = {
        exporting.EXPORT: exporting.step(centres, files),
        receiving.RECEIVE: receiving.step(centres, files, GATEWAY),
    }

    def run(units: Any, parameters: Any) -> None:
        while carry_on(units, steps, UUID(parameters["job_id"])):
            pass

    desk.world.run_tasks({CARRY_ON: run})


def upload(desk: Desk, content: bytes, kind: str = "appointments", vendor: str = CENTRE) -> Any:
    sheet = {"file": ("appointments.dat", content, "text/csv")}
    return desk.world.client.post(f"{vendor}/files", files=sheet, data={"kind": kind}, headers=desk.max)


def an_appointment(number: str) -> bytes:
    row = f"350001\t{number}\t\tScheduled\t2026/03/12 14:00:00\t49123\t2026/03/02 15:00:00"
    return f"{APPOINTMENTS}\r\n{row}\r\n".encode()


def test_vendors_are_listed_with_their_files(desk: Desk) -> None:
    (found,) = desk.get("/v1/test-centres", desk.pia).json()["items"]

    assert (found["vendor"], found["out"]) == ("pearson-vue", ["accommodations", "authorizations", "candidates"])


def test_an_export_is_made_downloaded_and_downloaded_again_byte_for_byte(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1)

    asked = desk.post(f"{CENTRE}/exports", desk.max, {"kind": "candidates", "program": "CPOM"})
    work(desk)

    assert asked.status_code == 202, asked.text
    result = desk.get(asked.headers["location"], desk.max).json()["result"]
    (id_,) = result["files"]
    receipt = desk.get(f"/v1/test-centre-files/{id_}", desk.pia).json()
    first = desk.get(f"/v1/test-centre-files/{id_}/content", desk.max)
    second = desk.get(f"/v1/test-centre-files/{id_}/content", desk.max)
    assert (receipt["name"], receipt["added"], receipt["number"]) == ("cdd-000001.dat", 1, 1)
    assert hashlib.sha256(first.content).hexdigest() == receipt["sha256"]
    assert first.content == second.content
    assert ann.number.encode() in first.content
    assert first.headers["content-disposition"] == 'attachment; filename="cdd-000001.dat"'
    assert first.headers["x-content-type-options"] == "nosniff"


def test_a_parked_row_is_matched_and_a_file_sent_twice_is_one(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1, booked=False)

    first, second = upload(desk, an_appointment("T0000000000")), upload(desk, an_appointment("T0000000000"))
    work(desk)

    assert (first.status_code, first.json()["status"]) == (202, "queued"), first.text
    assert first.json()["id"] == second.json()["id"]
    receipt = desk.get(first.headers["location"], desk.max).json()
    assert (receipt["status"], receipt["parked"]) == ("done", 1)
    (row,) = desk.get("/v1/test-centre-rows?status=parked", desk.max).json()["items"]
    assert (row["code"], row["values"]["site"], row["allowed_actions"]) == ("unmatched", "49123", ["dismiss", "match"])
    matched = desk.post(
        f"/v1/test-centre-rows/{row['id']}/match",
        desk.max,
        {"authorization_id": str(ann.authorization.id)},
        version=row["version"],
    )
    assert (matched.json()["status"], matched.json()["code"]) == ("done", "booked"), matched.text
    with desk.world.unit() as uow:
        (seat,) = uow.registrations.find(candidate_id=ann.candidate_id)
    assert seat.status == "booked"


def test_a_row_is_dismissed_only_as_it_was_read(desk: Desk) -> None:
    upload(desk, an_appointment("T0000000000"))
    work(desk)
    (row,) = desk.get("/v1/test-centre-rows?status=parked", desk.max).json()["items"]
    path = f"/v1/test-centre-rows/{row['id']}/dismissal"

    stale = desk.post(path, desk.max, {"reason": "Not ours."}, version=9)
    done = desk.post(path, desk.max, {"reason": "Not ours."}, version=row["version"])

    assert stale.status_code == 412
    assert (done.json()["status"], done.json()["reason"]) == ("dismissed", "Not ours.")


@pytest.mark.parametrize(
    ("kind", "vendor", "status", "pointer"),
    [
        pytest.param("candidates", CENTRE, 409, "/body/kind", id="a kind that goes out"),
        pytest.param("appointments", "/v1/test-centres/nobody", 409, "/path/vendor", id="an unknown vendor"),
        pytest.param("letters", CENTRE, 422, "/body/kind", id="no kind at all"),
    ],
)
def test_a_file_of_no_kind_is_refused(desk: Desk, kind: str, vendor: str, status: int, pointer: str) -> None:
    answer = upload(desk, an_appointment("T1"), kind, vendor)

    assert answer.status_code == status, answer.text
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert desk.get("/v1/test-centre-files", desk.max).json()["items"] == []


def test_a_psychometrician_sees_receipts_and_no_personal_content(desk: Desk) -> None:
    upload(desk, an_appointment("T0000000000"))
    (receipt,) = desk.get("/v1/test-centre-files", desk.pia).json()["items"]

    assert desk.get(f"/v1/test-centre-files/{receipt['id']}/content", desk.pia).status_code == 403
    assert desk.get("/v1/test-centre-rows", desk.pia).status_code == 403
    assert desk.get("/v1/test-centre-files", desk.world.token(Role.CANDIDATE)).status_code == 403
