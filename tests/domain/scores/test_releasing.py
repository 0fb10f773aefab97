"""Scores anew, holds, invalidations and releases; races on both engines."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitsOfWork
from domain.actors import Actor, Role
from domain.credentials.model import AwardStatus
from domain.errors import DomainError, NotFound, SeparationOfDuties, WrongState
from domain.jobs.model import JobStatus
from domain.notices.model import NoticeKind
from domain.paging import PageRequest
from domain.scores import actions, holds, releasing, reports, rescoring
from domain.scores.errors import (
    AlreadyHeld,
    ConversionDoesNotFit,
    NotHeld,
    NothingToRelease,
    ReleaseUnderWay,
    SupersededVersions,
    TooManyApprovals,
    UnscoredAttempts,
)
from domain.scores.events import KeyApproved, ReleaseDecided
from domain.scores.holds import HoldKind
from domain.scores.model import Attempt, AttemptStatus, Hold, ReleaseStatus
from tests.builders_scores import ADA, BEN, ITEMS, Scores, Sitter, a_file, answers, carried, some_scores
from tests.racing import at_once

PAT = Actor(subject="pat", roles=frozenset({Role.EXAM_MANAGER}))


def sat(scores: Scores, *points: int) -> list[Sitter]:
    sitters = scores.sitters(len(points))
    scores.imported(a_file({one.number: answers(right) for one, right in zip(sitters, points, strict=True)}))
    return sitters


def held(scores: Scores, sitter: Sitter, actor: Actor = PAT, kind: HoldKind = HoldKind.IRREGULARITY) -> Hold:
    attempt = scores.attempts()[sitter.candidate_id]
    with scores.unit(actor) as uow:
        return holds.place(uow, actor, attempt.id, kind, "A note was found.")


def standing(scores: Scores) -> dict[Any, Attempt]:
    return scores.attempts()


# --- scoring anew


def test_what_waited_for_a_conversion_is_scored_by_a_job(database: Database) -> None:
    scores = some_scores(SqlUnitsOfWork(database), cut=None)
    sitters = sat(scores, 11, 12, 20)
    scores.conversion(12)

    job = scores.scored()

    assert (job.status, job.result) == (JobStatus.SUCCEEDED, {"scored": 3, "key_number": 1, "conversion_number": 1})
    found = [standing(scores)[one.candidate_id] for one in sitters]
    assert [(one.raw, one.scaled, one.passed, one.status) for one in found] == [
        (11, 668, False, AttemptStatus.SCORED),
        (12, 720, True, AttemptStatus.SCORED),
        (20, 900, True, AttemptStatus.SCORED),
    ]
    with scores.unit() as uow:
        lines = uow.journal_page(PageRequest(sort="seq", equals={"kind": "attempt.scored"})).items
        assert {line.subject_id for line in lines} == {one.id for one in found}
        assert lines[0].data == {"attempt_id": str(lines[0].subject_id), "key_number": 1, "conversion_number": 1}


def test_a_new_key_scores_everything_anew_before_release(either_scores: Scores) -> None:
    scores = either_scores
    (sitter,) = sat(scores, 11)
    scores.key([[1]] * 11 + [[1, 2]] + [[1]] * 8)

    job = scores.scored()

    attempt = standing(scores)[sitter.candidate_id]
    assert (attempt.raw, attempt.scaled, attempt.passed, attempt.key_number) == (12, 720, True, 2)
    assert job.done == 1
    assert scores.scored().done == 0


def test_scoring_goes_on_behind_the_last_batch_of_a_worker_that_died(scores: Scores) -> None:
    sat(scores, *range(9))
    scores.key([[2]] * ITEMS)
    with scores.unit(ADA) as uow:
        job = rescoring.request(uow, ADA, scores.administration_id, scores.form.id)
    carried(scores.units, scores.steps(rows=4), job.id, 2)

    done = scores.run(job, rows=4)

    assert done.done == 9
    assert sorted(one.raw or 0 for one in standing(scores).values()) == list(range(12, 21))


def test_a_dropped_item_asks_for_a_conversion_of_fewer_points(scores: Scores) -> None:
    sat(scores, 12)
    scores.key([[]] + [[1]] * (ITEMS - 1))

    with pytest.raises(ConversionDoesNotFit):
        scores.scored()
    scores.conversion(12)

    assert scores.scored().done == 1
    assert [one.raw for one in standing(scores).values()] == [11]


def test_scores_do_not_change_while_their_release_is_under_way(scores: Scores) -> None:
    sat(scores, 12)
    release = scores.proposed()

    with pytest.raises(ReleaseUnderWay):
        scores.scored()
    with pytest.raises(ReleaseUnderWay):
        scores.proposed()

    with scores.unit() as uow:
        assert uow.score_releases.find() == [release]


def test_who_is_imported_beside_a_release_waits_for_the_next(scores: Scores) -> None:
    (early,) = sat(scores, 12)
    release = scores.approved(scores.proposed())
    (late,) = sat(scores, 15)
    assert release.job_id is not None

    scores.run(scores.job(release.job_id))

    assert standing(scores)[early.candidate_id].status is AttemptStatus.RELEASED
    assert standing(scores)[late.candidate_id].status is AttemptStatus.IMPORTED
    with pytest.raises(UnscoredAttempts):
        scores.proposed()
    scores.scored()
    scores.released()
    assert standing(scores)[late.candidate_id].status is AttemptStatus.RELEASED


# --- holds


def test_a_held_score_stays_when_the_others_leave_and_its_candidate_is_told_once(either_scores: Scores) -> None:
    scores = either_scores
    ann, bob = sat(scores, 15, 16)
    hold = held(scores, ann)
    scores.released()
    (cleo,) = sat(scores, 3)
    scores.released()

    assert standing(scores)[ann.candidate_id].status is AttemptStatus.SCORED
    assert standing(scores)[bob.candidate_id].status is AttemptStatus.RELEASED
    assert standing(scores)[cleo.candidate_id].status is AttemptStatus.RELEASED
    with scores.unit() as uow:
        assert uow.notices.count(candidate_id=ann.candidate_id, kind=NoticeKind.SCORE_HELD) == 1
        assert uow.awards.count(candidate_id=ann.candidate_id) == 0
    with scores.unit(BEN) as uow:
        holds.lift(uow, BEN, hold.id, "Nothing was found.")
    scores.released()
    assert standing(scores)[ann.candidate_id].status is AttemptStatus.RELEASED


def test_a_score_is_free_only_when_its_last_hold_is_lifted(scores: Scores) -> None:
    (ann,) = sat(scores, 15)
    first, second = held(scores, ann), held(scores, ann, kind=HoldKind.PAYMENT)

    with pytest.raises(AlreadyHeld):
        held(scores, ann)
    with scores.unit(BEN) as uow:
        holds.lift(uow, BEN, first.id, "Explained.")
    assert standing(scores)[ann.candidate_id].held
    with pytest.raises(NothingToRelease):
        scores.proposed()
    with scores.unit(BEN) as uow:
        holds.lift(uow, BEN, second.id, "Paid.")
    with scores.unit(BEN) as uow, pytest.raises(WrongState):
        holds.lift(uow, BEN, second.id, "Again.")

    assert not standing(scores)[ann.candidate_id].held


def test_an_invalidation_takes_a_hold_and_a_second_person(scores: Scores) -> None:
    (ann,) = sat(scores, 15)
    attempt = standing(scores)[ann.candidate_id]

    with scores.unit(BEN) as uow, pytest.raises(NotHeld):
        holds.invalidate(uow, BEN, attempt.id, "Copied.")
    hold = held(scores, ann)
    with scores.unit(PAT) as uow, pytest.raises(SeparationOfDuties):
        holds.invalidate(uow, PAT, attempt.id, "Copied.")
    with scores.unit(BEN) as uow:
        gone = holds.invalidate(uow, BEN, attempt.id, "Copied.")

    assert (gone.status, gone.held) == (AttemptStatus.INVALIDATED, False)
    with scores.unit() as uow:
        ended = uow.holds.get(hold.id)
        assert (ended.lifted_by, ended.lifted_reason) == ("ben", "Copied.")
        (letter,) = uow.notices.find(candidate_id=ann.candidate_id, kind=NoticeKind.SCORE_INVALIDATED)
        assert (letter.about_id, letter.parameters["grounds"]) == (attempt.id, "irregularity")
        assert "Copied." not in str(letter.parameters)
    with pytest.raises(NothingToRelease):
        scores.proposed()


def test_the_grounds_of_an_invalidation_are_those_of_the_first_hold_that_stood(scores: Scores) -> None:
    ann, bob = sat(scores, 15, 12)
    early = held(scores, ann, kind=HoldKind.PAYMENT)
    with scores.unit(BEN) as uow:
        holds.lift(uow, BEN, early.id, "Paid.")
    scores.units.clock.advance(days=1)  # type: ignore[attr-defined]
    held(scores, ann, kind=HoldKind.IDENTITY)
    held(scores, ann, kind=HoldKind.IRREGULARITY)

    hers = standing(scores)[ann.candidate_id].id
    with scores.unit(BEN) as uow:
        holds.invalidate(uow, BEN, hers, "Another face.")

    attempts = list(standing(scores).values())
    with scores.unit() as uow:
        assert holds.grounds(uow, attempts) == {hers: HoldKind.IDENTITY}
    assert {one.candidate_id for one in attempts} == {ann.candidate_id, bob.candidate_id}


def test_after_its_release_a_score_can_be_neither_held_nor_invalidated(scores: Scores) -> None:
    (ann,) = sat(scores, 15)
    scores.released()
    attempt = standing(scores)[ann.candidate_id]

    with pytest.raises(WrongState):
        held(scores, ann)
    with scores.unit(BEN) as uow, pytest.raises(WrongState):
        holds.invalidate(uow, BEN, attempt.id, "Late.")

    assert standing(scores)[ann.candidate_id] == attempt


# --- release


def test_a_release_gives_each_passer_a_credential_and_tells_everyone(either_scores: Scores) -> None:
    scores = either_scores
    ann, bob = sat(scores, 12, 11)

    job = scores.released()

    assert job.result is not None
    assert job.result["released"] == 2
    with scores.unit() as uow:
        assert [(one.candidate_id, one.status) for one in uow.awards.find()] == [(ann.candidate_id, AwardStatus.ISSUED)]
        assert [one.candidate_id for one in uow.credentials.find()] == [ann.candidate_id]
        told = uow.notices.find(kind=NoticeKind.SCORE_REPORT_READY)
        assert {one.candidate_id for one in told} == {ann.candidate_id, bob.candidate_id}
        (release,) = uow.score_releases.find()
        assert (release.status, release.proposed_by, release.approved_by, release.attempts) == (
            ReleaseStatus.DONE,
            "ada",
            "ben",
            2,
        )
    assert {one.release_id for one in standing(scores).values()} == {release.id}


def test_whoever_proposed_a_release_may_not_approve_it(scores: Scores) -> None:
    sat(scores, 12)
    release = scores.proposed()

    with pytest.raises(SeparationOfDuties):
        scores.approved(release, ADA)

    with scores.unit() as uow:
        assert uow.score_releases.get(release.id) == release
        assert uow.jobs.count(kind=releasing.RELEASE) == 0


def test_a_rejected_release_makes_room_for_another(scores: Scores) -> None:
    sat(scores, 12)
    first = scores.proposed()
    with scores.unit(BEN) as uow:
        releasing.reject(uow, BEN, first.id, "The key is wrong.")

    with pytest.raises(WrongState):
        scores.approved(first)
    scores.key([[2]] * ITEMS)
    scores.scored()
    scores.released()

    assert [one.raw for one in standing(scores).values()] == [8]


def test_scores_of_an_older_key_are_not_released(scores: Scores) -> None:
    sat(scores, 12)
    scores.key([[2]] * ITEMS)

    with pytest.raises(UnscoredAttempts):
        scores.proposed()


def _another_key(scores: Scores) -> None:
    scores.key([[2]] * ITEMS)


def _another_conversion(scores: Scores) -> None:
    scores.conversion(11)


def _a_key_of_fewer_points(scores: Scores) -> None:
    scores.key([[], *[[1]] * (ITEMS - 1)])


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (_another_key, SupersededVersions),
        (_another_conversion, SupersededVersions),
        (_a_key_of_fewer_points, ConversionDoesNotFit),
    ],
)
def test_a_release_is_not_approved_under_a_key_or_conversion_that_was_superseded(
    either_scores: Scores, change: Callable[[Scores], None], refusal: type[DomainError]
) -> None:
    scores = either_scores
    sat(scores, 12, 4)
    release = scores.proposed()
    change(scores)

    with pytest.raises(refusal):
        scores.approved(release)

    with scores.unit() as uow:
        assert uow.score_releases.get(release.id) == release
        assert uow.jobs.count(kind=releasing.RELEASE) == 0
        assert (uow.credentials.count(), uow.attempts.count(status=AttemptStatus.RELEASED)) == (0, 0)


def test_rejecting_a_superseded_release_and_scoring_anew_leads_on(scores: Scores) -> None:
    sat(scores, 12)
    stale = scores.proposed()
    scores.key([[2]] * ITEMS)
    with scores.unit(BEN) as uow:
        releasing.reject(uow, BEN, stale.id, "The key was wrong.")

    scores.scored()
    scores.released()

    assert [(one.raw, one.key_number) for one in standing(scores).values()] == [(8, 2)]


def test_a_key_that_comes_after_the_approval_changes_nothing_of_what_leaves(scores: Scores) -> None:
    sat(scores, 12, 13)
    approved = scores.approved(scores.proposed())
    scores.key([[2]] * ITEMS)

    assert approved.job_id is not None
    scores.run(scores.job(approved.job_id))

    assert sorted((one.raw, one.key_number) for one in standing(scores).values()) == [(12, 1), (13, 1)]


def test_of_an_approval_and_a_new_key_at_once_no_score_of_the_old_key_is_approved_after_the_new(
    either_scores: Scores,
) -> None:
    scores = either_scores
    sat(scores, 12)
    release, number = scores.proposed(), scores.key([[2]] * ITEMS, approve=False)
    with scores.unit() as uow:
        key = uow.form_keys.first(form_id=scores.form.id, number=number)
        assert key is not None

    def approve_key() -> object:
        with scores.unit(BEN) as uow:
            return actions.approve_key(uow, BEN, key.id)

    first, second = at_once(lambda: scores.approved(release, PAT), approve_key)

    with scores.unit() as uow:
        kinds = [line.kind for line in uow.journal_page(PageRequest(sort="seq", limit=100)).items]
    assert not isinstance(second, DomainError)
    told = [kind for kind in kinds if kind in {ReleaseDecided.kind, KeyApproved.kind}][1:]
    if isinstance(first, SupersededVersions):
        assert told == [KeyApproved.kind]
    else:
        assert told == [ReleaseDecided.kind, KeyApproved.kind]


def test_a_policy_that_asks_for_three_people_is_not_served_by_two(units: SqlUnitsOfWork) -> None:
    scores = some_scores(units, policy={"/scoring/release_approvals": 3})
    sat(scores, 12)

    with pytest.raises(TooManyApprovals):
        scores.proposed()


def test_a_release_that_broke_off_lets_each_score_leave_exactly_once(either_scores: Scores) -> None:
    scores = either_scores
    sat(scores, 12, 13, 14, 3, 4)
    approved = scores.approved(scores.proposed())
    assert approved.job_id is not None
    carried(scores.units, scores.steps(rows=2), approved.job_id, 2)

    job = scores.run(scores.job(approved.job_id), rows=2)

    assert job.done == 5
    with scores.unit() as uow:
        assert (uow.credentials.count(), uow.notices.count(kind=NoticeKind.SCORE_REPORT_READY)) == (3, 5)
        assert len(uow.journal_page(PageRequest(sort="seq", equals={"kind": "attempt.released"})).items) == 5


# --- reports


def candidate(sitter: Sitter) -> Actor:
    return Actor(subject="me", roles=frozenset({Role.CANDIDATE}), candidate_id=sitter.candidate_id)


def test_before_the_release_only_staff_see_a_score(scores: Scores) -> None:
    ann, bob = sat(scores, 12, 11)
    attempt = standing(scores)[ann.candidate_id]

    with scores.unit() as uow:
        for onlooker in (ann, bob):
            with pytest.raises(NotFound):
                reports.read(uow, candidate(onlooker), attempt.id)
        seen = reports.read(uow, ADA, attempt.id)

    assert (seen.report.passed, seen.report.scaled, seen.domain_raw, seen.domain_items) == (
        True,
        720,
        (3, 3, 3, 3),
        (5, 5, 5, 5),
    )
    assert len(seen.report.domains) == 4


def test_afterwards_a_passer_learns_that_they_passed_and_a_failer_what_to_study(scores: Scores) -> None:
    ann, bob = sat(scores, 12, 11)
    scores.released()

    found = standing(scores)
    with scores.unit() as uow:
        passed, failed = (reports.read(uow, candidate(one), found[one.candidate_id].id) for one in (ann, bob))

    assert (passed.report.passed, passed.report.scaled, passed.report.domains) == (True, None, ())
    assert passed.domain_raw == ()
    assert (failed.report.passed, failed.report.scaled, len(failed.report.domains)) == (False, 668, 4)
    assert failed.domain_raw == ()


def test_the_figures_are_those_of_raw_points(either_scores: Scores) -> None:
    scores = either_scores
    sat(scores, 10, 12, 14)

    with scores.unit() as uow:
        figures = uow.attempts.figures(scores.administration_id, scores.form.id)

    assert (figures.attempts, figures.scored, figures.passed, figures.held, figures.released) == (3, 3, 2, 0, 0)
    assert (figures.mean, figures.deviation) == (12.0, 2.0)


# --- races


def test_of_two_proposals_and_of_two_approvals_at_once_one_wins(either_scores: Scores) -> None:
    scores = either_scores
    sat(scores, 12, 13)

    proposals = at_once(lambda: scores.proposed(ADA), lambda: scores.proposed(PAT))
    with scores.unit() as uow:
        (release,) = uow.score_releases.find()
    approvals = at_once(lambda: scores.approved(release, BEN), lambda: scores.approved(release, BEN))

    assert sum(isinstance(one, DomainError) for one in proposals) == 1
    assert [type(one) for one in approvals if isinstance(one, DomainError)] == [WrongState]
    with scores.unit() as uow:
        assert uow.jobs.count(kind=releasing.RELEASE) == 1


def test_a_hold_beside_a_release_either_stops_the_score_or_comes_too_late(either_scores: Scores) -> None:
    scores = either_scores
    sitters = sat(scores, *[13] * 6)
    approved = scores.approved(scores.proposed())
    assert approved.job_id is not None
    job = scores.job(approved.job_id)

    _, *placed = at_once(lambda: scores.run(job, rows=1), *((lambda one=one: held(scores, one)) for one in sitters[3:]))

    found = standing(scores)
    for sitter, outcome in zip(sitters[3:], placed, strict=True):
        attempt = found[sitter.candidate_id]
        if isinstance(outcome, Hold):
            assert (attempt.status, attempt.held) == (AttemptStatus.SCORED, True)
        else:
            assert isinstance(outcome, WrongState)
            assert (attempt.status, attempt.held) == (AttemptStatus.RELEASED, False)
    with scores.unit() as uow:
        released = [one.candidate_id for one in found.values() if one.status is AttemptStatus.RELEASED]
        assert {one.candidate_id for one in uow.credentials.find()} == set(released)
