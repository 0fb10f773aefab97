"""Verbs of the applicant: begin, choose, affirm, submit, withdraw, appeal.

Locks: every verb holds the application's row before it judges it, so that of two steps at once one sees what the other
did; beginning one, or appealing, holds the candidate's row after it, so that of the two one wins. Charges come last.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from domain.actors import Actor
from domain.applications import completeness, facts_of
from domain.applications.errors import AppealUnderWay, ApplicationUnderWay, NotRegistered
from domain.applications.events import (
    AppealFiled,
    AppealWithdrawn,
    ApplicationCreated,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    AttestationsAffirmed,
    PathwayChosen,
)
from domain.applications.model import Appeal, AppealStatus, Application, ApplicationStatus, Attestation
from domain.applications.rules import EligibilityRuling, Mode, assess
from domain.dates import date_at
from domain.errors import Contradiction, Fault, NotFound
from domain.notices.actions import notify
from domain.notices.model import NoticeKind
from domain.numbers import reference
from domain.payments import actions as payments, rules as payment_rules
from domain.ports import UnitOfWork
from domain.programs.days import in_force_now, today_of
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import FeeDue
from domain.ruling import Finding, Ruling

UNDER_WAY = (
    ApplicationStatus.DRAFT,
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.IN_REVIEW,
    ApplicationStatus.RETURNED,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that the applicant affirms, in the version they read."""

    code: str
    version: str


def create(uow: UnitOfWork, actor: Actor, program: str, pathway: str | None = None) -> Application:
    """Begin a draft under the edition in force, which it stays under; the fee due at submission is charged at once.

    Raises Contradiction for an unknown program or pathway, ApplicationUnderWay where one is under way or approved, and
    AppealUnderWay while an appeal against the denial of one is heard.
    """
    if actor.candidate_id is None:
        actor.must("application.create")
        raise NotRegistered
    candidate = uow.candidates.lock(actor.candidate_id)
    actor.must("application.create", candidate)
    policy = _in_force(uow, program)
    if pathway is not None:
        _must_have_pathway(policy, pathway)
    _must_be_the_only_one(uow, candidate.id, program)
    last_day = today_of(uow, policy) + timedelta(days=policy.applications.draft_expires_days)
    draft = uow.applications.add(
        Application(
            id=uow.new_id(),
            candidate_id=candidate.id,
            program=program,
            edition=policy.edition,
            number=reference("A", uow.random(8)),
            search_name=candidate.search_name,
            created_at=uow.now,
            pathway=pathway,
            due_on=last_day,
            expires_on=last_day,
        )
    )
    uow.record(
        ApplicationCreated(application_id=draft.id, candidate_id=candidate.id, program=program, edition=policy.edition)
    )
    payments.charge(uow, policy, submission_fee(policy), candidate.id, draft.id)
    return draft


def choose_pathway(uow: UnitOfWork, actor: Actor, application_id: UUID, pathway: str) -> Application:
    """Choose, or change, the pathway by which the applicant means to be eligible."""
    application = uow.applications.lock(application_id)
    actor.must("application.update", application)
    _must_have_pathway(uow.policies.named(application.edition), pathway)
    changed = uow.applications.save(replace(application, pathway=pathway))
    uow.record(PathwayChosen(application_id=changed.id, candidate_id=changed.candidate_id, pathway=pathway))
    return changed


def affirm(uow: UnitOfWork, actor: Actor, application_id: UUID, statements: Sequence[Statement]) -> Application:
    """Affirm statements of the edition. Raises Contradiction for one that it lacks, or has in a newer version."""
    application = uow.applications.lock(application_id)
    actor.must("application.attest", application)
    policy = uow.policies.named(application.edition)
    _must_be_current(policy, statements)
    affirmed = [Attestation(code=one.code, version=one.version, affirmed_at=uow.now) for one in statements]
    same = {(one.code, one.version) for one in affirmed}
    kept = [one for one in application.attestations if (one.code, one.version) not in same]
    changed = uow.applications.save(replace(application, attestations=(*kept, *affirmed)))
    names = ",".join(f"{one.code}@{one.version}" for one in affirmed)
    uow.record(AttestationsAffirmed(application_id=changed.id, candidate_id=changed.candidate_id, affirmed=names))
    return changed


