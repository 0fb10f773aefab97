"""Responses from files: taken, refused, repeated, resumed; on both engines."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from adapters.db.unit_of_work import SqlUnitsOfWork
from domain.actors import Actor, Role
from domain.errors import Contradiction, Forbidden, Invalid, WrongState
from domain.exams.model import AdministrationStatus, AuthorizationStatus, RegistrationStatus
from domain.jobs.actions import cancel, resume
from domain.jobs.model import JobStatus, OutcomeStatus
from domain.jobs.rules import error_report
from domain.paging import PageRequest
from domain.scores import actions
from domain.scores.errors import AdministrationNotHeld
from domain.scores.events import AttemptImported
from domain.scores.model import AttemptStatus, ImportStatus
from tests.builders_scores import (
    ADA,
    EXAM_DAY,
    ITEMS,
    Scores,
    a_file,
    answers,
    carried,
    some_items,
    some_scores,
    told,
)


def test_rows_become_scored_attempts_and_close_bookings_and_authorizations(either_scores: Scores) -> None:
    scores = either_scores
    ann, bob, cleo = scores.sitters(3)

    job = scores.imported(a_file({ann.number: answers(12), bob.number: answers(11), cleo.number: answers(ITEMS)}))

    assert job.status is JobStatus.SUCCEEDED
    assert job.result is not None
    assert [job.result[name] for name in ("rows", "accepted", "repeated", "rejected")] == [3, 3, 0, 0]
    stored = scores.attempts()
    facts = {name: stored[one.candidate_id] for name, one in (("ann", ann), ("bob", bob), ("cleo", cleo))}
    assert [(one.raw, one.scaled, one.passed) for one in facts.values()] == [
        (12, 720, True),
        (11, 668, False),
        (20, 900, True),
    ]
    assert facts["bob"].domain_raw == (3, 3, 3, 2)
    assert facts["ann"].responses == b"\1" * 12 + b"\2" * 8
    assert {(one.status, one.taken_on, one.key_number, one.conversion_number) for one in facts.values()} == {
        (AttemptStatus.SCORED, EXAM_DAY, 1, 1)
    }
    with scores.unit() as uow:
        closed = uow.registrations.get(ann.registration.id) if ann.registration else None
        assert closed is not None
        assert (closed.status, closed.version, closed.closed_at) == (RegistrationStatus.TESTED, 2, uow.now)
        used = uow.authorizations.get(ann.authorization.id)
        assert (used.status, used.version) == (AuthorizationStatus.USED, 2)


def test_each_attempt_is_told_to_the_journal_once_in_the_events_own_words(either_scores: Scores) -> None:
    scores = either_scores
    ann, bob = scores.sitters(2)

    scores.imported(a_file({ann.number: answers(12), bob.number: answers(3)}))

    attempt = scores.attempts()[ann.candidate_id]
    assert ann.registration is not None
    assert attempt.import_id is not None
    wanted = AttemptImported(
        attempt_id=attempt.id,
        candidate_id=ann.candidate_id,
        authorization_id=ann.authorization.id,
        registration_id=ann.registration.id,
        form_id=scores.form.id,
        administration_id=scores.administration_id,
        import_id=attempt.import_id,
        key_number=1,
        conversion_number=1,
    )
    with scores.unit() as uow:
        lines = uow.journal_page(PageRequest(sort="seq", equals={"kind": AttemptImported.kind})).items
        assert len(lines) == 2
        line = next(one for one in lines if one.subject_id == attempt.id)
        assert (line.data, line.actor, line.occurred_at) == (wanted.data(), "system:job.carry_on", uow.now)


NOT_HELD = [
    pytest.param({"status": AdministrationStatus.PLANNED}, id="planned"),
    pytest.param({"status": AdministrationStatus.CANCELLED}, id="cancelled"),
    pytest.param({"opens_on": EXAM_DAY + timedelta(days=1)}, id="opens tomorrow"),
]


def _change(scores: Scores, **fields: Any) -> None:
    with scores.unit() as uow:
        uow.administrations.save(replace(uow.administrations.get(scores.administration_id), **fields))


@pytest.mark.parametrize("fields", NOT_HELD)
@pytest.mark.parametrize("dry_run", [False, True])
def test_an_administration_in_which_nobody_sat_takes_no_file(
    scores: Scores, fields: dict[str, Any], dry_run: bool
) -> None:
    _change(scores, **fields)
    ann = scores.sitters(1, booked=False)[0]

    with pytest.raises(AdministrationNotHeld):
        scores.request(a_file({ann.number: answers(12)}), dry_run=dry_run)

    with scores.unit() as uow:
        assert (uow.jobs.count(), uow.response_imports.count()) == (0, 0)


def test_an_administration_that_is_cancelled_while_its_file_waits_takes_nothing_of_it(scores: Scores) -> None:
    job = scores.request(a_file({scores.sitters(1, booked=False)[0].number: answers(12)}))
    _change(scores, status=AdministrationStatus.CANCELLED)

    done = scores.run(job)

    assert (done.status, done.error_code) == (JobStatus.FAILED, "administration_not_held")
    assert scores.attempts() == {}


def test_a_closed_administration_and_one_that_opened_today_take_files(scores: Scores) -> None:
    ann, bob = scores.sitters(2)
    _change(scores, status=AdministrationStatus.CLOSED, opens_on=EXAM_DAY)

    scores.imported(a_file({ann.number: answers(12)}))
    scores.imported(a_file({bob.number: answers(12)}), taken_on=EXAM_DAY)

    assert len(scores.attempts()) == 2


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(1999, 1, 1), id="long ago"),
        pytest.param(date(2026, 1, 31), id="the day before the window"),
        pytest.param(EXAM_DAY + timedelta(days=1), id="tomorrow, within the window"),
        pytest.param(date(2031, 1, 1), id="years ahead"),
    ],
)
def test_a_day_on_which_nobody_can_have_sat_is_refused_at_its_place(scores: Scores, day: date) -> None:
    _change(scores, opens_on=date(2026, 2, 1))
    ann = scores.sitters(1, booked=False)[0]

    with pytest.raises(Contradiction) as refusal:
        scores.request(a_file({ann.number: answers(12)}), taken_on=day)

    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [("/taken_on", "not_sat_then")]
    with scores.unit() as uow:
        assert (uow.jobs.count(), uow.response_imports.count()) == (0, 0)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        pytest.param("{other}," + answers(5).replace("2", "9", 1), "not_an_option", "I6", id="no such option"),
        pytest.param("{other}," + answers(5) + ",1", "wrong_number_of_fields", None, id="a field too many"),
        pytest.param("," + answers(5), "missing_candidate", "candidate", id="no candidate"),
        pytest.param('{other},"' + answers(5), "misplaced_quote", None, id="a quote that stays open"),
        pytest.param("{ann}," + answers(12), "repeated_row", "candidate", id="the same row again"),
    ],
)
def test_a_faulty_row_is_told_with_its_place_and_costs_no_other(
    scores: Scores, row: str, code: str, column: str | None
) -> None:
    ann, other = scores.sitters(2)
    content = a_file({ann.number: answers(12)}) + row.format(ann=ann.number, other=other.number).encode()

    job = scores.imported(content)

    (outcome,) = scores.outcomes(job)
    assert (outcome.row, outcome.code, outcome.values.get("column")) == (3, code, column)
    assert outcome.status is (OutcomeStatus.SKIPPED if code == "repeated_row" else OutcomeStatus.ERROR)
    assert set(scores.attempts()) == {ann.candidate_id}


def test_two_different_rows_of_one_candidate_are_both_refused(scores: Scores) -> None:
    ann, bob = scores.sitters(2)

    rows = [(ann.number, answers(12)), (bob.number, answers(1)), (ann.number, answers(13))]
    job = scores.imported(a_file(rows))

    assert told(scores, job) == [(2, "error", "duplicate_candidate"), (4, "error", "duplicate_candidate")]
    assert set(scores.attempts()) == {bob.candidate_id}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"candidate,X1,X2\nC1,1,2\n", "unknown_form", id="another form's columns"),
        pytest.param(a_file({"C1": answers(1)}, heading="name"), "missing_column", id="no column of candidates"),
        pytest.param(a_file({"C1": answers(1, 19)}, 19), "missing_column", id="an item missing"),
        pytest.param(b"\x00\x01\x02", "unreadable", id="no text"),
        pytest.param(b"\n\n", "no_heading", id="nothing at all"),
    ],
)
def test_a_strange_file_is_refused_whole_with_its_faults_listed(scores: Scores, content: bytes, code: str) -> None:
    job = scores.imported(content)

    assert (job.status, job.error_code) == (JobStatus.FAILED, code)
    assert scores.outcomes(job)[0].code == code
    assert scores.attempts() == {}
    with scores.unit() as uow:
        assert [one.status for one in uow.response_imports.find()] == [ImportStatus.FAILED]


SHORT_BY_TWO = b"\n".join(line.rpartition(b",")[0].rpartition(b",")[0] for line in a_file({"C1": answers(1)}).split())


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        pytest.param(
            b"a,b,c\n1,2,3\n", [("missing_column", "candidate_id"), ("unknown_form", None)], id="no column of ours"
        ),
        pytest.param(
            "a,b,c\n1,2,3\n".encode("utf-16"),
            [("missing_column", "candidate_id"), ("unknown_form", None)],
            id="no column of ours, in UTF-16",
        ),
        pytest.param(
            SHORT_BY_TWO, [("missing_column", f"I{ITEMS - 1}"), ("missing_column", f"I{ITEMS}")], id="two items missing"
        ),
        pytest.param(
            a_file({"C1": answers(1)}, heading="candidate,candidate").replace(b"C1,", b"C1,C1,") + b"C2\n",
            [("duplicate_column", "candidate")],
            id="two columns of candidates",
        ),
        pytest.param(b"PK\x03\x04\x14\0\0\0\x08\0", [("unreadable", None)], id="a zip archive"),
    ],
)
def test_every_fault_of_a_refused_file_is_listed_in_the_order_of_its_columns(
    either_scores: Scores, content: bytes, faults: list[tuple[str, str | None]]
) -> None:
    scores = either_scores

    job = scores.imported(content)

    assert (job.status, job.error_code) == (JobStatus.FAILED, faults[0][0])
    outcomes = scores.outcomes(job)
    assert [(one.code, one.values.get("column")) for one in outcomes] == faults
    assert {one.row for one in outcomes} == {1}
    report = error_report(reversed(outcomes)).splitlines()
    assert [line.split(",")[2] for line in report[1:]] == [code for code, _ in faults]
    assert scores.attempts() == {}


def test_a_refused_file_that_is_taken_up_again_is_refused_for_the_same_faults(either_scores: Scores) -> None:
    scores = either_scores
    first = scores.imported(b"a,b,c\n1,2,3\n")
    manager = Actor(subject="mia", roles=frozenset({Role.EXAM_MANAGER}))
    with scores.unit(manager) as uow:
        resume(uow, manager, first.id)

    again = scores.run(first)

    assert (again.status, again.error_code) == (JobStatus.FAILED, "missing_column")
    assert [one.code for one in scores.outcomes(again)] == ["missing_column", "unknown_form"]


def test_the_same_file_again_is_the_same_import_and_changes_nothing(either_scores: Scores) -> None:
    scores = either_scores
    ann, bob = scores.sitters(2)
    content = a_file({ann.number: answers(12), bob.number: answers(4), "C0000000000": answers(3)})
    scores.imported(content)
    before = scores.attempts()

    job = scores.imported(content)

    assert told(scores, job) == [
        (2, "skipped", "repeated"),
        (3, "skipped", "repeated"),
        (4, "error", "unknown_candidate"),
    ]
    assert scores.attempts() == before
    with scores.unit() as uow:
        assert [(one.rows, one.accepted, one.repeated, one.rejected) for one in uow.response_imports.find()] == [
            (3, 0, 2, 1)
        ]


def test_a_file_under_way_is_not_queued_twice(scores: Scores) -> None:
    content = a_file({scores.sitters(1)[0].number: answers(12)})

    first, second = scores.request(content), scores.request(content)

    assert first.id == second.id
    with scores.unit() as uow:
        assert (uow.jobs.count(), uow.response_imports.count()) == (1, 1)


def test_other_answers_of_a_candidate_who_is_stored_are_refused(scores: Scores) -> None:
    ann = scores.sitters(1)[0]
    scores.imported(a_file({ann.number: answers(12)}))

    job = scores.imported(a_file({ann.number: answers(20)}))

    assert told(scores, job) == [(2, "error", "already_stored")]
    assert scores.attempts()[ann.candidate_id].raw == 12


def test_a_dry_run_judges_every_row_and_leaves_nothing_behind(either_scores: Scores) -> None:
    scores = either_scores
    ann = scores.sitters(1)[0]
    content = a_file({ann.number: answers(12), "C0000000000": answers(3)})

    job = scores.imported(content, dry_run=True)

    assert job.result is not None
    assert [job.result[name] for name in ("rows", "accepted", "rejected")] == [2, 1, 1]
    assert told(scores, job) == [(3, "error", "unknown_candidate")]
    assert scores.attempts() == {}
    with scores.unit() as uow:
        assert uow.response_imports.count() == 0
        assert uow.authorizations.get(ann.authorization.id).status is AuthorizationStatus.ACTIVE


def test_an_import_goes_on_behind_the_last_batch_of_a_worker_that_died(either_scores: Scores) -> None:
    scores = either_scores
    sitters = scores.sitters(10)
    content = a_file({one.number: answers(right) for right, one in enumerate(sitters)})
    job = scores.request(content)
    carried(scores.units, scores.steps(rows=3), job.id, 3)  # begun, and two batches
    half = scores.attempts()

    done = scores.run(job, rows=3)

    assert len(half) == 6
    assert done.result is not None
    assert (done.result["accepted"], done.result["repeated"], done.done) == (10, 0, 10)
    assert sorted(one.raw or 0 for one in scores.attempts().values()) == list(range(10))
    assert all(scores.attempts()[who] == attempt for who, attempt in half.items())


def test_a_cancelled_import_keeps_what_it_stored_and_can_be_taken_up(scores: Scores) -> None:
    job = scores.request(a_file({one.number: answers(9) for one in scores.sitters(4)}))
    carried(scores.units, scores.steps(rows=2), job.id, 2)
    manager = Actor(subject="mia", roles=frozenset({Role.EXAM_MANAGER}))
    with scores.unit(manager) as uow:
        cancel(uow, manager, job.id)
    kept = len(scores.attempts())
    with scores.unit(manager) as uow:
        resume(uow, manager, job.id)

    done = scores.run(job)

    assert (kept, len(scores.attempts()), done.status) == (2, 4, JobStatus.SUCCEEDED)


def test_without_a_conversion_responses_wait_unscored(units: SqlUnitsOfWork) -> None:
    scores = some_scores(units, cut=None)
    scores.imported(a_file({scores.sitters(1)[0].number: answers(12)}))

    (attempt,) = scores.attempts().values()

    assert (attempt.status, attempt.raw, attempt.domain_raw, attempt.key_number) == (
        AttemptStatus.IMPORTED,
        None,
        (),
        None,
    )


def test_only_whoever_runs_exams_may_import_and_only_into_a_frozen_form(scores: Scores) -> None:
    officer = Actor(subject="otto", roles=frozenset({Role.CREDENTIAL_OFFICER}))

    with pytest.raises(Forbidden):
        scores.request(b"x", actor=officer)
    with pytest.raises(Invalid):
        scores.request(b"")

    with scores.unit() as uow:
        assert (uow.jobs.count(), uow.response_imports.count()) == (0, 0)


def test_a_form_without_an_approved_key_takes_no_responses(scores: Scores) -> None:
    with scores.unit(ADA) as uow:
        scores.form = actions.create_form(uow, ADA, "CPOM", "Draft", some_items())

    with pytest.raises(WrongState):
        scores.request(a_file({"C1": answers(3)}))
