"""The harness itself, over https: what each rule of the data model accepts and refuses, and every way of securing."""

import json
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256, sha384
from typing import Any

import base58
import httpx
import pytest

from domain.badges.document import OB_CONTEXT, OB_EXTENSIONS, VC_CONTEXT, badge_document
from domain.badges.facts import BadgeProfile, Securing
from tests.builders_badge_facts import badge_facts
from tests.conformance.client import GONE, Client, a_credential
from tests.conformance.linked_data import EXAMPLES, pinned_bytes

WAYS = [way for way in Securing if way is not Securing.OB_JWT]
PROOFS = [way for way in WAYS if not way.is_jwt]
KNOWN = pinned_bytes(VC_CONTEXT) or b""


def related(**members: Any) -> Any:
    return {"id": VC_CONTEXT, **members}


def sri(content: bytes) -> str:
    return f"sha384-{b64encode(sha384(content).digest()).decode()}"


def multihash(content: bytes) -> str:
    return "z" + base58.b58encode(b"\x12\x20" + sha256(content).digest()).decode()


STATUS = {
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "7",
    "statusListCredential": "https://other.example/lists/1",
}
LATER, EARLIER = "2026-06-01T00:00:00Z", "2026-01-01T00:00:00Z"
INLINE = {"rank": "https://example.org/rank"}

