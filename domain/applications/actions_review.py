"""Verbs of review: claim, release, return for information, decide; appeals; conflicts of interest.

Locks: every verb holds the application's row (deciding an appeal: the appeal's, then the application's), so that of two
decisions, or a decision and a withdrawal, one wins. Declaring a conflict holds what the declarer has in review.
"""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from domain.actors import Actor, Role
from domain.applications import completeness, decisions, facts_of
from domain.applications.actions import judged, tell
from domain.applications.decisions import Decision
from domain.applications.errors import ClaimedByAnother
from domain.applications.events import (
    AppealDecided,
    ApplicationApproved,
    ApplicationClaimed,
    ApplicationDenied,
    ApplicationReleased,
    ConflictOfInterestDeclared,
    InformationRequested,
)
from domain.applications.facts import facts_from_json, facts_to_json
from domain.applications.model import (
    Appeal,
    AppealStatus,
    Application,
    ApplicationStatus,
    ConflictOfInterest,
    Determination,
    InformationRequest,
    Outcome,
)
from domain.applications.rules import EligibilityRuling, Mode, assess
from domain.errors import Contradiction, Fault
from domain.independence import must_be_independent
from domain.notices.model import NoticeKind
from domain.payments import actions as payments
from domain.ports import UnitOfWork
from domain.programs.days import today_of
from domain.programs.policy import Policy
from domain.ruling import Finding, Ruling


def claim(uow: UnitOfWork, actor: Actor, application_id: UUID) -> Application:
    """Take a submitted application into review; of two who claim it, one gets it."""
    application = uow.applications.lock(application_id)
    actor.must("application.claim", application)
    must_be_independent(uow, actor, application.candidate_id)
    claimed = uow.applications.save(replace(application, status=ApplicationStatus.IN_REVIEW, reviewer=actor.subject))
    uow.record(ApplicationClaimed(application_id=claimed.id, candidate_id=claimed.candidate_id, reviewer=actor.subject))
    return claimed


def release(uow: UnitOfWork, actor: Actor, application_id: UUID) -> Application:
    """Put an application back into the queue: whoever claimed it, or an administrator."""
    application = uow.applications.lock(application_id)
    actor.must("application.release", application)
    if application.reviewer != actor.subject and Role.ADMINISTRATOR not in actor.roles:
        raise ClaimedByAnother
    return _released(uow, application, "released")


def return_for_information(
    uow: UnitOfWork,
    actor: Actor,
    application_id: UUID,
    message: str,
    *,
    due_on: date | None = None,
    clauses: tuple[str, ...] = (),
) -> Application:
    """Send an application back to its candidate for information on these clauses.

    It is due on `due_on`, or after the policy's number of days. Raises Refused when it was returned too often already.
    """
    application = uow.applications.lock(application_id)
    actor.must("application.return", application)
    _must_have_claimed(uow, actor, application)
    policy = uow.policies.named(application.edition)
    _must_be_clauses(policy, clauses)
    today = today_of(uow, policy)
    due_on = due_on or today + timedelta(days=policy.applications.information_due_days)
    completeness.may_return(policy, application, due_on, today).require()
    asked = InformationRequest(
        asked_by=actor.subject, asked_at=uow.now, due_on=due_on, message=message, clauses=clauses
    )
    returned = uow.applications.save(
        replace(
            application,
            status=ApplicationStatus.RETURNED,
            requests=(*application.requests, asked),
            due_on=due_on,
            reviewer=None,
        )
    )
    uow.record(
        InformationRequested(
            application_id=returned.id,
            candidate_id=returned.candidate_id,
            due_on=due_on,
            clauses=",".join(clauses),
        )
    )
    tell(uow, returned, NoticeKind.INFORMATION_REQUESTED, due_on=due_on)
    return returned


def decide(uow: UnitOfWork, actor: Actor, application_id: UUID, decision: Decision) -> Determination:
    """Decide an application clause by clause, on the verified evidence of this day, under its edition.

    Raises Contradiction when the decisions do not cover the pathway's clauses, Refused (with the ruling) when an
    approval, or a clause decided as met, stands against the ruling. The determination keeps the facts, to be replayed.
    """
    application = uow.applications.lock(application_id)
    actor.must("application.decide", application)
    _must_have_claimed(uow, actor, application)
    return _determined(uow, actor, application, decision, on_appeal=None)


