"""Verbs of renewals: look ahead, charge what is due, renew, reinstate, extend, audit.

Locks: whatever renews, reinstates or extends holds the credential's row first and its cycle's after it, the order in
which the other verbs of a credential hold them; so of two renewals, or a renewal and a revocation, one sees the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from domain.actors import Actor
from domain.credentials.actions_standing import entry, held, life_of, owned, recorded, tell
from domain.credentials.events import CredentialExtended, CredentialRenewed
from domain.credentials.model import Credential, Standing
from domain.credentials.reinstating import reinstated
from domain.credentials.standing import Grace, by_date
from domain.errors import NotFound, Refused
from domain.independence import must_be_independent, must_be_owner_or_independent
from domain.notices.actions import notify
from domain.notices.model import NoticeKind
from domain.payments.actions import cancel_open, charge
from domain.payments.model import Charge, ChargeStatus
from domain.ports import UnitOfWork
from domain.programs.days import today_of
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import ExtensionKind
from domain.renewals import rules
from domain.renewals.cycles import next_reminder, opened
from domain.renewals.errors import ExtensionOver, NoCycle, NotExtended, TooLateToExtend
from domain.renewals.events import AuditCleared, CycleAudited, CycleExtended
from domain.renewals.ledger import Total, left_over, total
from domain.renewals.model import ActivityStatus, Cycle, CycleStatus
from domain.ruling import Ruling

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How a renewal, or after a lapse a reinstatement, stands on a day: the ruling, the days, and the hours so far.

    `minutes` is what counts by category; `fees` are the codes that have to be settled.
    """

    credential_id: UUID
    cycle_id: UUID
    edition: str
    on: date
    reinstatement: bool
    granted: bool
    ruling: Ruling
    opens_on: date
    last_day: date
    grace_until: date
    reinstatement_until: date
    renewed_until: date
    minutes: dict[str, int]
    carried_minutes: int
    fees: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """What staff grant: until when, inclusive, and why."""

    kind: ExtensionKind
    until: date
    reason: str


def current(uow: UnitOfWork, credential_id: UUID) -> Cycle:
    """The cycle that a credential is in: open, or lapsed and not yet replaced. Raises NoCycle."""
    cycles = uow.cycles.find(credential_id=credential_id)
    latest = max(cycles, key=lambda one: one.number, default=None)
    if latest is None or latest.status not in (CycleStatus.OPEN, CycleStatus.LAPSED):
        raise NoCycle
    return latest


def terms_of(uow: UnitOfWork, cycle: Cycle) -> Policy:
    """The edition that a cycle began under."""
    return uow.policies.named(cycle.edition)


def outlook(uow: UnitOfWork, actor: Actor, credential_id: UUID) -> Outlook:
    """How the renewal stands today, clause by clause; at any time, also long before the window opens."""
    credential = owned(uow, actor, "renewal.foresee", credential_id)
    cycle = as_told(uow, actor, current(uow, credential_id))
    policy = terms_of(uow, cycle)
    on = today_of(uow, policy)
    counted, charges = ledger(uow, cycle, credential, policy, on), about(uow, cycle)
    ruling = _ruling(credential, cycle, counted, charges, policy, on)
    return Outlook(
        credential_id=credential.id,
        cycle_id=cycle.id,
        edition=policy.edition,
        on=on,
        reinstatement=credential.status is Standing.LAPSED,
        granted=ruling.granted,
        ruling=ruling,
        opens_on=rules.opens_on(cycle, policy),
        last_day=cycle.last_day,
        grace_until=rules.grace_until(cycle, policy),
        reinstatement_until=rules.reinstatement_until(cycle, policy),
        renewed_until=rules.renewed_until(cycle, policy, on),
        minutes=counted.by_category,
        carried_minutes=counted.carried,
        fees=rules.fees_due(cycle, charges, policy, credential.status, on),
    )


