"""Review: the reviewer's routes, determinations, decisions on appeals, conflicts of interest, draws for audit."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.applications import AppealOut, ApplicationOut, appeal_shown, shown
from api.fields import Code, Day, Flag, Id, In, Line, Out, Reason, Words
from api.paging import Listing
from api.routing import Resource, Routes
from api.rulings import FindingOut, findings_of
from domain.actors import STAFF, Actor, Role
from domain.applications import actions_review as actions, actions_upkeep
from domain.applications.actions_upkeep import Drawing
from domain.applications.decisions import Decision
from domain.applications.model import (
    Appeal,
    AppealStatus,
    Application,
    AuditDraw,
    ClauseDecision,
    ConflictOfInterest,
    Determination,
    Outcome,
)
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork

routes = Routes("applications")


class InformationRequestIn(In):
    """What the applicant should answer, on which clauses, and by when; the policy's number of days where left out."""

    message: Words
    due_on: Day | None = None
    clauses: Annotated[tuple[Code, ...], Field(max_length=50)] = ()


class ClauseDecisionIn(In):
    """The decision on one clause, with the reason that the applicant reads."""

    clause: Code
    met: Flag
    reason: Reason


Decisions = Annotated[tuple[ClauseDecisionIn, ...], Field(max_length=50)]


class ApplicationDecisionIn(In):
    """The decision on an application: one on every clause of its pathway, and the reason for the whole."""

    outcome: Outcome
    reason: Reason
    decisions: Annotated[Decisions, Field(min_length=1)]


class AppealDecisionIn(In):
    """The decision on an appeal; overturning a denial decides every clause anew."""

    outcome: Literal["upheld", "overturned"]
    reason: Reason
    decisions: Decisions = ()


class ConflictOfInterestIn(In):
    """With whom, and what the conflict is: you trained them, employ them, are related to them."""

    candidate_id: Id
    nature: Reason


class AuditDrawIn(In):
    """The days (inclusive, all over) whose submissions are drawn from, and a seed that nobody knew before they were."""

    program: Code
    from_on: Day
    until_on: Day
    seed: Annotated[Line, Field(min_length=8)]
    seed_source: Line


class ClauseDecisionOut(Out):
    """The decision on one clause."""

    clause: str
    met: bool
    reason: str


class DeterminationOut(Out):
    """A staff decision, with the ruling it rests on. Who decided is shown to staff alone."""

    id: UUID
    application_id: UUID
    candidate_id: UUID
    outcome: Outcome
    pathway: str | None
    edition: str
    judged_on: date
    findings: list[FindingOut]
    decisions: list[ClauseDecisionOut]
    reason: str
    decided_at: datetime
    on_appeal: UUID | None
    decided_by: str | None


class ReplayOut(Out):
    """A determination judged again from its stored facts: `same` when the ruling comes out exactly as stored."""

    determination_id: UUID
    edition: str
    judged_on: date
    same: bool
    stored: list[FindingOut]
    replayed: list[FindingOut]


class ConflictOfInterestOut(Out):
    """A declared conflict of interest."""

    id: UUID
    subject: str
    candidate_id: UUID
    nature: str
    declared_at: datetime


class AuditDrawOut(Resource):
    """A draw for audit, with all that anyone needs to do it again.

    Each id of `population` is ranked by the SHA-256 of the seed, a colon and the id; the share `rate`, rounded up, of
    the lowest ranks is `chosen`. `population_sha256` is of the ids, sorted, one on each line.
    """

    program: str
    edition: str
    from_on: date
    until_on: date
    seed: str
    seed_source: str
    rate: float
    population: list[UUID]
    population_sha256: str
    chosen: list[UUID]
    drawn_at: datetime


CONFLICTS = Listing(ConflictOfInterest, filters={"subject": Line, "candidate_id": Id})
DRAWS = Listing(AuditDraw, filters={"program": Code})


@routes.post(
    "/applications/{application_id}/claim", action="application.claim", answers=ApplicationOut, if_match=Application
)
def claim(uow: UnitOfWork, actor: Actor, application_id: Id) -> ApplicationOut:
    """Claim a submitted application for review."""
    return shown(uow, actor, actions.claim(uow, actor, application_id))


@routes.post(
    "/applications/{application_id}/release",
    action="application.release",
    answers=ApplicationOut,
    if_match=Application,
)
def release(uow: UnitOfWork, actor: Actor, application_id: Id) -> ApplicationOut:
    """Put an application back into the queue: whoever claimed it, or an administrator."""
    return shown(uow, actor, actions.release(uow, actor, application_id))


@routes.post(
    "/applications/{application_id}/information-requests",
    action="application.return",
    answers=ApplicationOut,
    if_match=Application,
)
def return_for_information(
    uow: UnitOfWork, actor: Actor, application_id: Id, body: InformationRequestIn
) -> ApplicationOut:
    """Return an application to its applicant for information, due on a day."""
    returned = actions.return_for_information(
        uow, actor, application_id, body.message, due_on=body.due_on, clauses=body.clauses
    )
    return shown(uow, actor, returned)


