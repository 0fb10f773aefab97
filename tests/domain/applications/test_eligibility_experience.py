from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from domain.applications.facts import ExperienceFact, TrainingFact
from domain.applications.rules_experience import Span, counted_days, days_asked
from domain.programs.clauses import Provider
from tests.builders import a_job, a_policy, a_training, facts
from tests.domain.applications.cases import TODAY, found

EXPERIENCE = "/eligibility/of_everyone/0/parts/0"
WAIVER = "/eligibility/of_everyone/0/parts/1"


def a_span(first: date, last: date, **fields: object) -> ExperienceFact:
    return a_job(starts_on=first, ends_on=last, **fields)


@pytest.mark.parametrize(
    ("jobs", "code"),
    [
        pytest.param((a_span(date(2024, 3, 1), date(2025, 2, 27)),), "experience_short", id="a day short of a year"),
        pytest.param((a_span(date(2024, 3, 1), date(2025, 2, 28)),), "met", id="exactly a year"),
        pytest.param((a_span(date(2024, 3, 1), date(2025, 3, 1)),), "met", id="a day more"),
        pytest.param((a_span(date(2023, 3, 1), date(2024, 2, 28)),), "experience_short", id="365 days of a leap year"),
        pytest.param((a_span(date(2023, 3, 1), date(2024, 2, 29)),), "met", id="a leap year"),
        pytest.param(
            (a_span(date(2024, 2, 29), date(2025, 2, 26)),), "experience_short", id="from Feb 29, a day short"
        ),
        pytest.param((a_span(date(2024, 2, 29), date(2025, 2, 27)),), "met", id="from Feb 29"),
        pytest.param((a_job(starts_on=date(2025, 7, 2)),), "met", id="still working, a year today"),
        pytest.param((a_job(starts_on=date(2025, 7, 3)),), "experience_short", id="still working, a year tomorrow"),
        pytest.param((a_span(date(2025, 7, 3), date(2030, 1, 1)),), "experience_short", id="days to come do not count"),
        pytest.param((a_job(starts_on=date(2026, 7, 2)),), "experience_none", id="begins tomorrow"),
        pytest.param((), "experience_none", id="none"),
        pytest.param(
            (a_span(date(2024, 1, 1), date(2024, 6, 30)), a_span(date(2024, 4, 1), date(2024, 12, 30), ref="b")),
            "experience_short",
            id="overlapping jobs count once, a day short",
        ),
        pytest.param(
            (a_span(date(2024, 1, 1), date(2024, 6, 30)), a_span(date(2024, 4, 1), date(2024, 12, 31), ref="b")),
            "met",
            id="overlapping jobs count once, a year",
        ),
        pytest.param(
            (a_span(date(2020, 1, 1), date(2020, 6, 30)), a_span(date(2022, 1, 1), date(2022, 7, 2), ref="b")),
            "met",
            id="a gap between two halves",
        ),
        pytest.param((a_span(date(2024, 6, 1), date(2024, 1, 1)),), "experience_none", id="ends before it begins"),
    ],
)
def test_a_year_of_experience_is_counted_by_the_calendar(jobs: tuple[ExperienceFact, ...], code: str) -> None:
    assert found("standard-experience", facts(experience=jobs)).code == code


@pytest.mark.parametrize(
    ("job", "code"),
    [
        pytest.param(a_job(setting="community"), "met", id="a setting that the rules name"),
        pytest.param(a_job(setting="academia"), "awaits_staff_judgement", id="another waits for staff"),
        pytest.param(a_job(setting="academia", related=True), "met", id="judged related"),
        pytest.param(a_job(setting="community", related=False), "experience_not_related", id="judged unrelated"),
        pytest.param(
            a_job(setting="academia", starts_on=date(2026, 1, 1)), "experience_not_related", id="too short either way"
        ),
    ],
)
def test_staff_judge_the_settings_that_the_rules_do_not_name(job: ExperienceFact, code: str) -> None:
    assert found("standard-experience", facts(experience=(job,))).code == code


@pytest.mark.parametrize(
    ("hours", "months", "code"),
    [
        pytest.param("40", 12, "met", id="full time, a year"),
        pytest.param("20", 12, "experience_short", id="half time, a year"),
        pytest.param("20", 24, "met", id="half time, two years"),
        pytest.param("19.9", 24, "experience_short", id="a little less than half time"),
        pytest.param("60", 11, "experience_short", id="overtime makes no day longer"),
        pytest.param(None, 24, "hours_unstated", id="hours not given"),
    ],
)
def test_part_time_work_counts_by_its_share_where_the_policy_says_so(hours: str | None, months: int, code: str) -> None:
    policy = a_policy({f"{EXPERIENCE}/part_time": "pro_rata"})
    first = {11: date(2025, 2, 1), 12: date(2025, 1, 1), 24: date(2024, 1, 1)}[months]
    job = a_span(first, date(2025, 12, 31), hours_per_week=Decimal(hours) if hours else None)

    assert found("standard-experience", facts(experience=(job,)), policy=policy).code == code


