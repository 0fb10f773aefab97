"""`certificant import-responses`: a file of responses from the command line, row by row, here and now.

In a sandbox it makes what such a file needs: a form with its key, an administration, and approved candidates for ids
that nobody bears. In production all of these must be there, and scores are released through the API.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from rich.console import Console

from api import imports_setting as setting, imports_told as told
from api.fields import Code
from api.imports_key import Key, KeyFault, read_key
from api.imports_setting import Ordered
from api.stopping import Stopped, lines_of, said, stop
from domain.actors import Actor, the_service
from domain.dates import date_at
from domain.errors import DomainError
from domain.exams.model import Administration
from domain.jobs import actions as jobs
from domain.jobs.model import Job, JobStatus, OutcomeStatus
from domain.ports import UnitOfWork
from domain.programs.days import in_force_now
from domain.scores import importing, releasing, rescoring, rules
from domain.scores.errors import NothingToRelease
from domain.scores.importing import Handed
from domain.scores.model import Form, ScoreRelease, VersionStatus
from domain.scores.responses import ResponseFile

if TYPE_CHECKING:
    from api.wiring import Service

T = TypeVar("T")
AT_ONCE = 500
CUT_PERCENT = 65.0
PROGRAM = "CPOM"
_CODE = TypeAdapter[str](Code)
_NOT_IN_CODES = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to import, and how. Codes that are left out are made from the file's name.

    `cut_percent` is the cut of a form that is to be made, `column` the heading of the candidates' column where it is
    none of the usual ones, `program` whose exam it is.
    """

    key: Path | None = None
    form: str = ""
    administration: str = ""
    release: bool = False
    dry_run: bool = False
    program: str = PROGRAM
    cut_percent: float = CUT_PERCENT
    column: str | None = None


def import_file(service: "Service", file: Path, wish: Wish, console: Console | None = None) -> int:
    """Import a file, and say what became of it; returns how many rows were refused, 1 where all of it was.

    A second time everything is there already: every row is repeated, and nothing changes.
    """
    shown = console or Console()
    command = _Import(service, file, wish, shown)
    try:
        return command.done()
    except Stopped as why:
        return said(shown, (*why.lines, command.left_behind()))


