"""What administrations showed of items: how many candidates saw each, and its statistics.

Locks: the form's row, so that two counts of one form and administration follow each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.actors import Actor
from domain.errors import Contradiction, Fault
from domain.items.events import ExposureCounted, StatisticsRecorded
from domain.items.model import Exposure, IrtParameters, Item, ItemStatistics, OptionStatistics
from domain.ports import UnitOfWork
from domain.scores.model import Form
from domain.scores.rules import must_belong


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The statistics of one item of a form, as an analysis gives them; see `ItemStatistics`."""

    code: str
    n: int
    p: float | None
    point_biserial: float | None
    reason: str | None = None
    options: tuple[OptionStatistics, ...] = ()
    omitted: int = 0
    not_reached: int = 0
    irt: IrtParameters | None = None


def count_exposure(uow: UnitOfWork, actor: Actor, form_id: UUID, administration_id: UUID) -> list[Exposure]:
    """Count how many candidates a form of an administration showed its items to; again replaces the count.

    Items of the form that the bank does not hold are passed over. Sorted by item.
    """
    form = uow.forms.lock(form_id)
    actor.must("item.count_exposure")
    must_belong(form, uow.administrations.get(administration_id))
    shown = uow.attempts.count(form_id=form_id, administration_id=administration_id)
    known = items_on(uow, form)
    before = {one.item_id: one for one in _exposures(uow, form_id, administration_id)}
    counted = []
    for place in form.items:
        item = known.get(place.code.casefold())
        if item is None:
            continue
        earlier = before.get(item.id)
        counted.append(
            uow.item_exposures.save(replace(earlier, shown=shown, scored=place.scored, counted_at=uow.now))
            if earlier
            else uow.item_exposures.add(
                Exposure(
                    id=uow.new_id(),
                    item_id=item.id,
                    number=item.number,
                    form_id=form_id,
                    administration_id=administration_id,
                    shown=shown,
                    scored=place.scored,
                    counted_at=uow.now,
                )
            )
        )
    uow.record(ExposureCounted(form_id=form_id, administration_id=administration_id, items=len(counted), shown=shown))
    return counted


def times_shown(uow: UnitOfWork, item_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many candidates each of these items was shown to so far, all forms and administrations together."""
    wanted = list(item_ids)
    totals = dict.fromkeys(wanted, 0)
    for one in uow.item_exposures.find(item_id=wanted) if wanted else ():
        totals[one.item_id] += one.shown
    return totals


def record_statistics(
    uow: UnitOfWork, actor: Actor, form_id: UUID, administration_id: UUID, observed: Sequence[Observed]
) -> list[ItemStatistics]:
    """Keep what an administration of a form showed of its items; again replaces what was kept.

    Raises Contradiction with every item that is not on the form or not in the bank, or is named twice.
    """
    form = uow.forms.lock(form_id)
    actor.must("item.record_statistics")
    must_belong(form, uow.administrations.get(administration_id))
    known = items_on(uow, form)
    faults = tuple(_faults(observed, known))
    if faults:
        raise Contradiction(*faults)
    before = {
        one.item_id: one for one in uow.item_statistics.find(form_id=form_id, administration_id=administration_id)
    }
    kept = [
        _kept(uow, actor, known[one.code.casefold()], one, before, (form_id, administration_id)) for one in observed
    ]
    uow.record(StatisticsRecorded(form_id=form_id, administration_id=administration_id, items=len(kept)))
    return kept


def items_on(uow: UnitOfWork, form: Form) -> dict[str, Item]:
    """The bank's items that stand on a form, by their code casefolded."""
    codes = [place.code.casefold() for place in form.items]
    return {item.search_code: item for item in uow.items.find(exam_code=form.exam_code, search_code=codes)}


def _kept(
    uow: UnitOfWork,
    actor: Actor,
    item: Item,
    one: Observed,
    before: dict[UUID, ItemStatistics],
    where: tuple[UUID, UUID],
) -> ItemStatistics:
    earlier = before.get(item.id)
    statistics = ItemStatistics(
        id=earlier.id if earlier else uow.new_id(),
        version=earlier.version if earlier else 1,
        item_id=item.id,
        number=earlier.number if earlier else item.number,
        form_id=where[0],
        administration_id=where[1],
        n=one.n,
        p=one.p,
        point_biserial=one.point_biserial,
        reason=one.reason,
        options=one.options,
        omitted=one.omitted,
        not_reached=one.not_reached,
        irt=one.irt,
        recorded_by=actor.subject,
        recorded_at=uow.now,
    )
    return uow.item_statistics.save(statistics) if earlier else uow.item_statistics.add(statistics)


def _faults(observed: Sequence[Observed], known: dict[str, Item]) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, one in enumerate(observed):
        where = f"/statistics/{place}"
        code = one.code.casefold()
        if code not in known:
            yield Fault(f"{where}/code", "unknown_item", "No item of the bank stands on this form by this code.")
            continue
        if code in seen:
            yield Fault(f"{where}/code", "duplicate_item", "Another entry is about this item.")
        seen.add(code)
        if (one.p is None or one.point_biserial is None) and one.reason is None:
            yield Fault(f"{where}/reason", "missing", "What cannot be known has its reason.")
        if any(not 1 <= option.option <= known[code].options for option in one.options):
            yield Fault(f"{where}/options", "unknown_option", "The item has no such option.")
        if sum(option.chosen for option in one.options) > one.n:
            yield Fault(f"{where}/options", "more_than_all", "Options were chosen more often than answers there are.")


def _exposures(uow: UnitOfWork, form_id: UUID, administration_id: UUID) -> list[Exposure]:
    return uow.item_exposures.find(form_id=form_id, administration_id=administration_id)
