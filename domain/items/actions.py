"""Verbs of items: write, revise, review, try out, make operational by two people, retire; and read, on the record.

Locks: every verb holds the item's row, so that one transition wins. Writing into a set, and changing a set's case, hold
the set's row.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.actors import Actor
from domain.errors import Contradiction, Fault, NotFound
from domain.items import rules
from domain.items.errors import AlreadyProposed, NeverReviewed, NotProposed, StandsOnForm
from domain.items.events import (
    ItemCreated,
    ItemMoved,
    ItemProposalDropped,
    ItemProposed,
    ItemRevised,
)
from domain.items.model import Item, ItemContent, ItemStatus, ItemVersion
from domain.ports import UnitOfWork
from domain.programs.days import in_force_now
from domain.programs.policy import Policy
from domain.scores.model import VersionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """An item as somebody writes it; `edition` is the one in force where none is named."""

    program: str
    code: str
    domain: str
    content: ItemContent
    objective: str | None = None
    set_id: UUID | None = None
    edition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What an item is to say from now on, and where in the outline it belongs."""

    domain: str
    objective: str | None
    content: ItemContent


def create(uow: UnitOfWork, actor: Actor, wanted: NewItem, *, imported: bool = False) -> Item:
    """Write an item, as a draft; raises Contradiction with every fault, AlreadyExists for a code that is taken."""
    actor.must("item.create")
    policy = edition_of(uow, wanted.program, wanted.edition)
    rules.must_fit_outline(wanted.domain, wanted.objective, policy)
    content = rules.sound(wanted.content, "/content")
    place = _place_in(uow, wanted.set_id, policy)
    item = uow.items.add(
        Item(
            id=uow.new_id(),
            program=policy.program,
            exam_code=policy.exam.code,
            edition=policy.edition,
            code=wanted.code,
            search_code=wanted.code.casefold(),
            domain=wanted.domain,
            objective=wanted.objective,
            set_id=wanted.set_id,
            set_place=place,
            options=len(content.options),
            authored_by=(actor.subject,),
            created_at=uow.now,
        )
    )
    _add_version(uow, actor, item, content)
    uow.record(
        ItemCreated(item_id=item.id, code=item.code, exam_code=item.exam_code, domain=item.domain, imported=imported)
    )
    return item


def revise(uow: UnitOfWork, actor: Actor, item_id: UUID, wanted: Revision) -> Item:
    """Give an item a new version. It is a draft again: nobody has judged what it says now.

    Forms keep the version that they were made of.
    """
    item = uow.items.lock(item_id)
    actor.must("item.revise", item)
    rules.must_fit_outline(wanted.domain, wanted.objective, uow.policies.named(item.edition))
    content = rules.sound(wanted.content, "/content")
    revised = uow.items.save(
        replace(
            _unjudged(item),
            domain=wanted.domain,
            objective=wanted.objective,
            number=item.number + 1,
            options=len(content.options),
            authored_by=tuple(dict.fromkeys((*item.authored_by, actor.subject))),
        )
    )
    _add_version(uow, actor, revised, content)
    uow.record(ItemRevised(item_id=item.id, number=revised.number, was=item.status.value))
    return revised


def review(uow: UnitOfWork, actor: Actor, item_id: UUID) -> Item:
    """Judge a draft as good, having written no version of it."""
    item = uow.items.lock(item_id)
    actor.must("item.review", item)
    reviewed = replace(item, status=ItemStatus.REVIEWED, reviewed_by=actor.subject, reviewed_at=uow.now)
    return _moved(uow, item, reviewed)


def send_back(uow: UnitOfWork, actor: Actor, item_id: UUID) -> Item:
    """Make an item that is not operational yet a draft again."""
    item = uow.items.lock(item_id)
    actor.must("item.send_back", item)
    return _moved(uow, item, _unjudged(item))


def pretest(uow: UnitOfWork, actor: Actor, item_id: UUID) -> Item:
    """Let a reviewed item stand on forms without scoring, for its statistics."""
    item = uow.items.lock(item_id)
    actor.must("item.pretest", item)
    return _moved(uow, item, replace(item, status=ItemStatus.PRETEST))


def propose(uow: UnitOfWork, actor: Actor, item_id: UUID) -> Item:
    """Propose to make an item operational; raises AlreadyProposed."""
    item = uow.items.lock(item_id)
    actor.must("item.propose", item)
    if item.proposed_by is not None:
        raise AlreadyProposed
    uow.record(ItemProposed(item_id=item.id, number=item.number))
    return uow.items.save(replace(item, proposed_by=actor.subject, proposed_at=uow.now))


