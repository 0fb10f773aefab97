"""Long work and the journal through the API."""

from dataclasses import replace
from pathlib import Path

import pytest
from httpx2 import Response

from api.settings import Settings
from api.wiring.service import Service
from domain.actors import Role, the_service
from domain.authorization import TABLE
from domain.jobs import actions
from domain.jobs.kinds import LONG_WORK
from domain.jobs.model import Job, JobOutcome, JobRequest, JobStatus, OutcomeStatus
from tests.world import World


def a_job(world: World, kind: str) -> Job:
    """Long work of a kind, queued."""
    with world.unit() as uow:
        return actions.request(uow, the_service("test"), JobRequest(kind=kind, total=10))


def step_in(world: World, job: Job, verb: str, role: Role, version: str | None = "*") -> Response:
    """A verb of staff on a job."""
    match = {} if version is None else {"if-match": version}
    return world.client.post(f"/v1/jobs/{job.id}/{verb}", headers={**world.token(role), **match})


def test_staff_follow_stop_and_resume_long_work(either_world: World) -> None:
    staff, manager = either_world.token(Role.EXAM_MANAGER), Role.EXAM_MANAGER
    job = a_job(either_world, "scores.import")

    read = either_world.client.get(f"/v1/jobs/{job.id}", headers=staff)
    stopped = step_in(either_world, job, "cancellation", manager, read.headers["etag"])
    again = step_in(either_world, job, "cancellation", manager)
    resumed = step_in(either_world, job, "resumption", manager, stopped.headers["etag"])

    assert read.status_code == 200, read.text
    assert (read.json()["status"], read.json()["allowed_actions"]) == ("queued", ["cancel"])
    assert (stopped.json()["status"], stopped.json()["allowed_actions"]) == ("cancelled", ["resume"])
    assert again.json()["code"] == "wrong_state"
    assert resumed.json()["status"] == "queued"


@pytest.mark.parametrize(("version", "status", "code"), [(None, 428, "precondition_required"), ('"7"', 412, "stale")])
def test_long_work_is_stopped_and_taken_up_by_the_version_that_was_read(
    world: World, version: str | None, status: int, code: str
) -> None:
    job = a_job(world, "scores.import")

    unstopped = step_in(world, job, "cancellation", Role.EXAM_MANAGER, version)
    step_in(world, job, "cancellation", Role.EXAM_MANAGER)
    untaken = step_in(world, job, "resumption", Role.EXAM_MANAGER, version)

    assert [(one.status_code, one.json()["code"]) for one in (unstopped, untaken)] == [(status, code)] * 2
    with world.unit() as uow:
        assert uow.jobs.get(job.id).status is JobStatus.CANCELLED


@pytest.mark.parametrize(
    ("kind", "role", "may"),
    [
        ("scores.release", Role.EXAM_MANAGER, True),
        ("scores.release", Role.PSYCHOMETRICIAN, True),
        ("scores.release", Role.ADMINISTRATOR, True),
        ("analyses.equate", Role.PSYCHOMETRICIAN, True),
        ("analyses.equate", Role.EXAM_MANAGER, False),
        ("items.export", Role.EXAM_MANAGER, False),
        ("test_centres.receive", Role.PSYCHOMETRICIAN, False),
        ("policy.compare", Role.PSYCHOMETRICIAN, False),
        ("policy.compare", Role.ADMINISTRATOR, True),
        ("a.kind.of.tomorrow", Role.PSYCHOMETRICIAN, False),
        ("a.kind.of.tomorrow", Role.ADMINISTRATOR, True),
    ],
)
def test_only_who_may_do_what_a_job_does_stops_it_or_takes_it_up(
    world: World, kind: str, role: Role, may: bool
) -> None:
    job = a_job(world, kind)
    before = world.client.get(f"/v1/jobs/{job.id}", headers=world.token(role)).json()

    stopped = step_in(world, job, "cancellation", role)
    if not may:
        step_in(world, job, "cancellation", Role.ADMINISTRATOR)
    taken_up = step_in(world, job, "resumption", role)

    assert before["allowed_actions"] == (["cancel"] if may else [])
    if may:
        assert (stopped.json()["status"], taken_up.json()["status"]) == ("cancelled", "queued")
    else:
        assert [one.status_code for one in (stopped, taken_up)] == [403, 403]
        assert [one.json()["code"] for one in (stopped, taken_up)] == ["not_your_work"] * 2


@pytest.mark.parametrize("role", [Role.CREDENTIAL_OFFICER, Role.REVIEWER, Role.FINANCE, Role.AUDITOR])
def test_whose_work_is_none_of_it_stops_no_release(either_world: World, role: Role) -> None:
    job = a_job(either_world, "scores.release")

    refused = step_in(either_world, job, "cancellation", role)

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    with either_world.unit() as uow:
        assert uow.jobs.get(job.id) == job


def test_every_kind_of_long_work_says_under_which_action_it_is_done(tmp_path: Path) -> None:
    service = Service(Settings(data_dir=tmp_path))

    assert set(LONG_WORK) == set(service.steps)
    assert set(LONG_WORK.values()) <= set(TABLE)


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
