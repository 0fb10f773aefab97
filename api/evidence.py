"""Evidence of an application: what applicants bring, and what reviewers say of it."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from api.fields import Code, Day, Flag, Id, In, Line, Reason, WeeklyHours, Words
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.applications import actions_evidence as actions
from domain.applications.actions_evidence import Judgement, Piece
from domain.applications.model import Application, ApplicationStatus, Evidence, EvidenceKind, EvidenceStatus
from domain.errors import DomainError
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork

routes = Routes("evidence")

FileIds = Annotated[tuple[Id, ...], Field(max_length=20)]


class _PieceIn(In):
    """What every piece has: the files that show it, uploaded before."""

    file_ids: FileIds = ()


class LicenceEvidenceIn(_PieceIn):
    """A licence among the candidate's records."""

    kind: Literal["licence"]
    record_id: Id


class TranslationEvidenceIn(_PieceIn):
    """An English translation of a licence; `certified` says that a translator vouches for it."""

    kind: Literal["translation"]
    record_id: Id
    certified: Flag
    file_ids: Annotated[FileIds, Field(min_length=1)]


class EducationEvidenceIn(_PieceIn):
    """A degree or certificate among the candidate's records."""

    kind: Literal["education"]
    record_id: Id


class ExperienceEvidenceIn(_PieceIn):
    """Work in one setting, both days inclusive; without an end it goes on."""

    kind: Literal["experience"]
    setting: Code
    starts_on: Day
    ends_on: Day | None = None
    hours_per_week: WeeklyHours | None = None
    role: Line | None = None
    employer: Line | None = None


class TrainingEvidenceIn(_PieceIn):
    """A residency, fellowship, certificate, training program or graduate degree."""

    # Named as the self-check names it; the kind of evidence is said by `kind`.
    kind: Literal["training"]
    training: Code
    provider: Line
    subject: Code
    completed_on: Day | None = None
    expires_on: Day | None = None
    in_progress: Flag = False


class OtherEvidenceIn(_PieceIn):
    """Anything else that the reviewer should see."""

    kind: Literal["other"]
    description: Words


EvidenceIn = Annotated[
    LicenceEvidenceIn
    | TranslationEvidenceIn
    | EducationEvidenceIn
    | ExperienceEvidenceIn
    | TrainingEvidenceIn
    | OtherEvidenceIn,
    Field(discriminator="kind"),
]


class JudgementIn(In):
    """A reviewer's word on a piece.

    `equivalent` is for degrees, `related` for work and training, `recognised` for the provider of a training; left
    out, they stay undecided.
    """

    status: Literal["accepted", "rejected"]
    reason: Reason | None = None
    source: Line = "documents"
    equivalent: Flag | None = None
    related: Flag | None = None
    recognised: Flag | None = None


class EvidenceOut(Resource):
    """A piece of evidence and what the reviewer said of it."""

    noun: ClassVar[str] = ""

    application_id: UUID
    kind: EvidenceKind
    record_id: UUID | None
    claim: dict[str, JsonValue]
    file_ids: list[UUID]
    status: EvidenceStatus
    judged_at: datetime | None
    reason: str | None
    added_at: datetime | None


@routes.post(
    "/applications/{application_id}/evidence",
    action="application.add_evidence",
    answers=EvidenceOut,
    status_code=201,
    location="/v1/evidence/{id}",
)
def add(uow: UnitOfWork, actor: Actor, application_id: Id, body: EvidenceIn) -> EvidenceOut:
    """Add a piece of evidence to a draft, a returned application, or one under appeal."""
    return _shown(uow, actor, actions.add(uow, actor, application_id, _piece(body)))


@routes.get(
    "/applications/{application_id}/evidence",
    action="evidence.read",
    answers=EvidenceOut,
    listing=Listing(Evidence, filters={"kind": EvidenceKind, "status": EvidenceStatus}),
)
def list_evidence(uow: UnitOfWork, actor: Actor, application_id: Id, page: PageRequest) -> Page[EvidenceOut]:
    """List the evidence of an application."""
    application = uow.applications.get(application_id)
    actor.must("evidence.read", application)
    found = uow.evidence.page(page.within(application_id=application_id))
    verbs = _verbs(uow, actor, application)
    return Page([_out(one, application, verbs) for one in found.items], found.after)


@routes.get("/evidence/{evidence_id}", action="evidence.read", answers=EvidenceOut, brief=True)
def read(uow: UnitOfWork, actor: Actor, evidence_id: Id) -> EvidenceOut:
    """Read a piece of evidence."""
    piece = uow.evidence.get(evidence_id)
    actor.must("evidence.read", piece)
    return _shown(uow, actor, piece)


@routes.put("/evidence/{evidence_id}", action="evidence.change", answers=EvidenceOut, if_match=Evidence)
def change(uow: UnitOfWork, actor: Actor, evidence_id: Id, body: EvidenceIn) -> EvidenceOut:
    """Replace a piece of evidence by another of its kind, until a reviewer has judged it; what was judged is kept."""
    return _shown(uow, actor, actions.change(uow, actor, evidence_id, _piece(body)))


@routes.delete("/evidence/{evidence_id}", action="evidence.remove", if_match=Evidence)
def remove(uow: UnitOfWork, actor: Actor, evidence_id: Id) -> None:
    """Take a piece of evidence back, until a reviewer has judged it; what was judged is kept."""
    actions.remove(uow, actor, evidence_id)


@routes.post("/evidence/{evidence_id}/judgement", action="evidence.judge", answers=EvidenceOut, if_match=Evidence)
def judge(uow: UnitOfWork, actor: Actor, evidence_id: Id, body: JudgementIn) -> EvidenceOut:
    """Accept or reject a piece of evidence, and judge what the rules leave to staff."""
    said = {**dict(body), "status": EvidenceStatus(body.status)}
    return _shown(uow, actor, actions.judge(uow, actor, evidence_id, Judgement(**said)))


def _piece(body: EvidenceIn) -> Piece:
    record = getattr(body, "record_id", None)
    said = body.model_dump(mode="json", exclude={"kind", "record_id", "file_ids"}, exclude_none=True)
    if "training" in said:
        said["kind"] = said.pop("training")
    if "hours_per_week" in said:
        said["hours_per_week"] = str(Decimal(str(said["hours_per_week"])))
    return Piece(kind=EvidenceKind(body.kind), record_id=record, claim=said, file_ids=body.file_ids)


def _shown(uow: UnitOfWork, actor: Actor, piece: Evidence) -> EvidenceOut:
    application = uow.applications.get(piece.application_id)
    return _out(piece, application, _verbs(uow, actor, application))


def _out(piece: Evidence, application: Application, verbs: list[str]) -> EvidenceOut:
    kept = actions.is_kept(piece, application)
    able = [verb for verb in verbs if verb == "judge" or not kept]
    return EvidenceOut.model_validate(piece).model_copy(update={"allowed_actions": able})


def _verbs(uow: UnitOfWork, actor: Actor, application: Application) -> list[str]:
    """What this caller may do to the evidence of an application, as it stands, where it is not kept."""
    if actor.may("evidence.change", application):
        mine = application.status in (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED)
        return ["change", "remove"] if mine or actions.under_appeal(uow, application) else []
    if not actor.may("evidence.judge"):
        return []
    try:
        actions.must_review(uow, actor, application)
    except DomainError:
        return []
    return ["judge"]
