"""Every door of the hexagon on one page. `adapters/` holds what stands behind them."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from domain.entity import Entity
from domain.events import Event
from domain.paging import Page, PageRequest

T = TypeVar("T", bound=Entity)


class Repository(Protocol[T]):
    """The stored entities of one kind, inside one transaction."""

    def get(self, id_: UUID) -> T:
        """The entity; raises NotFound."""
        ...

    def lock(self, id_: UUID) -> T:
        """The entity, its row held until the transaction ends (SQLite: the writer holds the database); NotFound."""
        ...

    def find(self, **equals: object) -> list[T]:
        """All whose fields equal these values, oldest id first. A list value matches any of its members."""
        ...

    def first(self, **equals: object) -> T | None:
        """The first of `find`, or None."""
        ...

    def page(self, request: PageRequest) -> Page[T]:
        """One keyset page."""
        ...

    def count(self, **equals: object) -> int:
        """How many `find` would return."""
        ...

    def add(self, entity: T) -> T:
        """Store a new one; raises AlreadyExists where a uniqueness rule of the store stands against it."""
        ...

    def add_all(self, entities: Iterable[T]) -> None:
        """Store many new ones in one statement; raises AlreadyExists."""
        ...

    def save(self, entity: T) -> T:
        """Store a changed one; returns it with its version raised by one. Raises Stale when another change won."""
        ...

    def remove(self, entity: T) -> None:
        """Forget one; raises Stale when another change won."""
        ...


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """What a checked token said. `expires_at` is epoch seconds."""

    subject: str
    roles: frozenset[str]
    email: str | None
    email_verified: bool
    token_id: str | None
    expires_at: int


class TokenVerifier(Protocol):
    """Checks bearer access tokens of the configured issuer."""

    def verify(self, token: str) -> VerifiedToken:
        """The token's claims; raises Unauthenticated for any fault, without saying which to the caller."""
        ...


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key's public face: its id, algorithm (`EdDSA`, `ES256`, `RS256`) and public JWK."""

    kid: str
    algorithm: str
    public_jwk: Mapping[str, object]


class KeyProvider(Protocol):
    """Holds private keys outside the database: a file, or a KMS. Keys are named by purpose (`journal`, `cursor`)."""

    def current(self, purpose: str) -> SigningKey:
        """The key that signs now."""
        ...

    def all(self, purpose: str) -> list[SigningKey]:
        """Every key still published, the current one first."""
        ...

    def sign(self, purpose: str, message: bytes) -> tuple[str, bytes]:
        """The signing key's id and its raw signature over `message`."""
        ...

    def verify(self, purpose: str, kid: str, message: bytes, signature: bytes) -> bool:
        """Whether the named key made this signature."""
        ...

    def secret(self, purpose: str) -> bytes:
        """A symmetric secret of at least 32 bytes (cursors, reference links)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message: plain text, optionally HTML, addressed to one person."""

    message_id: str
    to: str
    subject: str
    text: str
    html: str | None = None


class Mailer(Protocol):
    """Sends mail. Sending the same `message_id` twice may deliver once or twice, never zero times."""

    def send(self, mail: Mail) -> None:
        """Hand the message over; raises Unavailable when it should be tried again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedFile:
    """A file that passed its inspection: its true media type, size in bytes and SHA-256 (hex)."""

    media_type: str
    size: int
    sha256: str


class Files(Protocol):
    """Stores bytes under random names, after inspection."""

    def inspect(self, content: bytes, declared: str) -> InspectedFile:
        """Judge an upload: allowlist, magic, full parse, bounds. Raises Invalid with the reason."""
        ...

    def put(self, key: str, content: bytes) -> None:
        """Store `content` under `key`; the same key twice replaces."""
        ...

    def get(self, key: str) -> bytes:
        """The stored bytes; raises NotFound."""
        ...

    def delete(self, key: str) -> None:
        """Forget the bytes; an unknown key is no fault."""
        ...


class PaymentGateway(Protocol):
    """Takes money. The default gateway writes an invoice which staff mark as paid."""

    def start(self, *, reference: str, amount_minor: int, currency: str, description: str) -> "StartedPayment":
        """Begin a payment; idempotent per `reference`."""
        ...

    def refund(self, *, provider_reference: str, amount_minor: int, currency: str, reference: str) -> str:
        """Send money back to the payer; returns the provider's reference. Idempotent per `reference`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedPayment:
    """A payment under way: the provider's reference, and where the payer goes on, if anywhere."""

    provider_reference: str
    next_url: str | None
    instructions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryEntry:
    """The finished public answers for one credential number: before and from `next_change_on` (a date, ISO)."""

    number: str
    next_change_on: str | None
    payload_before: bytes
    payload_after: bytes | None


class RegistryReader(Protocol):
    """The fast lane's one question."""

    async def read(self, number: str) -> RegistryEntry | None:
        """The entry of a canonical number, or None."""
        ...
