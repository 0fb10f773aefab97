"""Files from test centres, as long work: each row is carried out, parked for staff, or refused; a repeat is harmless.

Locks: a batch holds the file's receipt; each row then holds what the action that it stands for holds. A row's digest is
kept with what became of it in one transaction, and the store takes each once per vendor and kind.
"""

import hashlib
from dataclasses import dataclass, field, replace
from typing import cast
from uuid import UUID

from pydantic import JsonValue

from domain.actors import Actor
from domain.errors import Contradiction, Fault, Invalid
from domain.exams.model import Authorization
from domain.jobs import actions as jobs
from domain.jobs.model import Batch, Job, JobOutcome, JobRequest, OutcomeStatus
from domain.ports import Files, PaymentGateway, UnitOfWork
from domain.test_centres.carrying import Carrying, Parked
from domain.test_centres.events import CentreFileRead, CentreFileReceived, CentreRowParked
from domain.test_centres.exporting import layout_of, next_number, stored_key
from domain.test_centres.fields import IN, FileKind
from domain.test_centres.layout import Layout
from domain.test_centres.matching import matched
from domain.test_centres.model import (
    CentreFile,
    CentreFileStatus,
    CentreRow,
    ReadFile,
    ReadRow,
    RowFault,
    RowStatus,
    Way,
)
from domain.test_centres.ports import CentreFiles
from domain.test_centres.responses import Answers

RECEIVE = "test_centres.receive"
"""The kind of the job. Its parameters: `file_id`."""
ROWS = 50
"""Rows carried out in one transaction: a cancellation moves money and writes letters."""
SHELF = 4
COUNTED = ("at", "accepted", "repeated", "parked", "refused")
REPEATED = "repeated_row"
REASONS = {
    REPEATED: "The same row came before; nothing was done again.",
    "unmatched": "No authorization of ours bears these ids.",
    "ids_disagree": "The authorization belongs to another candidate than the row names.",
    "centre_refused": "The test centre did not accept our record.",
    "not_sent": "Nothing was sent that this could answer.",
    "no_booking": "No seat is booked under this authorization.",
    "authorization_not_open": "The authorization was used, given up, or has expired.",
    "outside_window": "The appointment lies outside the authorization's window.",
    "no_administration": "No administration of the exam covers that day.",
    "day_to_come": "The day on which the exam was sat is yet to come.",
    "refused_by_rule": "A rule of the policy does not allow it.",
    "not_begun": "The session has not begun.",
    "nda_refused": "The candidate refused the non-disclosure agreement.",
    "unknown_form": "The exam has no such form.",
    "form_not_ready": "The form has no key and conversion in force.",
    "score_incomplete": "The row says neither no-show nor a score on a form.",
    "score_out_of_range": "More right answers than the form has scored items.",
    "grade_disagrees": "Pass or fail differs from what the form's conversion gives.",
    "score_disagrees": "The score differs from the one that stands.",
    "no_responses_yet": "The responses that this score is checked against have not come.",
    "no_attempt": "There is no attempt under this authorization yet.",
    "already_released": "The score has left already.",
    "item_twice": "One item is answered twice on this form.",
    "lift_asked": "Only people lift a hold.",
}
"""Why a row waits for staff, by code, in words."""


def receive(
    uow: UnitOfWork, actor: Actor, files: Files, centres: CentreFiles, vendor: str, kind: FileKind, content: bytes
) -> CentreFile:
    """Queue the reading of a file; its bytes are kept as they came. The same bytes are the same file, read once.

    Raises Contradiction for a vendor or kind that there is not, Invalid for an empty file.
    """
    actor.must("centre_file.receive")
    layout = layout_of(centres, vendor)
    if kind not in IN or layout.file(kind) is None:
        raise Contradiction(Fault("/kind", "unknown_kind", "No file of this kind comes from this vendor."))
    if not content:
        raise Invalid(Fault("/file", "empty_file", "The file is empty."))
    sha256 = hashlib.sha256(content).hexdigest()
    found = uow.centre_files.first(vendor=vendor, kind=kind, way=Way.IN, sha256=sha256)
    received = found or _queued(uow, actor, files, vendor, kind, content, sha256)
    uow.record(
        CentreFileReceived(
            file_id=received.id, vendor=vendor, file_kind=kind.value, sha256=sha256, again=found is not None
        )
    )
    return received


