import json
from datetime import date

import pytest

from domain.applications.facts import Facts, facts_from_json, facts_to_json
from domain.applications.rules import (
    Applicant,
    Mode,
    OutcomeChange,
    assess,
    compare,
    every_finding,
)
from domain.errors import Refused
from domain.programs.clauses import LicenceStatus, Provider
from domain.programs.reasons import REASONS
from tests.builders import (
    a_degree,
    a_foreign_licence,
    a_job,
    a_licence,
    a_policy,
    a_training,
    an_fpgec,
    cpom,
    facts,
    facts_abroad,
)
from tests.domain.applications.cases import TODAY, found

PATHWAY_1 = "us-licensed"
PATHWAY_2 = "international"


def test_a_us_licensed_pharmacist_is_eligible_by_pathway_1_only() -> None:
    ruling = assess(cpom(), facts(), TODAY)

    assert (ruling.granted, ruling.best) == (True, PATHWAY_1)
    assert [pathway.granted for pathway in ruling.pathways] == [True, False]
    assert ruling.advice == ()


def test_an_international_pharmacist_is_eligible_by_pathway_2_only() -> None:
    ruling = assess(cpom(), facts_abroad(), TODAY)

    assert (ruling.granted, ruling.best) == (True, PATHWAY_2)
    assert [pathway.granted for pathway in ruling.pathways] == [False, True]


def test_a_pathway_that_is_named_is_judged_alone_and_just_as_beside_the_others() -> None:
    about, policy = facts(), cpom()
    every = assess(policy, about, TODAY)

    for pathway in every.pathways:
        alone = assess(policy, about, TODAY, pathway=pathway.pathway)
        assert alone.pathways == (pathway,)
    assert assess(policy, about, TODAY, pathway="no-such-pathway") == every


def test_a_ruling_lists_every_clause_whether_met_or_not() -> None:
    ruling = assess(cpom(), Facts(), TODAY)

    one, two = ruling.pathways
    assert [f.clause for f in one.ruling.findings] == ["us-licence", "us-education", "specialty-experience"]
    assert [f.clause for f in two.ruling.findings] == [
        "practises-abroad",
        "no-us-licence",
        "home-licence",
        "licence-translation",
        "equivalent-degree",
        "specialty-experience",
    ]


def test_every_finding_says_what_was_asked_what_was_found_and_which_paragraph_asked_it() -> None:
    rulings = [assess(cpom(), about, TODAY) for about in (Facts(), facts(), facts_abroad())]

    findings = [f for r in rulings for p in r.pathways for f in every_finding(p.ruling.findings)]
    assert all(f.asked and f.found and f.source and f.source.edition == "cpom-2026" for f in findings)


def test_someone_licensed_abroad_and_in_a_state_applies_by_pathway_1() -> None:
    both = facts(practises_in="GB", licences=(a_licence(), a_foreign_licence()))

    ruling = assess(cpom(), both, TODAY)

    assert ruling.best == PATHWAY_1
    assert [f.code for f in ruling.pathways[1].ruling.unmet] == ["us_licence_held"]


def test_a_foreign_graduate_with_an_fpgec_certificate_is_eligible_by_pathway_1() -> None:
    about = facts(education=(a_degree(acpe_accredited=False, country="IN"),), certificates=(an_fpgec(),))

    assert assess(cpom(), about, TODAY).best == PATHWAY_1


def test_a_lead_technician_is_told_kindly_that_a_pharmacist_licence_is_asked_for() -> None:
    technician = Facts(practises_in="US", experience=(a_job(role="Lead technician"),))

    ruling = assess(cpom(), technician, TODAY)

    assert not ruling.granted
    assert any("lead technicians" in sentence and "pharmacist licence" in sentence for sentence in ruling.advice)


def test_a_degree_that_waits_for_staff_is_not_proven_and_the_self_check_says_so_kindly() -> None:
    about = facts_abroad(education=(a_degree(degree="Diplom-Pharmazeut"),))

    ruling = assess(cpom(), about, TODAY)

    assert (ruling.granted, ruling.best) == (False, PATHWAY_2)
    assert [f.code for f in ruling.ruling.unmet] == ["awaits_staff_judgement"]
    assert any("no refusal" in sentence for sentence in ruling.advice)


def test_the_best_pathway_is_the_one_with_the_fewest_clauses_in_the_way() -> None:
    abroad_without_degree = facts_abroad(education=())

    assert assess(cpom(), abroad_without_degree, TODAY).best == PATHWAY_2


