"""Verbs of wallets, as OpenID4VCI 1.0 has them: offer, exchange the code, fetch, tell.

Locks: every verb holds the offer's row, so that a code is exchanged once and each form of a badge fetched once for each
offer; who needs the credential's row too takes that first. What is used up of a refused step (a wrong transaction code,
a nonce) stays used up.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest, digest as hmac_digest
from typing import Final
from uuid import UUID

from domain.actors import Actor
from domain.badges import actions as badges
from domain.badges.errors import BadgeSuspended, BadgeWithdrawn
from domain.badges.facts import Securing
from domain.badges.model import Badge
from domain.credentials.actions_standing import standing_now
from domain.credentials.model import Standing
from domain.errors import NotFound
from domain.ports import KeyProvider, UnitOfWork, WalletProofs
from domain.wallets.events import (
    WalletFetched,
    WalletOffered,
    WalletPinWrong,
    WalletRedeemed,
    WalletTold,
    WalletWithdrawn,
)
from domain.wallets.model import (
    GRANT,
    TOKEN_MARK,
    HolderProof,
    OfferStatus,
    Refusal,
    Refused,
    Told,
    WalletNonce,
    WalletOffer,
)

CONFIGURATIONS: Final = {
    "OpenBadgeCredential_ldp_vc": Securing.EDDSA_RDFC,
    "OpenBadgeCredential_jwt_vc_json": Securing.OB_JWT,
    "OpenBadgeCredential_vc+jwt": Securing.VC_JWT,
}
"""What wallets may ask for, by the name of its configuration in the issuer's metadata."""
OFFER_LIFE: Final = timedelta(minutes=10)
TOKEN_LIFE: Final = timedelta(minutes=5)
NONCE_LIFE: Final = timedelta(minutes=5)
CLOCK_SKEW: Final = timedelta(minutes=1)
MOST_WRONG_PINS: Final = 5
PIN_DIGITS: Final = 6
SECRET_BYTES: Final = 32
_OPEN: Final = (OfferStatus.OFFERED, OfferStatus.REDEEMED)
_REDEEMED: Final = (OfferStatus.REDEEMED, OfferStatus.FETCHED)
_NONCE_RANDOM: Final = 16
_NONCE_TAG: Final = 16


@dataclass(frozen=True, slots=True)
class Made:
    """An offer, with what is told once: the pre-authorized code for the wallet and the transaction code to type."""

    offer: WalletOffer
    code: str
    pin: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a wallet asks for: a configuration, with a proof that must be made for `audience`, the issuer."""

    configuration: str
    proof: str
    audience: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """The badge for the wallet, and the id under which it may tell what became of it."""

    document: bytes
    securing: Securing
    notification_id: str


def offer(uow: UnitOfWork, actor: Actor, credential_id: UUID) -> Made:
    """Offer a credential's badge to the holder's wallet, for ten minutes.

    Earlier offers of it are withdrawn, with the token of one that was redeemed and whose badge was not fetched yet.
    """
    credential = standing_now(uow, uow.credentials.lock(credential_id))
    actor.must("credential.offer_to_wallet", credential)
    if uow.badges.newest(credential_id) is None:
        raise NotFound
    for earlier in uow.wallet_offers.find(credential_id=credential_id, status=list(_OPEN)):
        _end(uow, uow.wallet_offers.lock(earlier.id))
    code = _secret(uow)
    pin = f"{int.from_bytes(uow.random(8), 'big') % 10**PIN_DIGITS:0{PIN_DIGITS}d}"
    made = WalletOffer(
        id=uow.new_id(),
        credential_id=credential_id,
        candidate_id=credential.candidate_id,
        code_digest=_digest(code),
        pin_digest=_digest(code + pin),
        expires_at=uow.now + OFFER_LIFE,
        created_at=uow.now,
    )
    uow.record(WalletOffered(**_about(made)))
    return Made(uow.wallet_offers.add(made), code, pin)


def read(uow: UnitOfWork, actor: Actor, offer_id: UUID) -> WalletOffer:
    """An offer, for the holder who made it and for staff."""
    found = uow.wallet_offers.get(offer_id)
    actor.must("wallet_offer.read", found)
    return found


def withdraw(uow: UnitOfWork, actor: Actor, offer_id: UUID) -> WalletOffer:
    """Take an offer back. A badge that was fetched already stays where it is."""
    found = uow.wallet_offers.lock(offer_id)
    actor.must("wallet_offer.withdraw", found)
    return _end(uow, found)


def exchange(uow: UnitOfWork, grant_type: str | None, code: str | None, pin: str | None) -> str | Refused:
    """The access token for a pre-authorized code and its transaction code: once, within the offer's life."""
    if grant_type != GRANT:
        return Refused(Refusal.UNSUPPORTED_GRANT_TYPE, "The pre-authorized code grant is offered, and no other.")
    if not code or not pin:
        return Refused(Refusal.INVALID_REQUEST, "The pre-authorized code or the transaction code is missing.")
    wrong = Refused(Refusal.INVALID_GRANT, "The code is unknown, used, expired or withdrawn, or goes with another one.")
    found = uow.wallet_offers.first(code_digest=_digest(code))
    if found is None:
        return wrong
    held = uow.wallet_offers.lock(found.id)
    if held.status is not OfferStatus.OFFERED or held.expires_at <= uow.now or held.wrong_pins >= MOST_WRONG_PINS:
        return wrong
    if not compare_digest(held.pin_digest, _digest(code + pin)):
        uow.wallet_offers.save(replace(held, wrong_pins=held.wrong_pins + 1))
        uow.record(WalletPinWrong(**_about(held), tries=held.wrong_pins + 1))
        return wrong
    token = TOKEN_MARK + _secret(uow)
    uow.record(WalletRedeemed(**_about(held)))
    uow.wallet_offers.save(
        replace(
            held,
            status=OfferStatus.REDEEMED,
            token_digest=_digest(token),
            token_expires_at=uow.now + TOKEN_LIFE,
        )
    )
    return token


