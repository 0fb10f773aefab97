"""Tokens that must not pass, each with the place where it was found wanting."""

import hmac
import json
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jose import jws

from adapters.jwks import StaticJwks
from adapters.strict import to_base64url
from adapters.tokens import RESERVED_SUBJECTS, TokenFault
from domain.errors import Unauthenticated
from tests.builders_tokens import (
    ABSENT,
    AUDIENCE,
    ISSUER,
    NOON,
    a_header,
    a_jwks,
    a_token,
    a_verifier,
    an_ec_jwk,
    an_rsa_jwk,
    b64int,
    ec_key,
    es256,
    rs256,
    rsa_key,
    some_claims,
    some_terms,
)

DEEP = 1500
ODD = "\ud800"


def _why(token: str) -> str:
    """The reason our log would show; the caller's message is the same for all."""
    with pytest.raises(Unauthenticated) as refusal:
        a_verifier().verify(token)
    assert refusal.value.detail == Unauthenticated.title
    assert isinstance(refusal.value.__cause__, TokenFault)
    return str(refusal.value.__cause__)


def _hs256(secret: bytes) -> Any:
    return lambda signing_input: hmac.new(secret, signing_input, sha256).digest()


@pytest.mark.parametrize(
    ("header", "why"),
    [
        pytest.param({"alg": "none"}, "alg", id="no signature asked"),
        pytest.param({"alg": "NoNe"}, "alg", id="no signature asked, oddly spelled"),
        pytest.param({"alg": ABSENT}, "alg", id="no algorithm"),
        pytest.param({"alg": None}, "alg", id="null algorithm"),
        pytest.param({"alg": "es256"}, "alg", id="algorithm in lower case"),
        pytest.param({"alg": "ES384"}, "alg", id="another curve's algorithm"),
        pytest.param({"alg": "RS256"}, "alg", id="another kind's algorithm"),
        pytest.param({"alg": ["ES256"]}, "header", id="a list of algorithms"),
        pytest.param({"kid": ABSENT}, "kid", id="no key named"),
        pytest.param({"kid": 1}, "kid", id="a number for a key"),
        pytest.param({"kid": ""}, "kid", id="an empty key name"),
        pytest.param({"kid": "k" * 256}, "kid", id="an endless key name"),
        pytest.param({"kid": "ec-1\x00"}, "kid", id="a key name with NUL"),
        pytest.param({"kid": "someone else's"}, "key", id="an unknown key"),
        pytest.param({"typ": ABSENT}, "typ", id="no type"),
        pytest.param({"typ": "JWT"}, "typ", id="an ID token's type"),
        pytest.param({"typ": "application/application/at+jwt"}, "typ", id="type prefixed twice"),
        pytest.param({"typ": "logout+jwt"}, "typ", id="a logout token"),
        pytest.param({"typ": 1}, "typ", id="a number for a type"),
        pytest.param({"crit": ["exp"]}, "header", id="an extension we must understand"),
        pytest.param({"crit": []}, "header", id="an empty list of extensions"),
        pytest.param({"b64": True}, "header", id="unencoded payload option"),
        pytest.param({"jku": "https://evil.example"}, "header", id="keys by address"),
        pytest.param({"x5u": "https://evil.example"}, "header", id="certificate by address"),
        pytest.param({"x5c": ["MIIB"]}, "header", id="its own certificate"),
        pytest.param({"jwk": an_ec_jwk(key=ec_key("thief"))}, "header", id="its own key"),
        pytest.param({"cty": "JWT"}, "header", id="a token within"),
        pytest.param({"zip": "DEF"}, "header", id="compressed"),
        pytest.param({"enc": "A256GCM"}, "header", id="encrypted"),
        pytest.param({"extra": {"a": 1}}, "header", id="an object in the header"),
    ],
)
def test_a_header_that_is_not_ours_is_refused(header: dict[str, Any], why: str) -> None:
    assert _why(a_token(a_header(**header))) == why


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        pytest.param({"exp": ABSENT}, "exp", id="no exp"),
        pytest.param({"exp": None}, "exp", id="null exp"),
        pytest.param({"exp": str(NOON + 600)}, "exp", id="string exp"),
        pytest.param({"exp": True}, "exp", id="boolean exp"),
        pytest.param({"exp": NOON + 600.5}, "exp", id="fractional exp"),
        pytest.param({"exp": [NOON + 600]}, "exp", id="list exp"),
        pytest.param({"exp": float("nan")}, "claims", id="nan exp"),
        pytest.param({"exp": float("inf")}, "claims", id="infinite exp"),
        pytest.param({"exp": -1}, "exp", id="negative exp"),
        pytest.param({"exp": 10**12}, "exp", id="exp beyond the calendar (milliseconds)"),
        pytest.param({"exp": 10**4000}, "exp", id="exp of four thousand digits"),
        pytest.param({"exp": NOON - 3600}, "exp", id="long expired"),
        pytest.param({"iat": ABSENT}, "iat", id="no iat"),
        pytest.param({"iat": "yesterday"}, "iat", id="string iat"),
        pytest.param({"iat": False}, "iat", id="boolean iat"),
        pytest.param({"iat": NOON + 3600}, "iat", id="issued in the future"),
        pytest.param({"nbf": "now"}, "nbf", id="string nbf"),
        pytest.param({"nbf": None}, "nbf", id="null nbf"),
        pytest.param({"nbf": NOON + 3600}, "nbf", id="not yet good"),
        pytest.param({"iss": ABSENT}, "iss", id="no issuer"),
        pytest.param({"iss": "https://evil.example/"}, "iss", id="another issuer"),
        pytest.param({"iss": ISSUER.rstrip("/")}, "iss", id="issuer without its slash"),
        pytest.param({"iss": [ISSUER]}, "iss", id="a list of issuers"),
        pytest.param({"aud": ABSENT}, "aud", id="no audience"),
        pytest.param({"aud": None}, "aud", id="null audience"),
        pytest.param({"aud": []}, "aud", id="empty audience"),
        pytest.param({"aud": "https://other.example"}, "aud", id="another audience"),
        pytest.param({"aud": ["https://other.example", "x"]}, "aud", id="other audiences"),
        pytest.param({"aud": [AUDIENCE, 7]}, "aud", id="a number among audiences"),
        pytest.param({"aud": [[AUDIENCE]]}, "aud", id="nested audience"),
        pytest.param({"aud": {AUDIENCE: True}}, "aud", id="audience as an object"),
        pytest.param({"aud": AUDIENCE + "/"}, "aud", id="audience with a slash too many"),
        pytest.param({"sub": ABSENT}, "sub", id="no subject"),
        pytest.param({"sub": ""}, "sub", id="empty subject"),
        pytest.param({"sub": 42}, "sub", id="numeric subject"),
        pytest.param({"sub": "a\x00b"}, "sub", id="NUL in the subject"),
        pytest.param({"sub": ODD}, "sub", id="lone surrogate in the subject"),
        pytest.param({"sub": "a\nb"}, "sub", id="a line break in the subject"),
        pytest.param({"sub": "s" * 256}, "sub", id="an endless subject"),
        pytest.param({"sub": "anonymous"}, "sub", id="the name of nobody"),
        *(pytest.param({"sub": f"{name}sweep"}, "sub", id=f"reserved {name}") for name in RESERVED_SUBJECTS),
        pytest.param({"jti": 1}, "jti", id="numeric token id"),
        pytest.param({"jti": None}, "jti", id="null token id"),
        pytest.param({"jti": ""}, "jti", id="empty token id"),
        pytest.param({"jti": ODD}, "jti", id="lone surrogate in the token id"),
    ],
)
def test_claims_that_do_not_hold_are_refused(claims: dict[str, Any], why: str) -> None:
    assert _why(a_token(claims=some_claims(**claims))) == why


