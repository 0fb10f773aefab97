"""Forms, candidates with seats and files of responses in the store, for the tests of scores."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from adapters.files import ObjectFiles, open_store
from adapters.responses_csv import read_responses
from domain.actors import Actor, Role, the_service
from domain.exams.model import Authorization, Registration
from domain.jobs.actions import Step, carry_on
from domain.jobs.model import Job, JobOutcome
from domain.numbers import reference
from domain.ports import UnitOfWork
from domain.scores import actions, importing, releasing, rescoring
from domain.scores.importing import Handed
from domain.scores.model import Attempt, Form, FormItem, ScoreRelease
from tests.builders import cpom
from tests.builders_exams import (
    eligible_candidate,
    stored_administration,
    stored_candidate,
    stored_policy,
    stored_session,
)

ADA = Actor(subject="ada", roles=frozenset({Role.PSYCHOMETRICIAN}))
BEN = Actor(subject="ben", roles=frozenset({Role.EXAM_MANAGER}))
EXAM_DAY = date(2026, 3, 2)
"""Its sessions began an hour before the tests' clock begins to run."""
ITEMS = 20
RIGHT = "1"
WRONG = "2"


def some_items(count: int = ITEMS) -> list[FormItem]:
    """Items `I1`, `I2` and so on, in the domains of CPOM's outline in turn."""
    domains = [domain.code for domain in cpom().exam.domains]
    return [FormItem(code=f"I{number + 1}", domain=domains[number % len(domains)]) for number in range(count)]


def answers(right: int, count: int = ITEMS) -> str:
    """So many right answers, and the others wrong, as a row's fields."""
    return ",".join([RIGHT] * right + [WRONG] * (count - right))


def a_file(
    rows: Mapping[str, str] | Sequence[tuple[str, str]], count: int = ITEMS, heading: str = "candidate"
) -> bytes:
    """A file of responses: rows by who they are of."""
    pairs = list(rows.items()) if isinstance(rows, Mapping) else list(rows)
    head = ",".join([heading, *(f"I{number + 1}" for number in range(count))])
    return "\n".join([head, *(f"{who},{told}" for who, told in pairs), ""]).encode()


@dataclass(frozen=True)
class Sitter:
    """A candidate with an authorization, and the seat they booked, if any."""

    candidate_id: UUID
    number: str
    authorization: Authorization
    registration: Registration | None


@dataclass
class Scores:
    """An administration with an approved form, and what is done with it."""

    units: SqlUnitsOfWork
    administration_id: UUID
    form: Form
    files: ObjectFiles = field(default_factory=lambda: ObjectFiles(open_store("memory:///")))

    @contextmanager
    def unit(self, actor: Actor | None = None) -> Iterator[SqlUnitOfWork]:
        """A writing unit of work."""
        with self.units.begin(actor or the_service("test")) as uow:
            yield uow

    def steps(self, rows: int = 500) -> dict[str, Step]:
        """The steps of a worker that has just begun; each batch takes so many rows."""
        return {
            importing.IMPORT: importing.step(self.files, read_responses, rows),
            rescoring.SCORE: rescoring.step(rows),
            releasing.RELEASE: releasing.step(rows),
        }

    def sitters(self, count: int, *, booked: bool = True, day: date = EXAM_DAY, **fields: Any) -> list[Sitter]:
        """Candidates who were found eligible and authorized, most with a seat at nine in the morning of a day."""
        with self.unit() as uow:
            session = stored_session(uow, self.administration_id, day, seats=1_000)
            return [_sitter(uow, self.administration_id, session.id if booked else None, fields) for _ in range(count)]

    def request(self, content: bytes, actor: Actor = ADA, **more: Any) -> Job:
        """Ask for the import of a file."""
        handed = Handed(administration_id=self.administration_id, form_id=self.form.id, content=content, **more)
        with self.unit(actor) as uow:
            return importing.request(uow, actor, self.files, handed)[1]

    def run(self, job: Job, rows: int = 500) -> Job:
        """Carry a job to its end with a fresh worker."""
        steps = self.steps(rows)
        while carry_on(self.units, steps, job.id):
            pass
        return self.job(job.id)

    def imported(self, content: bytes, **more: Any) -> Job:
        """The import of a file, carried to its end."""
        return self.run(self.request(content, **more))

    def job(self, job_id: UUID) -> Job:
        """How a job stands."""
        with self.unit() as uow:
            return uow.jobs.get(job_id)

    def outcomes(self, job: Job) -> list[JobOutcome]:
        """What a job told of its rows, in their order."""
        with self.unit() as uow:
            return sorted(uow.job_outcomes.find(job_id=job.id), key=lambda one: (one.row, one.fault))

    def attempts(self) -> dict[UUID, Attempt]:
        """Every attempt on the form, by candidate."""
        with self.unit() as uow:
            return {one.candidate_id: one for one in uow.attempts.find(form_id=self.form.id)}

    def scored(self) -> Job:
        """A scoring of everything, carried to its end."""
        with self.unit(ADA) as uow:
            job = rescoring.request(uow, ADA, self.administration_id, self.form.id)
        return self.run(job)

    def proposed(self, actor: Actor = ADA) -> ScoreRelease:
        """A release, proposed."""
        with self.unit(actor) as uow:
            return releasing.propose(uow, actor, self.administration_id, self.form.id)

    def approved(self, release: ScoreRelease, actor: Actor = BEN) -> ScoreRelease:
        """A release, approved by somebody else."""
        with self.unit(actor) as uow:
            return releasing.approve(uow, actor, release.id)

    def released(self, rows: int = 500) -> Job:
        """Everything that can be released, released."""
        approved = self.approved(self.proposed())
        assert approved.job_id is not None
        return self.run(self.job(approved.job_id), rows)

    def key(self, correct: Sequence[Sequence[int]], *, approve: bool = True) -> int:
        """Another version of the key; its number."""
        with self.unit(ADA) as uow:
            key = actions.draft_key(uow, ADA, self.form.id, correct)
        if approve:
            with self.unit(BEN) as uow:
                actions.approve_key(uow, BEN, key.id)
        return key.number

    def conversion(self, cut: int) -> int:
        """Another approved version of the conversion; its number."""
        with self.unit(ADA) as uow:
            drafted = actions.draft_conversion(uow, ADA, self.form.id, Decimal(cut))
        with self.unit(BEN) as uow:
            return actions.approve_conversion(uow, BEN, drafted.id).number


