"""How a sandbox's people come to where they are: the service's own verbs, told in the past by a clock of their own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from domain.actors import Actor, Role
from domain.applications import actions as applications, actions_evidence, actions_review
from domain.applications.actions import Statement
from domain.applications.actions_evidence import Judgement, Piece
from domain.applications.completeness import attestations_for
from domain.applications.decisions import Decision
from domain.applications.model import ClauseDecision, EvidenceKind, EvidenceStatus, Outcome
from domain.candidates import actions as candidates, records
from domain.candidates.actions import Profile
from domain.candidates.model import PersonName
from domain.credentials.model import Credential
from domain.exams import actions as exams, actions_booking, actions_calendar
from domain.exams.actions_calendar import Plan, Sitting
from domain.exams.model import Authorization, Session
from domain.jobs import actions as jobs
from domain.payments import actions as payments
from domain.payments.model import ChargeStatus
from domain.ports import PaymentGateway, UnitOfWork, UnitsOfWork
from domain.renewals import activities
from domain.renewals.activities import Claim
from domain.scores import actions as scores, importing, releasing, rescoring
from domain.scores.importing import Handed
from domain.scores.model import FormItem

if TYPE_CHECKING:
    from api.wiring import Service

T = TypeVar("T")
P = ParamSpec("P")
ZONE = "America/New_York"
OPTIONS = 4


def staff(name: str, *roles: Role) -> Actor:
    """A made-up member of staff."""
    return Actor(subject=f"sandbox:{name}", roles=frozenset(roles))


REVIEWER, SECOND_REVIEWER = staff("reviewer-1", Role.REVIEWER), staff("reviewer-2", Role.REVIEWER)
MANAGER = staff("exam-manager", Role.EXAM_MANAGER)
PSYCHOMETRICIAN = staff("psychometrician-1", Role.PSYCHOMETRICIAN)
SECOND_PSYCHOMETRICIAN = staff("psychometrician-2", Role.PSYCHOMETRICIAN)
FINANCE, OFFICER = staff("finance", Role.FINANCE), staff("officer", Role.CREDENTIAL_OFFICER)
ADMINISTRATOR = staff("administrator", Role.ADMINISTRATOR)


@dataclass
class StoryClock:
    """The clock of the story: noon, Eastern time, of a chosen day."""

    now: datetime = datetime(2021, 12, 1, 17, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The instant it shows."""
        return self.now

    def set(self, day: date) -> None:
        """Turn to noon of a day, or a second on where it is that day already."""
        noon = datetime.combine(day, time(17), UTC)
        self.now = max(noon, self.now + timedelta(seconds=1)) if self.now.date() == day else noon


@dataclass(frozen=True)
class Person:
    """One of the sandbox's candidates."""

    actor: Actor
    candidate_id: UUID
    number: str


