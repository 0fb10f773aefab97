"""Whatever workers do, each entry of a run is carried out once, and only if somebody approved it."""

from uuid import UUID

from domain.credentials.model import Standing
from domain.jobs.actions import carry_on
from domain.jobs.model import JobStatus
from domain.notices.model import NoticeKind
from domain.rescoring import actions
from domain.rescoring.model import OnLostPass, RescoreStatus
from tests.builders_rescoring import (
    GENEROUS,
    approved,
    attempt_of,
    carried,
    held,
    listed,
    now,
    requested,
    run_job,
    sat,
    steps,
)
from tests.builders_scores import ADA, ITEMS, Scores
from tests.racing import at_once


def test_another_worker_finishes_what_a_killed_one_began_and_nothing_happens_twice(either_scores: Scores) -> None:
    scores = either_scores
    sitters = sat(scores, *[11] * 7)
    scores.released()
    run = approved(scores, listed(scores, scores.key(GENEROUS)))
    assert run.job_id is not None
    for _ in range(3):  # begun, and two batches of two; then the worker is gone
        assert carry_on(scores.units, steps(rows=2), run.job_id)
    assert now(scores, run).carried == 4

    done = run_job(scores, run.job_id, rows=2)

    assert (done.status, done.done, done.failed_rows) == (JobStatus.SUCCEEDED, 7, 0)
    assert (now(scores, run).status, now(scores, run).carried) == (RescoreStatus.DONE, 7)
    with scores.unit() as uow:
        for sitter in sitters:
            (credential,) = uow.credentials.find(candidate_id=sitter.candidate_id)
            assert credential.status is Standing.ACTIVE
            assert uow.attempt_results.count(candidate_id=sitter.candidate_id) == 1
            assert uow.notices.count(candidate_id=sitter.candidate_id, kind=NoticeKind.SCORE_CORRECTED) == 1


def test_two_workers_at_once_do_each_entry_once(either_scores: Scores) -> None:
    scores = either_scores
    sitters = sat(scores, *[11] * 6)
    scores.released()
    run = approved(scores, listed(scores, scores.key(GENEROUS)))
    job_id = run.job_id
    assert job_id is not None

    def work() -> object:
        while carry_on(scores.units, steps(rows=1), job_id):
            pass
        return None

    at_once(work, work)

    assert (now(scores, run).status, now(scores, run).carried) == (RescoreStatus.DONE, 6)
    with scores.unit() as uow:
        assert uow.attempt_results.count(rescore_id=run.id) == 6
        assert uow.credentials.count(candidate_id=[one.candidate_id for one in sitters]) == 6


def test_an_attempt_that_moves_after_the_approval_is_left_alone_and_reported(scores: Scores) -> None:
    (first, second) = sat(scores, 11, 11)
    run = approved(scores, listed(scores, scores.key(GENEROUS)))
    held(scores, attempt_of(scores, first).id)

    job = run_job(scores, run.job_id)

    assert (now(scores, run).carried, now(scores, run).moved) == (1, 1)
    assert attempt_of(scores, first).raw == 11
    assert attempt_of(scores, second).raw == 12
    assert [(one.code, one.values["attempt_id"]) for one in scores.outcomes(job)] == [
        ("attempt_moved", str(attempt_of(scores, first).id))
    ]


def test_a_second_run_keeps_the_results_of_the_first(scores: Scores) -> None:
    (sitter,) = sat(scores, 11)
    scores.released()
    carried(scores, listed(scores, scores.key(GENEROUS)))
    number = scores.key([[1]] * ITEMS)

    carried(scores, listed(scores, number, on_lost_pass=OnLostPass.SUSPEND))

    with scores.unit() as uow:
        found = sorted(uow.attempt_results.find(candidate_id=sitter.candidate_id), key=lambda one: one.number)
        assert [(one.number, one.key_number, one.raw, one.passed) for one in found] == [
            (1, 1, 11, False),
            (2, 2, 12, True),
        ]
    assert attempt_of(scores, sitter).raw == 11


def test_a_run_nobody_approved_is_not_carried_out(scores: Scores) -> None:
    (sitter,) = sat(scores, 11)
    run = listed(scores, scores.key(GENEROUS))

    done = run_job(scores, _job(scores, run.id))

    assert (done.status, done.error_code) == (JobStatus.FAILED, "rescore_not_approved")
    assert attempt_of(scores, sitter).raw == 11


def _job(scores: Scores, rescore_id: UUID) -> UUID:
    from domain.jobs import actions as jobs  # noqa: PLC0415 - only this test asks for a job behind the verbs' back
    from domain.jobs.model import JobRequest  # noqa: PLC0415

    with scores.unit() as uow:
        wanted = JobRequest(kind=actions.CARRY_OUT, parameters={"rescore_id": str(rescore_id)})
        return jobs.request(uow, uow.actor, wanted).id


def test_a_list_that_nobody_finished_is_made_anew_and_the_old_job_lets_go(scores: Scores) -> None:
    sat(scores, 11, 12, 13)
    run = requested(scores, scores.key(GENEROUS))
    assert run.list_job_id is not None
    for _ in range(2):  # begun, and one batch of one; then somebody grows tired of waiting
        assert carry_on(scores.units, steps(rows=1), run.list_job_id)

    with scores.unit(ADA) as uow:
        again = actions.relist(uow, ADA, run.id)
    old = run_job(scores, run.list_job_id)
    run_job(scores, again.list_job_id)

    assert (old.status, old.error_code) == (JobStatus.FAILED, "list_superseded")
    assert (now(scores, run).status, now(scores, run).attempts, now(scores, run).list_number) == (
        RescoreStatus.LISTED, 3, 2,
    )  # fmt: skip
