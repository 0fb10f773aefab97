"""Files for a test centre: what is new since the last one, numbered, and the same bytes whenever they are asked for."""

import hashlib
from dataclasses import replace
from uuid import UUID

import pytest

from domain.candidates.model import PersonName
from domain.errors import Contradiction, Forbidden
from domain.exams.model import Accommodation, AccommodationStatus, AuthorizationStatus
from domain.jobs.actions import carry_on
from domain.jobs.model import JobStatus
from domain.paging import PageRequest
from domain.test_centres import actions, exporting
from domain.test_centres.fields import FileKind
from domain.test_centres.model import CentreFileStatus, Way
from tests.builders_scores import ADA, Sitter
from tests.domain.test_centres.desk import MAX, VENDOR, Desk

AUTHORIZATIONS, CANDIDATES = FileKind.AUTHORIZATIONS, FileKind.CANDIDATES


def rename(desk: Desk, sitter: Sitter, family: str) -> None:
    with desk.scores.unit() as uow:
        person = uow.candidates.lock(sitter.candidate_id)
        uow.candidates.save(replace(person, legal_name=PersonName(family=family, given="Ada")))


def end(desk: Desk, sitter: Sitter, status: AuthorizationStatus) -> None:
    with desk.scores.unit() as uow:
        uow.authorizations.save(replace(uow.authorizations.lock(sitter.authorization.id), status=status))


def test_the_first_file_adds_everybody_and_the_second_only_what_changed(either_desk: Desk) -> None:
    desk = either_desk
    ann, _ = desk.scores.sitters(2)

    _, (first,) = desk.export(CANDIDATES)
    _, nothing = desk.export(CANDIDATES)
    rename(desk, ann, "Núñez")
    (late,) = desk.scores.sitters(1)
    _, (second,) = desk.export(CANDIDATES)

    assert (first.number, first.name, first.added, first.updated, first.way) == (1, "cdd-000001.dat", 2, 0, Way.OUT)
    assert {line[1] for line in desk.lines(first)} == {"Add"}
    assert nothing == []
    assert (second.number, second.added, second.updated, second.deleted) == (2, 1, 1, 0)
    told = {line[0]: (line[1], line[2]) for line in desk.lines(second)}
    assert told[ann.number] == ("Update", "Núñez")
    assert told[late.number] == ("Add", "Okafor")


def test_an_authorization_that_was_given_up_is_deleted_once_and_one_that_was_used_is_not(desk: Desk) -> None:
    given_up, used, late, back = desk.scores.sitters(4, booked=False)
    desk.export(AUTHORIZATIONS)
    end(desk, given_up, AuthorizationStatus.CANCELLED)
    end(desk, used, AuthorizationStatus.USED)
    end(desk, late, AuthorizationStatus.EXPIRED)
    end(desk, back, AuthorizationStatus.CANCELLED)

    _, (file,) = desk.export(AUTHORIZATIONS)
    end(desk, back, AuthorizationStatus.ACTIVE)
    _, (again,) = desk.export(AUTHORIZATIONS)
    _, nothing = desk.export(AUTHORIZATIONS)

    gone = {one.authorization.number for one in (given_up, late, back)}
    assert {(line[0], line[2]) for line in desk.lines(file)} == {(number, "Delete") for number in gone}
    assert [(line[0], line[2]) for line in desk.lines(again)] == [(back.authorization.number, "Add")]
    assert nothing == []


def test_an_authorization_tells_its_window_its_series_and_its_accommodations(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1)
    accommodate(desk, ann)

    _, (file,) = desk.export(AUTHORIZATIONS)
    _, (own,) = desk.export(FileKind.ACCOMMODATIONS)

    assert [line[:8] for line in desk.lines(file)] == [
        [
            ann.authorization.number, ann.number, "Add", "1", "POM-001", "ET01HR", "2026/03/01 00:00:00",
            "2026/05/29 00:00:00",
        ]
    ]  # fmt: skip
    assert [line[:5] for line in desk.lines(own)] == [[ann.authorization.number, ann.number, "Add", "ET01HR", "60"]]


def accommodate(desk: Desk, sitter: Sitter) -> UUID:
    with desk.scores.unit() as uow:
        given = uow.accommodations.add(
            Accommodation(
                id=uow.new_id(),
                candidate_id=sitter.candidate_id,
                application_id=sitter.authorization.application_id,
                code="ET01HR",
                reason="Dyslexia",
                requested_at=uow.now,
                extra_minutes=60,
                status=AccommodationStatus.APPROVED,
            )
        )
        return given.id


