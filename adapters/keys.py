"""Private keys in a directory: one ring per purpose, rotated with overlap, sealed under a passphrase if one is given.

A ring is a small JSON file (`journal.json`) that lists key ids and their states, beside one PKCS #8 file per key
(`journal-<kid>.pem`). Several processes may share the directory: whoever changes a ring holds a lock, and the others
see the change at their next call.
"""

import json
import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from adapters import private_files
from adapters.strict import json_object, to_base64url
from domain.keys.model import KeyRecord, KeyState
from domain.ports import SigningKey

PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

SECRET = "secret"  # noqa: S105 - the name of a kind, not a secret
PURPOSES: Mapping[str, str] = {
    "journal": "EdDSA",
    "registry": "ES256",
    "certificates": "ES256",
    "badges-eddsa": "EdDSA",
    "badges-es256": "ES256",
    "badges-rs256": "RS256",
    "cursor": SECRET,
    "links": SECRET,
    "privacy": SECRET,
    "webhooks": SECRET,
}
AT_REST = frozenset({"privacy", "webhooks"})
"""Purposes whose secret wraps stored data, or from which is derived what others hold: a new one leaves that behind."""

_KID = re.compile(r"[A-Za-z0-9_-]{43}")
_COORDINATE = 32
_RSA_BITS = 3072
"""What BSI TR-02102-1 and NIST SP 800-57 ask of a signature that outlives 2030."""
_RSA_LEAST = 2048


class KeyFault(RuntimeError):
    """The key directory cannot be used as it is; the message names the file, never its content."""


_ORDER = (KeyState.ACTIVE, KeyState.PENDING, KeyState.RETIRED)


@dataclass(frozen=True, slots=True)
class _Held:
    """A key in memory. `secret` is derived from it where the purpose is a symmetric one."""

    face: SigningKey
    private: PrivateKey
    secret: bytes


@dataclass(frozen=True, slots=True)
class _Ring:
    """What one ring's file said when it carried this stamp; `held` is in publishing order, the active key first."""

    stamp: tuple[int, int, int]
    records: tuple[KeyRecord, ...]
    held: Mapping[str, _Held]

    @property
    def active(self) -> _Held:
        return next(iter(self.held.values()))


