"""Verbs of the ledger: record an activity, document it, judge it, take it back; and the list of those approved before.

Locks: recording holds the credential's row, so that no renewal closes the cycle meanwhile; judging holds the
activity's row.
"""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.actors import Actor
from domain.credentials.actions_standing import held
from domain.credentials.model import Standing
from domain.errors import Contradiction, Fault, Refused, WrongState
from domain.files import actions as files
from domain.independence import is_independent, must_be_independent, must_be_owner_or_independent
from domain.ports import UnitOfWork
from domain.programs.days import in_force_now, today_of
from domain.programs.policy import Policy
from domain.renewals import rules
from domain.renewals.actions import counts_from, current, terms_of
from domain.renewals.errors import UnknownCategory
from domain.renewals.events import (
    ActivityApprovedBeforehand,
    ActivityDocumented,
    ActivityJudged,
    ActivityRecorded,
    ActivityWithdrawn,
    ApprovalEnded,
)
from domain.renewals.ledger import BY_LIST, BY_STAFF, DoesNotCount, Proof, category, proved
from domain.renewals.model import Activity, ActivityStatus, ApprovedActivity, Cycle, CycleStatus
from domain.renewals.uan import Uan, parse, stem_of
from domain.ruling import Finding, Ruling

MOST_FILES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a holder did, as they say. `minutes` of education; without a `uan`, `category` says what it was about."""

    title: str
    provider: str
    minutes: int
    completed_on: date
    category: str | None = None
    uan: str | None = None
    file_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An activity that staff approve beforehand: `uan` is its number or stem; days are inclusive."""

    program: str
    uan: str
    title: str
    category: str
    from_on: date
    until_on: date | None = None


def record(uow: UnitOfWork, actor: Actor, credential_id: UUID, claim: Claim) -> Activity:
    """Enter an activity into the credential's present cycle, where it stays.

    A number whose topic proves its category, or that stands on the list, is accepted at once; the rest waits for staff,
    and so does what is hardly to be believed.
    Refused for a day outside the cycle, and for a topic that the policy does not count.
    """
    credential = held(uow, actor, "credential.record_activity", credential_id)
    must_be_owner_or_independent(uow, actor, credential.candidate_id)
    cycle = current(uow, credential_id)
    policy = terms_of(uow, cycle)
    lapsed = credential.status is Standing.LAPSED
    first = counts_from(uow, cycle)
    rules.may_record(cycle, claim.completed_on, today_of(uow, policy), lapsed=lapsed, first=first).require()
    files.require(uow, credential.candidate_id, claim.file_ids)
    added = uow.activities.add(_entry(uow, cycle, policy, claim))
    uow.record(
        ActivityRecorded(
            activity_id=added.id,
            cycle_id=cycle.id,
            candidate_id=added.candidate_id,
            category=added.category,
            minutes=added.minutes,
            status=added.status.value,
            proof=added.proof,
        )
    )
    return added


def document(uow: UnitOfWork, actor: Actor, activity_id: UUID, file_ids: tuple[UUID, ...]) -> Activity:
    """Add documents to an activity, say for its audit."""
    activity = _open(uow, actor, "activity.document", activity_id)
    must_be_owner_or_independent(uow, actor, activity.candidate_id)
    together = tuple(dict.fromkeys((*activity.file_ids, *file_ids)))
    if len(together) > MOST_FILES:
        raise Contradiction(Fault("/file_ids", "too_long", f"An activity has at most {MOST_FILES} documents."))
    files.require(uow, activity.candidate_id, file_ids)
    documented = uow.activities.save(replace(activity, file_ids=together))
    uow.record(
        ActivityDocumented(
            activity_id=activity.id,
            cycle_id=activity.cycle_id,
            candidate_id=activity.candidate_id,
            files=len(together),
        )
    )
    return documented


def accept(
    uow: UnitOfWork, actor: Actor, activity_id: UUID, category_code: str | None = None, minutes: int | None = None
) -> Activity:
    """Let an activity count, perhaps in another category or for fewer minutes than claimed."""
    activity = _open(uow, actor, "activity.accept", activity_id)
    must_be_independent(uow, actor, activity.candidate_id)
    policy = terms_of(uow, uow.cycles.get(activity.cycle_id))
    chosen = category_code or activity.category
    if category(policy.renewal, chosen) is None:
        raise UnknownCategory
    counted = activity.minutes if minutes is None else minutes
    if counted > activity.minutes:
        raise Contradiction(Fault("/minutes", "more_than_claimed", "No more counts than was claimed."))
    accepted = replace(activity, status=ActivityStatus.ACCEPTED, category=chosen, minutes=counted, proof=BY_STAFF)
    return _judged(uow, actor, accepted, None)


def reject(uow: UnitOfWork, actor: Actor, activity_id: UUID, reason: str) -> Activity:
    """Let an activity not count, and say why; also one that a rule accepted, when its audit shows otherwise."""
    activity = _open(uow, actor, "activity.reject", activity_id)
    must_be_independent(uow, actor, activity.candidate_id)
    return _judged(uow, actor, replace(activity, status=ActivityStatus.REJECTED), reason)


def withdraw(uow: UnitOfWork, actor: Actor, activity_id: UUID) -> Activity:
    """Take an activity back, while its cycle runs: what a renewal or reinstatement rests on stays."""
    activity = _open(uow, actor, "activity.withdraw", activity_id)
    must_be_owner_or_independent(uow, actor, activity.candidate_id)
    withdrawn = uow.activities.save(replace(activity, status=ActivityStatus.WITHDRAWN))
    uow.record(
        ActivityWithdrawn(activity_id=activity.id, cycle_id=activity.cycle_id, candidate_id=activity.candidate_id)
    )
    return withdrawn