@dataclass
class Story:
    """The verbs of the story; each is one transaction or a few, at the story's time."""

    units: UnitsOfWork
    gateway: PaymentGateway
    service: "Service"
    clock: StoryClock
    sessions: dict[date, UUID] = field(default_factory=dict)

    def do(
        self, actor: Actor, verb: Callable[Concatenate[UnitOfWork, Actor, P], T], *args: P.args, **named: P.kwargs
    ) -> T:
        """One of the service's verbs, in a transaction of its own and in an actor's name."""
        with self.units.begin(actor) as uow:
            return verb(uow, actor, *args, **named)

    def person(self, given: str, family: str, country: str = "US", subject: str | None = None) -> Person:
        """Someone registers."""
        signed_in = Actor(subject=subject or f"sandbox:{given.lower()}")
        profile = Profile(
            legal_name=PersonName(family=family, given=given),
            email=f"{given.lower()}.{family.lower()}@example.org",
            practises_in=country,
            date_of_birth=date(1985, 5, 17),
        )
        made = self.do(signed_in, candidates.register, profile)
        actor = Actor(subject=signed_in.subject, roles=frozenset({Role.CANDIDATE}), candidate_id=made.id)
        return Person(actor, made.id, made.number)

    def draft(self, person: Person, pathway: str, records_: Mapping[str, Any], *claims: Mapping[str, Any]) -> UUID:
        """They begin an application with a licence, a degree and what else they claim."""
        me, mine = person.actor, person.candidate_id
        application = self.do(me, applications.create, "CPOM", pathway)
        licence = self.do(me, records.add_licence, mine, dict(records_["licence"]))
        degree = self.do(me, records.add_education, mine, dict(records_["degree"]))
        pieces = [
            Piece(kind=EvidenceKind.LICENCE, record_id=licence.id),
            Piece(kind=EvidenceKind.EDUCATION, record_id=degree.id),
            *(Piece(kind=EvidenceKind(one["kind"]), claim=dict(one["claim"])) for one in claims),
        ]
        if records_["licence"]["language"] != "en":
            pieces.append(Piece(kind=EvidenceKind.TRANSLATION, record_id=licence.id))
        for piece in pieces:
            self.do(me, actions_evidence.add, application.id, piece)
        return application.id

    def submit(self, person: Person, application: UUID) -> None:
        """They affirm, pay and submit."""
        me = person.actor

        def affirm(uow: UnitOfWork, me: Actor) -> None:
            kept = uow.applications.get(application)
            asked = attestations_for(uow.policies.named(kept.edition), kept.pathway)
            applications.affirm(uow, me, application, [Statement(one.code, str(one.version)) for one in asked])

        self.do(me, affirm)
        self.pay(person, application)
        self.do(me, applications.submit, application)

    def pay(self, person: Person, about: UUID) -> None:
        """They pay what is open for a thing, and finance marks it as received."""
        with self.units.begin(person.actor) as uow:
            owed = [one.id for one in uow.charges.find(about_id=about, status=ChargeStatus.OPEN)]
        if owed:
            started = self.do(person.actor, payments.start, self.gateway, owed)
            self.do(FINANCE, payments.receive, started.id)

    def claim(self, application: UUID) -> None:
        """A reviewer takes it."""
        self.do(REVIEWER, actions_review.claim, application)

    def decide(self, application: UUID, outcome: Outcome, reason: str, *, accept: bool = True) -> None:
        """The reviewer judges every piece, and then the application."""
        self.claim(application)
        with self.units.begin(REVIEWER) as uow:
            pieces = uow.evidence.find(application_id=application)
        for piece in pieces:
            judgement = _judgement(piece.kind, accepted=accept or piece.kind is not EvidenceKind.EXPERIENCE)
            self.do(REVIEWER, actions_evidence.judge, piece.id, judgement)

        def decided(uow: UnitOfWork, reviewer: Actor) -> None:
            findings = actions_review.ruling_for_decision(uow, uow.applications.get(application)).findings
            clauses = tuple(
                ClauseDecision(clause=one.clause, met=one.met, reason="As the documents show.") for one in findings
            )
            decision = Decision(outcome=outcome, reason=reason, clauses=clauses)
            actions_review.decide(uow, reviewer, application, decision)

        self.do(REVIEWER, decided)

    def authorize(self, person: Person, application: UUID) -> Authorization:
        """They pay for the exam and are authorized to test."""
        me = person.actor
        self.do(me, exams.charge_exam, application)
        self.pay(person, application)
        return self.do(me, exams.issue, application)

    def administration(self, code: str, opens: date, closes: date, *days: date) -> UUID:
        """A testing window with a session of 24 seats on each of these days."""
        plan = Plan(
            program="CPOM", code=code, title=f"Testing window {code}", opens_on=opens, closes_on=closes, zone=ZONE
        )
        made = self.do(MANAGER, actions_calendar.create, plan)
        for day in days:
            sitting = Sitting(
                site="Test Centre Raleigh",
                address="1 Example Street, Raleigh",
                starts_at=datetime.combine(day, time(14), UTC),
                zone=ZONE,
                seats=24,
            )
            session: Session = self.do(MANAGER, actions_calendar.add_session, made.id, sitting)
            self.sessions[day] = session.id
        self.do(MANAGER, actions_calendar.open_, made.id)
        return made.id

    def book(self, person: Person, authorization: Authorization, day: date) -> None:
        """They take a seat."""
        me = person.actor
        self.do(me, actions_booking.book, authorization.id, self.sessions[day])

    def form(self, code: str, edition: str) -> UUID:
        """A form of the exam with an approved key and conversion: every key is option 1, the cut is 80 of 120."""
        with self.units.begin(MANAGER) as uow:
            outline = uow.policies.named(edition).exam.domains
        places = [
            (domain.code, domain.objectives[place % len(domain.objectives)].code)
            for domain in outline
            for place in range(domain.items)
        ]
        items = [
            FormItem(code=f"{code}-{number:03}", domain=domain, objective=objective, options=OPTIONS)
            for number, (domain, objective) in enumerate(places, 1)
        ]
        first, second = PSYCHOMETRICIAN, SECOND_PSYCHOMETRICIAN
        form = self.do(first, scores.create_form, "CPOM", code, items, edition)
        key = self.do(first, scores.draft_key, form.id, [[1]] * len(items))
        self.do(second, scores.approve_key, key.id)
        conversion = self.do(first, scores.draft_conversion, form.id, Decimal(80))
        self.do(second, scores.approve_conversion, conversion.id)
        return form.id

    def score(self, administration: UUID, form: UUID, results: Mapping[Person, int], *, release: bool = True) -> None:
        """The results come in: each person has so many items right; two people release them."""
        content = self._sheet(form, results)
        handed = Handed(administration_id=administration, form_id=form, content=content)
        first, second, files = PSYCHOMETRICIAN, SECOND_PSYCHOMETRICIAN, self.service.files
        _, job = self.do(first, importing.request, files, handed)
        self.run(job.id)
        scoring = self.do(first, rescoring.request, administration, form)
        self.run(scoring.id)
        if release:
            proposed = self.do(first, releasing.propose, administration, form)
            approved = self.do(second, releasing.approve, proposed.id)
            if approved.job_id is not None:
                self.run(approved.job_id)

    def run(self, job_id: UUID) -> None:
        """Carry a job to its end, here and now."""
        steps = self.service.steps
        while jobs.carry_on(self.units, steps, job_id):
            continue

    def credential(self, person: Person) -> Credential:
        """The credential that they hold."""
        with self.units.begin(OFFICER) as uow:
            return uow.credentials.find(candidate_id=person.candidate_id)[-1]

    def learn(self, person: Person, hours: int, day: date, title: str, *, accept: bool = True) -> None:
        """They enter continuing education, and staff accept it."""
        me, credential = person.actor, self.credential(person)
        claim = Claim(title=title, provider="ASHP", minutes=60 * hours, completed_on=day, category="management")
        activity = self.do(me, activities.record, credential.id, claim)
        if accept:
            self.do(OFFICER, activities.accept, activity.id)

    def _sheet(self, form: UUID, results: Mapping[Person, int]) -> bytes:
        with self.units.begin(MANAGER) as uow:
            items = uow.forms.get(form).items
        lines = [",".join(["candidate_id", *(item.code for item in items)])]
        for person, right in results.items():
            # Spread the right answers over the form, so that no domain is all right or all wrong.
            answers = ["1" if (place * right) % len(items) < right else "2" for place in range(len(items))]
            lines.append(",".join([person.number, *answers]))
        return ("\r\n".join(lines) + "\r\n").encode()


def _judgement(kind: EvidenceKind, *, accepted: bool) -> Judgement:
    if not accepted:
        return Judgement(status=EvidenceStatus.REJECTED, reason="The employer does not confirm this work.")
    match kind:
        case EvidenceKind.LICENCE:
            return Judgement(status=EvidenceStatus.ACCEPTED, source="State board of pharmacy")
        case EvidenceKind.EDUCATION:
            return Judgement(status=EvidenceStatus.ACCEPTED, equivalent=True)
        case EvidenceKind.EXPERIENCE:
            return Judgement(status=EvidenceStatus.ACCEPTED, related=True)
        case EvidenceKind.TRAINING:
            return Judgement(status=EvidenceStatus.ACCEPTED, related=True, recognised=True)
        case _:
            return Judgement(status=EvidenceStatus.ACCEPTED)
