"""Credentials, their history and awards; and the public record on any day."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Final
from uuid import UUID

from fastapi import Path, Query, Response

from api.fields import Code, Day, Id, In, Line, Out, Reason
from api.negotiation import Accept, Offer, chosen
from api.pages import POLICY, history_page
from api.paging import Listing
from api.routing import Resource, Routes
from api.rulings import FindingOut
from domain.actors import Actor
from domain.credentials import actions, actions_public, actions_standing
from domain.credentials.actions import CertificateData
from domain.credentials.actions_standing import Change
from domain.credentials.model import Award, AwardStatus, Credential, Standing, StandingChange
from domain.credentials.number import WRITTEN
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.renewals import standing

routes = Routes("credentials")
registry_routes = Routes("registry")

_PAGE: Final = "text/html"
_FORMS: Final = (Offer("application/json", "data"), Offer(_PAGE, "page"))
_SHARED: Final = {"cache-control": "public, max-age=30", "vary": "Accept", "x-robots-tag": "noindex"}

Number = Annotated[
    str,
    Path(
        description="The number on the certificate. Small letters, spaces and dashes do not matter.",
        min_length=1,
        max_length=64,
        # The action reads it and judges its check symbol, which no pattern can: the format says that there is more.
        json_schema_extra={"pattern": WRITTEN, "format": "credential-number"},
    ),
]
AsOf = Annotated[
    Day | None,
    Query(description="The day to answer for, by how it stood at its end; today in the program's zone if left out."),
]


class CredentialOut(Resource):
    """A credential as it stands today. `valid_until` is inclusive."""

    noun: ClassVar[str] = "credential"

    candidate_id: UUID
    application_id: UUID
    attempt_id: UUID | None
    program: str
    edition: str
    number: str
    name: str
    awarded_on: date
    valid_from: date
    valid_until: date
    status: Standing
    status_reason: str | None
    status_since: datetime | None


class StandingChangeOut(Out):
    """An entry of a credential's history. A later entry supersedes the earlier ones from its `effective_on`."""

    id: UUID
    number: int
    standing: Standing
    effective_on: date
    at: datetime
    by: str
    reason: str
    valid_until: date
    edition: str
    name: str


class ChangeIn(In):
    """Why the standing changes, and from which day on: today where none is named, never a day to come."""

    reason: Reason
    effective_on: Day | None = None


class AwardOut(Resource):
    """What became of a pass: a credential, or held with the ruling that says why."""

    noun: ClassVar[str] = "award"

    candidate_id: UUID
    application_id: UUID
    attempt_id: UUID
    judged_on: date
    findings: list[FindingOut]
    created_at: datetime
    status: AwardStatus
    credential_id: UUID | None
    resolved_at: datetime | None
    reason: str | None


class DeclineIn(In):
    """Why no credential follows from a pass."""

    reason: Reason


class CertificateOut(Out):
    """What a certificate states. `ends_at` is the instant at which its last day ends in `zone`."""

    credential_id: UUID
    number: str
    name: str
    program: str
    program_title: str
    edition: str
    issuer: str
    awarded_on: date
    valid_from: date
    valid_until: date
    ends_at: datetime
    zone: str
    standing: Standing


class ProgramOut(Out):
    """The program that a credential is of."""

    code: str
    title: str


class RegistryOut(Out):
    """The public record of one credential on one day.

    `valid` says whether the holder may call themselves certified on that day. `valid_until` is inclusive, and ends at
    `valid_until_instant`.
    """

    as_of: date
    number: str
    status: Standing
    valid: bool
    status_since: date
    issuer: str
    program: ProgramOut
    holder_name: str | None
    awarded_on: date
    valid_from: date
    valid_until: date
    valid_until_instant: datetime
    zone: str
    policy_edition: str


CREDENTIALS = Listing(
    Credential,
    sorts=("id", "search_name"),
    filters={"status": Standing, "program": Code, "number": Line, "candidate_id": Id},
    prefixes=("search_name",),
)
AWARDS = Listing(Award, filters={"status": AwardStatus, "candidate_id": Id})


class StoodOut(Out):
    """One standing, from the day `since`. `valid` says whether the holder could call themselves certified meanwhile."""

    status: Standing
    valid: bool
    since: date


