"""Who changes by other versions of a key or conversion, and how."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from domain.exams.model import Authorization
from domain.rescoring import rules
from domain.rescoring.listing import new_results
from domain.rescoring.model import Direction, OnLostPass, Result
from domain.scores.actions import Versions
from domain.scores.conversion import two_segments
from domain.scores.keys import answer_key
from domain.scores.model import Attempt, AttemptStatus, Conversion, FormKey
from domain.scores.scoring import as_matrix, score_matrix
from tests.builders import cpom
from tests.builders_scores import some_items

NOON = datetime(2026, 3, 10, 17, tzinfo=UTC)
DOMAINS = [one.code for one in cpom().exam.domains]


def an_attempt(responses: bytes, **fields: object) -> Attempt:
    good = Attempt(
        id=uuid4(),
        candidate_id=uuid4(),
        authorization_id=uuid4(),
        registration_id=None,
        administration_id=uuid4(),
        form_id=uuid4(),
        import_id=None,
        taken_on=date(2026, 3, 10),
        responses=responses,
        created_at=NOON,
    )
    return replace(good, **fields)  # type: ignore[arg-type]


def versions(correct: list[list[int]], cut: int) -> Versions:
    answers = answer_key(some_items(len(correct)), correct, DOMAINS)
    table = two_segments(answers.raw_max, Decimal(cut), cpom().scale)
    made = {"form_id": uuid4(), "number": 1, "created_by": "ada", "created_at": NOON}
    key = FormKey(id=uuid4(), correct=tuple(map(tuple, correct)), **made)  # type: ignore[arg-type]
    conversion = Conversion(id=uuid4(), cut_raw=table.cut, scaled=table.scaled, **made)  # type: ignore[arg-type]
    return Versions(key, conversion, answers)


KEYS = st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=4, unique=True), min_size=8, max_size=8)
ANSWERS = st.lists(
    st.lists(st.sampled_from([0, 1, 2, 3, 4, 255]), min_size=8, max_size=8).map(bytes), min_size=1, max_size=12
)


@given(correct=KEYS, answers=ANSWERS, cut=st.integers(1, 8))
def test_a_rescore_with_the_same_key_and_conversion_changes_nobody(
    correct: list[list[int]], answers: list[bytes], cut: int
) -> None:
    judged = versions(correct, cut)
    raw, domains = score_matrix(as_matrix(answers, 8), judged.answers)
    scored = [
        an_attempt(
            given_,
            raw=int(points),
            scaled=judged.table.scaled_of(int(points)),
            passed=judged.table.passes(int(points)),
            domain_raw=tuple(int(one) for one in row),
        )
        for given_, points, row in zip(answers, raw, domains, strict=True)
    ]

    again = new_results(judged, scored)

    old = [rules.result_of(one) for one in scored]
    assert again == old
    assert {rules.direction(before, after) for before, after in zip(old, again, strict=True) if before} == {
        Direction.NONE
    }


@given(correct=KEYS, answers=ANSWERS, cut=st.integers(1, 8))
def test_what_comes_of_an_attempt_does_not_depend_on_who_stands_beside_it(
    correct: list[list[int]], answers: list[bytes], cut: int
) -> None:
    judged, attempts = versions(correct, cut), [an_attempt(one) for one in answers]

    together = new_results(judged, attempts)

    assert together == [new_results(judged, [one])[0] for one in attempts]
    assert together[::-1] == new_results(judged, attempts[::-1])


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        pytest.param(Result(raw=11, scaled=668, passed=False), Result(raw=12, scaled=720, passed=True), "fail_to_pass"),
        pytest.param(Result(raw=12, scaled=720, passed=True), Result(raw=11, scaled=668, passed=False), "pass_to_fail"),
        pytest.param(Result(raw=13, scaled=742, passed=True), Result(raw=12, scaled=720, passed=True), "score_only"),
        pytest.param(
            Result(raw=12, scaled=720, passed=True, domain_raw=(6, 6)),
            Result(raw=12, scaled=720, passed=True, domain_raw=(7, 5)),
            "score_only",
        ),
        pytest.param(Result(raw=12, scaled=720, passed=True), Result(raw=12, scaled=720, passed=True), "none"),
    ],
)
def test_the_direction_is_that_of_the_decision(old: Result, new: Result, way: str) -> None:
    assert rules.direction(old, new).value == way


@pytest.mark.parametrize(
    ("status", "way", "on_lost_pass", "kept"),
    [
        (AttemptStatus.RELEASED, Direction.LOST, OnLostPass.KEEP, True),
        (AttemptStatus.RELEASED, Direction.LOST, OnLostPass.SUSPEND, False),
        (AttemptStatus.RELEASED, Direction.LOST, OnLostPass.REVOKE, False),
        (AttemptStatus.RELEASED, Direction.GAINED, OnLostPass.KEEP, False),
        (AttemptStatus.SCORED, Direction.LOST, OnLostPass.KEEP, False),
    ],
)
def test_only_a_pass_that_left_the_house_can_be_kept(
    status: AttemptStatus, way: Direction, on_lost_pass: OnLostPass, kept: bool
) -> None:
    assert rules.is_kept(an_attempt(b"", status=status), way, on_lost_pass) is kept


def test_where_only_a_score_came_the_conversion_alone_is_new() -> None:
    judged = versions([[1]] * 8, 5)
    alone = an_attempt(b"", raw=5, scaled=0, passed=False)

    (found,) = new_results(judged, [alone])

    assert found == Result(raw=5, scaled=720, passed=True, domain_raw=())


def test_points_beyond_a_shorter_conversion_count_as_the_most() -> None:
    table = versions([[1]] * 8, 5).table

    assert rules.converted(9, (), table).scaled == 900


def test_what_was_bought_after_the_next_pass_was_not_bought_in_vain() -> None:
    attempt = an_attempt(b"")
    made = [_authorization(UUID(int=number), NOON + timedelta(days=number)) for number in range(1, 4)]
    own = _authorization(attempt.authorization_id or uuid4(), NOON)

    found = rules.bought_in_vain([*made, own], attempt, passes=[made[1].id])

    assert found == (made[0], made[1])


def test_nothing_bought_before_the_attempt_was_bought_in_vain() -> None:
    attempt = an_attempt(b"")
    own = _authorization(attempt.authorization_id or uuid4(), NOON)
    earlier = _authorization(uuid4(), NOON - timedelta(days=90))

    assert rules.bought_in_vain([own, earlier], attempt, passes=[]) == ()


def _authorization(id_: UUID, at: datetime) -> Authorization:
    return Authorization(
        id=id_,
        candidate_id=uuid4(),
        application_id=uuid4(),
        program="CPOM",
        edition="cpom-2026",
        number="T",
        attempt_number=1,
        opens_on=at.date(),
        closes_on=at.date(),
        findings=(),
        created_at=at,
    )
