"""Verbs of item sets and enemies.

Locks: changing a set's case holds the set's row, and so does writing an item into it. A pair of enemies is unique in
the store.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from domain.actors import Actor
from domain.errors import Contradiction, Fault, NotFound
from domain.items import rules
from domain.items.actions import edition_of
from domain.items.errors import SetInUse
from domain.items.events import EnemyDeclared, EnemyWithdrawn, ItemSetCreated, ItemSetRevised
from domain.items.model import Enemy, ItemSet, ItemSetVersion, ItemStatus
from domain.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSet:
    """A set as somebody writes it: its code, a title for staff, and the case that its items share."""

    program: str
    code: str
    title: str
    stimulus: str
    language: str = "en"
    edition: str | None = None


def create_set(uow: UnitOfWork, actor: Actor, wanted: NewSet, *, imported: bool = False) -> ItemSet:
    """Write a set with its case; raises Contradiction, AlreadyExists for a code that is taken."""
    actor.must("item_set.create")
    policy = edition_of(uow, wanted.program, wanted.edition)
    stimulus = rules.sound_case(wanted.title, wanted.stimulus, wanted.language)
    made = uow.item_sets.add(
        ItemSet(
            id=uow.new_id(),
            program=policy.program,
            exam_code=policy.exam.code,
            edition=policy.edition,
            code=wanted.code,
            search_code=wanted.code.casefold(),
            title=wanted.title,
            created_by=actor.subject,
            created_at=uow.now,
        )
    )
    _add_version(uow, actor, made, stimulus, wanted.language)
    uow.record(ItemSetCreated(set_id=made.id, code=made.code, exam_code=made.exam_code, imported=imported))
    return made


def revise_set(uow: UnitOfWork, actor: Actor, set_id: UUID, title: str, stimulus: str, language: str) -> ItemSet:
    """Give a set another case; raises SetInUse once an item of it was reviewed."""
    found = uow.item_sets.lock(set_id)
    actor.must("item_set.revise", found)
    if any(item.status is not ItemStatus.DRAFT for item in uow.items.find(set_id=set_id)):
        raise SetInUse
    text = rules.sound_case(title, stimulus, language)
    revised = uow.item_sets.save(replace(found, number=found.number + 1, title=title))
    _add_version(uow, actor, revised, text, language)
    uow.record(ItemSetRevised(set_id=found.id, number=revised.number))
    return revised


def current_case(uow: UnitOfWork, found: ItemSet) -> ItemSetVersion:
    """The case that the set's items share now."""
    version = uow.item_set_versions.first(set_id=found.id, number=found.number)
    if version is None:
        raise NotFound
    return version


def declare_enemy(uow: UnitOfWork, actor: Actor, item_id: UUID, enemy_id: UUID, reason: str) -> Enemy:
    """Say that two items may not stand on one form; raises Contradiction, AlreadyExists."""
    item = uow.items.get(item_id)
    actor.must("item.declare_enemy", item)
    other = uow.items.first(id=enemy_id)
    if other is None or other.id == item.id or other.exam_code != item.exam_code:
        raise Contradiction(Fault("/enemy_id", "unknown_item", "No other item of this exam has this id."))
    first, second = rules.pair(item.id, other.id)
    declared = uow.item_enemies.add(
        Enemy(
            id=uow.new_id(),
            item_id=first,
            enemy_id=second,
            reason=reason,
            declared_by=actor.subject,
            declared_at=uow.now,
        )
    )
    uow.record(EnemyDeclared(item_id=first, enemy_id=second))
    return declared


def withdraw_enemy(uow: UnitOfWork, actor: Actor, pair_id: UUID) -> None:
    """Let two items stand together again."""
    pair = uow.item_enemies.lock(pair_id)
    actor.must("item.declare_enemy", uow.items.get(pair.item_id))
    uow.item_enemies.remove(pair)
    uow.record(EnemyWithdrawn(item_id=pair.item_id, enemy_id=pair.enemy_id))


def enemies_of(uow: UnitOfWork, item_id: UUID) -> list[Enemy]:
    """The pairs that an item belongs to, whichever side it stands on; by id."""
    pairs = [*uow.item_enemies.find(item_id=item_id), *uow.item_enemies.find(enemy_id=item_id)]
    return sorted(pairs, key=lambda pair: pair.id)


def enemies_among(uow: UnitOfWork, item_ids: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    """The pairs of enemies within some items: what a form, or a practice exam, must keep apart."""
    wanted = list(item_ids)
    known = set(wanted)
    pairs = uow.item_enemies.find(item_id=wanted) if wanted else []
    return [(pair.item_id, pair.enemy_id) for pair in pairs if pair.enemy_id in known]


def _add_version(uow: UnitOfWork, actor: Actor, of: ItemSet, stimulus: str, language: str) -> None:
    uow.item_set_versions.add(
        ItemSetVersion(
            id=uow.new_id(),
            set_id=of.id,
            number=of.number,
            stimulus=stimulus,
            language=language,
            created_by=actor.subject,
            created_at=uow.now,
        )
    )
