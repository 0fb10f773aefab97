"""Applications: the applicant's routes, the staff queue, and the appeals."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field

from api.fields import Code, Id, In, Line, Out, Reason, Words
from api.paging import Listing
from api.routing import Resource, Routes
from api.rulings import FindingOut, PathwayRulingOut, findings_of, pathways_of
from domain.actors import STAFF, Actor, Role
from domain.applications import actions, standing
from domain.applications.actions import Statement
from domain.applications.model import Appeal, AppealStatus, Application, ApplicationStatus
from domain.applications.rules import Mode
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork

routes = Routes("applications")


class ApplicationIn(In):
    """A new application; the pathway can be chosen later."""

    program: Code
    pathway: Code | None = None


class PathwayIn(In):
    """The pathway by which the applicant means to be eligible."""

    pathway: Code


class StatementIn(In):
    """A statement of the edition, in the version that the applicant read."""

    code: Code
    version: Annotated[Line, Field(max_length=20)]


class AttestationsIn(In):
    """The statements that the applicant affirms."""

    statements: Annotated[tuple[StatementIn, ...], Field(min_length=1, max_length=50)]


class WithdrawalIn(In):
    """Why, if the applicant wants to say."""

    reason: Reason | None = None


class AppealIn(In):
    """What the applicant holds against the denial."""

    grounds: Words


class AttestationOut(Out):
    """An affirmed statement."""

    code: str
    version: str
    affirmed_at: datetime


class InformationRequestOut(Out):
    """What staff asked for, on which clauses, and until when (inclusive)."""

    asked_at: datetime
    due_on: date
    message: str
    clauses: list[str]
    answered_at: datetime | None


class ApplicationOut(Resource):
    """An application. Who reviews and who decided is shown to staff alone."""

    candidate_id: UUID
    program: str
    edition: str
    number: str
    status: ApplicationStatus
    pathway: str | None
    attestations: list[AttestationOut]
    requests: list[InformationRequestOut]
    created_at: datetime
    submitted_at: datetime | None
    due_on: date | None
    expires_on: date | None
    decided_at: datetime | None
    determination_id: UUID | None
    audited: bool
    closed_reason: str | None
    search_name: str | None
    reviewer: str | None
    decided_by: str | None


class ApplicationRulingOut(Out):
    """How an application stands today under its edition.

    `mode` says whether what is stated counts, or only what is verified. `complete` lists what a submission still needs,
    while the application is the applicant's to hand in.
    """

    application_id: UUID
    edition: str
    on: date
    mode: Mode
    pathway: str | None
    eligible: bool
    best: str | None
    advice: list[str]
    pathways: list[PathwayRulingOut]
    complete: list[FindingOut] | None


class AppealOut(Resource):
    """An appeal against a denial; the decision is due by `due_on`, inclusive. Who decided is shown to staff alone."""

    application_id: UUID
    candidate_id: UUID
    grounds: str
    filed_at: datetime
    due_on: date
    status: AppealStatus
    decided_at: datetime | None
    reason: str | None
    first_decided_by: str | None
    decided_by: str | None


QUEUE = Listing(
    Application,
    sorts=("id", "submitted_at", "search_name", "number"),
    filters={"status": ApplicationStatus, "program": Code, "reviewer": Line, "number": Line, "candidate_id": Id},
    prefixes=("search_name",),
)
APPEALS = Listing(Appeal, sorts=("id", "due_on"), filters={"status": AppealStatus})
ModeAsked = Annotated[Literal["claimed", "verified"], Query(description="Whether what is only stated counts too.")]


@routes.post(
    "/applications",
    action="application.create",
    answers=ApplicationOut,
    status_code=201,
    location="/v1/applications/{id}",
)
def create(uow: UnitOfWork, actor: Actor, body: ApplicationIn) -> ApplicationOut:
    """Begin an application: a draft under the edition in force, which it stays under. Its fee is charged at once."""
    return shown(uow, actor, actions.create(uow, actor, body.program, body.pathway))


@routes.get("/applications", action="application.list", answers=ApplicationOut, listing=QUEUE)
def list_applications(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[ApplicationOut]:
    """List applications, for staff: the queue by status, name, number or time.

    Sorted by `submitted_at`, those that were never submitted are left out.
    """
    actor.must("application.list")
    return _page(uow, actor, uow.applications.page(page))


@routes.get(
    "/candidates/{candidate_id}/applications",
    action="application.read",
    answers=ApplicationOut,
    listing=Listing(Application, filters={"status": ApplicationStatus, "program": Code}),
)
def list_of_candidate(uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest) -> Page[ApplicationOut]:
    """List one candidate's applications."""
    actor.must("application.read", uow.candidates.get(candidate_id))
    return _page(uow, actor, uow.applications.page(page.within(candidate_id=candidate_id)))


