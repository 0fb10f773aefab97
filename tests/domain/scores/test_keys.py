"""Keys as scoring sees them."""

from typing import Any

import pytest

from domain.errors import Invalid
from domain.scores.keys import answer_key
from domain.scores.model import FormItem

DOMAINS = ("finance", "people")


def an_item(code: str, **fields: Any) -> FormItem:
    facts: dict[str, Any] = {"code": code, "domain": "finance"}
    return FormItem(**facts | fields)


def test_pretest_and_dropped_items_do_not_count() -> None:
    items = [an_item("1"), an_item("2", scored=False), an_item("3", domain="people"), an_item("4", domain="people")]

    key = answer_key(items, [(1,), (2,), (3, 4), ()], DOMAINS)

    assert key.correct == ((1,), (), (3, 4), ())
    assert key.domain_of == (0, 0, 1, 1)
    assert key.domain_items == (1, 1)
    assert (key.items, key.raw_max) == (4, 2)


def test_domains_keep_the_order_of_the_blueprint_and_may_be_empty() -> None:
    key = answer_key([an_item("1", domain="people")], [(1,)], DOMAINS)

    assert key.domains == DOMAINS
    assert key.domain_items == (0, 1)


@pytest.mark.parametrize(
    ("item", "correct", "fault"),
    [
        pytest.param(an_item("2", domain="other"), (1,), ("/items/1/domain", "unknown_domain"), id="domain"),
        pytest.param(an_item("ONE"), (1,), ("/items/1/code", "duplicate_item"), id="same code but for case"),
        pytest.param(an_item("2", options=27), (1,), ("/items/1/options", "out_of_range"), id="too many options"),
        pytest.param(an_item("2", options=0), (), ("/items/1/options", "out_of_range"), id="no options"),
        pytest.param(an_item("2"), (5,), ("/correct/1", "unknown_option"), id="option beyond the last"),
        pytest.param(an_item("2"), (0,), ("/correct/1", "unknown_option"), id="option before the first"),
        pytest.param(an_item("2"), (2, 2), ("/correct/1", "duplicate_option"), id="option twice"),
    ],
)
def test_a_fault_of_the_key_is_named(item: FormItem, correct: tuple[int, ...], fault: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as refusal:
        answer_key([an_item("one"), item], [(1,), correct], DOMAINS)

    assert [(one.pointer, one.code) for one in refusal.value.faults] == [fault]


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        answer_key([an_item("1", domain="x"), an_item("1")], [(9,), ()], DOMAINS)

    assert {one.code for one in refusal.value.faults} == {"unknown_domain", "duplicate_item", "unknown_option"}


@pytest.mark.parametrize(
    ("items", "correct", "code"),
    [
        ([an_item("1")], [], "wrong_length"),
        ([an_item("1", scored=False)], [(1,)], "nothing_scored"),
        ([an_item("1")], [()], "nothing_scored"),
        ([], [], "nothing_scored"),
    ],
)
def test_a_key_that_scores_nothing_is_refused(items: list[FormItem], correct: list[list[int]], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        answer_key(items, correct, DOMAINS)

    assert [one.code for one in refusal.value.faults] == [code]
