"""Screenings: who is found, with which evidence, what is held, and that people alone decide."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from domain.actors import Actor, Role
from domain.applications.errors import ConflictDeclared
from domain.applications.model import ConflictOfInterest
from domain.errors import Contradiction, Forbidden, Invalid, SeparationOfDuties, WrongState
from domain.jobs.actions import carry_on
from domain.jobs.model import JobStatus
from domain.paging import PageRequest
from domain.psychometrics.irt_ability import expected_abilities
from domain.psychometrics.irt_fit import fit_rasch
from domain.psychometrics.nominal import fit_nominal
from domain.scores import holds
from domain.scores.holds import HoldKind
from domain.scores.model import AttemptStatus
from domain.security import actions, screening
from domain.security.errors import NobodyToScreen
from domain.security.model import ReviewStatus, ScreeningMethod, ScreeningStatus
from domain.security.sheet import sheet
from tests.builders_scores import ADA, BEN
from tests.domain.security.hall import COPIERS, ITEMS, PEOPLE, SIMILARITY, SOURCE, Hall, a_hall

PAT = Actor(subject="pat", roles=frozenset({Role.EXAM_MANAGER}))
THREE = (SOURCE, *COPIERS)


def test_who_had_anothers_answers_is_found_and_nobody_else(either_hall: Hall) -> None:
    hall = either_hall

    done = hall.screened(methods=SIMILARITY)

    assert done.status is ScreeningStatus.DONE
    assert (done.people, done.key_number) == (PEOPLE, 1)
    found = {one.candidate_id for one in hall.flags(done)} | {
        one.other_candidate_id for one in hall.flags(done) if one.other_candidate_id
    }
    assert found == hall.who(*THREE)
    tests = {one.method: one.tests for one in done.figures}
    assert tests == {ScreeningMethod.OMEGA: PEOPLE * (PEOPLE - 1), ScreeningMethod.GBT: PEOPLE * (PEOPLE - 1) // 2}


def test_a_flag_carries_its_evidence_counted_again_by_hand(hall: Hall) -> None:
    done = hall.screened(methods=[ScreeningMethod.OMEGA])

    places = {one.candidate_id: place for place, one in enumerate(hall.sitters)}
    right = (hall.answers == 1).astype(np.int64)
    model = fit_rasch(right)
    theta, _ = expected_abilities(right[:, model.items], model.parameters)
    chances = fit_nominal(hall.answers.astype(np.uint8), theta, 4).chances(theta)
    assert hall.flags(done)
    for flag in hall.flags(done):
        assert flag.other_candidate_id is not None
        copier, source = places[flag.candidate_id], places[flag.other_candidate_id]
        same = hall.answers[copier] == hall.answers[source]
        p = chances[copier, np.arange(ITEMS), hall.answers[source]]
        omega = (same.sum() - p.sum()) / math.sqrt((p * (1 - p)).sum())
        assert flag.evidence["matches"] == same.sum()
        assert flag.evidence["matched_incorrect"] == (same & (hall.answers[copier] != 1)).sum()
        assert flag.evidence["expected_matches"] == pytest.approx(p.sum(), abs=2e-3)
        assert flag.statistic == pytest.approx(omega, abs=1e-3)
        assert flag.p == pytest.approx(math.erfc(omega / math.sqrt(2)) / 2, rel=2e-2)
        assert flag.p <= flag.adjusted <= flag.rate == 0.01


def test_flagged_scores_are_held_and_do_not_leave_and_nothing_is_invalidated(hall: Hall) -> None:
    done = hall.screened(methods=SIMILARITY)

    hall.scores.released()

    found = hall.scores.attempts()
    held = {id_ for id_, one in found.items() if one.held}
    assert held == hall.who(*THREE)
    assert {found[id_].status for id_ in held} == {AttemptStatus.SCORED}
    assert {one.status for id_, one in found.items() if id_ not in held} == {AttemptStatus.RELEASED}
    assert (done.held, done.reviews) == (3, 3)
    reviews = hall.reviews(done)
    assert reviews.keys() == hall.who(*THREE)
    with hall.scores.unit() as uow:
        for review in reviews.values():
            assert review.hold_id is not None
            hold = uow.holds.get(review.hold_id)
            assert (hold.kind, hold.lifted_at, hold.placed_by) == ("irregularity", None, "system:job.carry_on")
            assert str(done.id) in hold.reason
            assert review.flag_ids


def test_a_score_that_has_left_is_only_put_before_people(hall: Hall) -> None:
    hall.scores.released()

    done = hall.screened(methods=SIMILARITY)

    assert (done.held, done.reviews) == (0, 3)
    assert {(one.released, one.hold_id) for one in hall.reviews(done).values()} == {(True, None)}
    with hall.scores.unit() as uow:
        assert uow.holds.find() == []


def test_only_the_methods_that_are_named_hold_a_score(hall: Hall) -> None:
    done = hall.screened(methods=SIMILARITY, holds_for=[ScreeningMethod.SCORE_GAIN])

    assert (done.held, done.reviews) == (0, 3)


def test_a_hold_that_stands_is_not_doubled(hall: Hall) -> None:
    first = hall.screened(methods=[ScreeningMethod.GBT])
    second = hall.screened(methods=[ScreeningMethod.GBT])

    mine, theirs = hall.reviews(first), hall.reviews(second)
    assert {id_: one.hold_id for id_, one in mine.items()} == {id_: one.hold_id for id_, one in theirs.items()}
    with hall.scores.unit() as uow:
        assert uow.holds.count() == 3
    assert first.inputs_sha256 == second.inputs_sha256


# --- people decide


def test_who_clears_the_flags_lets_the_score_go(hall: Hall) -> None:
    done = hall.screened(methods=SIMILARITY)
    review = hall.reviews(done)[hall.sitters[SOURCE].candidate_id]

    with hall.scores.unit(PAT) as uow:
        cleared = actions.clear(uow, PAT, review.id, "They sat in different rooms.")

    assert (cleared.status, cleared.decided_by) == (ReviewStatus.CLEARED, "pat")
    assert not hall.scores.attempts()[review.candidate_id].held
    with pytest.raises(WrongState), hall.scores.unit(BEN) as uow:
        actions.confirm(uow, BEN, review.id, "No.")


def test_a_hold_that_another_screening_needs_stays_when_one_is_cleared(hall: Hall) -> None:
    first, second = hall.screened(methods=[ScreeningMethod.GBT]), hall.screened(methods=[ScreeningMethod.OMEGA])
    place = hall.sitters[COPIERS[0]].candidate_id
    by_one, by_other = hall.reviews(first)[place], hall.reviews(second)[place]

    with hall.scores.unit(PAT) as uow:
        actions.clear(uow, PAT, by_one.id, "One index alone.")
    still = hall.scores.attempts()[place].held
    with hall.scores.unit(PAT) as uow:
        actions.clear(uow, PAT, by_other.id, "Neither.")

    assert still
    assert not hall.scores.attempts()[place].held


def test_to_invalidate_takes_two_people_beside_the_screening(hall: Hall) -> None:
    done = hall.screened(methods=SIMILARITY)
    review = hall.reviews(done)[hall.sitters[COPIERS[0]].candidate_id]

    with pytest.raises(SeparationOfDuties), hall.scores.unit(PAT) as uow:
        holds.invalidate(uow, PAT, review.attempt_id, "Flagged.")
    with hall.scores.unit(PAT) as uow:
        confirmed = actions.confirm(uow, PAT, review.id, "The proctor saw it too.")
    with pytest.raises(SeparationOfDuties), hall.scores.unit(PAT) as uow:
        holds.invalidate(uow, PAT, review.attempt_id, "Confirmed.")
    assert hall.scores.attempts()[review.candidate_id].held
    with hall.scores.unit(BEN) as uow:
        invalid = holds.invalidate(uow, BEN, review.attempt_id, "Confirmed by another.")

    assert (confirmed.status, invalid.status) == (ReviewStatus.CONFIRMED, AttemptStatus.INVALIDATED)
    with hall.scores.unit() as uow:
        assert [one.placed_by for one in uow.holds.find(attempt_id=review.attempt_id)] == [
            "system:job.carry_on", "pat",
        ]  # fmt: skip


def test_who_declared_a_conflict_judges_nobody(hall: Hall) -> None:
    done = hall.screened(methods=[ScreeningMethod.GBT])
    review = hall.reviews(done)[hall.sitters[SOURCE].candidate_id]
    with hall.scores.unit() as uow:
        uow.conflicts.add(
            ConflictOfInterest(
                id=uow.new_id(), subject="pat", candidate_id=review.candidate_id, nature="Kin.", declared_at=uow.now
            )
        )

    with pytest.raises(ConflictDeclared), hall.scores.unit(PAT) as uow:
        actions.clear(uow, PAT, review.id, "Nothing.")

    assert hall.reviews(done)[review.candidate_id] == review


# --- the other methods


def test_each_method_says_what_it_came_to_or_why_it_could_not(hall: Hall) -> None:
    done = hall.screened(methods=[ScreeningMethod.PERSON_FIT, ScreeningMethod.SCORE_GAIN])

    figures = {one.method: one for one in done.figures}
    assert (figures[ScreeningMethod.PERSON_FIT].tests, figures[ScreeningMethod.PERSON_FIT].code) == (PEOPLE, None)
    assert (figures[ScreeningMethod.SCORE_GAIN].tests, figures[ScreeningMethod.SCORE_GAIN].code) == (
        0,
        "too_few_observations",
    )
    assert figures[ScreeningMethod.SCORE_GAIN].detail == "Nobody was scored before."


def test_a_pattern_that_ability_cannot_explain_is_found(hall: Hall) -> None:
    odd = hall.sitters[50]
    with hall.scores.unit() as uow:
        attempt = uow.attempts.find(candidate_id=odd.candidate_id)[0]
        # The twenty hardest right, the twenty easiest wrong.
        uow.attempts.save(replace(attempt, responses=bytes([2] * 20 + [1] * 20)))

    done = hall.screened(methods=[ScreeningMethod.PERSON_FIT], dependent=True)

    flags = hall.flags(done)
    assert {one.candidate_id for one in flags} == {odd.candidate_id}
    assert flags[0].statistic < -5
    assert flags[0].evidence["right"] == 20


def test_a_score_that_rose_too_much_is_found(hall: Hall) -> None:
    chance = np.random.default_rng(5)
    repeaters = hall.sitters[:30]
    now = hall.scores.attempts()
    other = a_hall(hall.scores.units, people=12).scores
    with hall.scores.unit() as uow:
        for place, sitter in enumerate(repeaters):
            attempt = now[sitter.candidate_id]
            assert attempt.scaled is not None
            before = attempt.scaled - 20 + int(chance.integers(-15, 16)) - (250 if place == 3 else 0)
            uow.attempts.add(
                replace(
                    attempt,
                    id=uow.new_id(),
                    administration_id=other.administration_id,
                    form_id=other.form.id,
                    taken_on=date(2026, 2, 1),
                    scaled=before,
                    version=1,
                )
            )

    done = hall.screened(methods=[ScreeningMethod.SCORE_GAIN])

    flags = hall.flags(done)
    assert {one.candidate_id for one in flags} == {repeaters[3].candidate_id}
    assert (flags[0].evidence["index"], flags[0].evidence["repeaters"]) == ("regression", 30)
    (figure,) = done.figures
    assert (figure.tests, figure.left_out) == (30, PEOPLE - 30)


def times_of(hall: Hall, **changed: str) -> bytes:
    """Lognormal seconds for everybody; who is at place 9 read nothing on half of the form."""
    chance = np.random.default_rng(11)
    seconds = np.exp(chance.normal(4, 0.4, (PEOPLE, ITEMS)) + chance.normal(0, 0.3, (PEOPLE, 1)))
    seconds[9, ::2] = 2.0
    head = ",".join(["candidate", *(f"I{number + 1}" for number in range(ITEMS))])
    rows = [
        f"{one.number},{','.join(f'{value:.2f}' for value in row)}"
        for one, row in zip(hall.sitters, seconds.tolist(), strict=True)
    ]
    for place, row in changed.items():
        rows[int(place.removeprefix("at_"))] = row
    return "\n".join([head, *rows, ""]).encode()


def test_answers_that_came_too_fast_to_be_read_are_found(hall: Hall) -> None:
    where = (hall.scores.administration_id, hall.scores.form.id)
    gap = f"{hall.sitters[3].number}," + ",".join([""] * ITEMS)
    content = times_of(hall, at_3=gap, at_4="C1,fast")
    with hall.scores.unit(ADA) as uow:
        times = actions.receive_times(uow, ADA, hall.scores.files, *where, content)
        again = actions.receive_times(uow, ADA, hall.scores.files, *where, content)

    asked = hall.request(methods=[ScreeningMethod.RESPONSE_TIMES], times_id=times.id)
    job = hall.run(asked.job_id)

    assert again == times
    (flag,) = hall.flags(asked)
    assert flag.candidate_id == hall.sitters[9].candidate_id
    assert flag.evidence["too_fast"] == 20
    (figure,) = hall.now(asked).figures
    assert (figure.tests, figure.left_out) == (PEOPLE - 2, 2)
    assert [(one.row, one.code) for one in hall.scores.outcomes(job)] == [
        (5, "missing_time"), (6, "wrong_number_of_fields"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "empty_file", id="nothing"),
        pytest.param(b"candidate,X1,X2\n", "unknown_form", id="another form"),
        pytest.param(b"\xff\xfe\x00", "unreadable", id="not text"),
    ],
)
def test_a_file_of_times_that_cannot_be_read_is_not_kept(hall: Hall, content: bytes, code: str) -> None:
    where = (hall.scores.administration_id, hall.scores.form.id)

    with pytest.raises(Invalid) as refusal, hall.scores.unit(ADA) as uow:
        actions.receive_times(uow, ADA, hall.scores.files, *where, content)

    assert code in {one.code for one in refusal.value.faults}
    with hall.scores.unit() as uow:
        assert uow.times_files.find() == []


# --- asking, falls


def test_response_times_need_their_file(hall: Hall) -> None:
    with pytest.raises(Contradiction):
        hall.request(methods=[ScreeningMethod.RESPONSE_TIMES])
    with pytest.raises(Contradiction):
        hall.request(times_id=hall.scores.form.id)

    with hall.scores.unit() as uow:
        assert uow.screenings.find() == []


def test_a_handful_is_not_screened(hall: Hall) -> None:
    few = a_hall(hall.scores.units, people=9)

    with pytest.raises(NobodyToScreen):
        few.request()


def test_an_officer_of_credentials_screens_nobody(hall: Hall) -> None:
    officer = Actor(subject="oli", roles=frozenset({Role.CREDENTIAL_OFFICER}))

    with pytest.raises(Forbidden):
        hall.request(officer)


def test_another_worker_finishes_and_no_flag_hold_or_review_is_made_twice(hall: Hall) -> None:
    asked = hall.request(methods=SIMILARITY)
    assert asked.job_id is not None
    for _ in range(4):  # begun, both methods, and the first attempt's hold; then the worker is gone
        assert carry_on(hall.scores.units, hall.steps(attempts=1), asked.job_id)

    done = hall.run(asked.job_id, attempts=1)

    assert done.status is JobStatus.SUCCEEDED
    once = hall.screened(methods=SIMILARITY)
    assert (hall.now(asked).flags, hall.now(asked).reviews) == (once.flags, 3)
    with hall.scores.unit() as uow:
        assert uow.holds.count() == 3


def test_a_screening_of_answers_that_change_meanwhile_ends_without_flags_of_two_worlds(hall: Hall) -> None:
    asked = hall.request(methods=SIMILARITY)
    assert asked.job_id is not None
    for _ in range(2):
        assert carry_on(hall.scores.units, hall.steps(), asked.job_id)
    with hall.scores.unit() as uow:
        attempt = uow.attempts.find(candidate_id=hall.sitters[0].candidate_id)[0]
        uow.attempts.save(replace(attempt, responses=bytes([3]) + attempt.responses[1:]))

    job = hall.run(asked.job_id)

    assert (job.status, job.error_code) == (JobStatus.FAILED, screening.INPUTS_CHANGED)
    assert hall.now(asked).status is ScreeningStatus.FAILED
    with hall.scores.unit() as uow:
        assert uow.holds.find() == []


def test_the_journal_and_the_sheet_hold_no_personal_value(hall: Hall) -> None:
    done = hall.screened(methods=SIMILARITY)

    with hall.scores.unit() as uow:
        lines = uow.journal_page(PageRequest(limit=1_000, sort="-seq")).items
        told = {one.kind: one.data for one in lines}
    written = sheet(hall.flags(done))
    assert set(told["irregularity_review.opened"]) == {
        "review_id", "screening_id", "attempt_id", "candidate_id", "hold_id", "methods", "flags",
    }  # fmt: skip
    assert told["irregularity_screening.done"]["reviews"] == 3
    assert written.count("\r\n") == 1 + done.flags
    assert "okafor" not in (str(told) + written).lower()
    assert HoldKind.IRREGULARITY.value == "irregularity"
