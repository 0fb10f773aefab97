"""What is signed holds by recomputation, breaks with every change, and follows the keys as they turn over."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from adapters.badges.signer import KeyedBadgeSigner
from adapters.keys import FileKeyProvider
from domain.badges.document import badge_document, signed_with, status_list_document
from domain.badges.errors import UnfitFacts
from domain.badges.facts import BadgeFacts, BadgeProfile, Securing
from domain.badges.keys import BADGE_PURPOSES, EDDSA, ES256, PURPOSE, RS256
from domain.errors import Unavailable
from domain.ports import BadgeSigner, KeyProvider, SigningKey
from tests.builders_badge_facts import BASE, DID, ISSUER, badge_facts, holds, list_facts, spelled

PROOFS = [Securing.EDDSA_RDFC, Securing.ECDSA_RDFC, Securing.EDDSA_JCS]
HOSTILE = 'Zoë "Q" \\ O\u2028Neil\x00\x01\x7f\x85 \U0001f600 \u202e\u05d0\u05d1'


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> FileKeyProvider:
    return FileKeyProvider(tmp_path_factory.mktemp("badges") / "keys")


@pytest.fixture(scope="module")
def signer(keys: FileKeyProvider) -> KeyedBadgeSigner:
    return KeyedBadgeSigner(keys, BASE)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> KeyedBadgeSigner:
    """Another body, which says that it is ours."""
    return KeyedBadgeSigner(FileKeyProvider(tmp_path_factory.mktemp("stranger") / "keys"), BASE)


@pytest.fixture
def turning(tmp_path: Path) -> FileKeyProvider:
    return FileKeyProvider(tmp_path / "keys")


def test_the_signer_is_what_the_port_asks_for(signer: KeyedBadgeSigner) -> None:
    port: BadgeSigner = signer

    assert port.did == DID


# --- Data Integrity


@pytest.mark.parametrize("securing", PROOFS)
@pytest.mark.parametrize("profile", list(BadgeProfile))
@pytest.mark.parametrize("name", [None, "Ada Lovelace", HOSTILE])
def test_a_proof_holds_by_recomputation(
    signer: KeyedBadgeSigner, securing: Securing, profile: BadgeProfile, name: str | None
) -> None:
    facts = badge_facts(profile=profile, holder_name=name)

    signed = signer.sign(facts, securing)

    assert holds(signed, signer.did_document())
    unproved = json.loads(signed)
    proof = unproved.pop("proof")
    assert unproved == json.loads(json.dumps(badge_document(facts)))
    assert isinstance(proof, list) is (profile is BadgeProfile.OB30_STRICT)


@pytest.mark.parametrize("securing", PROOFS)
def test_a_proof_states_its_suite_its_time_and_its_key(signer: KeyedBadgeSigner, securing: Securing) -> None:
    proof = json.loads(signer.sign(badge_facts(), securing))["proof"]

    value = proof.pop("proofValue")
    context = proof.pop("@context", None)

    assert proof == {
        "type": "DataIntegrityProof",
        "cryptosuite": securing.value,
        "created": "2026-03-01T17:30:00Z",
        "verificationMethod": signer.verification_method(securing),
        "proofPurpose": "assertionMethod",
    }
    assert value[0] == "z"
    assert (context is not None) is (securing is Securing.EDDSA_JCS)


@pytest.mark.parametrize("securing", PROOFS)
def test_a_status_lists_proof_holds_by_recomputation(signer: KeyedBadgeSigner, securing: Securing) -> None:
    for facts in (list_facts(), list_facts(valid_until=badge_facts().valid_until)):
        signed = signer.sign_status_list(facts, securing)

        assert holds(signed, signer.did_document())
        assert {**json.loads(signed), "proof": None} == {**status_list_document(facts), "proof": None}


def changes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every member and element of a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*path, name)
        yield from changes(one, (*path, name))


def changed(document: Any, path: tuple[Any, ...], *, removed: bool) -> Any:
    copy = json.loads(json.dumps(document))
    place = copy
    for step in path[:-1]:
        place = place[step]
    if removed:
        del place[path[-1]]
    else:
        place[path[-1]] = otherwise(place[path[-1]])
    return copy


def otherwise(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value}x"
        case list():
            return [*value, *value[:1], "https://x.example/more"]
        case _:
            return {**value, "name": "Somebody Else"}


@pytest.mark.parametrize("securing", PROOFS)
def test_whatever_is_changed_or_taken_away_breaks_the_proof(signer: KeyedBadgeSigner, securing: Securing) -> None:
    document = json.loads(signer.sign(badge_facts(), securing))
    said = signer.did_document()
    paths = [path for path in changes(document) if path[0] != "@context" and path != ("proof",)]
    survived = []

    for path in paths:
        for removed in (False, True):
            try:
                stands = holds(json.dumps(changed(document, path, removed=removed)).encode(), said)
            except (KeyError, ValueError, AttributeError, TypeError, SyntaxError):
                stands = False
            if stands:
                survived.append((path, removed))

    assert len(paths) > 80
    assert survived == []


def test_no_changed_byte_of_a_proof_value_holds(signer: KeyedBadgeSigner) -> None:
    signed = signer.sign(badge_facts(), Securing.EDDSA_RDFC)
    said, value = signer.did_document(), json.loads(signed)["proof"]["proofValue"]

    for place in range(1, len(value)):
        other = "2" if value[place] != "2" else "3"
        broken = signed.replace(value.encode(), f"{value[:place]}{other}{value[place + 1 :]}".encode())
        try:
            assert not holds(broken, said)
        except ValueError:
            continue


def test_another_bodys_key_signs_nothing_of_ours(signer: KeyedBadgeSigner, stranger: KeyedBadgeSigner) -> None:
    assert not holds(stranger.sign(badge_facts(), Securing.EDDSA_RDFC), signer.did_document())


# --- what the signer says of its own

ALL_OF_OURS = [*((badge_facts(profile=profile), way) for profile in BadgeProfile for way in Securing)]


@pytest.mark.parametrize(("facts", "securing"), ALL_OF_OURS)
def test_the_signer_knows_its_own_badges_again(
    signer: KeyedBadgeSigner, stranger: KeyedBadgeSigner, facts: BadgeFacts, securing: Securing
) -> None:
    signed = signer.sign(facts, securing)

    assert signer.holds(signed)
    assert not stranger.holds(signed)
    if not securing.is_jwt:
        assert not signer.holds(signed.replace(b"CPOM-7K3M", b"CPOM-8K3M"))


@pytest.mark.parametrize("securing", [*PROOFS, Securing.VC_JWT])
def test_the_signer_knows_its_own_lists_again(signer: KeyedBadgeSigner, securing: Securing) -> None:
    signed = signer.sign_status_list(list_facts(), securing)

    assert signer.holds(signed)
    if not securing.is_jwt:
        assert not signer.holds(signed.replace(b'"ttl":300000', b'"ttl":900000'))


@pytest.mark.parametrize(
    "other", [b"", b"{}", b"a.b.c", b"e30.e30.e30", b'{"proof":{"proofValue":"z0"}}', b"\xff.\xff."]
)
def test_what_is_no_document_of_ours_is_a_fault(signer: KeyedBadgeSigner, other: bytes) -> None:
    with pytest.raises((ValueError, KeyError)):
        signer.holds(other)


# --- tokens


@pytest.mark.parametrize("profile", list(BadgeProfile))
def test_a_w3c_token_is_the_credential_itself(
    signer: KeyedBadgeSigner, keys: FileKeyProvider, profile: BadgeProfile
) -> None:
    facts = badge_facts(profile=profile, holder_name=HOSTILE)
    token = signer.sign(facts, Securing.VC_JWT)

    checked = jws.deserialize_compact(token, ECKey.import_key(face(keys, ES256)), algorithms=["ES256"])

    kid = f"{DID}#{keys.current(ES256).kid}"
    assert spelled(token.split(b".")[0]) == {"alg": "ES256", "kid": kid, "typ": "vc+jwt"}
    assert json.loads(checked.payload) == json.loads(json.dumps(badge_document(facts)))


def test_an_open_badges_token_has_three_headers_and_the_registered_claims(
    signer: KeyedBadgeSigner, keys: FileKeyProvider
) -> None:
    facts = badge_facts()
    token = signer.sign(facts, Securing.OB_JWT)

    checked = jws.deserialize_compact(token, RSAKey.import_key(face(keys, RS256)), algorithms=["RS256"])

    kid = f"{BASE}/keys/{keys.current(RS256).kid}"
    assert spelled(token.split(b".")[0]) == {"alg": "RS256", "kid": kid, "typ": "JWT"}
    claims = json.loads(checked.payload)
    registered = {name: claims.pop(name) for name in ("iss", "jti", "sub", "nbf", "exp")}
    assert registered == {
        "iss": DID,
        "jti": facts.id,
        "sub": f"{facts.id}#holder",
        "nbf": int(facts.valid_from.timestamp()),
        "exp": int(facts.valid_until.timestamp()),
    }
    assert claims == json.loads(json.dumps(badge_document(facts)))


def test_a_status_list_is_a_token_in_w3cs_dialect_alone(signer: KeyedBadgeSigner, keys: FileKeyProvider) -> None:
    token = signer.sign_status_list(list_facts(), Securing.VC_JWT)

    checked = jws.deserialize_compact(token, ECKey.import_key(face(keys, ES256)), algorithms=["ES256"])

    assert json.loads(checked.payload) == status_list_document(list_facts())
    with pytest.raises(UnfitFacts):
        signer.sign_status_list(list_facts(), Securing.OB_JWT)


def face(keys: KeyProvider, purpose: str) -> Any:
    return dict(keys.current(purpose).public_jwk)


# --- keys


@pytest.mark.parametrize("securing", list(Securing))
def test_a_signed_badge_names_the_key_that_the_signer_says(signer: KeyedBadgeSigner, securing: Securing) -> None:
    method = signer.verification_method(securing)

    assert signed_with(signer.sign(badge_facts(), securing)) == method
    assert method in signer.verification_methods()


@pytest.mark.parametrize("securing", list(Securing))
def test_another_issuer_is_not_signed_for(signer: KeyedBadgeSigner, securing: Securing) -> None:
    foreign = replace(ISSUER, did="did:web:elsewhere.example")

    with pytest.raises(UnfitFacts, match="issuer"):
        signer.sign(badge_facts(issuer=foreign), securing)
    with pytest.raises(UnfitFacts, match="issuer"):
        signer.sign_status_list(list_facts(issuer=foreign), securing)


def test_a_rotation_takes_hold_at_once_and_old_badges_stand(turning: FileKeyProvider) -> None:
    signer = KeyedBadgeSigner(turning, BASE)
    old = signer.sign(badge_facts(), Securing.EDDSA_RDFC)

    pending = turning.prepare(EDDSA)
    prepared = signer.sign(badge_facts(), Securing.EDDSA_RDFC)
    turning.rotate(EDDSA)
    new = signer.sign(badge_facts(), Securing.EDDSA_RDFC)

    said = signer.did_document()
    assert signed_with(old) == signed_with(prepared) != signed_with(new)
    assert signer.verification_methods()[signed_with(new)] == pending
    assert [holds(one, said) for one in (old, prepared, new)] == [True, True, True]


def test_a_pending_key_is_published_before_it_signs(turning: FileKeyProvider) -> None:
    signer = KeyedBadgeSigner(turning, BASE)
    turning.prepare(EDDSA)
    early = signer.did_document()

    turning.rotate(EDDSA)

    assert holds(signer.sign(badge_facts(), Securing.EDDSA_RDFC), early)


def test_what_a_revoked_key_signed_holds_nowhere(turning: FileKeyProvider) -> None:
    signer = KeyedBadgeSigner(turning, BASE)
    old = signer.sign(badge_facts(), Securing.EDDSA_RDFC)

    turning.revoke(EDDSA, turning.current(EDDSA).kid)

    assert not holds(old, signer.did_document())
    assert signed_with(old) not in signer.verification_methods()
    assert holds(signer.sign(badge_facts(), Securing.EDDSA_RDFC), signer.did_document())


@pytest.mark.parametrize("purpose", BADGE_PURPOSES)
def test_a_key_is_published_from_its_preparation_to_its_withdrawal_and_no_longer(
    turning: FileKeyProvider, tmp_path: Path, purpose: str
) -> None:
    signer, elsewhere = KeyedBadgeSigner(turning, BASE), FileKeyProvider(tmp_path / "keys")
    first = signer.names(purpose, turning.current(purpose))
    seen = []

    def look() -> None:
        seen.append(({signer.publishes(name) for name in first}, {signer.publishes(name) for name in second}))

    kid = elsewhere.prepare(purpose)
    second = signer.names(purpose, elsewhere.face(purpose, kid))
    look()
    elsewhere.rotate(purpose)
    look()
    elsewhere.revoke(purpose, next(one.kid for one in elsewhere.records(purpose)))
    look()

    assert seen == [({True}, {True}), ({True}, {True}), ({False}, {True})]
    assert not signer.publishes(f"{DID}#never-ours")


@pytest.mark.parametrize("securing", [Securing.EDDSA_RDFC, Securing.VC_JWT, Securing.OB_JWT])
def test_a_key_is_known_again_after_the_body_has_moved(turning: FileKeyProvider, securing: Securing) -> None:
    before = KeyedBadgeSigner(turning, "https://former.example").verification_method(securing)
    signer = KeyedBadgeSigner(turning, BASE)

    known = signer.publishes(before)
    turning.revoke(PURPOSE[securing], turning.current(PURPOSE[securing]).kid)

    assert (known, signer.publishes(before)) == (True, False)


class TurnsBetween:
    """A provider whose key turns over, so many times, after it was named and before it signs."""

    def __init__(self, keys: FileKeyProvider, times: int) -> None:
        self._keys, self._left = keys, times

    def current(self, purpose: str) -> SigningKey:
        return self._keys.current(purpose)

    def sign(self, purpose: str, message: bytes) -> tuple[str, bytes]:
        if self._left:
            self._left -= 1
            self._keys.rotate(purpose)
        return self._keys.sign(purpose, message)


@pytest.mark.parametrize("securing", [Securing.EDDSA_RDFC, Securing.VC_JWT])
def test_a_key_that_turns_over_meanwhile_is_named_anew(turning: FileKeyProvider, securing: Securing) -> None:
    signer = KeyedBadgeSigner(TurnsBetween(turning, 2), BASE)  # type: ignore[arg-type]

    signed = signer.sign(badge_facts(), securing)

    assert signed_with(signed) == KeyedBadgeSigner(turning, BASE).verification_method(securing)
    if securing is Securing.EDDSA_RDFC:
        assert holds(signed, KeyedBadgeSigner(turning, BASE).did_document())


def test_a_provider_that_never_settles_is_given_up(turning: FileKeyProvider) -> None:
    signer = KeyedBadgeSigner(TurnsBetween(turning, 99), BASE)  # type: ignore[arg-type]

    with pytest.raises(Unavailable):
        signer.sign(badge_facts(), Securing.EDDSA_RDFC)


class Kms:
    """A key service as a body may have one: it names its keys, shows their public faces, and signs; nothing more."""

    def __init__(self, behind: FileKeyProvider) -> None:
        self._behind, self.asked = behind, list[str]()

    def current(self, purpose: str) -> SigningKey:
        return self._behind.current(purpose)

    def all(self, purpose: str) -> list[SigningKey]:
        return self._behind.all(purpose)

    def sign(self, purpose: str, message: bytes) -> tuple[str, bytes]:
        self.asked.append(purpose)
        return self._behind.sign(purpose, message)


@pytest.mark.parametrize("securing", list(Securing))
def test_three_questions_of_a_key_service_are_enough(keys: FileKeyProvider, securing: Securing) -> None:
    kms = Kms(keys)
    signer = KeyedBadgeSigner(kms, BASE)  # type: ignore[arg-type]

    signer.sign(badge_facts(), securing)
    signer.did_document()

    assert kms.asked == [PURPOSE[securing]]
    assert set(PURPOSE.values()) == set(BADGE_PURPOSES)


def test_signing_loads_no_json_ld_processor() -> None:
    statement = (
        "import sys, adapters.badges.signer as s, api.wiring\n"
        "print([name for name in ('pyoxigraph', 'pyld', 'rdflib', 'rfc8785') if name in sys.modules])"
    )

    said = subprocess.run([sys.executable, "-c", statement], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"
