"""What a wallet asks for beyond one badge: encryption, which is refused, and each form that the offer names."""

import json
from typing import Any

import pytest

from tests.api.test_credentials import everything
from tests.api.test_wallets import LDP, Wallet, error_of, offered
from tests.builders_credentials import Holder, a_holder
from tests.world import World


@pytest.fixture
def holder(world: World) -> Holder:
    return a_holder(world)


@pytest.mark.parametrize("asked", [{"jwk": {"kty": "EC"}, "enc": "A256GCM"}, {"enc": "A256GCM"}, {}])
def test_who_asks_for_encryption_is_not_answered_in_clear_and_keeps_token_and_nonce(
    holder: Holder, asked: dict[str, Any]
) -> None:
    wallet = Wallet(holder.world)
    token, proof = wallet.token(offered(holder)), wallet.proof()
    wanted = {"credential_configuration_id": LDP, "proofs": {"jwt": [proof]}}
    before = everything(holder.world)

    refused = wallet.post("credential", {**wanted, "credential_response_encryption": asked}, token)

    assert error_of(refused) == (400, "invalid_encryption_parameters")
    assert everything(holder.world) == before
    assert wallet.fetch(token, proof=proof).status_code == 200
