"""Files from a test centre: rows carried out, parked, refused or repeated, and never done twice."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.actors import Actor, Role
from domain.applications.errors import ConflictDeclared
from domain.applications.model import ConflictOfInterest
from domain.errors import Contradiction, Invalid, WrongState
from domain.exams.model import AuthorizationStatus, RegistrationStatus, SessionStatus
from domain.jobs.actions import carry_on
from domain.paging import PageRequest
from domain.test_centres import actions, receiving
from domain.test_centres.errors import RowNotCarriedOut
from domain.test_centres.fields import FileKind
from domain.test_centres.model import CentreFileStatus, Confirmation, RowStatus
from tests.builders_scores import a_file, answers
from tests.domain.test_centres.desk import (
    APPOINTMENTS,
    BEFORE,
    MAX,
    NO_SHOWS,
    RESULTS,
    VENDOR,
    Desk,
    a_result,
    an_appointment,
    booking,
    ids,
    later,
)

# --- confirmations


def test_a_confirmation_is_kept_with_what_was_sent_and_an_error_waits_for_staff(desk: Desk) -> None:
    ann, bob = desk.scores.sitters(2)
    desk.export(FileKind.AUTHORIZATIONS)
    rows = [
        {"ClientAuthorizationID": ann.authorization.number, "Status": "Accepted", "Date": "2026/03/02 16:00:00"},
        {"ClientAuthorizationID": bob.authorization.number, "Status": "Error", "Message": "Unknown series"},
    ]

    file = desk.receive(FileKind.CONFIRMATIONS, rows)

    assert (file.status, file.rows, file.accepted, file.parked) == (CentreFileStatus.DONE, 2, 1, 1)
    with desk.scores.unit() as uow:
        sent = {one.subject_id: one.confirmation for one in uow.sent_records.find()}
    assert sent == {ann.authorization.id: Confirmation.ACCEPTED, bob.authorization.id: Confirmation.ERROR}
    (row,) = desk.parked()
    assert (row.code, row.values["message"], row.authorization_id) == (
        "centre_refused", "Unknown series", bob.authorization.id,
    )  # fmt: skip


def test_a_confirmation_of_a_candidate_needs_no_authorization(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1)
    desk.export(FileKind.CANDIDATES)

    file = desk.receive(FileKind.CONFIRMATIONS, [{"ClientCandidateID": ann.number, "Status": "accepted"}])

    assert (file.accepted, file.parked) == (1, 0)


# --- appointments


def test_an_appointment_is_a_booking_moved_and_cancelled_as_the_centre_says(either_desk: Desk) -> None:
    desk = either_desk
    (ann,) = desk.scores.sitters(1, booked=False)

    desk.receive(APPOINTMENTS, [an_appointment(ann)])
    with desk.scores.unit() as uow:
        (booked,) = uow.registrations.find(authorization_id=ann.authorization.id)
        session = uow.sessions.get(booked.session_id)
    moved = an_appointment(
        ann, Status="Rescheduled", AppointmentDate="2026/03/20 14:00:00", LastUpdate="2026/03/03 15:00:00"
    )
    desk.receive(APPOINTMENTS, [moved])
    with desk.scores.unit() as uow:
        again = uow.registrations.get(booked.id)
        seats = {one.starts_at.day: (one.seats_taken, one.status) for one in uow.sessions.find(site="49123")}
    desk.receive(APPOINTMENTS, [{**moved, "Status": "Canceled", "LastUpdate": "2026/03/04 15:00:00"}])

    assert (session.site, session.starts_at) == ("49123", datetime(2026, 3, 12, 14, tzinfo=UTC))
    assert again.reschedules == 1
    assert seats == {12: (0, SessionStatus.CLOSED), 20: (1, SessionStatus.CLOSED)}
    assert booking(desk, ann) is RegistrationStatus.CANCELLED
    with desk.scores.unit() as uow:
        assert uow.authorizations.get(ann.authorization.id).status is AuthorizationStatus.CANCELLED
        assert uow.notices.count(candidate_id=ann.candidate_id) == 3


def test_two_people_at_one_site_and_time_share_a_session_that_grows(desk: Desk) -> None:
    ann, bob = desk.scores.sitters(2, booked=False)

    desk.receive(APPOINTMENTS, [an_appointment(ann), an_appointment(bob, RegistrationID="350002")])

    with desk.scores.unit() as uow:
        (session,) = uow.sessions.find(site="49123")
        assert (session.seats, session.seats_taken) == (2, 2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"ClientAuthorizationID": "T0000000000"}, "unmatched", id="an unknown authorization"),
        pytest.param({"ClientCandidateID": "C0000000000"}, "ids_disagree", id="another candidate"),
        pytest.param({"AppointmentDate": "2026/07/01 14:00:00"}, "outside_window", id="outside the window"),
        pytest.param({"AppointmentDate": "2027/07/01 14:00:00"}, "no_administration", id="no administration"),
    ],
)
def test_what_does_not_fit_is_parked_and_changes_nothing(desk: Desk, changes: dict[str, str], code: str) -> None:
    (ann,) = desk.scores.sitters(1, booked=False)

    file = desk.receive(APPOINTMENTS, [an_appointment(ann, **changes)])

    assert (file.parked, file.accepted) == (1, 0)
    assert [(row.code, row.status) for row in desk.parked()] == [(code, RowStatus.PARKED)]
    assert desk.told(file) == [(2, code, None)]
    with desk.scores.unit() as uow:
        assert uow.registrations.count(authorization_id=ann.authorization.id) == 0
        assert uow.sessions.count(site="49123") == 0


# --- no-shows and cancellations


def test_a_no_show_ends_the_booking_and_the_authorization(desk: Desk) -> None:
    ann, bob = desk.scores.sitters(2)
    later(desk, BEFORE)
    early = desk.receive(NO_SHOWS, [{**ids(ann), "AppointmentDate": "2026/03/02 13:00:00"}])
    later(desk)

    desk.receive(NO_SHOWS, [{**ids(bob), "AppointmentDate": "2026/03/02 13:00:00"}])
    again = desk.receive(RESULTS, [a_result(desk, bob, NoShow="true", Form="", Correct="")])

    assert desk.told(early) == [(2, "not_begun", None)]
    assert booking(desk, ann) is RegistrationStatus.BOOKED
    assert booking(desk, bob) is RegistrationStatus.NO_SHOW
    assert again.accepted == 1
    with desk.scores.unit() as uow:
        assert uow.authorizations.get(bob.authorization.id).status is not AuthorizationStatus.ACTIVE
        assert uow.registrations.count(status=RegistrationStatus.NO_SHOW) == 1


def test_a_cancellation_that_the_policy_does_not_allow_waits_for_staff(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1)
    later(desk)

    file = desk.receive(FileKind.CANCELLATIONS, [{**ids(ann), "LastUpdate": "2026/03/02 12:00:00"}])

    assert desk.told(file) == [(2, "refused_by_rule", None)]
    assert booking(desk, ann) is RegistrationStatus.BOOKED


# --- repeats, refusals, falls


def test_the_same_file_and_the_same_row_are_done_once(either_desk: Desk) -> None:
    desk = either_desk
    ann, bob = desk.scores.sitters(2, booked=False)
    content = desk.content(APPOINTMENTS, [an_appointment(ann)])

    first = desk.receive_bytes(APPOINTMENTS, content)
    again = desk.receive_bytes(APPOINTMENTS, content)
    more = desk.receive(APPOINTMENTS, [an_appointment(ann), an_appointment(bob), an_appointment(ann)])

    assert again.id == first.id
    assert (more.rows, more.accepted, more.repeated) == (3, 1, 2)
    assert desk.told(more) == [(2, "repeated_row", None), (4, "repeated_row", None)]
    with desk.scores.unit() as uow:
        assert uow.centre_files.count() == 2
        assert uow.registrations.count(authorization_id=ann.authorization.id) == 1
        lines = uow.journal_page(PageRequest(sort="seq", equals={"kind": "centre_file.received"})).items
        assert [one.data["again"] for one in lines] == [False, True, False]


def test_malformed_rows_are_refused_at_their_place_and_the_others_carried_out(desk: Desk) -> None:
    ann, bob = desk.scores.sitters(2, booked=False)
    rows = [an_appointment(bob, AppointmentDate="12.03.2026"), an_appointment(ann)]

    file = desk.receive(APPOINTMENTS, rows)

    assert (file.refused, file.accepted) == (1, 1)
    assert desk.told(file) == [(2, "malformed_time", "AppointmentDate")]
    assert desk.parked() == []


def test_a_file_in_another_layout_fails_whole(desk: Desk) -> None:
    file = desk.receive_bytes(APPOINTMENTS, b"Some\tthing\telse\r\n1\t2\t3\r\n")

    assert (file.status, file.error_code, file.accepted) == (CentreFileStatus.FAILED, "missing_column", 0)


@pytest.mark.parametrize(
    ("vendor", "kind", "content", "refusal"),
    [
        ("nobody", APPOINTMENTS, b"x", Contradiction),
        (VENDOR, FileKind.CANDIDATES, b"x", Contradiction),
        (VENDOR, APPOINTMENTS, b"", Invalid),
    ],
)
def test_what_is_no_file_of_a_vendor_is_not_kept(
    desk: Desk, vendor: str, kind: FileKind, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal), desk.scores.unit(MAX) as uow:
        receiving.receive(uow, MAX, desk.scores.files, desk.centres, vendor, kind, content)

    with desk.scores.unit() as uow:
        assert uow.centre_files.find() == []
        assert uow.jobs.find() == []


def test_another_worker_finishes_a_file_and_no_row_is_carried_out_twice(desk: Desk) -> None:
    sitters = desk.scores.sitters(5, booked=False)
    content = desk.content(APPOINTMENTS, [an_appointment(one) for one in sitters])
    with desk.scores.unit(MAX) as uow:
        file = receiving.receive(uow, MAX, desk.scores.files, desk.centres, VENDOR, APPOINTMENTS, content)
    assert file.job_id is not None
    for _ in range(2):  # begun, and two rows; then the worker is gone
        assert carry_on(desk.scores.units, desk.steps(2), file.job_id)

    desk.run(file.job_id, rows=2)

    assert (desk.file(file.id).accepted, desk.file(file.id).repeated) == (5, 0)
    with desk.scores.unit() as uow:
        assert uow.registrations.count(status=RegistrationStatus.BOOKED) == 5


# --- parked rows


def test_staff_match_a_parked_row_to_the_authorization_it_is_of(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1, booked=False)
    desk.receive(APPOINTMENTS, [an_appointment(ann, ClientAuthorizationID="T0000000000")])
    (row,) = desk.parked()

    matched = desk.match(row, ann.authorization.id)

    assert (matched.status, matched.code, matched.resolved_by) == (RowStatus.DONE, "booked", "max")
    assert (matched.authorization_id, matched.candidate_id) == (ann.authorization.id, ann.candidate_id)
    assert booking(desk, ann) is RegistrationStatus.BOOKED
    with pytest.raises(WrongState):
        desk.match(matched, ann.authorization.id)


def test_a_row_that_still_cannot_be_carried_out_stays_parked(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1, booked=False)
    desk.receive(APPOINTMENTS, [an_appointment(ann, AppointmentDate="2026/07/01 14:00:00")])
    (row,) = desk.parked()

    with pytest.raises(RowNotCarriedOut, match="window"):
        desk.match(row, ann.authorization.id)

    assert desk.parked() == [row]


def test_who_declared_a_conflict_matches_no_row_of_that_candidate(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1, booked=False)
    desk.receive(APPOINTMENTS, [an_appointment(ann, ClientAuthorizationID="T0000000000")])
    (row,) = desk.parked()
    other = Actor(subject="pat", roles=frozenset({Role.EXAM_MANAGER}))
    with desk.scores.unit() as uow:
        uow.conflicts.add(
            ConflictOfInterest(
                id=uow.new_id(), subject="pat", candidate_id=ann.candidate_id, nature="Kin.", declared_at=uow.now
            )
        )

    with pytest.raises(ConflictDeclared):
        desk.match(row, ann.authorization.id, other)

    assert desk.parked() == [row]


def test_a_row_is_dismissed_with_its_reason(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1, booked=False)
    desk.receive(APPOINTMENTS, [an_appointment(ann, ClientAuthorizationID="T0000000000")])
    (row,) = desk.parked()

    with desk.scores.unit(MAX) as uow:
        dismissed = actions.dismiss(uow, MAX, row.id, "Another body's candidate.")

    assert (dismissed.status, dismissed.reason) == (RowStatus.DISMISSED, "Another body's candidate.")
    assert desk.parked() == []
    with desk.scores.unit() as uow:
        (line,) = uow.journal_page(PageRequest(sort="seq", equals={"kind": "centre_row.resolved"})).items
        assert line.data == {
            "row_id": str(row.id), "authorization_id": None, "status": "dismissed", "code": "unmatched",
        }  # fmt: skip


def test_nothing_that_a_row_holds_is_in_the_journal(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1)
    desk.scores.imported(a_file({ann.number: answers(12)}))
    desk.receive(FileKind.HOLDS, [{**ids(ann), "Hold": "Placed", "Reason": "Other", "Message": "Canary 7391"}])
    with desk.scores.unit() as uow:
        person = uow.candidates.get(ann.candidate_id)
        uow.candidates.save(replace(person, email="canary@example.org"))
    desk.export(FileKind.CANDIDATES)

    with desk.scores.unit() as uow:
        written = str([one.data for one in uow.journal_page(PageRequest(limit=1_000, sort="seq")).items])

    assert "anary" not in written
    assert ann.number not in written