def ledger(uow: UnitOfWork, cycle: Cycle, credential: Credential, policy: Policy, on: date) -> Total:
    """What a cycle's ledger comes to on a day; after a lapse, with what was completed since."""
    last = on if credential.status is Standing.LAPSED else min(on, cycle.last_day)
    cycles = {one.number: one for one in uow.cycles.find(credential_id=cycle.credential_id)}
    earlier = [one for one in cycles.values() if one.number < cycle.number]
    used: set[str] = set()
    if earlier:
        before = uow.activities.find(cycle_id=[one.id for one in earlier], status=ActivityStatus.ACCEPTED)
        used = {one.uan_stem for one in before if one.uan_stem}
    first, carried = rules.counts_from(cycle, cycles.get(cycle.number - 1)), _carried(uow, cycles, cycle.number - 1)
    mine = uow.activities.find(cycle_id=cycle.id)
    return total(policy.renewal, mine, first, last, carried=carried, used=used)


def counts_from(uow: UnitOfWork, cycle: Cycle) -> date:
    """The first day whose education counts for a cycle; see the rule of the same name."""
    return rules.counts_from(cycle, uow.cycles.first(credential_id=cycle.credential_id, number=cycle.number - 1))


def about(uow: UnitOfWork, cycle: Cycle) -> Sequence[Charge]:
    """The charges about a cycle."""
    return uow.charges.find(about_id=cycle.id)


def charge_fees(uow: UnitOfWork, actor: Actor, credential_id: UUID) -> list[Charge]:
    """Ask the fees that a renewal or reinstatement today needs, so that they can be paid; those asked before stay.

    A late fee of an earlier tier that was never paid is asked no more. Refused before the window opens and once there
    is no way back.
    """
    credential = held(uow, actor, "credential.charge_renewal", credential_id)
    must_be_owner_or_independent(uow, actor, credential.candidate_id)
    cycle = uow.cycles.lock(current(uow, credential_id).id)
    policy = terms_of(uow, cycle)
    on, charges = today_of(uow, policy), about(uow, cycle)
    ruling = _ruling(credential, cycle, ledger(uow, cycle, credential, policy, on), charges, policy, on)
    closed = [one for one in ruling.unmet if one.clause in ("standing", "window", "reinstatement_window")]
    if closed:
        raise Refused(Ruling(tuple(closed)))
    due = rules.fees_due(cycle, charges, policy, credential.status, on)
    cancel_open(uow, cycle.id, keep=due)
    for code in due:
        charge(uow, policy, code, credential.candidate_id, cycle.id)
    return [one for one in about(uow, cycle) if one.status is not ChargeStatus.CANCELLED]


def renew(uow: UnitOfWork, actor: Actor, credential_id: UUID) -> Credential:
    """Renew a credential whose holder has met the terms of its cycle; a new cycle begins under the edition in force."""
    credential = held(uow, actor, "credential.renew", credential_id)
    must_be_owner_or_independent(uow, actor, credential.candidate_id)
    cycle = uow.cycles.lock(current(uow, credential_id).id)
    policy = terms_of(uow, cycle)
    on = today_of(uow, policy)
    counted = ledger(uow, cycle, credential, policy, on)
    rules.assess(credential, cycle, counted, about(uow, cycle), policy, on).require()

    next_ = _in_force(uow, cycle, on)
    longer = replace(
        credential,
        status=Standing.ACTIVE,
        edition=next_.edition,
        valid_until=rules.renewed_until(cycle, policy, on),
    )
    renewed = recorded(uow, actor, longer, on, "The terms of renewal were met.")
    uow.cycles.save(replace(cycle, status=CycleStatus.RENEWED, renewed_on=on, remind_on=None))
    opened(uow, renewed, next_, cycle.number + 1, rules.next_begins(cycle, policy, on))
    uow.record(
        CredentialRenewed(
            credential_id=renewed.id,
            candidate_id=renewed.candidate_id,
            effective_on=on,
            valid_until=renewed.valid_until,
            edition=renewed.edition,
        )
    )
    tell(uow, NoticeKind.CREDENTIAL_RENEWED, renewed, valid_until=renewed.valid_until)
    return renewed