def decide_appeal(
    uow: UnitOfWork, actor: Actor, appeal_id: UUID, outcome: AppealStatus, reason: str, decision: Decision | None = None
) -> Appeal:
    """Uphold a denial, or overturn it by a new determination that approves. Never by who denied.

    Raises Refused while the appeal's fee is open, and as `decide` does.
    """
    filed = uow.appeals.lock(appeal_id)
    actor.must("appeal.decide", filed)
    application = uow.applications.lock(filed.application_id)
    must_be_independent(uow, actor, filed.candidate_id)
    policy = uow.policies.named(application.edition)
    Ruling((payments.settled(uow, policy, policy.appeals.fee, filed.id),)).require()
    if outcome is AppealStatus.OVERTURNED:
        if decision is None:
            raise Contradiction(Fault("/decisions", "missing", "Overturning a denial decides every clause anew."))
        _determined(uow, actor, application, decision, on_appeal=filed.id)
    decided = uow.appeals.save(
        replace(filed, status=outcome, decided_by=actor.subject, decided_at=uow.now, reason=reason)
    )
    uow.record(
        AppealDecided(
            appeal_id=decided.id,
            application_id=application.id,
            candidate_id=decided.candidate_id,
            outcome=outcome.value,
        )
    )
    tell(uow, application, NoticeKind.APPEAL_DECIDED, about=decided.id, outcome=outcome)
    return decided


def replay(uow: UnitOfWork, actor: Actor, determination_id: UUID) -> tuple[Determination, EligibilityRuling, bool]:
    """Judge a determination's stored facts again, by its edition and on its day.

    The last value says whether the ruling comes out exactly as it was stored.
    """
    made = uow.determinations.get(determination_id)
    actor.must("determination.replay", made)
    policy = uow.policies.named(made.edition)
    again = assess(policy, facts_from_json(made.facts), made.judged_on, Mode.VERIFIED)
    return made, again, _of_pathway(again, made.pathway).findings == made.findings


def declare_conflict(uow: UnitOfWork, actor: Actor, candidate_id: UUID, nature: str) -> ConflictOfInterest:
    """Declare a conflict of interest with a candidate; what the declarer has in review of theirs is released.

    Raises AlreadyExists for one that was declared before.
    """
    actor.must("conflict_of_interest.declare")
    candidate = uow.candidates.get(candidate_id)
    declared = uow.conflicts.add(
        ConflictOfInterest(
            id=uow.new_id(),
            subject=actor.subject,
            candidate_id=candidate.id,
            nature=nature,
            declared_at=uow.now,
        )
    )
    uow.record(ConflictOfInterestDeclared(conflict_id=declared.id, candidate_id=candidate.id, subject=actor.subject))
    for one in uow.applications.find(candidate_id=candidate.id):
        application = uow.applications.lock(one.id)
        if application.status is ApplicationStatus.IN_REVIEW and application.reviewer == actor.subject:
            _released(uow, application, "conflict_of_interest")
    return declared


def _must_have_claimed(uow: UnitOfWork, actor: Actor, application: Application) -> None:
    must_be_independent(uow, actor, application.candidate_id)
    if application.reviewer != actor.subject:
        raise ClaimedByAnother


def _must_be_clauses(policy: Policy, clauses: tuple[str, ...]) -> None:
    known = {clause.code for clause in policy.clauses()}
    faults = [
        Fault(f"/clauses/{index}", "unknown_clause", "The edition has no such clause.")
        for index, clause in enumerate(clauses)
        if clause not in known
    ]
    if faults:
        raise Contradiction(*faults)


def _released(uow: UnitOfWork, application: Application, code: str) -> Application:
    released = uow.applications.save(replace(application, status=ApplicationStatus.SUBMITTED, reviewer=None))
    uow.record(
        ApplicationReleased(
            application_id=released.id,
            candidate_id=released.candidate_id,
            reviewer=application.reviewer or "",
            code=code,
        )
    )
    return released