GOOD: dict[str, dict[str, Any]] = {
    "the least": {},
    "an id": {"id": "urn:uuid:7f9fb4b0-5d0b-4a2f-9b6b-2f6c2a6f0f11"},
    "a single type": {"type": "VerifiableCredential"},
    "an inline context": {"@context": [VC_CONTEXT, EXAMPLES, INLINE], "credentialSubject": {"rank": "first"}},
    "several subjects": {"credentialSubject": [{"id": "did:example:a"}, {"id": "did:example:b"}]},
    "dates in order": {"validFrom": EARLIER, "validUntil": "2199-01-01T00:00:00+02:00"},
    "dates that are one": {"validFrom": EARLIER, "validUntil": EARLIER},
    "a name in two languages": {
        "name": [{"@value": "A", "@language": "en"}, {"@value": "\u05d0", "@direction": "rtl"}]
    },
    "a status": {"credentialStatus": STATUS},
    "two statuses": {"credentialStatus": [STATUS, {**STATUS, "statusPurpose": "suspension"}]},
    "a schema": {"credentialSchema": {"id": "https://example.org/s.json", "type": "JsonSchema"}},
    "two schemas": {"credentialSchema": [{"id": f"https://example.org/{n}", "type": "JsonSchema"} for n in "ab"]},
    "a refresh service": {"refreshService": {"id": "https://example.org/r", "type": "ExampleRefresh"}},
    "terms of use": {"termsOfUse": {"type": "ExampleTerms"}},
    "evidence": {"evidence": [{"id": "https://example.org/e", "type": ["Evidence"]}]},
    "a resource by SRI": {"relatedResource": [related(digestSRI=sri(KNOWN))]},
    "a resource by multihash": {"relatedResource": related(digestMultibase=multihash(KNOWN))},
    "a resource by both": {"relatedResource": [related(digestSRI=sri(KNOWN), digestMultibase=multihash(KNOWN))]},
    "a resource that is not known": {"relatedResource": [{"id": "https://example.org/x", "digestSRI": sri(b"x")}]},
}
BAD: dict[str, dict[str, Any]] = {
    "no context": {"@context": GONE},
    "a context that is no list": {"@context": VC_CONTEXT},
    "contexts in another order": {"@context": [EXAMPLES, VC_CONTEXT]},
    "the first edition's context": {"@context": ["https://www.w3.org/2018/credentials/v1"]},
    "a context that is a number": {"@context": [VC_CONTEXT, 7]},
    "a context that is not pinned": {"@context": [VC_CONTEXT, "https://evil.example/context.json"]},
    "a context within that is not pinned": {
        "@context": [VC_CONTEXT, {"x": {"@id": "urn:x", "@context": "https://e.example"}}]
    },
    "a protected term redefined": {"@context": [VC_CONTEXT, {"issuer": "https://evil.example/issuer"}]},
    "no type": {"type": GONE},
    "another type alone": {"type": ["ExampleDegreeCredential"]},
    "no types in a list": {"type": []},
    "a type that is a number": {"type": ["VerifiableCredential", 7]},
    "a type that no context defines": {
        "@context": [VC_CONTEXT],
        "type": ["VerifiableCredential", "Unheard"],
        "credentialSubject": {"id": "did:x:y"},
    },
    "a term that no context defines": {
        "@context": [VC_CONTEXT],
        "type": ["VerifiableCredential"],
        "credentialSubject": {"degree": "x"},
    },
    "an id that is no URL": {"id": "not a url"},
    "two ids": {"id": ["urn:a:1", "urn:a:2"]},
    "an id that is null": {"id": None},
    "a subject's id that is no URL": {"credentialSubject": {"id": "x"}},
    "an issuer that is no URL": {"issuer": "not a url"},
    "an issuer that is null": {"issuer": None},
    "an issuer without an id": {"issuer": {"name": "x"}},
    "several issuers": {"issuer": ["did:example:a"]},
    "an issuer that is another": {"issuer": "did:example:another"},
    "no subject": {"credentialSubject": GONE},
    "an empty subject": {"credentialSubject": {}},
    "no subjects in a list": {"credentialSubject": []},
    "an empty subject in a list": {"credentialSubject": [{"id": "did:example:a"}, {}]},
    "a subject that is text": {"credentialSubject": "did:example:a"},
    "an end before the beginning": {"validFrom": LATER, "validUntil": EARLIER},
    "a date without a zone": {"validFrom": "2026-01-01T00:00:00"},
    "a date without a time": {"validFrom": "2026-01-01"},
    "a day that is none": {"validUntil": "2026-02-30T00:00:00Z"},
    "a date that is a number": {"validFrom": 1_772_470_800},
    "a name that is a number": {"name": 7},
    "a name with more than a language": {"name": {"@value": "A", "@language": "en", "url": "x"}},
    "a description without a value": {"description": {"@language": "en"}},
    "a status without a type": {"credentialStatus": {"id": "https://example.org/1"}},
    "a status's index as a number": {"credentialStatus": {**STATUS, "statusListIndex": 7}},
    "a status's index below nought": {"credentialStatus": {**STATUS, "statusListIndex": "-1"}},
    "a status without a purpose": {"credentialStatus": {one: STATUS[one] for one in STATUS if one != "statusPurpose"}},
    "a status without a list": {"credentialStatus": {**STATUS, "statusListCredential": "no list"}},
    "a schema without a type": {"credentialSchema": {"id": "https://example.org/s.json"}},
    "a schema without an id": {"credentialSchema": {"type": "JsonSchema"}},
    "a schema whose id is no URL": {"credentialSchema": [{"id": "s", "type": "JsonSchema"}]},
    "a refresh service without a type": {"refreshService": {"id": "https://example.org/r"}},
    "terms without a type": {"termsOfUse": [{"id": "https://example.org/t"}]},
    "evidence without a type": {"evidence": {"id": "https://example.org/e"}},
    "a resource without an id": {"relatedResource": [{"digestSRI": sri(KNOWN)}]},
    "a resource twice": {"relatedResource": [related(digestSRI=sri(KNOWN))] * 2},
    "a resource without a digest": {"relatedResource": [related()]},
    "a resource that is text": {"relatedResource": [VC_CONTEXT]},
    "a digest that does not fit": {"relatedResource": [related(digestSRI=sri(b"other"))]},
    "a multihash that does not fit": {"relatedResource": [related(digestMultibase=multihash(b"other"))]},
    "a digest that is none": {"relatedResource": [related(digestSRI="md5-x")]},
    "a digest cut short": {"relatedResource": [related(digestSRI=sri(KNOWN)[:-8])]},
    "a multihash that is none": {"relatedResource": [related(digestMultibase="z1")]},
}


@pytest.mark.parametrize("otherwise", list(GOOD.values()), ids=list(GOOD))
def test_what_the_data_model_allows_is_issued(client: Client, otherwise: dict[str, Any]) -> None:
    assert client.issued(a_credential(**otherwise))["proof"]["type"] == "DataIntegrityProof"


@pytest.mark.parametrize("otherwise", list(BAD.values()), ids=list(BAD))
def test_what_the_data_model_forbids_is_neither_issued_nor_verified(client: Client, otherwise: dict[str, Any]) -> None:
    credential = a_credential(**otherwise)

    refused = client.issue(credential)

    assert refused.status_code == 400, refused.text
    assert refused.json()["errors"]
    signed = client.issued(a_credential())
    assert client.verify({**credential, "proof": signed["proof"]}).status_code == 400


@pytest.mark.parametrize("securing", WAYS)
def test_each_way_of_securing_is_issued_and_verified(client: Client, securing: Securing) -> None:
    signed = client.issued(a_credential(validFrom=EARLIER), securing)

    answer = client.verify(signed)

    assert (answer.status_code, answer.json()["verified"]) == (200, True), answer.text
    assert answer.json()["credential"]["credentialSubject"]["id"] == "did:example:subject"