def reinstate(uow: UnitOfWork, actor: Actor, credential_id: UUID) -> Credential:
    """Bring a lapsed credential back by hours and fee: a fresh term and cycle begin, under the edition in force."""
    credential = held(uow, actor, "credential.reinstate", credential_id)
    must_be_owner_or_independent(uow, actor, credential.candidate_id)
    cycle = uow.cycles.lock(current(uow, credential_id).id)
    policy = terms_of(uow, cycle)
    on = today_of(uow, policy)
    counted, charges = ledger(uow, cycle, credential, policy, on), about(uow, cycle)
    rules.assess_reinstatement(credential, cycle, counted, charges, policy, on).require()
    # A fee with which the policy lets it go ahead unpaid stays due.
    due = rules.fees_due(cycle, charges, policy, credential.status, on)
    return reinstated(uow, actor, credential, _in_force(uow, cycle, on), on, by_exam=False, keep=due)


def extend(uow: UnitOfWork, actor: Actor, credential_id: UUID, wanted: Extension) -> Credential:
    """Move the last day of a cycle, and of its credential, on.

    Military service makes an expiry that has passed not to have happened: the credential counts as active throughout,
    though it lapsed meanwhile. Any other reason counts from today, so never to a day that has passed, and only before
    the lapse. How far and how often is for the edition that the cycle began under to say.
    """
    credential = held(uow, actor, "credential.extend", credential_id)
    must_be_independent(uow, actor, credential.candidate_id)
    cycle = uow.cycles.lock(current(uow, credential_id).id)
    policy = uow.policies.named(credential.edition)
    on, military = today_of(uow, policy), wanted.kind is ExtensionKind.MILITARY
    if wanted.until <= credential.valid_until:
        raise NotExtended
    if credential.status is Standing.LAPSED and not military:
        raise TooLateToExtend
    if wanted.until < on and not military:
        raise ExtensionOver
    rules.may_extend(cycle, wanted.kind, wanted.until, terms_of(uow, cycle)).require()
    retroactive = on > credential.valid_until and military
    effective = credential.valid_until + _DAY if retroactive else on
    extended = _extended(uow, actor, credential, wanted, effective, on)
    _move(uow, cycle, extended, policy, wanted, on)
    ids = {"credential_id": credential.id, "candidate_id": credential.candidate_id}
    uow.record(
        CycleExtended(
            cycle_id=cycle.id, extension=wanted.kind.value, until=wanted.until, retroactive=retroactive, **ids
        )
    )
    uow.record(
        CredentialExtended(effective_on=effective, valid_until=extended.valid_until, extension=wanted.kind.value, **ids)
    )
    return extended


def audit(uow: UnitOfWork, actor: Actor, cycle_id: UUID) -> Cycle:
    """Choose a cycle for audit, beside those that the lot chose: it is not renewed before staff clear it."""
    cycle = uow.cycles.lock(cycle_id)
    actor.must("cycle.audit", cycle)
    must_be_independent(uow, actor, cycle.candidate_id)
    chosen = uow.cycles.save(replace(cycle, audited=True, audit_cleared_at=None, audit_cleared_by=None))
    uow.record(CycleAudited(cycle_id=cycle.id, credential_id=cycle.credential_id, candidate_id=cycle.candidate_id))
    _tell_audit(uow, chosen)
    return chosen


def clear_audit(uow: UnitOfWork, actor: Actor, cycle_id: UUID) -> Cycle:
    """Say that a cycle's activities agree with their documents."""
    cycle = uow.cycles.lock(cycle_id)
    actor.must("cycle.clear_audit", cycle)
    must_be_independent(uow, actor, cycle.candidate_id)
    cleared = uow.cycles.save(replace(cycle, audit_cleared_at=uow.now, audit_cleared_by=actor.subject))
    uow.record(AuditCleared(cycle_id=cycle.id, credential_id=cycle.credential_id, candidate_id=cycle.candidate_id))
    return cleared


