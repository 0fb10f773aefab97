"""Scoring what is stored: all attempts of a form in an administration, by the key and conversion in force.

Locks: asking and every batch hold the form's row, so that versions do not change within a batch and no release is
proposed beside it.
"""

from uuid import UUID

from domain.actors import Actor
from domain.errors import Conflict
from domain.jobs import actions as jobs
from domain.jobs.model import Batch, Job, JobRequest
from domain.ports import UnitOfWork
from domain.scores import actions, rules
from domain.scores.actions import Versions
from domain.scores.errors import ReleaseUnderWay
from domain.scores.model import ReleaseStatus
from domain.scores.sittings import Ref, Score

SCORE = "scores.score"
"""The kind of the job. Its parameters: `administration_id`, `form_id`."""
ROWS = 2_000
UNDER_WAY = [ReleaseStatus.PROPOSED, ReleaseStatus.APPROVED]


def request(uow: UnitOfWork, actor: Actor, administration_id: UUID, form_id: UUID, *, dry_run: bool = False) -> Job:
    """Queue the scoring, or scoring anew, of what is neither released nor invalidated.

    Raises FormNotApproved, ConversionMissing, ConversionDoesNotFit, or ReleaseUnderWay.
    """
    form = uow.forms.lock(form_id)
    actor.must("form.score", form)
    rules.must_belong(form, uow.administrations.get(administration_id))
    actions.in_force(uow, form)
    must_not_be_releasing(uow, administration_id, form_id)
    parameters = {"administration_id": str(administration_id), "form_id": str(form_id)}
    return jobs.request(uow, actor, JobRequest(kind=SCORE, parameters=parameters, dry_run=dry_run))


def step(rows: int = ROWS) -> jobs.Step:
    """One batch of scoring, of at most so many attempts."""

    def score_batch(uow: UnitOfWork, job: Job) -> Batch:
        administration_id, form_id = (UUID(str(job.parameters[name])) for name in ("administration_id", "form_id"))
        form = uow.forms.lock(form_id)
        try:
            must_not_be_releasing(uow, administration_id, form_id)
            versions = actions.in_force(uow, form)
        except Conflict as refusal:
            return Batch(job.failed(uow.now, refusal.code))
        after = job.cursor.get("after")
        waiting = uow.attempts.to_score(
            administration_id,
            form_id,
            (versions.key.number, versions.conversion.number),
            after=str(after) if after else None,
            limit=rows,
        )
        if not waiting:
            numbers = {"key_number": versions.key.number, "conversion_number": versions.conversion.number}
            return Batch(job.succeeded(uow.now, {"scored": job.done, **numbers}))
        changed = uow.attempts.put_scores(versions.key.number, versions.conversion.number, scores(versions, waiting))
        done = len(waiting)
        return Batch(job.advanced(rows=done, failed=done - changed, cursor={"after": waiting[-1][0]}))

    return score_batch


def scores(versions: Versions, waiting: list[tuple[Ref, bytes]]) -> list[Score]:
    """The scores of stored answers, in the same order."""
    from domain.scores.scoring import as_matrix, score_matrix  # noqa: PLC0415 - it loads numpy, which only jobs need

    matrix = as_matrix([answers for _, answers in waiting], versions.answers.items)
    raw, domain_raw = score_matrix(matrix, versions.answers)
    table = versions.table
    return [
        Score(attempt, points, table.scaled[points], points >= table.cut, domains)
        for (attempt, _), points, domains in zip(waiting, raw.tolist(), domain_raw.tolist(), strict=True)
    ]


def must_not_be_releasing(uow: UnitOfWork, administration_id: UUID, form_id: UUID) -> None:
    """Return unless a release of these scores is proposed or being carried out; the caller holds the form."""
    found = uow.score_releases.first(administration_id=administration_id, form_id=form_id, status=UNDER_WAY)
    if found is not None:
        raise ReleaseUnderWay
