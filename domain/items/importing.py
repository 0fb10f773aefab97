"""A package of items comes in: all of it, or none.

What it says of an item's standing is not taken over: every item begins as a draft, to be reviewed here. An item that is
here already and says the same is passed over; one that says otherwise stands against the whole package.

Locks: none beyond those of writing items; codes are unique in the store.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.actors import Actor
from domain.errors import Contradiction, Fault
from domain.items import actions, actions_sets, rules
from domain.items.actions import NewItem, current_version
from domain.items.actions_sets import NewSet
from domain.items.events import PackageImported
from domain.items.exchange import BankDocument, ItemRecord, Place, TestRecord
from domain.items.model import Item, ItemSet
from domain.ports import UnitOfWork
from domain.programs.policy import Policy
from domain.scores import actions as scores
from domain.scores.model import FormItem

POINTER = "/file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A package as somebody hands it in; `domain` and `objective` count where it names none for an item."""

    program: str
    document: BankDocument
    sha256: str
    domain: str | None = None
    objective: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of a package: items and sets written, those that were here already, and the forms laid out."""

    id: UUID
    created: tuple[UUID, ...]
    unchanged: tuple[UUID, ...]
    sets: tuple[UUID, ...]
    forms: tuple[UUID, ...]


def take_in(uow: UnitOfWork, actor: Actor, wanted: Wanted) -> TakenIn:
    """Store what a package holds; raises Contradiction with the place of every fault, and then stores nothing.

    A test becomes a draft form with a draft of its key, which a second person approves as any other.
    """
    actor.must("item.import")
    policy = actions.edition_of(uow, wanted.program, None)
    document = wanted.document
    known = _known_items(uow, policy, document)
    known_sets = _known_sets(uow, policy, document)
    faults = tuple(_faults(uow, wanted, policy, known, known_sets))
    if faults:
        raise Contradiction(*faults)
    sets = _sets(uow, actor, policy, document, known_sets)
    new = [record for record in document.items if record.code.casefold() not in known]
    created = [_item(uow, actor, policy, wanted, record, sets) for record in new]
    by_code = {**known, **{item.search_code: item for item in created}}
    _enemies(uow, actor, document, by_code)
    forms = [_form(uow, actor, policy, test, by_code, document) for test in document.tests]
    taken = TakenIn(
        id=uow.new_id(),
        created=tuple(item.id for item in created),
        unchanged=tuple(item.id for item in known.values()),
        sets=tuple(one.id for code, one in sets.items() if code not in known_sets),
        forms=tuple(forms),
    )
    uow.record(
        PackageImported(
            import_id=taken.id,
            program=policy.program,
            sha256=wanted.sha256,
            created=len(taken.created),
            unchanged=len(taken.unchanged),
            sets=len(taken.sets),
            forms=len(taken.forms),
        )
    )
    return taken


def _known_items(uow: UnitOfWork, policy: Policy, document: BankDocument) -> dict[str, Item]:
    codes = [record.code.casefold() for record in document.items]
    found = uow.items.find(exam_code=policy.exam.code, search_code=codes) if codes else []
    return {item.search_code: item for item in found}


def _known_sets(uow: UnitOfWork, policy: Policy, document: BankDocument) -> dict[str, ItemSet]:
    codes = [record.code.casefold() for record in document.sets]
    found = uow.item_sets.find(exam_code=policy.exam.code, search_code=codes) if codes else []
    return {one.search_code: one for one in found}


def _faults(
    uow: UnitOfWork, wanted: Wanted, policy: Policy, known: Mapping[str, Item], known_sets: Mapping[str, ItemSet]
) -> Iterator[Fault]:
    """Everything about the package that does not fit this bank."""
    for one in wanted.document.sets:
        found = known_sets.get(one.code.casefold())
        if found is not None and actions_sets.current_case(uow, found).stimulus != one.stimulus:
            yield _fault(one.where, "set_differs", "A set of this code is here with another case.")
    for record in wanted.document.items:
        yield from _classification_faults(record, wanted, policy)
        item = known.get(record.code.casefold())
        if item is not None and current_version(uow, item).sha256 != rules.digest(record.content):
            yield _fault(record.where, "item_differs", "An item of this code is here and says otherwise.")
    for test in wanted.document.tests:
        yield from _test_faults(uow, test, policy, wanted.document, known)


def _classification_faults(record: ItemRecord, wanted: Wanted, policy: Policy) -> Iterator[Fault]:
    domain, objective = _classified(record, wanted)
    if domain is None:
        yield _fault(record.where, "no_domain", "Neither the package nor the request says which exam domain this is.")
        return
    try:
        rules.must_fit_outline(domain, objective, policy)
    except Contradiction as refusal:
        yield from (_fault(record.where, fault.code, fault.detail) for fault in refusal.faults)


def _test_faults(
    uow: UnitOfWork, test: TestRecord, policy: Policy, document: BankDocument, known: Mapping[str, Item]
) -> Iterator[Fault]:
    if uow.forms.first(exam_code=policy.exam.code, code=test.code) is not None:
        yield _fault(test.where, "form_exists", "A form of this code is here already.")
    if not any(place.scored for place in test.places):
        yield _fault(test.where, "nothing_scored", "No item of the test scores.")
    contents = {record.code.casefold(): record.content for record in document.items}
    for place in test.places:
        content = contents.get(place.code.casefold())
        if content is None and place.code.casefold() not in known:
            yield _fault(test.where, "unknown_item", "The test names an item that the package does not hold.")
        elif content is not None and content.multiple:
            yield _fault(test.where, "several_answers", "A form holds items with one answer; this one has several.")


def _fault(where: Place, code: str, detail: str) -> Fault:
    return Fault(POINTER, code, f"{where}: {detail}")


def _classified(record: ItemRecord, wanted: Wanted) -> tuple[str | None, str | None]:
    """The domain and objective of an item: the package's, else the request's."""
    if record.domain is None:
        return wanted.domain, wanted.objective
    return record.domain, record.objective


def _sets(
    uow: UnitOfWork, actor: Actor, policy: Policy, document: BankDocument, known: Mapping[str, ItemSet]
) -> dict[str, ItemSet]:
    """The package's sets by code casefolded, those that were missing written."""
    sets = dict(known)
    for record in document.sets:
        if record.code.casefold() not in sets:
            new = NewSet(
                program=policy.program,
                code=record.code,
                title=record.title,
                stimulus=record.stimulus,
                language=record.language,
                edition=policy.edition,
            )
            sets[record.code.casefold()] = actions_sets.create_set(uow, actor, new, imported=True)
    return sets


