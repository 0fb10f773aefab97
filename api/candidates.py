"""Candidates, their licences and education: routes with their In and Out models."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field

from api.fields import CountryCode, Day, Email, Flag, Id, In, Language, Line, Out, Reason
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.applications import shown
from domain.authorization import allowed_actions
from domain.candidates import actions, records
from domain.candidates.actions import Profile
from domain.candidates.model import (
    Candidate,
    CandidateStatus,
    Education,
    EducationKind,
    Invitation,
    Licence,
    PersonName,
    PostalAddress,
    Verification,
)
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.programs.clauses import LicenceStatus

routes = Routes("candidates")

Mailbox = Annotated[Email, AfterValidator(str.lower)]
"""An e-mail address by which a person is found: small and capital letters do not matter, and are stored as small."""


class NameIn(In):
    """A legal name."""

    family: Line
    given: Line | None = None
    middle: Line | None = None
    suffix: Line | None = None

    def value(self) -> PersonName:
        """The name as the domain has it."""
        return PersonName(
            family=self.family, given=self.given or "", middle=self.middle or "", suffix=self.suffix or ""
        )


class AddressIn(In):
    """A postal address."""

    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=5)]
    city: Line
    country: CountryCode
    region: Line | None = None
    postal_code: Line | None = None

    def value(self) -> PostalAddress:
        """The address as the domain has it."""
        return PostalAddress(
            lines=self.lines,
            city=self.city,
            country=self.country,
            region=self.region or "",
            postal_code=self.postal_code or "",
        )


class CandidateIn(In):
    """A new candidate."""

    legal_name: NameIn
    email: Mailbox
    practises_in: CountryCode
    date_of_birth: Day | None = None
    phone: Line | None = None
    address: AddressIn | None = None


class CandidateChangeIn(In):
    """The particulars that change; what is left out stays as it is. An address and a country cannot be taken away."""

    email: Mailbox = Field(default_factory=str)
    practises_in: CountryCode = Field(default_factory=str)
    date_of_birth: Day | None = None
    phone: Line | None = None
    address: AddressIn | None = None


class NameChangeIn(In):
    """A new legal name, why, and the file that shows it."""

    legal_name: NameIn
    reason: Reason
    file_id: Id | None = None


class NameOut(Out):
    """A legal name in its parts, and whole."""

    family: str
    given: str
    middle: str
    suffix: str
    full: str


class PastNameOut(Out):
    """A former legal name."""

    name: NameOut
    until: datetime
    reason: str
    file_id: UUID | None


class AddressOut(Out):
    """A postal address."""

    lines: list[str]
    city: str
    country: str
    region: str
    postal_code: str


class CandidateOut(Resource):
    """A candidate."""

    noun: ClassVar[str] = "candidate"

    number: str
    status: CandidateStatus
    legal_name: NameOut
    past_names: list[PastNameOut]
    email: str
    practises_in: str
    date_of_birth: date | None
    phone: str | None
    address: AddressOut | None
    created_at: datetime


class InvitationOut(Out):
    """A one-time link. `token` is shown this once."""

    id: UUID
    candidate_id: UUID
    token: str | None
    expires_at: datetime


class InvitationTokenIn(In):
    """The token of an invitation."""

    token: Line


class UnlinkingIn(In):
    """Why the sign-in ends. It stays with the record, and out of the journal."""

    reason: Reason


class LicenceIn(In):
    """A licence to practise. `jurisdiction` is `US-NC` or an ISO 3166 country.

    `language` is that of the original; a clause that asks for a translation is not met while it is left out.
    """

    jurisdiction: Line
    number: Line
    status: LicenceStatus = LicenceStatus.ACTIVE
    restricted: Flag = False
    language: Language | None = None
    issued_on: Day | None = None
    expires_on: Day | None = None


class LicenceOut(Resource):
    """A licence and whether staff verified it."""

    noun: ClassVar[str] = "licence"

    candidate_id: UUID
    jurisdiction: str
    number: str
    status: LicenceStatus
    restricted: bool
    language: str | None
    issued_on: date | None
    expires_on: date | None
    verification: Verification
    verified_at: datetime | None
    verified_with: str | None


class VerificationIn(In):
    """The outcome of a comparison with the primary source, and which source that was."""

    verification: Verification
    source: Line


class EducationIn(In):
    """A degree, or a certificate such as FPGEC, which its `title` names."""

    kind: EducationKind
    title: Line
    school: Line
    country: CountryCode
    completed_on: Day | None = None
    acpe_accredited: Flag = False
    certificate_number: Line | None = None
    e_profile_id: Line | None = None


class EducationJudgementIn(In):
    """Whether the document is genuine, and whether the degree is equivalent to the one asked for."""

    verification: Verification
    equivalent: Flag | None = None


class EducationOut(Resource):
    """A degree or certificate and what staff judged of it."""

    noun: ClassVar[str] = "education"

    candidate_id: UUID
    kind: str
    title: str
    school: str
    country: str
    completed_on: date | None
    acpe_accredited: bool
    certificate_number: str | None
    e_profile_id: str | None
    equivalent: bool | None
    verification: Verification
    verified_at: datetime | None


CANDIDATES = Listing(
    Candidate,
    sorts=("id", "search_name"),
    filters={"status": CandidateStatus, "email": Mailbox, "number": Line},
    prefixes=("search_name",),
)


@routes.post(
    "/candidates", action="candidate.register", answers=CandidateOut, status_code=201, location="/v1/candidates/{id}"
)
def register(uow: UnitOfWork, actor: Actor, body: CandidateIn) -> Candidate:
    """Register a candidate.

    A signed-in person registers themselves, and their sign-in is tied to the new record. Staff register anyone, and
    then send an invitation.
    """
    profile = Profile(
        legal_name=body.legal_name.value(),
        email=body.email,
        practises_in=body.practises_in,
        date_of_birth=body.date_of_birth,
        phone=body.phone,
        address=None if body.address is None else body.address.value(),
    )
    return actions.register(uow, actor, profile)


@routes.get("/candidates", action="candidate.list", answers=CandidateOut, listing=CANDIDATES)
def list_candidates(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[CandidateOut]:
    """List candidates, for staff: by id or name, by the start of the name, by e-mail address or number."""
    actor.must("candidate.list")
    found = uow.candidates.page(page)
    tied = {
        one.candidate_id for one in uow.identities.find(candidate_id=[one.id for one in found.items], ended_at=None)
    }
    return Page([_shown(actor, one, tied=one.id in tied) for one in found.items], found.after)


@routes.get("/candidates/{candidate_id}", action="candidate.read", answers=CandidateOut, brief=True)
def read(uow: UnitOfWork, actor: Actor, candidate_id: Id) -> CandidateOut:
    """Read a candidate."""
    candidate = uow.candidates.get(candidate_id)
    actor.must("candidate.read", candidate)
    return _told(uow, actor, candidate)


@routes.patch("/candidates/{candidate_id}", action="candidate.update", answers=CandidateOut, if_match=Candidate)
def update(uow: UnitOfWork, actor: Actor, candidate_id: Id, body: CandidateChangeIn) -> CandidateOut:
    """Change contact details or the country of practice."""
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    if isinstance(address := changes.get("address"), AddressIn):
        changes["address"] = address.value()
    return _told(uow, actor, actions.update(uow, actor, candidate_id, changes))


@routes.post(
    "/candidates/{candidate_id}/name-changes", action="candidate.change_name", answers=CandidateOut, if_match=Candidate
)
def change_name(uow: UnitOfWork, actor: Actor, candidate_id: Id, body: NameChangeIn) -> CandidateOut:
    """Change the legal name; the former one is kept with its end and reason."""
    named = actions.change_name(uow, actor, candidate_id, body.legal_name.value(), body.reason, body.file_id)
    return _told(uow, actor, named)


@routes.post(
    "/candidates/{candidate_id}/invitations",
    action="candidate.invite",
    answers=InvitationOut,
    status_code=201,
    secrets=("token",),
)
def invite(uow: UnitOfWork, actor: Actor, candidate_id: Id) -> InvitationOut:
    """Make a one-time link that ties whoever follows it to this candidate, who has no sign-in yet."""
    invitation, token = actions.invite(uow, actor, candidate_id)
    return _shown_once(invitation, token)


@routes.post("/invitations/acceptance", action="candidate.link", answers=CandidateOut)
def accept(uow: UnitOfWork, actor: Actor, body: InvitationTokenIn) -> Candidate:
    """Follow an invitation: the caller's sign-in is tied to the candidate. Never one with staff roles."""
    return actions.accept(uow, actor, body.token)


