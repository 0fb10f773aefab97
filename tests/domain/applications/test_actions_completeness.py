"""What an application needs in form: to be handed in, returned, appealed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.applications.completeness import attestations_for, may_appeal, may_return, may_submit
from domain.applications.model import (
    Appeal,
    AppealStatus,
    Application,
    ApplicationStatus,
    Attestation,
    Evidence,
    EvidenceKind,
    EvidenceStatus,
    InformationRequest,
)
from domain.applications.rules import assess
from domain.programs.policy import Policy
from domain.ruling import Finding
from tests.builders import a_foreign_licence, a_policy, facts, facts_abroad

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ID = UUID(int=1)
PAID = Finding(clause="fee_application", met=True, code="paid", asked="It is paid.", found="It is paid.")
OF_PATHWAY_ONE = (EvidenceKind.LICENCE, EvidenceKind.EDUCATION, EvidenceKind.EXPERIENCE)


def _application(**fields: Any) -> Application:
    affirmed = tuple(
        Attestation(code=code, version="1", affirmed_at=NOW)
        for code in ("truthful", "verify", "report-changes", "confidential")
    )
    good: dict[str, Any] = {
        "id": ID,
        "candidate_id": ID,
        "program": "CPOM",
        "edition": "cpom-2026",
        "number": "A1",
        "search_name": "okafor",
        "created_at": NOW,
        "pathway": "us-licensed",
        "attestations": affirmed,
        "due_on": TODAY,
    }
    return Application(**{**good, **fields})


def _evidence(*kinds: EvidenceKind, status: EvidenceStatus = EvidenceStatus.UNVERIFIED) -> list[Evidence]:
    return [
        Evidence(id=UUID(int=index), application_id=ID, candidate_id=ID, kind=kind, status=status)
        for index, kind in enumerate(kinds)
    ]


def _missing(application: Application, evidence: list[Evidence], policy: Policy | None = None) -> dict[str, str]:
    policy = policy or a_policy()
    claimed = assess(policy, facts(), TODAY)
    ruling = may_submit(policy, application, evidence, claimed, PAID, TODAY)
    return {finding.clause: finding.code for finding in ruling.unmet}


def test_what_is_complete_may_be_handed_in_on_its_last_day() -> None:
    assert _missing(_application(), _evidence(*OF_PATHWAY_ONE)) == {}


@pytest.mark.parametrize(
    ("kinds", "missing"),
    [
        pytest.param(OF_PATHWAY_ONE, {}, id="a year of work"),
        pytest.param((*OF_PATHWAY_ONE[:2], EvidenceKind.TRAINING), {}, id="training in its stead"),
        pytest.param(OF_PATHWAY_ONE[:2], {"specialty-experience": "evidence_missing"}, id="neither"),
        pytest.param(OF_PATHWAY_ONE[1:], {"us-licence": "evidence_missing"}, id="no licence"),
        pytest.param(
            (*OF_PATHWAY_ONE[:1], EvidenceKind.EXPERIENCE, EvidenceKind.OTHER),
            {"us-education": "evidence_missing"},
            id="no degree",
        ),
    ],
)
def test_every_clause_has_something_to_show(kinds: tuple[EvidenceKind, ...], missing: dict[str, str]) -> None:
    assert _missing(_application(), _evidence(*kinds)) == missing


def test_what_was_rejected_shows_nothing() -> None:
    missing = _missing(_application(), _evidence(*OF_PATHWAY_ONE, status=EvidenceStatus.REJECTED))

    assert set(missing.values()) == {"evidence_missing"}


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        pytest.param({"pathway": None}, {"pathway": "pathway_missing"}, id="no pathway"),
        pytest.param({"pathway": "gone"}, {"pathway": "pathway_missing"}, id="a pathway of another edition"),
        pytest.param({"due_on": TODAY - timedelta(days=1)}, {"in_time": "too_late"}, id="a day late"),
        pytest.param({"due_on": None}, {}, id="no last day"),
    ],
)
def test_form_is_more_than_evidence(fields: dict[str, Any], missing: dict[str, str]) -> None:
    assert _missing(_application(**fields), _evidence(*OF_PATHWAY_ONE)) == missing


def test_a_statement_in_an_older_version_is_affirmed_anew() -> None:
    newer = {"code": "truthful", "version": 2, "basis": "page", "title": "True", "text": "It is true."}
    first = a_policy().attestations[0].model_dump(mode="json")
    policy = a_policy({"/attestations": [first, newer]})

    missing = _missing(_application(), _evidence(*OF_PATHWAY_ONE), policy)

    assert missing == {"attestation_truthful": "attestation_outdated"}


def test_a_statement_may_be_asked_on_one_pathway_alone() -> None:
    policy = a_policy({"/attestations/0/pathways": ["international"]})

    assert "truthful" not in {one.code for one in attestations_for(policy, "us-licensed")}
    assert "truthful" in {one.code for one in attestations_for(policy, "international")}


@pytest.mark.parametrize(
    ("language", "shown"), [pytest.param("en-GB", True, id="in English"), pytest.param("de", False, id="in German")]
)
def test_a_translation_is_asked_only_of_who_needs_one(language: str, *, shown: bool) -> None:
    policy, abroad = a_policy(), facts_abroad(licences=(a_foreign_licence(language=language),))
    application = _application(pathway="international")
    evidence = _evidence(*OF_PATHWAY_ONE)

    ruling = may_submit(policy, application, evidence, assess(policy, abroad, TODAY), PAID, TODAY)

    assert [finding.clause for finding in ruling.unmet] == ([] if shown else ["licence-translation"])


@pytest.mark.parametrize(
    ("times", "days", "codes"),
    [
        pytest.param(0, 30, [], id="once, due in a month"),
        pytest.param(3, 30, ["too_many_returns"], id="once too often"),
        pytest.param(0, 0, ["due_day_out_of_range"], id="due today"),
        pytest.param(0, 1, [], id="due tomorrow"),
        pytest.param(0, 120, [], id="due on the last day allowed"),
        pytest.param(0, 121, ["due_day_out_of_range"], id="due a day later"),
    ],
)
def test_an_application_is_returned_a_few_times_and_for_a_while(times: int, days: int, codes: list[str]) -> None:
    asked = InformationRequest(asked_by="rita", asked_at=NOW, due_on=TODAY, message="More, please.")
    application = _application(status=ApplicationStatus.IN_REVIEW, requests=(asked,) * times)

    ruling = may_return(a_policy(), application, TODAY + timedelta(days=days), TODAY)

    assert [finding.code for finding in ruling.unmet] == codes


@pytest.mark.parametrize(
    ("days", "earlier", "codes"),
    [
        pytest.param(30, None, [], id="the last day"),
        pytest.param(31, None, ["appeal_too_late"], id="a day late"),
        pytest.param(1, AppealStatus.WITHDRAWN, [], id="after one taken back"),
        pytest.param(1, AppealStatus.FILED, ["already_appealed"], id="beside another"),
        pytest.param(1, AppealStatus.UPHELD, ["already_appealed"], id="after another"),
    ],
)
def test_a_denial_is_appealed_against_once_in_its_window(
    days: int, earlier: AppealStatus | None, codes: list[str]
) -> None:
    appeals = (
        [
            Appeal(
                id=ID,
                application_id=ID,
                candidate_id=ID,
                grounds="It is wrong.",
                filed_at=NOW,
                due_on=TODAY,
                first_decided_by="rita",
                status=earlier,
            )
        ]
        if earlier
        else []
    )

    ruling = may_appeal(a_policy(), TODAY, appeals, TODAY + timedelta(days=days))

    assert [finding.code for finding in ruling.unmet] == codes