def test_an_accommodation_that_holds_no_more_is_deleted(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1)
    given = accommodate(desk, ann)
    desk.export(FileKind.ACCOMMODATIONS)
    with desk.scores.unit() as uow:
        uow.accommodations.save(replace(uow.accommodations.get(given), status=AccommodationStatus.WITHDRAWN))

    _, (file,) = desk.export(FileKind.ACCOMMODATIONS)

    assert [(line[0], line[2]) for line in desk.lines(file)] == [(ann.authorization.number, "Delete")]


def test_who_cannot_be_written_is_told_and_comes_with_a_later_file(desk: Desk) -> None:
    ann, bob = desk.scores.sitters(2)
    rename(desk, ann, "山田")

    job, (file,) = desk.export(CANDIDATES)
    rename(desk, ann, "Yamada")
    _, (later,) = desk.export(CANDIDATES)

    assert [line[0] for line in desk.lines(file)] == [bob.number]
    assert (job.status, job.failed_rows, file.refused) == (JobStatus.SUCCEEDED, 1, 1)
    (outcome,) = desk.scores.outcomes(job)
    assert (outcome.code, outcome.values) == (
        "unwritable_character", {"column": "LastName", "record_id": str(ann.candidate_id)},
    )  # fmt: skip
    assert [(line[0], line[1]) for line in desk.lines(later)] == [(ann.number, "Add")]


def test_many_changes_make_several_files_each_told_once(desk: Desk) -> None:
    sitters = desk.scores.sitters(5)

    _, files = desk.export(CANDIDATES, rows=2)

    assert [(one.number, one.rows) for one in files] == [(1, 2), (2, 2), (3, 1)]
    told = [line[0] for file in files for line in desk.lines(file)]
    assert sorted(told) == sorted(one.number for one in sitters)


def test_a_file_is_the_same_bytes_whenever_it_is_asked_for_and_the_journal_says_who_asked(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1)
    _, (file,) = desk.export(CANDIDATES)
    with desk.scores.unit(MAX) as uow:
        _, before = actions.content(uow, MAX, desk.scores.files, file.id)
    rename(desk, ann, "Else")
    desk.export(CANDIDATES)

    with desk.scores.unit(MAX) as uow:
        _, after = actions.content(uow, MAX, desk.scores.files, file.id)

    assert before == after
    assert (hashlib.sha256(after).hexdigest(), len(after)) == (file.sha256, file.size)
    assert file.status is CentreFileStatus.DONE
    with desk.scores.unit() as uow:
        lines = uow.journal_page(PageRequest(sort="seq", equals={"kind": "centre_file.downloaded"})).items
        assert [(one.subject_id, one.actor) for one in lines] == [(file.id, "max")] * 2


def test_a_worker_that_dies_leaves_a_file_whole_or_none(desk: Desk) -> None:
    desk.scores.sitters(3)
    with desk.scores.unit(MAX) as uow:
        job = exporting.request(uow, MAX, desk.centres, VENDOR, CANDIDATES, "CPOM")
    for _ in range(2):  # begun, and one file of two; then the worker is gone
        assert carry_on(desk.scores.units, desk.steps(2), job.id)

    done = desk.run(job.id, rows=2)

    assert len((done.result or {})["files"]) == 2  # type: ignore[arg-type]
    with desk.scores.unit() as uow:
        assert sorted(one.number for one in uow.centre_files.find()) == [1, 2]
        assert uow.sent_records.count() == 3


@pytest.mark.parametrize(
    ("vendor", "kind", "program", "pointer"),
    [
        ("nobody", CANDIDATES, "CPOM", "/path/vendor"),
        (VENDOR, FileKind.RESULTS, "CPOM", "/kind"),
        (VENDOR, CANDIDATES, "NOPE", "/program"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    desk: Desk, vendor: str, kind: FileKind, program: str, pointer: str
) -> None:
    with pytest.raises(Contradiction) as refusal, desk.scores.unit(MAX) as uow:
        exporting.request(uow, MAX, desk.centres, vendor, kind, program)

    assert [one.pointer for one in refusal.value.faults] == [pointer]
    with desk.scores.unit() as uow:
        assert uow.jobs.count(kind=exporting.EXPORT) == 0


def test_a_psychometrician_exports_nothing(desk: Desk) -> None:
    with pytest.raises(Forbidden), desk.scores.unit(ADA) as uow:
        exporting.request(uow, ADA, desk.centres, VENDOR, CANDIDATES, "CPOM")
