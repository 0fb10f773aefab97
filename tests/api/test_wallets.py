"""A wallet fetches the badge: offer, code, nonce, proof, badge; each step refused in the protocol's own words."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from joserfc import jws

from adapters.db.queries_wallets import old_nonces
from adapters.strict import to_base64url
from domain.credentials.actions_standing import forget
from domain.wallets.actions import forget_nonces
from domain.wallets.model import GRANT, WalletNonce
from tests.api.wallet import LDP, OB, VC, Wallet, error_of, offered
from tests.builders_badges import Stranger
from tests.builders_credentials import Holder, a_holder, officer
from tests.world import ADDRESS, MORNING, World


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519"])
def test_a_wallet_fetches_the_badge_bound_to_its_key(holder: Holder, algorithm: str) -> None:
    wallet = Wallet(holder.world, algorithm)

    answer = wallet.fetch(wallet.token(offered(holder)))

    assert answer.status_code == 200, answer.text
    badge = answer.json()["credentials"][0]["credential"]
    assert badge["credentialSubject"]["id"].startswith("did:jwk:")
    assert Stranger(holder.world).fault(json.dumps(badge).encode()) is None
    mine = json.loads(holder.get("/badge").content)
    assert badge["id"] == mine["id"]
    assert badge["credentialStatus"] == mine["credentialStatus"]
    assert answer.headers["cache-control"] == "no-store"


def test_the_metadata_names_the_types_and_the_contexts_that_the_badge_has(holder: Holder) -> None:
    wallet = Wallet(holder.world)
    configurations = holder.world.client.get("/.well-known/openid-credential-issuer").json()[
        "credential_configurations_supported"
    ]

    badge = wallet.fetch(wallet.token(offered(holder))).json()["credentials"][0]["credential"]

    assert [one["credential_definition"]["type"] for one in configurations.values()] == [badge["type"]] * 3
    assert configurations[LDP]["credential_definition"]["@context"] == badge["@context"]


@pytest.mark.parametrize(("configuration", "algorithm"), [(OB, "RS256"), (VC, "ES256")])
def test_tokens_are_fetched_as_well(holder: Holder, configuration: str, algorithm: str) -> None:
    wallet = Wallet(holder.world)

    token = wallet.fetch(wallet.token(offered(holder)), configuration).json()["credentials"][0]["credential"]

    assert jws.extract_compact(token.encode()).headers()["alg"] == algorithm


@pytest.mark.parametrize("method", ["did:jwk", "did:key"])
def test_a_key_may_be_named_by_a_did_that_is_the_key(holder: Holder, method: str) -> None:
    wallet = Wallet(holder.world, "Ed25519")
    public = wallet.key.as_dict(private=False)
    did = (
        f"did:jwk:{to_base64url(json.dumps({name: public[name] for name in ('kty', 'crv', 'x')}).encode())}"
        if method == "did:jwk"
        else _did_key(str(public["x"]))
    )

    answer = wallet.fetch(wallet.token(offered(holder)), proof=wallet.proof({"jwk": None, "kid": did}))

    assert answer.json()["credentials"][0]["credential"]["credentialSubject"]["id"] == did


def _did_key(x: str) -> str:
    from adapters.badges.multibase import ed25519_multikey  # noqa: PLC0415 - one test's
    from adapters.strict import from_base64url  # noqa: PLC0415 - one test's

    return f"did:key:{ed25519_multikey(from_base64url(x.encode()))}"


def test_an_offer_is_exchanged_once_and_each_form_fetched_once(holder: Holder) -> None:
    wallet, offer = Wallet(holder.world), offered(holder)
    token = wallet.token(offer)

    again = wallet.exchange(offer)
    first, second = wallet.fetch(token), wallet.fetch(token)

    assert error_of(again) == (400, "invalid_grant")
    assert first.status_code == 200
    assert error_of(second) == (400, "credential_request_denied")


@pytest.mark.parametrize(("after", "works"), [(599, True), (600, False)])
def test_an_offer_holds_for_ten_minutes(holder: Holder, after: int, works: bool) -> None:
    wallet, offer = Wallet(holder.world), offered(holder)
    holder.world.clock.advance(seconds=after)

    assert (wallet.exchange(offer).status_code == 200) is works


@pytest.mark.parametrize(("after", "works"), [(299, True), (300, False)])
def test_a_token_holds_for_five_minutes(holder: Holder, after: int, works: bool) -> None:
    wallet = Wallet(holder.world)
    token = wallet.token(offered(holder))
    holder.world.clock.advance(seconds=after)

    assert (wallet.fetch(token).status_code == 200) is works


def test_five_wrong_transaction_codes_end_the_offer(holder: Holder) -> None:
    wallet, offer = Wallet(holder.world), offered(holder)
    wrong = "000000" if offer["transaction_code"] != "000000" else "000001"

    tries = [error_of(wallet.exchange(offer, wrong)) for _ in range(5)]
    right = wallet.exchange(offer)

    assert tries == [(400, "invalid_grant")] * 5
    assert error_of(right) == (400, "invalid_grant")


def test_a_second_offer_ends_the_first(holder: Holder) -> None:
    wallet, first = Wallet(holder.world), offered(holder)

    second = offered(holder)

    assert error_of(wallet.exchange(first)) == (400, "invalid_grant")
    assert wallet.exchange(second).status_code == 200


def test_a_withdrawn_offer_is_good_for_nothing_even_with_its_token(holder: Holder) -> None:
    wallet, offer = Wallet(holder.world), offered(holder)
    token = wallet.token(offer)
    path = f"/v1/wallet-offers/{offer['id']}"

    holder.world.client.post(f"{path}/withdrawal", headers={**holder.header, "if-match": '"2"'})

    assert error_of(wallet.fetch(token)) == (401, "invalid_token")
    assert holder.world.client.get(path, headers=holder.header).json()["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"grant_type": "authorization_code"}, "unsupported_grant_type", id="another grant"),
        pytest.param({"pre-authorized_code": ""}, "invalid_request", id="no code"),
        pytest.param({"pre-authorized_code": "guessed"}, "invalid_grant", id="a code that is none"),
        pytest.param({"tx_code": ""}, "invalid_request", id="no transaction code"),
    ],
)
def test_a_code_is_not_exchanged_for_less(holder: Holder, changes: dict[str, str], error: str) -> None:
    wallet, offer = Wallet(holder.world), offered(holder)

    refused = wallet.exchange(offer, **changes)

    assert error_of(refused) == (400, error)
    assert wallet.exchange(offer).status_code == 200


@pytest.mark.parametrize(
    ("header", "claims", "error"),
    [
        pytest.param({}, {"aud": "https://another.example"}, "invalid_proof", id="made for another issuer"),
        pytest.param({"typ": "JWT"}, {}, "invalid_proof", id="another type"),
        pytest.param({"jwk": None}, {}, "invalid_proof", id="no key"),
        pytest.param({"kid": "did:web:another.example"}, {}, "invalid_proof", id="two keys"),
        pytest.param({"jwk": None, "kid": "did:web:another.example"}, {}, "invalid_proof", id="a key to be fetched"),
        pytest.param({}, {"nonce": "never-given"}, "invalid_nonce", id="a nonce that is not ours"),
        pytest.param({}, {"nonce": "_" * 53 + "w"}, "invalid_nonce", id="a nonce whose time is no time"),
        pytest.param({}, {"iat": 2**39}, "invalid_proof", id="made in a year that no calendar knows"),
        pytest.param({}, {"iat": 1}, "invalid_proof", id="made long ago"),
        pytest.param({}, {"iat": "now"}, "invalid_proof", id="made at no time"),
    ],
)
def test_a_proof_that_proves_nothing_fetches_nothing(
    holder: Holder, header: dict[str, Any], claims: dict[str, Any], error: str
) -> None:
    wallet = Wallet(holder.world)
    token = wallet.token(offered(holder))

    refused = wallet.fetch(token, proof=wallet.proof(header, **claims))

    assert error_of(refused) == (400, error)
    assert wallet.fetch(token).status_code == 200


def test_a_proof_with_another_keys_signature_is_none(holder: Holder) -> None:
    wallet, thief = Wallet(holder.world), Wallet(holder.world)
    token = wallet.token(offered(holder))
    head, body, _ = wallet.proof().split(".")
    stolen = f"{head}.{body}.{thief.proof().split('.')[2]}"

    assert error_of(wallet.fetch(token, proof=stolen)) == (400, "invalid_proof")


def test_a_nonce_is_used_once_whoever_has_it(holder: Holder) -> None:
    wallet = Wallet(holder.world)
    nonce = wallet.nonce()
    first = wallet.fetch(wallet.token(offered(holder)), proof=wallet.proof(nonce=nonce))
    token = wallet.token(offered(holder))

    again = wallet.fetch(token, proof=wallet.proof(nonce=nonce))

    assert first.status_code == 200
    assert error_of(again) == (400, "invalid_nonce")


@pytest.mark.parametrize(("after", "works"), [(299, True), (301, False)])
def test_a_nonce_holds_for_five_minutes(holder: Holder, after: int, works: bool) -> None:
    wallet = Wallet(holder.world)
    nonce = wallet.nonce()
    holder.world.clock.advance(seconds=after)

    answer = wallet.fetch(wallet.token(offered(holder)), proof=wallet.proof(nonce=nonce))

    assert (answer.status_code == 200) is works


def test_what_is_asked_for_must_be_in_the_metadata(holder: Holder) -> None:
    wallet = Wallet(holder.world)
    token = wallet.token(offered(holder))

    unknown = wallet.fetch(token, "OpenBadgeCredential_paper")
    nothing = wallet.post("credential", {"proofs": {"jwt": [wallet.proof()]}}, token)
    unproved = wallet.post("credential", {"credential_configuration_id": LDP, "more": 1}, token)

    assert error_of(unknown) == (400, "unknown_credential_configuration")
    assert error_of(nothing) == (400, "invalid_credential_request")
    assert error_of(unproved) == (400, "invalid_proof")


def test_without_the_token_nothing_is_fetched(holder: Holder) -> None:
    wallet = Wallet(holder.world)
    wallet.token(offered(holder))

    refused = [wallet.fetch(None), wallet.fetch("wlt_guessed")]

    assert [error_of(answer) for answer in refused] == [(401, "invalid_token")] * 2


def test_a_wallets_token_opens_nothing_else(holder: Holder) -> None:
    token = Wallet(holder.world).token(offered(holder))

    answer = holder.world.client.get(
        f"/v1/credentials/{holder.credential_id}", headers={"authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 401


@pytest.mark.parametrize("step", ["suspension", "revocation"])
def test_a_credential_that_fell_meanwhile_is_not_handed_out(holder: Holder, step: str) -> None:
    wallet = Wallet(holder.world)
    token = wallet.token(offered(holder))
    holder.post(f"/{step}", {"reason": "The board acted."}, officer(holder.world))

    assert error_of(wallet.fetch(token)) == (400, "credential_request_denied")


def test_only_the_holder_offers_and_nobody_while_it_is_suspended(holder: Holder) -> None:
    path = f"/v1/credentials/{holder.credential_id}/wallet-offers"
    stranger = a_holder(holder.world, subject="bea")
    by_stranger = holder.world.client.post(path, headers=stranger.header)
    by_staff = holder.world.client.post(path, headers=officer(holder.world))
    holder.post("/suspension", {"reason": "The board acted."}, officer(holder.world))

    suspended = holder.world.client.post(path, headers=holder.header)

    assert (by_stranger.status_code, by_staff.status_code) == (404, 403)
    assert (suspended.status_code, suspended.json()["code"]) == (409, "wrong_state")


def test_what_became_of_the_badge_is_taken_down(holder: Holder) -> None:
    wallet, offer = Wallet(holder.world), offered(holder)
    token = wallet.token(offer)
    told = wallet.fetch(token).json()["notification_id"]

    good = wallet.post("notification", {"notification_id": told, "event": "credential_accepted"}, token)
    other = wallet.post("notification", {"notification_id": "none", "event": "credential_accepted"}, token)

    assert good.status_code == 204
    assert error_of(other) == (400, "invalid_notification_id")
    read = holder.world.client.get(f"/v1/wallet-offers/{offer['id']}", headers=holder.header).json()
    assert (read["status"], read["told"]) == ("fetched", "credential_accepted")


MALFORMED = [
    pytest.param("token", {"data": {"grant_type": "\u0000"}}, 400, "invalid_request", id="a form of controls"),
    pytest.param("token", {"data": {"tx_code": "x" * 1_001}}, 400, "invalid_request", id="a code too long"),
    pytest.param("token", {"json": {"grant_type": GRANT}}, 400, "unsupported_grant_type", id="JSON for a form"),
    pytest.param("token", {}, 400, "unsupported_grant_type", id="no form"),
    pytest.param("token?x=1", {}, 400, "invalid_request", id="an unknown parameter"),
    pytest.param("credential", {"json": []}, 400, "invalid_credential_request", id="a list"),
    pytest.param("credential", {"json": {"proofs": "x"}}, 400, "invalid_credential_request", id="no proofs"),
    pytest.param("credential", {"json": {"proofs": {"jwt": ["x"] * 9}}}, 400, "invalid_credential_request", id="many"),
    pytest.param("credential", {"content": b"{"}, 400, "invalid_credential_request", id="half of a body"),
    pytest.param("credential", {}, 400, "invalid_credential_request", id="no body"),
    pytest.param("notification", {"json": {}}, 400, "invalid_notification_request", id="an empty notification"),
    pytest.param(
        "notification",
        {"json": {"notification_id": "x", "event": "credential_burnt"}},
        400,
        "invalid_notification_request",
        id="an unknown event",
    ),
    pytest.param("nonce?x=1", {}, 400, "invalid_request", id="a nonce for something"),
]


@pytest.mark.parametrize(("endpoint", "asked", "status", "error"), MALFORMED)
def test_what_is_malformed_is_told_in_the_protocols_own_words(
    holder: Holder, endpoint: str, asked: dict[str, Any], status: int, error: str
) -> None:
    offer = offered(holder)
    token = Wallet(holder.world).token(offer)
    before = _offer(holder, offer)
    headers = {"authorization": f"Bearer {token}"} | (
        {"content-type": "application/json"} if "content" in asked else {}
    )

    answer = holder.world.client.post(f"/v1/wallets/{endpoint}", headers=headers, **asked)

    assert error_of(answer) == (status, error)
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert _offer(holder, offer) == before


def _offer(holder: Holder, offer: Any) -> Any:
    with holder.world.unit() as uow:
        return uow.wallet_offers.get(UUID(offer["id"]))


@pytest.mark.parametrize("endpoint", ["token", "nonce", "credential", "notification"])
def test_a_method_that_a_wallets_endpoint_does_not_know_is_told_so(holder: Holder, endpoint: str) -> None:
    answer = holder.world.client.put(f"/v1/wallets/{endpoint}")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert set(answer.json()) == {"error", "error_description"}


def test_a_second_offer_ends_the_token_of_the_first_whose_badge_was_not_fetched(either_world: World) -> None:
    holder = a_holder(either_world)
    wallet, first = Wallet(either_world), offered(holder)
    token = wallet.token(first)

    second = offered(holder)

    assert error_of(wallet.fetch(token)) == (401, "invalid_token")
    assert wallet.fetch(wallet.token(second)).status_code == 200
    kept = _offer(holder, first)
    assert (kept.status, kept.token_digest, kept.token_expires_at) == ("withdrawn", None, None)


def test_a_second_offer_leaves_a_badge_that_was_fetched_where_it_is(holder: Holder) -> None:
    wallet, first = Wallet(holder.world), offered(holder)
    token = wallet.token(first)
    told = wallet.fetch(token).json()["notification_id"]

    offered(holder)

    good = wallet.post("notification", {"notification_id": told, "event": "credential_accepted"}, token)
    assert good.status_code == 204
    assert _offer(holder, first).status == "fetched"


def test_no_more_nonces_are_forgotten_than_asked_for_the_oldest_first(either_world: World) -> None:
    with either_world.unit() as uow:
        for place in range(5):
            used_at = uow.now - timedelta(hours=5 - place)
            uow.wallet_nonces.add(WalletNonce(id=uow.new_id(), digest=str(place), used_at=used_at))

    with either_world.unit() as uow:
        first = forget_nonces(uow, 3)
        left = [one.digest for one in uow.wallet_nonces.find()]
        then = [forget_nonces(uow, 3), forget_nonces(uow, 3)]

    assert (first, left, then) == (3, ["3", "4"], [2, 0])


def test_old_nonces_are_found_by_the_index_of_their_time(either_world: World) -> None:
    old = old_nonces(before=MORNING, most=500)
    asked = str(old.compile(either_world.database.engine, compile_kwargs={"literal_binds": True}))
    with either_world.database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan = off")
        how = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = connection.exec_driver_sql(f"{how} {asked}").fetchall()

    assert "ix_wallet_nonces_used_at" in str(plan)


def test_used_nonces_are_forgotten_once_they_are_too_old_to_be_good(holder: Holder) -> None:
    wallet = Wallet(holder.world)
    wallet.fetch(wallet.token(offered(holder)))
    with holder.world.unit() as uow:
        early = forget_nonces(uow, 500)
    holder.world.clock.advance(minutes=11)

    with holder.world.unit() as uow:
        late = forget_nonces(uow, 500)

    assert (early, late) == (0, 1)


def test_no_secret_is_stored_as_it_was_shown(holder: Holder) -> None:
    offer = offered(holder)
    token = Wallet(holder.world).token(offer)

    with holder.world.unit() as uow:
        kept = str(uow.wallet_offers.get(UUID(offer["id"])))

    code = offer["credential_offer"]["grants"][GRANT]["pre-authorized_code"]
    assert not any(secret in kept for secret in (code, token))
    assert offer["credential_offer"]["credential_issuer"] == ADDRESS


def test_an_erasure_takes_the_offers_with_the_wallet_s_key_along(holder: Holder) -> None:
    wallet, world = Wallet(holder.world), holder.world
    fetched = wallet.fetch(wallet.token(offered(holder)))
    late = wallet.token(offered(holder))
    assert fetched.status_code == 200, fetched.text

    with world.unit() as uow:
        forget(uow, holder.candidate_id)

    with world.unit() as uow:
        assert uow.wallet_offers.find(candidate_id=holder.candidate_id) == []
    assert error_of(wallet.fetch(late)) == (401, "invalid_token")
