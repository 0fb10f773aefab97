"""Long work: where it may go from where it stands, how long it waits, and the report of its rows."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.actors import Actor, Role
from domain.authorization import allowed_actions
from domain.errors import WrongState
from domain.jobs.model import Job, JobOutcome, JobStatus, OutcomeStatus, Retries
from domain.jobs.rules import error_report, harmless, numbered

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ID = UUID(int=1)

FIRST_STATES: dict[str, tuple[Callable[[Job], Job], set[JobStatus]]] = {
    "started": (lambda job: job.started(LATER), {JobStatus.QUEUED, JobStatus.RUNNING}),
    "advanced": (lambda job: job.advanced(rows=1, cursor={"row": 1}), {JobStatus.RUNNING}),
    "succeeded": (lambda job: job.succeeded(LATER), {JobStatus.RUNNING}),
    "failed": (lambda job: job.failed(LATER, "code"), {JobStatus.QUEUED, JobStatus.RUNNING}),
    "cancelled": (lambda job: job.cancelled(LATER), {JobStatus.QUEUED, JobStatus.RUNNING}),
    "resumed": (lambda job: job.resumed(), {JobStatus.FAILED, JobStatus.CANCELLED}),
}


def a_job(**changes: Any) -> Job:
    facts: dict[str, Any] = {"id": ID, "kind": "count", "requested_by": "manager", "created_at": NOON}
    return Job(**facts | changes)


def an_outcome(row: int, **changes: Any) -> JobOutcome:
    facts: dict[str, Any] = {"id": UUID(int=row), "job_id": ID, "row": row, "code": "unknown_form"}
    facts["status"] = OutcomeStatus.ERROR
    return JobOutcome(**facts | changes)


def read(report: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(report)))


@pytest.mark.parametrize("status", JobStatus)
@pytest.mark.parametrize("transition", FIRST_STATES)
def test_each_transition_starts_from_its_own_states_only(transition: str, status: JobStatus) -> None:
    move, allowed = FIRST_STATES[transition]

    if status in allowed:
        assert move(a_job(status=status)).id == ID
    else:
        with pytest.raises(WrongState):
            move(a_job(status=status))


def test_a_job_begun_again_keeps_the_instant_it_first_began() -> None:
    job = a_job().started(NOON).failed(LATER, "internal_error").resumed().started(LATER)

    assert (job.status, job.started_at, job.finished_at, job.error_code) == (JobStatus.RUNNING, NOON, None, None)


def test_batches_add_up_and_the_cursor_is_the_last_ones() -> None:
    job = a_job(status=JobStatus.RUNNING).advanced(rows=5, failed=2, cursor={"row": 5}, total=8)
    job = job.advanced(rows=3, cursor={"row": 8})

    assert (job.done, job.failed_rows, job.cursor, job.total) == (8, 2, {"row": 8}, 8)


def test_a_job_given_up_keeps_its_cursor() -> None:
    job = a_job(status=JobStatus.RUNNING, cursor={"row": 8}).failed(LATER, "internal_error")

    assert (job.cursor, job.error_code, job.finished_at) == ({"row": 8}, "internal_error", LATER)


@pytest.mark.parametrize(
    ("status", "role", "actions"),
    [
        (JobStatus.QUEUED, Role.EXAM_MANAGER, ["cancel"]),
        (JobStatus.RUNNING, Role.ADMINISTRATOR, ["cancel"]),
        (JobStatus.FAILED, Role.EXAM_MANAGER, ["resume"]),
        (JobStatus.CANCELLED, Role.EXAM_MANAGER, ["resume"]),
        (JobStatus.SUCCEEDED, Role.ADMINISTRATOR, []),
        (JobStatus.RUNNING, Role.CREDENTIAL_OFFICER, []),
        (JobStatus.RUNNING, Role.AUDITOR, []),
        (JobStatus.RUNNING, Role.CANDIDATE, []),
    ],
)
def test_who_may_begin_an_import_may_stop_one_that_runs_and_resume_one_that_stopped(
    status: JobStatus, role: Role, actions: list[str]
) -> None:
    actor = Actor(subject="someone", roles=frozenset({role}))

    assert allowed_actions(actor, "job", a_job(status=status, kind="scores.import")) == actions


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(0, 5), (1, 15), (2, 45), (6, 3645), (8, 6 * 3600), (10_000, 6 * 3600)],
)
def test_waits_grow_up_to_the_longest(attempt: int, seconds: int) -> None:
    assert Retries().wait(attempt) == timedelta(seconds=seconds)


def test_what_is_told_of_one_row_is_counted_in_the_order_told() -> None:
    told = [an_outcome(1, code="a"), an_outcome(2, code="b"), an_outcome(1, code="c"), an_outcome(1, code="d")]

    assert [(one.row, one.fault, one.code) for one in numbered(told)] == [
        (1, 1, "a"),
        (2, 1, "b"),
        (1, 2, "c"),
        (1, 3, "d"),
    ]


def test_the_report_holds_the_unused_rows_in_order_with_every_name_once() -> None:
    report = error_report(
        [
            an_outcome(9, values={"form": "B", "row_id": "c9"}),
            an_outcome(2, detail="Line one,\nline two", values={"row_id": "c2"}),
            an_outcome(5, status=OutcomeStatus.OK),
            an_outcome(7, status=OutcomeStatus.SKIPPED, code="seen_before"),
        ]
    )

    assert read(report) == [
        ["row", "status", "code", "detail", "form", "row_id"],
        ["2", "error", "unknown_form", "Line one,\nline two", "", "c2"],
        ["7", "skipped", "seen_before", "", "", ""],
        ["9", "error", "unknown_form", "", "B", "c9"],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0"])
def test_a_text_that_looks_like_a_formula_is_made_harmless(text: str) -> None:
    told = harmless(text)

    assert told == f"'{text}"


@pytest.mark.parametrize("value", [-1, 2.5, True, None, "1-1", ""])
def test_other_values_stay_as_they_are(value: Any) -> None:
    assert harmless(value) == value


def test_an_empty_report_still_has_its_heading() -> None:
    assert read(error_report([])) == [["row", "status", "code", "detail"]]
