"""How a badge follows its credential: one function writes its versions, its place and its bits, for one or for many.

It runs in the transaction that changes the credential, so that there is never one without the other.

Locks, in this order: the credential's row (the caller holds it), a free place, then the rows of status lists by shard
and purpose. Nothing is locked after a list, and no list is held by who only issues: giving a place leaves the lists as
they are. Nobody waits for a place: what another transaction is about to take is passed by, and drawn again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from domain.badges import rules
from domain.badges.document import signed_with
from domain.badges.events import BadgeIssued, StatusListChanged
from domain.badges.facts import MASTER, AchievementFacts, Securing, StatusPurpose
from domain.badges.model import Badge, Publisher, StatusList, StatusPlace
from domain.badges.rules import DRAW_BYTES, buckets, chosen, draws, list_id, said_of
from domain.badges.stating import Subject, achievement, badge_facts, list_facts, same
from domain.credentials.model import Credential
from domain.ports import UnitOfWork

SALT_BYTES: Final = 16
ROUNDS: Final = 4
"""Rounds of blind draws; in a shard that is nearly full, what is left is drawn from the places seen to be free."""

Changes = Mapping[tuple[int, StatusPurpose], Sequence[tuple[int, bool]]]


def publish(uow: UnitOfWork, subjects: Sequence[Subject]) -> list[Badge]:
    """Let the badges and the lists say how these credentials stand; the versions that were signed for it.

    A version is signed where the newest one states something else, or there is none. A suspension or a revocation
    changes nothing that a badge states: its bit is set. Nothing is done where this service publishes no badges.
    """
    publisher = uow.publisher
    if publisher is None or not subjects:
        return []
    placed = _placed(uow, publisher, [one.credential for one in subjects])
    known = {one for one, (_, fresh) in placed.items() if not fresh}
    stated = _achievements(publisher, subjects)
    signed = [
        _signed(uow, publisher, one, stated[one.policy.edition], placed[one.credential.id][0], known)
        for one in subjects
    ]
    issued = [badge for badge in signed if badge is not None]
    if issued:
        uow.badges.add_all(issued)
    for badge in issued:
        _tell(uow, badge)
    _set_bits(uow, publisher, subjects, {id_: place for id_, (place, _) in placed.items()})
    return issued


def forget(uow: UnitOfWork, credential_id: UUID) -> None:
    """Take a person out of a credential's badges, for an erasure: the versions and the salt go, the place stays taken.

    What stays is a bit that nobody can tie to anyone.
    """
    for badge in uow.badges.find(credential_id=credential_id):
        uow.badges.remove(badge)
    place = uow.status_places.first(credential_id=credential_id)
    if place is not None:
        uow.status_places.save(replace(place, salt=None))


def sign_anew(uow: UnitOfWork, badge: Badge) -> Badge:
    """The next version of a badge, which states the same under the key that signs now."""
    publisher = _needed(uow)
    id_ = new_badge_id(uow)
    url = f"{publisher.base_url}/v1/badges/{id_}"
    facts = replace(
        badge.facts,
        id=url,
        refresh_url=f"{url}/refresh",
        issuer=publisher.issuer,
        signed_at=uow.now.replace(microsecond=0),
    )
    document = publisher.signer.sign(facts, MASTER)
    anew = replace(
        badge,
        id=id_,
        version=1,
        number=badge.number + 1,
        facts=facts,
        document=document,
        key_id=signed_with(document),
        issued_at=uow.now,
    )
    _tell(uow, uow.badges.add(anew))
    return anew


def sign_list_anew(uow: UnitOfWork, kept: StatusList) -> StatusList:
    """A list, its row held, signed under the key that signs now; its bits stay."""
    uow.record(StatusListChanged(list_id=kept.id, shard=kept.shard, purpose=kept.purpose.value, changes=0))
    return uow.status_lists.save(signed_list(_needed(uow), kept, uow))


def signers_of(kept: StatusList) -> frozenset[str]:
    """The names of the keys that signed a list: one for its document, one for its token."""
    return frozenset({signed_with(kept.document), signed_with(kept.token)})


def trusted(publisher: Publisher, kept: StatusList) -> bool:
    """Whether both forms of a list, as they are stored, stand under keys that are published now.

    What names no key, because the store was damaged, stands under none.
    """
    try:
        names = signers_of(kept)
    except (ValueError, KeyError):
        return False
    return all(publisher.signer.publishes(name) for name in names)


def new_badge_id(uow: UnitOfWork) -> UUID:
    """An id that nobody guesses: 122 random bits, no time among them."""
    return UUID(bytes=uow.random(16), version=4)


def allocate(uow: UnitOfWork, publisher: Publisher, credentials: Sequence[Credential]) -> dict[UUID, StatusPlace]:
    """Give each of these credentials a random free place, by the credential's id; opens a shard when one is full.

    That a place is free is the store's to say: what is taken already is drawn again.
    """
    waiting = {one.id: one for one in credentials}
    placed: dict[UUID, StatusPlace] = {}
    while waiting:
        shard = uow.status_lists.last_shard()
        if shard is None:
            _open(uow, publisher, 0)
            continue
        _fill(uow, shard, publisher.shard_size, waiting, placed)
        if waiting:
            _open(uow, publisher, shard + 1)
    return placed


def signed_list(publisher: Publisher, kept: StatusList, uow: UnitOfWork) -> StatusList:
    """A list with both finished answers made of its bits."""
    facts = list_facts(publisher, kept, uow.now)
    return replace(
        kept,
        document=publisher.signer.sign_status_list(facts, MASTER),
        token=publisher.signer.sign_status_list(facts, Securing.VC_JWT),
        signed_at=uow.now,
    )


def _needed(uow: UnitOfWork) -> Publisher:
    if uow.publisher is None:
        message = "this service publishes no badges"
        raise RuntimeError(message)
    return uow.publisher


def _placed(
    uow: UnitOfWork, publisher: Publisher, credentials: Sequence[Credential]
) -> dict[UUID, tuple[StatusPlace, bool]]:
    """The place of each credential, and whether it was given just now."""
    found = uow.status_places.find(credential_id=[one.id for one in credentials])
    placed = {one.credential_id: (one, False) for one in found}
    missing = [one for one in credentials if one.id not in placed]
    return placed | {id_: (one, True) for id_, one in allocate(uow, publisher, missing).items()}


def _fill(
    uow: UnitOfWork, shard: int, size: int, waiting: dict[UUID, Credential], placed: dict[UUID, StatusPlace]
) -> None:
    """Give places of a shard to those who wait, until none waits or none is to be had; both dictionaries change."""
    for _ in range(ROUNDS):
        if not waiting:
            return
        _claim(uow, shard, size, draws(uow.random(DRAW_BYTES * len(waiting)), size), waiting, placed)
    tried: set[int] = set()
    while waiting and (free := [one for one in uow.status_places.free(shard, size) if one not in tried]):
        drawn = chosen(free, len(waiting), uow.random(DRAW_BYTES * len(waiting)))
        tried.update(drawn)
        _claim(uow, shard, size, drawn, waiting, placed)


def _claim(
    uow: UnitOfWork,
    shard: int,
    size: int,
    drawn: Sequence[int],
    waiting: dict[UUID, Credential],
    placed: dict[UUID, StatusPlace],
) -> None:
    wanted = {
        credential.id: StatusPlace(
            id=uow.new_id(),
            credential_id=credential.id,
            candidate_id=credential.candidate_id,
            shard=shard,
            place=place,
            salt=uow.random(SALT_BYTES),
        )
        for credential, place in zip(waiting.values(), drawn, strict=False)
    }
    for id_ in uow.status_places.claim(shard, list(wanted.values()), buckets(size)):
        placed[id_] = wanted[id_]
        del waiting[id_]


def _open(uow: UnitOfWork, publisher: Publisher, shard: int) -> None:
    """Open a shard, unless somebody else is quicker: two lists on which nothing was ever said."""
    bits = rules.empty(publisher.shard_size)
    blank = (
        StatusList(
            id=list_id(shard, purpose),
            shard=shard,
            purpose=purpose,
            bits=bits,
            document=b"",
            token=b"",
            signed_at=uow.now,
        )
        for purpose in StatusPurpose
    )
    uow.status_lists.open([signed_list(publisher, one, uow) for one in blank])


def _achievements(publisher: Publisher, subjects: Iterable[Subject]) -> dict[str, AchievementFacts]:
    """What each edition's badges stand for, by the edition: the same for all of a batch, and long."""
    policies = {one.policy.edition: one.policy for one in subjects}
    return {edition: achievement(publisher.base_url, policy) for edition, policy in policies.items()}


