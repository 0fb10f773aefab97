"""How a credential's standing changes: one function writes the change, its history and the public answer together.

Locks: every verb holds the credential's row before it judges, so that of two changes the second sees the first.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from domain.actors import Actor
from domain.badges import issuing
from domain.badges.stating import Subject
from domain.credentials.errors import DayOutOfRange, NameUnchanged
from domain.credentials.events import (
    CredentialNameCorrected,
    CredentialRetired,
    CredentialRevoked,
    CredentialSuspended,
    SuspensionLifted,
)
from domain.credentials.model import Credential, Standing, StandingChange
from domain.credentials.public import PublicFacts, PublicStanding, public_entry
from domain.credentials.standing import Grace, Timeline, as_it_stands, by_date, timeline
from domain.errors import NotFound
from domain.events import Event
from domain.independence import must_be_independent
from domain.notices.actions import notify
from domain.notices.model import NoticeKind
from domain.payments.actions import cancel_open
from domain.ports import RegistryEntry, UnitOfWork
from domain.programs.days import today_of
from domain.programs.policy import Policy
from domain.renewals.model import CycleStatus
from domain.watching.telling import tell_watchers

_DAY = timedelta(days=1)
_OF_LIFE = attrgetter("number", "standing", "effective_on", "valid_until", "edition")
"""All that a timeline is made of, of one change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What staff or the holder decide: why, and from which day on: today, unless an officer names one."""

    reason: str
    effective_on: date | None = None


def standing_now(uow: UnitOfWork, credential: Credential) -> Credential:
    """The credential as it stands today, whether or not the sweep has written it down yet."""
    policy = uow.policies.named(credential.edition)
    return as_it_stands(credential, Grace.of(policy), today_of(uow, policy))


def held(uow: UnitOfWork, actor: Actor, action: str, credential_id: UUID) -> Credential:
    """The credential as it stands today, its row locked, and `action` on it allowed."""
    credential = standing_now(uow, uow.credentials.lock(credential_id))
    actor.must(action, credential)
    return credential


def recorded(
    uow: UnitOfWork,
    actor: Actor,
    credential: Credential,
    effective_on: date,
    reason: str,
    *,
    standing: Standing | None = None,
) -> Credential:
    """Store a credential as it stands now, with an entry of its history and its public answer.

    The one way in which a standing, an end, a name or an edition changes. The caller holds the credential's row.
    `standing` is how it stood on `effective_on`, where days have passed since that turned it. Since when it is valid
    is read from the history, so that row, certificate and registry say the same.
    """
    history = uow.standing_changes.find(credential_id=credential.id)
    then = replace(credential, status=standing or credential.status)
    change = entry(uow, actor, then, len(history) + 1, effective_on, reason)
    life, today = life_of(uow, [*history, change]), today_of(uow, uow.policies.named(credential.edition))
    stored = replace(
        credential,
        status_reason=reason,
        status_since=uow.now,
        valid_from=life.valid_from(today) or credential.valid_from,
    )
    saved = uow.credentials.save(stored)
    publish(uow, saved, [*history, uow.standing_changes.add(change)])
    was = max(history, key=lambda one: one.number)
    stood = by_date(was.standing, was.valid_until, Grace.of(uow.policies.named(was.edition)), today)
    tell_watchers(uow, saved, change, stood, was.name)
    return saved


def entry(
    uow: UnitOfWork, actor: Actor, credential: Credential, number: int, effective_on: date, reason: str
) -> StandingChange:
    """The entry of the history that says how this credential stands from a day on."""
    return StandingChange(
        id=uow.new_id(),
        credential_id=credential.id,
        candidate_id=credential.candidate_id,
        number=number,
        standing=credential.status,
        effective_on=effective_on,
        at=uow.now,
        by=actor.subject,
        reason=reason,
        valid_until=credential.valid_until,
        edition=credential.edition,
        name=credential.name,
    )


def publish(uow: UnitOfWork, credential: Credential, history: Iterable[StandingChange]) -> None:
    """Write the public answer: how the credential stands, and how it will by the passing of days alone.

    Its badge and its status bits follow from the same facts. An erased credential (it bears no name) stays out of the
    registry, and has no badge.
    """
    if credential.name:
        publish_all(uow, [(credential, tuple(history))])
    else:
        uow.registry.delete(credential.number)


def publish_all(uow: UnitOfWork, changed: Sequence[tuple[Credential, Sequence[StandingChange]]]) -> None:
    """`publish` for many credentials that bear names, each with its history."""
    people = {one.id: one for one in uow.candidates.find(id=[credential.candidate_id for credential, _ in changed])}
    lives: dict[tuple[object, ...], _Told] = {}
    entries: list[RegistryEntry] = []
    subjects: list[Subject] = []
    for credential, history in changed:
        policy = uow.policies.named(credential.edition)
        # A whole batch is awarded alike: what follows from the days is reckoned once.
        alike = (policy.zone, *map(_OF_LIFE, history))
        told = lives.get(alike)
        if told is None:
            told = lives[alike] = _told(uow, policy, history)
        facts = public_facts(uow, credential, policy, told.valid_from or credential.valid_from)
        entries.append(public_entry(facts, *told.standings))
        subjects.append(
            Subject(
                credential=credential,
                public=facts,
                policy=policy,
                first_policy=uow.policies.named(min(history, key=attrgetter("number")).edition),
                email=people[credential.candidate_id].email,
            )
        )
    uow.registry.put_all(entries)
    issuing.publish(uow, subjects)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a history says of a credential: how it stands now and after each turn to come, and since when it is held."""

    standings: tuple[PublicStanding, ...]
    valid_from: date | None


