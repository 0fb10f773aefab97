"""What holders, staff and strangers ask of badges and status lists. Writing them is `domain.badges.issuing`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from domain.actors import Actor
from domain.badges.document import BADGE_CONTEXTS, achievement_document
from domain.badges.errors import BadgeSuspended, BadgeWithdrawn, UnfitFacts
from domain.badges.facts import MASTER, AchievementFacts, Securing
from domain.badges.issuing import sign_anew, sign_list_anew, signed_list, signers_of, trusted
from domain.badges.model import Badge, StatusList
from domain.badges.stating import achievement
from domain.credentials.actions_standing import owned
from domain.credentials.model import Credential, Standing
from domain.errors import NotFound
from domain.ports import UnitOfWork

_WITHDRAWN = frozenset({Standing.REVOKED, Standing.RETIRED})


def of_credential(uow: UnitOfWork, actor: Actor, credential_id: UUID) -> Badge:
    """The newest version of a credential's badge, for its holder and staff; NotFound where there is none any more.

    Raises BadgeSuspended and BadgeWithdrawn as `refreshed` does.
    """
    owned(uow, actor, "credential.read", credential_id)
    badge = _newest(uow, credential_id)
    _must_stand(uow, badge)
    return badge


def presented(uow: UnitOfWork, badge_id: UUID) -> Badge:
    """The version with this id, as it was handed out; whoever has the id was given it. NotFound once erased."""
    return uow.badges.get(badge_id)


def refreshed(uow: UnitOfWork, badge_id: UUID) -> Badge:
    """The newest version of the badge that some version with this id is of.

    Raises BadgeSuspended while the credential is suspended and BadgeWithdrawn once it is revoked or retired: nothing
    is handed out then that could be taken for a good badge, whichever profile it is cut for.
    """
    badge = uow.badges.get(badge_id)
    _must_stand(uow, badge)
    return _newest(uow, badge.credential_id)


def may_be_handed_out(credential: Credential) -> bool:
    """Whether a credential's badge is given to anybody: it is neither suspended nor withdrawn for good."""
    return credential.status is not Standing.SUSPENDED and credential.status not in _WITHDRAWN


def secured(uow: UnitOfWork, badge: Badge, securing: Securing) -> bytes:
    """A version as it is handed out, by whichever way: secured as it is asked for, under a key that is published.

    That is the stored master, for as long as its key is, else what it states, signed by the key that signs now. Between
    the revocation of a key and the reissue of what it signed, the master too is signed on request. NotFound where it
    cannot be: it states an issuer under a former address, in whose name nobody signs any more.

    Raises BadgeSuspended and BadgeWithdrawn where it would have to be signed: nothing is, while its credential is
    suspended or once that is withdrawn.
    """
    if uow.publisher is None:
        raise NotFound
    signer = uow.publisher.signer
    if securing is MASTER and signer.publishes(badge.key_id):
        return badge.document
    _must_stand(uow, badge)
    if securing is not MASTER:
        return signer.sign(badge.facts, securing)
    try:
        return signer.sign(replace(badge.facts, signed_at=uow.now.replace(microsecond=0)), MASTER)
    except UnfitFacts:
        raise NotFound from None


def status_list(uow: UnitOfWork, list_id: UUID) -> StatusList:
    """A status list as it is handed out: as it was last signed, for as long as the keys of both forms are published.

    Revoking a key signs every list anew. Where it was broken off before that, each is signed as it is asked for: some
    ten milliseconds, most of which go into packing the bits.
    """
    kept = uow.status_lists.get(list_id)
    if uow.publisher is None or trusted(uow.publisher, kept):
        return kept
    return signed_list(uow.publisher, kept, uow)


def achievement_page(uow: UnitOfWork, program: str, edition: str) -> Mapping[str, object]:
    """The achievement of a program's edition as JSON-LD, just as its badges state it; raises NotFound."""
    return achievement_document(_achievement(uow, program, edition))


def criteria_page(uow: UnitOfWork, program: str, edition: str) -> Mapping[str, object]:
    """What an edition asks of a holder, as JSON-LD; raises NotFound."""
    stated = _achievement(uow, program, edition)
    return {
        "@context": list(BADGE_CONTEXTS),
        "id": stated.criteria_url,
        "type": "Criteria",
        "narrative": stated.criteria,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What was signed anew."""

    badges: int
    lists: int


def replace_key(uow: UnitOfWork, key_id: str, limit: int) -> Replaced:
    """Sign anew what was signed by a key that is trusted no more, at most `limit` badges; how many were.

    Each gets a further version, which a refresh answers with; what was handed out fails to verify once the key is
    published no more. Lists under that key are signed anew with the first batch. Repeated until it says less badges
    than `limit`, it leaves no newest version under that key.
    """
    waiting = uow.badges.newest_under(key_id, limit)
    for found in waiting:
        uow.credentials.lock(found.credential_id)
        badge = _newest(uow, found.credential_id)
        if badge.key_id == key_id:
            sign_anew(uow, badge)
    return Replaced(badges=len(waiting), lists=_sign_lists(uow, lambda kept: key_id in signers_of(kept)))


def replace_distrusted_lists(uow: UnitOfWork) -> int:
    """Sign anew every status list one of whose keys is published no more; how many."""
    publisher = uow.publisher
    return 0 if publisher is None else _sign_lists(uow, lambda kept: not trusted(publisher, kept))


def _sign_lists(uow: UnitOfWork, wanted: Callable[[StatusList], bool]) -> int:
    """Sign lists anew, held in the order in which changes of standing hold them."""
    found = [one for one in uow.status_lists.find() if wanted(one)]
    for kept in sorted(found, key=lambda one: (one.shard, one.purpose)):
        sign_list_anew(uow, uow.status_lists.lock(kept.id))
    return len(found)


def _achievement(uow: UnitOfWork, program: str, edition: str) -> AchievementFacts:
    policy = uow.policies.named(edition)
    if policy.program != program or uow.publisher is None:
        raise NotFound
    return achievement(uow.publisher.base_url, policy)


def _must_stand(uow: UnitOfWork, badge: Badge) -> None:
    """Refuse a badge whose credential is suspended or withdrawn for good."""
    credential = uow.credentials.get(badge.credential_id)
    if not may_be_handed_out(credential):
        raise BadgeSuspended if credential.status is Standing.SUSPENDED else BadgeWithdrawn


def _newest(uow: UnitOfWork, credential_id: UUID) -> Badge:
    newest = uow.badges.newest(credential_id)
    if newest is None:
        raise NotFound
    return newest