def _ruling(
    credential: Credential, cycle: Cycle, counted: Total, charges: Sequence[Charge], policy: Policy, on: date
) -> Ruling:
    judge = rules.assess_reinstatement if credential.status is Standing.LAPSED else rules.assess
    return judge(credential, cycle, counted, charges, policy, on)


def _carried(uow: UnitOfWork, cycles: Mapping[int, Cycle], number: int) -> int:
    """The minutes that the cycle of a number leaves to the next, by its own edition, when it is renewed."""
    before = cycles.get(number)
    if before is None or before.status is not CycleStatus.RENEWED:
        return 0
    terms = terms_of(uow, before).renewal
    if not terms.carry_over_hours:
        return 0
    first = rules.counts_from(before, cycles.get(number - 1))
    own = total(terms, uow.activities.find(cycle_id=before.id), first, before.last_day)
    return left_over(terms, own)


def _in_force(uow: UnitOfWork, cycle: Cycle, on: date) -> Policy:
    """The edition in force, under which the next cycle begins; the cycle's own where the program has none any more."""
    try:
        return uow.policies.in_force(cycle.program, on)
    except NotFound:
        return terms_of(uow, cycle)


def _extended(
    uow: UnitOfWork, actor: Actor, credential: Credential, wanted: Extension, effective: date, on: date
) -> Credential:
    grace = Grace.of(uow.policies.named(credential.edition))
    suspended = credential.status is Standing.SUSPENDED
    stands = credential.status if suspended else by_date(Standing.ACTIVE, wanted.until, grace, on)
    then = credential.status if suspended else by_date(Standing.ACTIVE, wanted.until, grace, effective)
    longer = replace(credential, status=stands, valid_until=wanted.until)
    reason = f"The cycle was extended ({wanted.kind.value})."
    if suspended:
        effective = _undone_before(uow, actor, longer, effective, reason)
    return recorded(uow, actor, longer, effective, reason, standing=then)


def _undone_before(uow: UnitOfWork, actor: Actor, longer: Credential, effective: date, reason: str) -> date:
    """The day from which a suspended credential's extension is written down, once what lay before it is.

    A suspension that began after the expiry which an extension undoes keeps its own first day: until then the
    credential was active.
    """
    history = uow.standing_changes.find(credential_id=longer.id)
    begun = life_of(uow, history).spans[-1].since
    if begun <= effective:
        return effective
    active = replace(longer, status=Standing.ACTIVE)
    uow.standing_changes.add(entry(uow, actor, active, len(history) + 1, effective, reason))
    return begun


def _move(uow: UnitOfWork, cycle: Cycle, extended: Credential, policy: Policy, wanted: Extension, on: date) -> None:
    over = extended.status is Standing.LAPSED
    uow.cycles.save(
        replace(
            cycle,
            status=CycleStatus.LAPSED if over else CycleStatus.OPEN,
            extended_until=wanted.until,
            extension_reason=wanted.reason,
            extensions=(*cycle.extensions, wanted.kind.value),
            reminders=(),
            remind_on=None if over else next_reminder(policy.renewal, wanted.until, on),
        )
    )
    cancel_open(uow, cycle.id)


def _tell_audit(uow: UnitOfWork, cycle: Cycle) -> None:
    policy = terms_of(uow, cycle)
    credential = uow.credentials.get(cycle.credential_id)
    due_on = today_of(uow, policy) + timedelta(days=policy.audit.answer_days)
    notify(
        uow,
        cycle.candidate_id,
        NoticeKind.AUDIT_CHOSEN,
        cycle.id,
        program=policy.program_title,
        number=credential.number,
        due_on=due_on,
    )


def as_told(uow: UnitOfWork, actor: Actor, cycle: Cycle) -> Cycle:
    """The cycle as this caller may know it: its holder hears of the audit when renewal opens, not before."""
    if cycle.candidate_id != actor.candidate_id or not cycle.audited:
        return cycle
    policy = terms_of(uow, cycle)
    open_ = today_of(uow, policy) >= rules.opens_on(cycle, policy)
    return cycle if open_ else replace(cycle, audited=False)
