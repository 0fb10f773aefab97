"""What a caller may do with a credential now: the authorization table, and what its cycle's days leave."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from domain.actors import Actor
from domain.authorization import allowed_actions
from domain.credentials.model import Credential
from domain.ports import UnitOfWork
from domain.programs.days import today_of
from domain.renewals import rules
from domain.renewals.model import Cycle, CycleStatus

_IN_WINDOW = frozenset({"renew", "charge_renewal", "reinstate"})
_CLEARED = frozenset({"renew", "reinstate"})


def verbs(uow: UnitOfWork, actor: Actor, credentials: Sequence[Credential]) -> dict[UUID, list[str]]:
    """The verbs that would work on each of these credentials, as they stand today, for this caller, by id; sorted.

    What a renewal costs and counts is its ruling's to say: it is offered while its window is open and no audit waits.
    """
    found = {one.id: allowed_actions(actor, "credential", one) for one in credentials}
    asked = [one for one in credentials if _IN_WINDOW.intersection(found[one.id])]
    if asked:
        cycles = _newest(uow.cycles.find(credential_id=[one.id for one in asked]))
        for one in asked:
            without = _closed(uow, one, cycles.get(one.id))
            found[one.id] = [verb for verb in found[one.id] if verb not in without]
    return found


def _newest(cycles: Iterable[Cycle]) -> dict[UUID, Cycle]:
    return {one.credential_id: one for one in sorted(cycles, key=lambda one: one.number)}


def _closed(uow: UnitOfWork, credential: Credential, cycle: Cycle | None) -> frozenset[str]:
    """The verbs that the newest cycle does not let."""
    if cycle is None or cycle.status not in (CycleStatus.OPEN, CycleStatus.LAPSED):
        return _IN_WINDOW
    policy = uow.policies.named(cycle.edition)
    if not rules.is_in_time(cycle, policy, credential.status, today_of(uow, policy)):
        return _IN_WINDOW
    return _CLEARED if cycle.audited and cycle.audit_cleared_at is None else frozenset()
