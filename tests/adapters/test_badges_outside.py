"""openbadgeslib, which we did not write, verifies offline what we issue, and rejects what we break."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from joserfc.jwk import RSAKey
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from openbadgeslib.ob3.did import pem_for_kid, resolve_verification_method
from openbadgeslib.ob3.ldp import OB3LdpVerifier, verify_data_integrity_proof

from adapters.badges.signer import KeyedBadgeSigner
from adapters.keys import FileKeyProvider
from domain.badges.facts import BadgeFacts, BadgeProfile, Securing
from domain.badges.keys import EDDSA, RS256
from tests.builders_badge_facts import ACHIEVEMENT, BASE, DID, ISSUER, badge_facts, list_facts

Broken = Callable[[dict[str, Any]], None]


class Outside:
    """A verifier that is given our DID document and nothing else."""

    def __init__(self, signer: KeyedBadgeSigner) -> None:
        self.signer = signer

    def fetch(self, url: str, *_: object, **__: object) -> bytes:
        assert url == f"{BASE}/.well-known/did.json", url
        return json.dumps(self.signer.did_document()).encode()

    def fault(self, signed: bytes) -> str | None:
        """What it has against a badge with a proof, None where it holds."""
        try:
            OB3LdpVerifier.for_issuer_did(DID).verify(signed, download=self.fetch)
        except LibOpenBadgesException as fault:
            return str(fault) or type(fault).__name__
        return None

    def fault_of_token(self, token: bytes, pem: bytes) -> str | None:
        """What it has against a token in Open Badges' dialect, checked with a key; None where it holds."""
        try:
            OB3Verifier(pem, issuer_did=DID).verify(token.decode())
        except LibOpenBadgesException as fault:
            return str(fault) or type(fault).__name__
        return None

    def opened(self, token: bytes) -> dict[str, Any]:
        """What a token in W3C's dialect holds, checked by PyJWT with the key that our DID document has for its `kid`.

        Raises InvalidTokenError where it does not hold. openbadgeslib itself reads Open Badges' dialect alone.
        """
        header = jwt.get_unverified_header(token.decode())
        pem = pem_for_kid(json.loads(self.fetch(f"{BASE}/.well-known/did.json")), DID, header["kid"])
        assert header["typ"] == "vc+jwt"
        return jwt.decode(token.decode(), pem, algorithms=["ES256"])


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Outside:
    keys = FileKeyProvider(tmp_path_factory.mktemp("outside") / "keys")
    return Outside(KeyedBadgeSigner(keys, BASE))


@pytest.fixture
def turning(tmp_path: Path) -> FileKeyProvider:
    return FileKeyProvider(tmp_path / "keys")


def pem_of(outside: Outside) -> bytes:
    (jwk,) = (
        method["publicKeyJwk"]
        for method in outside.signer.did_document()["verificationMethod"]  # type: ignore[attr-defined]
        if method.get("publicKeyJwk", {}).get("kty") == "RSA"
    )
    return RSAKey.import_key(jwk).as_pem(private=False)


# --- what we issue


@pytest.mark.parametrize("profile", list(BadgeProfile))
@pytest.mark.parametrize(
    "otherwise",
    [
        pytest.param({}, id="everything"),
        pytest.param(
            {
                "holder_name": None,
                "evidence": (),
                "refresh_url": None,
                "schema_url": None,
                "holder_id": "did:key:z6Mkx",
            },
            id="little",
        ),
        pytest.param({"holder_name": 'Zoë "Q" \\ O\u2028Neil \U0001f600 \u202e\u05d0'}, id="a hostile name"),
    ],
)
def test_a_badge_is_accepted(outside: Outside, profile: BadgeProfile, otherwise: dict[str, Any]) -> None:
    facts = badge_facts(profile=profile, **otherwise)

    assert outside.fault(outside.signer.sign(facts, Securing.EDDSA_RDFC)) is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=40), st.integers(0, 131_071))
def test_any_name_and_any_place_is_accepted(outside: Outside, name: str, place: int) -> None:
    facts = badge_facts(
        holder_name=name,
        achievement=replace(ACHIEVEMENT, name=name, criteria=name),
        places=tuple(replace(one, index=place) for one in badge_facts().places),
    )

    assert outside.fault(outside.signer.sign(facts, Securing.EDDSA_RDFC)) is None


