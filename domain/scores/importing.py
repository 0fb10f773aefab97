"""Responses from a file, as long work: asked for once per file, stored batch by batch, safe to repeat and to resume.

Locks: asking and every batch hold the form's row, so that two files of one form are stored one batch after the other,
under versions of the key and conversion that do not change meanwhile, and not beside a proposal to release.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple, cast
from uuid import UUID

from pydantic import JsonValue

from domain.actors import Actor
from domain.dates import date_at
from domain.errors import Conflict, Fault, Invalid
from domain.exams import actions as exams
from domain.exams.model import Administration
from domain.jobs import actions as jobs
from domain.jobs.model import Batch, Job, JobOutcome, JobRequest, OutcomeStatus
from domain.ports import Files, ResponseReader, UnitOfWork
from domain.scores import actions, rules
from domain.scores.actions import Versions
from domain.scores.errors import AdministrationNotHeld
from domain.scores.events import ResponsesImported, ResponsesReceived
from domain.scores.model import Form, ImportStatus, ReleaseStatus, ResponseImport
from domain.scores.responses import Reject, ResponseFile
from domain.scores.sittings import Identifier, Intake, Ref, Seat, Sitting

IMPORT = "scores.import"
"""The kind of the job. Its parameters: `administration_id`, `form_id`, `sha256`, `file`, `identifies`,
`candidate_column`, `taken_on`."""

FORGOTTEN = "file_no_longer_kept"
"""Why an import that is taken up again after the file's time fails: it has to be handed in anew."""

