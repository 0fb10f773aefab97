"""An exam office that exchanges files with a test centre."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from adapters.payments import InvoiceGateway
from adapters.responses_csv import read_responses
from adapters.test_centres import YamlCentreFiles
from domain.actors import Actor, Role
from domain.exams.model import RegistrationStatus
from domain.jobs.actions import Step, carry_on
from domain.jobs.model import Job
from domain.scores import importing
from domain.test_centres import actions, exporting, receiving
from domain.test_centres.fields import FileKind
from domain.test_centres.layout import Layout
from domain.test_centres.model import CentreFile, CentreRow, RowStatus
from tests.builders_scores import Scores, Sitter

MAX = Actor(subject="max", roles=frozenset({Role.EXAM_MANAGER}))
GATEWAY = InvoiceGateway("CPS", "Pay by transfer, naming the invoice.")
VENDOR = "pearson-vue"
APPOINTMENTS, RESULTS, NO_SHOWS = FileKind.APPOINTMENTS, FileKind.RESULTS, FileKind.NO_SHOWS
AFTER = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)
BEFORE = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
"""An hour before the session begins."""


@dataclass
class Desk:
    """What the office does with files, over a form and an administration."""

    scores: Scores
    centres: YamlCentreFiles = field(default_factory=YamlCentreFiles)
    rows: int = 50

    @property
    def layout(self) -> Layout:
        """The vendor's layout."""
        return self.centres.layouts()[0]

    def steps(self, rows: int | None = None) -> dict[str, Step]:
        """The steps of a worker that has just begun."""
        files = self.scores.files
        return {
            exporting.EXPORT: exporting.step(self.centres, files, rows or 5_000),
            receiving.RECEIVE: receiving.step(self.centres, files, GATEWAY, rows or self.rows),
            importing.IMPORT: importing.step(files, read_responses),
        }

    def run(self, job_id: UUID | None, rows: int | None = None) -> Job:
        """Carry a job to its end."""
        assert job_id is not None
        steps = self.steps(rows)
        while carry_on(self.scores.units, steps, job_id):
            pass
        return self.scores.job(job_id)

    def export(self, kind: FileKind, rows: int | None = None) -> tuple[Job, list[CentreFile]]:
        """The files of what has changed since the last export."""
        with self.scores.unit(MAX) as uow:
            job = exporting.request(uow, MAX, self.centres, VENDOR, kind, "CPOM")
        done = self.run(job.id, rows)
        made = (done.result or {}).get("files", [])
        assert isinstance(made, list)
        with self.scores.unit() as uow:
            return done, [uow.centre_files.get(UUID(str(one))) for one in made]

    def lines(self, file: CentreFile) -> list[list[str]]:
        """What a file holds below its heading, cell by cell."""
        text = self.scores.files.get(file.key).decode("cp1252")
        return [line.split("\t") for line in text.split("\r\n")[1:] if line]

    def receive(self, kind: FileKind, rows: Iterable[Mapping[str, str]], batch: int | None = None) -> CentreFile:
        """A file of these rows, by column, in the vendor's shape, and carried out."""
        return self.receive_bytes(kind, self.content(kind, rows), batch)

    def receive_bytes(self, kind: FileKind, content: bytes, batch: int | None = None) -> CentreFile:
        """A file, handed in and carried out."""
        with self.scores.unit(MAX) as uow:
            file = receiving.receive(uow, MAX, self.scores.files, self.centres, VENDOR, kind, content)
        self.run(file.job_id, batch)
        return self.file(file.id)

    def content(self, kind: FileKind, rows: Iterable[Mapping[str, str]]) -> bytes:
        """A file of these rows, in the vendor's shape."""
        file = self.layout.file(kind)
        assert file is not None
        names = [one.column for one in file.columns]
        lines = ["\t".join(names), *("\t".join(row.get(name, "") for name in names) for row in rows)]
        return "".join(f"{line}\r\n" for line in lines).encode("cp1252")

    def file(self, file_id: UUID) -> CentreFile:
        """How a file stands."""
        with self.scores.unit() as uow:
            return uow.centre_files.get(file_id)

    def told(self, file: CentreFile) -> list[tuple[int, str, Any]]:
        """What the job told of its rows: row, code and column."""
        assert file.job_id is not None
        outcomes = self.scores.outcomes(self.scores.job(file.job_id))
        return [(one.row, one.code, one.values.get("column")) for one in outcomes]

    def parked(self) -> list[CentreRow]:
        """The rows that wait."""
        with self.scores.unit() as uow:
            return uow.centre_rows.find(status=RowStatus.PARKED)

    def match(self, row: CentreRow, authorization_id: UUID, actor: Actor = MAX) -> CentreRow:
        """A parked row, matched to an authorization."""
        with self.scores.unit(actor) as uow:
            return actions.match(uow, actor, GATEWAY, self.centres, row.id, authorization_id)


def ids(sitter: Sitter) -> dict[str, str]:
    return {"ClientAuthorizationID": sitter.authorization.number, "ClientCandidateID": sitter.number}


def an_appointment(sitter: Sitter, **changes: str) -> dict[str, str]:
    good = {
        "RegistrationID": "350001",
        "Status": "Scheduled",
        "AppointmentDate": "2026/03/12 14:00:00",
        "SiteID": "49123",
        "LastUpdate": "2026/03/02 15:00:00",
    }
    return {**ids(sitter), **good, **changes}


def a_result(desk: Desk, sitter: Sitter, **changes: str) -> dict[str, str]:
    good = {
        "RegistrationID": "350001", "Form": desk.scores.form.code, "Attempt": "1", "ExamDate": "2026/03/02 14:30:00",
        "TimeUsed": "151", "Score": "720", "NoShow": "false", "NDARefused": "false", "Correct": "12",
        "Incorrect": "7", "Skipped": "1",
    }  # fmt: skip
    return {**ids(sitter), **good, **changes}


def later(desk: Desk, to: datetime = AFTER) -> None:
    desk.scores.units.clock.set(to)  # type: ignore[attr-defined]


def booking(desk: Desk, sitter: Sitter) -> RegistrationStatus:
    with desk.scores.unit() as uow:
        return uow.registrations.find(authorization_id=sitter.authorization.id)[-1].status
