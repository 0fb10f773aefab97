"""Amounts as people read them."""

import pytest

from domain.money import written


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        pytest.param(0, "USD", "USD 0.00", id="nothing"),
        pytest.param(5, "USD", "USD 0.05", id="a few cents"),
        pytest.param(125_000, "EUR", "EUR 1,250.00", id="thousands"),
        pytest.param(-125_050, "USD", "USD -1,250.50", id="money back"),
        pytest.param(9_000, "JPY", "JPY 9,000", id="a currency without cents"),
        pytest.param(9_001, "KWD", "KWD 9.001", id="a currency of thousandths"),
    ],
)
def test_an_amount_has_its_currency_s_decimals(amount: int, currency: str, text: str) -> None:
    assert written(amount, currency) == text
