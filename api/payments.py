"""The fee ledger: routes with their In and Out models."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from api.fields import MANY, Id, In, Line, Money, Out, Reason
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.paging import Page, PageRequest
from domain.payments import actions, refunding
from domain.payments.model import Charge, ChargeStatus, Payment, PaymentStatus, Refund
from domain.ports import PaymentGateway, UnitOfWork

routes = Routes("payments")

SponsorReference = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class PaymentIn(In):
    """Which charges to pay at once, and the sponsor who pays them, if not the candidate."""

    charge_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MANY)]
    sponsor: SponsorReference | None = None


class WaiverIn(In):
    """Why a charge is let go."""

    reason: Reason


class RefundIn(In):
    """Why money goes back, and how much of it; all that is left where no amount is named."""

    reason: Reason
    amount_minor: Annotated[Money, Field(gt=0)] | None = None


class ChargeOut(Resource):
    """Something owed: a fee of the edition, for a thing."""

    noun: ClassVar[str] = "charge"

    candidate_id: UUID
    fee: str
    about_id: UUID
    instance: int
    amount_minor: int
    currency: str
    edition: str
    status: ChargeStatus
    created_at: datetime
    due_on: date | None
    settled_at: datetime | None
    waived_reason: str | None
    refunded_minor: int


class PaymentOut(Resource):
    """A payment, and where or how the payer goes on."""

    noun: ClassVar[str] = "payment"

    candidate_id: UUID
    charge_ids: list[UUID]
    amount_minor: int
    currency: str
    payer: str
    provider: str
    provider_reference: str
    status: PaymentStatus
    started_at: datetime
    received_at: datetime | None
    next_url: str | None
    instructions: str


class RefundOut(Out):
    """Money sent back to whoever paid."""

    id: UUID
    candidate_id: UUID
    charge_id: UUID
    payment_id: UUID
    amount_minor: int
    currency: str
    payer: str
    reason: str
    refunded_at: datetime
    provider_reference: str


class BalanceOut(Out):
    """What a ledger comes to in one currency, in its minor units.

    `charged_minor` is `due_minor` (open charges), `settled_minor` (paid, refunds not taken off) and `waived_minor`.
    """

    currency: str
    charged_minor: int
    due_minor: int
    settled_minor: int
    waived_minor: int
    received_minor: int
    refunded_minor: int


class StatementOut(Out):
    """A candidate's ledger, summed for each currency."""

    candidate_id: UUID
    balances: list[BalanceOut]


CHARGES = Listing(Charge, sorts=("id", "created_at"), filters={"status": ChargeStatus})
PAYMENTS = Listing(Payment, sorts=("id", "started_at"), filters={"status": PaymentStatus, "provider_reference": Line})
REFUNDS = Listing(Refund)


@routes.get("/charges", action="charge.list", answers=ChargeOut, listing=CHARGES)
def list_charges(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Charge]:
    """List everyone's charges, for finance."""
    actor.must("charge.list")
    return uow.charges.page(page)


@routes.get("/candidates/{candidate_id}/charges", action="charge.read", answers=ChargeOut, listing=CHARGES)
def list_charges_of_candidate(uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest) -> Page[Charge]:
    """List a candidate's charges."""
    actor.must("charge.read", uow.candidates.get(candidate_id))
    return uow.charges.page(page.within(candidate_id=candidate_id))


@routes.get("/charges/{charge_id}", action="charge.read", answers=ChargeOut, brief=True)
def read_charge(uow: UnitOfWork, actor: Actor, charge_id: Id) -> Charge:
    """Read a charge."""
    charge = uow.charges.get(charge_id)
    actor.must("charge.read", charge)
    return charge


@routes.post("/charges/{charge_id}/waiver", action="charge.waive", answers=ChargeOut, if_match=Charge, needs_key=True)
def waive(uow: UnitOfWork, actor: Actor, charge_id: Id, body: WaiverIn) -> Charge:
    """Let someone off an open charge; never oneself, and not while a payment for it may still arrive."""
    return actions.waive(uow, actor, charge_id, body.reason)


