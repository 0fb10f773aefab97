"""Whose outcome would change under a new edition, and by which clauses.

Judged clause by clause are the applications of the program that are under way or approved, on the day the edition
begins (or today, if that is later), each under its own edition and under the new one, along the pathway that its
applicant chose. One whose pathway the new edition lacks is told too: nothing could be decided along it. What applicants
state counts, verified or not: what is still to be verified is the same under both. What else is in flight is told by
groups, in `effects`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

from domain.actors import Actor
from domain.applications import facts_of
from domain.applications.actions import UNDER_WAY
from domain.applications.model import Application, ApplicationStatus
from domain.applications.rules import Applicant, ChangedOutcome, compare
from domain.jobs import actions as jobs
from domain.jobs.model import Batch, Job, JobOutcome, JobRequest, OutcomeStatus
from domain.paging import PageRequest
from domain.ports import UnitOfWork
from domain.programs.days import today_of
from domain.programs.effects import Effect, NotJudged, effects, not_judged
from domain.programs.policy import Policy
from domain.programs.reading import policy_document, read_policy

COMPARE = "policy.compare"
"""The kind of the job that compares where there are many. Its parameters: `document`, the new edition."""

AT_ONCE = 200
_JUDGED = frozenset({*UNDER_WAY, ApplicationStatus.APPROVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How many applications were judged, and whose outcome changes; or the job that is finding out.

    `effects` and `not_judged` are about everything else that the edition changes.
    """

    judged: int = 0
    changed: tuple[tuple[Application, ChangedOutcome], ...] = ()
    job: Job | None = None
    effects: tuple[Effect, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()


def rehearse(uow: UnitOfWork, actor: Actor, policy: Policy) -> Comparison:
    """Compare at once where there are few applications; else request the job that does."""
    actor.must("policy.publish")
    page = uow.applications.page(PageRequest(limit=AT_ONCE, equals={"program": policy.program}))
    told = _beside(uow, policy)
    if page.after is not None:
        wanted = JobRequest(kind=COMPARE, parameters={"document": policy_document(policy)}, dry_run=True)  # type: ignore[dict-item]
        return replace(told, job=jobs.request(uow, actor, wanted))
    judged = _judged(page.items)
    return replace(told, judged=len(judged), changed=tuple(_compared(uow, policy, judged)))


def compare_all(uow: UnitOfWork, policy: Policy) -> Comparison:
    """Compare every application of the program, however many there are, for a caller who waits; stores nothing."""
    judged, changed = 0, list[tuple[Application, ChangedOutcome]]()
    wanted = PageRequest(limit=AT_ONCE, equals={"program": policy.program})
    while True:
        page = uow.applications.page(wanted)
        found = _judged(page.items)
        judged += len(found)
        changed += _compared(uow, policy, found)
        if page.after is None:
            return replace(_beside(uow, policy), judged=judged, changed=tuple(changed))
        wanted = replace(wanted, after=page.after)


def clauses_said(changed: ChangedOutcome) -> str:
    """The clauses that make the difference, in one line: `us-licensed/specialty-experience: met > too_short`."""
    return "; ".join(f"{one.pathway}/{one.clause}: {one.before or '-'} > {one.after or '-'}" for one in changed.clauses)


def step(uow: UnitOfWork, job: Job) -> Batch:
    """One batch of the job: its outcomes are the applications that change, its result how many gain and lose."""
    policy = read_policy(cast("Mapping[str, object]", job.parameters["document"]))
    after = job.cursor.get("after")
    wanted = PageRequest(
        limit=AT_ONCE,
        after=None if after is None else (UUID(str(after)), UUID(str(after))),
        equals={"program": policy.program},
    )
    page = uow.applications.page(wanted)
    changed = list(_compared(uow, policy, _judged(page.items)))
    gain = _so_far(job, "gain") + sum(outcome.eligible_after for _, outcome in changed)
    lose = _so_far(job, "lose") + sum(outcome.eligible_before for _, outcome in changed)
    outcomes = tuple(_outcome(uow, job, job.done + 1 + page.items.index(one), one, said) for one, said in changed)
    last = str(page.items[-1].id) if page.items else after
    cursor = {"after": last, "gain": gain, "lose": lose}
    further = job.advanced(rows=len(page.items), cursor=cursor)
    if page.after is None:
        further = further.succeeded(uow.now, {"edition": policy.edition, "gain": gain, "lose": lose})
    return Batch(further, outcomes)


def _beside(uow: UnitOfWork, policy: Policy) -> Comparison:
    found = effects(uow, policy)
    return Comparison(effects=found, not_judged=not_judged(uow, policy, found))


def _so_far(job: Job, name: str) -> int:
    return int(cast("int", job.cursor.get(name, 0)))


def _judged(applications: Sequence[Application]) -> list[Application]:
    return [one for one in applications if one.status in _JUDGED]


def _compared(
    uow: UnitOfWork, policy: Policy, applications: Sequence[Application]
) -> list[tuple[Application, ChangedOutcome]]:
    facts = facts_of.of_many(uow, applications)
    by_edition, by_ref = defaultdict[str, list[Applicant]](list), {str(one.id): one for one in applications}
    for one in applications:
        by_edition[one.edition].append(Applicant(ref=str(one.id), facts=facts[one.id], pathway=one.pathway))
    on = max(policy.in_force_from, today_of(uow, policy))
    return [
        (by_ref[outcome.ref], outcome)
        for edition, cases in by_edition.items()
        for outcome in compare(uow.policies.named(edition), policy, cases, on)
    ]


def _outcome(uow: UnitOfWork, job: Job, row: int, application: Application, changed: ChangedOutcome) -> JobOutcome:
    return JobOutcome(
        id=uow.new_id(),
        job_id=job.id,
        row=row,
        status=OutcomeStatus.OK,
        code=changed.code.value,
        values={
            "application_id": str(application.id),
            "number": application.number,
            "status": application.status.value,
            "clauses": clauses_said(changed),
        },
    )
