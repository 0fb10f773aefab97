"""Bearer access tokens, checked with python-jose behind far more checks than it makes by itself.

What is accepted is a subset of what RFC 7519 (JWT), RFC 8725 (its best practice) and RFC 9068 (access tokens) allow.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from jose import jws
from jose.exceptions import JOSEError

from adapters.jwks import JwksSource, KeySet
from adapters.strict import from_base64url, is_plain, json_object
from domain.errors import Unauthenticated
from domain.ports import VerifiedToken

MEMORY_SECONDS = 60.0
LATEST = 253_402_300_799
"""The last second of the year 9999: what every calendar here can hold."""
PARTS = 3
REFUSED_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty"})
RESERVED_SUBJECTS = ("system:", "organisation:")
"""Names that the service gives to itself and to the holders of API keys; no issuer may hand them out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTerms:
    """What a token must say to be accepted. Times in seconds, sizes in bytes.

    `audiences`: at least one must be among the token's. `types`: accepted `typ` headers, in any case, with or without
    `application/`. `roles_claim`: a claim's name, or a dotted path to it (`realm_access.roles`); a claim of that very
    name comes first. `scope_prefix`: when given, a scope such as `certificant:reviewer` grants the role behind the
    prefix `certificant:`.
    """

    issuer: str
    audiences: frozenset[str]
    types: tuple[str, ...] = ("at+jwt",)
    leeway: int = 5
    max_bytes: int = 8192
    roles_claim: str = "roles"
    scope_prefix: str | None = None

    def __post_init__(self) -> None:
        """Refuse terms that would let in more than they seem to."""
        sound = self.issuer and self.audiences and all(self.audiences) and self.types and all(self.types)
        if not sound or not 0 <= self.leeway <= MEMORY_SECONDS or self.scope_prefix == "":
            message = "token terms need an issuer, an audience, a type, and a leeway of 0 to 60 seconds"
            raise ValueError(message)


class Why(StrEnum):
    """Where a token was found wanting."""

    SIZE = "size"
    CHARACTERS = "characters"
    PARTS = "parts"
    SPELLING = "spelling"
    HEADER = "header"
    TYP = "typ"
    KID = "kid"
    KEY = "key"
    ALG = "alg"
    SIGNATURE = "signature"
    CLAIMS = "claims"
    ISS = "iss"
    AUD = "aud"
    SUB = "sub"
    EXP = "exp"
    IAT = "iat"
    NBF = "nbf"
    JTI = "jti"
    REVOKED = "revoked"


class TokenFault(ValueError):
    """A token was refused; `why` is for our log and our counters, the caller never learns it."""

    def __init__(self, why: Why) -> None:
        """Refuse a token for its `why`."""
        super().__init__(why.value)
        self.why = why


class JoseTokenVerifier:
    """A `TokenVerifier` for one issuer. Safe to share between threads."""

    def __init__(
        self,
        source: JwksSource,
        terms: TokenTerms,
        *,
        clock: Callable[[], float] = time.time,
        revoked: Callable[[str], bool] | None = None,
        remembered: int = 10_000,
    ) -> None:
        """Verify with the keys of `source` under `terms`.

        `clock` tells epoch seconds. `revoked` answers whether a `jti` was withdrawn; where it is given, a token
        without one is refused, and each call asks it anew. `remembered` bounds the memory of verified tokens.
        """
        self._source, self._terms, self._clock, self._revoked = source, terms, clock, revoked
        self._memory = _Memory(remembered)

    def verify(self, token: str) -> VerifiedToken:
        """The token's claims.

        Raises Unauthenticated for any fault of the token, its `__cause__` a `TokenFault` for the log; Unavailable
        when the issuer's keys could never be had. May ask the issuer for its keys: not for an event loop.
        """
        try:
            return self._recall(token) or self._verify(token)
        except TokenFault as fault:
            raise Unauthenticated from fault

    def recall(self, token: str) -> VerifiedToken | None:
        """The claims of a token verified within the last minute under the present keys, else None.

        Makes no I/O of its own, so that an event loop may ask before it moves to a thread. Raises Unauthenticated
        for a token that is too large, or withdrawn.
        """
        try:
            return self._recall(token)
        except TokenFault as fault:
            raise Unauthenticated from fault

    def _recall(self, token: str) -> VerifiedToken | None:
        known = self._memory.get(_digest(token, self._terms.max_bytes), self._source.current, self._clock())
        if known is not None:
            self._demand_in_force(known)
        return known

    def _verify(self, token: str) -> VerifiedToken:
        header = _header(token)
        _demand_type(header, self._terms.types)
        kid = header.get("kid")
        if not isinstance(kid, str) or not is_plain(kid, 255):
            raise TokenFault(Why.KID)
        keys = self._source.holding(kid)
        claims = _signed_claims(token, kid, header.get("alg"), keys)
        now = self._clock()
        verified = _judged(claims, self._terms, now)
        self._demand_in_force(verified)
        until = min(now + MEMORY_SECONDS, verified.expires_at)
        self._memory.put(_digest(token, self._terms.max_bytes), _Memo(verified, keys, now, until))
        return verified

    def _demand_in_force(self, token: VerifiedToken) -> None:
        if self._revoked is None:
            return
        if token.token_id is None or self._revoked(token.token_id):
            raise TokenFault(Why.REVOKED)


@dataclass(frozen=True, slots=True)
class _Memo:
    token: VerifiedToken
    keys: KeySet
    since: float
    until: float


