"""What the host's side of the Open Badges 3.0 API asks: the badges of the one whose token it is."""

from datetime import datetime

from domain.actors import Actor
from domain.badges import actions
from domain.badges.facts import Securing
from domain.badges.model import Badge
from domain.credentials.model import Credential
from domain.errors import NotFound
from domain.ports import UnitOfWork


def held(uow: UnitOfWork, actor: Actor, since: datetime | None) -> list[Badge]:
    """The newest badge of each of the actor's credentials, in order of issue; `since` leaves out earlier ones."""
    newest = [uow.badges.newest(credential.id) for credential in _credentials(uow, actor)]
    found = [badge for badge in newest if badge is not None and (since is None or badge.issued_at > since)]
    return sorted(found, key=lambda badge: badge.issued_at)


def token(uow: UnitOfWork, badge: Badge, securing: Securing) -> bytes:
    """A badge as a compact token."""
    return actions.secured(uow, badge, securing)


def name_of(uow: UnitOfWork, actor: Actor) -> str | None:
    """The name on the actor's newest certificate; None for who holds none."""
    found = _credentials(uow, actor)
    return (found[-1].name or None) if found else None


def address(uow: UnitOfWork) -> str:
    """Where this host is found; raises NotFound where nothing is published."""
    if uow.publisher is None:
        raise NotFound
    return uow.publisher.base_url


def _credentials(uow: UnitOfWork, actor: Actor) -> list[Credential]:
    return [] if actor.candidate_id is None else uow.credentials.find(candidate_id=actor.candidate_id)
