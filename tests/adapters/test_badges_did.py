"""Our DID, its document and the spelling of our keys, against libraries that we did not write."""

import json
from pathlib import Path
from typing import Any, cast

import base58
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given, strategies as st
from joserfc.jwk import ECKey, OKPKey, RSAKey
from openbadgeslib.ob3.did import did_web_from_url, pem_for_kid, resolve_verification_method

from adapters.badges.did import did_document, did_of, jwk_method, multikey, multikey_method, published
from adapters.badges.multibase import base58btc, from_base58btc
from adapters.keys import FileKeyProvider
from domain.badges.keys import BADGE_PURPOSES, EDDSA, ES256, RS256

DID = "did:web:certs.example"
KINDS: dict[str, Any] = {EDDSA: OKPKey, ES256: ECKey, RS256: RSAKey}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> FileKeyProvider:
    return FileKeyProvider(tmp_path_factory.mktemp("did") / "keys")


@given(st.binary(max_size=80))
def test_base58_is_spelled_as_the_library_spells_it(content: bytes) -> None:
    spelled = base58btc(content)

    assert spelled == "z" + base58.b58encode(content).decode()
    assert from_base58btc(spelled) == content


@pytest.mark.parametrize("text", ["", "6Mk", "z0", "zO", "zI", "zl", "zé", "z ", "u6Mk", "z" + "2" * 257])
def test_what_is_not_base58_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="base58"):
        from_base58btc(text)


@pytest.mark.parametrize("content", [b"", b"\0", b"\0\0\0", b"\0\0a", b"\xff" * 64, b"\0" * 64, b"a" + b"\0" * 63])
def test_zeros_at_either_end_are_kept(content: bytes) -> None:
    assert base58.b58decode(base58btc(content)[1:]) == content


@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("https://certs.example", "did:web:certs.example"),
        ("https://certs.example:8443", "did:web:certs.example%3A8443"),
        ("https://certs.example/bodies/cps", "did:web:certs.example:bodies:cps"),
        ("https://certs.example:8443/a%20b", "did:web:certs.example%3A8443:a%2520b"),
        ("https://CERTS.example", "did:web:certs.example"),
    ],
)
def test_a_did_is_spelled_as_openbadgeslib_spells_it(address: str, did: str) -> None:
    assert did_of(address) == did == did_web_from_url(address)


def test_a_sandbox_has_a_did_too_and_no_address_has_none() -> None:
    assert did_of("http://127.0.0.1:8000") == "did:web:127.0.0.1%3A8000"
    with pytest.raises(ValueError, match="host"):
        did_of("certs.example")


@pytest.mark.parametrize("purpose", BADGE_PURPOSES)
def test_each_key_is_found_by_its_name_in_the_document(keys: FileKeyProvider, purpose: str) -> None:
    document, key = did_document(DID, published(keys)), keys.current(purpose)

    pem = pem_for_kid(document, DID, jwk_method(DID, key))

    expected = KINDS[purpose].import_key(cast("dict[str, Any]", key.public_jwk)).public_key
    assert load_pem_public_key(pem) == expected


@pytest.mark.parametrize("purpose", [EDDSA, ES256])
def test_a_multikey_is_the_same_key(keys: FileKeyProvider, purpose: str) -> None:
    document, key = did_document(DID, published(keys)), keys.current(purpose)

    def fetch(url: str, *_: object, **__: object) -> bytes:
        assert url == "https://certs.example/.well-known/did.json"
        return json.dumps(document).encode()

    pem = resolve_verification_method(multikey_method(DID, key), download=fetch)

    expected = KINDS[purpose].import_key(cast("dict[str, Any]", key.public_jwk)).public_key
    assert load_pem_public_key(pem) == expected


def test_no_multikey_is_published_for_rsa(keys: FileKeyProvider) -> None:
    with pytest.raises(ValueError, match="RS256"):
        multikey(keys.current(RS256))


def test_every_method_may_make_assertions_is_ours_and_shows_no_private_member(keys: FileKeyProvider) -> None:
    document = cast("dict[str, Any]", did_document(DID, published(keys)))

    methods = document["verificationMethod"]

    assert document["id"] == DID
    assert document["assertionMethod"] == [method["id"] for method in methods]
    assert {method["controller"] for method in methods} == {DID}
    assert len({method["id"] for method in methods}) == len(methods) == 5
    assert [method for method in methods if "d" in method.get("publicKeyJwk", {})] == []


def test_keys_that_sign_now_stand_first_and_revoked_ones_nowhere(tmp_path: Path) -> None:
    turning = FileKeyProvider(tmp_path / "keys", purposes=dict.fromkeys(BADGE_PURPOSES, "EdDSA"))
    former = turning.current(EDDSA).kid
    turning.rotate(EDDSA)
    pending, revoked = turning.prepare(ES256), turning.current(RS256).kid
    turning.revoke(RS256, revoked)

    listed = [key.kid for key in published(turning)]

    assert listed[:3] == [turning.current(purpose).kid for purpose in BADGE_PURPOSES]
    assert listed[3:] == [former, pending]
    assert revoked not in listed


def test_a_multikey_begins_as_its_kind_does(keys: FileKeyProvider) -> None:
    assert multikey(keys.current(EDDSA)).startswith("z6Mk")
    assert multikey(keys.current(ES256)).startswith("zDn")