@routes.get("/applications/{application_id}", action="application.read", answers=ApplicationOut, brief=True)
def read(uow: UnitOfWork, actor: Actor, application_id: Id) -> ApplicationOut:
    """Read an application."""
    application = uow.applications.get(application_id)
    actor.must("application.read", application)
    return shown(uow, actor, application)


@routes.get("/applications/{application_id}/ruling", action="application.read", answers=ApplicationRulingOut)
def read_ruling(uow: UnitOfWork, actor: Actor, application_id: Id, mode: ModeAsked = "claimed") -> ApplicationRulingOut:
    """Judge an application as it stands today: every pathway, clause by clause, and what a submission still needs."""
    application = uow.applications.get(application_id)
    actor.must("application.read", application)
    return _ruling(uow, application, Mode(mode))


@routes.put(
    "/applications/{application_id}/pathway",
    action="application.update",
    answers=ApplicationOut,
    if_match=Application,
)
def choose_pathway(uow: UnitOfWork, actor: Actor, application_id: Id, body: PathwayIn) -> ApplicationOut:
    """Choose the pathway, or change it."""
    return shown(uow, actor, actions.choose_pathway(uow, actor, application_id, body.pathway))


@routes.post(
    "/applications/{application_id}/attestations",
    action="application.attest",
    answers=ApplicationOut,
    if_match=Application,
)
def affirm(uow: UnitOfWork, actor: Actor, application_id: Id, body: AttestationsIn) -> ApplicationOut:
    """Affirm statements of the edition, in their current versions."""
    statements = [Statement(one.code, one.version) for one in body.statements]
    return shown(uow, actor, actions.affirm(uow, actor, application_id, statements))


@routes.post(
    "/applications/{application_id}/submission",
    action="application.submit",
    answers=ApplicationOut,
    if_match=Application,
)
def submit(uow: UnitOfWork, actor: Actor, application_id: Id) -> ApplicationOut:
    """Submit a draft for review. It is refused, with the list, when a statement, evidence or the fee is missing."""
    return shown(uow, actor, actions.submit(uow, actor, application_id))


@routes.post(
    "/applications/{application_id}/resubmission",
    action="application.resubmit",
    answers=ApplicationOut,
    if_match=Application,
)
def resubmit(uow: UnitOfWork, actor: Actor, application_id: Id) -> ApplicationOut:
    """Submit a returned application again, by the day its information is due."""
    return shown(uow, actor, actions.resubmit(uow, actor, application_id))


@routes.post(
    "/applications/{application_id}/withdrawal",
    action="application.withdraw",
    answers=ApplicationOut,
    if_match=Application,
)
def withdraw(uow: UnitOfWork, actor: Actor, application_id: Id, body: WithdrawalIn) -> ApplicationOut:
    """Withdraw an application before it is decided."""
    return shown(uow, actor, actions.withdraw(uow, actor, application_id, body.reason))


@routes.post(
    "/applications/{application_id}/appeals",
    action="application.appeal",
    answers=AppealOut,
    status_code=201,
    location="/v1/appeals/{id}",
)
def appeal(uow: UnitOfWork, actor: Actor, application_id: Id, body: AppealIn) -> AppealOut:
    """Appeal against a denial, within the policy's window. Someone else than who denied decides."""
    return appeal_shown(uow, actor, actions.appeal(uow, actor, application_id, body.grounds))


