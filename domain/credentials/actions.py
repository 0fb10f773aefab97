"""Awards: a released pass becomes a credential, or is held with the reasons.

Locks: judging holds the candidate's row, so that two passes of one person never become two credentials; one award per
attempt is the store's own rule. What follows an award holds its row first, and a lapsed credential that a new
examination brings back is held too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from domain.actors import Actor
from domain.applications import facts_of
from domain.applications.facts import facts_to_json
from domain.applications.model import Application
from domain.applications.rules import Mode, assess
from domain.credentials import rules
from domain.credentials.actions_standing import (
    entry,
    owned,
    publish,
    recorded,
    standing_now,
    tell,
    today_of,
)
from domain.credentials.events import AwardDeclined, AwardHeld, CredentialIssued, CredentialReinstated
from domain.credentials.model import Award, AwardStatus, Credential, Standing
from domain.credentials.number import RANDOM_BYTES, new_number
from domain.dates import end_of
from domain.errors import NotFound
from domain.independence import must_be_independent
from domain.notices.actions import notify
from domain.notices.model import NoticeKind
from domain.payments.model import Charge
from domain.ports import UnitOfWork
from domain.programs.policy import Policy
from domain.renewals.cycles import opened
from domain.renewals.model import CycleStatus
from domain.ruling import Finding, Ruling
from domain.scores.model import Attempt

ISSUED = "The examination was passed and every requirement is met."


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateData:
    """All that a certificate, a badge or a page states; every form of it agrees with the registry to the instant."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    ruling: Ruling
    facts: dict[str, object]
    lapsed: Credential | None


def award(uow: UnitOfWork, attempt: Attempt, application: Application, on: date) -> Award:
    """What becomes of a pass that is released on a day: a credential, or an award held with the ruling that says why.

    Eligibility is judged again, under the application's edition, by what is verified on that day. Asked twice for the
    same attempt, the first award is returned: a pass is awarded once. The caller releases the score in the same
    transaction; it has judged who may.
    """
    standing = uow.awards.first(attempt_id=attempt.id)
    if standing is not None:
        return standing
    judged = _judge(uow, attempt, application, on)
    made = Award(
        id=uow.new_id(),
        candidate_id=application.candidate_id,
        application_id=application.id,
        attempt_id=attempt.id,
        judged_on=on,
        findings=judged.ruling.findings,
        facts=judged.facts,
        created_at=uow.now,
        status=AwardStatus.HELD,
    )
    if not judged.ruling.granted:
        return _hold(uow, uow.awards.add(made), judged.ruling, application)
    credential = _credential(uow, made, application, judged.lapsed, on)
    return uow.awards.add(replace(made, status=AwardStatus.ISSUED, credential_id=credential.id))


def rejudge(uow: UnitOfWork, actor: Actor, award_id: UUID) -> Award:
    """Judge a held award by what is verified today: it is issued, or stays held with today's ruling."""
    held = uow.awards.lock(award_id)
    actor.must("award.rejudge", held)
    must_be_independent(uow, actor, held.candidate_id)
    application = uow.applications.get(held.application_id)
    on = today_of(uow, uow.policies.named(application.edition))
    judged = _judge(uow, uow.attempts.get(held.attempt_id), application, on)
    again = replace(held, judged_on=on, findings=judged.ruling.findings, facts=judged.facts)
    if not judged.ruling.granted:
        return _hold(uow, uow.awards.save(again), judged.ruling, application)
    credential = _credential(uow, again, application, judged.lapsed, on)
    return uow.awards.save(
        replace(
            again,
            status=AwardStatus.ISSUED,
            credential_id=credential.id,
            resolved_by=actor.subject,
            resolved_at=uow.now,
        )
    )


def decline(uow: UnitOfWork, actor: Actor, award_id: UUID, reason: str) -> Award:
    """Decide that no credential follows from a held award."""
    held = uow.awards.lock(award_id)
    actor.must("award.decline", held)
    must_be_independent(uow, actor, held.candidate_id)
    declined = uow.awards.save(
        replace(held, status=AwardStatus.DECLINED, resolved_by=actor.subject, resolved_at=uow.now, reason=reason)
    )
    uow.record(AwardDeclined(award_id=held.id, candidate_id=held.candidate_id, attempt_id=held.attempt_id))
    return declined


def read_award(uow: UnitOfWork, actor: Actor, award_id: UUID) -> Award:
    """An award, for those who may see it."""
    found = uow.awards.get(award_id)
    actor.must("award.read", found)
    return found


def certificate(uow: UnitOfWork, actor: Actor, credential_id: UUID) -> CertificateData:
    """What a certificate of this credential states, as it stands today; NotFound once its names are erased."""
    credential = owned(uow, actor, "credential.read", credential_id)
    if not credential.name:
        raise NotFound
    policy = uow.policies.named(credential.edition)
    return CertificateData(
        credential_id=credential.id,
        number=credential.number,
        name=credential.name,
        program=credential.program,
        program_title=policy.program_title,
        edition=credential.edition,
        issuer=uow.body_name,
        awarded_on=credential.awarded_on,
        valid_from=credential.valid_from,
        valid_until=credential.valid_until,
        ends_at=end_of(credential.valid_until, policy.zone),
        zone=policy.zone,
        standing=credential.status,
    )