def drop_proposal(uow: UnitOfWork, actor: Actor, item_id: UUID) -> Item:
    """Turn a proposal down, or take it back; raises NotProposed."""
    item = uow.items.lock(item_id)
    actor.must("item.drop_proposal", item)
    if item.proposed_by is None:
        raise NotProposed
    uow.record(ItemProposalDropped(item_id=item.id, number=item.number))
    return uow.items.save(replace(item, proposed_by=None, proposed_at=None))


def approve(uow: UnitOfWork, actor: Actor, item_id: UUID) -> Item:
    """Make an item operational that somebody else proposed, having written no version of it; raises NotProposed."""
    item = uow.items.lock(item_id)
    actor.must("item.approve", item)
    if item.proposed_by is None:
        raise NotProposed
    approved = replace(item, status=ItemStatus.OPERATIONAL, approved_by=actor.subject, approved_at=uow.now)
    return _moved(uow, item, approved)


def retire(uow: UnitOfWork, actor: Actor, item_id: UUID, reason: str, *, for_practice: bool = False) -> Item:
    """Put an item on no new form any more; `for_practice` gives it out for practice exams.

    Raises NeverReviewed or StandsOnForm where it may not be given out. Holds the forms' rows as it looks.
    """
    item = uow.items.lock(item_id)
    actor.must("item.retire", item)
    if for_practice:
        if item.status is ItemStatus.DRAFT:
            raise NeverReviewed
        if item.search_code in codes_on_forms(uow, item.program):
            raise StandsOnForm
    retired = replace(
        item,
        status=ItemStatus.RETIRED,
        retired_by=actor.subject,
        retired_at=uow.now,
        retired_reason=reason,
        for_practice=for_practice,
    )
    return _moved(uow, item, retired)


def current_version(uow: UnitOfWork, item: Item) -> ItemVersion:
    """The version that the item's status is about."""
    found = uow.item_versions.first(item_id=item.id, number=item.number)
    if found is None:
        raise NotFound
    return found


def codes_on_forms(uow: UnitOfWork, program: str) -> frozenset[str]:
    """The codes, casefolded, of the items on forms of a program that are not retired."""
    forms = uow.forms.find(program=program, status=[VersionStatus.DRAFT, VersionStatus.APPROVED])
    return frozenset(place.code.casefold() for form in forms for place in form.items)


def edition_of(uow: UnitOfWork, program: str, edition: str | None) -> Policy:
    """The edition of a program that was named, or the one in force; raises Contradiction."""
    try:
        policy = uow.policies.named(edition) if edition else in_force_now(uow, program)
    except NotFound:
        raise Contradiction(Fault("/program", "unknown_program", "No such edition of such a program.")) from None
    if policy.program != program:
        raise Contradiction(Fault("/edition", "wrong_program", "The edition is one of another program."))
    return policy


def _place_in(uow: UnitOfWork, set_id: UUID | None, policy: Policy) -> int | None:
    """The next free place in a set of the same exam, whose row is held; raises Contradiction."""
    if set_id is None:
        return None
    try:
        found = uow.item_sets.lock(set_id)
    except NotFound:
        raise Contradiction(Fault("/set_id", "unknown_set", "There is no such set.")) from None
    if found.exam_code != policy.exam.code:
        raise Contradiction(Fault("/set_id", "wrong_exam", "The set belongs to another exam."))
    return max((item.set_place or 0 for item in uow.items.find(set_id=set_id)), default=0) + 1


def _add_version(uow: UnitOfWork, actor: Actor, item: Item, content: ItemContent) -> None:
    uow.item_versions.add(
        ItemVersion(
            id=uow.new_id(),
            item_id=item.id,
            number=item.number,
            domain=item.domain,
            objective=item.objective,
            content=content,
            sha256=rules.digest(content),
            created_by=actor.subject,
            created_at=uow.now,
        )
    )


def _moved(uow: UnitOfWork, item: Item, to: Item) -> Item:
    uow.record(ItemMoved(item_id=item.id, number=item.number, was=item.status.value, now=to.status.value))
    return uow.items.save(to)


def _unjudged(item: Item) -> Item:
    """The item as a draft that nobody has judged."""
    return replace(
        item,
        status=ItemStatus.DRAFT,
        reviewed_by=None,
        reviewed_at=None,
        proposed_by=None,
        proposed_at=None,
        approved_by=None,
        approved_at=None,
    )
