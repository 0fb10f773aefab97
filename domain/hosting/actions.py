"""Verbs of hosting: take in a badge, list a holder's, state a profile.

Badges of other issuers belong to their holder alone: nobody else reads them, and the registry knows nothing of them.
Locks: whoever changes what is kept for a holder holds the candidate's row, so that the bounds hold, and a badge is kept
once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

from domain.actors import Actor
from domain.badges import actions as badges, verification
from domain.badges.facts import Securing
from domain.badges.model import Badge
from domain.credentials.model import Credential
from domain.errors import Fault, Forbidden, NotFound
from domain.hosting import rules
from domain.hosting.errors import ShelfFull, UnfitBadge
from domain.hosting.events import HolderProfileStated, HostedBadgeKept, HostedBadgeReplaced
from domain.hosting.model import MOST, MOST_BYTES, Given, Heading, HolderProfile, HostedBadge, Outcome
from domain.ports import BadgeReader, UnitOfWork


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of a holder's badges, and how many there are in all."""

    total: int
    part: tuple[Badge | HostedBadge, ...] = ()


def shelf(uow: UnitOfWork, actor: Actor, since: datetime | None, offset: int, limit: int) -> Shelf:
    """A page of the actor's badges, the first issued first: the newest of each credential here, and those taken in.

    `since` leaves out what was issued until then: a badge of ours by its signing, another's by its `validFrom`. One of
    ours whose credential is suspended, revoked or given up is not listed, nor counted.
    """
    if actor.candidate_id is None:
        return Shelf(0)
    handed_out = filter(badges.may_be_handed_out, _credentials(uow, actor))
    own = [uow.badges.newest(credential.id) for credential in handed_out]
    found: list[Badge | Heading] = [badge for badge in own if badge is not None]
    found += uow.hosted_badges.headings(actor.candidate_id)
    wanted = sorted(
        (one for one in found if since is None or one.issued_at > since), key=lambda one: (one.issued_at, one.id)
    )
    part = wanted[offset : offset + limit]
    taken_in = [one.id for one in part if isinstance(one, Heading)]
    documents = {one.id: one for one in uow.hosted_badges.find(id=taken_in)} if taken_in else {}
    return Shelf(len(wanted), tuple(documents[one.id] if isinstance(one, Heading) else one for one in part))


def token(uow: UnitOfWork, badge: Badge, securing: Securing) -> bytes:
    """A badge of ours as a compact token."""
    return badges.secured(uow, badge, securing)


def keep(uow: UnitOfWork, actor: Actor, reader: BadgeReader, given: Given) -> Outcome:
    """Take in a badge whose signature holds, or a newer form of one that is kept.

    The same badge again, an older form of it, and a badge that this service issued to this very holder change nothing.

    Raises:
        UnfitBadge: its validity has not begun or is over; or it names this body as its issuer, and is no badge that
            was issued to this holder.
        ShelfFull: no more is kept for this holder.

    """
    holder = uow.candidates.lock(_candidate(actor))
    actor.must("badge_host.keep", holder)
    if given.own:
        return _known(uow, actor, reader, given)
    rules.must_be_in_force(given, uow.now)
    digest = rules.digest_of(given)
    headings = uow.hosted_badges.headings(holder.id)
    kept = next((one for one in headings if one.digest == digest), None)
    if kept is not None and _is_no_news(uow, kept, given):
        return Outcome.UNCHANGED
    others = [one.size for one in headings if one is not kept]
    if len(others) >= MOST or sum(others) + len(given.content) > MOST_BYTES:
        raise ShelfFull
    return _put(uow, holder.id, kept, given, digest)


def profile(uow: UnitOfWork, actor: Actor) -> dict[str, JsonValue]:
    """The actor's profile: what they stated of themselves, and the name on the newest certificate, which they cannot.

    Raises NotFound for who is no candidate.
    """
    if actor.candidate_id is None:
        raise NotFound
    candidate_id = actor.candidate_id
    stated = uow.holder_profiles.first(candidate_id=candidate_id)
    credentials = _credentials(uow, actor)
    name = credentials[-1].name if credentials else ""
    own: dict[str, JsonValue] = {"id": f"urn:uuid:{candidate_id}", "type": ["Profile"]}
    return {**({} if stated is None else stated.stated), **own, **({"name": name} if name else {})}


def state(uow: UnitOfWork, actor: Actor, stated: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Take down what the actor states of themselves, in place of what they stated before; the profile as it is then."""
    holder = uow.candidates.lock(_candidate(actor))
    actor.must("badge_host.state", holder)
    before = uow.holder_profiles.first(candidate_id=holder.id)
    if before is None or before.stated != dict(stated):
        uow.record(HolderProfileStated(candidate_id=holder.id))
        _put_profile(uow, holder.id, before, dict(stated))
    return profile(uow, actor)


def address(uow: UnitOfWork) -> str:
    """Where this host is found; raises NotFound where nothing is published."""
    if uow.publisher is None:
        raise NotFound
    return uow.publisher.base_url


def _known(uow: UnitOfWork, actor: Actor, reader: BadgeReader, given: Given) -> Outcome:
    """A badge that names this body: listed already, where it is this holder's; else it is refused, whosever it is."""
    number = verification.verify(uow, reader, given.content).number
    found = None if number is None else uow.credentials.first(number=number)
    if found is None or found.candidate_id != actor.candidate_id:
        said = "It names this certifying body as its issuer, and is no badge that was issued to this holder."
        raise UnfitBadge(Fault("/issuer", "not_issued", said))
    return Outcome.UNCHANGED


def _is_no_news(uow: UnitOfWork, kept: Heading, given: Given) -> bool:
    """Whether a badge that is kept is the one given, or a newer form of it (section 10)."""
    if kept.issued_at != given.valid_from:
        return kept.issued_at > given.valid_from
    return kept.size == len(given.content) and uow.hosted_badges.get(kept.id).document == given.content


def _put(uow: UnitOfWork, candidate_id: UUID, kept: Heading | None, given: Given, digest: str) -> Outcome:
    said = HostedBadge(
        id=uow.new_id() if kept is None else kept.id,
        candidate_id=candidate_id,
        digest=digest,
        issued_at=given.valid_from,
        document=given.content,
        compact=given.compact,
        size=len(given.content),
        kept_at=uow.now,
    )
    if kept is None:
        uow.record(HostedBadgeKept(hosted_badge_id=said.id, candidate_id=candidate_id))
        uow.hosted_badges.add(said)
        return Outcome.KEPT
    uow.record(HostedBadgeReplaced(hosted_badge_id=said.id, candidate_id=candidate_id))
    uow.hosted_badges.save(replace(said, version=uow.hosted_badges.get(kept.id).version))
    return Outcome.REPLACED


def _put_profile(
    uow: UnitOfWork, candidate_id: UUID, before: HolderProfile | None, stated: dict[str, JsonValue]
) -> None:
    if before is not None:
        uow.holder_profiles.save(replace(before, stated=stated, stated_at=uow.now))
        return
    said = HolderProfile(id=uow.new_id(), candidate_id=candidate_id, stated=stated, stated_at=uow.now)
    uow.holder_profiles.add(said)


def _candidate(actor: Actor) -> UUID:
    if actor.candidate_id is None:
        raise Forbidden
    return actor.candidate_id


def _credentials(uow: UnitOfWork, actor: Actor) -> list[Credential]:
    return [] if actor.candidate_id is None else uow.credentials.find(candidate_id=actor.candidate_id)