@pytest.mark.parametrize("profile", list(BadgeProfile))
def test_a_w3c_token_is_accepted(outside: Outside, profile: BadgeProfile) -> None:
    facts = badge_facts(profile=profile)

    assert outside.opened(outside.signer.sign(facts, Securing.VC_JWT))["id"] == facts.id


@pytest.mark.parametrize("profile", list(BadgeProfile))
def test_an_open_badges_token_is_accepted(outside: Outside, profile: BadgeProfile) -> None:
    token = outside.signer.sign(badge_facts(profile=profile), Securing.OB_JWT)

    assert outside.fault_of_token(token, pem_of(outside)) is None


def test_a_status_list_is_accepted(outside: Outside) -> None:
    signed = json.loads(outside.signer.sign_status_list(list_facts(), Securing.EDDSA_RDFC))
    pem = resolve_verification_method(signed["proof"]["verificationMethod"], download=outside.fetch)

    verify_data_integrity_proof(signed, pem)

    signed["credentialSubject"]["encodedList"] += "A"
    with pytest.raises(LibOpenBadgesException):
        verify_data_integrity_proof(signed, pem)


# --- what we break


def _set(*path: Any, to: Any) -> Broken:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


def _drop(*path: Any) -> Broken:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


BREAKS = {
    "another holder": _set("credentialSubject", "name", to="Somebody Else"),
    "another number": _set("credentialSubject", "licenseNumber", to="CPOM-0000-0000-0"),
    "another identity": _set("credentialSubject", "identifier", 0, "identityHash", to="sha256$" + "0" * 64),
    "another salt": _set("credentialSubject", "identifier", 0, "salt", to="pepper"),
    "an identity said to be plain": _set("credentialSubject", "identifier", 0, "hashed", to=False),
    "another exam": _set("credentialSubject", "achievement", "alignment", 0, "targetCode", to="POM-002"),
    "another edition": _set("credentialSubject", "achievement", "version", to="cpom-2031"),
    "another achievement": _set("credentialSubject", "achievement", "id", to=f"{BASE}/programs/OTHER"),
    "longer valid": _set("validUntil", to="2199-01-01T00:00:00Z"),
    "without an end": _drop("validUntil"),
    "valid since before": _set("validFrom", to="2020-01-01T00:00:00Z"),
    "awarded before": _set("awardedDate", to="2016-03-01T05:00:00Z"),
    "another place": _set("credentialStatus", 0, "statusListIndex", to="5"),
    "another list": _set("credentialStatus", 0, "statusListCredential", to=f"{BASE}/v1/status-lists/9"),
    "without a status": _drop("credentialStatus"),
    "without suspension": _drop("credentialStatus", 1),
    "without evidence": _drop("evidence"),
    "another refresh service": _set("refreshService", "id", to="https://elsewhere.example/refresh"),
    "another issuer": _set("issuer", "id", to="did:web:elsewhere.example"),
    "another body's name": _set("issuer", "name", to="Another Body"),
    "another id": _set("id", to=f"{BASE}/v1/badges/other"),
    "a term that no context knows": _set("credentialSubject", "grade", to="with distinction"),
    "another suite": _set("proof", "cryptosuite", to="eddsa-jcs-2022"),
    "another purpose": _set("proof", "proofPurpose", to="authentication"),
    "another time of signing": _set("proof", "created", to="2026-03-01T17:30:01Z"),
    "another key": _set("proof", "verificationMethod", to=f"{DID}#z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"),
    "without a proof": _drop("proof"),
    "an inline context": _set("@context", 2, to={"name": "https://schema.org/alternateName"}),
    "one context fewer": _drop("@context", 2),
}


@pytest.mark.parametrize("broken", list(BREAKS.values()), ids=list(BREAKS))
def test_a_broken_badge_is_rejected(outside: Outside, broken: Broken) -> None:
    document = json.loads(outside.signer.sign(badge_facts(), Securing.EDDSA_RDFC))
    broken(document)

    assert outside.fault(json.dumps(document).encode()) is not None