ROWS = 2_000
"""Rows stored in one transaction: the writer is held for some tens of milliseconds."""
LONGEST_NAME = 64
SHELF = 4
"""How many files a worker keeps read."""
UNDER_WAY = [ReleaseStatus.PROPOSED, ReleaseStatus.APPROVED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A file of responses as somebody hands it in.

    `identifies` says what its rows name candidates by; `candidate_column` is the heading of that column where it is
    none of the usual ones; `taken_on` counts for who has no booked session.
    """

    administration_id: UUID
    form_id: UUID
    content: bytes
    identifies: Identifier = Identifier.CANDIDATE
    candidate_column: str | None = None
    taken_on: date | None = None
    dry_run: bool = False


COUNTED = ("at", "accepted", "repeated", "rejected")
Progress = dict[str, int]
"""The job's cursor: the next row (`at`), first among the accepted ones and then among the rejects, and the counts."""


def request(uow: UnitOfWork, actor: Actor, files: Files, handed: Handed) -> tuple[ResponseImport | None, Job]:
    """Queue the import of a file; the bytes are kept under a random name.

    The same bytes for the same form and administration are the same import. While its job is under way that job is
    the answer; afterwards they are gone through again, and only what is not stored yet is added. A dry run leaves no
    import behind. Raises AdministrationNotHeld, or Contradiction for a day on which nobody can have sat.
    """
    form = uow.forms.lock(handed.form_id)
    actor.must("form.import_responses", form)
    administration = uow.administrations.get(handed.administration_id)
    rules.must_belong(form, administration)
    rules.must_have_been_sat(administration, handed.taken_on, date_at(uow.now, administration.zone))
    if not handed.content:
        raise Invalid(Fault("/file", "empty_file", "The file is empty."))
    sha256 = hashlib.sha256(handed.content).hexdigest()
    found = _known(uow, handed.form_id, handed.administration_id, sha256)
    if found is not None and (running := _unfinished(uow, found)) is not None and not handed.dry_run:
        return found, running
    key = _key(uow.random(16))
    files.put(key, handed.content)
    job = jobs.request(uow, actor, _job(handed, sha256, key))
    if handed.dry_run:
        return found, job
    queued = _queued(uow, actor, found, handed, sha256, job)
    uow.record(
        ResponsesReceived(
            import_id=queued.id,
            form_id=queued.form_id,
            administration_id=queued.administration_id,
            sha256=sha256,
            again=found is not None,
        )
    )
    return queued, job


def foreseen(uow: UnitOfWork, form_id: UUID, administration: Administration, file: ResponseFile) -> list[str]:
    """What would become of each readable row of a file, by the store as it stands, in the file's order; stores nothing.

    Neither the form nor the administration need be stored yet. Raises AdministrationNotHeld.
    """
    today = date_at(uow.now, administration.zone)
    rules.must_have_been_sat(administration, None, today)
    seats: dict[str, Seat] = {}
    for start in range(0, len(file.candidates), ROWS):
        known = [name for name in file.candidates[start : start + ROWS] if len(name) <= LONGEST_NAME]
        seats |= uow.attempts.seats(administration, form_id, Identifier.CANDIDATE, known)
    ahead = _days_of(uow, administration, None, today).ahead
    return _verdicts(file.candidates, seats, _rows(file, range(len(file.candidates))), ahead)


def step(files: Files, reader: ResponseReader, rows: int = ROWS) -> jobs.Step:
    """One batch of an import, of at most so many rows. The file is read once per worker, not once per batch."""
    shelf = _Shelf(files, reader)

    def import_batch(uow: UnitOfWork, job: Job) -> Batch:
        return _Batch(uow, job, shelf, rows).done()

    return import_batch


@dataclass
class _Shelf:
    """The files that jobs of this worker are going through, by job; a frozen form's file never reads otherwise."""

    files: Files
    reader: ResponseReader
    _open: dict[UUID, ResponseFile] = field(default_factory=dict)

    def read(self, job: Job, form: Form) -> ResponseFile:
        found = self._open.get(job.id)
        if found is None:
            column = cast("str | None", job.parameters["candidate_column"])
            content = self.files.get(str(job.parameters["file"]))
            found = self.reader(content, form.items, form.code, candidate_column=column)
            for oldest in list(self._open)[: 1 - SHELF]:
                self._open.pop(oldest, None)
            self._open[job.id] = found
        return found

    def clear(self, job: Job) -> None:
        self._open.pop(job.id, None)


class _Batch:
    """One batch on its way: rows that can be stored, then those that the file itself rules out."""

    def __init__(self, uow: UnitOfWork, job: Job, shelf: _Shelf, rows: int) -> None:
        self._uow, self._job, self._shelf, self._rows = uow, job, shelf, rows
        self._form = uow.forms.lock(UUID(str(job.parameters["form_id"])))
        self._administration = uow.administrations.get(UUID(str(job.parameters["administration_id"])))
        self._today = date_at(uow.now, self._administration.zone)
        self._progress = {name: cast("int", job.cursor.get(name, 0)) for name in COUNTED}

    def done(self) -> Batch:
        if self._job.parameters["file"] is None:
            return self._failed(FORGOTTEN)
        if not rules.was_held(self._administration, self._today):  # cancelled since the file was handed in
            return self._failed(AdministrationNotHeld.code)
        file = self._shelf.read(self._job, self._form)
        if file.faults:
            return self._refused(file)
        at, taken = self._progress["at"], len(file.candidates)
        if at < taken:
            counts, outcomes = self._store(file, range(at, min(at + self._rows, taken)))
        else:
            counts, outcomes = self._report(file.rejects[at - taken : at - taken + self._rows])
        return self._moved(file, counts, outcomes)

    def _store(self, file: ResponseFile, places: range) -> tuple[Progress, list[JobOutcome]]:
        """Judge these rows against the store, and keep those that are new."""
        imported = self._import()
        names = file.candidates[places.start : places.stop]
        answers = _rows(file, places)
        seats = self._seats(names)
        days = self._days()
        verdicts = _verdicts(names, seats, answers, days.ahead)
        new = [place for place, verdict in enumerate(verdicts) if verdict == rules.ACCEPTED]
        versions = self._versions()
        taken = [(place, seat, days.of(seat)) for place in new for seat in (seats[names[place]],)]
        sittings = self._sittings(file, places, versions, taken, answers)
        self._uow.attempts.take(self._intake(imported, versions), sittings)
        exams.ask_no_more(self._uow, self._uow.attempts.still_asked([one.seat for one in sittings]))
        outcomes = [
            self._outcome(file.row_numbers[places.start + place], verdict)
            for place, verdict in enumerate(verdicts)
            if verdict != rules.ACCEPTED
        ]
        repeated = verdicts.count(rules.REPEATED)
        return self._count(len(places), len(new), repeated, len(places) - len(new) - repeated), outcomes

    def _report(self, rejects: Sequence[Reject]) -> tuple[Progress, list[JobOutcome]]:
        outcomes = [self._outcome(one.row, one.code, one.column, one.cells) for one in rejects]
        repeated = sum(one.code in rules.HARMLESS for one in rejects)
        return self._count(len(rejects), 0, repeated, len(rejects) - repeated), outcomes

    def _seats(self, names: Sequence[str]) -> dict[str, Seat]:
        """Who the names stand for. None that could not be a number of ours is even looked up."""
        known = [name for name in names if len(name) <= LONGEST_NAME]
        identifies = Identifier(str(self._job.parameters["identifies"]))
        return self._uow.attempts.seats(self._administration, self._form.id, identifies, known)

    def _versions(self) -> Versions | None:
        """What scores the rows at once; None while there is no table yet, or a release must not gain any."""
        release = self._uow.score_releases.first(
            administration_id=self._administration.id, form_id=self._form.id, status=UNDER_WAY
        )
        if release is not None:
            return None
        try:
            return actions.in_force(self._uow, self._form)
        except Conflict:
            return None

    def _intake(self, imported: ResponseImport, versions: Versions | None) -> Intake:
        return Intake(
            administration_id=self._administration.id,
            form_id=self._form.id,
            import_id=imported.id,
            key_number=versions.key.number if versions else None,
            conversion_number=versions.conversion.number if versions else None,
            attempts_per_authorization=self._uow.policies.named(self._form.edition).retakes.attempts_per_authorization,
        )

    def _sittings(
        self,
        file: ResponseFile,
        places: range,
        versions: Versions | None,
        new: Sequence[tuple[int, Seat, date]],
        answers: Sequence[bytes],
    ) -> list[Sitting]:
        if versions is None:
            return [Sitting(seat, day, answers[place]) for place, seat, day in new]
        from domain.scores.scoring import score_matrix  # noqa: PLC0415 - it loads numpy, which only jobs need

        matrix = file.responses[places.start : places.stop][[place for place, *_ in new]]
        raw, domain_raw = score_matrix(matrix, versions.answers)
        table = versions.table
        return [
            Sitting(
                seat,
                day,
                answers[place],
                points,
                table.scaled[points],
                points >= table.cut,
                domains,
            )
            for (place, seat, day), points, domains in zip(new, raw.tolist(), domain_raw.tolist(), strict=True)
        ]

    def _days(self) -> "_Days":
        given = self._job.parameters["taken_on"]
        said = date.fromisoformat(str(given)) if given else None
        return _days_of(self._uow, self._administration, said, self._today)

    def _count(self, rows: int, accepted: int, repeated: int, rejected: int) -> Progress:
        before = self._progress
        gained = {"at": rows, "accepted": accepted, "repeated": repeated, "rejected": rejected}
        return {name: before[name] + gained[name] for name in COUNTED}

    def _moved(self, file: ResponseFile, counts: Progress, outcomes: Sequence[JobOutcome]) -> Batch:
        """The job one batch further; the import keeps the counts, and at the end the job tells them too."""
        total = len(file.candidates) + len(file.rejects)
        job = self._job.advanced(
            rows=counts["at"] - self._progress["at"],
            failed=counts["rejected"] - self._progress["rejected"],
            cursor={name: int(counts[name]) for name in COUNTED},
            total=total,
        )
        finished = counts["at"] >= total
        imported = self._uow.response_imports.save(_counted(self._import(), counts, finished=finished))
        if not finished:
            return Batch(job, tuple(outcomes))
        self._shelf.clear(self._job)
        numbers = {"rows": total, **{name: counts[name] for name in COUNTED[1:]}}
        self._uow.record(ResponsesImported(import_id=imported.id, **numbers))
        result: dict[str, JsonValue] = {"import_id": str(imported.id), "encoding": file.encoding, **numbers}
        result["unused_columns"] = [heading[:200] for heading in file.unused_columns[:50]]
        return Batch(job.succeeded(self._uow.now, result), tuple(outcomes))

    def _refused(self, file: ResponseFile) -> Batch:
        """The file as a whole cannot be read: nothing of it is stored, and each fault is told."""
        outcomes = [
            self._outcome(fault.row or 1, fault.code, fault.column, detail=fault.detail) for fault in file.faults
        ]
        return self._failed(file.faults[0].code, outcomes)

    def _failed(self, code: str, outcomes: Sequence[JobOutcome] = ()) -> Batch:
        self._shelf.clear(self._job)
        self._uow.response_imports.save(replace(self._import(), status=ImportStatus.FAILED))
        return Batch(self._job.failed(self._uow.now, code), tuple(outcomes))

    def _import(self) -> ResponseImport:
        """The import's record; a dry run, which leaves none, makes it anew in each batch that is undone."""
        parameters = self._job.parameters
        found = _known(self._uow, self._form.id, self._administration.id, str(parameters["sha256"]))
        if found is not None:
            return found
        return self._uow.response_imports.add(
            ResponseImport(
                id=self._uow.new_id(),
                form_id=self._form.id,
                administration_id=self._administration.id,
                sha256=str(parameters["sha256"]),
                requested_by=self._job.requested_by,
                created_at=self._uow.now,
            )
        )

    def _outcome(
        self, row: int, code: str, column: str | None = None, cells: int = 1, detail: str | None = None
    ) -> JobOutcome:
        harmless = code in rules.HARMLESS
        told: dict[str, str | int | float | bool | None] = {}
        if column is not None:
            told["column"] = column[:200]
        if cells > 1:
            told["cells"] = cells
        return JobOutcome(
            id=self._uow.new_id(),
            job_id=self._job.id,
            row=row,
            status=OutcomeStatus.SKIPPED if harmless else OutcomeStatus.ERROR,
            code=code,
            detail=detail or rules.REASONS[code],
            values=told,
        )


class _Days(NamedTuple):
    """The day of each session, the day of who had none, and the sessions that have not begun."""

    starts: dict[Ref | None, date]
    otherwise: date
    ahead: frozenset[Ref | None]

    def of(self, seat: Seat) -> date:
        return self.starts.get(seat.session, self.otherwise)


def _rows(file: ResponseFile, places: range) -> list[bytes]:
    """The answers of these rows, as they are stored."""
    width = file.responses.shape[1]
    content = file.responses[places.start : places.stop].tobytes()
    return [content[start : start + width] for start in range(0, len(content), width)]


def _days_of(uow: UnitOfWork, administration: Administration, said: date | None, today: date) -> _Days:
    """When this administration's seats were taken. The store may spell a session's id in either way."""
    sessions = uow.sessions.find(administration_id=administration.id)
    spelled = [(name, one) for one in sessions for name in (str(one.id), one.id.hex)]
    starts: dict[Ref | None, date] = {name: date_at(one.starts_at, one.zone) for name, one in spelled}
    ahead = frozenset[Ref | None](name for name, one in spelled if one.starts_at > uow.now)
    return _Days(starts, rules.sat_on(administration, said, today), ahead)


def _verdicts(
    names: Sequence[str], seats: dict[str, Seat], answers: Sequence[bytes], ahead: frozenset[Ref | None]
) -> list[str]:
    """What becomes of each row. A candidate whom two names of one batch stand for is taken once."""
    verdicts, taken = [], set[str]()
    for name, responses in zip(names, answers, strict=True):
        seat = seats.get(name)
        verdict = rules.row_verdict(seat, responses, ahead)
        if verdict == rules.ACCEPTED and seat is not None and seat.candidate is not None:
            if seat.candidate in taken:
                verdict = "duplicate_candidate"
            taken.add(seat.candidate)
        verdicts.append(verdict)
    return verdicts


def _known(uow: UnitOfWork, form_id: UUID, administration_id: UUID, sha256: str) -> ResponseImport | None:
    return uow.response_imports.first(form_id=form_id, administration_id=administration_id, sha256=sha256)


def _unfinished(uow: UnitOfWork, found: ResponseImport) -> Job | None:
    job = uow.jobs.first(id=found.job_id) if found.job_id else None
    return job if job is not None and not job.finished else None


def _queued(
    uow: UnitOfWork, actor: Actor, found: ResponseImport | None, handed: Handed, sha256: str, job: Job
) -> ResponseImport:
    if found is not None:
        return uow.response_imports.save(replace(found, status=ImportStatus.QUEUED, job_id=job.id))
    return uow.response_imports.add(
        ResponseImport(
            id=uow.new_id(),
            form_id=handed.form_id,
            administration_id=handed.administration_id,
            sha256=sha256,
            requested_by=actor.subject,
            created_at=uow.now,
            job_id=job.id,
        )
    )


def _counted(imported: ResponseImport, counts: Progress, *, finished: bool) -> ResponseImport:
    return replace(
        imported,
        status=ImportStatus.DONE if finished else ImportStatus.RUNNING,
        rows=counts["at"],
        accepted=counts["accepted"],
        repeated=counts["repeated"],
        rejected=counts["rejected"],
    )


def _job(handed: Handed, sha256: str, key: str) -> JobRequest:
    return JobRequest(
        kind=IMPORT,
        dry_run=handed.dry_run,
        parameters={
            "administration_id": str(handed.administration_id),
            "form_id": str(handed.form_id),
            "sha256": sha256,
            "file": key,
            "identifies": handed.identifies.value,
            "candidate_column": handed.candidate_column,
            "taken_on": handed.taken_on.isoformat() if handed.taken_on else None,
        },
    )


def _key(randomness: bytes) -> str:
    """A name that says nothing, in folders of two characters, so that none grows large."""
    name = randomness.hex()
    return f"{name[:2]}/{name}"