def _signed(
    uow: UnitOfWork,
    publisher: Publisher,
    subject: Subject,
    stated: AchievementFacts,
    place: StatusPlace,
    known: set[UUID],
) -> Badge | None:
    """The next version of a subject's badge, signed and not stored yet; None where the newest states it already."""
    credential, id_ = subject.credential, new_badge_id(uow)
    facts = badge_facts(publisher, subject, stated, place, id_, uow.now)
    former = uow.badges.newest(credential.id) if credential.id in known else None
    if former is not None and same(former.facts, facts):
        return None
    document = publisher.signer.sign(facts, MASTER)
    return Badge(
        id=id_,
        credential_id=credential.id,
        candidate_id=credential.candidate_id,
        number=1 if former is None else former.number + 1,
        facts=facts,
        document=document,
        key_id=signed_with(document),
        issued_at=uow.now,
    )


def _tell(uow: UnitOfWork, badge: Badge) -> None:
    uow.record(
        BadgeIssued(
            credential_id=badge.credential_id,
            candidate_id=badge.candidate_id,
            number=badge.number,
            key_id=badge.key_id,
        )
    )


def _set_bits(
    uow: UnitOfWork, publisher: Publisher, subjects: Iterable[Subject], placed: Mapping[UUID, StatusPlace]
) -> None:
    """Set and clear the bits that these credentials' standings ask for; each list is signed once for all of them."""
    changes: dict[tuple[int, StatusPurpose], list[tuple[int, bool]]] = {}
    for subject in subjects:
        place = placed[subject.credential.id]
        said = said_of(subject.credential.status)
        # What was withdrawn once is withdrawn for good, whatever the credential's row says.
        revoked, suspended = place.revoked or StatusPurpose.REVOCATION in said, StatusPurpose.SUSPENSION in said
        after = replace(place, revoked=revoked, suspended=suspended)
        if after == place:
            continue
        uow.status_places.save(after)
        for purpose in StatusPurpose:
            if after.says(purpose) != place.says(purpose):
                changes.setdefault((place.shard, purpose), []).append((place.place, after.says(purpose)))
    _rewrite(uow, publisher, changes)


def _rewrite(uow: UnitOfWork, publisher: Publisher, changes: Changes) -> None:
    for shard, purpose in sorted(changes):
        kept, changed = uow.status_lists.lock(list_id(shard, purpose)), changes[shard, purpose]
        bits = kept.bits
        for place, on in changed:
            bits = rules.with_bit(bits, place, on=on)
        uow.status_lists.save(signed_list(publisher, replace(kept, bits=bits), uow))
        uow.record(StatusListChanged(list_id=kept.id, shard=shard, purpose=purpose.value, changes=len(changed)))