def _told(uow: UnitOfWork, policy: Policy, history: Sequence[StandingChange]) -> _Told:
    today, life = today_of(uow, policy), life_of(uow, history)
    now = life.on(today)
    if now is None:
        message = "a credential has a history from the day it is awarded"
        raise RuntimeError(message)
    return _Told((now.public(), *(span.public() for span in life.after(today)[:2])), life.valid_from(today))


def life_of(uow: UnitOfWork, history: Iterable[StandingChange]) -> Timeline:
    """The timeline of a history, under the grace of its editions."""
    history = tuple(history)
    return timeline(
        history, {edition: Grace.of(uow.policies.named(edition)) for edition in {c.edition for c in history}}
    )


def public_facts(uow: UnitOfWork, credential: Credential, policy: Policy, valid_from: date) -> PublicFacts:
    """What the public may know of a credential besides its standing."""
    return PublicFacts(
        number=credential.number,
        issuer=uow.body_name,
        program_code=credential.program,
        program_title=policy.program_title,
        holder_name=credential.name,
        awarded_on=credential.awarded_on,
        valid_from=valid_from,
        valid_until=credential.valid_until,
        edition=credential.edition,
        zone=policy.zone,
    )


def suspend(uow: UnitOfWork, actor: Actor, credential_id: UUID, change: Change) -> Credential:
    """Forbid the use of a credential for the time being; its holder is told why, and to cease using it."""
    return _changed(uow, actor, "credential.suspend", credential_id, change, Standing.SUSPENDED)


def revoke(uow: UnitOfWork, actor: Actor, credential_id: UUID, change: Change) -> Credential:
    """Withdraw a credential for good; its cycle ends, and its holder is told why, and to cease using it.

    Giving it up shields nobody from this: one that was retired may be revoked too.
    """
    revoked = _changed(uow, actor, "credential.revoke", credential_id, change, Standing.REVOKED)
    end_cycles(uow, revoked.id, CycleStatus.ENDED)
    return revoked


def retire(uow: UnitOfWork, actor: Actor, credential_id: UUID, change: Change) -> Credential:
    """Let a holder give a credential up, for good; its cycle ends."""
    retired = _changed(uow, actor, "credential.retire", credential_id, change, Standing.RETIRED)
    end_cycles(uow, retired.id, CycleStatus.ENDED)
    return retired


def lift(uow: UnitOfWork, actor: Actor, credential_id: UUID, change: Change) -> Credential:
    """End a suspension: from that day the credential stands as its dates say, active, expired or lapsed."""
    credential = held(uow, actor, "credential.lift", credential_id)
    must_be_independent(uow, actor, credential.candidate_id)
    policy = uow.policies.named(credential.edition)
    on = _day(uow, actor, credential, change)
    stands = by_date(Standing.ACTIVE, credential.valid_until, Grace.of(policy), on)
    lifted = recorded(uow, actor, replace(credential, status=stands), on, change.reason)
    if by_date(stands, credential.valid_until, Grace.of(policy), today_of(uow, policy)) is Standing.LAPSED:
        end_cycles(uow, lifted.id, CycleStatus.LAPSED)
    uow.record(
        SuspensionLifted(
            credential_id=lifted.id,
            candidate_id=lifted.candidate_id,
            effective_on=on,
            valid_until=lifted.valid_until,
            standing=stands.value,
        )
    )
    tell(uow, NoticeKind.CREDENTIAL_REINSTATED, lifted, effective_on=on, valid_until=lifted.valid_until)
    return lifted


def correct_name(uow: UnitOfWork, actor: Actor, credential_id: UUID) -> Credential:
    """Let a credential bear its holder's present legal name; the former one stays in its history."""
    credential = held(uow, actor, "credential.correct_name", credential_id)
    must_be_independent(uow, actor, credential.candidate_id)
    holder = uow.candidates.get(credential.candidate_id)
    if holder.legal_name.full == credential.name:
        raise NameUnchanged
    named = replace(credential, name=holder.legal_name.full, search_name=holder.search_name)
    on = today_of(uow, uow.policies.named(credential.edition))
    corrected = recorded(uow, actor, named, on, "The holder's legal name changed.")
    uow.record(CredentialNameCorrected(credential_id=corrected.id, candidate_id=corrected.candidate_id))
    return corrected


