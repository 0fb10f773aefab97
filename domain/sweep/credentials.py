"""What the sweep does to credentials: it writes down that they expired or lapsed, and reminds those who should renew.

The public record has turned at midnight by itself, and every rule reads a credential by its dates: nothing waits for
this. It lets lists, the journal and the holders know.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.credentials.actions_standing import standing_now
from domain.credentials.model import Credential, Standing
from domain.notices.actions import letter
from domain.notices.model import Notice, NoticeKind
from domain.ports import UnitOfWork
from domain.programs.days import today_of
from domain.programs.policy import Policy
from domain.renewals import rules
from domain.renewals.actions import about, ledger
from domain.renewals.cycles import OPENING, due_reminder, next_reminder
from domain.renewals.model import Cycle
from domain.ruling import Ruling
from domain.sweep.letters import announce, post_many
from domain.sweep.model import Turn
from domain.watching.telling import tell_watchers_of_turns

AUDIT = "audit"
"""The letter that tells of the audit, among those a cycle has been sent."""


def expire(uow: UnitOfWork, limit: int) -> int:
    """Active credentials whose last valid day is over are expired, in history and journal; letters follow."""
    return _turned(uow, limit, lambda policy: today_of(uow, policy), uow.sweep.expire, Standing.EXPIRED)


def lapse(uow: UnitOfWork, limit: int) -> int:
    """Expired credentials whose grace is over have lapsed, and their cycles with them; letters follow.

    What was still owed for a renewal is owed no more.
    """

    def before(policy: Policy) -> date:
        return today_of(uow, policy) - timedelta(days=policy.renewal.grace_days)

    return _turned(uow, limit, before, uow.sweep.lapse, Standing.LAPSED)


def remind(uow: UnitOfWork, limit: int) -> int:
    """Cycles whose next letter is due: the window has opened, or some days are left; and the audit, where one is."""
    done = 0
    for heading in uow.policies.headings():
        if done < limit:
            done += _remind_under(uow, uow.policies.named(heading.edition), limit - done)
    return done


def _remind_under(uow: UnitOfWork, policy: Policy, limit: int) -> int:
    """Remind the holders whose cycles began under an edition, by the calendar of its zone."""
    on = today_of(uow, policy)
    cycles = uow.cycles.to_remind(policy.edition, on, limit)
    held = {one.id: one for one in uow.credentials.find(id=[cycle.credential_id for cycle in cycles])}
    notices: list[Notice] = []
    for cycle in cycles:
        credential = standing_now(uow, held[cycle.credential_id])
        name = due_reminder(policy.renewal, cycle, on)
        sent = cycle.reminders
        if name is not None and credential.status is Standing.ACTIVE:
            letters = dict(_reminders(uow, cycle, credential, policy, name))
            notices.extend(letters.values())
            sent = (*sent, *letters)
        following = next_reminder(policy.renewal, cycle.last_day, on)
        uow.cycles.save(replace(cycle, reminders=sent, remind_on=following))
    post_many(uow, notices)
    return len(cycles)


def _turned(
    uow: UnitOfWork,
    limit: int,
    before: Callable[[Policy], date],
    store: Callable[[Turn], tuple[UUID, ...]],
    into: Standing,
) -> int:
    """Turn what is due, edition by edition, until `limit` are done; one task writes and sends the letters.

    Those who watch hear of it by tasks of their own.
    """
    changes: list[UUID] = []
    for heading in uow.policies.headings():
        policy, left = uow.policies.named(heading.edition), limit - len(changes)
        if left > 0:
            turn = Turn(
                edition=policy.edition,
                before=before(policy),
                grace_days=policy.renewal.grace_days,
                limit=left,
                back_fee=policy.renewal.reinstatement.fee,
            )
            changes += store(turn)
    announce(uow, changes)
    tell_watchers_of_turns(uow, changes, into)
    return len(changes)


def _reminders(
    uow: UnitOfWork, cycle: Cycle, credential: Credential, policy: Policy, name: str
) -> Iterator[tuple[str, Notice]]:
    """The letters that are due to a cycle, by name."""
    on = today_of(uow, policy)
    ruling = rules.assess(credential, cycle, ledger(uow, cycle, credential, policy, on), about(uow, cycle), policy, on)
    # Whoever is told that renewal opens soon, or waits for the audit, needs no clause to say so.
    open_ = Ruling(tuple(one for one in ruling.findings if one.clause not in ("window", "audit")))
    common: dict[str, Any] = {"program": policy.program_title, "number": credential.number}
    whose, id_ = cycle.candidate_id, cycle.id
    if name == OPENING:
        yield name, letter(uow, whose, NoticeKind.RENEWAL_OPEN, id_, open_, ends_on=cycle.last_day, **common)
    else:
        left = (cycle.last_day - on).days
        yield (
            name,
            letter(
                uow, whose, NoticeKind.RENEWAL_REMINDER, id_, open_, ends_on=cycle.last_day, days_left=left, **common
            ),
        )
    if cycle.audited and cycle.audit_cleared_at is None and AUDIT not in cycle.reminders:
        due = on + timedelta(days=policy.audit.answer_days)
        yield AUDIT, letter(uow, whose, NoticeKind.AUDIT_CHOSEN, id_, due_on=due, **common)