@pytest.mark.parametrize("securing", PROOFS)
def test_a_key_issues_in_its_own_name(client: Client, securing: Securing) -> None:
    (did, *_) = [did for did, suite in client.body.issuers.items() if suite == securing.value] or _shared(client)

    signed = client.issued(a_credential(issuer=did), securing)

    assert signed["proof"]["verificationMethod"] == f"{did}#{did.removeprefix('did:key:')}"
    assert client.verify(signed).status_code == 200


def _shared(client: Client) -> list[str]:
    """Both suites of EdDSA are of one key."""
    return [did for did in client.body.issuers if did.startswith("did:key:z6Mk")]


@pytest.mark.parametrize("profile", list(BadgeProfile))
@pytest.mark.parametrize("securing", PROOFS)
def test_our_own_badges_have_the_canonical_form_that_the_product_signs(
    client: Client, profile: BadgeProfile, securing: Securing
) -> None:
    facts = badge_facts(profile=profile, issuer=_ourselves(client), schema_url=None, evidence=())
    by_the_product = json.loads(client.body.signer.sign(facts, securing))

    assert client.verify(by_the_product).status_code == 200
    by_the_harness = client.issued(badge_document(facts), securing)
    assert by_the_harness["@context"] == [VC_CONTEXT, OB_CONTEXT, OB_EXTENSIONS]
    assert client.body.signer.holds(json.dumps(by_the_harness).encode())


def _ourselves(client: Client) -> Any:
    from dataclasses import replace  # noqa: PLC0415 - one builder needs it

    return replace(badge_facts().issuer, did=client.body.signer.did)


@pytest.mark.parametrize("securing", PROOFS)
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("type", "Ed25519Signature2020"),
        ("cryptosuite", "eddsa-2022"),
        ("created", "2026-01-01T00:00:00Z"),
        ("created", "yesterday"),
        ("expires", "2026-01-01T00:00:00Z"),
        ("proofPurpose", "authentication"),
        (
            "verificationMethod",
            "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        ),
        ("verificationMethod", "did:web:evil.example#key"),
        ("proofValue", "z1"),
        ("proofValue", "u" + "A" * 86),
        ("proofValue", None),
        ("domain", "elsewhere.example"),
        ("unheard", "of"),
    ],
)
def test_a_changed_proof_is_refused(client: Client, securing: Securing, member: str, value: object) -> None:
    signed = client.issued(a_credential(), securing)
    signed["proof"][member] = value

    assert client.verify(signed).status_code == 400


@pytest.mark.parametrize("securing", PROOFS)
def test_a_changed_credential_and_one_without_a_proof_are_refused(client: Client, securing: Securing) -> None:
    signed = client.issued(a_credential(), securing)
    changed = {**signed, "credentialSubject": {"id": "did:example:other"}}
    bare = {name: one for name, one in signed.items() if name != "proof"}

    assert [client.verify(one).status_code for one in (changed, bare, {**signed, "proof": []})] == [400, 400, 400]


def test_a_set_of_proofs_holds_when_each_does(client: Client) -> None:
    first = client.issued(a_credential(issuer=client.body.signer.did))
    both = client.issued(first, Securing.ECDSA_RDFC)
    broken = json.loads(json.dumps(both))
    broken["proof"][1]["proofValue"] = broken["proof"][0]["proofValue"]

    assert [one["cryptosuite"] for one in both["proof"]] == ["eddsa-rdfc-2022", "ecdsa-rdfc-2019"]
    assert client.verify(both).status_code == 200
    assert client.verify(broken).status_code == 400


@pytest.mark.parametrize(
    "otherwise",
    [{"validUntil": EARLIER}, {"validFrom": "2199-01-01T00:00:00Z"}],
    ids=["over", "not begun"],
)
def test_a_credential_is_good_in_its_time_only(client: Client, otherwise: dict[str, Any]) -> None:
    signed = client.issued(a_credential(**otherwise))

    assert client.verify(signed).status_code == 400


def test_a_bit_that_is_set_is_seen_and_one_that_is_cleared_is_not(client: Client) -> None:
    signed = client.issued(a_credential(credentialStatus="request", id="urn:uuid:status"))
    entry = signed["credentialStatus"][1]
    said = [client.verify(signed).status_code]

    for on in (True, False):
        asked = {"credentialStatus": {"statusPurpose": entry["statusPurpose"]}, "status": on}
        assert client.post("/credentials/status", credentialId="urn:uuid:status", **asked).status_code == 200
        said.append(client.verify(signed).status_code)

    assert said == [200, 400, 200]
    kept = client.http.get(entry["statusListCredential"])
    assert kept.headers["content-type"] == "application/vc"
    assert client.verify(kept.json()).status_code == 200