class _Import:
    """One file on its way from the disk to credentials."""

    def __init__(self, service: "Service", file: Path, wish: Wish, console: Console) -> None:
        self._service, self._wish, self._console = service, wish, console
        self._content = file.read_bytes()
        self._form_code = wish.form or _NOT_IN_CODES.sub("-", file.stem).strip("-._")[:64] or "imported"
        self._administration_code = wish.administration or self._form_code
        self._sandbox = not service.settings.production
        self._made: list[str] = []

    def left_behind(self) -> str:
        """What there is of a file that was stopped before a row of it was stored."""
        if not self._made:
            return "Nothing was stored."
        return f"No responses were stored; what was made for them stays: {', '.join(self._made)}."

    def done(self) -> int:
        """Read, make what is missing, import, release, tell."""
        if self._wish.release and not self._sandbox:
            stop("--release is for sandboxes: two people release scores through the API.")
        for option, code in (("form", self._form_code), ("administration", self._administration_code)):
            _must_be_code(option, code)
        wanted = self._wanted_form()
        administration = self._ask(self._found_administration)
        if administration is None and not self._sandbox:
            stop(f"There is no administration {self._administration_code}.")
        if isinstance(wanted, Form) and administration is not None:
            _named(partial(rules.must_belong, wanted, administration))
        if administration is not None:
            self._must_have_been_held(administration)
        read = self._read(wanted)
        strangers = self._strangers(read.candidates)
        if self._wish.dry_run:
            return self._rehearsed(wanted, administration, read, strangers)
        units, program = self._service.units, self._wish.program
        if isinstance(wanted, Ordered):
            wanted = _named(partial(setting.make_form, units, program, self._form_code, wanted))
            self._made.append(f"form {wanted.code}")
        if administration is None:
            administration = _named(partial(setting.make_administration, units, program, self._administration_code))
            self._made.append(f"administration {administration.code}")
        return self._imported(wanted, administration, strangers)

    def _imported(self, form: Form, administration: Administration, strangers: Sequence[str]) -> int:
        if self._sandbox:
            self._seat(strangers, administration)
        handed = Handed(
            administration_id=administration.id,
            form_id=form.id,
            content=self._content,
            candidate_column=self._wish.column,
        )
        files = self._service.files
        job = self._do(setting.FIRST, lambda uow: importing.request(uow, uow.actor, files, handed)[1])
        job = self._run(job, "Responses")
        wanted = self._wish.release and job.status is JobStatus.SUCCEEDED
        stayed = self._why_not_released(form, administration) if wanted else ()
        refused = self._summary(job, form, administration)
        if not stayed:
            return refused
        return max(refused, said(self._console, (*stayed, "The responses are stored; no score of them was released.")))

    def _why_not_released(self, form: Form, administration: Administration) -> tuple[str, ...]:
        """Release; the lines that say why that could not be."""
        try:
            self._release(form, administration)
        except Stopped as why:
            return why.lines
        return ()

    def _wanted_form(self) -> Form | Ordered:
        """The form that stands, or the one that the key asks for."""
        wish = self._wish
        form = self._ask(lambda uow: uow.forms.first(program=wish.program, code=self._form_code))
        key = None if wish.key is None else _key_in(wish.key)
        if form is not None:
            if key is not None:
                self._ask(lambda uow: _must_be_the_key(uow, form, key))
            return form
        if key is None or not self._sandbox:
            more = "" if key else "; with --key a sandbox makes one"
            stop(f"There is no form {self._form_code}{more}.")
        policy = _named(lambda: self._ask(lambda uow: in_force_now(uow, wish.program)))
        return setting.order(policy, key, Decimal(str(wish.cut_percent)))

    def _found_administration(self, uow: UnitOfWork) -> Administration | None:
        return uow.administrations.first(program=self._wish.program, code=self._administration_code)

    def _must_have_been_held(self, administration: Administration) -> None:
        """Stop where no exam was sat, before any candidate is made for it."""
        today = self._ask(lambda uow: date_at(uow.now, administration.zone))
        _named(partial(rules.must_have_been_sat, administration, None, today))

    def _read(self, form: Form | Ordered) -> ResponseFile:
        reader = self._service.work_doors.reader
        read = reader(self._content, form.items, self._form_code, candidate_column=self._wish.column)
        if read.faults:
            stop(*map(told.fault_line, read.faults))
        return read

    def _strangers(self, names: Sequence[str]) -> list[str]:
        """The ids of the file that nobody bears."""
        known: set[str] = set()
        for start in range(0, len(names), AT_ONCE):
            some = _numbers(names[start : start + AT_ONCE])
            with self._service.units.begin(the_service("import-responses"), write=False) as uow:
                known |= {one.number for one in uow.candidates.find(number=some)}
        return [name for name in names if name not in known]

    def _rehearsed(
        self, form: Form | Ordered, administration: Administration | None, read: ResponseFile, strangers: Sequence[str]
    ) -> int:
        """What the file tells, and what the store says to its rows; a sandbox would seat who is unknown."""
        refused = [(one.row, one.code, one.column or "") for one in read.rejects if one.code not in rules.HARMLESS]
        verdicts = _named(lambda: self._ask(lambda uow: self._foreseen(uow, form, administration, read)))
        seated = set(_numbers(strangers)) if self._sandbox else set[str]()
        refused += [
            (row, verdict, "")
            for row, name, verdict in zip(read.row_numbers, read.candidates, verdicts, strict=True)
            if verdict not in {rules.ACCEPTED, *rules.HARMLESS} and name not in seated
        ]
        told.refusals(self._console, sorted(refused))
        lines = [("rows", read.rows), ("readable", len(read.candidates)), ("refused", len(refused))]
        told.summary(self._console, "Dry run: nothing was stored", [*lines, ("ids that nobody bears", len(strangers))])
        return len(refused)

    def _foreseen(
        self, uow: UnitOfWork, form: Form | Ordered, administration: Administration | None, read: ResponseFile
    ) -> list[str]:
        where = administration or setting.planned_administration(uow, self._wish.program, self._administration_code)
        return importing.foreseen(uow, form.id if isinstance(form, Form) else uow.new_id(), where, read)

    def _seat(self, strangers: Sequence[str], administration: Administration) -> None:
        """Approved, authorized candidates for the ids that nobody bears."""
        numbers = _numbers(strangers)
        if not numbers:
            return
        with told.bar(self._console, "Candidates", len(numbers)) as moved:
            for start in range(0, len(numbers), AT_ONCE):
                some = numbers[start : start + AT_ONCE]
                setting.make_candidates(self._service.units, administration, some, start)
                self._made += ["candidates"] if start == 0 else []
                moved(start + len(some), len(numbers))

    def _release(self, form: Form, administration: Administration) -> None:
        """Score what waits, and release it by two people; nothing where nothing waits."""
        where = (administration.id, form.id)
        self._run(self._do(setting.FIRST, lambda uow: rescoring.request(uow, uow.actor, *where)), "Scores")
        release = self._do(setting.FIRST, lambda uow: _proposed(uow, *where))
        if release is None:
            return
        approved = self._do(setting.SECOND, lambda uow: releasing.approve(uow, uow.actor, release.id))
        self._run(self._ask(lambda uow: uow.jobs.get(UUID(str(approved.job_id)))), "Releases")

    def _run(self, job: Job, title: str) -> Job:
        """Carry a job to its end in this process. A worker beside it may take batches of it too."""
        units, steps = self._service.units, self._service.steps
        with told.bar(self._console, title, job.total) as moved:
            more = True
            while more:
                more = jobs.carry_on(units, steps, job.id)
                job = self._ask(partial(_again, job))
                moved(job.done, job.done if job.finished else job.total)
        return job

    def _summary(self, job: Job, form: Form, administration: Administration) -> int:
        outcomes = self._ask(lambda uow: uow.job_outcomes.find(job_id=job.id, status=OutcomeStatus.ERROR))
        refused = sorted((one.row, one.code, str(one.values.get("column", ""))) for one in outcomes)
        told.refusals(self._console, refused)
        figures = self._ask(lambda uow: uow.attempts.figures(administration.id, form.id))
        result = job.result or {}
        lines: list[tuple[str, object]] = [(name, result.get(name, 0)) for name in COUNTED]
        issued = self._ask(lambda uow: _issued(uow, administration, form))
        lines += [*told.figures_lines(figures), ("credentials", issued)]
        told.summary(self._console, f"Form {form.code}, administration {administration.code}", lines)
        return len(refused)

    def _do(self, actor: Actor, verb: Callable[[UnitOfWork], T]) -> T:
        def done() -> T:
            with self._service.units.begin(actor) as uow:
                return verb(uow)

        return _named(done)

    def _ask(self, question: Callable[[UnitOfWork], T]) -> T:
        with self._service.units.begin(the_service("import-responses"), write=False) as uow:
            return question(uow)