def _item(
    uow: UnitOfWork, actor: Actor, policy: Policy, wanted: Wanted, record: ItemRecord, sets: Mapping[str, ItemSet]
) -> Item:
    domain, objective = _classified(record, wanted)
    new = NewItem(
        program=policy.program,
        code=record.code,
        domain=domain or "",
        objective=objective,
        content=record.content,
        set_id=None if record.set_code is None else sets[record.set_code.casefold()].id,
        edition=policy.edition,
    )
    return actions.create(uow, actor, new, imported=True)


def _enemies(uow: UnitOfWork, actor: Actor, document: BankDocument, by_code: Mapping[str, Item]) -> None:
    """The pairs that the package names, where both are here and nobody has declared them yet."""
    pairs = {
        rules.pair(by_code[record.code.casefold()].id, by_code[enemy.casefold()].id)
        for record in document.items
        for enemy in record.enemies
        if enemy.casefold() in by_code and enemy.casefold() != record.code.casefold()
    }
    standing = set(actions_sets.enemies_among(uow, [item.id for item in by_code.values()]))
    for first, second in sorted(pairs - standing):
        actions_sets.declare_enemy(uow, actor, first, second, "The package says so.")


def _form(
    uow: UnitOfWork,
    actor: Actor,
    policy: Policy,
    test: TestRecord,
    by_code: Mapping[str, Item],
    document: BankDocument,
) -> UUID:
    """A draft form of a test, with a draft of its key."""
    contents = {record.code.casefold(): record.content for record in document.items}
    places, key = [], []
    for place in test.places:
        item = by_code[place.code.casefold()]
        content = contents.get(item.search_code) or current_version(uow, item).content
        places.append(
            FormItem(
                code=item.code,
                domain=item.domain,
                objective=item.objective,
                options=item.options,
                scored=place.scored,
            )
        )
        key.append(content.key)
    form = scores.create_form(uow, actor, policy.program, test.code, places, policy.edition)
    scores.draft_key(uow, actor, form.id, key)
    return form.id
