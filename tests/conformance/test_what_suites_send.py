"""What the suites of others send, beside what the first tests of the harness thought of: each was a fault once."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import base58
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.strict import to_base64url
from domain.badges.document import VC_CONTEXT
from domain.badges.facts import Securing
from tests.conformance.body import PROOF_CONTEXT
from tests.conformance.client import GONE, Client, a_credential
from tests.conformance.linked_data import canonical, pinned_bytes
from tests.conformance.rules import FIRST_CONTEXT

EARLIER = "2024-05-01T08:00:00Z"

# --- the first edition of the data model, as far as proofs go


def of_first_edition(**otherwise: Any) -> Any:
    return a_credential(
        **{
            "@context": [FIRST_CONTEXT],
            "type": ["VerifiableCredential"],
            "issuanceDate": EARLIER,
            "credentialSubject": {"id": "did:example:subject"},
        }
        | otherwise
    )


@pytest.mark.parametrize("securing", [way for way in Securing if not way.is_jwt])
def test_the_first_edition_is_given_the_terms_of_a_proof_and_verifies(client: Client, securing: Securing) -> None:
    signed = client.issued(of_first_edition(), securing)

    assert signed["@context"] == [FIRST_CONTEXT, PROOF_CONTEXT]
    assert client.verify(signed).status_code == 200
    assert client.verify({**signed, "issuanceDate": "2024-05-02T08:00:00Z"}).status_code == 400


@pytest.mark.parametrize(
    "otherwise",
    [
        pytest.param({"issuanceDate": GONE}, id="no date of issue"),
        pytest.param({"issuanceDate": "yesterday"}, id="a date that is none"),
        pytest.param({"expirationDate": "2024-04-01T00:00:00Z"}, id="an end before the beginning"),
        pytest.param({"unheard": "of"}, id="a term that no context defines"),
        pytest.param({"credentialSubject": GONE}, id="no subject"),
    ],
)
def test_what_the_first_edition_forbids_is_not_issued(client: Client, otherwise: dict[str, Any]) -> None:
    assert client.issue(of_first_edition(**otherwise)).status_code == 400


def test_the_first_edition_is_good_in_its_time_only_and_has_no_envelope(client: Client) -> None:
    over = client.issued(of_first_edition(expirationDate="2024-06-01T00:00:00Z"))

    assert client.verify(over).status_code == 400
    assert client.issue(of_first_edition(), Securing.VC_JWT).status_code == 400


# --- chains of proofs


class Signer:
    """Whoever signs with a key of their own, named by a did:key."""

    def __init__(self, seed: int) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.name = "z" + base58.b58encode(b"\xed\x01" + public).decode()

    @property
    def did(self) -> str:
        return f"did:key:{self.name}"

    def proof(self, document: Any, **members: Any) -> Any:
        """A proof over a document, and over the proofs that stand in it."""
        options = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": EARLIER,
            "verificationMethod": f"{self.did}#{self.name}",
            "proofPurpose": "assertionMethod",
            **members,
        }
        covered = [canonical({**options, "@context": document["@context"]}), canonical(document)]
        signature = self._key.sign(b"".join(sha256(one).digest() for one in covered))
        return {**options, "proofValue": "z" + base58.b58encode(signature).decode()}


FIRST, SECOND, THIRD = "urn:example:proof-1", "urn:example:proof-2", "urn:example:proof-3"


def chained(*, second: Any = FIRST) -> Any:
    """A credential that somebody signed, and then its issuer, over what the first had signed."""
    clerk, issuer = Signer(1), Signer(2)
    document = a_credential(issuer=issuer.did)
    first = clerk.proof(document, id=FIRST)
    return {**document, "proof": [first, issuer.proof({**document, "proof": [first]}, previousProof=second)]}


@pytest.mark.parametrize("named", [FIRST, [FIRST]], ids=["a name", "a list of names"])
def test_a_chain_of_proofs_holds(client: Client, named: Any) -> None:
    answer = client.verify(chained(second=named))

    assert answer.status_code == 200, answer.text


def _first_gone(signed: Any) -> None:
    del signed["proof"][0]


def _first_broken(signed: Any) -> None:
    signed["proof"][0]["proofValue"] = signed["proof"][1]["proofValue"]


def _first_another(signed: Any) -> None:
    bare = {name: one for name, one in signed.items() if name != "proof"}
    signed["proof"][0] = Signer(3).proof(bare, id=FIRST)


def _link_cut(signed: Any) -> None:
    del signed["proof"][1]["previousProof"]


def _link_elsewhere(signed: Any) -> None:
    signed["proof"][1]["previousProof"] = THIRD


def _link_to_nothing(signed: Any) -> None:
    signed["proof"][1]["previousProof"] = [FIRST, SECOND]


def _link_that_is_no_name(signed: Any) -> None:
    signed["proof"][1]["previousProof"] = [{"id": FIRST}]


def _name_that_is_no_address(signed: Any) -> None:
    signed["proof"][0]["id"] = "first"


@pytest.mark.parametrize(
    "broken",
    [
        _first_gone,
        _first_broken,
        _first_another,
        _link_cut,
        _link_elsewhere,
        _link_to_nothing,
        _link_that_is_no_name,
        _name_that_is_no_address,
    ],
)
def test_a_chain_that_is_broken_anywhere_is_refused(client: Client, broken: Callable[[Any], None]) -> None:
    signed = chained()
    broken(signed)

    assert client.verify(signed).status_code == 400


# --- envelopes


class Enveloper:
    """Whoever signs tokens by ES256, named by a did:key."""

    def __init__(self) -> None:
        self._key = ec.derive_private_key(7, ec.SECP256R1())
        public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        self.name = "z" + base58.b58encode(b"\x80\x24" + public).decode()
        self.did = f"did:key:{self.name}"

    def envelope(self, claims: Any, **header: Any) -> Any:
        """A credential as an envelope."""
        head = {"alg": "ES256", "kid": f"{self.did}#{self.name}", "typ": "vc+jwt"} | header
        covered = f"{to_base64url(json.dumps(head).encode())}.{to_base64url(json.dumps(claims).encode())}"
        r, s = decode_dss_signature(self._key.sign(covered.encode(), ec.ECDSA(hashes.SHA256())))
        token = f"{covered}.{to_base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
        name = "EnvelopedVerifiableCredential"
        return {"@context": [VC_CONTEXT], "type": name, "id": f"data:application/vc+jwt,{token}"}


@pytest.mark.parametrize(
    ("header", "claims", "status"),
    [
        pytest.param({}, {}, 200, id="the least"),
        pytest.param({"typ": "JWT"}, {}, 400, id="the type of any token"),
        pytest.param({"crit": ["b64"]}, {}, 400, id="an extension that must be understood"),
        pytest.param({}, {"vc": {}}, 400, id="a credential within the credential"),
        pytest.param({}, {"vp": {}}, 400, id="a presentation within the credential"),
        pytest.param({}, {"iss": Enveloper().did}, 200, id="the issuer twice"),
        pytest.param({}, {"iss": "did:example:another"}, 400, id="two issuers"),
        pytest.param({}, {"exp": 32_503_680_000}, 200, id="a time to come"),
        pytest.param({}, {"exp": 1_577_836_800}, 400, id="a time that is over"),
        pytest.param({}, {"exp": "2199-01-01T00:00:00Z"}, 400, id="a time that is no number"),
    ],
)
def test_an_envelope_says_nothing_against_itself(
    client: Client, header: dict[str, Any], claims: dict[str, Any], status: int
) -> None:
    signer = Enveloper()

    answer = client.verify(signer.envelope(a_credential(issuer={"id": signer.did}) | claims, **header))

    assert answer.status_code == status, answer.text


# --- who is named as the issuer


def test_an_issuer_whose_keys_stand_on_a_page_is_left_open_with_a_warning(client: Client) -> None:
    document = a_credential(issuer="https://college.example/registrar")

    answer = client.verify({**document, "proof": Signer(1).proof(document)})

    assert (answer.status_code, answer.json()["errors"]) == (200, [])
    assert answer.json()["warnings"] == ["/issuer: no DID; whether the key is theirs was not looked up"]


def test_an_issuer_that_is_a_did_is_the_one_who_signs(client: Client) -> None:
    document = a_credential(issuer={"id": Signer(2).did})

    said = [client.verify({**document, "proof": Signer(seed).proof(document)}) for seed in (1, 2)]

    assert [one.status_code for one in said] == [400, 200]
    assert said[1].json()["warnings"] == []


def test_what_names_no_issuer_is_not_issued(client: Client) -> None:
    refused = client.post("/credentials/issue", credential=a_credential())

    assert refused.status_code == 400
    assert refused.json()["errors"] == ["/issuer: a URL, or an object with one as its id"]


# --- digests


def test_a_bare_sha_256_is_read_as_the_digest_that_it_is(client: Client) -> None:
    known = pinned_bytes(VC_CONTEXT) or b""

    def said(content: bytes) -> int:
        bare = "u" + urlsafe_b64encode(sha256(content).digest()).decode().rstrip("=")
        return client.issue(a_credential(relatedResource={"id": VC_CONTEXT, "digestMultibase": bare})).status_code

    assert [said(known), said(b"other")] == [201, 400]


# --- status lists


def test_a_suite_asks_for_a_status_by_an_option(client: Client) -> None:
    asked = {"credential": client.named(a_credential()), "options": {"credentialStatus": "request"}}

    signed = client.post("/credentials/issue", **asked).json()["verifiableCredential"]

    assert [one["statusPurpose"] for one in signed["credentialStatus"]] == ["revocation", "suspension"]
    assert client.verify(signed).status_code == 200


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/ld+json, application/json", "application/ld+json"),
        ("application/json", "application/json"),
        ("*/*", "application/vc"),
    ],
)
def test_a_list_is_called_what_the_caller_takes(client: Client, accept: str, media_type: str) -> None:
    answer = client.http.get("/status-lists/revocation", headers={"accept": accept})

    assert answer.headers["content-type"] == media_type
    assert client.verify(json.loads(answer.content)).status_code == 200


@pytest.mark.parametrize("options", [[], "x", 7, None])
def test_options_that_are_none_count_as_none(client: Client, options: Any) -> None:
    asked = {"credential": client.named(a_credential()), "options": options}
    assert client.post("/credentials/issue", **asked).status_code == 201
    asked = {"credentialId": "urn:x", "credentialStatus": options}
    assert client.post("/credentials/status", **asked).status_code == 400