def some_scores(
    units: SqlUnitsOfWork, *, cut: int | None = 12, count: int = ITEMS, policy: Mapping[str, object] | None = None
) -> Scores:
    """A form of so many items whose right answer is 1, with a cut (none: no conversion yet), in an administration."""
    with units.begin(the_service("test")) as uow:
        stored_policy(uow, policy)
        administration = stored_administration(uow)
        form = actions.create_form(uow, ADA, "CPOM", f"F-{uow.random(3).hex()}", some_items(count))
    made = Scores(units, administration.id, form)
    made.key([[1]] * count)
    if cut is not None:
        made.conversion(cut)
    return made


def another_form(scores: Scores, cut: int = 12) -> Scores:
    """Another approved form of the same items in the same administration."""
    with scores.unit(ADA) as uow:
        form = actions.create_form(uow, ADA, "CPOM", f"F-{uow.random(3).hex()}", scores.form.items)
    made = Scores(scores.units, scores.administration_id, form, scores.files)
    made.key([[1]] * len(form.items))
    made.conversion(cut)
    return made


def carried(units: SqlUnitsOfWork, steps: Mapping[str, Step], job_id: UUID, times: int) -> None:
    """Take a job so many transactions further; then the worker is gone."""
    for _ in range(times):
        assert carry_on(units, steps, job_id)


def _sitter(uow: UnitOfWork, administration_id: UUID, session_id: UUID | None, fields: Mapping[str, Any]) -> Sitter:
    candidate = stored_candidate(uow)
    application = eligible_candidate(uow, candidate.id)
    good = Authorization(
        id=uow.new_id(),
        candidate_id=candidate.id,
        application_id=application.id,
        program="CPOM",
        edition="cpom-2026",
        number=reference("T", uow.random(8)),
        attempt_number=1,
        opens_on=date(2026, 3, 1),
        closes_on=date(2026, 5, 29),
        findings=(),
        created_at=uow.now,
    )
    authorization = uow.authorizations.add(replace(good, **fields))
    registration = None
    if session_id is not None:
        registration = uow.registrations.add(
            Registration(
                id=uow.new_id(),
                candidate_id=candidate.id,
                authorization_id=authorization.id,
                administration_id=administration_id,
                session_id=session_id,
                number=reference("R", uow.random(8)),
                booked_at=uow.now,
            )
        )
    return Sitter(candidate.id, candidate.number, authorization, registration)


def told(scores: Scores, job: Job) -> list[tuple[int, str, str]]:
    """What a job told of rows: row, status and code, in their order."""
    return [(one.row, one.status.value, one.code) for one in scores.outcomes(job)]
