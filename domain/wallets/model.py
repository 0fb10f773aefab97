"""Offers to wallets, the nonces their proofs answer, and what a proof proves."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.entity import Entity

GRANT: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
"""The one grant: OpenID4VCI 1.0, section 6."""
TOKEN_MARK: Final = "wlt_"  # noqa: S105 - how a wallet's token begins, no token


class OfferStatus(StrEnum):
    """Where an offer stands. `redeemed`: a wallet exchanged its code; `fetched`: it has the badge."""

    OFFERED = "offered"
    REDEEMED = "redeemed"
    FETCHED = "fetched"
    WITHDRAWN = "withdrawn"


class Told(StrEnum):
    """What a wallet may report of a badge it fetched (section 11 of the specification)."""

    ACCEPTED = "credential_accepted"
    FAILURE = "credential_failure"
    DELETED = "credential_deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletOffer(Entity):
    """One offer of a credential's badge to one wallet, made by the holder: one exchange, and one fetch of each form.

    Codes and tokens are kept as digests (SHA-256, hex) only; the transaction code's is made with the pre-authorized
    code, which is not kept, so that its few digits cannot be tried out. `wrong_pins` counts wrong ones. `holder` is
    the DID whose key the wallet proved. `notification_ids` are those given with what was fetched, by configuration.
    """

    credential_id: UUID
    candidate_id: UUID
    code_digest: str
    pin_digest: str
    expires_at: datetime
    created_at: datetime
    status: OfferStatus = OfferStatus.OFFERED
    wrong_pins: int = 0
    token_digest: str | None = None
    token_expires_at: datetime | None = None
    notification_ids: dict[str, str] = field(default_factory=dict)
    holder: str | None = None
    fetched_at: datetime | None = None
    told: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletNonce(Entity):
    """A nonce that a proof answered: the store keeps each once, so that no proof is taken twice."""

    digest: str
    used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderProof:
    """What a wallet's proof says, once its signature holds: the key's DID, the nonce, for whom and when it was made.

    `issued_at` is in epoch seconds.
    """

    holder: str
    nonce: str
    audience: str
    issued_at: int


class Refusal(StrEnum):
    """Error codes of OAuth 2.0 (RFC 6749) and of OpenID4VCI 1.0 (sections 6.3, 8.3.1 and 11.3)."""

    INVALID_REQUEST = "invalid_request"
    INVALID_GRANT = "invalid_grant"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_TOKEN = "invalid_token"  # noqa: S105 - the name of an error
    INVALID_PROOF = "invalid_proof"
    INVALID_NONCE = "invalid_nonce"
    UNKNOWN_CONFIGURATION = "unknown_credential_configuration"
    INVALID_CREDENTIAL_REQUEST = "invalid_credential_request"
    INVALID_ENCRYPTION = "invalid_encryption_parameters"
    REQUEST_DENIED = "credential_request_denied"
    INVALID_NOTIFICATION_ID = "invalid_notification_id"
    INVALID_NOTIFICATION_REQUEST = "invalid_notification_request"


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that is refused in the protocol's own words; what it counts (a wrong transaction code) is kept."""

    error: Refusal
    description: str
