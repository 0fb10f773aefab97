"""What candidates are told, under the shipped edition and under others."""

from collections.abc import Callable, Mapping
from itertools import pairwise

import pytest

from domain.scores.report import ScoreReport, band_of, score_report, standard_error_percent
from tests.builders import a_policy, cpom

ITEMS = (36, 30, 36, 18)


def a_report(
    *domain_raw: int, passed: bool = False, items: tuple[int, ...] = ITEMS, changes: Mapping[str, object] | None = None
) -> ScoreReport:
    policy = a_policy(changes) if changes else cpom()
    return score_report(passed=passed, scaled=640, domain_raw=domain_raw, domain_items=items, policy=policy)


def test_a_passer_learns_that_they_passed_and_no_more() -> None:
    report = a_report(30, 25, 30, 15, passed=True)

    assert (report.passed, report.scaled, report.domains, report.modules) == (True, None, (), ())


def test_a_passer_sees_the_score_where_the_policy_says_so() -> None:
    assert a_report(30, 25, 30, 15, passed=True, changes={"/report/passers_see_score": True}).scaled == 640


def test_who_failed_gets_the_score_the_bands_and_the_modules_of_the_weak_domains() -> None:
    report = a_report(30, 15, 22, 12)

    assert (report.passed, report.scaled) == (False, 640)
    assert [result.band for result in report.domains] == ["at-standard", "needs-work", "near", "near"]
    assert [result.code for result in report.domains] == [domain.code for domain in cpom().exam.domains]
    assert report.domains[0].modules == ()
    assert report.domains[1].modules == (6, 7, 8, 9, 20)


def test_modules_are_listed_once_those_of_the_weakest_domain_first() -> None:
    report = a_report(30, 30, 20, 5)

    assert report.modules == (13, 15, 16, 18, 10, 11, 12, 14, 17)


def test_who_failed_is_told_where_to_begin_even_when_every_domain_reached_the_highest_band() -> None:
    report = a_report(29, 23, 28, 14)

    assert {result.band for result in report.domains} == {"at-standard"}
    assert report.modules == (6, 7, 8, 9, 20)


def test_nothing_is_said_of_a_domain_with_too_few_items() -> None:
    report = a_report(30, 25, 30, 0, items=(36, 30, 36, 9))

    assert (report.domains[3].band, report.domains[3].firm, report.domains[3].modules) == (None, False, ())
    assert 15 not in report.modules


@pytest.mark.parametrize(
    ("flag", "shown"),
    [
        ("failers_see_score", lambda report: report.scaled),
        ("domain_bands_for_failers", lambda report: report.domains),
        ("modules_to_study_for_failers", lambda report: report.modules),
    ],
)
def test_the_policy_withholds_each_part(flag: str, shown: Callable[[ScoreReport], object]) -> None:
    report = a_report(10, 10, 10, 10, changes={f"/report/{flag}": False})

    assert not shown(report)
    assert shown(a_report(10, 10, 10, 10))


def test_modules_withheld_are_not_told_by_domain_either() -> None:
    report = a_report(10, 10, 10, 10, changes={"/report/modules_to_study_for_failers": False})

    assert all(result.modules == () for result in report.domains)
    assert all(result.band for result in report.domains)


def test_points_that_do_not_fit_the_outline_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        a_report(1, 2, 3)


@pytest.mark.parametrize(
    ("raw", "items", "band"),
    [
        (0, 30, "needs-work"),
        (17, 30, "needs-work"),
        (18, 30, "near"),
        (22, 30, "near"),
        (23, 30, "at-standard"),
        (26, 36, "near"),
        (27, 36, "at-standard"),
        (30, 30, "at-standard"),
        (3, 5, "near"),
    ],
)
def test_a_band_begins_exactly_at_its_percentage(raw: int, items: int, band: str) -> None:
    assert band_of(raw, items, cpom().report.bands)[1].code == band


@pytest.mark.parametrize(("raw", "items", "error"), [(0, 36, 0), (36, 36, 0), (18, 36, 8.4515), (15, 30, 9.2848)])
def test_the_standard_error_is_lords(raw: int, items: int, error: float) -> None:
    assert standard_error_percent(raw, items) == pytest.approx(error, abs=1e-4)


@pytest.mark.parametrize(("raw", "items"), [(0, 1), (-1, 5), (6, 5)])
def test_no_standard_error_is_made_up(raw: int, items: int) -> None:
    with pytest.raises(ValueError, match="no standard error"):
        standard_error_percent(raw, items)


def test_a_band_is_firm_when_a_standard_error_to_either_side_changes_nothing() -> None:
    firm = [a_report(raw, 0, 0, 0).domains[0].firm for raw in range(37)]

    assert firm[0]
    assert firm[36]
    assert not firm[27]
    assert sum(one != other for one, other in pairwise(firm)) >= 2


def test_each_band_comes_with_the_standard_error_of_its_percentage() -> None:
    domains = a_report(18, 15, 10, 10).domains

    assert [domains[0].standard_error, domains[1].standard_error] == pytest.approx([8.4515, 9.2848], abs=1e-4)
    assert all((one.standard_error is None) == (one.band is None) for one in domains)