class RegistryHistoryOut(Out):
    """How a credential stood, the first standing first; a standing lasts until the next one's day."""

    number: str
    standings: tuple[StoodOut, ...]


@registry_routes.get("/registry/{number}", action="registry.read", answers=RegistryOut, responses={409: {}})
def verify(uow: UnitOfWork, number: Number, as_of: AsOf = None) -> Response:
    """Verify a credential: how it stands today, or stood on another day, by the number on its certificate.

    An unknown number and an erased one answer alike. A number whose check symbol does not fit is refused as mistyped.
    """
    body = actions_public.answer(uow, number, as_of)
    return Response(body, media_type="application/json", headers={"cache-control": "public, max-age=30"})


@registry_routes.get(
    "/registry/{number}/history",
    action="registry.read",
    answers=RegistryHistoryOut,
    responses={200: {"content": {_PAGE: {"schema": {"type": "string"}}}}, 406: {}},
)
def verify_history(uow: UnitOfWork, number: Number, accept: Accept = None) -> Response:
    """Verify how a credential stood over time: each standing with the day it began, up to today, without reasons.

    A browser is shown a page of the same.
    """
    canonical, stood = actions_public.standings(uow, number)
    answer = RegistryHistoryOut(number=canonical, standings=tuple(StoodOut.model_validate(one) for one in stood))
    body = answer.model_dump_json().encode()
    offer = chosen(accept, _FORMS)
    if offer.media_type != _PAGE:
        return Response(body, headers=_SHARED, media_type=offer.media_type)
    page = history_page(uow.body_name, body)
    return Response(page, headers={**_SHARED, "content-security-policy": POLICY}, media_type=_PAGE)


