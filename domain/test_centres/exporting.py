"""Files for test centres: what has changed since the last one, as long work.

What changed is read and written as lines outside of any transaction that writes; the step that stores them takes the
next number, the bytes and what was sent of each record in one. Of two exports at once the store lets one win, and the
other begins anew from what was sent by then.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from domain.actors import Actor
from domain.errors import Contradiction, Fault
from domain.jobs import actions as jobs
from domain.jobs.actions import Reading, Reckoning, Step
from domain.jobs.model import Batch, Job, JobOutcome, JobRequest, OutcomeStatus
from domain.ports import Files, UnitOfWork
from domain.test_centres import records
from domain.test_centres.events import CentreFileMade
from domain.test_centres.fields import OUT, FileKind
from domain.test_centres.layout import Layout
from domain.test_centres.model import CentreFile, CentreFileStatus, RowFault, Values, Way
from domain.test_centres.ports import CentreFiles
from domain.test_centres.records import Change, Record

EXPORT = "test_centres.export"
"""The kind of the job. Its parameters: `vendor`, `kind`, `program`."""
ROWS = 5_000
"""Rows of one file; what is beyond goes into the next."""


def request(uow: UnitOfWork, actor: Actor, centres: CentreFiles, vendor: str, kind: FileKind, program: str) -> Job:
    """Queue an export; raises Contradiction for a vendor, kind or program that there is not."""
    actor.must("centre_file.export")
    layout = layout_of(centres, vendor)
    if kind not in OUT or layout.file(kind) is None:
        raise Contradiction(Fault("/kind", "unknown_kind", "No file of this kind goes to this vendor."))
    if not uow.policies.headings(program):
        raise Contradiction(Fault("/program", "unknown_program", "There is no such program."))
    parameters: dict[str, JsonValue] = {"vendor": vendor, "kind": kind.value, "program": program}
    return jobs.request(uow, actor, JobRequest(kind=EXPORT, parameters=parameters))


def layout_of(centres: CentreFiles, vendor: str) -> Layout:
    """The layout of a vendor; raises Contradiction."""
    found = next((one for one in centres.layouts() if one.vendor == vendor), None)
    if found is None:
        raise Contradiction(Fault("/path/vendor", "unknown_vendor", "There is no layout of such a vendor."))
    return found


def step(centres: CentreFiles, files: Files, rows: int = ROWS) -> Reckoning:
    """One file of an export, of at most so many rows."""

    def work(reading: Reading, job: Job) -> Step:
        layout = layout_of(centres, str(job.parameters["vendor"]))
        kind, program = FileKind(str(job.parameters["kind"])), str(job.parameters["program"])
        with reading() as uow:
            changes = records.changes(uow, layout, kind, program)
            at = uow.now
        content, sent, refused = _written(centres, layout, kind, changes, at, rows)

        def store(uow: UnitOfWork, job: Job) -> Batch:
            return _Storing(uow, files, layout, kind).done(job, content, sent, refused)

        return store

    return Reckoning(work)


@dataclass(frozen=True, slots=True)
class _Refusal:
    record: Record
    fault: RowFault


def _written(
    centres: CentreFiles, layout: Layout, kind: FileKind, changes: Iterable[Change], at: datetime, rows: int
) -> tuple[bytes, list[Change], list[_Refusal]]:
    """The bytes of one file, the changes that it holds, and those that cannot be written."""
    told = list(changes)
    stamped: list[Values] = [{**one.record.values, "action": one.action, "updated_at": at.isoformat()} for one in told]
    _, faults = centres.write(layout, kind, stamped)
    refused = [_Refusal(one.record, fault) for one, fault in zip(told, faults, strict=True) if fault is not None]
    fit = [place for place, fault in enumerate(faults) if fault is None][:rows]
    content, _ = centres.write(layout, kind, [stamped[place] for place in fit])
    return content, [told[place] for place in fit], refused


class _Storing:
    """Stores one file with all that it says."""

    def __init__(self, uow: UnitOfWork, files: Files, layout: Layout, kind: FileKind) -> None:
        self._uow, self._files, self._layout, self._kind = uow, files, layout, kind

    def done(self, job: Job, content: bytes, sent: Sequence[Change], refused: Sequence[_Refusal]) -> Batch:
        made = list(_made(job))
        outcomes = self._refusals(job, refused) if not job.cursor else ()
        if not sent:
            failed = 0 if job.cursor else len(refused)
            job = job.advanced(rows=failed, failed=failed, cursor={"files": made, "last": True})
            return Batch(job.succeeded(self._uow.now, {"files": made, "refused": job.failed_rows}), outcomes)
        receipt = self._receipt(job, content, sent, len(refused))
        self._remember(receipt, sent)
        failed = 0 if job.cursor else len(refused)
        cursor: dict[str, JsonValue] = {"files": [*made, str(receipt.id)]}
        return Batch(job.advanced(rows=len(sent) + failed, failed=failed, cursor=cursor), outcomes)

    def _receipt(self, job: Job, content: bytes, sent: Sequence[Change], refused: int) -> CentreFile:
        uow, file = self._uow, self._layout.file(self._kind)
        number = next_number(uow, self._layout.vendor, self._kind, Way.OUT)
        key = stored_key(uow.random(16))
        self._files.put(key, content)
        actions = [one.action for one in sent]
        receipt = uow.centre_files.add(
            CentreFile(
                id=uow.new_id(),
                vendor=self._layout.vendor,
                kind=self._kind,
                way=Way.OUT,
                number=number,
                name=(file.name if file else "{number}").replace("{number}", f"{number:06}"),
                sha256=hashlib.sha256(content).hexdigest(),
                size=len(content),
                key=key,
                requested_by=job.requested_by,
                created_at=uow.now,
                job_id=job.id,
                status=CentreFileStatus.DONE,
                rows=len(sent),
                accepted=len(sent),
                added=actions.count("add"),
                updated=actions.count("update"),
                deleted=actions.count("delete"),
                refused=refused,
                finished_at=uow.now,
            )
        )
        uow.record(
            CentreFileMade(
                file_id=receipt.id,
                vendor=receipt.vendor,
                file_kind=self._kind.value,
                number=number,
                sha256=receipt.sha256,
                rows=len(sent),
            )
        )
        return receipt

    def _remember(self, receipt: CentreFile, sent: Sequence[Change]) -> None:
        """Keep what the vendor was told, so that the next file tells only what is new."""
        fresh = []
        for one in sent:
            told = records.told(one, receipt, self._uow)
            if one.before is None:
                fresh.append(told)
            else:
                self._uow.sent_records.save(told)
        self._uow.sent_records.add_all(fresh)

    def _refusals(self, job: Job, refused: Sequence[_Refusal]) -> tuple[JobOutcome, ...]:
        return tuple(
            JobOutcome(
                id=self._uow.new_id(),
                job_id=job.id,
                row=row,
                status=OutcomeStatus.ERROR,
                code=one.fault.code,
                detail=one.fault.detail,
                values={"column": one.fault.column, "record_id": str(one.record.subject_id)},
            )
            for row, one in enumerate(refused, 1)
        )


def next_number(uow: UnitOfWork, vendor: str, kind: FileKind, way: Way) -> int:
    """The number of the next file of a kind; the store takes each once."""
    return 1 + uow.centre_files.count(vendor=vendor, kind=kind, way=way)


def stored_key(randomness: bytes) -> str:
    """A name that says nothing, in folders of two characters, so that none grows large."""
    name = randomness.hex()
    return f"{name[:2]}/{name}"


def _made(job: Job) -> Sequence[JsonValue]:
    made = job.cursor.get("files", [])
    return made if isinstance(made, list) else []
