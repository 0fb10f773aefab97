"""The body as a stranger looks it up, over HTTP, on the whole service: DID document, keys, schemas."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey
from starlette.testclient import TestClient

from adapters.badges.signer import KeyedBadgeSigner
from api.settings import Settings
from api.wiring import Service, application
from domain.badges.document import badge_document
from domain.badges.facts import SCHEMA_PATH, Securing
from domain.badges.keys import ES256
from tests.builders_badge_facts import BASE, DID, badge_facts, holds, spelled

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = Settings.from_environment(
        {
            "CERTIFICANT_DATA_DIR": str(tmp_path_factory.mktemp("identity")),
            "CERTIFICANT_POLICIES_DIR": str(ROOT / "policies"),
            "CERTIFICANT_PUBLIC_BASE_URL": BASE,
        }
    )
    Service(made).migrations.upgrade()
    return made


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(application(settings), base_url=BASE, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def signer(settings: Settings) -> KeyedBadgeSigner:
    return KeyedBadgeSigner(Service(settings).keys, BASE)


def fetched(client: TestClient, url: str) -> Any:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "public, max-age=300"
    return answer.json()


@pytest.mark.parametrize("securing", [Securing.EDDSA_RDFC, Securing.ECDSA_RDFC, Securing.EDDSA_JCS])
def test_a_proof_holds_under_the_did_document_that_is_served(
    client: TestClient, signer: KeyedBadgeSigner, securing: Securing
) -> None:
    said = fetched(client, f"{BASE}/.well-known/did.json")

    assert said["id"] == DID
    assert holds(signer.sign(badge_facts(), securing), said)


def test_the_kid_of_an_open_badges_token_answers_the_one_key_that_signed(
    client: TestClient, signer: KeyedBadgeSigner
) -> None:
    token = signer.sign(badge_facts(), Securing.OB_JWT)
    jwk = fetched(client, spelled(token.split(b".")[0])["kid"])

    checked = jws.deserialize_compact(token, RSAKey.import_key(jwk), algorithms=["RS256"])

    assert json.loads(checked.payload)["iss"] == DID
    assert set(jwk) == {"kty", "n", "e", "kid", "alg", "use"}


def test_the_kid_of_a_w3c_token_is_found_in_the_did_document_and_in_the_key_set(
    client: TestClient, signer: KeyedBadgeSigner
) -> None:
    token = signer.sign(badge_facts(), Securing.VC_JWT)
    kid = spelled(token.split(b".")[0])["kid"]
    methods = fetched(client, f"{BASE}/.well-known/did.json")["verificationMethod"]
    key_set = fetched(client, f"{BASE}/.well-known/jwks.json")["keys"]

    (in_document,) = (one["publicKeyJwk"] for one in methods if one["id"] == kid)
    (in_set,) = (one for one in key_set if one["kid"] == kid.partition("#")[2])

    for jwk in (in_document, in_set):
        assert jws.deserialize_compact(token, ECKey.import_key(jwk), algorithms=["ES256"]).payload


def test_a_rotation_shows_at_the_next_request(client: TestClient, settings: Settings) -> None:
    before = fetched(client, f"{BASE}/.well-known/did.json")
    fresh = Service(settings).keys.rotate(ES256)

    after = fetched(client, f"{BASE}/.well-known/did.json")

    assert len(after["assertionMethod"]) == len(before["assertionMethod"]) + 2
    assert f"{DID}#{fresh}" in after["assertionMethod"]
    assert fetched(client, f"{BASE}/keys/{fresh}")["kid"] == fresh


def test_the_schema_that_a_badge_names_is_there_and_fits_it(client: TestClient) -> None:
    document = badge_document(badge_facts(schema_url=f"{BASE}{SCHEMA_PATH}"))
    named = document["credentialSchema"][0]  # type: ignore[index]

    schema = fetched(client, named["id"])

    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(document)))


@pytest.mark.parametrize("path", ["/keys/unknown", "/keys/..%2f", "/schemas/unknown.json", "/schemas/NOTICE.txt"])
def test_what_is_not_there_is_a_problem(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