def test_a_refusal_carries_the_ruling_of_the_best_pathway() -> None:
    ruling = assess(cpom(), facts(licences=(a_licence(restricted=True),)), TODAY)

    with pytest.raises(Refused) as refusal:
        ruling.ruling.require()

    assert [f.code for f in refusal.value.ruling.unmet] == ["licence_restricted"]


@pytest.mark.parametrize(
    ("unverified", "clause"),
    [
        ({"licences": (a_licence(verified=False),)}, "us-licence"),
        ({"education": (a_degree(verified=False),)}, "acpe-school"),
        ({"education": (), "certificates": (an_fpgec(verified=False),)}, "fpgec"),
        ({"experience": (a_job(verified=False),)}, "standard-experience"),
        ({"experience": (), "training": (a_training(verified=False),)}, "certificate-waiver"),
    ],
)
def test_a_determination_counts_only_what_was_verified(unverified: dict[str, object], clause: str) -> None:
    about = facts(**unverified)

    claimed, verified = assess(cpom(), about, TODAY), assess(cpom(), about, TODAY, Mode.VERIFIED)

    assert (claimed.granted, verified.granted) == (True, False)
    assert found(clause, about, mode=Mode.VERIFIED).code == "awaits_verification"


def test_a_determination_grants_what_is_verified_throughout() -> None:
    assert assess(cpom(), facts(), TODAY, Mode.VERIFIED).granted
    assert assess(cpom(), facts_abroad(), TODAY, Mode.VERIFIED).granted


def test_an_unverified_claim_that_fails_anyway_is_reported_for_why_it_fails() -> None:
    about = facts(licences=(a_licence(verified=False, status=LicenceStatus.SUSPENDED),))

    assert found("us-licence", about, mode=Mode.VERIFIED).code == "licence_suspended"


EVERYONE = [
    pytest.param(facts(), id="eligible by pathway 1"),
    pytest.param(facts_abroad(), id="eligible by pathway 2"),
    pytest.param(Facts(), id="nobody"),
    pytest.param(
        facts(
            date_of_birth=date(1980, 2, 29),
            training=(a_training(),),
            certificates=(an_fpgec(),),
            providers=(Provider(code="X", name="X", effective_from=date(2026, 1, 1)),),
        ),
        id="every kind of fact",
    ),
]


@pytest.mark.parametrize("about", EVERYONE)
@pytest.mark.parametrize("mode", list(Mode))
def test_a_ruling_replays_from_the_stored_facts(about: Facts, mode: Mode) -> None:
    ruling = assess(cpom(), about, TODAY, mode)

    stored = facts_from_json(json.loads(json.dumps(facts_to_json(about))))

    assert stored == about
    assert assess(cpom(), stored, TODAY, mode) == ruling


def test_a_ruling_does_not_replay_from_other_facts() -> None:
    assert assess(cpom(), facts(licences=()), TODAY) != assess(cpom(), facts(), TODAY)


def test_an_edition_without_pathways_finds_nobody_eligible() -> None:
    ruling = assess(a_policy({"/eligibility/pathways": []}), facts(), TODAY)

    assert (ruling.granted, ruling.best, ruling.ruling.granted) == (False, None, False)


def test_a_pathway_that_asks_for_nothing_grants_nothing() -> None:
    policy = a_policy({"/eligibility/pathways/0/clauses": []})

    assert not assess(policy, facts(), TODAY).granted


def test_all_of_needs_each_part() -> None:
    licence = a_policy().eligibility.pathways[0].clauses[0].model_dump(mode="json")
    second = {**licence, "code": "second", "paragraph": "1.9", "accepted": ["inactive"]}
    both = {
        "kind": "all_of",
        "basis": "page",
        "code": "both",
        "paragraph": "1.8",
        "title": "Both",
        "text": "Both.",
        "parts": [licence, second],
    }
    policy = a_policy({"/eligibility/pathways/0/clauses/0": both})

    one = facts()
    two = facts(licences=(a_licence(), a_licence(ref="old", jurisdiction="US-SC", status=LicenceStatus.INACTIVE)))

    assert not found("both", one, policy=policy).met
    assert found("both", two, policy=policy).met