@pytest.mark.parametrize(
    ("header", "why"),
    [
        pytest.param(b'{"alg":"ES256","kid":"ec-1","typ":"at+jwt","x":' + b"[" * DEEP + b"]" * DEEP + b"}", "spelling"),
        pytest.param(b'{"":' * 1100 + b"1" + b"}" * 1100, "spelling"),
        pytest.param(b"[" * DEEP, "spelling"),
        pytest.param(b'{"alg":"none","alg":"ES256","kid":"ec-1","typ":"at+jwt"}', "spelling"),
        pytest.param(b'\xef\xbb\xbf{"alg":"ES256","kid":"ec-1","typ":"at+jwt"}', "spelling"),
        pytest.param('{"alg":"ES256","kid":"ec-1","typ":"at+jwt"}'.encode("utf-16"), "spelling"),
        pytest.param(b'["ES256"]', "spelling"),
        pytest.param(b"null", "spelling"),
        pytest.param(b"{", "spelling"),
        pytest.param(b"\xff", "spelling"),
    ],
    ids=["deep lists", "deep objects", "open lists", "alg twice", "BOM", "UTF-16", "a list", "null", "cut", "no UTF-8"],
)
def test_a_header_that_is_no_plain_object_is_refused(header: bytes, why: str) -> None:
    assert _why(a_token(header)) == why