COUNTED = ("rows", "accepted", "repeated", "rejected")


def _named(verb: Callable[[], T]) -> T:
    """What a verb returns; a refusal ends the import in its own words."""
    try:
        return verb()
    except DomainError as refusal:
        raise Stopped(*lines_of(refusal)) from None


def _must_be_code(option: str, code: str) -> None:
    try:
        _CODE.validate_python(code)
    except ValidationError:
        stop(f"--{option}: a code has up to 64 letters, digits, dots, hyphens and underscores, the first no mark.")


def _proposed(uow: UnitOfWork, administration_id: UUID, form_id: UUID) -> ScoreRelease | None:
    """A release; None where nothing waits for one."""
    try:
        return releasing.propose(uow, uow.actor, administration_id, form_id)
    except NothingToRelease:
        return None


def _again(job: Job, uow: UnitOfWork) -> Job:
    return uow.jobs.get(job.id)


def _numbers(names: Sequence[str]) -> list[str]:
    """Those that could be a candidate's number."""
    return [name for name in names if len(name) <= importing.LONGEST_NAME]


def _key_in(path: Path) -> Key:
    key = read_key(path.read_bytes())
    if isinstance(key, KeyFault):
        stop(f"{path.name}, line {key.line}: {key.detail}")
    return key


def _must_be_the_key(uow: UnitOfWork, form: Form, key: Key) -> None:
    """Return when this is the form's key; a key that stands is not replaced by a file."""
    stands = uow.form_keys.first(form_id=form.id, status=VersionStatus.APPROVED)
    wanted = {code.casefold(): (option,) for code, option in key}
    if stands is None or wanted != {
        item.code.casefold(): options for item, options in zip(form.items, stands.correct, strict=True)
    }:
        stop(f"Form {form.code} stands with another key than this file's.")


def _issued(uow: UnitOfWork, administration: Administration, form: Form) -> int:
    """How many credentials follow from the attempts on a form in an administration."""
    passed = [
        attempt.id for attempt in uow.attempts.find(administration_id=administration.id, form_id=form.id, passed=True)
    ]
    chunks = (passed[start : start + AT_ONCE] for start in range(0, len(passed), AT_ONCE))
    return sum(uow.awards.count(attempt_id=chunk, status="issued") for chunk in chunks)
