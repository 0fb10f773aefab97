from datetime import date

import pytest

from domain.applications.facts import CertificateFact, EducationFact
from tests.builders import a_degree, an_fpgec, facts, facts_abroad
from tests.domain.applications.cases import TODAY, found


@pytest.mark.parametrize(
    ("education", "code"),
    [
        pytest.param((a_degree(),), "met", id="a graduate of an accredited school"),
        pytest.param((a_degree(country="LB"),), "met", id="accredited schools lie abroad too"),
        pytest.param((), "education_none", id="no degree"),
        pytest.param((a_degree(acpe_accredited=False),), "school_not_accredited", id="another school"),
        pytest.param((a_degree(acpe_accredited=None),), "accreditation_unstated", id="not said"),
        pytest.param((a_degree(completed_on=TODAY),), "met", id="graduated today"),
        pytest.param((a_degree(completed_on=date(2026, 7, 2)),), "education_not_completed", id="graduates tomorrow"),
        pytest.param((a_degree(completed_on=None),), "education_not_completed", id="day not given"),
        pytest.param((a_degree(acpe_accredited=False), a_degree(ref="b")), "met", id="one of two"),
    ],
)
def test_pathway_1_accepts_graduates_of_accredited_schools(education: tuple[EducationFact, ...], code: str) -> None:
    assert found("acpe-school", facts(education=education)).code == code


@pytest.mark.parametrize(
    ("certificates", "born", "code"),
    [
        pytest.param((an_fpgec(),), None, "met", id="by number"),
        pytest.param((), None, "certificate_none", id="none"),
        pytest.param((an_fpgec(kind="TOEFL"),), None, "certificate_none", id="another certificate"),
        pytest.param((an_fpgec(kind="fpgec"),), None, "met", id="in small letters"),
        pytest.param((an_fpgec(number=None),), None, "certificate_unproven", id="nothing to look it up by"),
        pytest.param(
            (an_fpgec(number=None, e_profile_id="123456"),), None, "e_profile_needs_birth_date", id="e-Profile alone"
        ),
        pytest.param((an_fpgec(number=None, e_profile_id="123456"),), date(1985, 2, 3), "met", id="e-Profile pair"),
        pytest.param((an_fpgec(issued_on=date(2026, 7, 2)),), None, "certificate_not_yet_issued", id="issued tomorrow"),
        pytest.param((an_fpgec(issued_on=TODAY),), None, "met", id="issued today"),
        pytest.param((an_fpgec(issued_on=None),), None, "met", id="day not given"),
    ],
)
def test_an_fpgec_certificate_needs_something_to_look_it_up_by(
    certificates: tuple[CertificateFact, ...], born: date | None, code: str
) -> None:
    assert found("fpgec", facts(certificates=certificates, date_of_birth=born)).code == code


@pytest.mark.parametrize(
    ("accredited", "certificates", "met"),
    [(True, (), True), (False, (an_fpgec(),), True), (True, (an_fpgec(),), True), (False, (), False)],
)
def test_pathway_1_asks_for_an_accredited_school_or_an_fpgec_certificate(
    accredited: bool, certificates: tuple[CertificateFact, ...], met: bool
) -> None:
    finding = found("us-education", facts(education=(a_degree(acpe_accredited=accredited),), certificates=certificates))

    assert finding.met is met
    assert [part.clause for part in finding.parts] == ["acpe-school", "fpgec"]


@pytest.mark.parametrize(
    ("degree", "code"),
    [
        pytest.param(a_degree(degree="BPharm"), "met", id="BPharm"),
        pytest.param(a_degree(degree="B.Pharm."), "met", id="with full stops"),
        pytest.param(a_degree(degree="mpharm"), "met", id="MPharm in small letters"),
        pytest.param(a_degree(degree="Pharm.D"), "met", id="PharmD"),
        pytest.param(a_degree(degree="Doctor of Pharmacy"), "met", id="written out"),
        pytest.param(a_degree(degree="Diplom-Pharmazeut"), "awaits_staff_judgement", id="another waits for staff"),
        pytest.param(a_degree(degree="Diplom-Pharmazeut", equivalent=True), "met", id="judged equivalent"),
        pytest.param(a_degree(degree="BPharm", equivalent=False), "degree_not_equivalent", id="judged not equivalent"),
        pytest.param(a_degree(degree="BPharm", completed_on=None), "education_not_completed", id="not completed"),
        pytest.param(
            a_degree(degree="BPharm", completed_on=date(2026, 7, 2)), "education_not_completed", id="completed tomorrow"
        ),
    ],
)
def test_pathway_2_accepts_the_named_degrees_and_leaves_others_to_staff(degree: EducationFact, code: str) -> None:
    assert found("equivalent-degree", facts_abroad(education=(degree,))).code == code


def test_of_two_degrees_the_one_that_waits_for_staff_is_nearer_than_the_one_that_failed() -> None:
    failed = a_degree(ref="a", degree="BPharm", equivalent=False)
    waits = a_degree(ref="b", degree="Licenciatura en Farmacia")

    finding = found("equivalent-degree", facts_abroad(education=(failed, waits)))

    assert (finding.met, finding.code, finding.evidence) == (False, "awaits_staff_judgement", ("b", "a"))


def test_without_a_degree_pathway_2_says_that_none_was_given() -> None:
    assert found("equivalent-degree", facts_abroad(education=())).code == "education_none"


def test_no_finding_echoes_what_an_applicant_typed() -> None:
    finding = found("equivalent-degree", facts_abroad(education=(a_degree(degree="<script>x"),)))

    assert "<script>" not in str(finding)
