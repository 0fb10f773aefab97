"""The doors to the world outside the store: tokens, keys, mail, files, money, the clock, checkpoints.

`domain.ports` names them again, beside the store's own, so that every door is found on one page.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from domain.badges.facts import BadgeFacts, Securing, StatusListFacts
from domain.certificates.model import BadgeFace, Certificate, PaperSize, Picture
from domain.psychometrics.programme import Programme, Solution
from domain.wallets.model import HolderProof

if TYPE_CHECKING:
    from domain.badges.verification import Presented, ProofState


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """What a checked token said. `expires_at` is epoch seconds; `scopes` are what its owner let the bearer do."""

    subject: str
    roles: frozenset[str]
    email: str | None
    email_verified: bool
    token_id: str | None
    expires_at: int
    scopes: frozenset[str] = frozenset()


class Clock(Protocol):
    """The body's clock."""

    def __call__(self) -> datetime:
        """The instant it shows, UTC."""
        ...


class SandboxTime(Clock, Protocol):
    """A sandbox's clock, which can be turned on, never back."""

    def advance(self, by: timedelta) -> datetime:
        """Turn it on for every process; returns what it shows then."""
        ...


class TokenVerifier(Protocol):
    """Checks bearer access tokens of the configured issuer."""

    def verify(self, token: str) -> VerifiedToken:
        """The token's claims; raises Unauthenticated for any fault, without saying which to the caller."""
        ...

    def recall(self, token: str) -> VerifiedToken | None:
        """The claims of a token that was verified just now, without any I/O; else None. Raises Unauthenticated."""
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
    """One message: plain text, optionally HTML, addressed to one person (`to_name` is shown with the address)."""

    message_id: str
    to: str
    subject: str
    text: str
    html: str | None = None
    to_name: str = ""


class Mailer(Protocol):
    """Sends mail. Sending the same `message_id` twice may deliver once or twice, never zero times."""

    def send(self, mail: Mail) -> None:
        """Hand the message over; raises Unavailable when it should be tried again, Undeliverable when it never will."""
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as written: its subject, one line, and its plain text."""

    subject: str
    text: str


class Letters(Protocol):
    """Writes letters, each kind from its own template."""

    def render(self, kind: str, context: Mapping[str, object]) -> Letter:
        """The letter of this kind; raises KeyError where `context` lacks something that its template names."""
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

    @property
    def name(self) -> str:
        """What a payment's `provider` says; references are unique within it."""
        ...

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


class CheckpointStore(Protocol):
    """Signed notes kept outside the database, in the order they were added. None is ever taken back."""

    def latest(self) -> str | None:
        """The last note."""
        ...

    def notes(self) -> Iterator[str]:
        """Every note there is at the moment of the call, oldest first; streamed."""
        ...

    def append(self, notes: Iterable[str]) -> int:
        """Add notes durably; returns how many."""
        ...


class KeyMint(Protocol):
    """Makes API keys."""

    def mint(self) -> tuple[str, str, str]:
        """A fresh key: the id that may be shown, the digest to store, and the text to show once."""
        ...


class BadgeSigner(Protocol):
    """Makes finished documents of facts, signed with the body's present keys."""

    @property
    def did(self) -> str:
        """The certifying body's DID, which every document names as its issuer."""
        ...

    def sign(self, facts: BadgeFacts, securing: Securing) -> bytes:
        """The badge, finished: JSON (UTF-8) with its proof, or a compact JWT (ASCII); see `securing.media_type`.

        Raises UnfitFacts where the facts cannot be stated: an id that is no URI, a purpose that is missing.
        """
        ...

    def sign_status_list(self, facts: StatusListFacts, securing: Securing) -> bytes:
        """The status list credential, finished as `sign` does it; every securing but `ob+jwt`, which is for badges."""
        ...

    def verification_method(self, securing: Securing) -> str:
        """The id of the key that signs so now: the DID URL in a proof or a `vc+jwt`, the https `kid` of an `ob+jwt`."""
        ...

    def verification_methods(self) -> Mapping[str, str]:
        """Every name under which a published key signs, with its key id (the JWK thumbprint), present first."""
        ...

    def publishes(self, name: str) -> bool:
        """Whether the key of this name is published at this moment: no for one that was revoked, or never was ours."""
        ...


class BadgeReader(Protocol):
    """Reads badges that strangers present."""

    def read(self, content: bytes) -> "Presented":
        """What was presented, in parts; raises UnreadableBadge or what reading an image refuses."""
        ...

    def proof(self, presented: "Presented", facts: BadgeFacts) -> "ProofState":
        """Whether its signature holds over the document that these facts make."""
        ...


class WalletProofs(Protocol):
    """Reads proofs of possession by wallets' keys."""

    def read(self, proof: str) -> HolderProof | None:
        """What a proof says, its signature holding by the key it names; None for any fault."""
        ...


class Solver(Protocol):
    """Solves mixed-integer programmes. That is slow (up to the seconds given): never in a transaction."""

    def solve(self, programme: Programme, *, seconds: float, absolute_gap: float) -> Solution:
        """The best solution found within `seconds`; sooner, once none can be better by more than `absolute_gap`."""
        ...


class SheetPress(Protocol):
    """Writes statistics sheets down, as files. That is slow (half a second): never in a transaction."""

    def csv(self, sheet: Mapping[str, object]) -> bytes:
        """The sheet as CSV, in UTF-8."""
        ...

    def pdf(self, sheet: Mapping[str, object]) -> bytes:
        """The sheet as PDF with its plots."""
        ...


class Press(Protocol):
    """Makes certificates on paper and badge pictures. That is slow (a tenth of a second): never in a transaction."""

    @property
    def paper(self) -> PaperSize:
        """The sheet for whoever asks for none."""
        ...

    def address(self, number: str) -> str:
        """The registry's page of a credential: where a certificate's link and code lead."""
        ...

    def tag(self, made: Certificate | BadgeFace) -> str:
        """A name for what would be made, the same as long as it would look and be signed the same."""
        ...

    def certificate(self, stated: Certificate) -> bytes:
        """The certificate as signed PDF/A. Raises UnprintableName where no font has a letter's glyph."""
        ...

    def picture(self, badge: BadgeFace, kind: Picture) -> bytes:
        """The badge's picture alone. Raises UnprintableName."""
        ...

    def baked(self, badge: BadgeFace, kind: Picture, credential: str) -> bytes:
        """The badge's picture with its credential, JSON or a compact JWT, baked in. Raises UnprintableName."""
        ...