@routes.get("/credentials", action="credential.list", answers=CredentialOut, listing=CREDENTIALS)
def list_credentials(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[CredentialOut]:
    """List credentials, for staff: by id or name, by the start of the name, by number, status or program.

    The status asked for is the recorded one; an answer shows how each stands today.
    """
    actor.must("credential.list")
    return _today(uow, actor, uow.credentials.page(page))


@routes.get(
    "/candidates/{candidate_id}/credentials",
    action="credential.read",
    answers=CredentialOut,
    listing=Listing(Credential),
)
def list_of_candidate(uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest) -> Page[CredentialOut]:
    """List a candidate's credentials."""
    actor.must("credential.read", uow.candidates.get(candidate_id))
    return _today(uow, actor, uow.credentials.page(page.within(candidate_id=candidate_id)))


@routes.get("/credentials/{credential_id}", action="credential.read", answers=CredentialOut, brief=True)
def read(uow: UnitOfWork, actor: Actor, credential_id: Id) -> CredentialOut:
    """Read a credential as it stands today."""
    return shown(uow, actor, actions_standing.owned(uow, actor, "credential.read", credential_id))


@routes.get("/credentials/{credential_id}/certificate", action="credential.read", answers=CertificateOut)
def certificate(uow: UnitOfWork, actor: Actor, credential_id: Id) -> CertificateData:
    """Read what a certificate of this credential states."""
    return actions.certificate(uow, actor, credential_id)


@routes.get(
    "/credentials/{credential_id}/history",
    action="credential.read",
    answers=StandingChangeOut,
    listing=Listing(StandingChange, sorts=("id", "number"), default_sort="number"),
)
def list_history(uow: UnitOfWork, actor: Actor, credential_id: Id, page: PageRequest) -> Page[StandingChange]:
    """List how a credential came to stand as it does: every change, also those of one day after each other."""
    return actions_public.history(uow, actor, credential_id, page)


@routes.post(
    "/credentials/{credential_id}/suspension",
    action="credential.suspend",
    answers=CredentialOut,
    needs_key=True,
    if_match=Credential,
)
def suspend(uow: UnitOfWork, actor: Actor, credential_id: Id, body: ChangeIn) -> CredentialOut:
    """Suspend a credential. Its holder is told why, and to cease using it."""
    return shown(uow, actor, actions_standing.suspend(uow, actor, credential_id, _change(body)))


@routes.post(
    "/credentials/{credential_id}/lift",
    action="credential.lift",
    answers=CredentialOut,
    needs_key=True,
    if_match=Credential,
)
def lift(uow: UnitOfWork, actor: Actor, credential_id: Id, body: ChangeIn) -> CredentialOut:
    """Lift a suspension: the credential stands again as its dates say."""
    return shown(uow, actor, actions_standing.lift(uow, actor, credential_id, _change(body)))


@routes.post(
    "/credentials/{credential_id}/revocation",
    action="credential.revoke",
    answers=CredentialOut,
    needs_key=True,
    if_match=Credential,
)
def revoke(uow: UnitOfWork, actor: Actor, credential_id: Id, body: ChangeIn) -> CredentialOut:
    """Revoke a credential, for good. Its holder is told why, and to cease using it."""
    return shown(uow, actor, actions_standing.revoke(uow, actor, credential_id, _change(body)))


@routes.post(
    "/credentials/{credential_id}/retirement",
    action="credential.retire",
    answers=CredentialOut,
    needs_key=True,
    if_match=Credential,
)
def retire(uow: UnitOfWork, actor: Actor, credential_id: Id, body: ChangeIn) -> CredentialOut:
    """Retire a credential that its holder gives up, for good."""
    return shown(uow, actor, actions_standing.retire(uow, actor, credential_id, _change(body)))


@routes.post(
    "/credentials/{credential_id}/name-correction",
    action="credential.correct_name",
    answers=CredentialOut,
    needs_key=True,
    if_match=Credential,
)
def correct_name(uow: UnitOfWork, actor: Actor, credential_id: Id) -> CredentialOut:
    """Let a credential bear its holder's present legal name."""
    return shown(uow, actor, actions_standing.correct_name(uow, actor, credential_id))


@routes.get("/awards", action="award.list", answers=AwardOut, listing=AWARDS)
def list_awards(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Award]:
    """List awards, for staff: those held wait for a decision."""
    actor.must("award.list")
    return uow.awards.page(page)


@routes.get("/candidates/{candidate_id}/awards", action="award.read", answers=AwardOut, listing=Listing(Award))
def list_awards_of_candidate(uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest) -> Page[Award]:
    """List what became of a candidate's passes."""
    actor.must("award.read", uow.candidates.get(candidate_id))
    return uow.awards.page(page.within(candidate_id=candidate_id))


@routes.get("/awards/{award_id}", action="award.read", answers=AwardOut)
def read_award(uow: UnitOfWork, actor: Actor, award_id: Id) -> Award:
    """Read an award with its ruling."""
    return actions.read_award(uow, actor, award_id)


@routes.post("/awards/{award_id}/rejudgement", action="award.rejudge", answers=AwardOut, needs_key=True, if_match=Award)
def rejudge(uow: UnitOfWork, actor: Actor, award_id: Id) -> Award:
    """Judge a held award by what is verified today; where every clause is met, the credential is issued."""
    return actions.rejudge(uow, actor, award_id)


@routes.post("/awards/{award_id}/decline", action="award.decline", answers=AwardOut, needs_key=True, if_match=Award)
def decline(uow: UnitOfWork, actor: Actor, award_id: Id, body: DeclineIn) -> Award:
    """Decide that no credential follows from a held award."""
    return actions.decline(uow, actor, award_id, body.reason)


def shown(uow: UnitOfWork, actor: Actor, credential: Credential) -> CredentialOut:
    """A credential as it stands today, with what this caller may do with it now."""
    return _out(credential, standing.verbs(uow, actor, [credential])[credential.id])


def _today(uow: UnitOfWork, actor: Actor, page: Page[Credential]) -> Page[CredentialOut]:
    now = [actions_standing.standing_now(uow, one) for one in page.items]
    verbs = standing.verbs(uow, actor, now)
    return Page([_out(one, verbs[one.id]) for one in now], page.after)


def _out(credential: Credential, verbs: list[str]) -> CredentialOut:
    return CredentialOut.model_validate(credential).model_copy(update={"allowed_actions": verbs})


def _change(body: ChangeIn) -> Change:
    return Change(reason=body.reason, effective_on=body.effective_on)