def presentation(*credentials: Any, **members: Any) -> Any:
    return {
        "@context": [VC_CONTEXT],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": list(credentials),
        **members,
    }


def test_a_presentation_holds_when_each_credential_does(client: Client) -> None:
    good = [client.issued(a_credential(), way) for way in WAYS]
    bad = {**good[0], "name": "Another"}

    said = [
        client.post("/presentations/verify", verifiablePresentation=one).status_code
        for one in (presentation(*good), presentation(), presentation(*good, bad), presentation("did:example:text"))
    ]

    assert said == [200, 200, 400, 400]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"@context": []}, id="no context"),
        pytest.param({"type": ["Presentation"]}, id="another type"),
        pytest.param({"id": "x"}, id="an id that is no URL"),
        pytest.param({"holder": {"name": "x"}}, id="a holder without an id"),
    ],
)
def test_a_presentation_that_the_data_model_forbids_is_refused(client: Client, members: dict[str, Any]) -> None:
    asked = presentation(client.issued(a_credential()), **members)

    assert client.post("/presentations/verify", verifiablePresentation=asked).status_code == 400


def test_a_challenge_is_answered_by_a_proof_alone(client: Client) -> None:
    asked = presentation(client.issued(a_credential()))

    answer = client.post("/presentations/verify", verifiablePresentation=asked, options={"challenge": "c"})

    assert answer.status_code == 400


def _circle(size: int) -> Any:
    """Blank nodes that look alike from everywhere: a processor must try them in every order."""
    nodes = [
        {"@id": f"_:b{at}", "rank": [{"@id": f"_:b{other}"} for other in range(size) if other != at]}
        for at in range(size)
    ]
    return {"@context": [VC_CONTEXT, EXAMPLES, {"rank": "https://example.org/rank"}], "credentialSubject": nodes}


def test_a_graph_that_is_made_to_last_is_given_up_in_time(client: Client) -> None:
    refused = client.issue(a_credential(**_circle(10)))

    assert (refused.status_code, refused.json()["errors"]) == (400, ["not canonicalised within 5 seconds"])
    assert client.issue(a_credential(**_circle(24))).json()["errors"] == ["more than 256 blank nodes"]
    assert client.issue(a_credential(**_circle(2))).status_code == 201


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="no credential"),
        pytest.param(b'{"credential": 7}', id="a number"),
        pytest.param(b'{"credential": {}, "credential": {}}', id="twice"),
        pytest.param(b'{"credential": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", id="very deep"),
        pytest.param(b'{"credential": {"a": [' + b"1," * 9_000 + b"1]}}", id="very wide"),
        pytest.param(b'{"credential": {"a": "' + b"x" * 300_000 + b'"}}', id="very long"),
        pytest.param(
            json.dumps({"credential": a_credential(), "options": {"cryptosuite": "bbs-2023"}}).encode(), id="a suite"
        ),
    ],
)
def test_what_would_cost_too_much_or_means_nothing_is_refused(client: Client, content: bytes) -> None:
    answer = client.http.post("/credentials/issue", content=content)

    assert answer.status_code in {400, 413}, answer.text


def test_the_suite_may_stand_in_the_path(client: Client) -> None:
    signed = client.post("/ecdsa-rdfc-2019/credentials/issue", credential=client.named(a_credential())).json()[
        "verifiableCredential"
    ]

    assert signed["proof"]["cryptosuite"] == "ecdsa-rdfc-2019"
    assert client.post("/ecdsa-rdfc-2019/credentials/verify", verifiableCredential=signed).status_code == 200


def test_nobody_is_served_who_does_not_trust_the_authority(client: Client) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{client.body.base_url}/.well-known/did.json")
    assert client.http.get("/.well-known/did.json").json()["id"] == client.body.signer.did


def test_a_token_by_another_algorithm_or_key_is_refused(client: Client) -> None:
    signed = client.issued(a_credential(), Securing.VC_JWT)
    head, body, mark = signed["id"].partition(",")[2].split(".")
    unsecured = urlsafe_b64encode(b'{"alg":"none","typ":"vc+jwt"}').rstrip(b"=").decode()

    for token in (
        f"{unsecured}.{body}.",
        f"{unsecured}.{body}.{mark}",
        f"{head}.{body}.{mark[::-1]}",
        f"{head}.{body}",
    ):
        assert client.verify({**signed, "id": f"data:application/vc+jwt,{token}"}).status_code == 400
