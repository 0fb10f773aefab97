"""Authorizations to test: routes with their models."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from api.fields import Id, Line
from api.paging import Listing
from api.payments import ChargeOut
from api.route import Offers
from api.routing import Resource, Routes
from api.rulings import FindingOut, RulingOut, findings_of
from domain.actors import Actor
from domain.exams import actions, standing
from domain.exams.model import Authorization, AuthorizationStatus
from domain.paging import Page, PageRequest
from domain.payments.model import Charge
from domain.ports import UnitOfWork

routes = Routes("authorizations")


class AuthorizationOut(Resource):
    """An authorization to test, from `opens_on` to `closes_on` inclusive, and the findings it was given on."""

    noun: ClassVar[str] = "authorization"
    offers: ClassVar[Offers | None] = standing.authorization_verbs

    candidate_id: UUID
    application_id: UUID
    program: str
    edition: str
    number: str
    attempt_number: int
    opens_on: date
    closes_on: date
    status: AuthorizationStatus
    extensions: int
    findings: list[FindingOut]
    created_at: datetime


class AuthorizationRulingOut(RulingOut):
    """Whether an authorization could be given today.

    `next_possible_on` is the first day from today on which the terms of retakes allow an attempt; null when they never
    will.
    """

    next_possible_on: date | None


AUTHORIZATIONS = Listing(
    Authorization,
    sorts=("id", "closes_on"),
    filters={"status": AuthorizationStatus, "number": Line, "application_id": Id},
)


@routes.get(
    "/applications/{application_id}/authorization-ruling",
    action="authorization.rule",
    answers=AuthorizationRulingOut,
)
def rule_on_authorization(uow: UnitOfWork, actor: Actor, application_id: Id) -> AuthorizationRulingOut:
    """Ask whether an authorization could be given today: every clause, and the next possible day of a retake."""
    ruling, possible = actions.authorization_ruling(uow, actor, application_id)
    return AuthorizationRulingOut(
        granted=ruling.granted, findings=findings_of(ruling.findings), next_possible_on=possible
    )


@routes.post(
    "/applications/{application_id}/exam-charge",
    action="application.charge_exam",
    answers=ChargeOut,
    status_code=201,
    needs_key=True,
    location="/v1/charges/{id}",
)
def charge_exam(uow: UnitOfWork, actor: Actor, application_id: Id) -> Charge:
    """Ask for the charge of the next exam fee, so that it can be paid; asked again, it answers the same charge."""
    return actions.charge_exam(uow, actor, application_id)


@routes.post(
    "/applications/{application_id}/authorizations",
    action="application.authorize",
    answers=AuthorizationOut,
    status_code=201,
    needs_key=True,
    location="/v1/authorizations/{id}",
)
def issue(uow: UnitOfWork, actor: Actor, application_id: Id) -> Authorization:
    """Authorize an approved application's candidate to test; eligibility is judged again on this very day."""
    return actions.issue(uow, actor, application_id)


@routes.get("/authorizations", action="authorization.list", answers=AuthorizationOut, listing=AUTHORIZATIONS)
def list_authorizations(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Authorization]:
    """List everyone's authorizations, for staff."""
    actor.must("authorization.list")
    return uow.authorizations.page(page)


@routes.get(
    "/candidates/{candidate_id}/authorizations",
    action="authorization.read",
    answers=AuthorizationOut,
    listing=AUTHORIZATIONS,
)
def list_authorizations_of_candidate(
    uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest
) -> Page[Authorization]:
    """List a candidate's authorizations."""
    actor.must("authorization.read", uow.candidates.get(candidate_id))
    return uow.authorizations.page(page.within(candidate_id=candidate_id))


@routes.get("/authorizations/{authorization_id}", action="authorization.read", answers=AuthorizationOut)
def read(uow: UnitOfWork, actor: Actor, authorization_id: Id) -> Authorization:
    """Read an authorization."""
    authorization = uow.authorizations.get(authorization_id)
    actor.must("authorization.read", authorization)
    return authorization


@routes.post(
    "/authorizations/{authorization_id}/extension-charge",
    action="authorization.extend",
    answers=ChargeOut,
    status_code=201,
    needs_key=True,
    location="/v1/charges/{id}",
)
def charge_extension(uow: UnitOfWork, actor: Actor, authorization_id: Id) -> Charge:
    """Ask for the charge of the next extension, so that it can be paid; asked again, it answers the same charge."""
    return actions.charge_extension(uow, actor, authorization_id)


@routes.post(
    "/authorizations/{authorization_id}/extensions",
    action="authorization.extend",
    answers=AuthorizationOut,
    if_match=Authorization,
    needs_key=True,
)
def extend(uow: UnitOfWork, actor: Actor, authorization_id: Id) -> Authorization:
    """Extend the window, its fee paid or waived, so often as the policy allows."""
    return actions.extend(uow, actor, authorization_id)