@routes.post(
    "/candidates/{candidate_id}/unlinking", action="candidate.unlink", answers=CandidateOut, if_match=Candidate
)
def unlink(uow: UnitOfWork, actor: Actor, candidate_id: Id, body: UnlinkingIn) -> CandidateOut:
    """End a candidate's sign-in that is lost, or somebody else's; someone else then invites the candidate anew."""
    return _told(uow, actor, actions.unlink(uow, actor, candidate_id, body.reason))


@routes.post("/me/candidate-link", action="candidate.link", answers=CandidateOut)
def link_by_email(uow: UnitOfWork, actor: Actor) -> Candidate:
    """Tie the caller's sign-in to the candidate who has the caller's verified e-mail address."""
    return actions.link_by_email(uow, actor)


@routes.post("/candidates/{candidate_id}/licences", action="licence.record", answers=LicenceOut, status_code=201)
def add_licence(uow: UnitOfWork, actor: Actor, candidate_id: Id, body: LicenceIn) -> Licence:
    """Record a licence to practise."""
    return records.add_licence(uow, actor, candidate_id, dict(body))


@routes.get("/candidates/{candidate_id}/licences", action="licence.read", answers=LicenceOut, listing=Listing(Licence))
def list_licences(uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest) -> Page[Licence]:
    """List a candidate's licences."""
    actor.must("licence.read", uow.candidates.get(candidate_id))
    return uow.licences.page(page.within(candidate_id=candidate_id))