def nonce(uow: UnitOfWork, keys: KeyProvider) -> str:
    """A fresh nonce for a proof, good for five minutes. It is signed, not stored, so that asking costs nothing."""
    stated = int(uow.now.timestamp()).to_bytes(8, "big") + uow.random(_NONCE_RANDOM)
    return _plain(stated + _nonce_tag(keys, stated))


def fetch(
    uow: UnitOfWork, keys: KeyProvider, proofs: WalletProofs, token: str | None, asked: Asked
) -> Fetched | Refused:
    """The badge, bound to the key that the proof proves: once in each form, while the credential stands.

    The first fetch settles the key: further forms are for it alone. Each fetch lets the token live five minutes more.
    """
    held = _held(uow, token)
    if isinstance(held, Refused):
        return held
    securing = CONFIGURATIONS.get(asked.configuration)
    if securing is None:
        return Refused(Refusal.UNKNOWN_CONFIGURATION, "The issuer's metadata names no such configuration.")
    if asked.configuration in held.notification_ids:
        return Refused(Refusal.REQUEST_DENIED, "The badge was fetched in this form.")
    proved = _proved(uow, keys, proofs, asked, held.holder)
    if isinstance(proved, Refused):
        return proved
    badge = _standing_badge(uow, held.credential_id)
    if badge is None or uow.publisher is None:
        return Refused(Refusal.REQUEST_DENIED, "The credential is suspended, withdrawn or gone.")
    bound = replace(badge.facts, holder_id=proved.holder, signed_at=uow.now)
    document = uow.publisher.signer.sign(bound, securing)
    notification = _plain(uow.random(_NONCE_RANDOM))
    uow.record(WalletFetched(**_about(held), securing=securing.value))
    uow.wallet_offers.save(
        replace(
            held,
            status=OfferStatus.FETCHED,
            token_expires_at=uow.now + TOKEN_LIFE,
            notification_ids={**held.notification_ids, asked.configuration: notification},
            holder=proved.holder,
            fetched_at=uow.now,
        )
    )
    return Fetched(document, securing, notification)


def tell(uow: UnitOfWork, token: str | None, notification_id: str, event: str) -> Refused | None:
    """Take down what a wallet says became of the badge; the same again is no fault."""
    found = None if not token else uow.wallet_offers.first(token_digest=_digest(token))
    if found is None or found.token_expires_at is None or found.token_expires_at <= uow.now:
        return Refused(Refusal.INVALID_TOKEN, "The access token is unknown or expired.")
    held = uow.wallet_offers.lock(found.id)
    if notification_id not in held.notification_ids.values():
        return Refused(Refusal.INVALID_NOTIFICATION_ID, "There is no such notification id under this token.")
    if event not in set(Told):
        return Refused(Refusal.INVALID_NOTIFICATION_REQUEST, "There is no such event.")
    if held.told != event:
        uow.record(WalletTold(**_about(held), event=event))
        uow.wallet_offers.save(replace(held, told=Told(event)))
    return None