def test_part_time_work_counts_in_full_where_the_policy_does_not_ask_for_hours() -> None:
    job = a_span(date(2024, 3, 1), date(2025, 2, 28), hours_per_week=Decimal(4))

    assert found("standard-experience", facts(experience=(job,))).met


def test_two_half_jobs_at_once_make_one_whole_one() -> None:
    policy = a_policy({f"{EXPERIENCE}/part_time": "pro_rata"})
    halves = tuple(
        a_span(date(2024, 3, 1), date(2025, 2, 28), ref=ref, hours_per_week=Decimal(20)) for ref in ("a", "b")
    )

    assert found("standard-experience", facts(experience=halves), policy=policy).met
    assert not found("standard-experience", facts(experience=halves[:1]), policy=policy).met


@pytest.mark.parametrize(("hours", "code"), [("15.9", "experience_too_few_hours"), ("16", "met")])
def test_work_below_the_least_hours_does_not_count(hours: str, code: str) -> None:
    policy = a_policy({f"{EXPERIENCE}/min_hours_per_week": 16})

    assert (
        found("standard-experience", facts(experience=(a_job(hours_per_week=Decimal(hours)),)), policy=policy).code
        == code
    )


def test_the_finding_says_how_many_days_were_counted() -> None:
    job = a_span(date(2024, 3, 1), date(2025, 2, 27))

    assert "364 of 365 days" in found("standard-experience", facts(experience=(job,))).found


@pytest.mark.parametrize(
    ("training", "code"),
    [
        pytest.param(a_training(), "met", id="a completed residency"),
        pytest.param(a_training(provider="American Society of Health-System Pharmacists"), "met", id="by full name"),
        pytest.param(a_training(provider="ashp"), "met", id="in small letters"),
        pytest.param(a_training(in_progress=True), "waiver_in_progress", id="in progress"),
        pytest.param(a_training(completed_on=None), "waiver_in_progress", id="no day of completion"),
        pytest.param(a_training(completed_on=date(2026, 7, 2)), "waiver_in_progress", id="completed tomorrow"),
        pytest.param(a_training(completed_on=TODAY), "met", id="completed today"),
        pytest.param(a_training(expires_on=date(2020, 1, 1)), "met", id="a residency never expires"),
        pytest.param(a_training(kind="fellowship", expires_on=date(2020, 1, 1)), "met", id="nor does a fellowship"),
        pytest.param(a_training(kind="graduate_degree", expires_on=date(2020, 1, 1)), "met", id="nor a degree"),
        pytest.param(
            a_training(kind="certificate", expires_on=date(2026, 6, 30)), "waiver_expired", id="a certificate may"
        ),
        pytest.param(a_training(kind="certificate", expires_on=TODAY), "met", id="active on its last day"),
        pytest.param(a_training(kind="certificate", expires_on=None), "met", id="a certificate without an end"),
        pytest.param(a_training(kind="webinar"), "waiver_kind_not_accepted", id="another kind of training"),
        pytest.param(a_training(provider="A hospital"), "awaits_staff_judgement", id="a provider not listed"),
        pytest.param(a_training(provider="A hospital", recognised=True), "met", id="a provider that staff recognise"),
        pytest.param(a_training(recognised=False), "provider_not_recognised", id="one that staff do not recognise"),
        pytest.param(a_training(subject="oncology"), "awaits_staff_judgement", id="a subject not listed"),
        pytest.param(a_training(subject="oncology", related=True), "met", id="a subject that staff find related"),
        pytest.param(a_training(related=False), "waiver_not_related", id="one that staff find unrelated"),
    ],
)
def test_completed_related_training_from_a_recognised_provider_waives_the_year(
    training: TrainingFact, code: str
) -> None:
    assert found("certificate-waiver", facts(experience=(), training=(training,))).code == code


def test_the_waiver_alone_meets_the_specialty_requirement() -> None:
    finding = found("specialty-experience", facts(experience=(), training=(a_training(),)))

    assert finding.met
    assert [(part.clause, part.met) for part in finding.parts] == [
        ("standard-experience", False),
        ("certificate-waiver", True),
    ]