def test_comparing_editions_names_those_who_lose_by_the_clause_that_costs_them() -> None:
    stricter = a_policy({"/edition": "cpom-2027", "/eligibility/of_everyone/0/parts/0/months": 36})
    veteran = facts()
    newcomer = facts(experience=(a_job(starts_on=date(2025, 1, 1)),))

    people = [Applicant(ref="veteran", facts=veteran), Applicant(ref="newcomer", facts=newcomer)]
    changed = compare(cpom(), stricter, people, TODAY)

    assert [(c.ref, c.eligible_before, c.eligible_after) for c in changed] == [("newcomer", True, False)]
    assert [(c.pathway, c.clause, c.before, c.after) for c in changed[0].clauses] == [
        (PATHWAY_1, "specialty-experience", "met", "no_alternative_met"),
        (PATHWAY_1, "standard-experience", "met", "experience_short"),
    ]


def test_comparing_editions_names_those_who_gain() -> None:
    milder = a_policy({"/edition": "cpom-2027", "/eligibility/pathways/0/clauses/0/unrestricted": False})
    restricted = facts(licences=(a_licence(restricted=True),))

    changed = compare(cpom(), milder, [Applicant(ref="restricted", facts=restricted)], TODAY)

    assert [(c.eligible_before, c.eligible_after) for c in changed] == [(False, True)]
    assert [(c.clause, c.before, c.after) for c in changed[0].clauses] == [("us-licence", "licence_restricted", "met")]


def test_comparing_editions_names_the_pathway_that_was_dropped() -> None:
    only_us = [a_policy().eligibility.pathways[0].model_dump(mode="json")]
    narrower = a_policy({"/edition": "cpom-2027", "/eligibility/pathways": only_us})

    changed = compare(cpom(), narrower, [Applicant(ref="abroad", facts=facts_abroad())], TODAY)

    assert [(c.pathway, c.clause, c.before, c.after) for c in changed[0].clauses] == [
        (PATHWAY_2, PATHWAY_2, "met", "pathway_missing")
    ]
    assert changed[0].code is OutcomeChange.LOSES


@pytest.mark.parametrize(
    ("facts_held", "before"),
    [pytest.param(facts(), "met", id="who meets it"), pytest.param(Facts(), "not_met", id="who does not yet")],
)
def test_comparing_editions_names_everyone_whose_chosen_pathway_is_gone(facts_held: Facts, before: str) -> None:
    renamed = a_policy({"/edition": "cpom-2027", "/eligibility/pathways/0/code": "us-pharmacists"})

    (changed,) = compare(cpom(), renamed, [Applicant(ref="ada", facts=facts_held, pathway=PATHWAY_1)], TODAY)

    assert (changed.code, changed.eligible_after) == (OutcomeChange.PATHWAY_MISSING, False)
    assert [(c.pathway, c.clause, c.before, c.after) for c in changed.clauses] == [
        (PATHWAY_1, PATHWAY_1, before, "pathway_missing")
    ]


def test_comparing_editions_judges_by_the_pathway_that_was_chosen_and_by_no_other() -> None:
    """Someone who would meet Pathway 1 chose Pathway 2; what becomes of Pathway 1 is nothing to them."""
    stricter = a_policy({"/edition": "cpom-2027", "/eligibility/pathways/0/clauses/0/accepted": ["inactive"]})

    def changes(pathway: str | None) -> int:
        return len(compare(cpom(), stricter, [Applicant(ref="a", facts=facts(), pathway=pathway)], TODAY))

    assert (changes(None), changes(PATHWAY_1), changes(PATHWAY_2)) == (1, 1, 0)


def test_comparing_an_edition_with_itself_changes_nobody() -> None:
    assert compare(cpom(), cpom(), [Applicant(ref="a", facts=facts()), Applicant(ref="b", facts=Facts())], TODAY) == []


def test_every_reason_that_the_rules_can_give_for_these_cases_is_a_known_one() -> None:
    kinds = {clause.code: clause.kind for clause in cpom().clauses()}
    cases = [
        Facts(),
        facts(),
        facts_abroad(),
        facts(licences=(a_licence(status=LicenceStatus.PROBATION),), education=(a_degree(acpe_accredited=None),)),
        facts_abroad(education=(a_degree(degree="Other"),), experience=(a_job(setting="other"),)),
    ]

    findings = [
        f
        for about in cases
        for mode in Mode
        for pathway in assess(cpom(), about, TODAY, mode).pathways
        for f in every_finding(pathway.ruling.findings)
        if not f.met
    ]

    assert all(finding.code in REASONS[kinds[finding.clause]] for finding in findings)
