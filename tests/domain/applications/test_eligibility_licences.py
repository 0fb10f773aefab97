from datetime import date

import pytest

from domain.applications.facts import Facts, LicenceFact, TranslationState
from domain.programs.clauses import LicenceStatus
from tests.builders import a_foreign_licence, a_licence, a_policy, facts, facts_abroad
from tests.domain.applications.cases import TODAY, found

US_LICENCES = [
    pytest.param((a_licence(),), "met", id="active and unrestricted"),
    pytest.param((), "licence_none", id="none at all"),
    pytest.param((a_licence(status=LicenceStatus.INACTIVE),), "licence_inactive", id="inactive"),
    pytest.param((a_licence(status=LicenceStatus.EXPIRED),), "licence_expired", id="expired, says the board"),
    pytest.param((a_licence(status=LicenceStatus.SUSPENDED),), "licence_suspended", id="suspended"),
    pytest.param((a_licence(status=LicenceStatus.PROBATION),), "licence_on_probation", id="on probation"),
    pytest.param((a_licence(status=LicenceStatus.REVOKED),), "licence_revoked", id="revoked"),
    pytest.param((a_licence(status=LicenceStatus.SURRENDERED),), "licence_surrendered", id="surrendered"),
    pytest.param((a_licence(restricted=True),), "licence_restricted", id="restricted"),
    pytest.param((a_licence(expires_on=date(2026, 6, 30)),), "licence_expired", id="expired the day before"),
    pytest.param((a_licence(expires_on=TODAY),), "met", id="expires on the day"),
    pytest.param((a_licence(expires_on=date(2026, 7, 2)),), "met", id="expires the day after"),
    pytest.param((a_licence(expires_on=None),), "met", id="never expires"),
    pytest.param((a_licence(issued_on=date(2026, 7, 2)),), "licence_not_yet_issued", id="issued tomorrow"),
    pytest.param((a_licence(issued_on=TODAY),), "met", id="issued on the day"),
    pytest.param((a_licence(jurisdiction="US-DC"),), "met", id="the District of Columbia"),
    pytest.param((a_licence(jurisdiction="US-PR"),), "met", id="a territory"),
    pytest.param((a_licence(jurisdiction="PR"),), "met", id="a territory by its country code"),
    pytest.param((a_licence(jurisdiction="PRI"),), "met", id="a territory by three letters"),
    pytest.param((a_licence(jurisdiction="us-nc"),), "met", id="in small letters"),
    pytest.param((a_licence(jurisdiction="US"),), "jurisdiction_unknown", id="no state"),
    pytest.param((a_licence(jurisdiction="US-ZZ"),), "jurisdiction_unknown", id="no such state"),
    pytest.param((a_licence(jurisdiction="Atlantis"),), "jurisdiction_unknown", id="no such country"),
    pytest.param((a_foreign_licence(),), "licence_elsewhere", id="from abroad"),
    pytest.param((a_licence(restricted=True), a_licence(jurisdiction="US-SC")), "met", id="one good one suffices"),
]


@pytest.mark.parametrize(("licences", "code"), US_LICENCES)
def test_a_us_licence_is_active_and_unrestricted_in_a_state_or_territory(
    licences: tuple[LicenceFact, ...], code: str
) -> None:
    about = facts(licences=licences)

    assert found("us-licence", about).code == code


def test_a_met_licence_clause_names_the_licence_that_answered_and_where_it_is_asked() -> None:
    about = facts(licences=(a_licence(ref="bad", restricted=True), a_licence(ref="good")))

    finding = found("us-licence", about)

    assert finding.evidence == ("good",)
    assert finding.source is not None
    assert (finding.source.edition, finding.source.paragraph) == ("cpom-2026", "1.1")


def test_an_unmet_licence_clause_names_every_licence_that_was_considered() -> None:
    about = facts(licences=(a_licence(ref="a", restricted=True), a_licence(ref="b", status=LicenceStatus.INACTIVE)))

    assert found("us-licence", about).evidence == ("a", "b")


def test_no_finding_tells_the_number_of_a_licence() -> None:
    finding = found("us-licence", facts(licences=(a_licence(number="SECRET-77", restricted=True),)))

    assert "SECRET-77" not in str(finding)


def test_a_jurisdiction_counts_only_while_it_is_in_effect() -> None:
    row = {"code": "US-NC", "name": "North Carolina", "effective_from": "2026-07-02"}
    policy = a_policy({"/eligibility/us_jurisdictions": [row]})

    codes = [found("us-licence", facts(), policy=policy, on=day).code for day in (TODAY, date(2026, 7, 2))]

    assert codes == ["jurisdiction_unknown", "met"]