class _Memory:
    """Verified tokens by digest, the least recently used forgotten first.

    Each is tied to the very key set that verified it, so a new set makes all of them void at once, even one that
    another thread is just putting in.
    """

    def __init__(self, most: int) -> None:
        self._memos: OrderedDict[bytes, _Memo] = OrderedDict()
        self._most = most
        self._lock = threading.Lock()

    def get(self, digest: bytes, keys: KeySet, now: float) -> VerifiedToken | None:
        with self._lock:
            memo = self._memos.get(digest)
            if memo is None:
                return None
            if memo.keys is keys and memo.since <= now < memo.until:
                self._memos.move_to_end(digest)
                return memo.token
            del self._memos[digest]
            return None

    def put(self, digest: bytes, memo: _Memo) -> None:
        with self._lock:
            if memo.until <= memo.since:
                return
            self._memos[digest] = memo
            self._memos.move_to_end(digest)
            while len(self._memos) > self._most:
                self._memos.popitem(last=False)


def _digest(token: str, most: int) -> bytes:
    if len(token) > most:
        raise TokenFault(Why.SIZE)
    try:
        return sha256(token.encode("ascii")).digest()
    except UnicodeEncodeError as fault:
        raise TokenFault(Why.CHARACTERS) from fault


def _header(token: str) -> dict[str, object]:
    """The header of a three-part token: a flat object that names no key of its own and asks for no extension."""
    parts = token.split(".")
    if len(parts) != PARTS:
        raise TokenFault(Why.PARTS)
    try:
        header, _, _ = (from_base64url(part.encode("ascii")) for part in parts)
        read = json_object(header)
    except ValueError as fault:
        raise TokenFault(Why.SPELLING) from fault
    if REFUSED_HEADERS & read.keys() or any(isinstance(value, dict | list) for value in read.values()):
        raise TokenFault(Why.HEADER)
    return read


def _demand_type(header: Mapping[str, object], accepted: tuple[str, ...]) -> None:
    stated = header.get("typ")
    if not isinstance(stated, str) or _bare_type(stated) not in {_bare_type(one) for one in accepted}:
        raise TokenFault(Why.TYP)


def _bare_type(media_type: str) -> str:
    return media_type.lower().removeprefix("application/")


def _signed_claims(token: str, kid: str, algorithm: object, keys: KeySet) -> dict[str, object]:
    """The claims, once the signature holds under the one algorithm that the named key is pinned to."""
    key = keys.keys.get(kid)
    if key is None:
        raise TokenFault(Why.KEY)
    if algorithm != key.algorithm:
        raise TokenFault(Why.ALG)
    try:
        return json_object(jws.verify(token, key.key, algorithms=[key.algorithm]))
    except JOSEError as fault:
        raise TokenFault(Why.SIGNATURE) from fault
    except ValueError as fault:
        raise TokenFault(Why.CLAIMS) from fault


def _judged(claims: Mapping[str, object], terms: TokenTerms, now: float) -> VerifiedToken:
    if claims.get("iss") != terms.issuer:
        raise TokenFault(Why.ISS)
    _demand_audience(claims.get("aud"), terms.audiences)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not is_plain(subject, 255) or _is_reserved(subject):
        raise TokenFault(Why.SUB)
    expires_at = _demand_times(claims, terms.leeway, now)
    email = claims.get("email")
    email = email if isinstance(email, str) and is_plain(email, 254) and "@" in email else None
    return VerifiedToken(
        subject=subject,
        roles=_roles(claims, terms),
        email=email,
        email_verified=email is not None and claims.get("email_verified") is True,
        token_id=_token_id(claims),
        expires_at=expires_at,
        scopes=_scopes(claims.get("scope")),
    )


def _scopes(stated: object) -> frozenset[str]:
    """RFC 9068: a list parted by spaces. What is no such text grants nothing."""
    return frozenset(stated.split()) if isinstance(stated, str) and is_plain(stated, 2_048) else frozenset()


def _demand_audience(stated: object, ours: frozenset[str]) -> None:
    listed = stated if isinstance(stated, list) else [stated]
    if not all(isinstance(one, str) for one in listed) or ours.isdisjoint(listed):
        raise TokenFault(Why.AUD)


def _demand_times(claims: Mapping[str, object], leeway: int, now: float) -> int:
    """When the token expires. A token is good from `iat` (and `nbf`) until just before `exp`, give or take leeway."""
    expires_at = _seconds(claims, "exp")
    if expires_at + leeway <= now:
        raise TokenFault(Why.EXP)
    for name in ("iat", "nbf") if "nbf" in claims else ("iat",):
        if _seconds(claims, name) - leeway > now:
            raise TokenFault(Why(name))
    return expires_at


def _seconds(claims: Mapping[str, object], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int or not 0 <= value <= LATEST:
        raise TokenFault(Why(name))
    return value


def _token_id(claims: Mapping[str, object]) -> str | None:
    stated = claims.get("jti")
    if "jti" not in claims:
        return None
    if not isinstance(stated, str) or not is_plain(stated, 255):
        raise TokenFault(Why.JTI)
    return stated


def _is_reserved(subject: str) -> bool:
    return subject == "anonymous" or subject.startswith(RESERVED_SUBJECTS)


def _roles(claims: Mapping[str, object], terms: TokenTerms) -> frozenset[str]:
    found = _at_path(claims, terms.roles_claim)
    listed = found if isinstance(found, list) else [found]
    roles = {one for one in listed if isinstance(one, str) and is_plain(one, 100)}
    scope = claims.get("scope")
    if terms.scope_prefix is not None and isinstance(scope, str):
        prefixed = (one for one in scope.split(" ") if one.startswith(terms.scope_prefix))
        roles |= {role for one in prefixed if is_plain(role := one.removeprefix(terms.scope_prefix), 100)}
    return frozenset(roles)


def _at_path(claims: Mapping[str, object], path: str) -> object:
    if path in claims:
        return claims[path]
    found: object = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found
