"""Whom a row of responses seats: by which name, from when, and once; on both engines."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from adapters.db.engine import Contended, Database
from adapters.db.unit_of_work import SqlUnitsOfWork
from domain.errors import AlreadyExists, Stale
from domain.exams.model import AuthorizationStatus, RegistrationStatus
from domain.jobs.model import JobStatus
from domain.scores.sittings import Identifier
from tests.builders_exams import stored_candidate
from tests.builders_scores import EXAM_DAY, Scores, Sitter, a_file, another_form, answers, some_scores, told
from tests.racing import at_once

REGISTRATION = Identifier.REGISTRATION
BEGINS = datetime(2026, 3, 2, 14, tzinfo=UTC)
"""Nine in the morning of the day of the exam, in New York."""


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


def test_an_authorization_for_two_attempts_is_is_open_after_the_first(database: Database) -> None:
    twice = {"/retakes/attempts_per_authorization": 2}
    scores = some_scores(SqlUnitsOfWork(database), policy=twice)
    ann, bob = scores.sitters(1)[0], scores.sitters(1, booked=False)[0]

    scores.imported(a_file({ann.number: answers(3), bob.number: answers(3)}))

    assert len(scores.attempts()) == 2
    with scores.unit() as uow:
        for sitter in (ann, bob):
            assert uow.authorizations.get(sitter.authorization.id).status is AuthorizationStatus.ACTIVE
