"""Verbs of the fee ledger: charge, pay, waive, send back.

Locks: every verb holds the rows of its charges, in the order of their ids, before it judges them; a payment's mark
holds the payment first. So of two marks, two starts or two refunds, one sees what the other did.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.actors import Actor, Role
from domain.errors import Contradiction, Fault, NotFound
from domain.independence import must_be_independent, must_be_owner_or_independent
from domain.notices.actions import notify
from domain.notices.model import NoticeKind
from domain.paging import PageRequest
from domain.payments import rules
from domain.payments.errors import PaymentUnderWay, RefundTooLarge, SettledAlready
from domain.payments.events import (
    ChargeCancelled,
    ChargeRaised,
    ChargeRefunded,
    ChargeWaived,
    PaymentFailed,
    PaymentReceived,
    PaymentStarted,
)
from domain.payments.model import Charge, ChargeStatus, Payment, PaymentStatus, Refund
from domain.payments.timeliness import must_be_due
from domain.ports import PaymentGateway, UnitOfWork
from domain.programs.policy import Policy
from domain.ruling import Finding

_LISTS_ALL = frozenset({Role.FINANCE, Role.ADMINISTRATOR, Role.AUDITOR})
BY_CANDIDATE = "candidate"
"""The payer of a payment that no sponsor makes."""


def charge(
    uow: UnitOfWork,
    policy: Policy,
    fee_code: str | None,
    candidate_id: UUID,
    about_id: UUID,
    *,
    instance: int = 1,
    due_on: date | None = None,
) -> Charge | None:
    """Ask the policy's fee for a thing, once per `instance`; None when the policy asks nothing for it.

    A charge that stands already is returned as it is; one that was cancelled, or went back whole, is opened again. The
    caller holds the lock of the thing, so that two of its steps never charge at once.
    """
    fee = policy.fee(fee_code) if fee_code else None
    if fee is None or fee.amount_minor == 0:
        return None
    standing = uow.charges.first(about_id=about_id, fee=fee.code, instance=instance)
    if standing is not None:
        return _reopen(uow, standing)
    raised = Charge(
        id=uow.new_id(),
        candidate_id=candidate_id,
        fee=fee.code,
        about_id=about_id,
        amount_minor=fee.amount_minor,
        currency=fee.currency,
        edition=policy.edition,
        created_at=uow.now,
        instance=instance,
        due_on=due_on,
    )
    return _raised(uow, uow.charges.add(raised))


def settled(uow: UnitOfWork, policy: Policy, fee_code: str | None, about_id: UUID, *, instance: int = 1) -> Finding:
    """Is the thing's fee paid or waived, or does the policy let it go ahead? See `rules.settled`."""
    return rules.settled(uow.charges.find(about_id=about_id), about_id, fee_code, policy, instance)


def start(
    uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, charge_ids: Sequence[UUID], payer: str = BY_CANDIDATE
) -> Payment:
    """Begin one payment for one candidate's open charges; asked again for the same by the same payer, give it again.

    `payer` is `candidate`, or `sponsor:<reference>`: refunds go there. Raises Contradiction for charges that do not go
    together, WrongState for one that is not open, PaymentUnderWay when another payment holds one of them, and
    NotDueAnyMore where the step that one is for can follow no more.
    """
    charges = _hold(uow, actor, charge_ids)
    must_be_owner_or_independent(uow, actor, charges[0].candidate_id)
    wanted = {one.id for one in charges}
    for under_way in uow.payments.find(candidate_id=charges[0].candidate_id, status=PaymentStatus.STARTED):
        if set(under_way.charge_ids) == wanted and under_way.payer == payer:
            return under_way
        if wanted & set(under_way.charge_ids):
            raise PaymentUnderWay
    for one in charges:
        must_be_due(uow, one)
    return _begin(uow, gateway, charges, payer)


def receive(uow: UnitOfWork, actor: Actor, payment_id: UUID) -> Payment:
    """Mark a payment as received: its charges are paid. Of two marks one wins, the other raises WrongState.

    A charge that was cancelled meanwhile counts as paid too: the money is there, and can be refunded. Money that comes
    late, after the payment was given up, is booked all the same; raises SettledAlready where another settled a charge.
    """
    payment = uow.payments.lock(payment_id)
    actor.must("payment.receive", payment)
    must_be_independent(uow, actor, payment.candidate_id)
    charges = _locked(uow, payment.charge_ids)
    if any(one.status not in (ChargeStatus.OPEN, ChargeStatus.CANCELLED) for one in charges):
        raise SettledAlready
    for one in charges:
        uow.charges.save(one.paid(uow.now))
    received = uow.payments.save(
        replace(payment, status=PaymentStatus.RECEIVED, received_at=uow.now, received_by=actor.subject)
    )
    uow.record(
        PaymentReceived(
            payment_id=payment.id,
            candidate_id=payment.candidate_id,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            received_by=actor.subject,
        )
    )
    notify(
        uow,
        payment.candidate_id,
        NoticeKind.PAYMENT_RECEIVED,
        payment.id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        reference=payment.provider_reference,
    )
    return received


