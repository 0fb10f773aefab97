"""Analyses as JSON: against SPSS and the public LSAT6, with stated reasons, whatever the order of the rows."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from domain.analysis.compute import Question, figures
from domain.analysis.equate import anchor_of, common_codes
from domain.analysis.model import Part
from domain.analysis.sheet import sheet_of
from domain.analysis.taken import Taken, taken
from domain.scores.conversion import two_segments
from domain.scores.model import FormItem
from tests.builders import cpom
from tests.builders_analysis import a_heading, a_taken, answers_of_model, form_items
from tests.domain.psychometrics.published import exam1, exam1_by_spss, lsat6

ALL = tuple(Part)


def of_points(scored: Any) -> Taken:
    """Points 0 and 1 as answers: the right option is 1, the wrong one 2."""
    return a_taken(np.where(scored == 1, 1, 2).astype(np.uint8))


def every_part(form: Taken, **asked: Any) -> dict[str, Any]:
    return {part.value: figures(part, form, Question(**asked)) for part in ALL}


def test_alpha_and_item_total_correlations_of_exam1_are_those_of_spss() -> None:
    form, told = of_points(exam1()), exam1_by_spss()

    whole, items = figures(Part.RELIABILITY, form, Question()), figures(Part.ITEMS, form, Question())

    assert whole["alpha"] == pytest.approx(told["alpha"], abs=1e-12)
    found = [item["point_biserial"] for item in items["items"]]
    assert found == pytest.approx(told["item_total_corrected"], abs=1e-9)


def test_the_models_of_lsat6_are_those_of_bock_and_lieberman_1970() -> None:
    form = of_points(lsat6())

    rasch, two = figures(Part.RASCH, form, Question()), figures(Part.TWO_PARAMETER, form, Question())

    assert [item["b"] for item in rasch["items"]] == pytest.approx(
        [-3.6153, -1.3224, -0.3176, -1.7301, -2.7802], abs=2e-4
    )
    assert rasch["slope"] == pytest.approx(0.7551, abs=1e-4)
    assert rasch["log_likelihood"] == pytest.approx(-2466.938, abs=1e-3)
    assert two["log_likelihood"] == pytest.approx(-2466.653, abs=1e-3)


def test_every_figure_is_json_without_nan() -> None:
    form = a_taken(answers_of_model(np.random.default_rng(1), 200, 15))
    groups = {who: "ab"[place % 2] for place, who in enumerate(form.people)}
    table = two_segments(15, 9, cpom().scale)

    told = every_part(form, cut=9, scaled=table.scaled, groups=groups)

    text = json.dumps(told, allow_nan=False)
    assert json.loads(text) == told
    assert all("reason" not in told[part] or told[part]["reason"] is None for part in told)


@pytest.mark.parametrize("people", [1, 2, 3, 9])
def test_too_few_people_give_stated_nulls_in_every_part(people: int) -> None:
    form = a_taken(answers_of_model(np.random.default_rng(2), people, 12))

    told = every_part(form, cut=6, groups=dict.fromkeys(form.people, "a"))

    json.dumps(told, allow_nan=False)
    assert told["rasch"]["reason"] == told["two_parameter"]["reason"] == "too_few_observations"
    assert told["dif"]["reason"] == "too_few_observations"
    assert told["scores"]["people"] == people


def test_items_that_are_dropped_pretest_or_constant_say_so() -> None:
    made = answers_of_model(np.random.default_rng(3), 100, 8)
    made[:, 2] = 1
    items = list(form_items([f"I{place + 1}" for place in range(8)]))
    items[1] = FormItem(code="I2", domain=items[1].domain, scored=False)
    form = a_taken(made, items=tuple(items), keys=((), *((1,),) * 7))

    told = figures(Part.ITEMS, form, Question())["items"]

    assert (told[0]["p"], told[0]["point_biserial"], told[0]["reason"], told[0]["counted"]) == (
        None, None, "dropped", False,
    )  # fmt: skip
    assert (told[1]["counted"], told[1]["p"] is not None, told[1]["point_biserial"] is not None) == (False, True, True)
    assert (told[2]["p"], told[2]["point_biserial"], told[2]["reason"]) == (1.0, None, "constant_item")
    assert form.raw_max == 6


def test_a_fifth_in_which_there_is_nobody_is_absent_and_not_nought() -> None:
    """Ten people with one score are one fifth, the middle one: equal scores are never parted."""
    form = a_taken(np.array([[1, 2]] * 6 + [[2, 1]] * 4, np.uint8))

    (first, _) = figures(Part.ITEMS, form, Question())["items"]

    shares = {one["option"]: one["traces"] for one in first["options"]}
    assert shares[1] == [None, None, 0.6, None, None]
    assert shares[2] == [None, None, 0.4, None, None]
    assert shares["omitted"] == [None, None, 0.0, None, None]


def test_the_anchor_by_default_is_what_counts_on_both_forms() -> None:
    made = answers_of_model(np.random.default_rng(9), 40, 6)
    shared = ["A", "B", "C", "D", "E"]
    trial_there = [FormItem(code=code, domain="D1", scored=code != "B") for code in [*shared, "Y"]]
    trial_here = [FormItem(code=code, domain="D1", scored=code != "D") for code in [*shared, "X"]]
    x = a_taken(made, items=tuple(trial_here))
    y = a_taken(made, items=tuple(trial_there), keys=((1,), (1,), (1,), (1,), (), (1,)))

    assert common_codes(x, y) == ("A", "C")
    assert anchor_of(x, y, ["A", "B", "C"]).codes == ("A", "B", "C")
    assert not anchor_of(x, y, ["A", "B", "C"]).internal


def test_omitted_is_told_apart_from_not_reached() -> None:
    made = answers_of_model(np.random.default_rng(4), 100, 6)
    made[:10, 3], made[:20, 5] = 0, 255
    form = a_taken(made)

    items, speed = figures(Part.ITEMS, form, Question())["items"], figures(Part.SPEEDEDNESS, form, Question())

    options = {one["option"]: one["count"] for one in items[3]["options"]}
    assert (options["omitted"], options["not_reached"]) == (10, 0)
    last = {one["option"]: one["count"] for one in items[5]["options"]}
    assert (last["omitted"], last["not_reached"]) == (0, 20)
    assert items[5]["p_of_reached"] == pytest.approx(items[5]["p"] / 0.8)
    assert speed["finished"] == pytest.approx(0.8)


def test_an_item_with_two_right_options_scores_either() -> None:
    made = answers_of_model(np.random.default_rng(4), 50, 6)
    form = a_taken(made, keys=((1, 2), *((1,),) * 5))

    assert form.right[:, 0].tolist() == [int(answer in {1, 2}) for answer in made[:, 0]]
    assert figures(Part.ITEMS, form, Question())["items"][0]["key"] == [1, 2]


def test_a_planted_wrong_key_is_the_first_suspect_with_the_right_option_for_its_rival() -> None:
    made = answers_of_model(np.random.default_rng(5), 800, 20)
    form = a_taken(made, keys=tuple((3,) if place == 7 else (1,) for place in range(20)))

    first = figures(Part.ITEMS, form, Question())["suspect_keys"][0]

    assert (first["code"], first["key"], first["rival"]) == ("I8", [3], 1)


def test_a_group_of_three_is_told_and_not_compared() -> None:
    form = a_taken(answers_of_model(np.random.default_rng(6), 203, 10))
    groups = dict(zip(form.people, ["a"] * 100 + ["b"] * 100 + ["c"] * 3, strict=True))

    told = figures(Part.DIF, form, Question(groups=groups))

    assert told["too_small"] == ["c"]
    assert [one["focal"] for one in told["comparisons"]] == ["b"]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), people=st.integers(20, 80))
def test_no_figure_depends_on_the_order_of_the_rows(seed: int, people: int) -> None:
    rng = np.random.default_rng(seed)
    made, who = answers_of_model(rng, people, 8), [f"p{place:03}" for place in range(people)]
    rows = [(name, row.tobytes()) for name, row in zip(who, made, strict=True)]
    mixed = [rows[place] for place in rng.permutation(people)]
    items = form_items([f"I{place}" for place in range(8)])

    one, two = taken(items, ((1,),) * 8, rows), taken(items, ((1,),) * 8, mixed)

    assert one.digest == two.digest
    assert every_part(one, cut=4) == every_part(two, cut=4)


def test_no_figure_depends_on_what_people_are_called() -> None:
    made = answers_of_model(np.random.default_rng(10), 120, 8)
    rows = [row.tobytes() for row in made]
    items = form_items([f"I{place}" for place in range(8)])
    one, two = (
        taken(items, ((1,),) * 8, [(name.format(place), row) for place, row in enumerate(order)])
        for name, order in (("a{}", rows), ("b{}", rows[::-1]))
    )

    first, second = every_part(one, cut=4), every_part(two, cut=4)

    for part in ("rasch", "two_parameter"):
        first[part]["person_fit"].pop("people"), second[part]["person_fit"].pop("people")
    assert first == second


def test_the_digest_names_the_answers_and_nobody() -> None:
    made = answers_of_model(np.random.default_rng(7), 30, 5)

    same = a_taken(made[::-1].copy(), people=tuple(f"other{place}" for place in range(30)))
    changed = made.copy()
    changed[0, 0] = 4 if made[0, 0] != 4 else 3

    assert a_taken(made).digest == same.digest
    assert a_taken(made).digest != a_taken(changed).digest


def test_a_two_parameter_model_with_a_falling_item_rests_on_those_that_rise() -> None:
    made = answers_of_model(np.random.default_rng(8), 600, 12)
    made[:, 4] = np.where(made[:, 4] == 1, 2, 1)
    form = a_taken(made)

    told = figures(Part.TWO_PARAMETER, form, Question())

    assert told["falling"] == ["I5"]
    assert told["items"][4]["a"] < 0
    assert math.isfinite(told["person_fit"]["mean"])


def test_a_sheet_is_told_even_where_hardly_anything_exists() -> None:

    form = a_taken(answers_of_model(np.random.default_rng(9), 3, 5))

    sheet = sheet_of(a_heading(form), every_part(form))

    json.dumps(sheet, allow_nan=False)
    assert sheet["summary"]["consistency"] is None
    assert sheet["decisions"]["reason"] == "no_cut"


def test_a_fit_that_does_not_settle_is_a_stated_null() -> None:
    """The second item repeats the first, and both part people perfectly: their slopes have no end."""
    rng = np.random.default_rng(11)
    first = np.where(rng.random(200) < 0.5, 1, 2)
    form = a_taken(np.column_stack([first, first, first]).astype(np.uint8))

    told = figures(Part.TWO_PARAMETER, form, Question())

    assert told["reason"] in {"fit_not_converged", "singular_system"}
    assert "items" not in told


def test_scores_that_do_not_vary_are_a_stated_null() -> None:
    form = a_taken(np.tile(np.array([1, 2, 1, 2], np.uint8), (40, 1)))

    told = every_part(form, cut=2)

    assert told["reliability"]["reason"] == told["decisions"]["reason"] == "no_variation"
    assert {item["reason"] for item in told["items"]["items"]} == {"constant_item"}