def _queued(
    uow: UnitOfWork, actor: Actor, files: Files, vendor: str, kind: FileKind, content: bytes, sha256: str
) -> CentreFile:
    number, key, file_id = next_number(uow, vendor, kind, Way.IN), stored_key(uow.random(16)), uow.new_id()
    files.put(key, content)
    job = jobs.request(uow, actor, JobRequest(kind=RECEIVE, parameters={"file_id": str(file_id)}))
    return uow.centre_files.add(
        CentreFile(
            id=file_id,
            vendor=vendor,
            kind=kind,
            way=Way.IN,
            number=number,
            name=f"{kind.value}-{number:06}.txt",
            sha256=sha256,
            size=len(content),
            key=key,
            requested_by=actor.subject,
            created_at=uow.now,
            job_id=job.id,
        )
    )


def step(centres: CentreFiles, files: Files, gateway: PaymentGateway, rows: int = ROWS) -> jobs.Step:
    """One batch of a file, of at most so many rows; a file of responses is handed on whole."""
    shelf = _Shelf(centres, files)

    def receive_batch(uow: UnitOfWork, job: Job) -> Batch:
        file = uow.centre_files.lock(UUID(str(job.parameters["file_id"])))
        read, layout = shelf.read(file)
        batch = _Batch(uow, job, file)
        if read.fault is not None:
            return batch.unreadable(read.fault)
        if file.kind is FileKind.RESPONSES:
            return batch.handed_on(Answers(uow, files, job.requested_by), read)
        return batch.carried(Carrying(uow, uow.actor, gateway, layout), read, rows)

    return receive_batch


@dataclass
class _Shelf:
    """The files that jobs of this worker are going through; bytes that never change read the same each time."""

    centres: CentreFiles
    files: Files
    _open: dict[UUID, ReadFile] = field(default_factory=dict)

    def read(self, file: CentreFile) -> tuple[ReadFile, Layout]:
        layout, found = layout_of(self.centres, file.vendor), self._open.get(file.id)
        if found is None:
            found = self.centres.read(layout, file.kind, self.files.get(file.key))
            for oldest in list(self._open)[: 1 - SHELF]:
                self._open.pop(oldest, None)
            self._open[file.id] = found
        return found, layout


