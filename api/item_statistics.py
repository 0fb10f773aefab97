"""How often items were shown, and what administrations showed of them: routes with their In and Out models."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.fields import Code, Count, Id, In, Line, Out, Share
from api.items import OptionNumber
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.items import statistics
from domain.items.model import Exposure, IrtModel, IrtParameters, ItemStatistics, OptionStatistics
from domain.items.rules import MOST_OPTIONS
from domain.items.statistics import Observed
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork

routes = Routes("items")

Correlation = Annotated[float, Field(strict=True, ge=-1, le=1)]
Parameter = Annotated[float, Field(strict=True, ge=-100, le=100)]
MOST_ITEMS = 1_000


class ExposureIn(In):
    """A form and an administration of it."""

    form_id: Id
    administration_id: Id


class OptionStatisticsIn(In):
    """How many chose an option, and its point-biserial."""

    option: OptionNumber
    chosen: Count
    point_biserial: Correlation | None = None


class IrtIn(In):
    """Estimated parameters on the logistic metric, D = 1; `scale` names the metric."""

    model: IrtModel
    a: Parameter
    b: Parameter
    c: Share = 0.0
    a_error: Parameter | None = None
    b_error: Parameter | None = None
    scale: Line | None = None


class ObservedIn(In):
    """What an administration showed of an item of the form; what is null has its `reason`, a code."""

    code: Code
    n: Count
    p: Share | None
    point_biserial: Correlation | None
    reason: Code | None = None
    options: Annotated[tuple[OptionStatisticsIn, ...], Field(max_length=MOST_OPTIONS)] = ()
    omitted: Count = 0
    not_reached: Count = 0
    irt: IrtIn | None = None

    def value(self) -> Observed:
        """As the domain has it."""
        irt = self.irt
        return Observed(
            code=self.code,
            n=self.n,
            p=self.p,
            point_biserial=self.point_biserial,
            reason=self.reason,
            options=tuple(OptionStatistics(**one.model_dump()) for one in self.options),
            omitted=self.omitted,
            not_reached=self.not_reached,
            irt=None if irt is None else IrtParameters(**{**irt.model_dump(), "scale": irt.scale or ""}),
        )


class StatisticsIn(In):
    """The statistics of the items of a form in an administration."""

    form_id: Id
    administration_id: Id
    statistics: Annotated[tuple[ObservedIn, ...], Field(min_length=1, max_length=MOST_ITEMS)]


class ExposureOut(Resource):
    """How many candidates a form of an administration showed an item to."""

    item_id: UUID
    number: int
    form_id: UUID
    administration_id: UUID
    shown: int
    scored: bool
    counted_at: datetime


class ExposuresOut(Out):
    """What a form showed in an administration, item by item."""

    items: list[ExposureOut]


class OptionStatisticsOut(Out):
    """How many chose an option."""

    option: int
    chosen: int
    point_biserial: float | None


class IrtOut(Out):
    """Estimated parameters on the logistic metric, D = 1."""

    model: IrtModel
    a: float
    b: float
    c: float
    a_error: float | None
    b_error: float | None
    scale: str


class ItemStatisticsOut(Resource):
    """What an administration of a form showed of an item; `reason` says why something is null."""

    item_id: UUID
    number: int
    form_id: UUID
    administration_id: UUID
    n: int
    p: float | None
    point_biserial: float | None
    reason: str | None
    options: list[OptionStatisticsOut]
    omitted: int
    not_reached: int
    irt: IrtOut | None
    recorded_by: str
    recorded_at: datetime


class StatisticsOut(Out):
    """What was recorded, item by item."""

    items: list[ItemStatisticsOut]


@routes.get(
    "/items/{item_id}/exposures",
    action="item.read",
    answers=ExposureOut,
    listing=Listing(Exposure, filters={"form_id": Id, "administration_id": Id}),
)
def list_exposures(uow: UnitOfWork, actor: Actor, item_id: Id, page: PageRequest) -> Page[Exposure]:
    """List how many candidates saw an item, by form and administration."""
    actor.must("item.read", uow.items.get(item_id))
    return uow.item_exposures.page(page.within(item_id=item_id))


@routes.post("/item-exposures", action="item.count_exposure", answers=ExposuresOut)
def count_exposure(uow: UnitOfWork, actor: Actor, body: ExposureIn) -> ExposuresOut:
    """Count how many candidates a form of an administration showed its items to; again replaces the count."""
    counted = statistics.count_exposure(uow, actor, body.form_id, body.administration_id)
    return ExposuresOut(items=[ExposureOut.model_validate(one) for one in counted])


@routes.get(
    "/items/{item_id}/statistics",
    action="item.read",
    answers=ItemStatisticsOut,
    listing=Listing(ItemStatistics, filters={"form_id": Id, "administration_id": Id}),
)
def list_statistics(uow: UnitOfWork, actor: Actor, item_id: Id, page: PageRequest) -> Page[ItemStatistics]:
    """List what administrations showed of an item."""
    actor.must("item.read", uow.items.get(item_id))
    return uow.item_statistics.page(page.within(item_id=item_id))


@routes.post("/item-statistics", action="item.record_statistics", answers=StatisticsOut)
def record_statistics(uow: UnitOfWork, actor: Actor, body: StatisticsIn) -> StatisticsOut:
    """Keep what an administration of a form showed of its items; again replaces what was kept."""
    observed = [one.value() for one in body.statistics]
    kept = statistics.record_statistics(uow, actor, body.form_id, body.administration_id, observed)
    return StatisticsOut(items=[ItemStatisticsOut.model_validate(one) for one in kept])