@routes.post(
    "/charges/{charge_id}/refunds",
    action="charge.refund",
    answers=RefundOut,
    status_code=201,
    if_match=Charge,
    needs_key=True,
)
def refund(uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, charge_id: Id, body: RefundIn) -> Refund:
    """Send a paid charge back to its payer: whole while nothing stands on it yet, in part once it was rendered.

    Refused while a step that it paid for stands and lies ahead: a booked seat, say, which must be cancelled first.
    """
    return refunding.refund(uow, actor, gateway, charge_id, body.reason, body.amount_minor)


@routes.get("/candidates/{candidate_id}/refunds", action="charge.read", answers=RefundOut, listing=REFUNDS)
def list_refunds_of_candidate(uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest) -> Page[Refund]:
    """List what went back for a candidate's charges."""
    actor.must("charge.read", uow.candidates.get(candidate_id))
    return uow.refunds.page(page.within(candidate_id=candidate_id))


@routes.post(
    "/payments",
    action="charge.pay",
    answers=PaymentOut,
    status_code=201,
    needs_key=True,
    location="/v1/payments/{id}",
)
def start(uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, body: PaymentIn) -> Payment:
    """Start one payment for several open charges; asked again while it is under way, it answers the same payment."""
    payer = actions.BY_CANDIDATE if body.sponsor is None else f"sponsor:{body.sponsor}"
    return actions.start(uow, actor, gateway, body.charge_ids, payer)


@routes.get("/payments", action="payment.list", answers=PaymentOut, listing=PAYMENTS)
def list_payments(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Payment]:
    """List payments by status, or by the provider's reference (an invoice number, say).

    Finance sees everyone's, a sponsor those that name its organisation as their payer.
    """
    actor.must("payment.list")
    return uow.payments.page(actions.payments_known_to(actor, page))


@routes.get("/candidates/{candidate_id}/payments", action="payment.read", answers=PaymentOut, listing=PAYMENTS)
def list_payments_of_candidate(uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest) -> Page[Payment]:
    """List a candidate's payments."""
    actor.must("payment.read", uow.candidates.get(candidate_id))
    return uow.payments.page(page.within(candidate_id=candidate_id))


@routes.get("/payments/{payment_id}", action="payment.read", answers=PaymentOut, brief=True)
def read_payment(uow: UnitOfWork, actor: Actor, payment_id: Id) -> Payment:
    """Read a payment."""
    payment = uow.payments.get(payment_id)
    actor.must("payment.read", payment)
    return payment


@routes.get("/payments/{payment_id}/charges", action="payment.read", answers=ChargeOut, listing=CHARGES)
def list_charges_of_payment(uow: UnitOfWork, actor: Actor, payment_id: Id, page: PageRequest) -> Page[Charge]:
    """List what a payment pays for; a sponsor reads so what it pays for, and nothing else of the candidate."""
    payment = uow.payments.get(payment_id)
    actor.must("payment.read", payment)
    return uow.charges.page(page.within(id=list(payment.charge_ids)))


@routes.post(
    "/payments/{payment_id}/receipt", action="payment.receive", answers=PaymentOut, if_match=Payment, needs_key=True
)
def receive(uow: UnitOfWork, actor: Actor, payment_id: Id) -> Payment:
    """Mark a payment as received: its charges are paid."""
    return actions.receive(uow, actor, payment_id)


@routes.post(
    "/payments/{payment_id}/failure", action="payment.fail", answers=PaymentOut, if_match=Payment, needs_key=True
)
def fail(uow: UnitOfWork, actor: Actor, payment_id: Id) -> Payment:
    """Mark a payment as failed, or give one's own up; its charges may then be paid by another."""
    return actions.fail(uow, actor, payment_id)


@routes.get("/candidates/{candidate_id}/statement", action="statement.read", answers=StatementOut)
def statement(uow: UnitOfWork, actor: Actor, candidate_id: Id) -> StatementOut:
    """Read what a candidate's ledger comes to."""
    balances = actions.statement(uow, actor, candidate_id)
    return StatementOut(candidate_id=candidate_id, balances=[BalanceOut.model_validate(one) for one in balances])
