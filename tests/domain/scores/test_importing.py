"""Responses from files: taken, rejected, repeated, resumed; on both engines."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from adapters.db.engine import Contended, Database
from adapters.db.unit_of_work import SqlUnitsOfWork
from domain.actors import Actor, Role
from domain.errors import AlreadyExists, Contradiction, Forbidden, Invalid, Stale, WrongState
from domain.exams.model import AdministrationStatus, AuthorizationStatus, RegistrationStatus
from domain.jobs.actions import cancel, resume
from domain.jobs.model import JobStatus, OutcomeStatus
from domain.jobs.rules import error_report
from domain.paging import PageRequest
from domain.scores import actions
from domain.scores.errors import AdministrationNotHeld
from domain.scores.events import AttemptImported
from domain.scores.model import AttemptStatus, ImportStatus
from domain.scores.sittings import Identifier
from tests.builders_exams import stored_candidate
from tests.builders_scores import (
    ADA,
    EXAM_DAY,
    ITEMS,
    Scores,
    Sitter,
    a_file,
    another_form,
    answers,
    carried,
    some_items,
    some_scores,
)
from tests.racing import at_once

REGISTRATION = Identifier.REGISTRATION
BEGINS = datetime(2026, 3, 2, 14, tzinfo=UTC)
"""Nine in the morning of the day of the exam, in New York."""


def told(scores: Scores, job: Any) -> list[tuple[int, str, str]]:
    return [(one.row, one.status.value, one.code) for one in scores.outcomes(job)]


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


def _never_seen(scores: Scores) -> str:
    return "C0000000000"


def _no_seat(scores: Scores) -> str:
    with scores.unit() as uow:
        return stored_candidate(uow).number


def _used(scores: Scores) -> str:
    return scores.sitters(1, booked=False, status=AuthorizationStatus.USED)[0].number


def _window_elsewhere(scores: Scores) -> str:
    return scores.sitters(1, booked=False, opens_on=date(2027, 1, 1), closes_on=date(2027, 3, 1))[0].number


def _window_touches(scores: Scores) -> str:
    return scores.sitters(1, booked=False, opens_on=date(2026, 12, 31), closes_on=date(2027, 3, 1))[0].number


def _other_program(scores: Scores) -> str:
    return scores.sitters(1, booked=False, program="OTHER")[0].number


def _cancelled_booking(scores: Scores) -> str:
    sitter = scores.sitters(1, status=AuthorizationStatus.CANCELLED)[0]
    with scores.unit() as uow:
        assert sitter.registration is not None
        uow.registrations.save(sitter.registration.closed(RegistrationStatus.CANCELLED, uow.now))
    return sitter.number


def _tested_already(scores: Scores) -> str:
    sitter = scores.sitters(1, status=AuthorizationStatus.USED)[0]
    with scores.unit() as uow:
        assert sitter.registration is not None
        uow.registrations.save(sitter.registration.closed(RegistrationStatus.TESTED, uow.now))
    return sitter.number


def test_a_row_needs_a_seat_or_an_open_authorization(either_scores: Scores) -> None:
    scores = either_scores
    cases: list[tuple[Any, str | None]] = [
        (_never_seen, "unknown_candidate"),
        (lambda _: "x" * 100_000, "unknown_candidate"),
        (_no_seat, "no_authorization"),
        (_used, "no_authorization"),
        (_window_elsewhere, "no_authorization"),
        (_other_program, "no_authorization"),
        (_cancelled_booking, "no_authorization"),
        (_tested_already, "seat_used"),
        (_window_touches, None),
    ]

    job = scores.imported(a_file({who(scores): answers(15) for who, _ in cases}))

    expected = [(row, "error", code) for row, (_, code) in enumerate(cases, start=2) if code is not None]
    assert told(scores, job) == expected
    assert (job.failed_rows, len(scores.attempts())) == (8, 1)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(BEGINS - timedelta(seconds=1), [(2, "error", "session_not_begun")], id="a second before"),
        pytest.param(BEGINS, [], id="as it begins"),
    ],
)
def test_a_row_is_taken_from_the_moment_in_which_its_session_begins(
    either_scores: Scores, now: datetime, expected: list[tuple[int, str, str]]
) -> None:
    scores = either_scores
    ann, bob = scores.sitters(1)[0], scores.sitters(1, booked=False)[0]
    scores.units.clock.set(now)  # type: ignore[attr-defined]

    job = scores.imported(a_file({ann.number: answers(12), bob.number: answers(9)}))

    assert told(scores, job) == expected
    assert (ann.candidate_id in scores.attempts()) is (not expected)
    assert bob.candidate_id in scores.attempts()
    with scores.unit() as uow:
        assert ann.registration is not None
        status = uow.registrations.get(ann.registration.id).status
        assert status is (RegistrationStatus.BOOKED if expected else RegistrationStatus.TESTED)


def test_a_row_that_came_too_early_is_taken_once_its_session_has_begun(scores: Scores) -> None:
    ann = scores.sitters(1, day=EXAM_DAY + timedelta(days=1))[0]
    content = a_file({ann.number: answers(12)})
    early = scores.imported(content)
    scores.units.clock.set(BEGINS + timedelta(days=1))  # type: ignore[attr-defined]

    again = scores.imported(content)

    assert told(scores, early) == [(2, "error", "session_not_begun")]
    assert told(scores, again) == []
    assert scores.attempts()[ann.candidate_id].taken_on == EXAM_DAY + timedelta(days=1)


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


def test_a_seat_is_for_one_attempt_whatever_the_form(either_scores: Scores) -> None:
    scores = either_scores
    ann = scores.sitters(1)[0]
    first = a_file({ann.number: answers(10)})
    scores.imported(first)
    other = another_form(scores)

    second = other.imported(a_file({ann.number: answers(20)}))
    by_seat = other.imported(a_file({_name(ann, Identifier.REGISTRATION): answers(20)}), identifies=REGISTRATION)
    again = scores.imported(first)

    assert told(scores, second) == told(scores, by_seat) == [(2, "error", "seat_used")]
    assert told(scores, again) == [(2, "skipped", "repeated")]
    with scores.unit() as uow:
        assert [(one.form_id, one.raw) for one in uow.attempts.find()] == [(scores.form.id, 10)]


def test_who_sat_on_a_seat_may_come_again_under_an_authorization_of_its_own(either_scores: Scores) -> None:
    scores = either_scores
    ann = scores.sitters(1)[0]
    scores.imported(a_file({ann.number: answers(10)}))
    donor = scores.sitters(1, booked=False)[0]
    with scores.unit() as uow:
        uow.authorizations.save(_theirs(uow.authorizations.get(donor.authorization.id), ann.candidate_id))
    other = another_form(scores)

    job = other.imported(a_file({donor.authorization.number: answers(20)}), identifies=Identifier.AUTHORIZATION)

    assert told(scores, job) == []
    with scores.unit() as uow:
        used = [(one.authorization_id, one.raw) for one in uow.attempts.find(candidate_id=ann.candidate_id)]
    assert sorted(used, key=str) == sorted([(ann.authorization.id, 10), (donor.authorization.id, 20)], key=str)


def test_of_two_forms_files_at_once_one_gets_the_seat(either_scores: Scores) -> None:
    scores = either_scores
    ann, bob = scores.sitters(2)
    other = another_form(scores)
    sheet = {ann.number: answers(10), bob.number: answers(11)}
    jobs = [form.request(a_file(sheet)) for form in (scores, other)]

    ended = at_once(*(partial(_to_its_end, form, job) for form, job in zip((scores, other), jobs, strict=True)))

    assert [job.status for job in ended] == [JobStatus.SUCCEEDED] * 2
    results = sorted((job.result["accepted"], job.result["rejected"]) for job in ended)
    assert results == [(0, 2), (2, 0)]
    with scores.unit() as uow:
        assert sorted(str(one.candidate_id) for one in uow.attempts.find()) == sorted(
            str(one.candidate_id) for one in (ann, bob)
        )


def _to_its_end(scores: Scores, job: Any) -> Any:
    """Carry a job to its end; a batch that lost against another is done again, as a worker would."""
    for _ in range(8):
        try:
            return scores.run(job)
        except (Stale, AlreadyExists, Contended):
            continue
    return scores.job(job.id)


def test_a_rejected_row_is_taken_once_its_candidate_is_authorized(scores: Scores) -> None:
    with scores.unit() as uow:
        late = stored_candidate(uow)
    content = a_file({late.number: answers(12)})
    refused = scores.imported(content)
    _authorize(scores, late.id)

    again = scores.imported(content)

    assert told(scores, refused) == [(2, "error", "no_authorization")]
    assert told(scores, again) == []
    assert set(scores.attempts()) == {late.id}


def _authorize(scores: Scores, candidate_id: Any) -> None:
    donor = scores.sitters(1, booked=False)[0]
    with scores.unit() as uow:
        uow.authorizations.save(_theirs(uow.authorizations.get(donor.authorization.id), candidate_id))


def _theirs(thing: Any, candidate_id: Any) -> Any:
    return replace(thing, candidate_id=candidate_id)


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


@pytest.mark.parametrize("identifies", Identifier)
def test_rows_may_name_candidate_authorization_or_registration(either_scores: Scores, identifies: Identifier) -> None:
    scores = either_scores
    sitter = scores.sitters(1)[0]
    heading = "Who sat"

    job = scores.imported(
        a_file({_name(sitter, identifies): answers(12)}, heading=heading),
        identifies=identifies,
        candidate_column=heading,
    )

    assert told(scores, job) == []
    assert set(scores.attempts()) == {sitter.candidate_id}


def _name(sitter: Sitter, identifies: Identifier) -> str:
    assert sitter.registration is not None
    return {
        Identifier.CANDIDATE: sitter.number,
        Identifier.AUTHORIZATION: sitter.authorization.number,
        Identifier.REGISTRATION: sitter.registration.number,
    }[identifies]


def test_an_authorization_without_a_booking_counts_from_the_stated_day(either_scores: Scores) -> None:
    scores = either_scores
    stated, open_ended = scores.sitters(2, booked=False)

    scores.imported(
        a_file({stated.authorization.number: answers(12)}),
        identifies=Identifier.AUTHORIZATION,
        taken_on=date(2026, 2, 27),
    )
    scores.imported(a_file({open_ended.number: answers(12)}))

    days = {who: attempt.taken_on for who, attempt in scores.attempts().items()}
    assert days == {stated.candidate_id: date(2026, 2, 27), open_ended.candidate_id: date(2026, 3, 2)}


def test_a_used_authorization_named_by_its_number_seats_nobody(scores: Scores) -> None:
    sitter = scores.sitters(1, booked=False, status=AuthorizationStatus.USED)[0]

    job = scores.imported(a_file({sitter.authorization.number: answers(1)}), identifies=Identifier.AUTHORIZATION)

    assert told(scores, job) == [(2, "error", "no_authorization")]


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


def test_an_authorization_for_two_attempts_is_is_open_after_the_first(database: Database) -> None:
    twice = {"/retakes/attempts_per_authorization": 2}
    scores = some_scores(SqlUnitsOfWork(database), policy=twice)
    ann, bob = scores.sitters(1)[0], scores.sitters(1, booked=False)[0]

    scores.imported(a_file({ann.number: answers(3), bob.number: answers(3)}))

    assert len(scores.attempts()) == 2
    with scores.unit() as uow:
        for sitter in (ann, bob):
            assert uow.authorizations.get(sitter.authorization.id).status is AuthorizationStatus.ACTIVE


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
