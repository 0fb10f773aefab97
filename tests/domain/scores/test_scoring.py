"""Scoring by matrix against scoring by hand."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from domain.scores.keys import AnswerKey, answer_key
from domain.scores.model import FormItem
from domain.scores.responses import NOT_REACHED, OMITTED
from domain.scores.scoring import CHUNK, as_matrix, mark_not_reached, score_matrix

DOMAINS = ("a", "b", "c")


def a_key(correct: list[tuple[int, ...]], scored: list[bool] | None = None, domains: str | None = None) -> AnswerKey:
    scored = scored or [True] * len(correct)
    domains = domains or "a" * len(correct)
    items = [
        FormItem(code=str(place), domain=domain, scored=counts)
        for place, (domain, counts) in enumerate(zip(domains, scored, strict=True))
    ]
    return answer_key(items, correct, DOMAINS)


def answers(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.uint8)


def test_a_right_answer_scores_a_point_and_nothing_else_does() -> None:
    key = a_key([(1,), (2,), (3,), (4,)])

    scores = score_matrix(answers([1, 2, 3, 4], [1, OMITTED, 3, NOT_REACHED], [4, 3, 2, 1]), key)

    assert scores.raw.tolist() == [4, 2, 0]
    assert scores.raw.dtype == np.int32


def test_any_right_option_of_an_item_scores_once() -> None:
    key = a_key([(1, 3), (2,), (1, 2, 3, 4)])

    scores = score_matrix(answers([1, 2, 4], [3, 3, 1], [2, 2, OMITTED]), key)

    assert scores.raw.tolist() == [3, 2, 1]


def test_dropped_and_pretest_items_score_nothing_whatever_is_answered() -> None:
    key = a_key([(1,), (), (1,)], scored=[True, True, False])

    scores = score_matrix(answers([1, 1, 1], [2, 0, 1], [1, 254, 255]), key)

    assert scores.raw.tolist() == [1, 0, 1]


def test_points_fall_to_the_items_domain() -> None:
    key = a_key([(1,), (1,), (1,), (1,)], domains="abba")

    scores = score_matrix(answers([1, 1, 1, 1], [1, 2, 1, 2]), key)

    assert scores.domain_raw.tolist() == [[2, 2, 0], [1, 1, 0]]


def test_nobody_scores_nothing() -> None:
    scores = score_matrix(np.zeros((0, 2), dtype=np.uint8), a_key([(1,), (1,)]))

    assert scores.raw.shape == (0,)
    assert scores.domain_raw.shape == (0, 3)


@pytest.mark.parametrize("bad", [np.zeros((2, 3), dtype=np.uint8), np.zeros(2, dtype=np.uint8), np.zeros((2, 2))])
def test_a_matrix_that_does_not_fit_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="do not fit 2 items"):
        score_matrix(bad, a_key([(1,), (1,)]))


@st.composite
def administrations(draw: st.DrawFn) -> tuple[np.ndarray, AnswerKey]:
    items = draw(st.integers(1, 12))
    options = st.lists(st.integers(1, 4), unique=True, max_size=4).map(tuple)
    correct = [(1,), *draw(st.lists(options, min_size=items - 1, max_size=items - 1))]
    scored = [True, *draw(st.lists(st.booleans(), min_size=items - 1, max_size=items - 1))]
    domains = "".join(draw(st.lists(st.sampled_from(DOMAINS), min_size=items, max_size=items)))
    one = st.sampled_from([0, 1, 2, 3, 4, 255])
    rows = draw(st.lists(st.lists(one, min_size=items, max_size=items), min_size=1, max_size=5))
    return answers(*rows), a_key(correct, scored, domains)


@given(administrations())
@settings(max_examples=100, deadline=None)
def test_the_matrix_agrees_with_counting_by_hand(case: tuple[np.ndarray, AnswerKey]) -> None:
    matrix, key = case

    scores = score_matrix(matrix, key)

    for row, raw, domain_raw in zip(matrix.tolist(), scores.raw.tolist(), scores.domain_raw.tolist(), strict=True):
        points = [int(answer in right) for answer, right in zip(row, key.correct, strict=True)]
        assert raw == sum(points) == sum(domain_raw)
        for domain in range(3):
            mine = [point for point, place in zip(points, key.domain_of, strict=True) if place == domain]
            assert domain_raw[domain] == sum(mine)


def test_chunks_join_without_a_seam() -> None:
    rng = np.random.default_rng(7)
    matrix = rng.integers(0, 5, (2 * CHUNK + 3, 5)).astype(np.uint8)
    key = a_key([(1,), (2,), (3,), (4,), (1, 2)])

    scores = score_matrix(matrix, key)

    by_hand = sum(np.isin(matrix[:, place], right) for place, right in enumerate(key.correct))
    assert (scores.raw == by_hand).all()


@pytest.mark.parametrize(
    ("row", "marked"),
    [
        pytest.param([1, 0, 2, 0, 0], [1, 0, 2, 255, 255], id="a run at the end"),
        pytest.param([0, 0, 2, 3, 4], [0, 0, 2, 3, 4], id="omitted at the start"),
        pytest.param([0, 0, 0, 0, 0], [255, 255, 255, 255, 255], id="nothing answered"),
        pytest.param([1, 2, 3, 4, 1], [1, 2, 3, 4, 1], id="everything answered"),
        pytest.param([1, 2, 3, 4, 0], [1, 2, 3, 4, 255], id="the last alone"),
    ],
)
def test_omitted_answers_at_the_end_were_not_reached(row: list[int], marked: list[int]) -> None:
    assert mark_not_reached(answers(row)).tolist() == [marked]


def test_stored_rows_become_a_matrix_again() -> None:
    assert as_matrix([b"\1\2\xff", b"\0\4\3"], 3).tolist() == [[1, 2, 255], [0, 4, 3]]
    assert as_matrix([], 3).shape == (0, 3)


def test_a_stored_row_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="not of 3 items"):
        as_matrix([b"\1\2\3", b"\1\2"], 3)
