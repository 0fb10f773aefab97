"""The public keys of the token issuer: read strictly once, held, and fetched again when they turn over."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from jose import jwk
from jose.backends.base import Key
from jose.exceptions import JOSEError

from adapters.strict import from_base64url, is_plain, json_object
from domain.errors import Unavailable

if TYPE_CHECKING:
    import ssl

    import httpx

CURVES = {"P-256": ("ES256", 32), "P-384": ("ES384", 48), "P-521": ("ES512", 66)}
RSA_ALGORITHMS = frozenset({"RS256", "RS384", "RS512"})
RSA_BYTES = range(256, 1025)
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
MAX_KEYS = 100


class KeySetFault(ValueError):
    """The document is no key set, or holds no key that could verify a token."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """One public key and the only algorithm it is good for."""

    kid: str
    algorithm: str
    key: Key


@dataclass(frozen=True, slots=True, eq=False)
class KeySet:
    """The usable keys of one JWK set, by id. Two sets with the same keys have the same `fingerprint`."""

    keys: Mapping[str, VerificationKey]
    fingerprint: str


NO_KEYS = KeySet({}, "")


class JwksSource(Protocol):
    """Where the issuer's keys come from."""

    @property
    def current(self) -> KeySet:
        """The set held now, without any I/O; the same object for as long as the keys do not change."""
        ...

    def holding(self, kid: str) -> KeySet:
        """The set with which to judge a token of key `kid`; may ask the issuer, so never call it on an event loop.

        Raises Unavailable when the issuer is away and no set was ever had.
        """
        ...


def read_key_set(document: Mapping[str, object]) -> KeySet:
    """The usable keys of an RFC 7517 JWK set.

    A key is pinned to its `alg`; without one, EC keys to their curve's algorithm and RSA keys to RS256. Keys for
    encryption, symmetric, private, weak or malformed ones are passed over, and so is every key of an ambiguous `kid`.
    Raises KeySetFault when nothing usable is left.
    """
    listed = document.get("keys")
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        message = "a JWK set lists its keys under `keys`"
        raise KeySetFault(message)
    found = [(key, entry) for entry in listed if isinstance(entry, dict) and (key := _verification_key(entry))]
    times = Counter(key.kid for key, _ in found)
    usable = {key.kid: (key, entry) for key, entry in found if times[key.kid] == 1}
    if not usable:
        message = "the JWK set holds no usable signature key"
        raise KeySetFault(message)
    canonical = json.dumps([usable[kid][1] for kid in sorted(usable)], sort_keys=True).encode()
    return KeySet({kid: key for kid, (key, _) in usable.items()}, sha256(canonical).hexdigest())


def _verification_key(entry: dict[str, object]) -> VerificationKey | None:
    kid = entry.get("kid")
    if not isinstance(kid, str) or not is_plain(kid, 255) or not _is_for_signatures(entry):
        return None
    try:
        algorithm = _algorithm(entry)
        return VerificationKey(kid, algorithm, jwk.construct(_public_part(entry), algorithm))
    except (ValueError, JOSEError):
        return None


def _is_for_signatures(entry: dict[str, object]) -> bool:
    operations = entry.get("key_ops", ["verify"])
    return entry.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations


def _algorithm(entry: dict[str, object]) -> str:
    """The one algorithm this key is good for; ValueError when it is no sound public key."""
    kind, stated = entry.get("kty"), entry.get("alg")
    if kind == "EC" and "d" not in entry:
        algorithm, width = CURVES.get(str(entry.get("crv")), ("", 0))
        if stated in (None, algorithm) and _width(entry, "x") == _width(entry, "y") == width:
            return algorithm
    if kind == "RSA" and "d" not in entry and _width(entry, "n") in RSA_BYTES and _width(entry, "e") in range(1, 9):
        algorithm = "RS256" if stated is None else str(stated)
        if algorithm in RSA_ALGORITHMS:
            return algorithm
    message = "not a public signature key of a known kind"
    raise ValueError(message)


