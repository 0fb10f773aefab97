"""The shipped edition holds what the program's pages state."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from domain.programs.clauses import plain
from domain.programs.model import RecognisedProvider
from domain.programs.policy import edition_in_force, providers_from, to_decide
from domain.programs.upkeep_terms import FeeDue
from tests.builders import a_policy, cpom


def test_the_exam_is_as_published() -> None:
    exam, scale = cpom().exam, cpom().scale

    assert (exam.code, exam.items, exam.minutes, exam.languages) == ("POM-001", 120, 180, ("en",))
    assert (scale.minimum, scale.maximum, scale.passing) == (100, 900, 720)


def test_the_blueprint_has_four_domains_with_their_weights_items_and_objectives() -> None:
    rows = [(d.title, d.weight_percent, d.items, len(d.objectives)) for d in cpom().exam.domains]

    assert rows == [
        ("Financial Management", 30, 36, 4),
        ("Personnel Management and Leadership", 25, 30, 4),
        ("Operations and Workflow Optimization", 30, 36, 4),
        ("Compliance and Quality Management", 15, 18, 3),
    ]


def test_the_curriculum_has_an_introduction_and_nineteen_modules_in_five_domains() -> None:
    curriculum = cpom().curriculum

    assert [module.number for module in curriculum.modules] == list(range(1, 21))
    assert [len(domain.modules) for domain in curriculum.domains] == [4, 4, 5, 4, 2]


def test_the_exam_domains_the_curriculum_domains_and_the_pillars_are_three_vocabularies() -> None:
    exam = {domain.code for domain in cpom().exam.domains}
    curriculum = {domain.code for domain in cpom().curriculum.domains}
    pillars = {pillar.code for pillar in cpom().pillars.pillars}

    assert (len(exam), len(curriculum), len(pillars)) == (4, 5, 5)
    assert len(exam | curriculum | pillars) == 14


def test_the_roadmap_has_four_stages_and_the_last_needs_every_module() -> None:
    stages = cpom().roadmap.stages

    assert [stage.modules for stage in stages] == [
        (1, 2, 7, 10),
        (3, 6, 12, 13, 15, 16),
        (4, 5, 9, 11, 17, 19),
        (2, 18, 19, 20),
    ]
    assert [stage.all_modules for stage in stages] == [False, False, False, True]


def test_the_diagnostics_lead_from_each_exam_domain_to_modules_and_are_the_bodys_to_decide() -> None:
    diagnostics = cpom().diagnostics

    assert all(diagnostics.modules_for(domain.code) for domain in cpom().exam.domains)
    assert diagnostics.modules_for("quality-risk-compliance") == ()
    assert "/diagnostics" in to_decide(cpom())


def test_keeping_it_takes_thirty_hours_in_three_categories_every_three_years() -> None:
    renewal = cpom().renewal

    assert (renewal.hours, cpom().validity.years) == (Decimal(30), 3)
    assert [category.code for category in renewal.categories] == ["administration", "management", "law"]


def test_the_recognised_providers_are_the_four_that_the_page_names() -> None:
    assert [provider.code for provider in cpom().eligibility.providers] == ["ASHP", "APhA", "ACCP", "ASCP"]


def test_fifty_states_the_district_and_five_territories_license_pharmacists() -> None:
    codes = {row.code for row in cpom().eligibility.us_jurisdictions}

    assert len(codes) == 56
    assert {"US-DC", "US-AS", "US-GU", "US-MP", "US-PR", "US-VI"} <= codes


@pytest.mark.parametrize(
    "pointer",
    [
        "/retakes",
        "/authorization",
        "/audit",
        "/retention",
        "/fees/1",
        "/fees/6/amount_minor",
        "/renewal/grace_days",
        "/renewal/window_days",
    ],
)
def test_what_the_pages_do_not_give_is_marked_as_the_bodys_to_decide(pointer: str) -> None:
    assert pointer in to_decide(cpom())


@pytest.mark.parametrize("pointer", ["/exam", "/scale", "/validity", "/renewal/hours", "/renewal/fee", "/curriculum"])
def test_what_the_pages_state_is_not(pointer: str) -> None:
    assert pointer not in to_decide(cpom())


def test_lead_technicians_are_an_audience_and_told_kindly_what_is_asked() -> None:
    audience = next(a for a in cpom().about.audiences if "technicians" in a.title)

    assert audience.note is not None
    assert "pharmacist licence" in " ".join(audience.note.split())


def test_every_step_that_costs_has_its_fee() -> None:
    dues = [FeeDue.SUBMISSION, FeeDue.AUTHORIZATION, FeeDue.RETAKE, FeeDue.EXTENSION, FeeDue.RENEWAL]

    assert all(cpom().fee_due(due) for due in dues)
    assert not any(fee.proceed_unpaid for fee in cpom().fees)


@pytest.mark.parametrize(("days", "refund"), [(45, 100), (30, 100), (29, 50), (5, 50), (4, 0), (0, 0), (-1, None)])
def test_cancelling_falls_in_the_tier_of_its_notice(days: int, refund: int | None) -> None:
    tier = cpom().scheduling.cancelling(days)

    assert (tier.refund_percent if tier else None) == refund


@pytest.mark.parametrize(("days", "fee"), [(0, None), (1, "late-30"), (30, "late-30"), (31, "late-90"), (91, None)])
def test_renewing_late_costs_the_fee_of_its_tier(days: int, fee: str | None) -> None:
    assert cpom().renewal.late_fee(days) == fee


def test_the_edition_in_force_is_the_latest_that_has_begun() -> None:
    later = a_policy({"/edition": "cpom-2027", "/in_force_from": "2027-01-01"})

    days = [date(2025, 12, 31), date(2026, 12, 31), date(2027, 1, 1)]
    found = [edition_in_force([later, cpom()], day) for day in days]

    assert [policy.edition if policy else None for policy in found] == [None, "cpom-2026", "cpom-2027"]


def test_the_newest_version_of_each_attestation_is_the_current_one() -> None:
    document = a_policy().attestations[0].model_dump(mode="json")
    rows = [{**document, "version": 2}, {**document, "code": "other"}, document]

    current = a_policy({"/attestations": rows}).current_attestations()

    assert [(a.code, a.version) for a in current] == [("truthful", 2), ("other", 1)]


def test_providers_that_staff_recognised_read_like_those_of_the_edition() -> None:
    recognised = RecognisedProvider(
        id=UUID(int=1),
        program="CPOM",
        code="NCPA",
        name="Another association",
        from_on=date(2026, 6, 1),
        until_on=None,
        recognised_by="staff",
        recognised_at=datetime(2026, 5, 1, tzinfo=UTC),
        reason="Known nationally.",
    )

    (provider,) = providers_from([recognised])

    assert provider.is_called("another ASSOCIATION")
    assert [provider.in_effect(day) for day in (date(2026, 5, 31), date(2026, 6, 1))] == [False, True]


def test_names_are_compared_by_letters_and_digits() -> None:
    assert plain("B. Pharm. (Hons)") == "bpharmhons"