class FileKeyProvider:
    """A `KeyProvider` on a directory. Safe to share between threads, and the directory between processes."""

    def __init__(
        self,
        directory: Path,
        passphrase: bytes | None = None,
        *,
        purposes: Mapping[str, str] = PURPOSES,
        create: bool = True,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Keep the keys of `purposes` (name to `EdDSA`, `ES256`, `RS256` or `secret`) in `directory`.

        With a passphrase every file must be sealed with it, without one none may be. A ring that does not exist is
        made at first use; with `create=False` that is a KeyFault, so that a volume forgotten in production is noticed.
        """
        self._directory, self._passphrase, self._purposes = directory, passphrase or None, purposes
        self._create, self._clock = create, clock
        self._rings: dict[str, _Ring] = {}
        self._lock = threading.Lock()

    def current(self, purpose: str) -> SigningKey:
        """The key that signs now."""
        return self._signing_ring(purpose).active.face

    def all(self, purpose: str) -> list[SigningKey]:
        """Every key still published: the active one, then the pending, then the retired ones; no revoked one."""
        return [held.face for held in self._signing_ring(purpose).held.values()]

    def sign(self, purpose: str, message: bytes) -> tuple[str, bytes]:
        """The active key's id and its raw signature as JOSE has it for EdDSA, ES256 or RS256.

        That is Ed25519's, ECDSA's r and s (64 bytes either way; SHA-256), or RSA's by PKCS #1 v1.5 with SHA-256.
        """
        active = self._signing_ring(purpose).active
        return active.face.kid, _sign(active.private, message)

    def verify(self, purpose: str, kid: str, message: bytes, signature: bytes) -> bool:
        """Whether the named key made this signature; no for a key that is unknown or revoked."""
        held = self._signing_ring(purpose).held.get(kid)
        return held is not None and _holds(held.private, message, signature)

    def secret(self, purpose: str) -> bytes:
        """The purpose's active symmetric secret, 32 bytes."""
        return self._secret_ring(purpose).active.secret

    def secrets(self, purpose: str) -> dict[str, bytes]:
        """Every secret still accepted, by key id, the active one first: what reads data from before a rotation."""
        return {kid: held.secret for kid, held in self._secret_ring(purpose).held.items()}

    def records(self, purpose: str) -> tuple[KeyRecord, ...]:
        """Every key the purpose ever had, oldest first, with its state."""
        self._algorithm(purpose)
        return self._ring(purpose).records

    def face(self, purpose: str, kid: str) -> SigningKey:
        """The public face of any key the purpose ever had, a revoked one too; KeyFault where there is none."""
        self._signing_ring(purpose)
        if kid not in {record.kid for record in self.records(purpose)}:
            message = f"{purpose}: there is no such key"
            raise KeyFault(message)
        return self._open(purpose, kid).face

    def prepare(self, purpose: str) -> str:
        """Make and publish a key that does not sign yet, so that others learn it in time; return its id.

        One waits at a time: KeyFault, naming it, where one does already. A forgotten one would sign some day, unlooked
        for.
        """

        def change(records: tuple[KeyRecord, ...]) -> tuple[KeyRecord, ...]:
            waiting = next((one for one in records if one.state is KeyState.PENDING), None)
            if waiting is not None:
                message = f"{purpose}: {waiting.kid}, prepared at {waiting.since}, waits: rotate to it, or revoke it"
                raise KeyFault(message)
            return (*records, self._new_record(purpose, KeyState.PENDING))

        return self._change(purpose, change)

    def rotate(self, purpose: str, *, at_rest: bool = False) -> str:
        """Let the oldest pending key sign from now on, or a new one; return its id. The former one still verifies.

        A secret that wraps stored data is only rotated with `at_rest=True`, by a caller that reads with `secrets`.
        """
        if purpose in AT_REST and not at_rest:
            message = f"{purpose}: stored data is wrapped under this secret; read it with secrets() before rotating"
            raise KeyFault(message)
        return self._change(purpose, lambda records: self._turned_over(purpose, records, KeyState.RETIRED))

    def revoke(self, purpose: str, kid: str) -> str:
        """Withdraw a key for good: it is published no more and verifies nothing. Returns the id of the active key.

        Where the active key is withdrawn, the next takes its place in the same step. One withdrawn before stays so. A
        secret that wraps stored data is never withdrawn: nothing could read that data any more.
        """
        if purpose in AT_REST:
            message = f"{purpose}: stored data hangs on this secret, and could be read no more"
            raise KeyFault(message)

        def change(records: tuple[KeyRecord, ...]) -> tuple[KeyRecord, ...]:
            record = next((one for one in records if one.kid == kid), None)
            if record is None:
                message = f"{purpose}: there is no such key"
                raise KeyFault(message)
            if record.state is KeyState.REVOKED:
                return records
            if record.state is KeyState.ACTIVE:
                return self._turned_over(purpose, records, KeyState.REVOKED)
            return tuple(self._moved(one, KeyState.REVOKED) if one is record else one for one in records)

        return self._change(purpose, change)

    def _turned_over(self, purpose: str, records: tuple[KeyRecord, ...], former: KeyState) -> tuple[KeyRecord, ...]:
        if all(record.state is not KeyState.PENDING for record in records):
            records = (*records, self._new_record(purpose, KeyState.PENDING))
        heir = next(record for record in records if record.state is KeyState.PENDING)
        turned = {
            record.kid: self._moved(record, KeyState.ACTIVE if record is heir else former)
            for record in records
            if record is heir or record.state is KeyState.ACTIVE
        }
        return tuple(turned.get(record.kid, record) for record in records)

    def _moved(self, record: KeyRecord, state: KeyState) -> KeyRecord:
        return replace(record, state=state, since=self._now())

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")

    def _change(self, purpose: str, change: Callable[[tuple[KeyRecord, ...]], tuple[KeyRecord, ...]]) -> str:
        self._algorithm(purpose)
        with private_files.alone_in(self._directory):
            self._begin(purpose)
            before = _read_records(self._path(purpose))
            after = change(before)
            self._write(purpose, after)
        news = {record.kid for record in after} - {record.kid for record in before}
        pending = {record.kid for record in after if record.state is KeyState.PENDING}
        return next(iter(news & pending), None) or self._ring(purpose).active.face.kid

    def _write(self, purpose: str, records: tuple[KeyRecord, ...]) -> None:
        listed = [{"kid": one.kid, "state": one.state.value, "since": one.since} for one in records]
        content = {"algorithm": self._algorithm(purpose), "keys": listed}
        private_files.put(self._path(purpose), json.dumps(content, indent=1).encode() + b"\n")

    def _new_record(self, purpose: str, state: KeyState) -> KeyRecord:
        """A fresh key on disk, and the line that will name it."""
        private = _generated(self._algorithm(purpose))
        kid = thumbprint(public_jwk(private))
        private_files.put(self._key_path(purpose, kid), to_pem(private, self._passphrase))
        return KeyRecord(kid=kid, state=state, since=self._now())

    def _algorithm(self, purpose: str) -> str:
        if purpose not in self._purposes:
            message = f"{purpose}: no keys are kept for this purpose"
            raise KeyFault(message)
        return self._purposes[purpose]

    def _signing_ring(self, purpose: str) -> _Ring:
        if self._algorithm(purpose) == SECRET:
            message = f"{purpose} is a secret; it signs nothing and shows no face"
            raise KeyFault(message)
        return self._ring(purpose)

    def _secret_ring(self, purpose: str) -> _Ring:
        if self._algorithm(purpose) != SECRET:
            message = f"{purpose} is a signing key; it is never handed out"
            raise KeyFault(message)
        return self._ring(purpose)

    def _ring(self, purpose: str) -> _Ring:
        """The ring as its file stands now: one `stat` when nothing has changed."""
        ring = self._rings.get(purpose)
        stamp = _stamp(self._path(purpose))
        if ring is not None and ring.stamp == stamp:
            return ring
        with self._lock:
            return self._load(purpose)

    def _load(self, purpose: str) -> _Ring:
        path = self._path(purpose)
        if _stamp(path) is None:
            with private_files.alone_in(self._directory):
                self._begin(purpose)
        stamp = _stamp(path)
        ring = self._rings.get(purpose)
        if ring is not None and ring.stamp == stamp:
            return ring
        if stamp is None:
            message = f"{path.name} vanished"
            raise KeyFault(message)
        # The stamp is taken before the content: a change in between is read twice, never missed.
        records = _read_records(path)
        published = sorted(
            (record for record in records if record.state is not KeyState.REVOKED),
            key=lambda record: _ORDER.index(record.state),
        )
        known = ring.held if ring else {}
        held = {one.kid: known.get(one.kid) or self._open(purpose, one.kid) for one in published}
        self._rings[purpose] = loaded = _Ring(stamp, records, held)
        return loaded

    def _begin(self, purpose: str) -> None:
        """Make the ring unless it stands; the caller is alone in the directory."""
        if self._path(purpose).exists():
            return
        if not self._create:
            message = f"{self._path(purpose).name} is missing from the key directory"
            raise KeyFault(message)
        self._write(purpose, (self._new_record(purpose, KeyState.ACTIVE),))

    def _open(self, purpose: str, kid: str) -> _Held:
        path = self._key_path(purpose, kid)
        algorithm = self._algorithm(purpose)
        private = open_pem(path, self._passphrase)
        face = public_jwk(private)
        if thumbprint(face) != kid or face["alg"] != ("EdDSA" if algorithm == SECRET else algorithm):
            message = f"{path.name} holds another key than it is named for"
            raise KeyFault(message)
        return _Held(SigningKey(kid, str(face["alg"]), face), private, _derived(private, purpose, algorithm))

    def _path(self, purpose: str) -> Path:
        return self._directory / f"{purpose}.json"

    def _key_path(self, purpose: str, kid: str) -> Path:
        return self._directory / f"{purpose}-{kid}.pem"


def public_jwk(private: PrivateKey) -> dict[str, object]:
    """The public RFC 7517 JWK of a private key, with its `alg`, `use` and RFC 7638 `kid`."""
    if isinstance(private, Ed25519PrivateKey):
        x = to_base64url(private.public_key().public_bytes_raw())
        bare: dict[str, object] = {"kty": "OKP", "crv": "Ed25519", "x": x}
        return {**bare, "kid": thumbprint(bare), "alg": "EdDSA", "use": "sig"}
    if isinstance(private, rsa.RSAPrivateKey):
        modulus = private.public_key().public_numbers()
        n, e = (to_base64url(_minimal(value)) for value in (modulus.n, modulus.e))
        bare = {"kty": "RSA", "n": n, "e": e}
        return {**bare, "kid": thumbprint(bare), "alg": "RS256", "use": "sig"}
    numbers = private.public_key().public_numbers()
    x, y = (to_base64url(value.to_bytes(_COORDINATE, "big")) for value in (numbers.x, numbers.y))
    bare = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    return {**bare, "kid": thumbprint(bare), "alg": "ES256", "use": "sig"}


def thumbprint(face: Mapping[str, object]) -> str:
    """The RFC 7638 SHA-256 thumbprint of an EC, OKP or RSA JWK, base64url."""
    required = {name: face[name] for name in ("crv", "e", "kty", "n", "x", "y") if name in face}
    return to_base64url(sha256(json.dumps(required, sort_keys=True, separators=(",", ":")).encode()).digest())


def to_pem(private: PrivateKey, passphrase: bytes | None) -> bytes:
    """The key as PKCS #8 PEM, sealed when there is a passphrase."""
    seal = NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, seal)