def test_no_byte_of_a_signature_may_change(outside: Outside) -> None:
    signed = outside.signer.sign(badge_facts(), Securing.EDDSA_RDFC)
    value = json.loads(signed)["proof"]["proofValue"]

    for place in range(1, len(value), 9):
        other = "2" if value[place] != "2" else "3"
        broken = signed.replace(value.encode(), f"{value[:place]}{other}{value[place + 1 :]}".encode())

        assert outside.fault(broken) is not None


def mutilated(token: bytes) -> Iterator[bytes]:
    """The token with one sign changed, in each of its parts, and without its signature."""
    ends = [at for at, byte in enumerate(token) if byte == ord(".")]
    for place in (1, 20, ends[0] + 5, ends[0] + 900, ends[1] - 3, ends[1] + 4, ends[1] + 40):
        other = b"A" if token[place : place + 1] != b"A" else b"B"
        yield token[:place] + other + token[place + 1 :]
    yield token[: ends[1] + 1]


def test_no_part_of_an_open_badges_token_may_change(outside: Outside) -> None:
    token, pem = outside.signer.sign(badge_facts(), Securing.OB_JWT), pem_of(outside)

    assert [broken for broken in mutilated(token) if outside.fault_of_token(broken, pem) is None] == []


def test_no_part_of_a_w3c_token_may_change(outside: Outside) -> None:
    for broken in mutilated(outside.signer.sign(badge_facts(), Securing.VC_JWT)):
        with pytest.raises((jwt.InvalidTokenError, OB3VerificationError, KeyError, ValueError)):
            outside.opened(broken)


def past(facts: BadgeFacts) -> BadgeFacts:
    return replace(facts, valid_until=facts.valid_from + timedelta(days=1))


def future(facts: BadgeFacts) -> BadgeFacts:
    return replace(facts, valid_from=datetime(2098, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("when", [past, future])
def test_a_badge_is_good_in_its_time_only(outside: Outside, when: Callable[[BadgeFacts], BadgeFacts]) -> None:
    facts = when(badge_facts(valid_from=datetime(2026, 3, 1, 5, tzinfo=UTC)))

    assert outside.fault(outside.signer.sign(facts, Securing.EDDSA_RDFC)) is not None
    assert outside.fault_of_token(outside.signer.sign(facts, Securing.OB_JWT), pem_of(outside)) is not None


def test_another_bodys_badge_in_our_name_is_rejected(outside: Outside, turning: FileKeyProvider) -> None:
    stranger = KeyedBadgeSigner(turning, BASE)

    assert outside.fault(stranger.sign(badge_facts(), Securing.EDDSA_RDFC)) is not None
    with pytest.raises(LibOpenBadgesException):
        outside.opened(stranger.sign(badge_facts(), Securing.VC_JWT))
    assert outside.fault_of_token(stranger.sign(badge_facts(), Securing.OB_JWT), pem_of(outside)) is not None


def test_another_bodys_badge_in_its_own_name_is_not_taken_for_ours(outside: Outside, turning: FileKeyProvider) -> None:
    elsewhere = KeyedBadgeSigner(turning, "https://elsewhere.example")
    facts = badge_facts(issuer=replace(ISSUER, did=elsewhere.did))

    assert outside.fault(elsewhere.sign(facts, Securing.EDDSA_RDFC)) is not None


# --- keys, seen from outside


def test_a_rotation_leaves_old_badges_good_and_a_revocation_ends_them(turning: FileKeyProvider) -> None:
    outside = Outside(KeyedBadgeSigner(turning, BASE))
    former = turning.current(EDDSA).kid
    old = outside.signer.sign(badge_facts(), Securing.EDDSA_RDFC)

    turning.rotate(EDDSA)
    new = outside.signer.sign(badge_facts(), Securing.EDDSA_RDFC)
    overlapping = [outside.fault(old), outside.fault(new)]
    turning.revoke(EDDSA, former)

    assert overlapping == [None, None]
    assert outside.fault(old) is not None
    assert outside.fault(new) is None


def test_one_key_that_is_revoked_leaves_the_others_tokens_good(turning: FileKeyProvider) -> None:
    outside = Outside(KeyedBadgeSigner(turning, BASE))
    token = outside.signer.sign(badge_facts(), Securing.VC_JWT)

    turning.revoke(RS256, turning.current(RS256).kid)

    assert outside.opened(token)["issuer"]["id"] == DID
