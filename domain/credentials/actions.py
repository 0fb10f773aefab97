"""Awards: a released pass becomes a credential, or is held with the reasons.

Locks: judging holds the candidate's row, so that two passes of one person never become two credentials; one award per
attempt is the store's own rule. What follows an award holds its row first, and a lapsed credential that a new
examination brings back is held too.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from domain.actors import Actor
from domain.applications.model import Application
from domain.credentials.actions_standing import owned
from domain.credentials.awarding import Pass, award_all, hold, issue_all, judge_all
from domain.credentials.events import AwardDeclined
from domain.credentials.model import Award, AwardStatus, Standing
from domain.dates import end_of
from domain.errors import NotFound
from domain.independence import must_be_independent
from domain.ports import UnitOfWork
from domain.programs.days import today_of
from domain.scores.model import Attempt


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


def award(uow: UnitOfWork, attempt: Attempt, application: Application, on: date) -> Award:
    """What becomes of a pass that is released on a day: a credential, or an award held with the ruling that says why.

    Eligibility is judged again, under the application's edition, by what is verified on that day. Asked twice for the
    same attempt, the first award is returned: a pass is awarded once. The caller releases the score in the same
    transaction; it has judged who may.
    """
    return award_all(uow, [Pass(attempt=attempt, application=application)], on)[0]


def rejudge(uow: UnitOfWork, actor: Actor, award_id: UUID) -> Award:
    """Judge a held award by what is verified today: it is issued, or stays held with today's ruling."""
    held = uow.awards.lock(award_id)
    actor.must("award.rejudge", held)
    must_be_independent(uow, actor, held.candidate_id)
    application = uow.applications.get(held.application_id)
    on = today_of(uow, uow.policies.named(application.edition))
    passed = Pass(attempt=uow.attempts.get(held.attempt_id), application=application)
    (judged,) = judge_all(uow, [passed], on)
    again = replace(held, judged_on=on, findings=judged.ruling.findings, facts=judged.facts)
    if not judged.ruling.granted:
        return hold(uow, uow.awards.save(again), judged)
    (credential,) = issue_all(uow, [(again, judged)], on)
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