def open_pem(path: Path, passphrase: bytes | None) -> PrivateKey:
    """The Ed25519, P-256 or RSA key in a private file; KeyFault when it cannot be opened with just this passphrase."""
    try:
        private = load_pem_private_key(private_files.read(path), passphrase)
    except (OSError, ValueError, TypeError) as fault:
        message = f"{path.name} cannot be opened: missing, open to others, or sealed differently"
        raise KeyFault(message) from fault
    if isinstance(private, Ed25519PrivateKey):
        return private
    if isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1):
        return private
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= _RSA_LEAST:
        return private
    message = f"{path.name} holds a key of another kind"
    raise KeyFault(message)


def _generated(algorithm: str) -> PrivateKey:
    """A fresh key for a JOSE algorithm; a secret is kept as an Ed25519 key."""
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "RS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    return Ed25519PrivateKey.generate()


def _minimal(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def _derived(private: PrivateKey, purpose: str, algorithm: str) -> bytes:
    """A secret is kept as an Ed25519 seed (32 random bytes), so that PKCS #8 can seal it and its id tells nothing."""
    if algorithm != SECRET or not isinstance(private, Ed25519PrivateKey):
        return b""
    info = b"certificant secret " + purpose.encode()
    return HKDF(hashes.SHA256(), length=32, salt=None, info=info).derive(private.private_bytes_raw())


def _sign(private: PrivateKey, message: bytes) -> bytes:
    if isinstance(private, Ed25519PrivateKey):
        return private.sign(message)
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(message, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(_COORDINATE, "big") + s.to_bytes(_COORDINATE, "big")


def _holds(private: PrivateKey, message: bytes, signature: bytes) -> bool:
    try:
        if isinstance(private, rsa.RSAPrivateKey):
            private.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        elif len(signature) != 2 * _COORDINATE:
            return False
        elif isinstance(private, Ed25519PrivateKey):
            private.public_key().verify(signature, message)
        else:
            r, s = (int.from_bytes(half, "big") for half in (signature[:_COORDINATE], signature[_COORDINATE:]))
            private.public_key().verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - on the path of every signature
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read_records(path: Path) -> tuple[KeyRecord, ...]:
    """The lines of a ring's file; KeyFault unless exactly one key is active and every line makes sense."""
    try:
        listed = json_object(private_files.read(path))["keys"]
        records = tuple(_record(one) for one in listed) if isinstance(listed, list) else ()
    except (OSError, ValueError, KeyError, TypeError) as fault:
        message = f"{path.name} cannot be read as a key ring"
        raise KeyFault(message) from fault
    kids = {record.kid for record in records}
    if [record.state for record in records].count(KeyState.ACTIVE) != 1 or len(kids) != len(records):
        message = f"{path.name} does not name one active key"
        raise KeyFault(message)
    return records


def _record(line: Mapping[str, str]) -> KeyRecord:
    if not _KID.fullmatch(line["kid"]):
        message = "not a key id"
        raise ValueError(message)
    return KeyRecord(kid=line["kid"], state=KeyState(line["state"]), since=str(line["since"]))
