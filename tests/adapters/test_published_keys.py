"""Keys that issuers publish, fetched from a real TLS server: found, kept a while, and refused with the reason."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from adapters.badges.foreign import SignedElsewhere
from adapters.outgoing import HttpsDoor
from adapters.published_keys import AT_ONCE, KEPT_SECONDS, LARGEST, KeysElsewhere
from domain.errors import Unavailable
from domain.hosting.errors import UnfitBadge
from tests.builders_foreign import Issuer, TokenIssuer, a_badge, with_claims
from tests.receiver import HOST, Receiver, a_receiver, answering

OWN = "did:web:certifier.example"


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with a_receiver(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def tokens() -> TokenIssuer:
    return TokenIssuer()


class Seconds:
    """A clock that is turned by hand."""

    now = 0.0

    def __call__(self) -> float:
        """The time it shows."""
        return self.now


def keys_at(receiver: Receiver, *, loopback: bool = True, clock: Seconds | None = None) -> KeysElsewhere:
    door = HttpsDoor(resolve=receiver.resolve, trust=receiver.trust, loopback=loopback)
    return KeysElsewhere(door, clock=clock or Seconds())


def url_of(receiver: Receiver, path: str = "/keys/1") -> str:
    return f"https://{HOST}:{receiver.port}{path}"


def did_of(receiver: Receiver) -> str:
    return f"did:web:{HOST}%3A{receiver.port}"


def said(document: Any) -> bytes:
    return answering("200 OK", body=json.dumps(document).encode())


def fault_of(receiver: Receiver, token: bytes, *, compact: bool = True, **more: Any) -> str | None:
    try:
        SignedElsewhere(OWN, keys_at(receiver, **more)).read(token, compact=compact)
    except UnfitBadge as refusal:
        return f"{refusal.faults[0].code}: {refusal.faults[0].detail}"
    return None


def test_a_kid_that_is_an_https_address_answers_the_key(receiver: Receiver, tokens: TokenIssuer) -> None:
    receiver.usual = said(tokens.jwk)

    fault = fault_of(receiver, tokens.token(jwk=None, kid=url_of(receiver)))

    assert fault is None
    (taken,) = receiver.taken
    assert taken.target == "/keys/1"
    assert "authorization" not in taken.headers
    assert "cookie" not in taken.headers


def test_a_key_set_answers_the_one_that_is_named(receiver: Receiver, tokens: TokenIssuer) -> None:
    other = TokenIssuer().jwk | {"kid": "key-0"}
    receiver.usual = said({"keys": [other, tokens.jwk | {"kid": "key-1"}]})

    assert fault_of(receiver, tokens.token(jwk=None, kid=url_of(receiver, "/keys#key-1"))) is None
    assert "proof" in str(fault_of(receiver, tokens.token(jwk=None, kid=url_of(receiver, "/keys#key-0"))))
    assert "proof" in str(fault_of(receiver, tokens.token(jwk=None, kid=url_of(receiver, "/keys#key-2"))))


def a_document(receiver: Receiver, issuer: Issuer, **members: Any) -> dict[str, Any]:
    did = did_of(receiver)
    method = {"id": f"{did}#k", "type": "Multikey", "controller": did, "publicKeyMultibase": issuer.multikey}
    return {"id": did, "verificationMethod": [method], "assertionMethod": [f"{did}#k"], **members}


def test_a_did_web_lists_the_key_that_may_make_assertions(receiver: Receiver) -> None:
    issuer, did = Issuer(), did_of(receiver)
    receiver.usual = said(a_document(receiver, issuer))

    document = issuer.signed_anyhow(a_badge(did), verificationMethod=f"{did}#k")
    token = issuer.token(with_claims(a_badge(did)), kid=f"{did}#k")

    assert fault_of(receiver, document, compact=False) is None
    assert fault_of(receiver, token) is None
    assert {one.target for one in receiver.taken} == {"/.well-known/did.json"}


def test_the_document_of_a_did_web_with_a_path_lies_under_that_path(receiver: Receiver) -> None:
    issuer, did = Issuer(), f"{did_of(receiver)}:issuers:7"
    method = {"id": "#k", "type": "Multikey", "controller": did, "publicKeyMultibase": issuer.multikey}
    receiver.usual = said({"id": did, "assertionMethod": [method]})

    fault = fault_of(receiver, issuer.token(with_claims(a_badge(did)), kid=f"{did}#k"))

    assert fault is None
    assert [one.target for one in receiver.taken] == ["/issuers/7/did.json"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"assertionMethod": []}, id="a key for something else"),
        pytest.param({"verificationMethod": []}, id="a key that is not there"),
        pytest.param({"id": "did:web:another.example"}, id="another's document"),
        pytest.param({"assertionMethod": "x"}, id="nonsense"),
    ],
)
def test_a_did_document_that_does_not_vouch_for_the_key_proves_nothing(
    receiver: Receiver, members: dict[str, Any]
) -> None:
    issuer, did = Issuer(), did_of(receiver)
    receiver.usual = said(a_document(receiver, issuer, **members))

    fault = fault_of(receiver, issuer.token(with_claims(a_badge(did)), kid=f"{did}#k"))

    assert str(fault).startswith("proof:")


def test_nobody_signs_for_an_issuer_by_a_did_of_their_own(receiver: Receiver) -> None:
    issuer = Issuer()
    receiver.usual = said(a_document(receiver, issuer))

    fault = fault_of(receiver, issuer.token(kid=f"{did_of(receiver)}#k"))

    assert str(fault).startswith("issuer_key:")
    assert receiver.connections == 0


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (answering("404 Not Found"), "status 404"),
        (answering("302 Found", "Location: https://127.0.0.1/"), "status 302"),
        (answering("200 OK", body=b"[]"), "no JSON object"),
        (answering("200 OK", body=b"{"), "no JSON object"),
        (answering("200 OK", body=b"[" * 50), "no JSON object"),
        (answering("200 OK", body=b" " * (LARGEST + 1)), "bad_answer"),
        (b"HTTP/1.1 200 OK\r\n", "bad_answer"),
        (b"nonsense\r\n\r\n", "bad_answer"),
    ],
)
def test_a_key_that_cannot_be_had_is_refused_with_the_reason(
    receiver: Receiver, tokens: TokenIssuer, answer: bytes, why: str
) -> None:
    receiver.usual = answer

    fault = fault_of(receiver, tokens.token(jwk=None, kid=url_of(receiver)))

    assert str(fault).startswith("key_not_had:")
    assert f"({why})" in str(fault)
    assert len(receiver.taken) <= 1


def test_an_address_that_is_not_public_is_never_spoken_to(receiver: Receiver, tokens: TokenIssuer) -> None:
    fault = fault_of(receiver, tokens.token(jwk=None, kid=url_of(receiver)), loopback=False)

    assert "(address_refused)" in str(fault)
    assert receiver.connections == 0


@pytest.mark.parametrize(
    "name", ["did:web:", "did:web:a/b", "did:web:a%2Fb", "did:web:a:..", "did:web:a b", "did:web:x:%2e%2e"]
)
def test_a_name_that_leads_astray_is_no_did_web(receiver: Receiver, name: str) -> None:
    with pytest.raises((ValueError, UnfitBadge)):
        keys_at(receiver).key(f"{name}#k", "RS256")

    assert receiver.connections == 0


def test_a_key_is_kept_for_a_while_and_then_asked_for_anew(receiver: Receiver, tokens: TokenIssuer) -> None:
    receiver.usual = said(tokens.jwk)
    clock = Seconds()
    keys = keys_at(receiver, clock=clock)

    found = [keys.key(url_of(receiver), "RS256") for _ in range(3)]
    clock.now = KEPT_SECONDS
    keys.key(url_of(receiver), "RS256")

    assert all(isinstance(one, RSAPublicKey) for one in found)
    assert len(receiver.taken) == 2


def test_slow_issuers_keep_a_few_threads_waiting_and_no_more(receiver: Receiver, tokens: TokenIssuer) -> None:
    receiver.usual = said(tokens.jwk)
    on_their_way, let_go = threading.Semaphore(0), threading.Event()

    def slowly(host: str, port: int) -> list[str]:
        on_their_way.release()
        let_go.wait(10)
        return receiver.resolve(host, port)

    keys = KeysElsewhere(HttpsDoor(resolve=slowly, trust=receiver.trust, loopback=True))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(keys.key, url_of(receiver, f"/keys/{place}"), "RS256") for place in range(AT_ONCE)]
        assert all(on_their_way.acquire(timeout=10) for _ in waiting)
        with pytest.raises(Unavailable):
            keys.key(url_of(receiver, "/keys/9"), "RS256")
        let_go.set()
        found = [one.result(10) for one in waiting]

    assert all(isinstance(one, RSAPublicKey) for one in found)
    assert isinstance(keys.key(url_of(receiver, "/keys/9"), "RS256"), RSAPublicKey)