def submit(uow: UnitOfWork, actor: Actor, application_id: UUID) -> Application:
    """Hand a draft in for review. Raises Refused, with the ruling of formal completeness, when it lacks anything."""
    application = uow.applications.lock(application_id)
    actor.must("application.submit", application)
    policy = uow.policies.named(application.edition)
    complete(uow, application, policy).require()
    handed_in = replace(
        application, status=ApplicationStatus.SUBMITTED, submitted_at=uow.now, due_on=None, expires_on=None
    )
    return _handed_in(uow, policy, uow.applications.save(handed_in), NoticeKind.APPLICATION_SUBMITTED)


def resubmit(uow: UnitOfWork, actor: Actor, application_id: UUID) -> Application:
    """Hand a returned application in again, by the day the information is due; judged as `submit` judges."""
    application = uow.applications.lock(application_id)
    actor.must("application.resubmit", application)
    policy = uow.policies.named(application.edition)
    complete(uow, application, policy).require()
    *before, last = application.requests
    answered = (*before, replace(last, answered_at=uow.now))
    back = replace(application, status=ApplicationStatus.SUBMITTED, requests=answered, due_on=None)
    return _handed_in(uow, policy, uow.applications.save(back), NoticeKind.RESUBMISSION_RECEIVED)


def withdraw(uow: UnitOfWork, actor: Actor, application_id: UUID, reason: str | None = None) -> Application:
    """Take an application back before it is decided; what is still open of its fees is cancelled."""
    application = uow.applications.lock(application_id)
    actor.must("application.withdraw", application)
    gone = uow.applications.save(
        replace(
            application,
            status=ApplicationStatus.WITHDRAWN,
            closed_reason=reason,
            reviewer=None,
            due_on=None,
            expires_on=None,
        )
    )
    payments.cancel_open(uow, gone.id)
    uow.record(
        ApplicationWithdrawn(
            application_id=gone.id, candidate_id=gone.candidate_id, status_before=application.status.value
        )
    )
    tell(uow, gone, NoticeKind.APPLICATION_WITHDRAWN)
    return gone


def appeal(uow: UnitOfWork, actor: Actor, application_id: UUID, grounds: str) -> Appeal:
    """Appeal against a denial, within the policy's window and once; its fee, if any, is charged.

    Raises Refused where it is too late for it, or another application of the program is under way or approved.
    """
    application = uow.applications.lock(application_id)
    actor.must("application.appeal", application)
    uow.candidates.lock(application.candidate_id)
    policy = uow.policies.named(application.edition)
    appealable(uow, application).require()
    filed = uow.appeals.add(
        Appeal(
            id=uow.new_id(),
            application_id=application.id,
            candidate_id=application.candidate_id,
            grounds=grounds,
            filed_at=uow.now,
            due_on=today_of(uow, policy) + timedelta(days=policy.appeals.decide_within_days),
            first_decided_by=application.decided_by or "",
        )
    )
    payments.charge(uow, policy, policy.appeals.fee, filed.candidate_id, filed.id)
    uow.record(AppealFiled(appeal_id=filed.id, application_id=application.id, candidate_id=filed.candidate_id))
    tell(uow, application, NoticeKind.APPEAL_RECEIVED, about=filed.id)
    return filed


def appealable(uow: UnitOfWork, application: Application) -> Ruling:
    """May a denied application be appealed against now? See `completeness.may_appeal`."""
    policy = uow.policies.named(application.edition)
    decided_on = date_at(application.decided_at or uow.now, policy.zone)
    earlier = uow.appeals.find(application_id=application.id)
    others = uow.applications.find(candidate_id=application.candidate_id, program=application.program)
    another = any(_stands_in_the_way(uow, one) for one in others)
    return completeness.may_appeal(policy, decided_on, earlier, today_of(uow, policy), another=another)


def withdraw_appeal(uow: UnitOfWork, actor: Actor, appeal_id: UUID) -> Appeal:
    """Take an appeal back before it is decided; another may be filed while its window is open."""
    filed = uow.appeals.lock(appeal_id)
    actor.must("appeal.withdraw", filed)
    gone = uow.appeals.save(replace(filed, status=AppealStatus.WITHDRAWN))
    payments.cancel_open(uow, gone.id)
    uow.record(AppealWithdrawn(appeal_id=gone.id, application_id=gone.application_id, candidate_id=gone.candidate_id))
    return gone