@routes.get("/applications/{application_id}/appeals", action="appeal.read", answers=AppealOut, listing=Listing(Appeal))
def list_appeals_of(uow: UnitOfWork, actor: Actor, application_id: Id, page: PageRequest) -> Page[AppealOut]:
    """List the appeals of an application."""
    actor.must("appeal.read", uow.applications.get(application_id))
    found = uow.appeals.page(page.within(application_id=application_id))
    return Page([appeal_shown(uow, actor, one) for one in found.items], found.after)


@routes.get("/appeals", action="appeal.list", answers=AppealOut, listing=APPEALS)
def list_appeals(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[AppealOut]:
    """List appeals, for staff: those that are filed, sorted by `due_on`, begin with what is overdue."""
    actor.must("appeal.list")
    found = uow.appeals.page(page)
    return Page([appeal_shown(uow, actor, one) for one in found.items], found.after)


@routes.get("/appeals/{appeal_id}", action="appeal.read", answers=AppealOut)
def read_appeal(uow: UnitOfWork, actor: Actor, appeal_id: Id) -> AppealOut:
    """Read an appeal."""
    filed = uow.appeals.get(appeal_id)
    actor.must("appeal.read", filed)
    return appeal_shown(uow, actor, filed)


@routes.post("/appeals/{appeal_id}/withdrawal", action="appeal.withdraw", answers=AppealOut, if_match=Appeal)
def withdraw_appeal(uow: UnitOfWork, actor: Actor, appeal_id: Id) -> AppealOut:
    """Take an appeal back before it is decided."""
    return appeal_shown(uow, actor, actions.withdraw_appeal(uow, actor, appeal_id))


def shown(uow: UnitOfWork, actor: Actor, application: Application) -> ApplicationOut:
    """An application as this caller may see it, with what they may do now."""
    return _out(application, actor, standing.verbs(uow, actor, [application])[application.id])


def appeal_shown(uow: UnitOfWork, actor: Actor, filed: Appeal) -> AppealOut:
    """An appeal as this caller may see it, with what they may do now."""
    said = {"allowed_actions": standing.appeal_verbs(uow, actor, filed)}
    hidden = {} if _sees_staff(actor) else {"first_decided_by": None, "decided_by": None}
    return AppealOut.model_validate(filed).model_copy(update={**said, **hidden})


def _page(uow: UnitOfWork, actor: Actor, found: Page[Application]) -> Page[ApplicationOut]:
    verbs = standing.verbs(uow, actor, found.items)
    return Page([_out(one, actor, verbs[one.id]) for one in found.items], found.after)


def _out(application: Application, actor: Actor, verbs: list[str]) -> ApplicationOut:
    hidden = {} if _sees_staff(actor) else {"reviewer": None, "decided_by": None, "search_name": None}
    return ApplicationOut.model_validate(application).model_copy(update={"allowed_actions": verbs, **hidden})


def _sees_staff(actor: Actor) -> bool:
    return bool(actor.roles & (STAFF | {Role.AUDITOR}))


def _ruling(uow: UnitOfWork, application: Application, mode: Mode) -> ApplicationRulingOut:
    ruling = actions.judged(uow, application, mode)
    open_ = application.status in (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED)
    policy = uow.policies.named(application.edition)
    missing = actions.complete(uow, application, policy).findings if open_ else None
    chosen = ruling.pathway(application.pathway) if application.pathway else None
    return ApplicationRulingOut(
        application_id=application.id,
        edition=ruling.edition,
        on=ruling.on,
        mode=mode,
        pathway=application.pathway,
        eligible=chosen.granted if chosen else ruling.granted,
        best=ruling.best,
        advice=list(ruling.advice),
        pathways=pathways_of(ruling),
        complete=None if missing is None else findings_of(missing),
    )
