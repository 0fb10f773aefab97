"""When a certificate may be made, and how it writes its dates."""

from datetime import date

import pytest

from domain.certificates.model import written
from domain.certificates.rules import may_make
from domain.credentials.model import Standing
from tests.builders_credentials import a_credential


@pytest.mark.parametrize(
    ("status", "valid", "code", "found"),
    [
        (Standing.ACTIVE, True, "met", "It is in good standing."),
        (Standing.EXPIRED, True, "met", "It is past its last day."),
        (Standing.EXPIRED, False, "credential_expired", "It is past its last day."),
        (Standing.LAPSED, False, "credential_lapsed", "It was not renewed in time."),
        (
            Standing.SUSPENDED,
            False,
            "credential_suspended",
            "It is suspended. The reason recorded is: Licence on probation.",
        ),
        (
            Standing.REVOKED,
            False,
            "credential_revoked",
            "It was withdrawn. The reason recorded is: Licence on probation.",
        ),
        (
            Standing.RETIRED,
            False,
            "credential_retired",
            "It was given up by its holder. The reason recorded is: Licence on probation.",
        ),
    ],
)
def test_a_certificate_is_made_of_what_stands_alone_and_the_refusal_says_why(
    status: Standing,
    valid: bool,
    code: str,
    found: str,
) -> None:
    credential = a_credential(status=status, status_reason="Licence on probation.")

    ruling = may_make(credential, valid=valid)

    assert ruling.granted is valid
    assert [(one.code, one.found) for one in ruling.findings] == [(code, found)]


def test_a_standing_without_a_recorded_reason_is_told_by_itself() -> None:
    ruling = may_make(a_credential(status=Standing.REVOKED), valid=False)

    assert [one.found for one in ruling.unmet] == ["It was withdrawn."]


@pytest.mark.parametrize(("day", "text"), [(date(2029, 3, 1), "1 March 2029"), (date(2028, 2, 29), "29 February 2028")])
def test_dates_are_written_out(day: date, text: str) -> None:
    assert written(day) == text