@pytest.mark.parametrize(
    "claims",
    [
        json.dumps(some_claims()).encode().replace(b'"sub"', b'"sub": "first", "sub"'),
        json.dumps(some_claims()).encode()[:-1] + b', "x": {"y": 1, "y": 2}}',
        json.dumps(some_claims()).encode()[:-1] + b', "x": ' + b"[" * 2000 + b"]" * 2000 + b"}",
        json.dumps(some_claims()).encode()[:-1] + b', "x": ' + b"9" * 4500 + b"}",
        json.dumps(some_claims()).encode("utf-16"),
        json.dumps([some_claims()]).encode(),
        b"\xff\xfe",
        b'"claims"',
    ],
    ids=["sub twice", "a key twice within", "deep", "endless number", "UTF-16", "a list", "no UTF-8", "a string"],
)
def test_claims_that_two_readers_could_read_differently_are_refused(claims: bytes) -> None:
    assert _why(a_token(claims=claims)) == "claims"


def test_the_public_key_is_no_shared_secret() -> None:
    public = ec_key().public_key()
    rsa_public = rsa_key().public_key()
    spellings = [
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        json.dumps(an_ec_jwk()).encode(),
    ]
    rsa_spellings = [
        rsa_public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        rsa_public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
    ]

    tokens = [a_token(a_header(alg="HS256"), sign=_hs256(secret)) for secret in spellings]
    tokens += [a_token(a_header(alg="HS256", kid="rsa-1"), sign=_hs256(secret)) for secret in rsa_spellings]

    assert {_why(token) for token in tokens} == {"alg"}


def test_the_same_attack_would_pass_the_library_alone() -> None:
    der = ec_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    token = a_token(a_header(alg="HS256"), sign=_hs256(der))

    assert b"reviewer" in jws.verify(token, der, algorithms=None)


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param(lambda data: es256(data, ec_key("thief")), id="another key"),
        pytest.param(rs256, id="another kind of key"),
        pytest.param(lambda data: es256(data + b"."), id="other bytes"),
        pytest.param(lambda data: es256(data)[:-1], id="a byte short"),
        pytest.param(lambda data: es256(data) + b"\0", id="a byte long"),
        pytest.param(lambda data: bytes(64), id="all zero (the psychic signature)"),
        pytest.param(lambda data: ec_key().sign(data, ec.ECDSA(hashes.SHA256())), id="in DER"),
    ],
)
def test_a_signature_that_does_not_hold_is_refused(sign: Any) -> None:
    assert _why(a_token(sign=sign)) == "signature"


def _padded(token: str) -> str:
    header, claims, signature = token.split(".")
    return f"{header}.{claims}.{signature}=="


