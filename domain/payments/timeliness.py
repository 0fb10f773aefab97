"""Whether what a charge asks for is still to be had, by the dates: nobody pays for a step that can follow no more."""

from domain.credentials.standing import Grace, as_it_stands
from domain.payments.errors import NotDueAnyMore
from domain.payments.model import Charge
from domain.ports import UnitOfWork
from domain.programs.days import today_of
from domain.renewals import rules
from domain.renewals.model import CycleStatus

_WAITS = frozenset({CycleStatus.OPEN, CycleStatus.LAPSED})


def must_be_due(uow: UnitOfWork, charge: Charge) -> None:
    """Return when an open charge may be paid for today; of the fees of a cycle only those that a step today needs.

    A renewal whose grace is over, a late tier whose days are, and a reinstatement that comes too late need nothing any
    more, whether or not the sweep has written it down. What a policy let go ahead unpaid is owed when the step is done.
    Raises NotDueAnyMore.
    """
    cycle = uow.cycles.first(id=charge.about_id)
    if cycle is None or cycle.status not in _WAITS:
        return
    credential, policy = uow.credentials.get(cycle.credential_id), uow.policies.named(cycle.edition)
    on, grace = today_of(uow, policy), Grace.of(uow.policies.named(credential.edition))
    standing = as_it_stands(credential, grace, on).status
    due = rules.fees_due(cycle, uow.charges.find(about_id=cycle.id), policy, standing, on)
    if charge.fee not in due or not rules.is_in_time(cycle, policy, standing, on):
        raise NotDueAnyMore
