"""Badges of other issuers: what others' libraries signed is read, and whatever a signature does not cover is not."""

import json
import operator
from collections.abc import Iterator
from copy import deepcopy
from functools import reduce
from typing import Any

import pytest

from adapters.badges.foreign import SignedElsewhere
from adapters.badges.linked_data import Unfit, canonical
from domain.errors import TooLarge
from domain.hosting.errors import UnfitBadge
from domain.hosting.model import LARGEST
from tests import builders_badge_facts
from tests.builders_foreign import ELSEWHERE, ID, OB, VC, Issuer, TokenIssuer, a_badge, altered, with_claims

OWN = "did:web:certifier.example"


def fault_of(content: bytes, *, compact: bool = False) -> str | None:
    """The clause that stands against a badge, None where it is taken."""
    try:
        SignedElsewhere(OWN).read(content, compact=compact)
    except UnfitBadge as refusal:
        return refusal.faults[0].code
    return None


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def tokens() -> TokenIssuer:
    return TokenIssuer()


def test_what_openbadgeslib_signed_is_read_as_it_was_given(issuer: Issuer) -> None:
    signed = issuer.signed()

    given = SignedElsewhere(OWN).read(signed, compact=False)

    assert (given.content, given.issuer, given.named, given.own) == (signed, issuer.did, ID, False)


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022"])
def test_a_proof_made_step_by_step_from_the_specification_holds(issuer: Issuer, suite: str) -> None:
    assert fault_of(issuer.signed_anyhow(a_badge(issuer.did), suite)) is None


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_token_with_its_key_in_the_header_is_read(algorithm: str) -> None:
    assert fault_of(TokenIssuer(algorithm).token(), compact=True) is None


def test_a_token_whose_key_is_its_issuers_did_is_read(issuer: Issuer) -> None:
    assert fault_of(issuer.token(), compact=True) is None


def test_a_w3c_token_needs_no_claims_beside_the_credential(tokens: TokenIssuer) -> None:
    assert fault_of(tokens.token(a_badge(), typ="vc+jwt"), compact=True) is None


def test_one_proof_of_several_that_holds_is_enough(issuer: Issuer) -> None:
    signed = json.loads(issuer.signed())
    broken = {**signed["proof"], "proofValue": "z" + "2" * 80}

    assert fault_of(json.dumps({**signed, "proof": [broken, signed["proof"]]}).encode()) is None
    assert fault_of(json.dumps({**signed, "proof": [broken, broken]}).encode()) == "proof"


@pytest.mark.parametrize("edition", ["3.0.2", "3.0.3"])
@pytest.mark.parametrize("more", [[], ["https://w3id.org/security/data-integrity/v2"]], ids=["", "suites"])
def test_badges_of_an_earlier_edition_are_read(issuer: Issuer, edition: str, more: list[str]) -> None:
    contexts = [VC, f"https://purl.imsglobal.org/spec/ob/v3p0/context-{edition}.json", *more]

    assert fault_of(issuer.signed(a_badge(issuer.did, **{"@context": contexts}))) is None


# --- what is altered


def deep(document: dict[str, Any], *path: str, to: Any) -> bytes:
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "path",
    [
        ("name",),
        ("validFrom",),
        ("issuer", "name"),
        ("credentialSubject", "id"),
        ("credentialSubject", "achievement", "name"),
        ("credentialSubject", "achievement", "criteria", "narrative"),
    ],
    ids=".".join,
)
@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022"])
def test_no_altered_member_passes(issuer: Issuer, suite: str, path: tuple[str, ...]) -> None:
    signed = json.loads(issuer.signed_anyhow(a_badge(issuer.did), suite))

    other = "2025-01-02T00:00:00Z" if path == ("validFrom",) else "urn:another"

    assert fault_of(deep(signed, *path, to=other)) == "proof"


