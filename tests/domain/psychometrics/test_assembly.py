"""Assembly: forms judged anew from their items, small pools against every possible choice, bounds that clash."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from math import isclose

import numpy as np
import pytest

from adapters.solver import HighsSolver
from domain.errors import Contradiction
from domain.psychometrics.assembly import (
    Assembled,
    Blueprint,
    PoolItem,
    bounds_of,
    clashes,
    model,
    only,
    relaxed,
)
from domain.psychometrics.programme import Outcome, Programme, Row, Solution

GAP = 1e-6
DOMAINS = {"A": 2, "B": 1}


def an_item(code: str, domain: str = "A", information: float = 0.2, chance: float = 0.5, **changes: object) -> PoolItem:
    item = PoolItem(code=code, domain=domain, information=information, chance=chance)
    return replace(item, **changes)  # type: ignore[arg-type]


def drawn(size: int, seed: int) -> list[PoolItem]:
    chance = np.random.default_rng(seed)
    return [
        an_item(
            f"I{number}",
            "AB"[number % 3 == 0],
            float(chance.uniform(0.05, 0.5)),
            float(chance.uniform(0.2, 0.9)),
            objective=f"o{number % 4}",
        )
        for number in range(size)
    ]


def solved(pool: Sequence[PoolItem], blueprint: Blueprint) -> tuple[Assembled, ...]:
    asked = model(pool, blueprint)
    found = HighsSolver().solve(asked.programme, seconds=20, absolute_gap=GAP)
    assert found.outcome is Outcome.OPTIMAL
    return asked.read(found)


@pytest.mark.parametrize("seed", range(6))
def test_one_form_is_as_good_as_the_best_of_all_choices(seed: int) -> None:
    pool = drawn(9, seed)
    blueprint = Blueprint(forms=1, domains=DOMAINS, information=0.7, expected=1.6)

    (form,) = solved(pool, blueprint)

    def off(chosen: Sequence[PoolItem]) -> float:
        return abs(sum(one.information for one in chosen) - 0.7) + abs(sum(one.chance for one in chosen) - 1.6)

    fitting = [
        chosen
        for chosen in combinations(pool, 3)
        if all(sum(one.domain == domain for one in chosen) == count for domain, count in DOMAINS.items())
    ]
    found = [one for one in pool if one.code in form.scored]
    assert isclose(off(found), min(map(off, fitting)), abs_tol=1e-6)
    assert isclose(form.information, sum(one.information for one in found))
    assert isclose(form.expected, sum(one.chance for one in found))


@pytest.mark.parametrize("seed", range(4))
def test_without_a_target_the_least_informative_of_two_forms_is_as_informative_as_can_be(seed: int) -> None:
    pool = drawn(8, seed)

    forms = solved(pool, Blueprint(forms=2, domains={"A": 2, "B": 1}))

    def fits(chosen: Sequence[PoolItem]) -> bool:
        return sum(one.domain == "A" for one in chosen) == 2

    def informs(chosen: Sequence[PoolItem]) -> float:
        return sum(one.information for one in chosen)

    best = max(
        min(informs(one), informs(other))
        for one in combinations(pool, 3)
        if fits(one)
        for other in combinations([item for item in pool if item not in one], 3)
        if fits(other)
    )
    assert isclose(min(form.information for form in forms), best, abs_tol=1e-6)


def test_a_set_comes_whole_or_not_at_all() -> None:
    pool = [
        *(an_item(f"S{n}", information=0.9, set_code="S") for n in range(3)),
        *(an_item(f"A{n}") for n in range(2)),
        an_item("B0", "B"),
    ]

    (form,) = solved(pool, Blueprint(forms=1, domains=DOMAINS))

    assert set(form.scored) == {"A0", "A1", "B0"}


def test_the_members_of_a_set_stand_together() -> None:
    pool = [an_item("A2", set_code="S"), an_item("A0"), an_item("A4", set_code="S"), an_item("A3"), an_item("B1", "B")]

    (form,) = solved(pool, Blueprint(forms=1, domains={"A": 4, "B": 1}))

    assert form.scored == ("A0", "A2", "A4", "A3", "B1")


def test_enemies_do_not_meet_however_informative_they_are() -> None:
    pool = [
        an_item("A0", information=0.9, enemies=frozenset({"A1"})),
        an_item("A1", information=0.9),
        an_item("A2"),
        an_item("B0", "B"),
    ]

    (form,) = solved(pool, Blueprint(forms=1, domains=DOMAINS))

    assert "A2" in form.scored


def test_objectives_keep_to_their_bounds() -> None:
    pool = [
        *(an_item(f"A{n}", information=0.9, objective="o1") for n in range(4)),
        an_item("A9", objective="o2"),
        an_item("B0", "B"),
    ]

    (form,) = solved(pool, Blueprint(forms=1, domains=DOMAINS, objectives={"o1": (0, 1), "o2": (1, 2)}))

    assert "A9" in form.scored


def test_two_forms_share_the_anchor_and_nothing_else() -> None:
    pool = drawn(40, 3)

    one, other = solved(pool, Blueprint(forms=2, domains={"A": 8, "B": 4}, anchor=5))

    assert one.anchor == other.anchor
    assert len(one.anchor) == 5
    assert set(one.scored) & set(other.scored) == set(one.anchor)
    shares = [sum(item.domain == "A" and item.code in one.anchor for item in pool), 5]
    assert shares[0] in (3, 4)


def test_an_earlier_form_gives_the_anchor_and_nothing_else() -> None:
    pool = [replace(item, earlier=number < 12) for number, item in enumerate(drawn(40, 5))]
    earlier = {item.code for item in pool if item.earlier}

    (form,) = solved(pool, Blueprint(forms=1, domains={"A": 8, "B": 4}, anchor=4, anchor_from_earlier=True))

    assert set(form.scored) & earlier == set(form.anchor)
    assert len(form.anchor) == 4


def test_pretest_items_ride_along_and_count_for_nothing() -> None:
    pool = [
        *drawn(20, 7),
        *(an_item(f"P{n}", information=9.0, pretest=True) for n in range(5)),
    ]

    forms = solved(pool, Blueprint(forms=2, domains={"A": 4, "B": 2}, pretest=2, information=1.5))

    assert [len(form.pretest) for form in forms] == [2, 2]
    assert not set(forms[0].pretest) & set(forms[1].pretest)
    assert all(form.information < 2 for form in forms)


@pytest.mark.parametrize(
    ("pool", "code"),
    [
        pytest.param(
            [an_item("A0", set_code="S", enemies=frozenset({"A1"})), an_item("A1", set_code="S")],
            "enemies_in_a_set",
            id="enemies within a set",
        ),
        pytest.param(
            [an_item("A0", set_code="S", pretest=True), an_item("A1", set_code="S")],
            "mixed_set",
            id="a set of scored and pretest items",
        ),
    ],
)
def test_a_pool_that_no_form_could_hold_is_refused(pool: list[PoolItem], code: str) -> None:
    with pytest.raises(Contradiction) as refusal:
        model(pool, Blueprint(forms=1, domains=DOMAINS))

    assert [fault.code for fault in refusal.value.faults] == [code]


def test_bounds_that_clash_are_told_with_how_much_they_lack() -> None:
    pool = [*(an_item(f"A{n}", objective="o1") for n in range(3)), an_item("B0", "B")]
    asked = model(pool, Blueprint(forms=1, domains={"A": 3, "B": 3}, objectives={"o1": (1, 3)}))

    strict = HighsSolver().solve(asked.programme, seconds=20, absolute_gap=GAP)
    loose, slacks = relaxed(asked.programme)
    given = clashes(HighsSolver().solve(loose, seconds=20, absolute_gap=GAP), slacks, len(asked.programme.costs))

    assert strict.outcome is Outcome.INFEASIBLE
    assert [(clash.bound, clash.by) for clash in given] == [("items of B", 2.0)]


def test_a_question_about_some_bounds_leaves_the_others_out() -> None:
    asked = model(drawn(9, 1), Blueprint(forms=1, domains={"A": 9, "B": 1}))

    without_a = only(asked.programme, frozenset(bounds_of(asked.programme)) - {"items of A"})

    assert HighsSolver().solve(asked.programme, seconds=20, absolute_gap=GAP).outcome is Outcome.INFEASIBLE
    assert HighsSolver().solve(without_a, seconds=20, absolute_gap=GAP).outcome is Outcome.OPTIMAL


def test_a_solution_that_breaks_the_blueprint_is_refused_whoever_made_it() -> None:
    asked = model(drawn(9, 2), Blueprint(forms=1, domains=DOMAINS))
    nothing = Solution(
        outcome=Outcome.OPTIMAL,
        values=(0.0,) * len(asked.programme.costs),
        objective=0.0,
        bound=0.0,
        seconds=0.0,
        solver="a liar",
    )

    with pytest.raises(Contradiction) as refusal:
        asked.read(nothing)

    assert {fault.code for fault in refusal.value.faults} == {"domain_count"}


def test_the_same_programme_gets_the_same_answer() -> None:
    asked = model(drawn(60, 11), Blueprint(forms=2, domains={"A": 8, "B": 4}, anchor=3, information=3.0))

    answers = [HighsSolver().solve(asked.programme, seconds=20, absolute_gap=0.05).values for _ in range(2)]

    assert answers[0] is not None
    assert answers[0] == answers[1]


def test_a_programme_that_no_time_suffices_for_is_unsolved() -> None:
    row = Row(label="sum", places=(0,), weights=(1.0,), lower=1.0)
    programme = Programme(costs=(1.0,), lower=(0.0,), upper=(2.0,), whole=(True,), rows=(row,))

    found = HighsSolver().solve(programme, seconds=0.0, absolute_gap=0.0)

    assert found.outcome in (Outcome.UNSOLVED, Outcome.OPTIMAL)
    assert (found.values is None) is (found.outcome is Outcome.UNSOLVED)
