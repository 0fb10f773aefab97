"""Wallets: OpenID for Verifiable Credential Issuance 1.0, pre-authorized code; the candidate's side and the wallet's.

The wallet's endpoints speak the protocol's own error form (RFC 6749, section 5.2), not problems: wallets know no other.
What is malformed is told so too, see `api.dialects`.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import quote
from uuid import UUID

import orjson
from fastapi import Form, Header, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.addresses import WALLET_TOKEN
from api.dialects import ANYWHERE
from api.fields import Id
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.badges.facts import Securing
from domain.errors import NotFound
from domain.ports import KeyProvider, UnitOfWork, WalletProofs
from domain.wallets import actions
from domain.wallets.model import GRANT, TOKEN_MARK, OfferStatus, Refusal, Refused, Told, WalletOffer

routes = Routes("wallets")

Authorization = Annotated[str | None, Header(alias="authorization", max_length=1_000, include_in_schema=False)]
_VISIBLE: Final = "^[ -~]*$"
"""What RFC 6749 lets parameters hold (appendix A): VSCHAR."""
Written = Annotated[str | None, Form(max_length=1_000, pattern=_VISIBLE)]
Proof = Annotated[str, Field(min_length=1, max_length=8_192, pattern=r"^[!-~]+$")]

_NEVER_KEPT: Final = {"cache-control": "no-store", "access-control-allow-origin": "*"}
_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": 1_000}
_ERROR: Final = {
    "description": "Refused, in the protocol's own words.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error"],
                "properties": {
                    "error": {"type": "string", "enum": [*(one.value for one in Refusal), *ANYWHERE]},
                    "error_description": _TEXT,
                },
            }
        }
    },
}


_FAILING: Final[dict[int | str, dict[str, Any]]] = dict.fromkeys((400, 401, 413, 414, 429, 500, 503), _ERROR)


def _answer(**properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": list(properties), "properties": properties}
    return {"content": {"application/json": {"schema": schema}}}


class WalletOfferOut(Resource):
    """An offer to a wallet: how far it came. `holder` is the DID whose key the wallet proved."""

    noun: ClassVar[str] = "wallet_offer"

    credential_id: UUID
    status: OfferStatus
    expires_at: datetime
    created_at: datetime
    holder: str | None
    fetched_at: datetime | None
    told: Told | None


class NewWalletOfferOut(WalletOfferOut):
    """A fresh offer. `offer_uri` is for the wallet (as a link or a QR code), `transaction_code` for its owner to type.

    Both are shown this once.
    """

    credential_offer: dict[str, Any]
    offer_uri: str
    transaction_code: str


@routes.post(
    "/credentials/{credential_id}/wallet-offers",
    action="credential.offer_to_wallet",
    answers=NewWalletOfferOut,
    status_code=201,
    location="/v1/wallet-offers/{id}",
    secrets=("credential_offer", "offer_uri", "transaction_code"),
)
def offer(uow: UnitOfWork, actor: Actor, credential_id: Id) -> NewWalletOfferOut:
    """Offer the badge of a credential to the holder's wallet, for ten minutes; an earlier offer ends with that."""
    made = actions.offer(uow, actor, credential_id)
    document = {
        "credential_issuer": _issuer(uow),
        "credential_configuration_ids": list(actions.CONFIGURATIONS),
        "grants": {
            GRANT: {
                "pre-authorized_code": made.code,
                "tx_code": {
                    "input_mode": "numeric",
                    "length": actions.PIN_DIGITS,
                    "description": "The code shown beside the offer.",
                },
            }
        },
    }
    uri = f"openid-credential-offer://?credential_offer={quote(orjson.dumps(document), safe='')}"
    shown = WalletOfferOut.model_validate(made.offer)
    return NewWalletOfferOut(**dict(shown), credential_offer=document, offer_uri=uri, transaction_code=made.pin)


@routes.get("/wallet-offers/{offer_id}", action="wallet_offer.read", answers=WalletOfferOut)
def read_offer(uow: UnitOfWork, actor: Actor, offer_id: Id) -> WalletOffer:
    """Read how far an offer came."""
    return actions.read(uow, actor, offer_id)


@routes.post(
    "/wallet-offers/{offer_id}/withdrawal",
    action="wallet_offer.withdraw",
    answers=WalletOfferOut,
    if_match=WalletOffer,
)
def withdraw(uow: UnitOfWork, actor: Actor, offer_id: Id) -> WalletOffer:
    """Take an offer back."""
    return actions.withdraw(uow, actor, offer_id)


