"""Another library as the judge: whatever we accept, joserfc accepts too, told the same terms."""

from typing import Any, cast

import pytest
from hypothesis import HealthCheck, event, example, given, settings, strategies as st
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from domain.errors import Unauthenticated
from tests.builders_tokens import (
    ABSENT,
    AUDIENCE,
    ISSUER,
    LEEWAY,
    NOON,
    a_header,
    a_jwks,
    a_token,
    a_verifier,
    ec_key,
    es256,
    rs256,
    some_claims,
    some_terms,
)

MODEST = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
JUDGE = KeySet.import_key_set(cast("Any", a_jwks()))
REGISTRY = JWSRegistry(strict_check_header=False)
# Its own bound on a header is far below ours, which is on the whole token.
REGISTRY.max_header_length = some_terms().max_bytes
CLAIMS = jwt.JWTClaimsRegistry(
    now=NOON,
    leeway=LEEWAY,
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": AUDIENCE},
    sub={"essential": True},
    exp={"essential": True},
    iat={"essential": True},
)


def the_judge_accepts(token: str) -> bool:
    try:
        found = jwt.decode(token, JUDGE, algorithms=["ES256", "RS256"], registry=REGISTRY)
        CLAIMS.validate(found.claims)
    except (JoseError, ValueError, TypeError, RecursionError):
        return False
    return str(found.header["typ"]).lower().removeprefix("application/") == "at+jwt"


def we_accept(token: str) -> bool:
    try:
        verified = a_verifier().verify(token)
    except Unauthenticated:
        return False
    return verified.expires_at + LEEWAY > NOON


def few_of(changes: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Up to two changes at once: with more, hardly a token would be accepted and there would be nothing to judge."""
    names = st.lists(st.sampled_from(sorted(changes)), max_size=2, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: changes[name] for name in chosen}))


ODDITIES = st.sampled_from(
    [ABSENT, None, True, False, 0, 1, -1, "", "x", [], {}, 1.5, float("nan"), float("inf"), 10**400, "\x00", "\ud800"]
)
TIMES = st.integers(NOON - 8, NOON + 8) | st.floats(NOON - 8, NOON + 8) | ODDITIES
AUDIENCES = st.sampled_from([AUDIENCE, [AUDIENCE], ["x", AUDIENCE], [AUDIENCE, AUDIENCE], ["x"], [7, AUDIENCE]])
CHANGES = few_of(
    {
        "iss": st.just(ISSUER) | ODDITIES,
        "aud": AUDIENCES | ODDITIES,
        "sub": st.text(max_size=8) | ODDITIES,
        "exp": TIMES,
        "iat": TIMES,
        "nbf": TIMES,
        "jti": st.text(max_size=8) | ODDITIES,
        "roles": st.lists(st.text(max_size=5), max_size=3) | ODDITIES,
        "email": st.text(max_size=8) | ODDITIES,
    }
)
HEADERS = few_of(
    {
        "alg": st.sampled_from(["ES256", "RS256", "none", "HS256", "ES384", "PS256"]) | ODDITIES,
        "kid": st.sampled_from(["ec-1", "rsa-1", "other"]) | ODDITIES,
        "typ": st.sampled_from(["at+jwt", "AT+JWT", "application/at+jwt", "JWT"]) | ODDITIES,
        "crit": st.sampled_from([["exp"], ["b64"], ["kid"]]) | ODDITIES,
        "b64": ODDITIES,
        "jku": ODDITIES,
        "x": ODDITIES,
    }
)


@MODEST
@given(claims=CHANGES)
@example(claims={})
@example(claims={"exp": NOON - LEEWAY})
@example(claims={"exp": NOON - LEEWAY + 1})
def test_claims_that_we_accept_the_judge_accepts(claims: dict[str, Any]) -> None:
    token = a_token(claims=some_claims(**claims))

    ours = we_accept(token)

    event(f"accepted: {ours}")
    assert not ours or the_judge_accepts(token)


@MODEST
@given(header=HEADERS, sign=st.sampled_from([es256, rs256, lambda data: es256(data, ec_key("thief")), lambda _: b"?"]))
@example(header={}, sign=es256)
@example(header={"alg": "RS256", "kid": "rsa-1"}, sign=rs256)
def test_headers_that_we_accept_the_judge_accepts(header: dict[str, Any], sign: Any) -> None:
    token = a_token(a_header(**header), sign=sign)

    ours = we_accept(token)

    event(f"accepted: {ours}")
    assert not ours or the_judge_accepts(token)


@MODEST
@given(st.data())
def test_no_other_spelling_of_a_token_is_accepted(data: st.DataObject) -> None:
    token = a_token()
    at = data.draw(st.integers(0, len(token)))
    cut = data.draw(st.integers(0, 3))
    put = data.draw(st.text(st.sampled_from("aA9-_=.+/ \n\x00é{"), max_size=3))
    bent = token[:at] + put + token[at + cut :]

    ours = we_accept(bent)

    assert ours is (bent == token)


@MODEST
@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
@example("")
@example("a.b.c")
@example("e30.e30.e30")
def test_any_text_at_all_is_refused_in_the_one_way(text: str) -> None:
    with pytest.raises(Unauthenticated):
        a_verifier().verify(text)


@MODEST
@given(header=st.binary(max_size=40), claims=st.binary(max_size=40))
def test_any_signed_bytes_are_refused_in_the_one_way(header: bytes, claims: bytes) -> None:
    for token in (a_token(header, claims), a_token(a_header(), claims), a_token(header, some_claims())):
        with pytest.raises(Unauthenticated):
            a_verifier().verify(token)


def test_the_judge_is_not_deaf() -> None:
    assert the_judge_accepts(a_token())
    assert we_accept(a_token())
    assert not the_judge_accepts(a_token(claims=some_claims(exp=NOON - LEEWAY)))
