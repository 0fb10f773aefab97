"""The gateway that writes invoices."""

import re

from adapters.payments import InvoiceGateway
from domain.credentials.number import parse
from domain.ports import StartedPayment

GATEWAY = InvoiceGateway("The Body", "Bank: First Bank, account 12-345.")


def started(reference: str = "payment-1", amount_minor: int = 45_000) -> StartedPayment:
    return GATEWAY.start(
        reference=reference, amount_minor=amount_minor, currency="USD", description="CPOM application fee"
    )


def test_a_payment_starts_as_an_invoice_with_a_number_that_can_be_read_out() -> None:
    payment = started()

    assert re.fullmatch(r"INV(-[0-9A-HJKMNP-TV-Z]{4}){4}", payment.provider_reference)
    assert parse(payment.provider_reference.removeprefix("INV-"))


def test_the_payer_is_told_how_much_for_what_to_whom_and_under_which_number() -> None:
    payment = started()

    assert payment.next_url is None
    for told in ("USD 450.00", "CPOM application fee", "The Body", payment.provider_reference, "account 12-345"):
        assert told in payment.instructions


def test_the_same_reference_is_the_same_invoice() -> None:
    assert started() == started()


def test_another_reference_is_another_invoice() -> None:
    assert started("payment-1").provider_reference != started("payment-2").provider_reference


def test_a_refund_has_a_number_of_its_own_the_same_each_time() -> None:
    invoice = started()

    numbers = {
        GATEWAY.refund(
            provider_reference=invoice.provider_reference, amount_minor=45_000, currency="USD", reference="payment-1"
        )
        for _ in range(2)
    }

    assert len(numbers) == 1
    assert numbers.isdisjoint({invoice.provider_reference})
    assert all(number.startswith("RFD-") for number in numbers)