@routes.post(
    "/applications/{application_id}/determinations",
    action="application.decide",
    answers=DeterminationOut,
    status_code=201,
    if_match=Application,
    location="/v1/determinations/{id}",
)
def decide(uow: UnitOfWork, actor: Actor, application_id: Id, body: ApplicationDecisionIn) -> DeterminationOut:
    """Decide an application clause by clause, on the evidence verified by today.

    An approval against an unmet clause is refused with the ruling; a denial gives its reasons.
    """
    decision = Decision(outcome=body.outcome, reason=body.reason, clauses=_clauses(body.decisions))
    return _determination(actor, actions.decide(uow, actor, application_id, decision))


@routes.get(
    "/applications/{application_id}/determinations",
    action="determination.read",
    answers=DeterminationOut,
    listing=Listing(Determination),
)
def list_determinations(uow: UnitOfWork, actor: Actor, application_id: Id, page: PageRequest) -> Page[DeterminationOut]:
    """List the decisions on an application: the first, and one on appeal."""
    actor.must("determination.read", uow.applications.get(application_id))
    found = uow.determinations.page(page.within(application_id=application_id))
    return Page([_determination(actor, one) for one in found.items], found.after)


@routes.get("/determinations/{determination_id}", action="determination.read", answers=DeterminationOut)
def read_determination(uow: UnitOfWork, actor: Actor, determination_id: Id) -> DeterminationOut:
    """Read a decision with the ruling it rests on."""
    made = uow.determinations.get(determination_id)
    actor.must("determination.read", made)
    return _determination(actor, made)


@routes.get("/determinations/{determination_id}/replay", action="determination.replay", answers=ReplayOut)
def replay(uow: UnitOfWork, actor: Actor, determination_id: Id) -> ReplayOut:
    """Judge a decision again from the facts stored with it, by its edition and on its day."""
    made, again, same = actions.replay(uow, actor, determination_id)
    pathway = again.pathway(made.pathway) if made.pathway else None
    return ReplayOut(
        determination_id=made.id,
        edition=made.edition,
        judged_on=made.judged_on,
        same=same,
        stored=findings_of(made.findings),
        replayed=findings_of(pathway.ruling.findings if pathway else ()),
    )


@routes.post("/appeals/{appeal_id}/decision", action="appeal.decide", answers=AppealOut, if_match=Appeal)
def decide_appeal(uow: UnitOfWork, actor: Actor, appeal_id: Id, body: AppealDecisionIn) -> AppealOut:
    """Decide an appeal: uphold the denial, or overturn it by a new determination. Never by who denied."""
    clauses = _clauses(body.decisions)
    decision = Decision(outcome=Outcome.APPROVED, reason=body.reason, clauses=clauses) if clauses else None
    decided = actions.decide_appeal(uow, actor, appeal_id, AppealStatus(body.outcome), body.reason, decision)
    return appeal_shown(uow, actor, decided)


@routes.post(
    "/conflicts-of-interest",
    action="conflict_of_interest.declare",
    answers=ConflictOfInterestOut,
    status_code=201,
)
def declare_conflict_of_interest(uow: UnitOfWork, actor: Actor, body: ConflictOfInterestIn) -> ConflictOfInterest:
    """Declare a conflict of interest with a candidate; from then on someone else reviews and decides."""
    return actions.declare_conflict(uow, actor, body.candidate_id, body.nature)


@routes.get(
    "/conflicts-of-interest",
    action="conflict_of_interest.list",
    answers=ConflictOfInterestOut,
    listing=CONFLICTS,
)
def list_conflicts_of_interest(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[ConflictOfInterest]:
    """List the conflicts of interest that staff declared."""
    actor.must("conflict_of_interest.list")
    return uow.conflicts.page(page)


@routes.post(
    "/audit-draws",
    action="application.draw_audit",
    answers=AuditDrawOut,
    status_code=201,
    location="/v1/audit-draws/{id}",
)
def draw_for_audit(uow: UnitOfWork, actor: Actor, body: AuditDrawIn) -> AuditDraw:
    """Draw applications for audit, at the policy's rate, by a public seed."""
    return actions_upkeep.draw(uow, actor, Drawing(**dict(body)))


@routes.get("/audit-draws", action="audit_draw.read", answers=AuditDrawOut, listing=DRAWS)
def list_audit_draws(uow: UnitOfWork, page: PageRequest) -> Page[AuditDraw]:
    """List the draws for audit."""
    return uow.audit_draws.page(page)


@routes.get("/audit-draws/{draw_id}", action="audit_draw.read", answers=AuditDrawOut)
def read_audit_draw(uow: UnitOfWork, draw_id: Id) -> AuditDraw:
    """Read a draw for audit; anyone may do it again from what is here."""
    return uow.audit_draws.get(draw_id)


def _clauses(decisions: tuple[ClauseDecisionIn, ...]) -> tuple[ClauseDecision, ...]:
    return tuple(ClauseDecision(clause=one.clause, met=one.met, reason=one.reason) for one in decisions)


def _determination(actor: Actor, made: Determination) -> DeterminationOut:
    hidden = {} if actor.roles & (STAFF | {Role.AUDITOR}) else {"decided_by": None}
    return DeterminationOut.model_validate(made).model_copy(update=hidden)
