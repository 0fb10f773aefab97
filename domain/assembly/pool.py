"""The items that may be chosen, read from the bank: operational ones with parameters, and pretest ones."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import exp
from typing import TypeVar
from uuid import UUID

from domain.assembly.model import Assembly
from domain.entity import Entity
from domain.items.actions_sets import enemies_among
from domain.items.model import IrtParameters, Item, ItemStatus
from domain.items.statistics import times_shown
from domain.ports import Repository, UnitOfWork
from domain.psychometrics.assembly import PoolItem

CHUNK = 500
T = TypeVar("T", bound=Entity)


@dataclass(frozen=True, slots=True)
class Pool:
    """`items` that may be chosen, `sha256` of them, and how many others were left out for which reason."""

    items: tuple[PoolItem, ...]
    sha256: str
    left_out: dict[str, int]


def read(uow: UnitOfWork, assembly: Assembly) -> Pool:
    """The pool of an assembly, as the bank is now. Items of a set that cannot all be chosen are all left out."""
    wanted = assembly.wanted
    banked = [
        item
        for status in (ItemStatus.OPERATIONAL, ItemStatus.PRETEST)
        for item in uow.items.find(program=assembly.program, exam_code=assembly.exam_code, status=status)
    ]
    ids = [item.id for item in banked]
    parameters, exposed = _parameters(uow, ids, wanted.scale), times_shown(uow, ids)
    several = _choosing_several(uow, banked)
    earlier = _codes_of(uow, wanted.anchor_form_id)
    reasons: dict[UUID, str] = {}
    for item in banked:
        scores = item.status is ItemStatus.OPERATIONAL
        if item.id in several:
            reasons[item.id] = "more_than_one_choice"
        elif scores and item.id not in parameters:
            reasons[item.id] = "no_parameters"
        elif wanted.most_exposed is not None and exposed[item.id] > wanted.most_exposed:
            reasons[item.id] = "exposed"
    for torn in {item.set_id for item in banked if item.id in reasons and item.set_id is not None}:
        for item in banked:
            if item.set_id == torn:
                reasons.setdefault(item.id, "set_incomplete")
    chosen = [item for item in banked if item.id not in reasons]
    made = _pool_items(uow, chosen, parameters, wanted.theta, earlier)
    return Pool(made, _digest(made, chosen), dict(Counter(reasons.values())))


def _pool_items(
    uow: UnitOfWork,
    items: Iterable[Item],
    parameters: Mapping[UUID, IrtParameters],
    theta: float,
    earlier: frozenset[str],
) -> tuple[PoolItem, ...]:
    chosen = list(items)
    codes = {item.id: item.code for item in chosen}
    sets = {one.id: one.code for one in _of(uow.item_sets, "id", {item.set_id for item in chosen if item.set_id})}
    enemies: dict[UUID, set[str]] = defaultdict(set)
    for one, other in enemies_among(uow, codes):
        enemies[one].add(codes[other])
        enemies[other].add(codes[one])
    made = []
    for item in sorted(chosen, key=lambda item: item.code):
        information, chance = at_cut(parameters.get(item.id), theta)
        made.append(
            PoolItem(
                code=item.code,
                domain=item.domain,
                objective=item.objective,
                set_code=sets.get(item.set_id) if item.set_id else None,
                information=information,
                chance=chance,
                enemies=frozenset(enemies[item.id]),
                earlier=item.code.casefold() in earlier,
                pretest=item.status is ItemStatus.PRETEST,
            )
        )
    return tuple(made)


def at_cut(parameters: IrtParameters | None, theta: float) -> tuple[float, float]:
    """Information and P(right) of one item at an ability (Lord 1980, eq. 2-1 and 5-9); 0 and 0 without parameters."""
    if parameters is None:
        return 0.0, 0.0
    exponent = max(min(-parameters.a * (theta - parameters.b), 700.0), -700.0)
    logistic = 1 / (1 + exp(exponent))
    chance = parameters.c + (1 - parameters.c) * logistic
    slope = parameters.a * (1 - parameters.c) * logistic * (1 - logistic)
    return slope**2 / max(chance * (1 - chance), 1e-300), chance


def _parameters(uow: UnitOfWork, ids: list[UUID], scale: str) -> dict[UUID, IrtParameters]:
    """The newest parameters of each item on this metric."""
    found = [one for one in _of(uow.item_statistics, "item_id", ids) if one.irt is not None and one.irt.scale == scale]
    return {one.item_id: one.irt for one in sorted(found, key=lambda one: one.recorded_at) if one.irt is not None}


def _choosing_several(uow: UnitOfWork, items: Iterable[Item]) -> set[UUID]:
    """Items of which a candidate marks several options: an answer sheet of one mark per item cannot hold them."""
    numbers = {item.id: item.number for item in items}
    versions = _of(uow.item_versions, "item_id", list(numbers))
    return {one.item_id for one in versions if one.number == numbers[one.item_id] and one.content.multiple}


def _codes_of(uow: UnitOfWork, form_id: UUID | None) -> frozenset[str]:
    return frozenset() if form_id is None else frozenset(item.code.casefold() for item in uow.forms.get(form_id).items)


def _of(repository: Repository[T], name: str, values: Iterable[object]) -> list[T]:
    """Everything whose field is one of many values, a statement for each five hundred of them."""
    listed = list(values)
    parts = [listed[start : start + CHUNK] for start in range(0, len(listed), CHUNK)]
    return [one for part in parts for one in repository.find(**{name: part})]


def _digest(pool: Iterable[PoolItem], items: Iterable[Item]) -> str:
    numbers = {item.code: item.number for item in items}
    lines = [
        [one.code, numbers[one.code], one.domain, one.objective, one.set_code, sorted(one.enemies), one.information]
        for one in pool
    ]
    return sha256(json.dumps(lines, separators=(",", ":")).encode()).hexdigest()
