"""The draw for audit, and what a decision on every clause may come to."""

from uuid import UUID

import pytest
from hypothesis import given, strategies as some

from domain.applications import sampling
from domain.applications.decisions import faults, may_decide
from domain.applications.model import ClauseDecision, Outcome
from domain.ruling import Finding

IDS = tuple(UUID(int=number) for number in range(10))


@pytest.mark.parametrize(
    ("rate", "size", "chosen"),
    [(0.0, 10, 0), (0.1, 10, 1), (0.1, 9, 1), (0.25, 10, 3), (0.3, 10, 3), (1.0, 10, 10), (0.5, 0, 0)],
)
def test_the_share_is_rounded_up_and_exact(rate: float, size: int, chosen: int) -> None:
    assert len(sampling.draw("seed", IDS[:size], rate)) == chosen


def test_a_draw_stays_the_same_for_good() -> None:
    drawn = sampling.draw("lottery 42", IDS, 0.3)

    assert [one.int for one in drawn] == [0, 1, 3]
    assert sampling.digest(IDS) == "3fb9e481c7bc1641ed3fd099e7afb08ddb1ceae0de4cf4d8a2a4eac6d0b26cfa"


@given(seed=some.text(min_size=1, max_size=20), ids=some.lists(some.uuids(), unique=True, max_size=30))
def test_neither_order_nor_repetition_of_the_population_matters(seed: str, ids: list[UUID]) -> None:
    assert sampling.draw(seed, ids, 0.3) == sampling.draw(seed, [*reversed(ids), *ids], 0.3)


@given(ids=some.lists(some.uuids(), unique=True, min_size=1, max_size=30), share=some.floats(0, 1))
def test_whoever_is_drawn_at_a_rate_is_drawn_at_a_higher_one(ids: list[UUID], share: float) -> None:
    few, more = sampling.draw("seed", ids, share / 2), sampling.draw("seed", ids, share)

    assert set(few) <= set(more)


def _finding(clause: str, *, met: bool) -> Finding:
    return Finding(clause=clause, met=met, code="met" if met else "licence_none", asked="Asked.", found="Found.")


def _decision(clause: str, *, met: bool) -> ClauseDecision:
    return ClauseDecision(clause=clause, met=met, reason="So it is.")


@pytest.mark.parametrize(
    ("outcome", "found", "decided", "granted"),
    [
        pytest.param(Outcome.APPROVED, (True, True), (True, True), True, id="all is met and so decided"),
        pytest.param(Outcome.APPROVED, (True, False), (True, True), False, id="approving against the ruling"),
        pytest.param(Outcome.APPROVED, (True, True), (True, False), False, id="approving against one's own decision"),
        pytest.param(Outcome.DENIED, (True, False), (True, False), True, id="denying with the ruling"),
        pytest.param(Outcome.DENIED, (True, True), (True, False), True, id="denying what the rules would grant"),
        pytest.param(Outcome.DENIED, (True, True), (True, True), False, id="denying without grounds"),
        pytest.param(Outcome.DENIED, (False, False), (True, False), False, id="a clause as met against the ruling"),
    ],
)
def test_what_may_be_decided(
    outcome: Outcome, found: tuple[bool, bool], decided: tuple[bool, bool], *, granted: bool
) -> None:
    findings = [_finding(f"clause-{index}", met=met) for index, met in enumerate(found)]
    decisions = [_decision(f"clause-{index}", met=met) for index, met in enumerate(decided)]

    assert faults(decisions, findings) == []
    assert may_decide(outcome, findings, decisions).granted is granted


def test_nothing_judged_approves_nothing() -> None:
    assert may_decide(Outcome.APPROVED, (), ()).granted is False
