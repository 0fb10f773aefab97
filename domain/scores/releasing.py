"""Release: one person proposes, another approves, and a job lets each score leave exactly once.

Locks: proposing holds the form's row, and so do imports and scoring: what is proposed is scored by one key and one
conversion, and nothing joins it afterwards but attempts whose hold is lifted. The store allows one release under way
per form and administration. Approving holds the form's row and then the release's: no key or conversion comes into
force beside it, and one that came after the proposal refuses it. Rejecting holds the release's row; each batch holds
the rows of its attempts and asks again whether they are held, so that a hold placed in time stops its score.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain.actors import Actor
from domain.applications.model import Application
from domain.credentials.awarding import Pass, award_all
from domain.dates import date_at
from domain.exams.model import Authorization
from domain.independence import must_be_independent_of_all
from domain.jobs import actions as jobs
from domain.jobs.model import Batch, Job, JobRequest
from domain.notices.actions import letter, notify
from domain.notices.model import NoticeKind
from domain.ports import UnitOfWork
from domain.scores import actions, rules
from domain.scores.errors import NothingToRelease, SupersededVersions, TooManyApprovals, UnscoredAttempts
from domain.scores.events import AttemptReleased, ReleaseDecided, ReleaseDone, ReleaseProposed
from domain.scores.model import Attempt, AttemptStatus, Form, ReleaseStatus, ScoreRelease
from domain.scores.rescoring import must_not_be_releasing
from domain.sweep.letters import send_off

RELEASE = "scores.release"
"""The kind of the job. Its parameters: `release_id`."""
ROWS = 500
"""Attempts released in one transaction: each pass is judged again for its credential, all of them set by set."""
APPROVALS = 2


def propose(uow: UnitOfWork, actor: Actor, administration_id: UUID, form_id: UUID) -> ScoreRelease:
    """Propose to release every score of a form in an administration that is not held.

    Raises NothingToRelease, UnscoredAttempts, ReleaseUnderWay, and what `in_force` of the form's actions raises.
    """
    form = uow.forms.lock(form_id)
    actor.must("score_release.propose")
    _must_be_independent(uow, actor, administration_id, form_id)
    rules.must_belong(form, uow.administrations.get(administration_id))
    must_not_be_releasing(uow, administration_id, form_id)
    if uow.policies.named(form.edition).scoring.release_approvals > APPROVALS:
        raise TooManyApprovals
    versions = actions.in_force(uow, form)
    numbers = (versions.key.number, versions.conversion.number)
    if uow.attempts.to_score(administration_id, form_id, numbers, after=None, limit=1):
        raise UnscoredAttempts
    waiting = uow.attempts.count(
        administration_id=administration_id, form_id=form_id, status=AttemptStatus.SCORED, held=False
    )
    if not waiting:
        raise NothingToRelease
    release = uow.score_releases.add(
        ScoreRelease(
            id=uow.new_id(),
            administration_id=administration_id,
            form_id=form_id,
            key_number=versions.key.number,
            conversion_number=versions.conversion.number,
            attempts=waiting,
            proposed_by=actor.subject,
            proposed_at=uow.now,
        )
    )
    uow.record(
        ReleaseProposed(
            release_id=release.id,
            form_id=form_id,
            administration_id=administration_id,
            attempts=waiting,
            key_number=release.key_number,
            conversion_number=release.conversion_number,
        )
    )
    return release


def approve(uow: UnitOfWork, actor: Actor, release_id: UUID) -> ScoreRelease:
    """Release what somebody else proposed; a job carries it out.

    Raises SupersededVersions where another key or conversion was put in force meanwhile.
    """
    form = hold_form(uow, release_id)
    release = uow.score_releases.lock(release_id)
    actor.must("score_release.approve", release)
    _must_be_independent(uow, actor, release.administration_id, release.form_id)
    _must_be_in_force(uow, form, release)
    wanted = JobRequest(kind=RELEASE, parameters={"release_id": str(release.id)}, total=release.attempts)
    job = jobs.request(uow, actor, wanted)
    approved = uow.score_releases.save(
        replace(release, status=ReleaseStatus.APPROVED, approved_by=actor.subject, approved_at=uow.now, job_id=job.id)
    )
    uow.record(ReleaseDecided(release_id=release.id, approved=True))
    return approved


def hold_form(uow: UnitOfWork, release_id: UUID) -> Form:
    """Hold the form that a release is of, which comes before the release's own row."""
    return uow.forms.lock(uow.score_releases.get(release_id).form_id)