def leaves(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """The path of every value of a document that holds no other."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if isinstance(value, dict | list):
        for name, one in inner:
            yield from leaves(one, *path, name)
    else:
        yield path


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022"])
def test_no_value_is_altered_and_no_member_taken_out_unnoticed(issuer: Issuer, suite: str) -> None:
    signed = json.loads(
        issuer.signed_anyhow(a_badge(issuer.did, evidence=[{"type": ["Evidence"], "name": "E"}]), suite)
    )
    taken = []
    for path in leaves(signed):
        for change in ("alter", "remove"):
            document = deepcopy(signed)
            *outer, last = path
            inner = reduce(operator.getitem, outer, document)
            if change == "remove":
                del inner[last]
            else:
                inner[last] = inner[last] + ("x" if isinstance(inner[last], str) else 1)
            if fault_of(json.dumps(document).encode()) is None:
                taken.append((path, change))

    assert taken == []


def test_no_byte_of_a_token_is_altered_unnoticed(tokens: TokenIssuer) -> None:
    token = tokens.token()
    other = [
        token[:place] + (b"A" if token[place : place + 1] != b"A" else b"B") + token[place + 1 :]
        for place in range(0, len(token), 7)
    ]

    assert [one for one in other if fault_of(one, compact=True) is None] == []


@pytest.mark.parametrize(
    ("members", "code"),
    [
        pytest.param({"bogus": "x"}, "canonical_form", id="a term that no context defines"),
        pytest.param({"evidence": [{"id": "a/relative"}]}, "canonical_form", id="a relative address"),
        pytest.param({"evidence": [{"id": "_:b0"}]}, "canonical_form", id="a blank node by its label"),
        pytest.param({"name": {"@value": "x"}}, "canonical_form", id="a keyword"),
        pytest.param({"evidence": [{"@context": {}, "id": "urn:x:y"}]}, "canonical_form", id="a context within"),
        pytest.param({"verifiableCredential": [{"a": "b"}]}, "canonical_form", id="where terms are forgotten"),
        pytest.param({"image": {"id": "https://e.example/<a b>", "type": "Image"}}, "canonical_form", id="no IRI"),
        pytest.param({"@context": [VC, OB, {"name": "urn:x:y"}]}, "canonical_form", id="a context of its own"),
        pytest.param({"@context": [VC, OB, "https://e.example/c"]}, "canonical_form", id="a context to fetch"),
        pytest.param({"type": ["VerifiableCredential", "OpenBadgeCredential", "X"]}, "canonical_form", id="a type"),
        pytest.param({"description": "added"}, "proof", id="a member that a context defines"),
    ],
)
def test_nothing_is_slipped_in_that_the_signature_does_not_cover(
    issuer: Issuer, members: dict[str, Any], code: str
) -> None:
    assert fault_of(altered(issuer.signed(), **members)) == code


def test_a_graph_whose_nodes_cannot_be_told_apart_is_refused_before_it_is_canonicalised(issuer: Issuer) -> None:
    twins = a_badge(issuer.did, evidence=[{"type": ["Evidence"], "name": "Alike"}] * 12)

    assert fault_of(issuer.signed_anyhow(twins, "eddsa-jcs-2022")) is None
    with pytest.raises(Unfit, match="alike"):
        canonical(twins)


def test_the_canonical_form_is_oxigraphs_where_nothing_is_wrong() -> None:
    document = a_badge(evidence=[{"type": ["Evidence"], "name": f"Number {place}"} for place in range(40)])

    assert canonical(document) == builders_badge_facts.canonical(document)


# --- keys and tokens


def test_a_key_that_is_not_the_issuers_own_signs_nothing_for_them(issuer: Issuer) -> None:
    assert fault_of(issuer.signed(a_badge(ELSEWHERE))) == "issuer_key"
    assert fault_of(issuer.signed(a_badge(Issuer().did))) == "issuer_key"
    assert fault_of(issuer.token(with_claims(a_badge(ELSEWHERE))), compact=True) == "issuer_key"


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("did:web:elsewhere.example#key-1", "key_elsewhere"),
        ("did:example:issuer#key-1", "key_elsewhere"),
        ("https://elsewhere.example/keys/1", "key_elsewhere"),
        ("ftp://elsewhere.example/keys/1", "key_elsewhere"),
    ],
)
def test_without_a_way_out_a_key_elsewhere_is_named_as_the_reason(issuer: Issuer, method: str, code: str) -> None:
    whose = method.partition("#")[0] if method.startswith("did:") else ELSEWHERE

    assert fault_of(issuer.signed_anyhow(a_badge(whose), verificationMethod=method)) == code


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"cryptosuite": "bbs-2023"}, "suite"),
        ({"proofPurpose": "authentication"}, "proof"),
        ({"type": "Ed25519Signature2020"}, "proof"),
        ({"previousProof": "urn:x:y"}, "proof"),
    ],
)
def test_a_proof_of_another_kind_is_refused(issuer: Issuer, options: dict[str, str], code: str) -> None:
    assert fault_of(issuer.signed_anyhow(a_badge(issuer.did), **options)) == code


@pytest.mark.parametrize(
    ("header", "code"),
    [
        pytest.param({"alg": "PS256"}, "malformed", id="an algorithm that is not read"),
        pytest.param({"typ": "at+jwt"}, "malformed", id="another type"),
        pytest.param({"jwk": None}, "malformed", id="no key"),
        pytest.param({"x5u": "https://e.example/"}, "malformed", id="a header that Open Badges does not allow"),
        pytest.param({"jwk": TokenIssuer().jwk}, "proof", id="another key"),
        pytest.param({"jwk": TokenIssuer("ES256").jwk}, "proof", id="a key of another kind"),
        pytest.param({"jwk": {"kty": "RSA"}}, "proof", id="half a key"),
    ],
)
def test_a_token_by_another_key_or_header_is_refused(tokens: TokenIssuer, header: dict[str, Any], code: str) -> None:
    assert fault_of(tokens.token(**header), compact=True) == code


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iss": None}, "claim_missing"),
        ({"jti": None}, "claim_missing"),
        ({"nbf": None}, "claim_missing"),
        ({"sub": None}, "claim_missing"),
        ({"iss": "https://another.example"}, "claim_differs"),
        ({"jti": "urn:another"}, "claim_differs"),
        ({"nbf": 1735689601}, "claim_differs"),
        ({"nbf": True}, "claim_differs"),
        ({"sub": "did:example:another"}, "claim_differs"),
        ({"exp": 1999999999}, "claim_differs"),
        ({"nbf": 1735689600.5}, None),
    ],
)
def test_the_claims_of_a_token_say_what_its_credential_says(
    tokens: TokenIssuer, claims: dict[str, Any], code: str | None
) -> None:
    assert fault_of(tokens.token(with_claims(a_badge(), **claims)), compact=True) == code


# --- the shape


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"@context": [OB, VC]}, "data_model"),
        ({"@context": VC}, "data_model"),
        ({"@context": [VC]}, "data_model"),
        ({"type": ["OpenBadgeCredential"]}, "data_model"),
        ({"type": ["VerifiableCredential", "EndorsementCredential"]}, "data_model"),
        ({"type": "VerifiableCredential"}, "data_model"),
        ({"id": None}, "address"),
        ({"id": "3732"}, "address"),
        ({"id": "urn:x:" + "y" * 2_001}, "address"),
        ({"issuer": None}, "address"),
        ({"issuer": {"name": "x"}}, "address"),
        ({"issuer": 7}, "address"),
        ({"validFrom": None}, "instant"),
        ({"validFrom": "2025-01-01"}, "instant"),
        ({"validFrom": "2025-02-30T00:00:00Z"}, "instant"),
        ({"validFrom": "2025-01-01T00:00:00"}, "instant"),
        ({"validUntil": 7}, "instant"),
        ({"credentialSubject": None}, "data_model"),
        ({"credentialSubject": [{"id": "urn:x:y"}]}, "data_model"),
        ({"credentialSubject": {"id": "urn:x:y"}}, "data_model"),
        ({"credentialSubject": {"achievement": {}}}, "data_model"),
        ({"credentialSubject": {"id": 7, "achievement": {}}}, "address"),
    ],
)
def test_a_badge_without_what_makes_it_one_is_refused(issuer: Issuer, members: dict[str, Any], code: str) -> None:
    whole = a_badge(issuer.did, **members)

    assert fault_of(json.dumps({**whole, "proof": {}}).encode()) == code


def _nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"proof": {}, "proof": {}}',
        b"\xff\xfe",
        json.dumps({**a_badge(), "proof": {}, "name": _nested(30)}).encode(),
        json.dumps({**a_badge(), "proof": {}, "name": ["x"] * 4_001}).encode(),
    ],
    ids=["nothing", "empty", "a list", "null", "a key twice", "no text", "deep", "many values"],
)
def test_what_is_no_badge_is_malformed(content: bytes) -> None:
    assert fault_of(content) in ("malformed", "data_model")
    assert fault_of(content, compact=True) == "malformed"


def test_more_bytes_than_a_badge_may_have_are_too_many() -> None:
    with pytest.raises(TooLarge):
        SignedElsewhere(OWN).read(b"{" + b" " * LARGEST, compact=False)


def test_a_badge_that_names_us_is_left_for_the_register_to_judge() -> None:
    ours = json.dumps({**a_badge(OWN), "proof": {}}).encode()

    assert SignedElsewhere(OWN).read(ours, compact=False).own