def ruling_for_decision(uow: UnitOfWork, application: Application) -> Ruling:
    """What a decision today is judged by: the pathway's clauses, on verified evidence, under the pinned edition."""
    return _of_pathway(judged(uow, application, Mode.VERIFIED), application.pathway)


def _of_pathway(ruling: EligibilityRuling, pathway: str | None) -> Ruling:
    """The ruling of the chosen pathway; an empty one, which grants nothing, where the edition lacks it."""
    found = ruling.pathway(pathway) if pathway else None
    return found.ruling if found else Ruling(())


def _determined(
    uow: UnitOfWork, actor: Actor, application: Application, decision: Decision, on_appeal: UUID | None
) -> Determination:
    policy = uow.policies.named(application.edition)
    facts = facts_of.of_application(uow, application, Mode.VERIFIED)
    judged_on = today_of(uow, policy)
    ruling = _of_pathway(assess(policy, facts, judged_on, Mode.VERIFIED), application.pathway)
    if faults := decisions.faults(decision.clauses, ruling.findings):
        raise Contradiction(*faults)
    decisions.may_decide(decision.outcome, ruling.findings, decision.clauses).require()
    made = uow.determinations.add(
        Determination(
            id=uow.new_id(),
            application_id=application.id,
            candidate_id=application.candidate_id,
            outcome=decision.outcome,
            pathway=application.pathway,
            edition=policy.edition,
            judged_on=judged_on,
            facts=facts_to_json(facts),
            findings=ruling.findings,
            decisions=decision.clauses,
            reason=decision.reason,
            decided_by=actor.subject,
            decided_at=uow.now,
            on_appeal=on_appeal,
        )
    )
    _close(uow, policy, application, made)
    return made


def _close(uow: UnitOfWork, policy: Policy, application: Application, made: Determination) -> None:
    decided = replace(
        application, decided_at=made.decided_at, decided_by=made.decided_by, determination_id=made.id, reviewer=None
    )
    if made.outcome is Outcome.APPROVED:
        _approved(uow, policy, decided, made)
    else:
        _denied(uow, policy, decided, made)


def _approved(uow: UnitOfWork, policy: Policy, application: Application, made: Determination) -> None:
    last_day = made.judged_on + timedelta(days=policy.applications.approval_expires_days)
    approved = uow.applications.save(
        replace(application, status=ApplicationStatus.APPROVED, expires_on=last_day, due_on=last_day)
    )
    uow.record(
        ApplicationApproved(
            application_id=approved.id,
            candidate_id=approved.candidate_id,
            determination_id=made.id,
            program=approved.program,
            edition=policy.edition,
            pathway=made.pathway or "",
            expires_on=last_day,
            on_appeal=made.on_appeal,
        )
    )
    tell(uow, approved, NoticeKind.APPLICATION_APPROVED, about=made.id, expires_on=last_day)


def _denied(uow: UnitOfWork, policy: Policy, application: Application, made: Determination) -> None:
    denied = uow.applications.save(replace(application, status=ApplicationStatus.DENIED, expires_on=None, due_on=None))
    unmet = [one.clause for one in made.decisions if not one.met]
    uow.record(
        ApplicationDenied(
            application_id=denied.id,
            candidate_id=denied.candidate_id,
            determination_id=made.id,
            program=denied.program,
            edition=policy.edition,
            clauses=",".join(unmet),
        )
    )
    appeal_by = made.judged_on + timedelta(days=policy.appeals.window_days)
    decided = Ruling(tuple(_as_decided(one, unmet) for one in made.findings))
    tell(uow, denied, NoticeKind.APPLICATION_DENIED, about=made.id, ruling=decided, appeal_by=appeal_by)


def _as_decided(finding: Finding, unmet: list[str]) -> Finding:
    """The finding as the reviewer decided it, who may see more than the rules do."""
    met = finding.clause not in unmet
    code = "decided_not_met" if finding.met and not met else finding.code
    return replace(finding, met=met, code=code)
