from datetime import date

import pytest

from domain.programs.clauses import Provider
from domain.programs.lint import lint
from tests.builders import a_policy, cpom

CLAUSE = "/eligibility/pathways/0/clauses/0"
EVERYONE = "/eligibility/of_everyone/0"
WAIVER = f"{EVERYONE}/parts/1"

FAULTS = [
    # --- the edition
    ({"/zone": "Mars/Olympus"}, "/zone", "zone_unknown"),
    ({"/zone": "../etc/passwd"}, "/zone", "zone_unknown"),
    ({"/zone": "localtime"}, "/zone", "zone_unknown"),
    ({"/zone": "Factory"}, "/zone", "zone_unknown"),
    ({"/zone": "america/new_york"}, "/zone", "zone_unknown"),
    ({"/in_force_until": "2025-12-31"}, "/in_force_until", "dates_inverted"),
    ({"/retakes/to_decide": ["waits"]}, "/retakes/to_decide/0", "unknown_field"),
    ({"/renewal/to_decide": ["categories/3/min_hours"]}, "/renewal/to_decide/0", "unknown_field"),
    ({"/renewal/to_decide": ["categories/0/hours"]}, "/renewal/to_decide/0", "unknown_field"),
    ({"/renewal/to_decide": ["to_decide/0"]}, "/renewal/to_decide/0", "unknown_field"),
    ({"/to_decide": ["grace_days"]}, "/to_decide/0", "unknown_field"),
    ({"/practice/items": 3}, "/practice/items", "out_of_range"),
    ({"/practice/items": 121}, "/practice/items", "out_of_range"),
    ({"/study/readings/0/exam_domains": ["astrology"]}, "/study/readings/0/exam_domains", "unknown_exam_domain"),
    ({"/study/readings/0/exam_domains": []}, "/study/readings/0/exam_domains", "unknown_exam_domain"),
    ({"/study/readings/1/code": "budgets-and-statements"}, "/study/readings", "duplicate_code"),
    # --- eligibility
    ({"/eligibility/pathways": []}, "/eligibility/pathways", "nothing_asked"),
    ({"/eligibility/pathways/1/clauses": []}, "/eligibility/pathways/1/clauses", "nothing_asked"),
    ({"/eligibility/us_jurisdictions": []}, "/eligibility/us_jurisdictions", "nothing_asked"),
    ({f"{EVERYONE}/parts": []}, f"{EVERYONE}/parts", "nothing_asked"),
    ({f"{CLAUSE}/accepted": []}, f"{CLAUSE}/accepted", "nothing_asked"),
    ({f"{CLAUSE}/accepted": ["active", "suspended"]}, f"{CLAUSE}/accepted", "status_cannot_be_accepted"),
    ({f"{CLAUSE}/accepted": ["active", "probation"]}, f"{CLAUSE}/accepted", "status_cannot_be_accepted"),
    ({f"{CLAUSE}/advice": {"licence_nome": "Hm."}}, f"{CLAUSE}/advice/licence_nome", "unknown_reason"),
    ({f"{EVERYONE}/parts/0/min_hours_per_week": 50}, f"{EVERYONE}/parts/0/min_hours_per_week", "hours_incoherent"),
    ({f"{WAIVER}/kinds": []}, f"{WAIVER}/kinds", "nothing_asked"),
    ({f"{WAIVER}/recognises": ["NOBODY"]}, f"{WAIVER}/recognises", "unknown_provider"),
    ({"/attestations/0/pathways": ["third"]}, "/attestations/0/pathways", "unknown_pathway"),
    ({f"{CLAUSE}/code": "home-licence"}, "/eligibility", "duplicate_code"),
    ({f"{CLAUSE}/paragraph": "2.3"}, "/eligibility", "duplicate_paragraph"),
    (
        {
            "/eligibility/providers/0/effective_from": "2026-02-01",
            "/eligibility/providers/0/effective_until": "2026-01-01",
        },
        "/eligibility/providers/0/effective_until",
        "dates_inverted",
    ),
    # --- the exam
    ({"/exam/domains/0/weight_percent": 31}, "/exam/domains", "weights_do_not_sum"),
    ({"/exam/items": 121}, "/exam/domains", "items_do_not_sum"),
    ({"/exam/domains/0/items": 38, "/exam/domains/1/items": 28}, "/exam/domains/0/items", "items_do_not_match_weight"),
    ({"/exam/domains/0/objectives": []}, "/exam/domains/0/objectives", "nothing_asked"),
    ({"/exam/languages": []}, "/exam/languages", "nothing_asked"),
    ({"/exam/domains/1/code": "financial-management"}, "/exam/domains", "duplicate_code"),
    ({"/scale/passing": 100}, "/scale", "scale_out_of_order"),
    ({"/scale/passing": 901}, "/scale", "scale_out_of_order"),
    ({"/report/bands/0/from_percent": 10}, "/report/bands", "bands_not_monotone"),
    ({"/report/bands/2/from_percent": 60}, "/report/bands", "bands_not_monotone"),
    ({"/retakes/lifetime_max": 2}, "/retakes/max_per_12_months", "retakes_incoherent"),
    ({"/retakes/attempts_per_authorization": 6}, "/retakes/attempts_per_authorization", "retakes_incoherent"),
    ({"/retakes/wait_days": 200}, "/retakes/wait_days", "retakes_incoherent"),
    ({"/authorization/extension_days": 0}, "/authorization/extension_days", "extension_empty"),
    ({"/authorization/max_extensions": 0}, "/authorization/extension_fee", "fee_unused"),
    # --- money
    ({"/fees/0/currency": "EUR"}, "/fees/0/currency", "currency_differs"),
    ({"/renewal/fee": "nothing"}, "/renewal/fee", "unknown_fee"),
    ({"/appeals/fee": "exam"}, "/appeals/fee", "fee_due_elsewhere"),
    ({"/scheduling/cancellation/2/days_of_notice": 1}, "/scheduling/cancellation", "tiers_not_monotone"),
    ({"/scheduling/cancellation/0/days_of_notice": 4}, "/scheduling/cancellation", "tiers_not_monotone"),
    ({"/scheduling/cancellation": []}, "/scheduling/cancellation", "tiers_not_monotone"),
    (
        {"/scheduling/cancellation/1/refund_percent": 0, "/scheduling/cancellation/2/refund_percent": 10},
        "/scheduling/cancellation/2",
        "tiers_not_monotone",
    ),
    ({"/scheduling/rescheduling/0/allowed": False}, "/scheduling/rescheduling/1", "tiers_not_monotone"),
    (
        {"/scheduling/rescheduling/0/fee": "reschedule", "/scheduling/rescheduling/1/fee": None},
        "/scheduling/rescheduling/1/fee",
        "tiers_not_monotone",
    ),
    ({"/fees/1/code": "application"}, "/fees", "duplicate_code"),
    # --- upkeep
    ({"/renewal/late_tiers/1/up_to_days": 20}, "/renewal/late_tiers", "tiers_not_monotone"),
    ({"/renewal/late_tiers/1/up_to_days": 80}, "/renewal/late_tiers", "late_tiers_leave_gap"),
    ({"/fees/7/amount_minor": 20000}, "/renewal/late_tiers", "tiers_not_monotone"),
    ({"/renewal/hours": 0}, "/renewal/hours", "hours_incoherent"),
    (
        {"/renewal/categories/0/min_hours": 5, "/renewal/categories/0/max_hours": 4},
        "/renewal/categories/0/max_hours",
        "hours_incoherent",
    ),
    ({"/renewal/categories/0/min_hours": 31}, "/renewal/categories", "hours_incoherent"),
    ({f"/renewal/categories/{i}/max_hours": 9 for i in range(3)}, "/renewal/categories", "hours_incoherent"),
    ({"/renewal/carry_over_hours": 31}, "/renewal/carry_over_hours", "hours_incoherent"),
    ({"/renewal/window_days": 1096}, "/renewal/window_days", "window_too_long"),
    ({"/renewal/ce/topics/0/category": "cooking"}, "/renewal/ce/topics/0/category", "unknown_category"),
    ({"/renewal/ce/topics/0/category": None}, "/renewal/ce/topics/0/category", "category_missing"),
    (
        {"/renewal/ce/pre_approved": [{"uan_stem": "0197-0000-25-001-L", "category": "cooking"}]},
        "/renewal/ce/pre_approved/0/category",
        "unknown_category",
    ),
    ({"/renewal/ce/topics/1/topic": "03"}, "/renewal/ce/topics", "duplicate_code"),
    ({"/retention/exam_years": 2}, "/retention/exam_years", "retention_too_short"),
    (
        {"/renewal/extension/kinds": [{"kind": "other", "max_days": n, "max_times": 1} for n in (1, 2)]},
        "/renewal/extension/kinds",
        "duplicate_code",
    ),
    # --- work in flight
    ({"/in_flight/rule": "move_on"}, "/in_flight/moves_on", "date_missing"),
    ({"/in_flight/moves_on": "2026-06-01"}, "/in_flight/moves_on", "date_unused"),
    ({"/in_flight/rule": "move_on", "/in_flight/moves_on": "2025-06-01"}, "/in_flight/moves_on", "dates_inverted"),
    # --- learning
    ({"/roadmap/stages/0/modules": [1, 21]}, "/roadmap/stages/0/modules", "unknown_module"),
    ({"/diagnostics/study/0/modules": [99]}, "/diagnostics/study/0/modules", "unknown_module"),
    ({"/diagnostics/study/0/exam_domain": "other"}, "/diagnostics/study/0/exam_domain", "unknown_exam_domain"),
    ({"/diagnostics/study/0/exam_domain": "other"}, "/diagnostics/study", "domain_without_modules"),
    ({"/curriculum/domains/0/code": "financial-management"}, "/curriculum/domains", "vocabularies_mixed"),
    ({"/pillars/pillars/0/code": "financial-management"}, "/pillars/pillars", "vocabularies_mixed"),
    ({"/curriculum/introduction/number": 2}, "/curriculum", "duplicate_code"),
]