def judged(uow: UnitOfWork, application: Application, mode: Mode = Mode.CLAIMED) -> EligibilityRuling:
    """The ruling on an application as it stands, on this day, under the edition it is pinned to."""
    policy = uow.policies.named(application.edition)
    return assess(policy, facts_of.of_application(uow, application, mode), today_of(uow, policy), mode)


def complete(uow: UnitOfWork, application: Application, policy: Policy, *, lock: bool = True) -> Ruling:
    """Whether the application may be handed in now; see `completeness.may_submit`. Holds its charges with `lock`."""
    today = today_of(uow, policy)
    claimed = assess(policy, facts_of.of_application(uow, application), today)
    evidence = uow.evidence.find(application_id=application.id)
    drafted = application.status is ApplicationStatus.DRAFT
    fee = _fee(uow, application.id, policy, lock=lock) if drafted else None
    return completeness.may_submit(policy, application, evidence, claimed, fee, today)


def submission_fee(policy: Policy) -> str | None:
    """The code of the fee that is due at submission, if there is one."""
    fee = policy.fee_due(FeeDue.SUBMISSION)
    return fee.code if fee else None


def tell(
    uow: UnitOfWork,
    application: Application,
    kind: NoticeKind,
    *,
    about: UUID | None = None,
    ruling: Ruling | None = None,
    **more: object,
) -> None:
    """Write the candidate a letter on their application."""
    title = uow.policies.named(application.edition).program_title
    words: dict[str, object] = {"program": title, "number": application.number, **more}
    notify(uow, application.candidate_id, kind, about or application.id, ruling=ruling, **words)


def _fee(uow: UnitOfWork, application_id: UUID, policy: Policy, *, lock: bool) -> Finding:
    standing = sorted(uow.charges.find(about_id=application_id), key=lambda one: one.id)
    if lock:
        standing = [uow.charges.lock(one.id) for one in standing]
    return payment_rules.settled(standing, application_id, submission_fee(policy), policy)


def _in_force(uow: UnitOfWork, program: str) -> Policy:
    try:
        return in_force_now(uow, program)
    except NotFound:
        raise Contradiction(Fault("/program", "unknown_program", "No rules of such a program are in force.")) from None


def _must_have_pathway(policy: Policy, pathway: str) -> None:
    if policy.pathway(pathway) is None:
        raise Contradiction(Fault("/pathway", "unknown_pathway", "The edition has no such pathway."))


def _must_be_current(policy: Policy, statements: Sequence[Statement]) -> None:
    current = {one.code: str(one.version) for one in policy.current_attestations()}
    faults = []
    for index, one in enumerate(statements):
        if one.code not in current:
            faults.append(Fault(f"/statements/{index}/code", "unknown_statement", "The edition has no such statement."))
        elif one.version != current[one.code]:
            detail = "There is a newer version of this statement; read and affirm that."
            faults.append(Fault(f"/statements/{index}/version", "statement_not_current", detail))
    if faults:
        raise Contradiction(*faults)


def _must_be_the_only_one(uow: UnitOfWork, candidate_id: UUID, program: str) -> None:
    earlier = uow.applications.find(candidate_id=candidate_id, program=program)
    if any(_stands_in_the_way(uow, one) for one in earlier):
        raise ApplicationUnderWay
    denied = [one.id for one in earlier if one.status is ApplicationStatus.DENIED]
    if denied and uow.appeals.first(application_id=denied, status=AppealStatus.FILED) is not None:
        raise AppealUnderWay


def _stands_in_the_way(uow: UnitOfWork, application: Application) -> bool:
    """Whether it is under way, or an approval of which use may still be made today."""
    if application.status is not ApplicationStatus.APPROVED or application.expires_on is None:
        return application.status in UNDER_WAY
    return application.expires_on >= today_of(uow, uow.policies.named(application.edition))


def _handed_in(uow: UnitOfWork, policy: Policy, application: Application, kind: NoticeKind) -> Application:
    uow.record(
        ApplicationSubmitted(
            application_id=application.id,
            candidate_id=application.candidate_id,
            edition=policy.edition,
            pathway=application.pathway or "",
            again=kind is NoticeKind.RESUBMISSION_RECEIVED,
        )
    )
    tell(uow, application, kind)
    return application
