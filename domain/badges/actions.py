"""What holders, staff and strangers ask of badges and status lists. Writing them is `domain.badges.issuing`."""

from collections.abc import Mapping
from uuid import UUID

from domain.actors import Actor
from domain.badges.document import BADGE_CONTEXTS, achievement_document, signed_with
from domain.badges.errors import BadgeSuspended, BadgeWithdrawn
from domain.badges.facts import MASTER, AchievementFacts, Securing
from domain.badges.issuing import sign_anew, sign_list_anew
from domain.badges.model import Badge, StatusList
from domain.badges.stating import achievement
from domain.credentials.actions_standing import owned
from domain.credentials.model import Standing
from domain.errors import NotFound
from domain.ports import UnitOfWork

_WITHDRAWN = frozenset({Standing.REVOKED, Standing.RETIRED})


def of_credential(uow: UnitOfWork, actor: Actor, credential_id: UUID) -> Badge:
    """The newest version of a credential's badge, for its holder and staff; NotFound where there is none any more."""
    owned(uow, actor, "credential.read", credential_id)
    return _newest(uow, credential_id)


def presented(uow: UnitOfWork, badge_id: UUID) -> Badge:
    """The version with this id, as it was handed out; whoever has the id was given it. NotFound once erased."""
    return uow.badges.get(badge_id)


def refreshed(uow: UnitOfWork, badge_id: UUID) -> Badge:
    """The newest version of the badge that some version with this id is of.

    Raises BadgeSuspended while the credential is suspended and BadgeWithdrawn once it is revoked or retired: nothing
    is handed out then that could be taken for a good badge, whichever profile it is cut for.
    """
    badge = uow.badges.get(badge_id)
    status = uow.credentials.get(badge.credential_id).status
    if status is Standing.SUSPENDED:
        raise BadgeSuspended
    if status in _WITHDRAWN:
        raise BadgeWithdrawn
    return _newest(uow, badge.credential_id)


def secured(uow: UnitOfWork, badge: Badge, securing: Securing) -> bytes:
    """A version secured as it is asked for: the stored master, or what it states signed anew in another way."""
    if securing is MASTER:
        return badge.document
    if uow.publisher is None:
        raise NotFound
    return uow.publisher.signer.sign(badge.facts, securing)


def status_list(uow: UnitOfWork, list_id: UUID) -> StatusList:
    """A status list, as it was last signed."""
    return uow.status_lists.get(list_id)


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


def replace_key(uow: UnitOfWork, key_id: str, limit: int) -> int:
    """Sign anew what was signed by a key that is trusted no more, at most `limit` badges; how many were.

    Each gets a further version, which a refresh answers with; what was handed out fails to verify once the key is
    published no more. Lists under that key are signed anew with the first batch. Repeated until it says less than
    `limit`, it leaves no newest version under that key.
    """
    waiting = uow.badges.newest_under(key_id, limit)
    for found in waiting:
        uow.credentials.lock(found.credential_id)
        badge = _newest(uow, found.credential_id)
        if badge.key_id == key_id:
            sign_anew(uow, badge)
    for kept in sorted(uow.status_lists.find(), key=lambda one: (one.shard, one.purpose)):
        if key_id in {signed_with(kept.document), signed_with(kept.token)}:
            sign_list_anew(uow, uow.status_lists.lock(kept.id))
    return len(waiting)


def _achievement(uow: UnitOfWork, program: str, edition: str) -> AchievementFacts:
    policy = uow.policies.named(edition)
    if policy.program != program or uow.publisher is None:
        raise NotFound
    return achievement(uow.publisher.base_url, policy)


def _newest(uow: UnitOfWork, credential_id: UUID) -> Badge:
    newest = uow.badges.newest(credential_id)
    if newest is None:
        raise NotFound
    return newest