def _public_part(entry: dict[str, object]) -> dict[str, object]:
    return {name: entry[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in entry}


def _width(entry: dict[str, object], name: str) -> int:
    value = entry.get(name)
    return len(from_base64url(value.encode())) if isinstance(value, str) else 0


class StaticJwks:
    """Keys that are given once: the development issuer's."""

    def __init__(self, document: Mapping[str, object]) -> None:
        """Hold the keys of a JWK set; raises KeySetFault."""
        self._keys = read_key_set(document)

    @property
    def current(self) -> KeySet:
        """The set; always the same object."""
        return self._keys

    def holding(self, kid: str) -> KeySet:  # noqa: ARG002 - there is nowhere to ask for another key
        """The set, whether or not it holds the key."""
        return self._keys


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchTerms:
    """How the issuer is asked. Times in seconds, sizes in bytes.

    `every`: how old the set may grow. `throttle`: at least so long between two attempts, whatever the reason.
    `plain_http_on_loopback` is for development.
    """

    every: float = 600.0
    throttle: float = 10.0
    timeout: float = 3.0
    deadline: float = 10.0
    max_bytes: int = 256 * 1024
    plain_http_on_loopback: bool = False


class RemoteJwks:
    """Keys fetched from the issuer's `jwks_uri`.

    One thread fetches at a time. While the issuer is away, or sends what is no key set, the last good set stays.
    """

    def __init__(
        self,
        url: str,
        terms: FetchTerms | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        transport: "httpx.BaseTransport | None" = None,
        trust: "ssl.SSLContext | bool" = True,
    ) -> None:
        """Fetch from `url` when first asked; nothing is fetched here.

        `clock` tells seconds that never go back. `trust` may be an SSL context with a private authority. Raises
        ValueError unless the address is https (or loopback, where the terms allow that).
        """
        self._terms = terms or FetchTerms()
        self._url = _safe_url(url, plain_on_loopback=self._terms.plain_http_on_loopback)
        self._clock, self._transport, self._trust = clock, transport, trust
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._keys = NO_KEYS
        self._fetched_at: float | None = None
        self._attempted_at: float | None = None

    @property
    def current(self) -> KeySet:
        """The last good set; empty before the first."""
        return self._keys

    @property
    def age(self) -> float | None:
        """Seconds since the issuer last gave a good set; None before the first."""
        return None if self._fetched_at is None else self._clock() - self._fetched_at

    def holding(self, kid: str) -> KeySet:
        """The last good set, fetched anew when it is old or lacks `kid`, at most once per `throttle`.

        A caller whose key is held never waits for a fetch that another thread makes. Raises Unavailable when there
        never was a good set.
        """
        known = kid in self._keys.keys
        if (not known or self._is_old()) and self._lock.acquire(blocking=not known):
            try:
                if (kid not in self._keys.keys or self._is_old()) and self._may_attempt():
                    self._refresh()
            finally:
                self._lock.release()
        if self._keys is NO_KEYS:
            raise Unavailable
        return self._keys

    def close(self) -> None:
        """Let the connections go."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _is_old(self) -> bool:
        return self._fetched_at is None or self._clock() - self._fetched_at >= self._terms.every

    def _may_attempt(self) -> bool:
        return self._attempted_at is None or self._clock() - self._attempted_at >= self._terms.throttle

    def _refresh(self) -> None:
        import httpx  # noqa: PLC0415 - a service with static keys never needs it

        self._attempted_at = self._clock()
        try:
            keys = read_key_set(json_object(self._fetch()))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError):
            return
        self._fetched_at = self._clock()
        if keys.fingerprint != self._keys.fingerprint:
            self._keys = keys

    def _fetch(self) -> bytes:
        """The document; ValueError when it is too long, too slow, or not a 200."""
        import httpx  # noqa: PLC0415 - a service with static keys never needs it

        self._client = self._client or self._new_client()
        ends_at = time.monotonic() + self._terms.deadline
        content = bytearray()
        with self._client.stream("GET", self._url) as response:
            if response.status_code != httpx.codes.OK:
                message = "the issuer did not answer with a key set"
                raise KeySetFault(message)
            for chunk in response.iter_raw():
                content += chunk
                if len(content) > self._terms.max_bytes or time.monotonic() > ends_at:
                    message = "the issuer's answer is too long or too slow"
                    raise KeySetFault(message)
        return bytes(content)

    def _new_client(self) -> "httpx.Client":
        import httpx  # noqa: PLC0415 - a service with static keys never needs it

        return httpx.Client(
            # Identity, and read raw: a compressed answer could unfold past the bound in one step.
            headers={"Accept": "application/jwk-set+json, application/json", "Accept-Encoding": "identity"},
            timeout=self._terms.timeout,
            follow_redirects=False,
            trust_env=False,
            verify=self._trust,
            transport=self._transport,
        )


def _safe_url(url: str, *, plain_on_loopback: bool) -> str:
    parts = urlsplit(url)
    plain = plain_on_loopback and parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.scheme == "https" or plain) or not parts.hostname or parts.username is not None or parts.fragment:
        message = "the issuer's keys must be fetched by https, from an address without credentials"
        raise ValueError(message)
    return url