def forget(uow: UnitOfWork, candidate_id: UUID) -> None:
    """Take a person's names out of their credentials, the histories, the registry and the badges, for an erasure.

    What is kept for them as a holder (badges of other issuers, a profile) goes too. What remains holds ids, dates and
    standings. The caller has judged that the law lets the names go.
    """
    for credential in uow.credentials.find(candidate_id=candidate_id):
        locked = uow.credentials.lock(credential.id)
        uow.credentials.save(replace(locked, name="", search_name="", status_reason=None))
        for change in uow.standing_changes.find(credential_id=credential.id):
            uow.standing_changes.save(replace(change, name="", reason=""))
        uow.registry.delete(credential.number)
        issuing.forget(uow, credential.id)
    # An offer names the key of the wallet that took it.
    for offer in uow.wallet_offers.find(candidate_id=candidate_id):
        uow.wallet_offers.remove(offer)
    for kept in uow.hosted_badges.find(candidate_id=candidate_id):
        uow.hosted_badges.remove(kept)
    for stated in uow.holder_profiles.find(candidate_id=candidate_id):
        uow.holder_profiles.remove(stated)


def end_cycles(uow: UnitOfWork, credential_id: UUID, status: CycleStatus, *, keep: Collection[str] = ()) -> None:
    """Close the cycle that a credential is in, open or lapsed; what was still owed for it is owed no more.

    Fees of the codes in `keep` are still due: the step that ends the cycle goes ahead without them.
    """
    for found in uow.cycles.find(credential_id=credential_id, status=[CycleStatus.OPEN, CycleStatus.LAPSED]):
        cycle = uow.cycles.lock(found.id)
        uow.cycles.save(replace(cycle, status=status, remind_on=None))
        cancel_open(uow, cycle.id, keep=keep)


def tell(uow: UnitOfWork, kind: NoticeKind, credential: Credential, **parameters: object) -> None:
    """A letter about a credential to its holder."""
    title = uow.policies.named(credential.edition).program_title
    about: dict[str, Any] = {"program": title, "number": credential.number, **parameters}
    notify(uow, credential.candidate_id, kind, credential.id, **about)


_ENDINGS: dict[Standing, tuple[Callable[..., Event], NoticeKind]] = {
    Standing.SUSPENDED: (CredentialSuspended, NoticeKind.CREDENTIAL_SUSPENDED),
    Standing.REVOKED: (CredentialRevoked, NoticeKind.CREDENTIAL_REVOKED),
    Standing.RETIRED: (CredentialRetired, NoticeKind.CREDENTIAL_RETIRED),
}


def _changed(
    uow: UnitOfWork, actor: Actor, action: str, credential_id: UUID, change: Change, into: Standing
) -> Credential:
    credential = held(uow, actor, action, credential_id)
    if into is not Standing.RETIRED or actor.candidate_id != credential.candidate_id:
        must_be_independent(uow, actor, credential.candidate_id)
    on = _day(uow, actor, credential, change)
    changed = recorded(uow, actor, replace(credential, status=into), on, change.reason)
    event, letter = _ENDINGS[into]
    uow.record(
        event(
            credential_id=changed.id,
            candidate_id=changed.candidate_id,
            effective_on=on,
            valid_until=changed.valid_until,
        )
    )
    tell(uow, letter, changed, effective_on=on)
    return changed


def _day(uow: UnitOfWork, actor: Actor, credential: Credential, change: Change) -> date:
    """The day on which a change takes effect: today, or one that an officer names in a matter not their own.

    Raises DayOutOfRange for a day still to come, or before the last change: what the public was told stays on record.
    """
    today = today_of(uow, uow.policies.named(credential.edition))
    if change.effective_on is None:
        return today
    actor.must("credential.date_change")
    must_be_independent(uow, actor, credential.candidate_id)
    if not _last_change(uow, credential, today) <= change.effective_on <= today:
        raise DayOutOfRange
    return change.effective_on


def _last_change(uow: UnitOfWork, credential: Credential, today: date) -> date:
    """The earliest day of which the next change may speak, the same whether or not the sweep wrote an expiry down."""
    history = uow.standing_changes.find(credential_id=credential.id)
    recorded_on = max(history, key=lambda one: one.number).effective_on
    now = life_of(uow, history).on(today)
    since = recorded_on if now is None else max(recorded_on, now.since)
    # A suspension that has stood for a day keeps that day: its lifting begins on a later one.
    return min(since + _DAY, today) if credential.status is Standing.SUSPENDED else since


def owned(uow: UnitOfWork, actor: Actor, action: str, credential_id: UUID) -> Credential:
    """The credential as it stands today, where the caller may take `action` on it; NotFound for a stranger's."""
    found = uow.credentials.first(id=credential_id)
    if found is None:
        raise NotFound
    credential = standing_now(uow, found)
    actor.must(action, credential)
    return credential
