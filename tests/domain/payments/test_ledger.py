"""The ledger's sums hold, whatever is done to it in whatever order."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from adapters.db.engine import Database
from adapters.db.schema import metadata
from adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from adapters.payments import InvoiceGateway
from domain.actors import Actor, Role
from domain.errors import DomainError
from domain.payments import actions, refunding
from domain.payments.model import Charge, ChargeStatus, Payment, PaymentStatus, Refund
from domain.payments.rules import balances
from tests.builders_exams import stored_candidate, stored_charge, stored_policy

FINANCE = Actor(subject="finance", roles=frozenset({Role.FINANCE}))
GATEWAY = InvoiceGateway("CPS", "")
PICK = st.integers(min_value=0, max_value=5)
SETTLED = (ChargeStatus.PAID, ChargeStatus.REFUNDED)


def holds(payment: Payment, charge: Charge, refunds: Iterable[Refund]) -> int:
    """What a payment still holds of a charge, in minor units."""
    if payment.status is not PaymentStatus.RECEIVED or charge.id not in payment.charge_ids:
        return 0
    mine = (one.amount_minor for one in refunds if (one.payment_id, one.charge_id) == (payment.id, charge.id))
    return charge.amount_minor - sum(mine)


class Ledger(RuleBasedStateMachine):
    """Charges, payments, waivers and refunds in any order; what is refused changes nothing."""

    @initialize()
    def open_the_books(self) -> None:
        self.database = Database("sqlite://")
        metadata.create_all(self.database.engine)
        self.units = SqlUnitsOfWork(self.database, clock=lambda: datetime(2026, 3, 2, 15, tzinfo=UTC))
        with self.units.begin(FINANCE) as uow:
            stored_policy(uow)
            self.candidate = stored_candidate(uow).id
            self.charges = [stored_charge(uow, self.candidate, amount_minor=amount).id for amount in (1, 999, 10_000)]

    @rule(amount=st.integers(min_value=0, max_value=500))
    def something_more_is_owed(self, amount: int) -> None:
        with self.units.begin(FINANCE) as uow:
            self.charges.append(stored_charge(uow, self.candidate, amount_minor=amount).id)

    @rule(first=PICK, second=PICK, payer=st.sampled_from(["candidate", "sponsor:ACME"]))
    def a_payment_is_started(self, first: int, second: int, payer: str) -> None:
        wanted = list(dict.fromkeys((self._charge(first), self._charge(second))))
        self._try(lambda uow: actions.start(uow, FINANCE, GATEWAY, wanted, payer))

    @rule(which=PICK, arrives=st.booleans())
    def a_payment_arrives_or_fails(self, which: int, arrives: bool) -> None:
        mark = actions.receive if arrives else actions.fail
        self._try(lambda uow: mark(uow, FINANCE, uow.payments.find(candidate_id=self.candidate)[which].id))

    @rule(which=PICK)
    def a_charge_is_waived(self, which: int) -> None:
        self._try(lambda uow: actions.waive(uow, FINANCE, self._charge(which), "hardship"))

    @rule(which=PICK)
    def what_it_was_for_falls_away(self, which: int) -> None:
        self._try(lambda uow: actions.cancel_open(uow, uow.charges.get(self._charge(which)).about_id))

    @rule(which=PICK, amount=st.none() | st.integers(min_value=-1, max_value=12_000))
    def money_goes_back(self, which: int, amount: int | None) -> None:
        self._try(lambda uow: refunding.refund(uow, FINANCE, GATEWAY, self._charge(which), "sorry", amount))

    @rule(which=PICK)
    def what_fell_away_or_went_back_is_asked_for_again(self, which: int) -> None:
        def again(uow: SqlUnitOfWork) -> None:
            one = uow.charges.get(self._charge(which))
            actions.charge(uow, uow.policies.named(one.edition), one.fee, self.candidate, one.about_id)

        self._try(again)

    @rule(which=PICK, percent=st.integers(min_value=0, max_value=100))
    def a_share_goes_back(self, which: int, percent: int) -> None:
        self._try(lambda uow: actions.refund_share(uow, GATEWAY, self._charge(which), percent, "in time"))

    @invariant()
    def the_sums_hold(self) -> None:
        with self.units.begin(FINANCE, write=False) as uow:
            charges, payments, refunds = uow.charges.find(), uow.payments.find(), uow.refunds.find()
        for balance in balances(charges, payments, refunds):
            parts = balance.due_minor + balance.settled_minor + balance.waived_minor
            kept = sum(one.amount_minor - one.refunded_minor for one in charges if one.status in SETTLED)
            assert balance.charged_minor == parts
            assert balance.received_minor - balance.refunded_minor == kept
        for charge in charges:
            back = sum(one.amount_minor for one in refunds if one.charge_id == charge.id)
            under_way = [one for one in payments if charge.id in one.charge_ids and one.status is PaymentStatus.STARTED]
            holding = [held for one in payments if (held := holds(one, charge, refunds))]
            turns = (back - charge.refunded_minor) / (charge.amount_minor or 1)
            assert turns == int(turns) >= 0
            assert len(under_way) <= 1
            assert holding == ([charge.refundable_minor] if charge.refundable_minor else [])

    @invariant()
    def no_more_goes_back_of_a_payment_than_it_brought_and_only_to_its_payer(self) -> None:
        with self.units.begin(FINANCE, write=False) as uow:
            payments, refunds = uow.payments.find(), uow.refunds.find()
        for payment in payments:
            mine = [one for one in refunds if one.payment_id == payment.id]
            assert sum(one.amount_minor for one in mine) <= payment.amount_minor
            assert not mine or payment.status is PaymentStatus.RECEIVED
            assert {one.payer for one in mine} <= {payment.payer}

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()

    def _charge(self, which: int) -> UUID:
        return self.charges[which % len(self.charges)]

    def _try(self, verb: Callable[[SqlUnitOfWork], object]) -> None:
        with suppress(DomainError, IndexError), self.units.begin(FINANCE) as uow:
            verb(uow)


TestLedger = Ledger.TestCase
TestLedger.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
