"""The shipped edition holds what the program's pages state."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.programs.clauses import plain
from domain.programs.model import RecognisedProvider
from domain.programs.policy import providers_from, to_decide
from domain.programs.reading import policy_document
from domain.programs.upkeep_terms import FeeDue
from tests.builders import a_policy, cpom

DOMAINS = "/exam/domains"
PATHWAYS = "/eligibility/pathways"
TRAINING = "/eligibility/of_everyone/0/parts"

STATED = [
    # --- the page of the program: what it is
    ("/about/summary", "The CPOM certification is the industry standard for professionals who lead the business"),
    ("/about/overview", "A Certified Pharmacy Operations Manager (CPOM) is a leader who ensures a pharmacy runs"),
    ("/about/overview", "the CPOM is the backbone of a high-performing pharmacy"),
    ("/about/skills_statement", "validates a professional's expertise in the business and administration of pharmacy"),
    ("/about/skills/0", "Managing pharmacy budgets and interpreting financial statements"),
    ("/about/skills/1", "Optimizing inventory, purchasing, and the pharmaceutical supply chain"),
    ("/about/skills/2", "Leading, training, and developing pharmacy staff"),
    ("/about/skills/3", "Designing, implementing, and improving pharmacy workflows"),
    ("/about/skills/4", "Ensuring compliance with labor laws, PBM contracts, and accreditation standards"),
    ("/about/skills/5", "Leveraging pharmacy technology and automation to improve efficiency"),
    ("/about/invitation/title", "Lead with Excellence"),
    (
        "/about/invitation/paragraphs/0",
        "Validate your management and business acumen, and position yourself as a leader",
    ),
    # --- the exam
    ("/program_title", "Certified Pharmacy Operations Manager"),
    ("/exam/code", "POM-001"),
    ("/exam/items", 120),
    ("/exam/item_types", ["multiple_choice", "case_based"]),
    ("/exam/minutes", 180),
    ("/exam/languages", ["en"]),
    ("/scale/passing", 720),
    ("/scale/minimum", 100),
    ("/scale/maximum", 900),
    ("/exam/purpose", "This exam certifies that the candidate has the necessary business, leadership, and operational"),
    (f"{DOMAINS}/0/title", "Financial Management"),
    (f"{DOMAINS}/0/weight_percent", 30),
    (f"{DOMAINS}/0/objectives/0/text", "including forecasting for drug expenditures, revenue, and labor costs."),
    (f"{DOMAINS}/0/objectives/1/text", "Interpret key financial documents, such as a profit and loss (P&L) statement"),
    (f"{DOMAINS}/0/objectives/2/text", "Implement strategies to optimize inventory turnover"),
    (f"{DOMAINS}/0/objectives/3/text", "Describe the impact of PBM contracts, DIR fees, and reimbursement models"),
    (f"{DOMAINS}/1/title", "Personnel Management and Leadership"),
    (f"{DOMAINS}/1/weight_percent", 25),
    (f"{DOMAINS}/1/objectives/0/text", "Manage recruitment, hiring, training, and performance evaluation"),
    (f"{DOMAINS}/1/objectives/1/text", "Apply leadership principles to motivate teams, manage conflict"),
    (f"{DOMAINS}/1/objectives/2/text", "Develop staffing models and schedules to meet workload demands"),
    (f"{DOMAINS}/1/objectives/3/text", "Ensure adherence to federal and state labor laws and regulations."),
    (f"{DOMAINS}/2/title", "Operations and Workflow Optimization"),
    (f"{DOMAINS}/2/weight_percent", 30),
    (f"{DOMAINS}/2/objectives/0/text", "Analyze and improve dispensing and clinical workflows"),
    (f"{DOMAINS}/2/objectives/1/text", "the use of pharmacy automation (e.g., robotics, dispensing cabinets)"),
    (f"{DOMAINS}/2/objectives/2/text", "Establish and monitor key performance indicators (KPIs)"),
    (f"{DOMAINS}/2/objectives/3/text", "Manage relationships with wholesalers and vendors"),
    (f"{DOMAINS}/3/title", "Compliance and Quality Management"),
    (f"{DOMAINS}/3/weight_percent", 15),
    (f"{DOMAINS}/3/objectives/0/text", "state boards of pharmacy, the DEA, and accreditation bodies"),
    (f"{DOMAINS}/3/objectives/1/text", "Implement a continuous quality improvement (CQI) program"),
    (f"{DOMAINS}/3/objectives/2/text", "mitigate operational and clinical risks within the pharmacy"),
    # --- who may sit it
    ("/eligibility/introduction", "candidates must meet the criteria outlined in one of the two pathways below"),
    (f"{PATHWAYS}/0/title", "Pathway 1: For U.S. Licensed Pharmacists"),
    (f"{PATHWAYS}/0/for_whom", "regardless of country of graduation"),
    (f"{PATHWAYS}/0/clauses/0/text", "Hold an active and unrestricted pharmacist license in any state or territory"),
    (
        f"{PATHWAYS}/0/clauses/1/text",
        "a graduate of an ACPE-accredited school of pharmacy or holding a Foreign Pharmacy",
    ),
    (f"{PATHWAYS}/1/title", "Pathway 2: For International Pharmacists (Non-U.S. Licensed)"),
    (f"{PATHWAYS}/1/for_whom", "This pathway is for pharmacists who practice outside of the United States."),
    (f"{PATHWAYS}/1/clauses/2/text", "Hold an active and unrestricted license to practice pharmacy in their country"),
    (f"{PATHWAYS}/1/clauses/3/text", "must be provided if the original is not in English"),
    (
        f"{PATHWAYS}/1/clauses/4/text",
        "Bachelor's degree (BPharm), Master's degree in Pharmacy Practice (MPharm), or Doctor",
    ),
    ("/eligibility/of_everyone/0/text", "To ensure candidates have foundational knowledge in the specialty"),
    (f"{TRAINING}/0/months", 12),
    (f"{TRAINING}/0/text", "at least one year of professional experience in a practice setting directly related"),
    (
        f"{TRAINING}/1/text",
        "the completion of a relevant PGY residency, fellowship, certificate/training program, or a",
    ),
    (f"{TRAINING}/1/text", "(e.g., a Master's degree in the specialty field)"),
    (f"{TRAINING}/1/text", "include, but are not limited to"),
    ("/eligibility/providers/0/name", "American Society of Health-System Pharmacists"),
    ("/eligibility/providers/1/name", "American Pharmacists Association"),
    ("/eligibility/providers/2/name", "American College of Clinical Pharmacy"),
    ("/eligibility/providers/3/name", "American Society of Consultant Pharmacists"),
    # --- careers
    ("/about/career_path", "responsible for the operational and financial success of a pharmacy"),
    ("/about/audiences/0/title", "Current pharmacy managers, supervisors, and directors in any practice setting"),
    ("/about/audiences/1/title", "Aspiring pharmacy leaders and pharmacists with operational responsibilities"),
    ("/about/audiences/2/title", "Health-System Pharmacy Administration and Leadership (HSPAL) residents"),
    ("/about/audiences/3/title", "Experienced lead technicians with managerial duties"),
    ("/about/job_roles/0", "Pharmacy Manager"),
    ("/about/job_roles/1", "Director of Pharmacy"),
    ("/about/job_roles/2", "Pharmacy Operations Manager"),
    ("/about/job_roles/3", "Business Manager (Pharmacy)"),
    ("/about/job_roles/4", "Regional Pharmacy Director"),
    ("/about/advancement_statement", "A CPOM is positioned for senior and executive leadership roles."),
    ("/about/career_advancement/0", "Regional or Corporate Director of Pharmacy Operations"),
    ("/about/career_advancement/1", "Vice President of Pharmacy Services"),
    ("/about/career_advancement/2", "xecutive roles in pharmacy consulting and health-system administration"),
    # --- preparing, and keeping it
    ("/study/introduction", "resources focused on the business and management of pharmacy"),
    ("/study/resources/0/text", "a full-length practice exam that mirrors the format and difficulty of the CPOM exam"),
    ("/study/resources/1/text", "Systematically cover every objective on the certification exam blueprint"),
    (
        "/study/resources/2/text",
        "analyzing a P&L statement, creating a staffing model, and redesigning a pharmacy workflow",
    ),
    ("/about/questions/0/answer", "this certification is also designed for aspiring leaders and pharmacists"),
    ("/about/questions/1/answer", "is a major component of the exam (30%)"),
    (
        "/about/questions/2/answer",
        "30 hours of continuing education (CE) focused on pharmacy administration, management",
    ),
    ("/about/questions/3/answer", "operational principles that are universal to any pharmacy setting"),
    ("/renewal/hours", "30"),
    ("/validity/years", 3),
    # --- the learning path: why, what, and how
    ("/curriculum/title", "The CPOM Learning Path and Professional Growth Roadmap"),
    ("/curriculum/motto", "Charting Your Course from High-Potential Clinician to High-Impact Operational Leader."),
    ("/curriculum/summary", "An overview of the entire CPOM curriculum."),
    ("/curriculum/why/title", "From Accidental Manager to Intentional Leader"),
    ("/curriculum/why/paragraphs/0", "more of a winding trail than a paved highway"),
    (
        "/curriculum/why/paragraphs/1",
        "replace the accidental, reactive path with a deliberate, intentional, and strategic",
    ),
    ("/curriculum/why/paragraphs/2", "a structured guide for your professional transformation"),
    ("/curriculum/analogy/title", "The Apprentice vs. The Architect"),
    ("/curriculum/analogy/paragraphs/0", "two individuals who want to become master builders"),
    ("/curriculum/analogy/paragraphs/1", "They can build a wall, but they can't design a house."),
    ("/curriculum/analogy/paragraphs/2", "They understand the entire system."),
    ("/curriculum/analogy/paragraphs/3", "The CPOM program is your architectural school."),
    ("/curriculum/overview/title", "A Competency-Based Journey"),
    ("/curriculum/overview/paragraphs/0", "an integrated, 20-module journey designed to build mastery"),
    ("/curriculum/overview/paragraphs/1", "organized by the major competency domains"),
    ("/curriculum/introduction/title", "Introduction & Role of the Pharmacy Operations Manager"),
    ("/curriculum/domains/0/title", "Domain I: Strategic & Financial Acumen"),
    ("/curriculum/domains/0/focus", "the foundation of your executive capability"),
    ("/curriculum/domains/0/modules/0/mastery_goals", "Master strategic planning frameworks (SWOT)"),
    ("/curriculum/domains/0/modules/1/mastery_goals", "Develop, manage, and defend a comprehensive pharmacy budget."),
    ("/curriculum/domains/0/modules/2/mastery_goals", "Implement sophisticated strategies to control drug spend"),
    ("/curriculum/domains/0/modules/3/mastery_goals", "Define and track meaningful Key Performance Indicators"),
    ("/curriculum/domains/1/title", "Domain II: Human Capital & Leadership"),
    ("/curriculum/domains/1/focus", "Your most valuable asset is your team."),
    ("/curriculum/domains/1/modules/0/mastery_goals", "Design optimal staffing models based on workload and skill"),
    ("/curriculum/domains/1/modules/1/mastery_goals", "Implement effective performance management systems"),
    ("/curriculum/domains/1/modules/2/mastery_goals", "Cultivate a positive and inclusive work environment."),
    ("/curriculum/domains/1/modules/3/mastery_goals", "using established models like Kotter and ADKAR"),
    ("/curriculum/domains/2/title", "Domain III: Operations & Technology"),
    ("/curriculum/domains/2/focus", "the core machinery of the pharmacy"),
    ("/curriculum/domains/2/modules/0/mastery_goals", "using Lean and Six Sigma methodologies"),
    ("/curriculum/domains/2/modules/1/mastery_goals", "from vendor selection and ROI assessment for new automation"),
    ("/curriculum/domains/2/modules/2/mastery_goals", "ensuring DSCSA compliance"),
    ("/curriculum/domains/2/modules/3/mastery_goals", "USP <795>, <797>, and <800>"),
    ("/curriculum/domains/2/modules/4/mastery_goals", "(centralized, decentralized, hybrid)"),
    ("/curriculum/domains/3/title", "Domain IV: Quality, Risk & Compliance"),
    ("/curriculum/domains/3/focus", "protecting the patient, the employee, and the organization"),
    ("/curriculum/domains/3/modules/0/mastery_goals", "audits from the DEA, FDA, TJC, and State Boards"),
    ("/curriculum/domains/3/modules/1/mastery_goals", "promoting a Just Culture"),
    ("/curriculum/domains/3/modules/2/mastery_goals", "Harness the power of data to drive operational decisions."),
    ("/curriculum/domains/3/modules/3/mastery_goals", "business continuity and disaster recovery plans"),
    ("/curriculum/domains/4/title", "Domain V: Advanced Leadership & Social Responsibility"),
    ("/curriculum/domains/4/focus", "the highest levels of executive leadership and community impact"),
    ("/curriculum/domains/4/modules/0/mastery_goals", "launching new clinical or operational service lines"),
    ("/curriculum/domains/4/modules/1/mastery_goals", "Social Determinants of Health (SDOH)"),
    # --- the roadmap
    ("/roadmap/title", "From Competency to Career: Your Professional Growth Roadmap"),
    ("/roadmap/introduction", "to accelerate your entire career trajectory"),
    ("/roadmap/stages/0/title", "Aspiring Leader"),
    ("/roadmap/stages/0/typical_role", "Senior / Lead Pharmacist"),
    ("/roadmap/stages/0/focus", "Transitioning from individual contributor to informal leader."),
    ("/roadmap/stages/0/goal", "emonstrate leadership potential."),
    ("/roadmap/stages/0/why", "are key differentiators at this stage"),
    ("/roadmap/stages/1/title", "New Manager / Supervisor"),
    ("/roadmap/stages/1/typical_role", "CPOM"),
    ("/roadmap/stages/1/focus", "Responsible for a specific operational area."),
    ("/roadmap/stages/1/goal", "uild credibility by running a safe, reliable, and efficient operation."),
    ("/roadmap/stages/1/why", "essential for day-to-day effectiveness"),
    ("/roadmap/stages/2/title", "Experienced Manager / Associate Director"),
    ("/roadmap/stages/2/focus", "Oversees multiple operational areas."),
    ("/roadmap/stages/2/goal", "ptimize and grow services."),
    ("/roadmap/stages/2/why", "become paramount for driving growth"),
    ("/roadmap/stages/3/title", "Director of Pharmacy / System-Level Leader"),
    ("/roadmap/stages/3/focus", "Full responsibility for the entire pharmacy enterprise."),
    ("/roadmap/stages/3/why", "The Director must be a master of all domains."),
    # --- what each side gives
    ("/curriculum/partnership/title", "A Partnership in Your Growth"),
    (
        "/curriculum/partnership/promise/0",
        "the most comprehensive, practical, and highest-quality curriculum available",
    ),
    ("/curriculum/partnership/promise/0", "We will provide you with the map, the tools, and the expert guidance"),
    ("/curriculum/partnership/asked", "Your commitment in return must be one of active participation"),
    ("/curriculum/partnership/commitments/0/title", "Be Present and Engaged"),
    ("/curriculum/partnership/commitments/0/text", "Dedicate focused time to the material"),
    ("/curriculum/partnership/commitments/1/title", "Embrace Discomfort"),
    ("/curriculum/partnership/commitments/1/text", "This discomfort is a sign of growth."),
    ("/curriculum/partnership/commitments/2/title", "Apply, Apply, Apply"),
    ("/curriculum/partnership/commitments/2/text", "The sooner you start applying, the sooner you will start leading."),
    ("/curriculum/partnership/closing", "Welcome to the Certified Pharmacy Operations Manager program."),
]
"""What the program's pages state, in their order and words, and where the edition holds it."""


@pytest.mark.parametrize(("pointer", "stated"), [pytest.param(*row, id=f"{row[0]}: {row[1]}"[:90]) for row in STATED])
def test_the_edition_holds_what_the_pages_state(pointer: str, stated: object) -> None:
    held: Any = policy_document(cpom())
    for step in pointer.split("/")[1:]:
        held = held[int(step) if isinstance(held, list) else step]

    assert stated in held if isinstance(stated, str) else held == stated


def test_what_the_pages_state_is_not_marked_as_the_bodys_to_decide() -> None:
    marked = set(to_decide(cpom()))

    assert not [pointer for pointer, _ in STATED if pointer in marked]


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
        "/renewal/extension",
        "/renewal/categories/0/min_hours",
        "/renewal/categories/2/min_hours",
        "/in_force_from",
        "/zone",
        "/currency",
        "/fees/6/currency",
        "/about/audiences/2/note",
        "/about/audiences/3/note",
        "/about/questions/0/question",
        "/curriculum/introduction/mastery_goals",
        "/roadmap/stages/3/goal",
        "/eligibility/pathways/0/clauses/0/advice",
        "/eligibility/of_everyone/0/parts/1/kinds/0/never_expires",
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