def approve_beforehand(uow: UnitOfWork, actor: Actor, listed: Listed) -> ApprovedActivity:
    """Put an activity on a program's list: whoever completes it within these days need not ask staff.

    Claims of it that wait for staff are accepted too, but for those of whoever puts it there, and of whom they declared
    a conflict with: somebody else judges these.
    """
    actor.must("approved_activity.add")
    policy = in_force_now(uow, listed.program)
    if category(policy.renewal, listed.category) is None:
        raise UnknownCategory
    if listed.until_on is not None and listed.until_on < listed.from_on:
        raise Contradiction(Fault("/until_on", "ends_before_it_begins", "The last day lies before the first."))
    entry = uow.approved_activities.add(
        ApprovedActivity(
            id=uow.new_id(),
            program=listed.program,
            uan_stem=stem_of(listed.uan),
            title=listed.title,
            category=listed.category,
            from_on=listed.from_on,
            until_on=listed.until_on,
            approved_by=actor.subject,
            approved_at=uow.now,
        )
    )
    uow.record(
        ActivityApprovedBeforehand(
            approved_id=entry.id, program=entry.program, uan_stem=entry.uan_stem, category=entry.category
        )
    )
    _accept_waiting(uow, actor, entry)
    return entry


def end_approval(uow: UnitOfWork, actor: Actor, approved_id: UUID, until_on: date) -> ApprovedActivity:
    """Let an activity leave the list after a day; what it proved until then stays proved."""
    entry = uow.approved_activities.lock(approved_id)
    actor.must("approved_activity.end", entry)
    if until_on < entry.from_on:
        raise Contradiction(Fault("/until_on", "ends_before_it_begins", "The last day lies before the first."))
    ended = uow.approved_activities.save(replace(entry, until_on=until_on))
    uow.record(ApprovalEnded(approved_id=entry.id, until_on=until_on))
    return ended


def _entry(uow: UnitOfWork, cycle: Cycle, policy: Policy, claim: Claim) -> Activity:
    """The claim as it enters the cycle: accepted where its number proves it and it is to be believed."""
    uan = None if claim.uan is None else parse(claim.uan)
    proof = None if uan is None else _proof(uow, policy, uan, claim.completed_on)
    believed = proof if uan and rules.is_plausible(uan, claim.completed_on, claim.minutes) else None
    return Activity(
        id=uow.new_id(),
        credential_id=cycle.credential_id,
        cycle_id=cycle.id,
        candidate_id=cycle.candidate_id,
        title=claim.title,
        provider=claim.provider,
        category=proof.category if proof else _claimed(policy, claim),
        minutes=claim.minutes,
        completed_on=claim.completed_on,
        recorded_at=uow.now,
        uan=str(uan) if uan else None,
        uan_stem=uan.stem if uan else None,
        file_ids=claim.file_ids,
        status=ActivityStatus.ACCEPTED if believed else ActivityStatus.CLAIMED,
        proof=believed.proof if believed else None,
    )


def _proof(uow: UnitOfWork, policy: Policy, uan: Uan, on: date) -> Proof | None:
    listed = uow.approved_activities.find(program=policy.program, uan_stem=uan.stem)
    try:
        return proved(policy, uan, listed, on)
    except DoesNotCount:
        raise Refused(Ruling((_topic(policy, uan),))) from None


def _topic(policy: Policy, uan: Uan) -> Finding:
    counted = ", ".join(one.topic for one in policy.renewal.ce.topics)
    return Finding(
        clause="uan_topic",
        met=False,
        code="topic_does_not_count",
        asked=f"The topic of the activity number is one of {counted}.",
        found=f"Its topic is {uan.topic}.",
    )


def _claimed(policy: Policy, claim: Claim) -> str:
    if claim.category is None or category(policy.renewal, claim.category) is None:
        raise UnknownCategory
    return claim.category


def _open(uow: UnitOfWork, actor: Actor, action: str, activity_id: UUID) -> Activity:
    """The activity, held, in a cycle that is not closed yet, and `action` on it allowed."""
    activity = uow.activities.lock(activity_id)
    actor.must(action, activity)
    cycle: Cycle = uow.cycles.lock(activity.cycle_id)
    if cycle.status not in (CycleStatus.OPEN, CycleStatus.LAPSED):
        raise WrongState
    return activity


def _judged(uow: UnitOfWork, actor: Actor, activity: Activity, reason: str | None) -> Activity:
    judged = uow.activities.save(replace(activity, judged_by=actor.subject, judged_at=uow.now, reason=reason))
    uow.record(
        ActivityJudged(
            activity_id=judged.id,
            cycle_id=judged.cycle_id,
            candidate_id=judged.candidate_id,
            status=judged.status.value,
            category=judged.category,
        )
    )
    return judged


def _accept_waiting(uow: UnitOfWork, actor: Actor, entry: ApprovedActivity) -> None:
    last = entry.until_on or date.max
    for one in uow.activities.find(uan_stem=entry.uan_stem, status=ActivityStatus.CLAIMED):
        cycle = uow.cycles.get(one.cycle_id)
        fits = cycle.program == entry.program and entry.from_on <= one.completed_on <= last
        open_ = cycle.status in (CycleStatus.OPEN, CycleStatus.LAPSED)
        if fits and open_ and is_independent(uow, actor, one.candidate_id):
            accepted = replace(one, status=ActivityStatus.ACCEPTED, category=entry.category, proof=BY_LIST)
            _judged(uow, actor, accepted, None)
