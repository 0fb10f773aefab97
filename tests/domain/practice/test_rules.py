"""How a practice exam is drawn and what it tells."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st

from domain.practice.rules import Unit, diagnostics, draw, may_begin, proportions
from tests.builders import cpom
from tests.samples import NOON

DOMAINS = cpom().exam.domains
CODES = [domain.code for domain in DOMAINS]


def an_id(number: int) -> UUID:
    return UUID(int=number)


def single(number: int, domain: str, seen: int = 0) -> Unit:
    return Unit(items=((an_id(number), domain),), seen=seen)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param(120, [36, 30, 36, 18], id="the exam's own"),
        pytest.param(60, [18, 15, 18, 9], id="half of it"),
        pytest.param(10, [3, 3, 3, 1], id="remainders: the largest first"),
        pytest.param(4, [1, 1, 1, 1], id="one of each"),
        pytest.param(1, [1, 0, 0, 0], id="one item"),
    ],
)
def test_items_are_shared_out_in_the_proportions_of_the_blueprint(items: int, expected: list[int]) -> None:
    assert list(proportions(items, DOMAINS).values()) == expected


@given(st.integers(1, 500))
def test_shares_sum_to_all_and_none_is_off_by_a_whole_item(items: int) -> None:
    shares = proportions(items, DOMAINS)

    assert sum(shares.values()) == items
    assert all(abs(shares[one.code] - items * one.items / 120) < 1 for one in DOMAINS)


def test_a_set_is_drawn_whole_or_not_at_all() -> None:
    case = Unit(items=tuple((an_id(number), CODES[0]) for number in (1, 2, 3)))
    singles = [single(number, CODES[0]) for number in range(10, 14)]

    for seed in range(40):
        drawn = draw([case, *singles], {CODES[0]: 4}, [], bytes([seed]))

        assert drawn is not None
        assert sum(len(unit.items) for unit in drawn) == 4
        assert case not in drawn or len(drawn) == 2


def test_sets_and_single_items_are_both_drawn_over_time() -> None:
    case = Unit(items=tuple((an_id(number), CODES[0]) for number in (1, 2)))
    singles = [single(number, CODES[0]) for number in range(10, 14)]

    drawn = [draw([case, *singles], {CODES[0]: 4}, [], bytes([seed])) for seed in range(40)]

    assert 0 < sum(case in (one or ()) for one in drawn) < 40


def test_enemies_never_stand_together() -> None:
    units = [single(number, CODES[0]) for number in range(4)]
    enemies = [(an_id(0), an_id(1)), (an_id(2), an_id(3))]

    for seed in range(40):
        drawn = draw(units, {CODES[0]: 2}, enemies, bytes([seed]))

        assert drawn is not None
        ids = {unit.items[0][0].int for unit in drawn}
        assert ids not in ({0, 1}, {2, 3})
    assert draw(units, {CODES[0]: 3}, enemies, b"x") is None


def test_a_set_whose_members_are_enemies_is_never_drawn() -> None:
    case = Unit(items=((an_id(1), CODES[0]), (an_id(2), CODES[0])))

    assert draw([case], {CODES[0]: 2}, [(an_id(1), an_id(2))], b"x") is None


def test_what_is_new_to_the_candidate_comes_first() -> None:
    units = [single(number, CODES[0], seen=number % 2) for number in range(10)]

    drawn = draw(units, {CODES[0]: 5}, [], b"x")

    assert drawn is not None
    assert [unit.seen for unit in drawn] == [0] * 5


def test_too_few_items_of_one_domain_make_no_exam() -> None:
    units = [single(number, CODES[0]) for number in range(10)]

    assert draw(units, {CODES[0]: 5, CODES[1]: 1}, [], b"x") is None


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=8), st.integers(4, 40))
def test_a_draw_gives_exactly_what_is_wanted_and_the_same_for_the_same_seed(seed: bytes, items: int) -> None:
    units = [single(number, CODES[number % 4]) for number in range(120)]
    units += [
        Unit(items=tuple((an_id(1_000 + 3 * number + at), CODES[number % 4]) for at in range(3)))
        for number in range(12)
    ]
    wanted = proportions(items, DOMAINS)

    drawn = draw(units, wanted, [(an_id(0), an_id(1_000))], seed)

    assert drawn is not None
    assert drawn == draw(units, wanted, [(an_id(0), an_id(1_000))], seed)
    got = Counter(domain for unit in drawn for _, domain in unit.items)
    assert {code: got[code] for code in wanted} == wanted
    places = [CODES.index(unit.items[0][1]) for unit in drawn]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("ago", "most", "allowed"),
    [
        pytest.param([], 1, True, id="the first"),
        pytest.param([timedelta(days=1)], 1, False, id="one too many"),
        pytest.param([timedelta(days=30)], 1, True, id="thirty days later"),
        pytest.param([timedelta(days=30) - timedelta(seconds=1)], 1, False, id="a second before that"),
        pytest.param([timedelta()] * 99, None, True, id="no limit"),
    ],
)
def test_so_many_begin_within_thirty_days(ago: list[timedelta], most: int | None, *, allowed: bool) -> None:
    starts: list[datetime] = [NOON - one for one in ago]

    assert may_begin(starts, most, NOON) is allowed


def test_diagnostics_name_the_band_and_the_modules_of_each_domain_that_is_not_in_the_highest() -> None:
    policy = cpom()
    best = policy.report.bands[-1]
    domains = [CODES[0]] * 4 + [CODES[1]] * 3
    right = [True] * 4 + [True, False, False]

    told = diagnostics(domains, right, policy)

    assert [(one.code, one.items, one.correct, one.percent) for one in told] == [
        (CODES[0], 4, 4, 100),
        (CODES[1], 3, 1, 33),
    ]
    assert (told[0].band, told[0].modules) == (best.code, ())
    assert told[1].modules == policy.diagnostics.modules_for(CODES[1])