class _Batch:
    """Some rows of one file, in one transaction."""

    def __init__(self, uow: UnitOfWork, job: Job, file: CentreFile) -> None:
        self._uow, self._job, self._file = uow, job, file
        self._counts = {name: cast("int", job.cursor.get(name, 0)) for name in COUNTED}
        self._outcomes: list[JobOutcome] = []

    def unreadable(self, fault: RowFault) -> Batch:
        """The file as a whole cannot be read: nothing of it is carried out."""
        self._tell(1, OutcomeStatus.ERROR, fault)
        failed = replace(self._file, status=CentreFileStatus.FAILED, error_code=fault.code, finished_at=self._uow.now)
        self._uow.centre_files.save(failed)
        return Batch(self._job.failed(self._uow.now, fault.code), tuple(self._outcomes))

    def carried(self, carrying: Carrying, read: ReadFile, rows: int) -> Batch:
        """The next rows, each carried out, parked or refused."""
        at = self._counts["at"]
        for one in read.rows[at : at + rows]:
            self._row(carrying, one)
        self._counts["at"] = min(at + rows, len(read.rows))
        return self._moved(len(read.rows))

    def handed_on(self, answers: Answers, read: ReadFile) -> Batch:
        """All responses, as files of the ordinary import; those of nobody known are parked, once per name."""
        for one in read.rows:
            if one.fault is not None:
                self._refuse(one, one.fault)
        sound = [one for one in read.rows if one.fault is None]
        handed = answers.hand_on(sound)
        for row, code in handed.parked:
            self._park(row, Parked(code), None)
        self._counts["accepted"] += handed.rows
        self._counts["at"] = len(read.rows)
        return self._moved(len(read.rows), {"imports": [str(job_id) for job_id in handed.jobs]})

    def _row(self, carrying: Carrying, one: ReadRow) -> None:
        if one.fault is not None:
            self._refuse(one, one.fault)
            return
        vendor, kind = self._file.vendor, self._file.kind
        if self._uow.centre_rows.first(vendor=vendor, kind=kind, digest=one.digest) is not None:
            self._counts["repeated"] += 1
            self._tell(one.row, OutcomeStatus.SKIPPED, _repeated())
            return
        authorization, code = matched(self._uow, kind, one.values)
        if code is not None:
            self._park(one, Parked(code), authorization)
            return
        came = carrying.carry(kind, one.values, authorization, self._file)
        if isinstance(came, Parked):
            self._park(one, came, authorization)
        else:
            self._counts["accepted"] += 1
            self._keep(one, RowStatus.DONE, came.code, authorization)

    def _park(self, one: ReadRow, parked: Parked, authorization: Authorization | None) -> None:
        vendor, kind = self._file.vendor, self._file.kind
        if self._uow.centre_rows.first(vendor=vendor, kind=kind, digest=one.digest) is not None:
            self._counts["repeated"] += 1
            self._tell(one.row, OutcomeStatus.SKIPPED, _repeated())
            return
        self._counts["parked"] += 1
        kept = self._keep(one, RowStatus.PARKED, parked.code, authorization)
        self._uow.record(CentreRowParked(row_id=kept.id, file_id=self._file.id, code=parked.code))
        fault = RowFault(column=None, code=parked.code, detail=REASONS[parked.code])
        self._tell(one.row, OutcomeStatus.ERROR, fault)

    def _refuse(self, one: ReadRow, fault: RowFault) -> None:
        self._counts["refused"] += 1
        self._tell(one.row, OutcomeStatus.ERROR, fault)

    def _keep(self, one: ReadRow, status: RowStatus, code: str, authorization: Authorization | None) -> CentreRow:
        return self._uow.centre_rows.add(
            CentreRow(
                id=self._uow.new_id(),
                vendor=self._file.vendor,
                kind=self._file.kind,
                file_id=self._file.id,
                row=one.row,
                digest=one.digest,
                values=one.values,
                received_at=self._uow.now,
                status=status,
                code=code,
                authorization_id=authorization.id if authorization else None,
                candidate_id=authorization.candidate_id if authorization else None,
            )
        )

    def _tell(self, row: int, status: OutcomeStatus, fault: RowFault) -> None:
        told = {} if fault.column is None else {"column": fault.column}
        self._outcomes.append(
            JobOutcome(
                id=self._uow.new_id(),
                job_id=self._job.id,
                row=row,
                status=status,
                code=fault.code,
                detail=fault.detail,
                values={**told},
            )
        )

    def _moved(self, total: int, more: dict[str, JsonValue] | None = None) -> Batch:
        """The job one batch further; the receipt keeps the counts, and at the end the job tells them too."""
        counts, before = self._counts, {name: cast("int", self._job.cursor.get(name, 0)) for name in COUNTED}
        failed = sum(counts[name] - before[name] for name in ("parked", "refused"))
        cursor: dict[str, JsonValue] = {**counts, "begun": True}
        job = self._job.advanced(rows=counts["at"] - before["at"], failed=failed, cursor=cursor, total=total)
        finished = counts["at"] >= total
        numbers = {name: counts[name] for name in COUNTED[1:]}
        file = replace(
            self._file,
            status=CentreFileStatus.RUNNING,
            rows=total,
            accepted=counts["accepted"],
            repeated=counts["repeated"],
            parked=counts["parked"],
            refused=counts["refused"],
        )
        if finished:
            file = replace(file, status=CentreFileStatus.DONE, finished_at=self._uow.now)
            self._uow.record(CentreFileRead(file_id=file.id, rows=total, **numbers))
            job = job.succeeded(self._uow.now, {"file_id": str(file.id), "rows": total, **numbers, **(more or {})})
        self._uow.centre_files.save(file)
        return Batch(job, tuple(self._outcomes))


def _repeated() -> RowFault:
    return RowFault(column=None, code=REPEATED, detail=REASONS[REPEATED])