def test_the_shipped_edition_lints_clean() -> None:
    assert lint(cpom()) == []


@pytest.mark.parametrize(
    ("changes", "pointer", "code"), [pytest.param(*row, id=f"{row[2]} at {row[1]}") for row in FAULTS]
)
def test_lint_finds(changes: dict[str, object], pointer: str, code: str) -> None:
    faults = lint(a_policy(changes))

    assert (pointer, code) in {(fault.pointer, fault.code) for fault in faults}


def test_lint_lists_every_fault_at_once() -> None:
    policy = a_policy({"/zone": "Mars/Olympus", "/scale/passing": 100, "/renewal/hours": 0})

    assert {fault.code for fault in lint(policy)} >= {"zone_unknown", "scale_out_of_order", "hours_incoherent"}


def test_a_provider_that_staff_recognised_may_be_named() -> None:
    policy = a_policy({f"{WAIVER}/recognises": ["ASHP", "NCPA"]})

    assert lint(policy, providers=[Provider(code="NCPA", name="Another association")]) == []


LATER = {"/edition": "cpom-2027", "/in_force_from": "2027-01-01"}


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        pytest.param({}, LATER, [], id="a later edition follows one without an end"),
        pytest.param({"/in_force_until": "2026-12-31"}, LATER, [], id="one follows the other to the day"),
        pytest.param({"/in_force_until": "2027-01-01"}, LATER, ["editions_overlap"], id="a day in common"),
        pytest.param({}, {"/edition": "cpom-2026-b"}, ["editions_overlap"], id="the same first day"),
        pytest.param(LATER, {"/in_force_until": "2027-06-01"}, ["editions_overlap"], id="reaching into a later one"),
        pytest.param(LATER, {}, [], id="before a later one, without an end"),
        pytest.param({}, {"/in_force_from": "2027-01-01"}, ["edition_exists"], id="the same name"),
        pytest.param({"/program": "OTHER"}, {"/edition": "cpom-2026-b"}, [], id="of another program"),
    ],
)
def test_the_days_of_a_programs_editions_do_not_overlap(
    first: dict[str, object], second: dict[str, object], codes: list[str]
) -> None:
    faults = lint(a_policy(second), others=[a_policy(first)])

    assert [fault.code for fault in faults] == codes


def test_a_share_of_an_odd_number_of_items_may_be_rounded() -> None:
    items = {f"/exam/domains/{i}/items": n for i, n in enumerate((51, 43, 51, 25))}

    policy = a_policy({"/exam/items": 170, **items})

    assert [fault.code for fault in lint(policy)] == []


def test_in_force_is_inclusive_on_both_ends() -> None:
    policy = a_policy({"/in_force_until": "2026-12-31"})

    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]

    assert [policy.in_force(day) for day in days] == [False, True, True, False]
