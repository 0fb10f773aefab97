"""Cuts of panels: arithmetic by hand, intersections, standard errors, rounding."""

import numpy as np
import pytest

from domain.psychometrics.arrays import Floats
from domain.psychometrics.errors import NoVariation, OutOfShape, TooFew
from domain.psychometrics.irt_model import item_parameters
from domain.psychometrics.standard_setting import (
    Rounding,
    angoff,
    beuk,
    bookmark,
    hofstee,
    impact,
    response_locations,
    whole_score,
)

RATINGS = np.array([[0.6, 0.7, 0.9, 0.5], [0.5, 0.8, 0.8, 0.6], [0.4, 0.6, 1.0, 0.5]])
UNIFORM = np.ones(101)
"""One person at each score from 0 to 100: at cut x, x / 101 fail."""


@pytest.mark.parametrize(("cut", "up", "half_up", "down"), [
    (71.2, 72, 71, 71), (71.5, 72, 72, 71), (72.0, 72, 72, 72), (72.0000000001, 72, 72, 72), (70.5, 71, 71, 70),
])  # fmt: skip
def test_a_cut_is_rounded_as_the_policy_states(cut: float, up: int, half_up: int, down: int) -> None:
    assert [whole_score(cut, rounding) for rounding in (Rounding.UP, Rounding.HALF_UP, Rounding.DOWN)] == [
        up, half_up, down,
    ]  # fmt: skip


def test_angoffs_cut_is_the_mean_of_the_judges_sums_with_its_error() -> None:
    found = angoff([RATINGS])

    sums = np.array([2.7, 2.7, 2.5])
    assert found.cut.raw == pytest.approx(sums.mean())
    assert found.cut.se == pytest.approx(sums.std(ddof=1) / np.sqrt(3))
    assert found.cut.whole == 3
    assert found.rounds[0].judge_cuts == pytest.approx(sums)
    assert found.rounds[0].item_means == pytest.approx(RATINGS.mean(axis=0))


def test_the_last_round_is_the_panels_and_movements_are_kept() -> None:
    second = RATINGS.copy()
    second[2] = [0.5, 0.7, 0.9, 0.6]

    found = angoff([RATINGS, second], rounding=Rounding.HALF_UP)

    assert found.cut == found.rounds[1].cut
    assert found.moved[0] == pytest.approx([0, 0, 0.2])
    assert found.cut.rounding == "half_up"


def test_judges_who_agree_about_the_items_are_generalizable_and_compared_with_what_people_did() -> None:
    observed = np.array([0.55, 0.7, 0.95, 0.5])

    found = angoff([RATINGS], observed=observed).rounds[0]

    # a two-way analysis of variance by hand
    grand = RATINGS.mean()
    rest = RATINGS - RATINGS.mean(axis=1, keepdims=True) - RATINGS.mean(axis=0) + grand
    residual = (rest**2).sum() / 6
    items = (3 * ((RATINGS.mean(axis=0) - grand) ** 2).sum() / 3 - residual) / 3
    judges = max(0.0, (4 * ((RATINGS.mean(axis=1) - grand) ** 2).sum() / 2 - residual) / 4)
    assert found.agreement == pytest.approx(items / (items + residual / 3))
    assert found.se_items == pytest.approx(4 * np.sqrt(judges / 3 + items / 4 + residual / 12))
    assert found.difficulty[0] == pytest.approx(np.corrcoef(RATINGS[0], observed)[0, 1])


def test_a_judge_who_rates_all_items_alike_has_no_correlation_with_their_difficulty() -> None:
    alike = RATINGS.copy()
    alike[1] = 0.5

    found = angoff([alike], observed=np.array([0.55, 0.7, 0.95, 0.5])).rounds[0]

    assert found.difficulty[1] is None
    assert angoff([np.full((3, 4), 0.5)]).rounds[0].agreement is None


def test_missing_ratings_and_panels_of_one_are_refused() -> None:
    missing = RATINGS.copy()
    missing[0, 0] = np.nan

    with pytest.raises(OutOfShape):
        angoff([missing])
    with pytest.raises(OutOfShape):
        angoff([RATINGS + 0.5])
    with pytest.raises(OutOfShape):
        angoff([RATINGS, RATINGS[:, :3]])
    with pytest.raises(TooFew):
        angoff([RATINGS[:1]])
    with pytest.raises(TooFew):
        angoff([])


def hofstee_pairs() -> tuple[Floats, Floats]:
    cuts = np.array([[50.0, 70.0], [54.0, 74.0], [46.0, 66.0], [50.0, 70.0]])
    fails = np.array([[0.2, 0.6], [0.3, 0.7], [0.25, 0.75], [0.25, 0.75]])
    return cuts, fails


def test_hofstees_cut_is_where_the_judges_line_meets_the_curve() -> None:
    cuts, fails = hofstee_pairs()

    found = hofstee(cuts, fails, UNIFORM)

    # the line from (50, .70) to (70, .25) meets x / 101
    slope = (0.25 - 0.70) / 20
    x = (0.70 - slope * 50) / (1 / 101 - slope)
    assert found.cut is not None
    assert found.cut.raw == pytest.approx(x)
    assert found.fail_rate == pytest.approx(x / 101)
    assert found.cut.whole == int(np.ceil(x))


