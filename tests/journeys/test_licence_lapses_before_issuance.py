"""Leila passes, but her licence ran out between the exam and the result. The award waits; she renews; it is issued."""

from datetime import date

from tests.builders_applications import LICENCE
from tests.journeys.cast import Refusal, credential_office, unmet
from tests.journeys.scoring import PASSES
from tests.journeys.stage import Stage
from tests.journeys.usual_way import APPLIES, RESULT, SITS, a_window, offices, with_a_seat

UNTIL_APRIL = {**LICENCE, "expires_on": "2026-04-18"}


def test_an_award_is_held_until_the_licence_is_good_again(stage: Stage) -> None:
    staff, officer = offices(stage), credential_office(stage)
    stage.on(APPLIES)
    window = a_window(staff, "2026-SPRING", SITS)
    leila = with_a_seat(staff, window, "Leila", "Farouk", licence=UNTIL_APRIL)

    # The licence was good on the day of the decision and on the day of the exam; not on the day of the result.
    stage.on(RESULT)
    staff.scores.imports(window.sitting, {leila.number: PASSES})
    staff.scores.releases(window.sitting)
    assert leila.report()["passed"] is True
    assert leila.letters() == ["score_report_ready", "credential_held"]
    assert "Your pass stands." in leila.letter("credential_held")
    assert leila.all_of(f"{leila.me}/credentials") == []
    (award,) = leila.all_of(f"{leila.me}/awards")
    assert (award["status"], unmet(award)) == ("held", ["licence_expired"])
    path = f"/awards/{award['id']}"

    # Judged again while nothing has changed, it stays held.
    stage.on(date(2026, 4, 27))
    assert officer.does(f"{path}/rejudgement", of=path)["status"] == "held"

    # She enters the renewed licence. Her word alone is not enough.
    stage.on(date(2026, 5, 4))
    (licence,) = leila.all_of(f"{leila.me}/licences")
    record = f"/licences/{licence['id']}"
    changed = leila.changes(record, {**UNTIL_APRIL, "expires_on": "2028-04-18"}, licence["version"])
    assert changed["verification"] == "unverified"
    again = officer.does(f"{path}/rejudgement", of=path)
    assert (again["status"], len(unmet(again))) == ("held", 1)

    # The board confirms it, and the credential is issued, from that day.
    body = {"verification": "verified", "source": "North Carolina Board of Pharmacy"}
    assert staff.reviewer.post(f"{record}/verification", body, version=changed["version"]).status_code == 200
    stage.on(date(2026, 5, 6))
    issued = officer.does(f"{path}/rejudgement", of=path)
    assert (issued["status"], unmet(issued)) == ("issued", [])
    assert officer.is_refused(f"{path}/rejudgement", of=path) == Refusal(409, "wrong_state")
    assert leila.credential["valid_from"] == "2026-05-06"
    assert leila.credential["valid_until"] == "2029-05-06"
    assert leila.letters()[-1] == "credential_issued"
    assert stage.registry(leila.credential["number"])["valid"] is True
    assert leila.balance() == {"charged": 49500, "settled": 49500, "received": 49500}
    assert stage.happened() >= {
        "attempt.released", "award.held", "candidate.licence_recorded", "candidate.licence_verified",
        "credential.issued", "cycle.opened",
    }  # fmt: skip
    assert stage.audit().intact