def _with_loose_bits(token: str) -> str:
    """The same signature bytes, spelled with other trailing bits: 64 bytes leave four of the last character unused."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet[alphabet.index(token[-1]) + 1]
    return token[:-1] + last


def _in_plain_base64(token: str) -> str:
    return token.replace("-", "+").replace("_", "/")


@pytest.mark.parametrize(
    ("variant", "why"),
    [
        pytest.param(_padded, "spelling", id="padded"),
        pytest.param(_with_loose_bits, "spelling", id="other trailing bits"),
        pytest.param(lambda token: token.replace(".", "A.", 1), "spelling", id="an impossible length"),
        pytest.param(lambda token: token.replace(".", "\n.", 1), "spelling", id="a line break"),
        pytest.param(lambda token: " " + token, "spelling", id="a blank before"),
        pytest.param(lambda token: token + " ", "spelling", id="a blank after"),
        pytest.param(lambda token: token + "\x00", "spelling", id="NUL after"),
        pytest.param(lambda token: token + "é", "characters", id="beyond ASCII"),
        pytest.param(lambda token: token + ODD, "characters", id="lone surrogate"),
        pytest.param(lambda token: token + ".", "parts", id="four parts"),
        pytest.param(lambda token: token + ".e30.e30", "parts", id="five parts"),
        pytest.param(lambda token: token.rsplit(".", 1)[0], "parts", id="two parts"),
        pytest.param(lambda token: token.rsplit(".", 1)[0] + ".", "spelling", id="empty signature"),
        pytest.param(lambda token: "." + token.split(".", 1)[1], "spelling", id="empty header"),
        pytest.param(lambda token: "", "parts", id="nothing"),
        pytest.param(lambda token: "..", "spelling", id="dots"),
    ],
)
def test_another_spelling_of_a_sound_token_is_refused(variant: Any, why: str) -> None:
    token = a_token()
    assert a_verifier().verify(token).token_id == "one-token"

    assert _why(variant(token)) == why


def test_the_library_alone_would_take_the_other_spellings() -> None:
    token = a_token()

    assert jws.verify(_with_loose_bits(token), an_ec_jwk(), algorithms=["ES256"])


def test_plain_base64_is_refused_where_it_differs() -> None:
    tokens = (a_token(claims=some_claims(jti=f"token-{number}")) for number in range(50))
    token = next(one for one in tokens if "-" in one.split(".")[2] or "_" in one.split(".")[2])

    assert _why(_in_plain_base64(token)) == "spelling"


def test_an_oversize_token_is_refused_before_it_is_read() -> None:
    most = some_terms().max_bytes
    padding = "p" * (most * 3 // 4)

    assert _why(a_token(claims=some_claims(padding=padding))) == "size"
    assert _why("a" * (most + 1)) == "size"
    assert _why("a" * most) == "parts"


def test_an_hs256_key_in_the_set_is_never_used() -> None:
    shared = {"kty": "oct", "kid": "shared", "k": to_base64url(b"s" * 32), "alg": "HS256", "use": "sig"}
    verifier = a_verifier(StaticJwks(a_jwks(an_ec_jwk(), shared)))
    token = a_token(a_header(alg="HS256", kid="shared"), sign=_hs256(b"s" * 32))

    with pytest.raises(Unauthenticated):
        verifier.verify(token)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(an_ec_jwk("bad", use="enc"), id="for encryption"),
        pytest.param(an_ec_jwk("bad", key_ops=["sign"]), id="not for verifying"),
        pytest.param(an_ec_jwk("bad", d=b64int(1, 32)), id="a private key"),
        pytest.param(an_ec_jwk("bad", alg="HS256"), id="pinned to another kind"),
        pytest.param(an_ec_jwk("bad", alg="ES384"), id="pinned to another curve"),
        pytest.param(an_ec_jwk("bad", alg="none"), id="pinned to nothing"),
        pytest.param(an_ec_jwk("bad", crv="P-192"), id="an unknown curve"),
        pytest.param(an_ec_jwk("bad", y=b64int(1, 32)), id="off the curve"),
        pytest.param(an_ec_jwk("bad", x=7), id="a number for a coordinate"),
        pytest.param(an_ec_jwk("bad", x="é"), id="a coordinate beyond ASCII"),
        pytest.param(an_ec_jwk("bad", kty="OKP"), id="an unknown kind"),
        pytest.param(an_rsa_jwk("bad", bits=1024), id="a short RSA key"),
        pytest.param(an_rsa_jwk("bad", e=b64int(2)), id="an even exponent"),
        pytest.param(an_rsa_jwk("bad", alg="PS256"), id="an algorithm the library lacks"),
        pytest.param(an_rsa_jwk("bad", alg="RSA-OAEP"), id="an encryption algorithm"),
        pytest.param(an_ec_jwk("ec-2"), id="an ambiguous key id"),
        pytest.param("key", id="a string"),
    ],
)
def test_unusable_keys_of_a_set_are_passed_over(entry: Any) -> None:
    keys = StaticJwks(a_jwks(an_ec_jwk(), an_ec_jwk("ec-2", ec_key("second")), entry)).current

    assert "bad" not in keys.keys
    assert "ec-1" in keys.keys
    assert ("ec-2" in keys.keys) is (entry != an_ec_jwk("ec-2"))
