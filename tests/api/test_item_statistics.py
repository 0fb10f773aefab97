"""How often items were shown, and what administrations showed of them, over HTTP."""

from typing import Any
from uuid import UUID

import pytest

from domain.items import statistics
from tests.api.items_world import events
from tests.api.scores_world import Desk
from tests.builders_items import written
from tests.builders_scores import some_items
from tests.world import World


class Counted:
    """A form that somebody sat, and the bank's items on it: the first three."""

    def __init__(self, world: World) -> None:
        self.desk = Desk(world)
        self.desk.sat(15, 12, 9)
        with world.unit() as uow:
            self.items = [str(written(uow, one.code.lower(), one.domain).id) for one in some_items()[:3]]
        self.where = {
            "form_id": str(self.desk.scores.form.id),
            "administration_id": str(self.desk.scores.administration_id),
        }

    def post(self, path: str, **body: object) -> Any:
        return self.desk.post(path, self.desk.pia, self.where | body)

    def of(self, what: str, place: int = 0) -> list[dict[str, Any]]:
        return list(self.desk.get(f"/v1/items/{self.items[place]}/{what}", self.desk.pia).json()["items"])


def observed(code: str, **changes: object) -> dict[str, object]:
    """The statistics of one item."""
    return {"code": code, "n": 3, "p": 1.0, "point_biserial": None, "reason": "constant_item"} | changes


def test_exposure_counts_the_candidates_of_an_administration_and_again_replaces_it(either_world: World) -> None:
    counted = Counted(either_world)

    first = counted.post("/v1/item-exposures").json()["items"]
    counted.desk.sat(8)
    counted.post("/v1/item-exposures")

    assert [(one["shown"], one["scored"]) for one in first] == [(3, True)] * 3
    assert [(one["shown"], one["version"]) for one in counted.of("exposures")] == [(4, 2)]
    with either_world.unit() as uow:
        assert statistics.times_shown(uow, [UUID(counted.items[0])]) == {UUID(counted.items[0]): 4}
    assert [one["data"]["shown"] for one in events(either_world, "item.exposure_counted")] == [3, 4]


def test_statistics_are_kept_per_administration_with_their_reasons(either_world: World) -> None:
    counted = Counted(either_world)
    irt = {"model": "rasch", "a": 1.0, "b": -0.75, "b_error": 0.2, "scale": "2026"}
    options = [{"option": 1, "chosen": 2, "point_biserial": 0.25}, {"option": 2, "chosen": 1}]

    answer = counted.post(
        "/v1/item-statistics",
        statistics=[
            observed("I1"),
            observed("i2", p=0.667, point_biserial=0.31, reason=None, options=options, irt=irt),
        ],
    )

    assert answer.status_code == 200, answer.text
    (first,) = counted.of("statistics")
    (second,) = counted.of("statistics", 1)
    assert (first["p"], first["point_biserial"], first["reason"]) == (1.0, None, "constant_item")
    assert (second["irt"]["b"], second["options"][0]["point_biserial"]) == (-0.75, 0.25)
    counted.post("/v1/item-statistics", statistics=[observed("I1", n=4)])
    assert [(one["n"], one["version"]) for one in counted.of("statistics")] == [(4, 2)]
    with either_world.unit() as uow:
        kept = uow.item_statistics.find(item_id=[UUID(one) for one in counted.items])
        assert {str(one.item_id): one.n for one in kept} == dict(zip(counted.items[:2], (4, 3), strict=True))
        assert len(kept) == 2


@pytest.mark.parametrize(
    ("entry", "place", "code"),
    [
        (observed("NONE"), "code", "unknown_item"),
        (observed("I20"), "code", "unknown_item"),
        (observed("I1", reason=None), "reason", "missing"),
        (observed("I1", options=[{"option": 9, "chosen": 1}]), "options", "unknown_option"),
        (observed("I1", options=[{"option": 1, "chosen": 4}]), "options", "more_than_all"),
    ],
)
def test_statistics_that_cannot_be_are_refused_and_none_is_kept(
    world: World, entry: dict[str, object], place: str, code: str
) -> None:
    counted = Counted(world)

    answer = counted.post("/v1/item-statistics", statistics=[observed("I2"), entry])

    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (409, f"/body/statistics/1/{place}", code)
    assert counted.of("statistics", 1) == []


def test_an_item_stands_once_among_statistics(world: World) -> None:
    counted = Counted(world)

    answer = counted.post("/v1/item-statistics", statistics=[observed("I1"), observed("i1")])

    assert answer.json()["errors"][0]["code"] == "duplicate_item"


def test_a_form_of_another_administration_is_not_counted(world: World) -> None:
    counted = Counted(world)
    counted.where["administration_id"] = "00000000-0000-4000-8000-000000000000"

    assert counted.post("/v1/item-exposures").status_code == 404
