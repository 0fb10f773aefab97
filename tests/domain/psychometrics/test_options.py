"""Options, distractors, suspect keys, upper and lower groups, speededness."""

import numpy as np
import numpy.typing as npt
import pytest

from domain.psychometrics.arrays import CHUNK, Ints, totals
from domain.psychometrics.errors import OutOfShape, TooFew
from domain.psychometrics.moments import moments
from domain.psychometrics.options import (
    NOT_REACHED,
    Distractors,
    OptionTable,
    Suspect,
    analyse_options,
    bands,
    option_table,
    suspect_keys,
    upper_and_lower,
)
from domain.psychometrics.speededness import speededness
from tests.domain.psychometrics.published import simulated

Answers = npt.NDArray[np.uint8]


def answers(people: int = 600, items: int = 12, seed: int = 3) -> tuple[Answers, list[tuple[int, ...]]]:
    """Right answers by the model, wrong ones by chance; the key runs 1, 2, 3, 4, 1, ..."""
    rng = np.random.default_rng(seed)
    right = simulated(people, items, seed).astype(bool)
    key = np.arange(items) % 4 + 1
    wrong = (key - 1 + rng.integers(1, 4, right.shape)) % 4 + 1
    return np.where(right, key, wrong).astype(np.uint8), [(int(k),) for k in key]


def analysed(found: Answers, key: list[tuple[int, ...]]) -> tuple[OptionTable, Distractors, Ints]:
    scored = np.stack([np.isin(found[:, i], right) for i, right in enumerate(key)], axis=1).astype(np.uint8)
    score = totals(scored)
    table = option_table(found, score, 4, upper_and_lower(score))
    return table, analyse_options(table, moments(scored), key), score


def suspects(found: Answers, key: list[tuple[int, ...]]) -> tuple[Suspect, ...]:
    table, figures, _ = analysed(found, key)
    return suspect_keys(table, figures, key)


def test_counts_and_totals_are_those_of_a_loop() -> None:
    found, key = answers(CHUNK + 50, 3)
    found[5, 1], found[6, 2] = 0, NOT_REACHED

    table, _, score = analysed(found, key)

    groups = upper_and_lower(score)
    for place, code in enumerate((0, 1, 2, 3, 4, NOT_REACHED)):
        chose = found == code
        assert table.counts[:, place].tolist() == chose.sum(axis=0).tolist()
        assert table.totals[:, place].tolist() == (chose * score[:, None]).sum(axis=0).tolist()
        assert table.by_group[1, :, place].tolist() == chose[groups == 1].sum(axis=0).tolist()
    assert table.traces().sum(axis=2) == pytest.approx(np.ones((2, 3)))


def test_a_group_in_which_there_is_nobody_has_no_share() -> None:
    found, _ = answers(6, 2)
    everyone_in_the_third = np.full(6, 2)

    traces = option_table(found, np.zeros(6, np.int64), 4, everyone_in_the_third).traces()

    assert np.isnan(traces[:2]).all()
    assert traces[2].sum(axis=1) == pytest.approx(np.ones(2))


def test_an_options_correlation_is_with_the_score_on_the_other_items() -> None:
    found, key = answers()

    _, figures, score = analysed(found, key)

    own = np.array([right[0] for right in key])
    for item, option in ((0, 1), (0, 3), (5, 2), (7, 1)):
        rest = score - (found[:, item] == own[item])
        naive = np.corrcoef(found[:, item] == option, rest)[0, 1]
        assert figures.correlations[item][option] == pytest.approx(naive, abs=1e-12)
        assert figures.mean_totals[item][option] == pytest.approx(score[found[:, item] == option].mean())


def test_an_option_nobody_or_everybody_chose_has_no_correlation_and_the_reason_is_given() -> None:
    found, key = answers()
    found[:, 2] = 3

    _, figures, _ = analysed(found, key)

    assert (figures.correlations[2][3], figures.reasons[2][3]) == (None, "always_chosen")
    assert (figures.correlations[2][1], figures.reasons[2][1]) == (None, "never_chosen")
    assert figures.mean_totals[2][1] is None


def test_a_wrong_key_is_the_first_suspect_and_the_right_option_its_rival() -> None:
    found, key = answers()
    planted = [*key]
    planted[4] = (3,)

    ranked = suspects(found, planted)

    assert ranked[0].item == 4
    assert ranked[0].rival == 1
    assert "rival_discriminates_better" in ranked[0].reasons
    assert "rival_preferred_by_the_strong" in ranked[0].reasons


def test_a_sound_key_has_no_suspects() -> None:
    assert suspects(*answers()) == ()


def test_a_key_that_nobody_chose_is_suspected() -> None:
    found, key = answers()
    found[:, 0] = np.where(found[:, 0] == 1, 2, found[:, 0])

    ranked = suspects(found, key)

    assert {suspect.item for suspect in ranked} == {0}
    assert {"key_never_chosen", "below_chance"} <= set(ranked[0].reasons)


def test_two_right_options_are_no_rivals_and_a_dropped_item_is_no_suspect() -> None:
    found, key = answers()

    ranked = suspects(found, [(1, 2), (), *key[2:]])

    assert all(suspect.item > 1 for suspect in ranked)


def test_groups_never_part_people_of_one_score() -> None:
    score = np.array([3, 3, 3, 1, 2, 5, 5, 4, 0, 6])

    assert upper_and_lower(score, 0.27).tolist() == [-1, -1, -1, 0, 0, 1, 1, -1, 0, 1]
    grouped = bands(score, 3)
    assert len(set(grouped[score == 3])) == 1
    assert np.all(np.diff(grouped[np.argsort(score, kind="stable")]) >= 0)
    assert upper_and_lower(np.array([2, 2, 2, 2])).tolist() == [-1, -1, -1, -1]
    for divide in (upper_and_lower, bands):
        with pytest.raises(TooFew):
            divide(np.zeros(0, np.int64))


def test_answers_that_are_no_option_are_refused() -> None:
    found, _ = answers(20, 3)

    with pytest.raises(OutOfShape):
        option_table(found, np.zeros(20, np.int64), 3)
    with pytest.raises(OutOfShape):
        option_table(found, np.zeros(19, np.int64), 4)
    with pytest.raises(OutOfShape):
        option_table(found, np.full(20, 9000), 4)


def test_a_form_is_speeded_when_too_few_reach_its_end() -> None:
    found, _ = answers(100, 10)
    right = np.full(100, 5.0)
    right[::2] = 6

    calm = speededness(found, right)
    found[:30, 8:] = NOT_REACHED
    hurried = speededness(found, right)

    assert calm.unspeeded
    assert calm.variance_ratio == 0
    assert not hurried.unspeeded
    assert hurried.finished == pytest.approx(0.7)
    assert hurried.everybody_reached == pytest.approx(0.8)
    assert hurried.variance_ratio == pytest.approx((4 * 0.3 * 0.7) / 0.25)
    with pytest.raises(TooFew):
        speededness(found[:0], right[:0])