@pytest.mark.parametrize(
    ("practises_in", "licences", "code"),
    [
        pytest.param("GB", (a_foreign_licence(),), "met", id="licensed where practising"),
        pytest.param("GBR", (a_foreign_licence(),), "met", id="the country by three letters"),
        pytest.param("gb", (a_foreign_licence(jurisdiction="GB-NIR"),), "met", id="a part of the country"),
        pytest.param("FR", (a_foreign_licence(),), "licence_elsewhere", id="licensed in another country"),
        pytest.param("GB", (), "licence_none", id="no licence"),
        pytest.param(None, (a_foreign_licence(),), "practice_country_unstated", id="country not given"),
        pytest.param("XX", (a_foreign_licence(),), "practice_country_unstated", id="no such country"),
        pytest.param("GB", (a_foreign_licence(restricted=True),), "licence_restricted", id="restricted"),
        pytest.param("GB", (a_foreign_licence(expires_on=date(2026, 6, 30)),), "licence_expired", id="expired"),
    ],
)
def test_an_international_licence_is_from_the_country_of_practice(
    practises_in: str | None, licences: tuple[LicenceFact, ...], code: str
) -> None:
    about = facts_abroad(practises_in=practises_in, licences=licences)

    assert found("home-licence", about).code == code


@pytest.mark.parametrize(
    ("practises_in", "code"),
    [
        ("GB", "met"),
        ("DEU", "met"),
        ("US", "practises_in_us"),
        ("USA", "practises_in_us"),
        pytest.param("PR", "practises_in_us", id="Puerto Rico is the United States here"),
        pytest.param("GUM", "practises_in_us", id="and so is Guam, by three letters"),
        (None, "practice_country_unstated"),
        ("", "practice_country_unstated"),
    ],
)
def test_the_international_pathway_is_for_practice_outside_the_united_states(
    practises_in: str | None, code: str
) -> None:
    assert found("practises-abroad", facts_abroad(practises_in=practises_in)).code == code


@pytest.mark.parametrize(
    ("licence", "code"),
    [
        pytest.param(a_licence(), "us_licence_held", id="active"),
        pytest.param(a_licence(verified=False), "us_licence_held", id="unverified counts against it too"),
        pytest.param(a_licence(jurisdiction="VI"), "us_licence_held", id="of a territory"),
        pytest.param(a_licence(jurisdiction="US-ZZ"), "us_licence_held", id="of an unknown state"),
        pytest.param(a_licence(status=LicenceStatus.INACTIVE), "us_licence_held", id="inactive"),
        pytest.param(a_licence(status=LicenceStatus.REVOKED), "us_licence_held", id="revoked"),
        pytest.param(a_licence(status=LicenceStatus.SURRENDERED), "met", id="surrendered"),
        pytest.param(a_licence(status=LicenceStatus.EXPIRED), "met", id="expired"),
        pytest.param(a_licence(expires_on=date(2026, 6, 30)), "met", id="ran out yesterday"),
        pytest.param(a_licence(expires_on=TODAY), "us_licence_held", id="runs out today"),
        pytest.param(a_foreign_licence(), "met", id="of another country"),
    ],
)
def test_the_international_pathway_is_closed_to_holders_of_a_us_licence(licence: LicenceFact, code: str) -> None:
    assert found("no-us-licence", facts_abroad(licences=(licence,))).code == code


@pytest.mark.parametrize(
    ("language", "translation", "code"),
    [
        ("en", TranslationState.NONE, "met"),
        ("en-GB", TranslationState.NONE, "met"),
        ("EN", TranslationState.NONE, "met"),
        ("fr", TranslationState.NONE, "translation_missing"),
        ("fr", TranslationState.PLAIN, "translation_not_certified"),
        ("fr", TranslationState.CERTIFIED, "met"),
        pytest.param("enm", TranslationState.NONE, "translation_missing", id="Middle English is not English"),
        (None, TranslationState.NONE, "language_unstated"),
        (None, TranslationState.CERTIFIED, "met"),
    ],
)
def test_a_licence_that_is_not_in_english_needs_a_certified_translation(
    language: str | None, translation: TranslationState, code: str
) -> None:
    licence = a_foreign_licence(language=language, translation=translation)

    assert found("licence-translation", facts_abroad(licences=(licence,))).code == code


def test_the_translation_is_asked_of_the_licence_in_good_standing() -> None:
    expired = a_foreign_licence(ref="old", expires_on=date(2020, 1, 1), language="en")
    current = a_foreign_licence(ref="new", language="cy")

    finding = found("licence-translation", facts_abroad(licences=(expired, current)))

    assert (finding.code, finding.evidence) == ("translation_missing", ("new",))


def test_without_a_licence_or_a_country_there_is_nothing_to_translate() -> None:
    nobody = Facts(practises_in="FR")

    assert found("licence-translation", nobody).code == "licence_none"
    assert found("licence-translation", Facts()).code == "practice_country_unstated"