def reject(uow: UnitOfWork, actor: Actor, release_id: UUID, reason: str) -> ScoreRelease:
    """Decide against a proposed release, so that scores may be put right; whoever proposed it may take it back too."""
    release = uow.score_releases.lock(release_id)
    actor.must("score_release.reject", release)
    uow.record(ReleaseDecided(release_id=release.id, approved=False))
    return uow.score_releases.save(replace(release, status=ReleaseStatus.REJECTED, reason=reason))


def step(rows: int = ROWS) -> jobs.Step:
    """One batch of a release: scores leave first, then those on hold are told that theirs waits."""

    def release_batch(uow: UnitOfWork, job: Job) -> Batch:
        release = uow.score_releases.get(UUID(str(job.parameters["release_id"])))
        after = job.cursor.get("after")
        place = UUID(str(after)) if after else None
        if job.cursor.get("telling"):
            return _tell_batch(uow, job, release, place, rows)
        found = uow.attempts.releasable(release, after=place, limit=rows)
        if not found:
            return Batch(job.advanced(rows=0, cursor={"telling": True, "after": None}))
        _release_all(uow, release, found)
        return Batch(job.advanced(rows=len(found), cursor={"after": str(found[-1].id)}))

    return release_batch


def _must_be_in_force(uow: UnitOfWork, form: Form, release: ScoreRelease) -> None:
    """Return while the key and the conversion that were proposed are in force, and fit each other."""
    versions = actions.in_force(uow, form)
    if (versions.key.number, versions.conversion.number) != (release.key_number, release.conversion_number):
        raise SupersededVersions


def _must_be_independent(uow: UnitOfWork, actor: Actor, administration_id: UUID, form_id: UUID) -> None:
    """Return unless a score that would leave is the actor's own, or that of whom they declared a conflict with.

    Attempts on hold count too: a hold may be lifted before the job comes to them.
    """
    sat = {"administration_id": administration_id, "form_id": form_id, "status": AttemptStatus.SCORED}
    must_be_independent_of_all(uow, actor, lambda ids: uow.attempts.count(candidate_id=ids, **sat) > 0)


def _release_all(uow: UnitOfWork, release: ScoreRelease, found: Sequence[Attempt]) -> None:
    """Let these scores leave, and judge what each pass is worth."""
    policy = uow.policies.named(uow.forms.get(release.form_id).edition)
    applications = _applications(uow, found)
    left = uow.attempts.leave(found, release)
    for one in left:
        told = AttemptReleased(
            attempt_id=one.id, candidate_id=one.candidate_id, release_id=release.id, passed=one.passed is True
        )
        uow.record(told)
    kind, title = NoticeKind.SCORE_REPORT_READY, policy.program_title
    send_off(uow, [letter(uow, one.candidate_id, kind, one.id, program=title) for one in left])
    passes = [
        Pass(attempt=one, application=application)
        for one in left
        if one.passed and (application := applications.get(one.authorization_id)) is not None
    ]
    award_all(uow, passes, date_at(uow.now, policy.zone))


def _tell_batch(uow: UnitOfWork, job: Job, release: ScoreRelease, after: UUID | None, rows: int) -> Batch:
    """Tell those on hold once, however many releases pass them by; then the release is done."""
    held = uow.attempts.withheld(release, after=after, limit=rows)
    if not held:
        return _finished(uow, job, release)
    title = uow.policies.named(uow.forms.get(release.form_id).edition).program_title
    told = uow.notices.find(kind=NoticeKind.SCORE_HELD, about_id=[attempt.id for attempt in held])
    knowing = {notice.about_id for notice in told}
    for attempt in held:
        if attempt.id not in knowing:
            notify(uow, attempt.candidate_id, NoticeKind.SCORE_HELD, attempt.id, program=title)
    return Batch(job.advanced(rows=0, cursor={"telling": True, "after": str(held[-1].id)}))


def _finished(uow: UnitOfWork, job: Job, release: ScoreRelease) -> Batch:
    if release.status is ReleaseStatus.APPROVED:
        uow.score_releases.save(replace(release, status=ReleaseStatus.DONE))
        uow.record(ReleaseDone(release_id=release.id, released=job.done))
    return Batch(job.succeeded(uow.now, {"release_id": str(release.id), "released": job.done}))


def _applications(uow: UnitOfWork, found: Sequence[Attempt]) -> dict[UUID | None, Application]:
    """The application behind each attempt's authorization, by the authorization's id."""
    ids = [one.authorization_id for one in found if one.passed and one.authorization_id is not None]
    if not ids:
        return {}
    authorizations: list[Authorization] = uow.authorizations.find(id=ids)
    applications = {
        one.id: one for one in uow.applications.find(id=list({one.application_id for one in authorizations}))
    }
    return {one.id: applications[one.application_id] for one in authorizations}