@routes.post(
    WALLET_TOKEN,
    action="wallet.exchange",
    response_class=Response,
    responses={
        200: _answer(
            access_token=_TEXT, token_type={"type": "string", "const": "Bearer"}, expires_in={"type": "integer"}
        ),
        **_FAILING,
    },
)
def token(
    uow: UnitOfWork,
    grant_type: Written = None,
    code: Annotated[str | None, Form(alias="pre-authorized_code", max_length=1_000, pattern=_VISIBLE)] = None,
    tx_code: Written = None,
) -> Response:
    """Exchange a pre-authorized code, with its transaction code, for an access token (OpenID4VCI 1.0, section 6)."""
    made = actions.exchange(uow, grant_type, code, tx_code)
    if isinstance(made, Refused):
        return _refused(made)
    seconds = int(actions.TOKEN_LIFE.total_seconds())
    return _said({"access_token": made, "token_type": "Bearer", "expires_in": seconds})


@routes.post(
    "/wallets/nonce",
    action="wallet.exchange",
    response_class=Response,
    responses={200: _answer(c_nonce=_TEXT), **_FAILING},
)
def nonce(uow: UnitOfWork, keys: KeyProvider) -> Response:
    """Ask for a nonce that a proof answers (OpenID4VCI 1.0, section 7)."""
    return _said({"c_nonce": actions.nonce(uow, keys)})


class _Open(BaseModel):
    """What a wallet sends: members of later editions are read past, as the specification has it."""

    model_config = ConfigDict(extra="ignore", frozen=True, json_schema_extra={"additionalProperties": True})


class ProofsIn(_Open):
    """One proof, as a JWT: a badge is bound to one key."""

    jwt: Annotated[tuple[Proof, ...], Field(max_length=8)] = ()


class CredentialRequestIn(_Open):
    """What a wallet asks for. Members that are not named here are read past, as the specification has it."""

    credential_configuration_id: Annotated[str | None, Field(max_length=200, pattern=r"^[!-~]+$")] = None
    proofs: ProofsIn = ProofsIn()
    credential_response_encryption: Annotated[
        dict[str, JsonValue] | None, Field(description="Refused: the issuer's metadata offers no encryption.")
    ] = None


class NotificationIn(_Open):
    """What became of a badge; members that are not named here are read past."""

    notification_id: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
    event: Told


@routes.post(
    "/wallets/credential",
    action="wallet.exchange",
    response_class=Response,
    responses={
        200: _answer(credentials={"type": "array", "items": {"type": "object"}}, notification_id=_TEXT),
        **_FAILING,
    },
)
def credential(
    uow: UnitOfWork,
    keys: KeyProvider,
    proofs: WalletProofs,
    body: CredentialRequestIn,
    authorization: Authorization = None,
) -> Response:
    """Fetch the badge with the access token, bound to the key that the proof proves (OpenID4VCI 1.0, section 8).

    Each form that the offer names is fetched once; all are bound to the key that the first was bound to.
    """
    if body.credential_response_encryption is not None:
        # Before anything is used up: who asked for encryption is never answered in clear.
        said = "Answers are not encrypted: the issuer's metadata offers no encryption."
        return _refused(Refused(Refusal.INVALID_ENCRYPTION, said))
    if body.credential_configuration_id is None:
        return _refused(Refused(Refusal.INVALID_CREDENTIAL_REQUEST, "Name a configuration of the issuer's metadata."))
    if len(body.proofs.jwt) != 1:
        return _refused(Refused(Refusal.INVALID_PROOF, "One proof is needed, as a JWT."))
    asked = actions.Asked(body.credential_configuration_id, body.proofs.jwt[0], _issuer(uow))
    fetched = actions.fetch(uow, keys, proofs, _token(authorization), asked)
    if isinstance(fetched, Refused):
        return _refused(fetched)
    stated = fetched.document.decode()
    found = orjson.loads(stated) if fetched.securing is Securing.EDDSA_RDFC else stated
    return _said({"credentials": [{"credential": found}], "notification_id": fetched.notification_id})


@routes.post(
    "/wallets/notification",
    action="wallet.exchange",
    response_class=Response,
    status_code=204,
    responses=_FAILING,
)
def notification(uow: UnitOfWork, body: NotificationIn, authorization: Authorization = None) -> Response:
    """Tell what became of the badge in the wallet (OpenID4VCI 1.0, section 11)."""
    refused = actions.tell(uow, _token(authorization), body.notification_id, body.event)
    return Response(status_code=204, headers=_NEVER_KEPT) if refused is None else _refused(refused)


def _issuer(uow: UnitOfWork) -> str:
    if uow.publisher is None:
        raise NotFound
    return uow.publisher.base_url


def _token(authorization: str | None) -> str | None:
    scheme, _, value = (authorization or "").partition(" ")
    return value if scheme.lower() == "bearer" and value.startswith(TOKEN_MARK) else None


def _said(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), 200, _NEVER_KEPT, "application/json")


def _refused(refused: Refused) -> Response:
    body = orjson.dumps({"error": refused.error.value, "error_description": refused.description})
    if refused.error is not Refusal.INVALID_TOKEN:
        return Response(body, 400, _NEVER_KEPT, "application/json")
    challenge = {"www-authenticate": 'Bearer error="invalid_token"'}
    return Response(body, 401, {**_NEVER_KEPT, **challenge}, "application/json")
