"""What a wallet asks for beyond one badge: encryption, which is refused, and each form that the offer names."""

from typing import Any

import pytest

from tests.api.outcomes import everything
from tests.api.wallet import LDP, OB, VC, Wallet, error_of, offered
from tests.builders_credentials import Holder, a_holder, officer
from tests.world import World


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


def test_the_token_fetches_each_form_that_the_offer_names_once(either_world: World) -> None:
    holder = a_holder(either_world)
    wallet, offer = Wallet(either_world), offered(holder)
    token, forms = wallet.token(offer), offer["credential_offer"]["credential_configuration_ids"]

    first = [wallet.fetch(token, one) for one in forms]
    again = [wallet.fetch(token, one) for one in forms]

    assert forms == [LDP, OB, VC]
    assert [answer.status_code for answer in first] == [200] * 3
    assert [error_of(answer) for answer in again] == [(400, "credential_request_denied")] * 3
    told = [answer.json()["notification_id"] for answer in first]
    assert len(set(told)) == 3
    for one in told:
        said = {"notification_id": one, "event": "credential_accepted"}
        assert wallet.post("notification", said, token).status_code == 204


def test_a_further_form_is_for_the_key_that_the_first_was_for(holder: Holder) -> None:
    wallet, thief = Wallet(holder.world), Wallet(holder.world)
    token = wallet.token(offered(holder))
    assert wallet.fetch(token, LDP).status_code == 200

    refused = thief.fetch(token, OB)

    assert error_of(refused) == (400, "invalid_proof")
    assert wallet.fetch(token, OB).status_code == 200


@pytest.mark.parametrize(("after", "works"), [(299, True), (300, False)])
def test_after_a_fetch_the_token_holds_for_five_minutes_more(holder: Holder, after: int, works: bool) -> None:
    wallet = Wallet(holder.world)
    token = wallet.token(offered(holder))
    wallet.fetch(token, LDP)
    holder.world.clock.advance(seconds=after)

    assert (wallet.fetch(token, OB).status_code == 200) is works


@pytest.mark.parametrize("step", ["suspension", "revocation"])
def test_a_further_form_is_not_fetched_once_the_credential_fell(holder: Holder, step: str) -> None:
    wallet = Wallet(holder.world)
    token = wallet.token(offered(holder))
    wallet.fetch(token, LDP)
    holder.post(f"/{step}", {"reason": "The board acted."}, officer(holder.world))

    assert error_of(wallet.fetch(token, OB)) == (400, "credential_request_denied")
