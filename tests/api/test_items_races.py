"""One winner, always: approvals, packages, enemies and practice exams beside each other, on both engines."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.items_world import Bank, events
from tests.api.practice_world import Learner
from tests.api.test_item_exchange import ASKED, filled, work
from tests.builders_items import practice_bank
from tests.racing import at_once
from tests.world import World

Ask = Callable[[], Any]


def statuses_of(*asks: Ask) -> list[int]:
    """The statuses of requests that are let go at the same moment, sorted."""
    return sorted(int(answer.status_code) for answer in at_once(*asks))


@pytest.fixture
def bank(either_world: World) -> Bank:
    """A bank without items."""
    return Bank(either_world)


def test_a_package_is_fetched_once_however_many_ask_at_once(bank: Bank) -> None:
    ids = filled(bank, 2)
    export = bank.world.client.post("/v1/item-exports", json=ASKED | {"item_ids": ids}, headers=bank.wanda).json()
    work(bank.world)

    statuses = statuses_of(*[lambda: bank.ask("GET", f"/item-exports/{export['id']}/package", bank.wanda)] * 4)

    assert statuses == [200, 409, 409, 409]
    assert len(events(bank.world, "item_export.fetched")) == 1


def test_no_more_than_a_few_items_leave_with_one_person_however_many_requests_come_at_once(bank: Bank) -> None:
    ids = filled(bank, 12)

    def ask(some: list[str]) -> Any:
        body = ASKED | {"item_ids": some}
        return lambda: bank.world.client.post("/v1/item-exports", json=body, headers=bank.wanda)

    assert statuses_of(ask(ids[:6]), ask(ids[6:])) == [201, 201]
    small = [one["small"] for one in bank.done("GET", "/item-exports", bank.auditor)["items"]]
    assert sorted(small) == [False, True]


def test_an_item_is_approved_or_revised_and_never_operational_with_words_that_nobody_approved(bank: Bank) -> None:
    path = f"/items/{bank.item()['id']}"
    bank.done("POST", f"{path}/review", bank.jonas)
    bank.done("POST", f"{path}/proposal", bank.jonas)
    version = f'"{bank.done("GET", path, bank.jonas)["version"]}"'
    content = {"title": "New", "stem": "x", "options": [{"text": "a"}, {"text": "b"}], "key": [1]}
    body = {"domain": "financial-management", "content": content}

    statuses = statuses_of(
        lambda: bank.ask("POST", f"{path}/approval", bank.thea, match=version),
        lambda: bank.ask("PUT", path, bank.wanda, body, match=version),
    )

    item = bank.done("GET", path, bank.jonas)
    assert statuses == [200, 412]
    assert (item["status"], item["number"]) in (("operational", 1), ("draft", 2))


def test_two_who_declare_one_pair_from_either_side_make_one_pair(bank: Bank) -> None:
    one, other = bank.item("A")["id"], bank.item("B")["id"]

    def declare(item: str, enemy: str) -> Any:
        return bank.ask("POST", f"/items/{item}/enemies", bank.wanda, {"enemy_id": enemy, "reason": "Alike."})

    assert statuses_of(lambda: declare(one, other), lambda: declare(other, one)) == [201, 409]
    assert len(bank.done("GET", f"/items/{one}/enemies", bank.jonas)["items"]) == 1


def test_items_written_into_a_set_at_once_get_places_of_their_own(bank: Bank) -> None:
    made = {"program": "CPOM", "code": "CASE-1", "title": "A case", "stimulus": "<p>x</p>"}
    set_id = bank.done("POST", "/item-sets", bank.wanda, made)["id"]

    def write(code: str) -> Any:
        return lambda: bank.world.client.post(
            "/v1/items",
            json={
                "program": "CPOM",
                "code": code,
                "domain": "financial-management",
                "set_id": set_id,
                "content": {"title": code, "stem": "x", "options": [{"text": "a"}, {"text": "b"}], "key": [1]},
            },
            headers=bank.wanda,
        )

    assert statuses_of(*[write(code) for code in "ABCD"]) == [201] * 4
    places = [one["set_place"] for one in bank.done("GET", f"/items?set_id={set_id}", bank.jonas)["items"]]
    assert sorted(places) == [1, 2, 3, 4]


def test_a_candidate_who_begins_twice_at_once_has_one_practice_exam(either_world: World) -> None:
    learner = Learner(either_world)
    practice_bank(either_world.units, 5)

    assert statuses_of(*[learner.start] * 4) == [201] * 4
    assert len(events(either_world, "practice_exam.started")) == 1


def test_answering_and_finishing_at_once_leaves_one_version(either_world: World) -> None:
    learner = Learner(either_world)
    practice_bank(either_world.units, 5)
    exam = learner.begun()
    headers = {**learner.me, "if-match": f'"{exam["version"]}"'}
    path = f"/v1/practice-exams/{exam['id']}"

    statuses = statuses_of(
        lambda: learner.answer(exam, {1: [2]}, match=f'"{exam["version"]}"'),
        lambda: either_world.client.post(f"{path}/completion", headers=headers),
    )

    told = learner.get(exam).json()
    assert statuses == [200, 412]
    assert (told["status"], told["answered"]) in (("finished", 0), ("in_progress", 1))