@pytest.mark.parametrize(
    ("on", "met"),
    [
        pytest.param(date(2026, 5, 31), False, id="the day before"),
        pytest.param(date(2026, 6, 1), True, id="its first day"),
        pytest.param(date(2026, 9, 30), True, id="its last day"),
        pytest.param(date(2026, 10, 1), False, id="the day after"),
    ],
)
def test_a_provider_that_staff_recognise_counts_from_a_day_until_a_day(on: date, met: bool) -> None:
    extra = Provider(
        code="NCPA",
        name="Another association",
        effective_from=date(2026, 6, 1),
        effective_until=date(2026, 9, 30),
    )
    about = facts(training=(a_training(provider="another association"),), providers=(extra,))

    assert found("certificate-waiver", about, on=on).met is met


def test_a_policy_may_ask_that_the_provider_was_recognised_on_the_day_of_completion() -> None:
    policy = a_policy(
        {f"{WAIVER}/recognised_when": "completion", "/eligibility/providers/0/effective_until": "2018-06-29"}
    )

    late = found("certificate-waiver", facts(training=(a_training(),)), policy=policy)
    in_time = found("certificate-waiver", facts(training=(a_training(completed_on=date(2018, 6, 29)),)), policy=policy)

    assert (late.code, in_time.code) == ("awaits_staff_judgement", "met")


def test_a_waiver_may_recognise_only_some_of_the_providers() -> None:
    policy = a_policy({f"{WAIVER}/recognises": ["ACCP"]})

    codes = [
        found("certificate-waiver", facts(training=(a_training(provider=name),)), policy=policy).code
        for name in ("ASHP", "ACCP")
    ]

    assert codes == ["awaits_staff_judgement", "met"]


DAYS = st.dates(date(2019, 1, 1), date(2021, 12, 31))
SPANS = st.lists(st.tuples(DAYS, DAYS), max_size=8)
WEIGHTED = st.lists(st.tuples(DAYS, DAYS, st.fractions(0, 1, max_denominator=8)), max_size=6)


@given(SPANS)
def test_days_counted_once_are_those_that_a_count_day_by_day_finds(pairs: list[tuple[date, date]]) -> None:
    days = {n for first, last in pairs for n in range(first.toordinal(), last.toordinal() + 1)}

    assert counted_days(Span(first, last) for first, last in pairs) == len(days)


@given(SPANS)
def test_days_counted_once_are_never_more_than_the_days_of_each_job_together(pairs: list[tuple[date, date]]) -> None:
    spans = [Span(first, last) for first, last in pairs]

    assert counted_days(spans) <= sum(counted_days([span]) for span in spans)


@given(WEIGHTED)
def test_shares_of_a_day_add_up_and_no_day_counts_more_than_once(rows: list[tuple[date, date, Fraction]]) -> None:
    by_day: dict[int, Fraction] = {}
    for first, last, weight in rows:
        for n in range(first.toordinal(), last.toordinal() + 1):
            by_day[n] = by_day.get(n, Fraction(0)) + weight

    expected = sum((min(weight, Fraction(1)) for weight in by_day.values()), Fraction(0))

    assert counted_days(Span(*row) for row in rows) == expected


def test_a_month_is_asked_for_from_the_stretch_that_makes_it_shortest() -> None:
    spans = [Span(date(2023, 1, 1), date(2023, 1, 10)), Span(date(2023, 2, 1), date(2023, 2, 10))]

    assert days_asked(1, spans) == 28


@given(st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=4), st.tuples(DAYS, DAYS))
def test_another_job_never_costs_anyone_the_clause(pairs: list[tuple[date, date]], more: tuple[date, date]) -> None:
    jobs = tuple(a_span(first, last) for first, last in pairs)
    before = found("standard-experience", facts(experience=jobs))

    after = found("standard-experience", facts(experience=(*jobs, a_span(*more))))

    assert after.met or not before.met


@pytest.mark.parametrize(
    ("jobs", "why"),
    [
        pytest.param((), "No experience was given.", id="none"),
        pytest.param(
            (a_job(starts_on=date(2027, 3, 2)), a_job(starts_on=date(2027, 1, 2), ref="b")),
            "The experience that was given begins on 2027-01-02; it counts from that day.",
            id="it begins later",
        ),
        pytest.param(
            (a_span(date(2024, 6, 1), date(2024, 1, 1)),),
            "The experience that was given ends before it begins.",
            id="it ends before it begins",
        ),
    ],
)
def test_experience_that_has_no_day_yet_is_told_for_its_true_reason(jobs: tuple[ExperienceFact, ...], why: str) -> None:
    ruled = found("standard-experience", facts(experience=jobs))

    assert (ruled.code, ruled.found) == ("experience_none", why)


def test_work_of_no_hours_a_week_counts_for_nothing() -> None:
    job = a_span(date(2024, 1, 1), date(2025, 12, 31), hours_per_week=Decimal(0))

    assert found("standard-experience", facts(experience=(job,))).code == "experience_too_few_hours"