def _what_shows_the_licence(uow: UnitOfWork, arguments: Mapping[str, Any]) -> None:
    licence = uow.licences.get(arguments["licence_id"])
    shown.hold(uow, licence.candidate_id, licence.id)


def _what_shows_the_education(uow: UnitOfWork, arguments: Mapping[str, Any]) -> None:
    education = uow.educations.get(arguments["education_id"])
    shown.hold(uow, education.candidate_id, education.id)


@routes.put(
    "/licences/{licence_id}",
    action="licence.update",
    answers=LicenceOut,
    if_match=Licence,
    holds=_what_shows_the_licence,
)
def change_licence(uow: UnitOfWork, actor: Actor, licence_id: Id, body: LicenceIn) -> Licence:
    """Change a licence's particulars; a change by the candidate must be verified anew."""
    return records.change_licence(uow, actor, licence_id, dict(body))


@routes.post(
    "/licences/{licence_id}/verification",
    action="licence.verify",
    answers=LicenceOut,
    if_match=Licence,
    holds=_what_shows_the_licence,
)
def verify_licence(uow: UnitOfWork, actor: Actor, licence_id: Id, body: VerificationIn) -> Licence:
    """Say whether a licence agrees with its primary source."""
    return records.verify_licence(uow, actor, licence_id, body.verification, body.source)


@routes.post("/candidates/{candidate_id}/education", action="education.record", answers=EducationOut, status_code=201)
def add_education(uow: UnitOfWork, actor: Actor, candidate_id: Id, body: EducationIn) -> Education:
    """Record a degree or an FPGEC certificate."""
    return records.add_education(uow, actor, candidate_id, dict(body))


@routes.get(
    "/candidates/{candidate_id}/education", action="education.read", answers=EducationOut, listing=Listing(Education)
)
def list_education(uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest) -> Page[Education]:
    """List a candidate's degrees and certificates."""
    actor.must("education.read", uow.candidates.get(candidate_id))
    return uow.educations.page(page.within(candidate_id=candidate_id))


@routes.put(
    "/education/{education_id}",
    action="education.update",
    answers=EducationOut,
    if_match=Education,
    holds=_what_shows_the_education,
)
def change_education(uow: UnitOfWork, actor: Actor, education_id: Id, body: EducationIn) -> Education:
    """Change a degree's or certificate's particulars; a change by the candidate must be verified and judged anew."""
    return records.change_education(uow, actor, education_id, dict(body))


@routes.post(
    "/education/{education_id}/judgement",
    action="education.judge",
    answers=EducationOut,
    if_match=Education,
    holds=_what_shows_the_education,
)
def judge_education(uow: UnitOfWork, actor: Actor, education_id: Id, body: EducationJudgementIn) -> Education:
    """Verify a degree, and judge whether it is equivalent."""
    return records.judge_education(uow, actor, education_id, body.verification, equivalent=body.equivalent)


def _told(uow: UnitOfWork, actor: Actor, candidate: Candidate) -> CandidateOut:
    """The candidate, to themselves without the change of name where staff alone may take it."""
    tied = uow.identities.first(candidate_id=candidate.id, ended_at=None) is not None
    told = _shown(actor, candidate, tied=tied)
    if actor.candidate_id != candidate.id or actions.may_change_own_name(uow, candidate.id):
        return told
    return told.model_copy(update={"allowed_actions": [verb for verb in told.allowed_actions if verb != "change_name"]})


def _shown(actor: Actor, candidate: Candidate, *, tied: bool) -> CandidateOut:
    """The candidate, with those steps alone that the sign-in, or its lack, allows."""
    useless = {"invite"} if tied else {"unlink"}
    if actor.candidate_id == candidate.id:
        useless = {"invite", "unlink"}
    able = [verb for verb in allowed_actions(actor, "candidate", candidate) if verb not in useless]
    return CandidateOut.model_validate(candidate).model_copy(update={"allowed_actions": able})


def _shown_once(invitation: Invitation, token: str) -> InvitationOut:
    return InvitationOut(
        id=invitation.id, candidate_id=invitation.candidate_id, token=token, expires_at=invitation.expires_at
    )
