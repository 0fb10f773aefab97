"""Items, sets and banks for tests."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from adapters.db.unit_of_work import SqlUnitsOfWork
from domain.actors import Actor, Role
from domain.items import actions, actions_sets, rules
from domain.items.actions import NewItem
from domain.items.actions_sets import NewSet
from domain.items.exchange import (
    BankDocument,
    ItemRecord,
    SetRecord,
    TestPlace,
    TestRecord,
    TestSection,
)
from domain.items.model import Item, ItemContent, ItemSet, Option
from domain.ports import UnitOfWork
from tests.builders import cpom

WRITER = Actor(subject="wanda", roles=frozenset({Role.PSYCHOMETRICIAN}))
JUDGE = Actor(subject="jonas", roles=frozenset({Role.PSYCHOMETRICIAN}))
THIRD = Actor(subject="thea", roles=frozenset({Role.ADMINISTRATOR}))
DOMAINS = tuple(domain.code for domain in cpom().exam.domains)
FINANCE = DOMAINS[0]


def some_content(title: str = "Turnover", **changes: object) -> ItemContent:
    """A sound content with four options, the second of them right."""
    content = ItemContent(
        title=title,
        stem=f"<p>Which figure tells <em>{title}</em>?</p>",
        options=(
            Option(text="Payroll over revenue", rationale="That is the labour ratio."),
            Option(text="Cost of goods sold over average inventory", rationale="That is its definition."),
            Option(text="Cash over debt"),
            Option(text="Assets less liabilities"),
        ),
        key=(2,),
        notes="Any textbook of <b>accounting</b>.",
    )
    return rules.sound(replace(content, **changes))  # type: ignore[arg-type]


def several(**changes: object) -> ItemContent:
    """A content that is answered by two options together."""
    return some_content("Two of them", key=(1, 3), choose=2, **changes)


def a_document() -> BankDocument:
    """A small bank: a set of two, a single item with two right options, an Arabic one, and a test."""
    arabic = some_content(
        "باللغة العربية", stem='<p dir="rtl" lang="ar">ما هو <strong>معدل</strong> الدوران؟</p>', language="ar"
    )
    return BankDocument(
        items=(
            ItemRecord(code="FIN-1", content=some_content(), domain=FINANCE, objective="inventory", set_code="CASE-1"),
            ItemRecord(code="FIN-2", content=some_content("Margin"), domain=FINANCE, set_code="CASE-1"),
            ItemRecord(
                code="7-several", content=some_content("Both", key=(1, 4)), domain=DOMAINS[1], enemies=("FIN-1",)
            ),
            ItemRecord(code="AR-1", content=arabic, domain=DOMAINS[2], status="retired"),
        ),
        sets=(SetRecord(code="CASE-1", title="A pharmacy", stimulus="<p>A pharmacy of 12 staff.</p>"),),
        tests=(
            TestRecord(
                code="FORM-9",
                title="Form nine",
                minutes=180,
                sections=(
                    TestSection(
                        title="Financial Management", places=(TestPlace(code="FIN-1"), TestPlace(code="FIN-2"))
                    ),
                    TestSection(title="Others", places=(TestPlace(code="7-several", scored=False),)),
                ),
            ),
        ),
    )


def written(
    uow: UnitOfWork,
    code: str,
    domain: str = FINANCE,
    *,
    set_id: UUID | None = None,
    content: ItemContent | None = None,
    by: Actor = WRITER,
) -> Item:
    """A draft."""
    new = NewItem(program="CPOM", code=code, domain=domain, content=content or some_content(code), set_id=set_id)
    return actions.create(uow, by, new)


def a_set(uow: UnitOfWork, code: str = "CASE-1") -> ItemSet:
    """A set without items."""
    return actions_sets.create_set(
        uow, WRITER, NewSet(program="CPOM", code=code, title=f"The case {code}", stimulus="<p>A pharmacy.</p>")
    )


def reviewed(uow: UnitOfWork, item: Item) -> Item:
    """A draft, judged by another person."""
    return actions.review(uow, JUDGE, item.id)


def operational(uow: UnitOfWork, item: Item) -> Item:
    """A draft, made operational by two others."""
    actions.propose(uow, JUDGE, reviewed(uow, item).id)
    return actions.approve(uow, THIRD, item.id)


def retired(uow: UnitOfWork, item: Item) -> Item:
    """An operational item, retired for practice."""
    return actions.retire(uow, JUDGE, item.id, "Well known by now.", for_practice=True)


def practice_bank(units: SqlUnitsOfWork, each: int = 20, domains: Sequence[str] = DOMAINS) -> list[UUID]:
    """So many items of each domain, retired for practice; their ids."""
    ids = []
    with units.begin(WRITER) as uow:
        for domain in domains:
            for number in range(each):
                item = written(uow, f"{domain[:3].upper()}-{number}", domain)
                ids.append(retired(uow, reviewed(uow, item)).id)
    return ids
