"""Payment gateways. The default one sends no money anywhere: it writes an invoice, and staff mark it as paid.

A card provider stands behind the same port: its `start` makes a payment intent, with `reference` as the provider's own
idempotency key, and answers with its id and the page where the payer goes on; its webhook ends in the same "received".
"""

import hashlib

from domain.credentials.number import RANDOM_BYTES, new_number
from domain.money import written
from domain.ports import StartedPayment


class InvoiceGateway:
    """Answers each payment with an invoice number, and with how to pay it.

    The number follows from the reference alone, so that a repeated start is the same invoice. `instructions` are the
    body's own words (bank, account, terms); the amount and the number are put before them.
    """

    name = "invoice"

    def __init__(self, body_name: str, instructions: str) -> None:
        self._body_name = body_name
        self._instructions = instructions

    def start(self, *, reference: str, amount_minor: int, currency: str, description: str) -> StartedPayment:
        """An invoice over `amount_minor` of `currency` for `description`."""
        number = _number("INV", reference)
        text = (
            f"Please pay {written(amount_minor, currency)} to {self._body_name} for: {description}.\n"
            f"Quote the invoice number {number} with your payment, so that it finds its way.\n"
            f"{self._instructions}"
        )
        return StartedPayment(provider_reference=number, next_url=None, instructions=text.rstrip())

    def refund(self, *, provider_reference: str, amount_minor: int, currency: str, reference: str) -> str:
        """The number under which staff send the money back; it follows from `reference` alone."""
        del provider_reference, amount_minor, currency
        return _number("RFD", reference)


def _number(kind: str, reference: str) -> str:
    """`INV-7K3M-Q0DV-2XHT-9PE4`: 75 bits of the reference's hash, written and checked as credential numbers are."""
    return f"{kind}-{new_number(hashlib.sha256(f'{kind}:{reference}'.encode()).digest()[:RANDOM_BYTES])}"
