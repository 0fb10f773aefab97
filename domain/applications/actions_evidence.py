"""Verbs of evidence: add, change, remove, and judge.

Locks: whoever changes or judges a piece holds its row, then its application's; whoever adds one holds the
application's. So nothing is added to, or judged in, an application that leaves its state meanwhile.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from domain.actors import Actor
from domain.applications.completeness import MOST_EVIDENCE
from domain.applications.errors import ClaimedByAnother, EvidenceKept
from domain.applications.events import EvidenceAdded, EvidenceChanged, EvidenceJudged, EvidenceRemoved
from domain.applications.model import (
    Appeal,
    AppealStatus,
    Application,
    ApplicationStatus,
    Evidence,
    EvidenceKind,
    EvidenceStatus,
)
from domain.candidates import records, rules as possible
from domain.candidates.model import Verification
from domain.errors import Contradiction, Fault, NotFound, WrongState
from domain.files import actions as files
from domain.independence import must_be_independent, must_not_have_denied
from domain.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What an applicant brings: a record of theirs, or a claim in JSON form, with the files that show it."""

    kind: EvidenceKind
    record_id: UUID | None = None
    claim: dict[str, object] = field(default_factory=dict)
    file_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A reviewer's word on a piece, and on what the rules leave to staff; None leaves that undecided.

    `source` names what a licence was compared with.
    """

    status: EvidenceStatus
    reason: str | None = None
    source: str = "documents"
    equivalent: bool | None = None
    related: bool | None = None
    recognised: bool | None = None


_DAYS = frozenset({"starts_on", "ends_on", "completed_on", "expires_on"})
_JUDGED_OF = {
    EvidenceKind.EDUCATION: frozenset({"equivalent"}),
    EvidenceKind.EXPERIENCE: frozenset({"related"}),
    EvidenceKind.TRAINING: frozenset({"related", "recognised"}),
}


def add(uow: UnitOfWork, actor: Actor, application_id: UUID, piece: Piece) -> Evidence:
    """Add a piece while the application is theirs to change. NotFound for a record or file that is not theirs."""
    application = uow.applications.lock(application_id)
    actor.must("application.add_evidence", application)
    _must_be_open(uow, application)
    if uow.evidence.count(application_id=application.id) >= MOST_EVIDENCE:
        raise Contradiction(Fault("", "too_much_evidence", f"An application holds at most {MOST_EVIDENCE} pieces."))
    _must_be_theirs(uow, application.candidate_id, piece)
    added = uow.evidence.add(
        Evidence(
            id=uow.new_id(),
            application_id=application.id,
            candidate_id=application.candidate_id,
            kind=piece.kind,
            record_id=piece.record_id,
            claim=piece.claim,
            file_ids=piece.file_ids,
            added_at=uow.now,
        )
    )
    uow.record(
        EvidenceAdded(
            application_id=application.id,
            candidate_id=application.candidate_id,
            evidence_id=added.id,
            evidence_kind=added.kind.value,
            files=len(added.file_ids),
        )
    )
    return added


def change(uow: UnitOfWork, actor: Actor, evidence_id: UUID, piece: Piece) -> Evidence:
    """Replace a piece that nobody judged yet by another of its kind. Raises EvidenceKept for one that was judged."""
    before, application = _held(uow, actor, "evidence.change", evidence_id)
    _must_be_open(uow, application)
    _must_not_be_kept(before, application)
    if piece.kind is not before.kind:
        raise Contradiction(Fault("/kind", "kind_fixed", "A piece of evidence keeps its kind; add another one."))
    _must_be_theirs(uow, application.candidate_id, piece)
    changed = uow.evidence.save(
        replace(
            before,
            record_id=piece.record_id,
            claim=piece.claim,
            file_ids=piece.file_ids,
        )
    )
    uow.record(
        EvidenceChanged(
            application_id=application.id,
            candidate_id=application.candidate_id,
            evidence_id=changed.id,
            files=len(changed.file_ids),
        )
    )
    return changed


def remove(uow: UnitOfWork, actor: Actor, evidence_id: UUID) -> None:
    """Take back a piece that nobody judged yet. Raises EvidenceKept for one that was judged."""
    gone, application = _held(uow, actor, "evidence.remove", evidence_id)
    _must_be_open(uow, application)
    _must_not_be_kept(gone, application)
    uow.evidence.remove(gone)
    uow.record(
        EvidenceRemoved(application_id=application.id, candidate_id=application.candidate_id, evidence_id=gone.id)
    )


def judge(uow: UnitOfWork, actor: Actor, evidence_id: UUID, judgement: Judgement) -> Evidence:
    """Accept or reject a piece in an application that this reviewer has in review, or decides on appeal.

    Accepting a licence or an education verifies the candidate's record too; rejecting takes that back.
    """
    piece, application = _held(uow, actor, "evidence.judge", evidence_id)
    must_review(uow, actor, application)
    _must_fit(piece, judgement)
    _pass_on(uow, actor, piece, judgement)
    said = {name: value for name in ("related", "recognised") if (value := getattr(judgement, name)) is not None}
    judged = uow.evidence.save(
        replace(
            piece,
            status=judgement.status,
            claim={**piece.claim, **said},
            reason=judgement.reason,
            judged_by=actor.subject,
            judged_at=uow.now,
        )
    )
    uow.record(
        EvidenceJudged(
            application_id=application.id,
            candidate_id=application.candidate_id,
            evidence_id=judged.id,
            status=judged.status.value,
            equivalent=judgement.equivalent,
            related=judgement.related,
            recognised=judgement.recognised,
        )
    )
    return judged


def must_review(uow: UnitOfWork, actor: Actor, application: Application) -> None:
    """Return when this reviewer has the application in hand: claimed, or as the one who hears the appeal."""
    must_be_independent(uow, actor, application.candidate_id)
    must_not_have_denied(uow, actor, application.candidate_id)
    if application.status is ApplicationStatus.IN_REVIEW:
        if application.reviewer != actor.subject:
            raise ClaimedByAnother
        return
    if under_appeal(uow, application) is None:
        raise WrongState


def under_appeal(uow: UnitOfWork, application: Application) -> Appeal | None:
    """The appeal that an application is under, if any."""
    if application.status is not ApplicationStatus.DENIED:
        return None
    return uow.appeals.first(application_id=application.id, status=AppealStatus.FILED)


def is_kept(piece: Evidence, application: Application) -> bool:
    """Whether a piece stays on record as it is: a reviewer judged it, or the application was decided on it."""
    decided_at = application.decided_at
    judged = piece.judged_at is not None
    return judged or (decided_at is not None and (piece.added_at is None or piece.added_at <= decided_at))


def _must_not_be_kept(piece: Evidence, application: Application) -> None:
    if is_kept(piece, application):
        raise EvidenceKept


def _held(uow: UnitOfWork, actor: Actor, action: str, evidence_id: UUID) -> tuple[Evidence, Application]:
    piece = uow.evidence.lock(evidence_id)
    actor.must(action, piece)
    return piece, uow.applications.lock(piece.application_id)


def _must_be_open(uow: UnitOfWork, application: Application) -> None:
    """The applicant changes evidence in a draft, when asked for information, and while an appeal is heard."""
    mine = application.status in (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED)
    if not mine and under_appeal(uow, application) is None:
        raise WrongState


def _must_be_theirs(uow: UnitOfWork, candidate_id: UUID, piece: Piece) -> None:
    match piece.kind:
        case EvidenceKind.LICENCE | EvidenceKind.TRANSLATION:
            known = uow.licences.first(id=piece.record_id, candidate_id=candidate_id) is not None
        case EvidenceKind.EDUCATION:
            known = uow.educations.first(id=piece.record_id, candidate_id=candidate_id) is not None
        case _:
            known = piece.record_id is None
    if not known:
        raise NotFound
    files.require(uow, candidate_id, piece.file_ids)
    _must_be_possible(uow, piece)


def _must_be_possible(uow: UnitOfWork, piece: Piece) -> None:
    """Raise Contradiction for days that cannot be; those of a claim are stored as ISO text."""
    days = {name: date.fromisoformat(str(said)) for name, said in piece.claim.items() if name in _DAYS}
    if piece.kind is EvidenceKind.EXPERIENCE:
        possible.must_be_possible(possible.experience_faults(days))
    elif piece.kind is EvidenceKind.TRAINING:
        possible.must_be_possible(possible.training_faults({**piece.claim, **days}, uow.today))


def _must_fit(piece: Evidence, judgement: Judgement) -> None:
    apt = _JUDGED_OF.get(piece.kind, frozenset())
    faults = [
        Fault(f"/{name}", "not_for_this_kind", "This is not judged of this kind of evidence.")
        for name in ("equivalent", "related", "recognised")
        if getattr(judgement, name) is not None and name not in apt
    ]
    if judgement.status is EvidenceStatus.REJECTED and not judgement.reason:
        faults.append(Fault("/reason", "missing", "A rejection says why."))
    if judgement.status is EvidenceStatus.UNVERIFIED:
        faults.append(Fault("/status", "not_a_judgement", "Evidence is accepted or rejected."))
    if faults:
        raise Contradiction(*faults)


def _pass_on(uow: UnitOfWork, actor: Actor, piece: Evidence, judgement: Judgement) -> None:
    """Let the candidate's record know; a rejection of what shows it leaves the record unverified, not false."""
    accepted = judgement.status is EvidenceStatus.ACCEPTED
    verification = Verification.VERIFIED if accepted else Verification.UNVERIFIED
    if piece.record_id is None:
        return
    if piece.kind is EvidenceKind.LICENCE:
        records.licence_verified(uow, actor, piece.record_id, verification, judgement.source)
    if piece.kind is EvidenceKind.EDUCATION:
        before = uow.educations.get(piece.record_id).equivalent
        equivalent = before if judgement.equivalent is None else judgement.equivalent
        records.education_judged(uow, actor, piece.record_id, verification, equivalent=equivalent)
