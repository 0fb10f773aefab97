"""Attempts set by set: what both engines promise alike, and what the statements cost."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from adapters.db.bulk_attempts_sqlite import _SEATS
from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from domain.actors import Actor
from domain.errors import AlreadyExists, Stale
from domain.exams.events import AuthorizationClosed, RegistrationTested
from domain.exams.model import AuthorizationStatus, RegistrationStatus
from domain.paging import PageRequest
from domain.scores.events import AttemptImported
from domain.scores.model import ResponseImport
from domain.scores.sittings import Identifier, Intake, Score, Seat, Sitting
from tests.builders_scores import Scores, Sitter, some_scores
from tests.world import Clock

TRICKY = Actor(subject='back\\slash\ttab "quote" \N{SNOWMAN}', system=True)


@pytest.fixture
def scores(database: Database) -> Scores:
    """A form of twenty items on each engine in turn."""
    return some_scores(SqlUnitsOfWork(database, clock=Clock()))


def an_intake(uow: SqlUnitOfWork, scores: Scores, *, scored: bool = True) -> Intake:
    imported = uow.response_imports.add(
        ResponseImport(
            id=uow.new_id(),
            form_id=scores.form.id,
            administration_id=scores.administration_id,
            sha256=uow.random(8).hex(),
            requested_by="test",
            created_at=uow.now,
        )
    )
    version = 1 if scored else None
    return Intake(scores.administration_id, scores.form.id, imported.id, version, version, 1)


def seats_of(uow: SqlUnitOfWork, scores: Scores, *sitters: Sitter) -> list[Seat]:
    administration = uow.administrations.get(scores.administration_id)
    numbers = [one.number for one in sitters]
    found = uow.attempts.seats(administration, scores.form.id, Identifier.CANDIDATE, numbers)
    return [found[number] for number in numbers]


def a_sitting(seat: Seat, answers: bytes = b"\0\1\xff" + b"\2" * 17) -> Sitting:
    return Sitting(seat, date(2026, 3, 10), answers, 7, 400, False, [4, 3, 0, 0])


def test_what_is_taken_reads_back_as_the_entity_byte_for_byte(scores: Scores) -> None:
    booked, walked_in = scores.sitters(1)[0], scores.sitters(1, booked=False)[0]

    with scores.unit() as uow:
        intake = an_intake(uow, scores)
        uow.attempts.take(intake, [a_sitting(seat) for seat in seats_of(uow, scores, booked, walked_in)])

    stored = scores.attempts()
    attempt = stored[booked.candidate_id]
    assert (attempt.responses, attempt.raw, attempt.scaled, attempt.passed, attempt.domain_raw) == (
        b"\0\1\xff" + b"\2" * 17,
        7,
        400,
        False,
        (4, 3, 0, 0),
    )
    assert (attempt.version, attempt.held, attempt.taken_on) == (1, False, date(2026, 3, 10))
    assert booked.registration is not None
    assert (attempt.authorization_id, attempt.registration_id) == (booked.authorization.id, booked.registration.id)
    assert stored[walked_in.candidate_id].registration_id is None


def test_events_written_in_bulk_are_those_that_their_class_would_write(scores: Scores) -> None:
    booked, walked_in = scores.sitters(1)[0], scores.sitters(1, booked=False)[0]

    with scores.unit(TRICKY) as uow:
        intake = an_intake(uow, scores, scored=False)
        uow.attempts.take(intake, [a_sitting(seat) for seat in seats_of(uow, scores, booked, walked_in)])

    with scores.unit() as uow:
        lines = uow.journal_page(PageRequest(sort="seq", equals={"kind": AttemptImported.kind})).items
    attempts = scores.attempts()
    for sitter, line in zip((booked, walked_in), lines, strict=True):
        event = AttemptImported(
            attempt_id=attempts[sitter.candidate_id].id,
            candidate_id=sitter.candidate_id,
            authorization_id=sitter.authorization.id,
            registration_id=sitter.registration.id if sitter.registration else None,
            form_id=scores.form.id,
            administration_id=scores.administration_id,
            import_id=intake.import_id,
            key_number=None,
            conversion_number=None,
        )
        assert (line.data, line.subject_id, line.actor) == (event.data(), event.attempt_id, TRICKY.subject)


def journalled(scores: Scores, kind: str) -> list[dict[str, Any]]:
    """The data of every line of a kind."""
    with scores.unit() as uow:
        return [dict(line.data) for line in uow.journal_page(PageRequest(sort="seq", equals={"kind": kind})).items]


@pytest.mark.parametrize("per_authorization", [1, 2])
def test_closed_bookings_and_used_authorizations_are_journalled_as_one_by_one(
    scores: Scores, per_authorization: int
) -> None:
    booked, walked_in = scores.sitters(1)[0], scores.sitters(1, booked=False)[0]

    with scores.unit(TRICKY) as uow:
        intake = an_intake(uow, scores)._replace(attempts_per_authorization=per_authorization)
        uow.attempts.take(intake, [a_sitting(seat) for seat in seats_of(uow, scores, booked, walked_in)])

    assert booked.registration is not None
    tested = RegistrationTested(
        registration_id=booked.registration.id,
        candidate_id=booked.candidate_id,
        authorization_id=booked.authorization.id,
        taken_on=date(2026, 3, 10),
    )
    used = [
        AuthorizationClosed(authorization_id=one.authorization.id, candidate_id=one.candidate_id, status="used").data()
        for one in (walked_in, booked)
        if per_authorization == 1
    ]
    assert journalled(scores, RegistrationTested.kind) == [tested.data()]
    assert journalled(scores, AuthorizationClosed.kind) == used


def test_a_second_attempt_of_a_candidate_is_refused_by_the_store(scores: Scores) -> None:
    sitter = scores.sitters(1)[0]
    with scores.unit() as uow:
        intake = an_intake(uow, scores)
        (seat,) = seats_of(uow, scores, sitter)
        uow.attempts.take(intake, [a_sitting(seat)])

    with pytest.raises(AlreadyExists), scores.unit() as uow:
        uow.attempts.take(intake, [a_sitting(seat)])

    assert len(scores.attempts()) == 1


@pytest.mark.parametrize("booked", [True, False])
def test_a_seat_that_was_given_back_meanwhile_takes_nothing_with_it(scores: Scores, booked: bool) -> None:
    first, gone = scores.sitters(2, booked=booked)
    with scores.unit() as uow:
        intake, seats = an_intake(uow, scores), seats_of(uow, scores, first, gone)
        if gone.registration is not None:
            uow.registrations.save(gone.registration.closed(RegistrationStatus.CANCELLED, uow.now))
        else:
            uow.connection.exec_driver_sql(
                f"UPDATE authorizations SET status = 'cancelled' WHERE number = '{gone.authorization.number}'"
            )

    with pytest.raises(Stale), scores.unit() as uow:
        uow.attempts.take(intake, [a_sitting(seat) for seat in seats])

    assert scores.attempts() == {}
    with scores.unit() as uow:
        assert uow.authorizations.get(first.authorization.id).status == "active"
    for event in (AttemptImported, RegistrationTested, AuthorizationClosed):
        assert journalled(scores, event.kind) == []


def test_a_seat_that_was_booked_meanwhile_takes_nothing_with_it(scores: Scores) -> None:
    first, late = scores.sitters(2, booked=False)
    seated = scores.sitters(1)[0]
    with scores.unit() as uow:
        intake, seats = an_intake(uow, scores), seats_of(uow, scores, first, late)
        assert seated.registration is not None
        taken = replace(seated.registration, authorization_id=late.authorization.id, candidate_id=late.candidate_id)
        uow.registrations.save(taken)

    with pytest.raises(Stale), scores.unit() as uow:
        uow.attempts.take(intake, [a_sitting(seat) for seat in seats])

    assert scores.attempts() == {}
    with scores.unit() as uow:
        assert uow.authorizations.get(first.authorization.id).status == "active"


def test_a_seat_whose_authorization_was_used_meanwhile_takes_nothing_with_it(scores: Scores) -> None:
    sitter = scores.sitters(1)[0]
    with scores.unit() as uow:
        intake, seats = an_intake(uow, scores), seats_of(uow, scores, sitter)
        uow.authorizations.save(replace(sitter.authorization, status=AuthorizationStatus.USED))

    with pytest.raises(Stale), scores.unit() as uow:
        uow.attempts.take(intake, [a_sitting(seat) for seat in seats])

    assert scores.attempts() == {}
    assert journalled(scores, RegistrationTested.kind) == []


def test_scores_are_not_put_on_what_was_released_or_invalidated(scores: Scores) -> None:
    sitter = scores.sitters(1)[0]
    with scores.unit() as uow:
        uow.attempts.take(an_intake(uow, scores), [a_sitting(seat) for seat in seats_of(uow, scores, sitter)])
        ((ref, answers),) = uow.attempts.to_score(scores.administration_id, scores.form.id, (2, 1), after=None, limit=9)
        uow.connection.exec_driver_sql("UPDATE attempts SET status = 'released'")

    with pytest.raises(Stale), scores.unit() as uow:
        uow.attempts.put_scores(2, 1, [Score(ref, 20, 900, True, [5, 5, 5, 5])])

    assert answers == b"\0\1\xff" + b"\2" * 17
    assert [one.raw for one in scores.attempts().values()] == [7]


def test_nobody_at_all_is_found_for_no_names_and_for_strange_ones(scores: Scores) -> None:
    with scores.unit() as uow:
        administration = uow.administrations.get(scores.administration_id)
        for identifies in Identifier:
            for names in ([], ["'; DROP TABLE attempts; --", "%s", ":names", '"', "\\"]):
                assert uow.attempts.seats(administration, scores.form.id, identifies, names) == {}


@pytest.mark.parametrize("identifies", Identifier)
def test_sqlite_never_goes_through_an_administration_once_for_each_name(
    sqlite_url: str, identifies: Identifier
) -> None:
    values = {"names": "[]", "administration": "a", "form": "f"}
    with Database(sqlite_url).transaction(write=False) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {_SEATS[identifies]}", values)

        steps = [row[3] for row in plan]

    assert [step for step in steps if "administration_id=?)" in step and step.startswith("SEARCH r ")] == []
    assert [step for step in steps if step.startswith("SCAN") and "json_each" not in step] == []
