"""Long work and the journal through the API."""

from dataclasses import replace

from domain.actors import Role, the_service
from domain.jobs import actions
from domain.jobs.model import JobOutcome, JobRequest, OutcomeStatus
from tests.world import World


def test_staff_follow_stop_and_resume_long_work(either_world: World) -> None:
    staff = either_world.token(Role.EXAM_MANAGER)
    with either_world.unit() as uow:
        job = actions.request(uow, the_service("test"), JobRequest(kind="test.count", total=10))

    read = either_world.client.get(f"/v1/jobs/{job.id}", headers=staff)
    stopped = either_world.client.post(f"/v1/jobs/{job.id}/cancellation", headers=staff)
    again = either_world.client.post(f"/v1/jobs/{job.id}/cancellation", headers=staff)
    resumed = either_world.client.post(f"/v1/jobs/{job.id}/resumption", headers=staff)

    assert read.status_code == 200, read.text
    assert (read.json()["status"], read.json()["allowed_actions"]) == ("queued", ["cancel"])
    assert (stopped.json()["status"], stopped.json()["allowed_actions"]) == ("cancelled", ["resume"])
    assert again.json()["code"] == "wrong_state"
    assert resumed.json()["status"] == "queued"


def test_unusable_rows_come_back_as_csv_without_formulas(world: World) -> None:
    staff = world.token(Role.EXAM_MANAGER)
    with world.unit() as uow:
        job = actions.request(uow, the_service("test"), JobRequest(kind="test.count"))
        outcome = JobOutcome(
            id=uow.new_id(), job_id=job.id, row=3, status=OutcomeStatus.ERROR, code="unknown", values={"id": "=1+1"}
        )
        uow.job_outcomes.add(outcome)
        uow.job_outcomes.add(replace(outcome, id=uow.new_id(), row=4, status=OutcomeStatus.OK, code="stored"))

    answer = world.client.get(f"/v1/jobs/{job.id}/errors.csv", headers=staff)

    assert answer.text.splitlines() == ["row,status,code,detail,id", "3,error,unknown,,'=1+1"]
    assert answer.headers["content-disposition"].startswith("attachment")


def test_an_auditor_reads_the_journal_in_order_and_filtered(either_world: World) -> None:
    candidate = either_world.id_of(either_world.token(subject="ada"))
    auditor = either_world.token(Role.AUDITOR)

    first = either_world.client.get("/v1/journal?limit=1", headers=auditor).json()
    rest = either_world.client.get(f"/v1/journal?limit=1&cursor={first['next_cursor']}", headers=auditor).json()
    about = either_world.client.get(f"/v1/journal?subject_id={candidate}&sort=-seq", headers=auditor).json()

    kinds = ["candidate.registered", "candidate.identity_linked"]
    assert [entry["kind"] for entry in [*first["items"], *rest["items"]]] == kinds
    assert [entry["kind"] for entry in about["items"]] == kinds[::-1]
    assert either_world.client.get("/v1/journal", headers=either_world.token(Role.REVIEWER)).status_code == 403
