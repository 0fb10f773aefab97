"""After an erasure nothing of the person is found in what test centres exchanged, nor in practice."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitsOfWork
from domain.errors import NotFound, Unavailable
from domain.practice.model import PracticeExam, PracticeStatus
from domain.privacy import actions as privacy
from domain.test_centres import actions, forgetting, receiving
from domain.test_centres.fields import FileKind
from domain.test_centres.model import CentreFile, CentreRow, RowStatus
from tests.builders_scores import Sitter, some_scores
from tests.domain.test_centres.desk import APPOINTMENTS, MAX, VENDOR, Desk, an_appointment
from tests.samples import Samples
from tests.world import Clock, Tasks

MESSAGE = "Ann Example was taken ill"


@dataclass
class Office:
    """A desk whose tasks are carried out."""

    desk: Desk
    tasks: Tasks

    def forget(self, who: Sitter) -> None:
        """An erasure, and the tasks that it leaves."""
        with self.desk.scores.unit() as uow:
            privacy.forget(uow, who.candidate_id)
        self.work()

    def work(self) -> None:
        handlers = {forgetting.FORGET: forgetting.search, forgetting.ERASE: forgetting.erase}
        while self.tasks.waiting:
            kind, parameters = self.tasks.waiting.pop(0)
            if kind in handlers:
                handlers[kind](self.desk.scores.units, self.desk.scores.files, parameters)

    def found(self, *numbers: str) -> list[str]:
        """The tables of the exchange whose rows, spelled out, hold one of these texts; and the files that do."""
        scores, said = self.desk.scores, []
        with scores.units.database.transaction(write=False) as connection:
            for table in ("centre_rows", "centre_files", "sent_records", "practice_exams"):
                rows = connection.execute(text(f"SELECT * FROM {table}")).all()
                spelled = json.dumps([list(row) for row in rows], default=str)
                said += [table for number in numbers if number in spelled]
        with scores.unit() as uow:
            contents = [scores.files.get(file.key) for file in uow.centre_files.find() if file.key]
        return [*said, *("a file" for one in contents for number in numbers if number.encode() in one)]

    def rows(self) -> list[CentreRow]:
        with self.desk.scores.unit() as uow:
            return sorted(uow.centre_rows.find(), key=lambda one: one.id)

    def entries(self, kind: str) -> int:
        with self.desk.scores.units.database.transaction(write=False) as connection:
            found = connection.execute(text("SELECT count(*) FROM journal WHERE kind = :kind"), {"kind": kind})
            return int(found.scalar_one())


@pytest.fixture
def office(database: Database) -> Office:
    """The office on each engine in turn."""
    tasks = Tasks()
    tasks.attach(database)
    return Office(Desk(some_scores(SqlUnitsOfWork(database, clock=Clock(), queue=tasks))), tasks)


def refused(who: Sitter, **changes: str) -> dict[str, str]:
    """A row that cannot be carried out, and so waits: another person's number stands beside the authorization's."""
    return {**an_appointment(who), "RegistrationID": "350009", **changes}


def a_practice_exam(candidate_id: UUID) -> PracticeExam:
    sample: Any = Samples("full")[PracticeExam]
    return PracticeExam(
        **{name: getattr(sample, name) for name in sample.__dataclass_fields__ if name not in ("id", "version")}
        | {"id": UUID(int=candidate_id.int ^ 1), "candidate_id": candidate_id, "status": PracticeStatus.FINISHED}
    )


def test_nothing_of_an_erased_person_is_found_in_rows_files_and_receipts(office: Office) -> None:
    desk = office.desk
    ann, bob = desk.scores.sitters(2, booked=False)
    desk.export(FileKind.CANDIDATES)
    desk.export(FileKind.AUTHORIZATIONS)
    desk.receive(APPOINTMENTS, [an_appointment(ann)])
    desk.receive(FileKind.CONFIRMATIONS, [{"ClientCandidateID": ann.number, "Status": "error", "Message": MESSAGE}])
    desk.receive(APPOINTMENTS, [refused(ann, ClientCandidateID=bob.number), refused(bob, ClientAuthorizationID="T0")])
    hers = (ann.number, ann.authorization.number, MESSAGE)
    assert set(office.found(*hers)) == {"centre_rows", "a file"}

    office.forget(ann)

    assert office.found(*hers) == []
    with desk.scores.unit() as uow:
        (sent,) = uow.sent_records.find(kind=FileKind.CANDIDATES, subject_id=ann.candidate_id)
    assert sent.digest == ""


def test_what_shows_that_the_exchange_was_sound_stays(office: Office) -> None:
    desk = office.desk
    (ann,) = desk.scores.sitters(1, booked=False)
    file = desk.receive(APPOINTMENTS, [an_appointment(ann)])
    (before,) = office.rows()

    office.forget(ann)
    again = desk.receive_bytes(APPOINTMENTS, desk.content(APPOINTMENTS, [an_appointment(ann)]))
    anew = desk.receive(APPOINTMENTS, [an_appointment(ann), {**an_appointment(ann), "ClientAuthorizationID": "T1"}])

    (row, other) = office.rows()
    kept = ("id", "vendor", "kind", "file_id", "row", "digest", "status", "code", "received_at", "candidate_id")
    assert [getattr(row, name) for name in kept] == [getattr(before, name) for name in kept]
    assert row.values == {}
    assert (again.id, again.key) == (file.id, "")
    receipt = ("sha256", "size", "number", "rows", "accepted", "status", "name")
    assert [getattr(again, name) for name in receipt] == [getattr(file, name) for name in receipt]
    assert (anew.repeated, anew.parked) == (1, 1)
    assert other.code == "unmatched"


def test_a_parked_row_of_an_erased_person_waits_no_more(office: Office) -> None:
    desk = office.desk
    ann, bob = desk.scores.sitters(2, booked=False)
    desk.receive(APPOINTMENTS, [refused(ann, ClientCandidateID=bob.number)])
    (parked,) = desk.parked()

    office.forget(ann)

    (row,) = office.rows()
    assert (parked.code, parked.candidate_id) == ("ids_disagree", None)
    assert (row.status, row.code, row.values) == (RowStatus.DISMISSED, forgetting.FORGOTTEN, {})
    assert (row.resolved_by, row.resolved_at) == ("system:test", desk.scores.units.clock())
    assert desk.parked() == []
    assert office.entries("centre_row.forgotten") == 1


def test_what_staff_wrote_of_a_dismissed_row_goes_with_it(office: Office) -> None:
    desk = office.desk
    (ann,) = desk.scores.sitters(1, booked=False)
    desk.receive(APPOINTMENTS, [refused(ann, AppointmentDate="2031/03/12 14:00:00")])
    (parked,) = desk.parked()
    with desk.scores.unit(MAX) as uow:
        actions.dismiss(uow, MAX, parked.id, MESSAGE)

    office.forget(ann)

    (row,) = office.rows()
    assert (row.status, row.reason, row.resolved_by) == (RowStatus.DISMISSED, None, "max")
    assert office.found(MESSAGE) == []


def test_a_row_that_staff_gave_to_another_keeps_what_is_the_others(office: Office) -> None:
    desk = office.desk
    ann, bob = desk.scores.sitters(2, booked=False)
    desk.receive(APPOINTMENTS, [refused(ann, ClientAuthorizationID="T0")])
    matched = desk.match(desk.parked()[0], bob.authorization.id)

    office.forget(ann)

    (row,) = office.rows()
    assert matched.values["client_candidate_id"] == ann.number
    assert row.values == {**matched.values, "client_candidate_id": None}
    assert (row.candidate_id, row.status) == (bob.candidate_id, RowStatus.DONE)


def test_others_rows_and_files_are_left_as_they_were(office: Office) -> None:
    desk = office.desk
    ann, bob = desk.scores.sitters(2, booked=False)
    theirs = desk.receive(APPOINTMENTS, [an_appointment(bob)])
    hers = desk.receive(APPOINTMENTS, [an_appointment(ann, RegistrationID="350002")])
    before = next(row for row in office.rows() if row.file_id == theirs.id)

    office.forget(ann)

    assert next(row for row in office.rows() if row.file_id == theirs.id) == before
    assert desk.file(theirs.id) == theirs
    assert desk.scores.files.get(theirs.key)
    with pytest.raises(NotFound):
        desk.scores.files.get(hers.key)


def test_a_file_whose_bytes_are_gone_is_not_found_by_who_asks_for_it(office: Office) -> None:
    desk = office.desk
    (ann,) = desk.scores.sitters(1, booked=False)
    file = desk.receive(APPOINTMENTS, [an_appointment(ann)])
    office.forget(ann)

    with pytest.raises(NotFound), desk.scores.unit(MAX) as uow:
        actions.content(uow, MAX, desk.scores.files, file.id)

    assert office.entries("centre_file.downloaded") == 0
    assert office.entries("centre_file.forgotten") == 1


def test_a_file_that_is_still_being_read_is_let_go_when_that_is_done(office: Office) -> None:
    desk = office.desk
    (ann,) = desk.scores.sitters(1, booked=False)
    content = desk.content(APPOINTMENTS, [an_appointment(ann)])
    with desk.scores.unit(MAX) as uow:
        file = receiving.receive(uow, MAX, desk.scores.files, desk.centres, VENDOR, APPOINTMENTS, content)

    with pytest.raises(Unavailable):
        office.forget(ann)
    waiting = desk.file(file.id)
    desk.run(file.job_id)
    office.tasks.waiting.append((forgetting.FORGET, {"candidate_id": str(ann.candidate_id)}))
    office.work()

    assert waiting.key == file.key
    assert _gone(desk, file)
    assert office.found(ann.number, ann.authorization.number) == []


def _gone(desk: Desk, file: CentreFile) -> bool:
    try:
        desk.scores.files.get(file.key)
    except NotFound:
        return desk.file(file.id).key == ""
    return False


def test_an_erasure_done_twice_changes_nothing_more(office: Office) -> None:
    desk = office.desk
    (ann,) = desk.scores.sitters(1, booked=False)
    desk.receive(APPOINTMENTS, [an_appointment(ann)])
    office.forget(ann)
    before, entries = office.rows(), office.entries("centre_row.forgotten")

    office.forget(ann)

    assert (office.rows(), office.entries("centre_row.forgotten")) == (before, entries)


def test_practice_exams_go_with_their_person_and_nobody_elses(office: Office) -> None:
    ann, bob = office.desk.scores.sitters(2, booked=False)
    with office.desk.scores.unit() as uow:
        for who in (ann, bob):
            uow.practice_exams.add(a_practice_exam(who.candidate_id))

    office.forget(ann)

    with office.desk.scores.unit() as uow:
        assert [one.candidate_id for one in uow.practice_exams.find()] == [bob.candidate_id]
