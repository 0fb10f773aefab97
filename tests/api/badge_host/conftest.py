"""The host's tests give a holder badges of a body elsewhere."""

import pytest

from tests.builders_foreign import Issuer


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    """That body."""
    return Issuer()