def test_the_error_of_a_compromise_is_a_jackknife_over_judges() -> None:
    cuts, fails = hofstee_pairs()

    found = hofstee(cuts, fails, UNIFORM)

    without = []
    for judge in range(4):
        keep = [k for k in range(4) if k != judge]
        one = hofstee(cuts[keep], fails[keep], UNIFORM).cut
        without.append(one.raw if one else np.nan)
    spread = np.sum((np.array(without) - np.mean(without)) ** 2)
    assert found.cut is not None
    assert found.cut.se == pytest.approx(np.sqrt(3 / 4 * spread))


def test_a_line_that_misses_the_curve_gives_no_cut_and_says_why() -> None:
    cuts, fails = hofstee_pairs()

    found = hofstee(cuts, fails / 10, UNIFORM)

    assert (found.cut, found.fail_rate, found.reason) == (None, None, "no_intersection")


def test_beuks_cut_is_on_the_line_through_the_means_as_steep_as_the_spreads() -> None:
    cuts, passes = np.array([60.0, 64.0, 68.0]), np.array([0.5, 0.45, 0.55])

    found = beuk(cuts, passes, UNIFORM)

    slope = passes.std() / cuts.std()
    # 0.5 + slope (x - 64) = 1 - x / 101
    x = (0.5 + slope * 64) / (slope + 1 / 101)
    assert found.cut is not None
    assert found.cut.raw == pytest.approx(x)
    assert found.cut.se is not None
    assert found.cut.se > 0


def test_where_judges_agree_on_the_cut_beuk_takes_it() -> None:
    found = beuk(np.full(3, 62.0), np.array([0.5, 0.6, 0.7]), UNIFORM)

    assert found.cut is not None
    assert (found.cut.raw, found.cut.whole) == (62.0, 62)
    with pytest.raises(NoVariation):
        beuk(np.full(3, 62.0), np.full(3, 0.5), UNIFORM)


def test_impossible_opinions_are_refused() -> None:
    cuts, fails = hofstee_pairs()

    with pytest.raises(OutOfShape):
        hofstee(cuts[:, ::-1], fails, UNIFORM)
    with pytest.raises(OutOfShape):
        hofstee(cuts, fails * 2, UNIFORM)
    with pytest.raises(OutOfShape):
        hofstee(cuts, fails, np.zeros(101))
    with pytest.raises(TooFew):
        beuk(np.array([60.0]), np.array([0.5]), UNIFORM)
    with pytest.raises(OutOfShape):
        beuk(np.array([60.0, 65.0]), np.array([0.5, 0.6, 0.7]), UNIFORM)


def test_at_the_rp67_location_two_thirds_answer_right() -> None:
    items = item_parameters(np.array([0.8, 1.5]), np.array([-1.0, 0.5]), d=1.7)

    found = response_locations(items)

    assert np.diag(items.chances(found)) == pytest.approx([2 / 3, 2 / 3])


def test_the_bookmark_is_carried_from_the_page_to_ability_to_raw_points() -> None:
    items = item_parameters(1.0, np.array([0.4, -1.2, 1.0, -0.3, 0.1]))
    pages = np.array([4, 3, 4, 5])

    found = bookmark(pages, items, centre="mean")

    assert found.order.tolist() == [1, 3, 4, 0, 2]
    before = np.sort(items.b)[pages - 2] + np.log(2)
    assert found.judge_thetas == pytest.approx(before)
    assert found.theta == pytest.approx(before.mean())
    assert found.theta_se == pytest.approx(before.std(ddof=1) / 2)
    p = 1 / (1 + np.exp(-(before.mean() - items.b)))
    assert found.cut.raw == pytest.approx(p.sum())
    assert found.cut.se == pytest.approx((p * (1 - p)).sum() * found.theta_se)


def test_the_median_bookmark_has_the_error_of_a_median_and_conventions_differ_by_a_page() -> None:
    items = item_parameters(1.0, np.linspace(-1, 1, 5))
    pages = np.array([1, 3, 6])

    before, on, between = (bookmark(pages, items, at=at).judge_thetas for at in ("before", "on", "between"))

    places = np.linspace(-1, 1, 5) + np.log(2)
    assert before == pytest.approx(places[[0, 1, 4]])
    assert on == pytest.approx(places[[0, 2, 4]])
    assert between == pytest.approx((before + on) / 2)
    found = bookmark(pages, items)
    assert found.theta == pytest.approx(places[1])
    assert found.theta_se == pytest.approx(before.std(ddof=1) / np.sqrt(3) * np.sqrt(np.pi / 2))
    with pytest.raises(OutOfShape):
        bookmark(np.array([0, 3]), items)
    with pytest.raises(TooFew):
        bookmark(np.array([3]), items)


def test_the_impact_of_a_cut_is_the_share_at_or_above_it() -> None:
    passing, mean, _ = impact(UNIFORM, 51)

    assert (passing, mean) == pytest.approx((50 / 101, 50))
