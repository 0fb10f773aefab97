"""The item bank that a sandbox begins with."""

from api.sandbox_items import fill_items
from domain.items.markup import plain
from domain.items.model import ItemStatus
from tests.api.practice_world import Learner
from tests.builders import cpom
from tests.world import World


def test_a_newcomer_practises_in_a_sandbox_and_meets_no_operational_item(world: World) -> None:
    terms = cpom().practice
    assert terms is not None
    learner = Learner(world, terms=terms.model_dump(mode="json"))
    held = fill_items(world.units)

    exam = learner.begun()

    assert exam["places"] == 60
    with world.unit() as uow:
        retired = {item.id for item in uow.items.find(status=ItemStatus.RETIRED, for_practice=True)}
        operational = uow.items.count(status=ItemStatus.OPERATIONAL)
    assert (operational, len(retired) + operational) == (26, held)
    assert {place.item_id for place in learner.places(exam)} <= retired


def test_every_item_of_the_sandbox_has_one_right_answer_among_four_different_ones_each_explained(world: World) -> None:
    Learner(world)
    fill_items(world.units)

    with world.unit() as uow:
        contents = [version.content for version in uow.item_versions.find()]

    for content in contents:
        texts = [plain(option.text) for option in content.options]
        assert len(set(texts)) == 4, content.title
        assert len(content.key) == 1
        assert all(option.rationale for option in content.options)
    assert len({content.key for content in contents}) == 4