def fail(uow: UnitOfWork, actor: Actor, payment_id: UUID) -> Payment:
    """Mark a payment as failed, or give it up; its charges may then stand in another."""
    payment = uow.payments.lock(payment_id)
    actor.must("payment.fail", payment)
    must_be_owner_or_independent(uow, actor, payment.candidate_id)
    failed = uow.payments.save(replace(payment, status=PaymentStatus.FAILED))
    uow.record(PaymentFailed(payment_id=payment.id, candidate_id=payment.candidate_id))
    return failed


def waive(uow: UnitOfWork, actor: Actor, charge_id: UUID, reason: str) -> Charge:
    """Let someone off an open charge, never oneself. Raises PaymentUnderWay while a payment for it may still arrive."""
    standing = uow.charges.lock(charge_id)
    actor.must("charge.waive", standing)
    must_be_independent(uow, actor, standing.candidate_id)
    if _is_under_way(uow, standing):
        raise PaymentUnderWay
    waived = uow.charges.save(standing.waived(uow.now, actor.subject, reason))
    uow.record(ChargeWaived(charge_id=waived.id, candidate_id=waived.candidate_id, waived_by=actor.subject))
    return waived


def refund_share(uow: UnitOfWork, gateway: PaymentGateway, charge_id: UUID, percent: int, reason: str) -> Refund | None:
    """Send back the share that a rule gives (a cancellation in time, say); None when nothing was paid or is left.

    The caller has judged the rule: whoever acts under it needs no right of their own to refund.
    """
    standing = uow.charges.lock(charge_id)
    amount = rules.share(standing, percent)
    return send_back(uow, gateway, standing, amount, reason) if amount else None


def send_back(uow: UnitOfWork, gateway: PaymentGateway, standing: Charge, amount: int, reason: str) -> Refund:
    """Send so much of a paid charge, its row held, to whoever paid it, and say so; the caller has judged that it may.

    It goes back from the payment that still holds so much of the charge: of two refunds the second sees the first,
    because both hold the charge. Raises RefundTooLarge where no payment does.
    """
    payment = _payment_of(uow, standing, amount)
    # The reference follows from the ledger alone: a transaction that is run again asks for the same refund, once, and
    # each refund of a charge finds another version of it.
    sent = gateway.refund(
        provider_reference=payment.provider_reference,
        amount_minor=amount,
        currency=standing.currency,
        reference=f"{standing.id}.{standing.version}",
    )
    made = uow.refunds.add(
        Refund(
            id=uow.new_id(),
            candidate_id=standing.candidate_id,
            charge_id=standing.id,
            payment_id=payment.id,
            amount_minor=amount,
            currency=standing.currency,
            payer=payment.payer,
            reason=reason,
            refunded_at=uow.now,
            refunded_by=uow.actor.subject,
            provider_reference=sent,
        )
    )
    uow.charges.save(standing.refunded(amount))
    _refunded(uow, made)
    return made


def cancel_open(uow: UnitOfWork, about_id: UUID, *, keep: Collection[str] = (), taken: int = 0) -> None:
    """Cancel what is still open for a thing that will not come about.

    Fees of the codes in `keep` are still due, and so are those of the first so many steps, which were `taken` unpaid.
    """
    standing = uow.charges.find(about_id=about_id, status=ChargeStatus.OPEN)
    for one in _locked(uow, [due.id for due in standing if due.fee not in keep and due.instance > taken]):
        if one.status is ChargeStatus.OPEN:
            uow.charges.save(one.cancelled(uow.now))
            uow.record(ChargeCancelled(charge_id=one.id, candidate_id=one.candidate_id))


def statement(uow: UnitOfWork, actor: Actor, candidate_id: UUID) -> tuple[rules.Balance, ...]:
    """What one candidate's ledger comes to, currency by currency."""
    actor.must("statement.read", uow.candidates.get(candidate_id))
    whose = {"candidate_id": candidate_id}
    return rules.balances(uow.charges.find(**whose), uow.payments.find(**whose), uow.refunds.find(**whose))


def payments_known_to(actor: Actor, page: PageRequest) -> PageRequest:
    """The same request, kept to the payments that a caller may list: a sponsor's are those it pays."""
    return page.within(payer=actor.pays_as) if _pays_for_others(actor) else page


def _pays_for_others(actor: Actor) -> bool:
    return Role.SPONSOR in actor.roles and not actor.roles & _LISTS_ALL


def _raised(uow: UnitOfWork, raised: Charge) -> Charge:
    uow.record(
        ChargeRaised(
            charge_id=raised.id,
            candidate_id=raised.candidate_id,
            about_id=raised.about_id,
            fee=raised.fee,
            instance=raised.instance,
            amount_minor=raised.amount_minor,
            currency=raised.currency,
        )
    )
    # Whoever raised it by a step of their own was answered with it, and is written to when they pay: by the invoice.
    if uow.actor.candidate_id != raised.candidate_id:
        due = {} if raised.due_on is None else {"due_on": raised.due_on}
        _tell_due(uow, raised.candidate_id, raised.id, raised.fee, raised.amount_minor, raised.currency, **due)
    return raised


