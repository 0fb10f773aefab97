"""What scoring promises whatever the answers: order means nothing, and the same key changes nobody."""

import numpy as np
from hypothesis import given, settings, strategies as st

from domain.scores.keys import answer_key
from domain.scores.scoring import score_matrix
from tests.builders import cpom
from tests.builders_scores import some_items

DOMAINS = [domain.code for domain in cpom().exam.domains]
ITEMS = 12
KEYS = st.lists(st.lists(st.integers(1, 4), max_size=2, unique=True), min_size=ITEMS, max_size=ITEMS).filter(any)
ANSWERS = st.lists(
    st.lists(st.sampled_from([0, 1, 2, 3, 4, 255]), min_size=ITEMS, max_size=ITEMS), min_size=1, max_size=40
)


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS, correct=KEYS, data=st.data())
def test_scoring_does_not_depend_on_the_order_of_the_rows(
    answers: list[list[int]], correct: list[list[int]], data: st.DataObject
) -> None:
    key = answer_key(some_items(ITEMS), correct, DOMAINS)
    order = data.draw(st.permutations(range(len(answers))))
    matrix = np.array(answers, np.uint8)

    plain, mixed = score_matrix(matrix, key), score_matrix(matrix[list(order)], key)

    assert mixed.raw.tolist() == plain.raw[list(order)].tolist()
    assert mixed.domain_raw.tolist() == plain.domain_raw[list(order)].tolist()


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS, correct=KEYS)
def test_a_rescore_with_the_same_key_changes_nobody(answers: list[list[int]], correct: list[list[int]]) -> None:
    matrix, items = np.array(answers, np.uint8), some_items(ITEMS)

    before = score_matrix(matrix, answer_key(items, correct, DOMAINS))
    after = score_matrix(matrix, answer_key(items, [list(reversed(options)) for options in correct], DOMAINS))

    assert after.raw.tolist() == before.raw.tolist()
    assert after.domain_raw.tolist() == before.domain_raw.tolist()


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS, correct=KEYS)
def test_points_are_those_of_a_loop_over_people_and_items(answers: list[list[int]], correct: list[list[int]]) -> None:
    found = score_matrix(np.array(answers, np.uint8), answer_key(some_items(ITEMS), correct, DOMAINS))

    expected = [sum(answer in right for answer, right in zip(row, correct, strict=True)) for row in answers]
    assert found.raw.tolist() == expected
    assert found.domain_raw.sum(axis=1).tolist() == expected
