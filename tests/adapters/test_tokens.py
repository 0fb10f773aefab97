"""Tokens that are accepted, what they say, and how long they are remembered."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.dev_issuer import DevelopmentIssuer
from adapters.jwks import KeySet, StaticJwks
from adapters.tokens import JoseTokenVerifier, TokenTerms
from domain.errors import Unauthenticated
from domain.ports import VerifiedToken
from tests.builders_tokens import (
    AUDIENCE,
    NOON,
    HandClock,
    a_header,
    a_jwks,
    a_token,
    a_verifier,
    an_ec_jwk,
    ec_key,
    es256,
    rs256,
    some_claims,
    some_terms,
)


def test_a_sound_token_tells_who_calls() -> None:
    claims = some_claims(email="ann@example.org", email_verified=True, roles=["reviewer", "finance"])

    verified = a_verifier().verify(a_token(claims=claims))

    assert verified == VerifiedToken(
        subject="auth0|5f7c8ec7c33c6c004bbafe82",
        roles=frozenset({"reviewer", "finance"}),
        email="ann@example.org",
        email_verified=True,
        token_id="one-token",
        expires_at=NOON + 600,
    )


def test_an_rsa_key_without_alg_is_good_for_rs256() -> None:
    token = a_token(a_header(alg="RS256", kid="rsa-1"), sign=rs256)

    assert a_verifier().verify(token).subject == some_claims()["sub"]


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"])
def test_the_type_is_read_without_regard_to_case_and_prefix(typ: str) -> None:
    assert a_verifier().verify(a_token(a_header(typ=typ))).token_id == "one-token"


def test_one_of_several_audiences_may_be_ours() -> None:
    token = a_token(claims=some_claims(aud=["https://other.example.org", AUDIENCE]))

    assert a_verifier().verify(token).token_id == "one-token"


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        pytest.param({"roles": "auditor"}, {"auditor"}, id="a lone role"),
        pytest.param({"roles": ["auditor", 7, None, ["finance"], ""]}, {"auditor"}, id="only strings are roles"),
        pytest.param({"roles": {"auditor": True}}, set(), id="an object is no role"),
        pytest.param({"roles": None}, set(), id="no roles"),
        pytest.param({"scope": "administrator"}, {"reviewer"}, id="scopes grant nothing by default"),
    ],
)
def test_roles_are_the_strings_of_the_claim(claims: dict[str, Any], roles: set[str]) -> None:
    assert a_verifier().verify(a_token(claims=some_claims(**claims))).roles == roles


@pytest.mark.parametrize(
    ("path", "claims"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["finance"]}}),
        ("https://example.org/roles", {"https://example.org/roles": ["finance"]}),
    ],
)
def test_roles_come_from_the_configured_place(path: str, claims: dict[str, Any]) -> None:
    verifier = a_verifier(terms=some_terms(roles_claim=path))

    assert verifier.verify(a_token(claims=some_claims(**claims))).roles == {"finance"}
    assert verifier.verify(a_token(claims=some_claims(realm_access="none"))).roles == frozenset()


def test_prefixed_scopes_grant_roles_where_configured() -> None:
    verifier = a_verifier(terms=some_terms(scope_prefix="certificant:"))
    claims = some_claims(scope="openid certificant:partner certificant: administrator")

    assert verifier.verify(a_token(claims=claims)).roles == {"reviewer", "partner"}


@pytest.mark.parametrize(
    ("claims", "email", "verified"),
    [
        pytest.param({"email": "ann@example.org"}, "ann@example.org", False, id="unverified unless said"),
        pytest.param({"email": "ann@example.org", "email_verified": "true"}, "ann@example.org", False, id="a string"),
        pytest.param({"email": "ann@example.org", "email_verified": 1}, "ann@example.org", False, id="a number"),
        pytest.param({"email": 7, "email_verified": True}, None, False, id="a number is no address"),
        pytest.param({"email": "a\u0000@example.org", "email_verified": True}, None, False, id="nul"),
        pytest.param({"email_verified": True}, None, False, id="nothing to verify"),
    ],
)
def test_an_address_counts_as_verified_only_when_the_issuer_says_true(
    claims: dict[str, Any], email: str | None, verified: bool
) -> None:
    found = a_verifier().verify(a_token(claims=some_claims(**claims)))

    assert (found.email, found.email_verified) == (email, verified)


@pytest.mark.parametrize(
    ("claims", "accepted"),
    [
        pytest.param({"exp": NOON + 1}, True, id="a second before it expires"),
        pytest.param({"exp": NOON}, True, id="at expiry, within leeway"),
        pytest.param({"exp": NOON - 1}, True, id="expired by a second, within leeway"),
        pytest.param({"exp": NOON - 4}, True, id="the last second of leeway"),
        pytest.param({"exp": NOON - 5}, False, id="at the end of leeway"),
        pytest.param({"exp": NOON - 6}, False, id="after leeway"),
        pytest.param({"iat": NOON + 5}, True, id="issued by a clock that is fast by the leeway"),
        pytest.param({"iat": NOON + 6}, False, id="issued in the future"),
        pytest.param({"nbf": NOON + 5}, True, id="good within the leeway"),
        pytest.param({"nbf": NOON + 6}, False, id="not good yet"),
        pytest.param({"nbf": 0}, True, id="good since the epoch"),
    ],
)
def test_time_is_told_to_the_second(claims: dict[str, Any], accepted: bool) -> None:
    assert _is_accepted(a_verifier(), a_token(claims=some_claims(**claims))) is accepted


def test_without_leeway_a_token_ends_at_its_expiry() -> None:
    verifier = a_verifier(terms=some_terms(leeway=0))

    assert _is_accepted(verifier, a_token(claims=some_claims(exp=NOON + 1)))
    assert not _is_accepted(verifier, a_token(claims=some_claims(exp=NOON)))


@pytest.mark.parametrize(
    "terms",
    [
        {"issuer": ""},
        {"audiences": frozenset()},
        {"audiences": frozenset({""})},
        {"types": ()},
        {"leeway": -1},
        {"leeway": 61},
        {"scope_prefix": ""},
    ],
)
def test_terms_that_let_in_too_much_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="token terms need"):
        some_terms(**terms)


class Turning:
    """A source whose keys a test replaces, and which counts how often it was asked."""

    def __init__(self, keys: KeySet) -> None:
        self.current = keys
        self.asked = 0

    def holding(self, kid: str) -> KeySet:
        self.asked += 1
        return self.current


def _keys(*jwks: dict[str, Any]) -> KeySet:
    return StaticJwks(a_jwks(*jwks)).current


def test_a_verified_token_is_remembered_for_a_minute_at_most() -> None:
    source, clock = Turning(_keys()), HandClock()
    verifier = a_verifier(source, clock)
    token = a_token()

    assert verifier.recall(token) is None
    first = verifier.verify(token)
    clock.now += 59.9
    assert verifier.verify(token) is verifier.recall(token) is first
    assert source.asked == 1
    clock.now += 0.1
    assert verifier.recall(token) is None
    assert verifier.verify(token) == first
    assert source.asked == 2


def test_a_remembered_token_is_never_kept_past_its_expiry() -> None:
    source, clock = Turning(_keys()), HandClock()
    verifier = a_verifier(source, clock)
    token = a_token(claims=some_claims(exp=NOON + 10))
    verifier.verify(token)

    clock.now += 10

    assert verifier.recall(token) is None
    clock.now += 5
    assert not _is_accepted(verifier, token)


def test_a_clock_set_back_makes_the_verifier_look_again() -> None:
    clock = HandClock()
    verifier = a_verifier(clock=clock)
    token = a_token()
    verifier.verify(token)

    clock.now = NOON - 3600

    assert verifier.recall(token) is None
    assert not _is_accepted(verifier, token)


def test_new_keys_make_every_remembered_token_void() -> None:
    source = Turning(_keys(an_ec_jwk()))
    verifier = a_verifier(source)
    token = a_token()
    verifier.verify(token)

    source.current = _keys(an_ec_jwk("ec-2", ec_key("second")))

    assert verifier.recall(token) is None
    assert not _is_accepted(verifier, token)


def test_a_replaced_key_of_the_same_name_voids_its_tokens() -> None:
    source = Turning(_keys(an_ec_jwk()))
    verifier = a_verifier(source)
    token = a_token()
    verifier.verify(token)

    source.current = _keys(an_ec_jwk("ec-1", ec_key("second")))

    assert not _is_accepted(verifier, token)
    assert _is_accepted(verifier, a_token(sign=lambda data: es256(data, ec_key("second"))))


def test_the_memory_is_bounded_and_forgets_the_least_recently_used() -> None:
    source = Turning(_keys())
    verifier = a_verifier(source, remembered=2)
    first, second, third = (a_token(claims=some_claims(jti=name)) for name in ("1", "2", "3"))
    for token in (first, second, first, third):
        verifier.verify(token)

    remembered = [verifier.recall(token) is not None for token in (first, second, third)]

    assert remembered == [True, False, True]


def test_a_withdrawn_token_is_refused_even_when_remembered() -> None:
    withdrawn: set[str] = set()
    verifier = a_verifier(revoked=withdrawn.__contains__)
    token = a_token()
    assert verifier.verify(token).token_id == "one-token"

    withdrawn.add("one-token")

    assert not _is_accepted(verifier, token)
    with pytest.raises(Unauthenticated):
        verifier.recall(token)


def test_where_tokens_can_be_withdrawn_each_needs_an_id() -> None:
    claims = some_claims()
    del claims["jti"]

    assert _is_accepted(a_verifier(), a_token(claims=claims))
    assert not _is_accepted(a_verifier(revoked=lambda _: False), a_token(claims=claims))


def test_the_development_issuer_mints_what_the_verifier_accepts(tmp_path: Path) -> None:
    clock = HandClock()
    issuer = DevelopmentIssuer(tmp_path, audience="api", clock=clock)
    terms = TokenTerms(issuer=issuer.issuer, audiences=frozenset({"api"}))
    verifier = JoseTokenVerifier(StaticJwks(issuer.jwks()), terms, clock=clock)

    token = issuer.mint("ann", ["finance"], email="a@example.org", email_verified=True, lifetime=timedelta(minutes=5))

    verified = verifier.verify(token)
    assert (verified.subject, verified.roles, verified.expires_at) == ("ann", frozenset({"finance"}), NOON + 300)
    assert (verified.email, verified.email_verified) == ("a@example.org", True)
    assert issuer.mint("ann") != issuer.mint("ann")


def test_the_development_issuer_keeps_its_key_in_its_directory(tmp_path: Path) -> None:
    one = DevelopmentIssuer(tmp_path / "here", audience="api")
    again = DevelopmentIssuer(tmp_path / "here", audience="api")
    other = DevelopmentIssuer(tmp_path / "there", audience="api")

    assert one.jwks() == again.jwks() != other.jwks()
    assert '"d"' not in json.dumps(one.jwks())
    assert (tmp_path / "here" / "development-issuer.pem").stat().st_mode & 0o777 == 0o600
    assert DevelopmentIssuer.development_only


def _is_accepted(verifier: JoseTokenVerifier, token: str) -> bool:
    try:
        verifier.verify(token)
    except Unauthenticated:
        return False
    return True