def _tell_due(
    uow: UnitOfWork, candidate_id: UUID, about_id: UUID, fee: str, amount_minor: int, currency: str, **more: object
) -> None:
    due = {"fee": fee, "amount_minor": amount_minor, "currency": currency, **more}
    notify(uow, candidate_id, NoticeKind.PAYMENT_DUE, about_id, **due)  # type: ignore[arg-type]


def _reopen(uow: UnitOfWork, standing: Charge) -> Charge:
    if standing.status not in (ChargeStatus.CANCELLED, ChargeStatus.REFUNDED):
        return standing
    return _raised(uow, uow.charges.save(standing.reopened()))


def _hold(uow: UnitOfWork, actor: Actor, charge_ids: Sequence[UUID]) -> list[Charge]:
    """The charges, locked, judged payable by this caller, and fit to stand in one payment."""
    charges: dict[UUID, Charge] = {}
    for id_ in sorted(set(charge_ids)):
        one = uow.charges.first(id=id_)
        if one is not None and (one.candidate_id == actor.candidate_id or actor.may("payment.receive")):
            charges[id_] = uow.charges.lock(id_)
    _fit_together(charge_ids, charges)
    for one in charges.values():
        actor.must("charge.pay", one)
    return list(charges.values())


def _fit_together(charge_ids: Sequence[UUID], charges: dict[UUID, Charge]) -> None:
    """Return when these are known charges of one candidate in one currency, each named once."""
    faults, first = [], next(iter(charges.values()), None)
    for index, id_ in enumerate(charge_ids):
        one, pointer = charges.get(id_), f"/charge_ids/{index}"
        if one is None or first is None:
            raise NotFound
        if id_ in charge_ids[:index]:
            faults.append(Fault(pointer, "repeated", "This charge is named twice."))
        elif (one.candidate_id, one.currency) != (first.candidate_id, first.currency):
            faults.append(Fault(pointer, "mixed", "One payment is for one candidate's charges in one currency."))
    if faults or first is None:
        raise Contradiction(*(faults or [Fault("/charge_ids", "too_short", "At least 1 entries.")]))


def _begin(uow: UnitOfWork, gateway: PaymentGateway, charges: list[Charge], payer: str) -> Payment:
    id_, total, currency = uow.new_id(), sum(one.amount_minor for one in charges), charges[0].currency
    begun = gateway.start(
        reference=str(id_), amount_minor=total, currency=currency, description=", ".join(_titles(uow, charges))
    )
    payment = uow.payments.add(
        Payment(
            id=id_,
            candidate_id=charges[0].candidate_id,
            charge_ids=tuple(one.id for one in charges),
            amount_minor=total,
            currency=currency,
            payer=payer,
            provider=gateway.name,
            provider_reference=begun.provider_reference,
            started_at=uow.now,
            next_url=begun.next_url,
            instructions=begun.instructions,
        )
    )
    uow.record(
        PaymentStarted(
            payment_id=id_,
            candidate_id=payment.candidate_id,
            charges=len(charges),
            amount_minor=total,
            currency=currency,
        )
    )
    _tell_due(uow, payment.candidate_id, id_, ", ".join(sorted({one.fee for one in charges})), total, currency)
    return payment


def _titles(uow: UnitOfWork, charges: Iterable[Charge]) -> list[str]:
    fees = (uow.policies.named(one.edition).fee(one.fee) for one in charges)
    return [fee.title for fee in fees if fee is not None]


def _refunded(uow: UnitOfWork, made: Refund) -> None:
    uow.record(
        ChargeRefunded(
            charge_id=made.charge_id,
            candidate_id=made.candidate_id,
            refund_id=made.id,
            payment_id=made.payment_id,
            amount_minor=made.amount_minor,
            currency=made.currency,
        )
    )
    notify(
        uow,
        made.candidate_id,
        NoticeKind.PAYMENT_REFUNDED,
        made.id,
        amount_minor=made.amount_minor,
        currency=made.currency,
        reference=made.provider_reference,
    )


def _payment_of(uow: UnitOfWork, standing: Charge, amount: int) -> Payment:
    received = uow.payments.find(candidate_id=standing.candidate_id, status=PaymentStatus.RECEIVED)
    payment = rules.gives_back(standing, amount, received, uow.refunds.find(charge_id=standing.id))
    if payment is None:
        raise RefundTooLarge
    return payment


def _locked(uow: UnitOfWork, charge_ids: Iterable[UUID]) -> list[Charge]:
    return [uow.charges.lock(id_) for id_ in sorted(charge_ids)]


def _is_under_way(uow: UnitOfWork, standing: Charge) -> bool:
    started = uow.payments.find(candidate_id=standing.candidate_id, status=PaymentStatus.STARTED)
    return any(standing.id in one.charge_ids for one in started)