def _judge(uow: UnitOfWork, attempt: Attempt, application: Application, on: date) -> _Judged:
    uow.candidates.lock(application.candidate_id)
    facts = facts_of.of_application(uow, application, Mode.VERIFIED)
    policy = uow.policies.named(application.edition)
    eligibility = assess(policy, facts, on, Mode.VERIFIED)
    found = uow.credentials.find(candidate_id=application.candidate_id, program=application.program)
    others = [standing_now(uow, one) for one in found]
    ruling = rules.may_award(eligibility, application.pathway, _charges(uow, attempt, application), others, policy)
    lapsed = next((one for one in others if one.status is Standing.LAPSED), None)
    return _Judged(ruling=Ruling((*ruling.findings, _passed(attempt))), facts=facts_to_json(facts), lapsed=lapsed)


def _passed(attempt: Attempt) -> Finding:
    met = attempt.passed is True
    return Finding(
        clause="exam_passed",
        met=met,
        code="met" if met else "not_passed",
        asked="The examination was passed.",
        found="It was passed." if met else "It was not passed.",
        evidence=(str(attempt.id),),
    )


def _charges(uow: UnitOfWork, attempt: Attempt, application: Application) -> Sequence[Charge]:
    about = [application.id, attempt.authorization_id, attempt.registration_id]
    return uow.charges.find(about_id=[one for one in about if one is not None])


def _hold(uow: UnitOfWork, held: Award, ruling: Ruling, application: Application) -> Award:
    unmet = ",".join(finding.clause for finding in ruling.unmet)
    uow.record(AwardHeld(award_id=held.id, candidate_id=held.candidate_id, attempt_id=held.attempt_id, unmet=unmet))
    title = uow.policies.named(application.edition).program_title
    notify(uow, held.candidate_id, NoticeKind.CREDENTIAL_HELD, held.id, ruling=ruling, program=title)
    return held


def _credential(
    uow: UnitOfWork, made: Award, application: Application, lapsed: Credential | None, on: date
) -> Credential:
    """A new credential; or the candidate's lapsed one, brought back by the examination under its own number."""
    policy = _edition(uow, application, on)
    if lapsed is not None:
        return _brought_back(uow, lapsed, policy, on)
    holder = uow.candidates.get(made.candidate_id)
    credential = uow.credentials.add(
        Credential(
            id=uow.new_id(),
            candidate_id=made.candidate_id,
            application_id=made.application_id,
            attempt_id=made.attempt_id,
            program=application.program,
            edition=policy.edition,
            number=new_number(uow.random(RANDOM_BYTES)),
            name=holder.legal_name.full,
            search_name=holder.search_name,
            awarded_on=on,
            valid_from=on,
            valid_until=rules.ends(policy, on),
            status_reason=ISSUED,
            status_since=uow.now,
            created_at=uow.now,
        )
    )
    change = uow.standing_changes.add(entry(uow, uow.actor, credential, 1, on, ISSUED))
    publish(uow, credential, [change])
    opened(uow, credential, policy, 1, on)
    uow.record(
        CredentialIssued(
            credential_id=credential.id,
            candidate_id=credential.candidate_id,
            award_id=made.id,
            program=credential.program,
            edition=credential.edition,
            valid_from=on,
            valid_until=credential.valid_until,
        )
    )
    until = credential.valid_until
    tell(uow, NoticeKind.CREDENTIAL_ISSUED, credential, valid_from=on, valid_until=until)
    return credential


def _brought_back(uow: UnitOfWork, lapsed: Credential, policy: Policy, on: date) -> Credential:
    locked = standing_now(uow, uow.credentials.lock(lapsed.id))
    return reinstated(uow, uow.actor, locked, policy, on, by_exam=True)


def reinstated(
    uow: UnitOfWork, actor: Actor, lapsed: Credential, policy: Policy, on: date, *, by_exam: bool
) -> Credential:
    """A lapsed credential, its row held, valid for a fresh term from a day under an edition, with a fresh cycle.

    The caller has judged that it may come back.
    """
    for cycle in uow.cycles.find(credential_id=lapsed.id, status=CycleStatus.OPEN):
        uow.cycles.save(replace(cycle, status=CycleStatus.LAPSED, remind_on=None))
    back = recorded(
        uow,
        actor,
        replace(
            lapsed,
            status=Standing.ACTIVE,
            edition=policy.edition,
            valid_until=rules.ends(policy, on),
        ),
        on,
        "A new examination was passed." if by_exam else "The terms of reinstatement are met.",
    )
    opened(uow, back, policy, 1 + uow.cycles.count(credential_id=back.id), on)
    uow.record(
        CredentialReinstated(
            credential_id=back.id,
            candidate_id=back.candidate_id,
            effective_on=on,
            valid_until=back.valid_until,
            by_exam=by_exam,
        )
    )
    tell(uow, NoticeKind.CREDENTIAL_REINSTATED, back, effective_on=on, valid_until=back.valid_until)
    return back


def _edition(uow: UnitOfWork, application: Application, on: date) -> Policy:
    """The edition in force on the day, which the first cycle pins; the application's where none is."""
    try:
        return uow.policies.in_force(application.program, on)
    except NotFound:
        return uow.policies.named(application.edition)