def forget_nonces(uow: UnitOfWork, limit: int) -> int:
    """Forget at most `limit` used nonces that are too old to be good anyway; returns how many."""
    return uow.wallet_nonces.forget(uow.now - 2 * NONCE_LIFE, limit)


def _end(uow: UnitOfWork, held: WalletOffer) -> WalletOffer:
    """An offer whose row is held, withdrawn with its token; one that is over stays as it is."""
    if held.status not in _OPEN:
        return held
    uow.record(WalletWithdrawn(**_about(held)))
    return uow.wallet_offers.save(replace(held, status=OfferStatus.WITHDRAWN, token_digest=None, token_expires_at=None))


def _held(uow: UnitOfWork, token: str | None) -> WalletOffer | Refused:
    """The offer that a token goes with, redeemed or fetched from.

    The credential's row is held before the offer's, as `offer` does.
    """
    refused = Refused(Refusal.INVALID_TOKEN, "The access token is unknown, withdrawn or expired.")
    found = None if not token else uow.wallet_offers.first(token_digest=_digest(token))
    if found is None:
        return refused
    uow.credentials.lock(found.credential_id)
    held = uow.wallet_offers.lock(found.id)
    if held.status not in _REDEEMED or held.token_expires_at is None or held.token_expires_at <= uow.now:
        return refused
    return held


def _proved(
    uow: UnitOfWork, keys: KeyProvider, proofs: WalletProofs, asked: Asked, holder: str | None
) -> HolderProof | Refused:
    """What a proof proves, its nonce used up; `holder` is whose key it must be, None where no form was fetched yet."""
    said = proofs.read(asked.proof)
    if said is None or said.audience != asked.audience:
        return Refused(Refusal.INVALID_PROOF, "The proof is malformed, of another audience, or its signature fails.")
    if holder not in (None, said.holder):
        return Refused(Refusal.INVALID_PROOF, "The badge was fetched for another key.")
    made = datetime.fromtimestamp(said.issued_at, UTC)
    if not uow.now - NONCE_LIFE - CLOCK_SKEW <= made <= uow.now + CLOCK_SKEW:
        return Refused(Refusal.INVALID_PROOF, "The proof was not made just now.")
    if not _good_nonce(uow, keys, said.nonce) or not _first_use(uow, said.nonce):
        return Refused(Refusal.INVALID_NONCE, "The nonce is not ours, expired, or was used. Ask for another.")
    return said


def _good_nonce(uow: UnitOfWork, keys: KeyProvider, presented: str) -> bool:
    content = _unplain(presented)
    if content is None or len(content) != 8 + _NONCE_RANDOM + _NONCE_TAG:
        return False
    stated, tag = content[:-_NONCE_TAG], content[-_NONCE_TAG:]
    if not compare_digest(tag, _nonce_tag(keys, stated)):
        return False
    # Only a time of ours is read: a stranger's eight bytes may be no time at all.
    return datetime.fromtimestamp(int.from_bytes(stated[:8], "big"), UTC) > uow.now - NONCE_LIFE


def _first_use(uow: UnitOfWork, presented: str) -> bool:
    used = _digest(presented)
    if uow.wallet_nonces.first(digest=used) is not None:
        return False
    uow.wallet_nonces.add(WalletNonce(id=uow.new_id(), digest=used, used_at=uow.now))
    return True


def _nonce_tag(keys: KeyProvider, stated: bytes) -> bytes:
    return hmac_digest(keys.secret("links"), b"wallet nonce" + stated, "sha256")[:_NONCE_TAG]


def _standing_badge(uow: UnitOfWork, credential_id: UUID) -> Badge | None:
    credential = standing_now(uow, uow.credentials.lock(credential_id))
    if credential.status is Standing.SUSPENDED:
        return None
    newest = uow.badges.newest(credential_id)
    if newest is None:
        return None
    try:
        return badges.refreshed(uow, newest.id)
    except (BadgeSuspended, BadgeWithdrawn):
        return None


def _about(offered: WalletOffer) -> dict[str, UUID]:
    return {
        "offer_id": offered.id,
        "credential_id": offered.credential_id,
        "candidate_id": offered.candidate_id,
    }


def _secret(uow: UnitOfWork) -> str:
    return _plain(uow.random(SECRET_BYTES))


def _plain(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _unplain(text: str) -> bytes | None:
    try:
        content = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        return None
    return content if _plain(content) == text else None


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
