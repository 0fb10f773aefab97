"""Felix falls short, learns what to study, waits as long as he must, and passes."""

from datetime import date, timedelta

from tests.journeys.cast import PAID, Refusal, unmet
from tests.journeys.scoring import FAILS, PASSES
from tests.journeys.stage import Stage
from tests.journeys.usual_way import APPLIES, RESULT, SITS, a_window, offices, with_a_seat

POSSIBLE = SITS + timedelta(days=45)
SITS_AGAIN, SECOND_RESULT = date(2026, 6, 10), date(2026, 6, 15)


def test_who_fails_waits_pays_again_and_learns_only_that_they_passed(stage: Stage) -> None:
    staff = offices(stage)
    stage.on(APPLIES)
    spring = a_window(staff, "2026-SPRING", SITS)
    felix = with_a_seat(staff, spring, "Felix", "Auer")

    # Until the score is released there is no report, and while the result is awaited no second attempt.
    stage.on(SITS + timedelta(days=1))
    staff.scores.imports(spring.sitting, {felix.number: FAILS})
    assert felix.get(f"/attempts/{felix.newest_attempt()}/score-report").status_code == 404
    assert felix.is_refused(f"{felix.path}/exam-charge").unmet == ("result_awaited",)

    (seat,) = felix.all_of(f"{felix.me}/registrations")
    (used,) = felix.all_of(f"{felix.me}/authorizations")
    assert (seat["status"], used["status"]) == ("tested", "used")

    # He falls short: his scaled score, how each domain went, and what to study, the weakest first.
    stage.on(RESULT)
    staff.scores.releases(spring.sitting)
    assert felix.letters() == ["score_report_ready"]
    assert "fail" not in felix.letter("score_report_ready").lower()
    report = felix.report()
    assert (report["passed"], report["scaled"]) == (False, 658)
    assert {one["code"]: one["band"] for one in report["domains"]} == {
        "financial-management": "needs-work",
        "personnel-leadership": "near",
        "operations-workflow": "at-standard",
        "compliance-quality": "needs-work",
    }
    assert report["modules"] == [2, 3, 4, 5, 12, 19, 13, 15, 16, 18, 6, 7, 8, 9, 20]
    assert felix.all_of(f"{felix.me}/awards") == []

    # The day before the wait is over he is refused, and told the first possible day.
    stage.on(POSSIBLE - timedelta(days=1))
    felix.pays_for_the_exam(staff.finance)
    ruling = felix.authorization_ruling()
    assert (ruling["granted"], unmet(ruling)) == (False, ["retake_too_soon"])
    assert ruling["next_possible_on"] == "2026-05-30"
    assert felix.is_refused(f"{felix.path}/authorizations") == Refusal(409, "refused_by_rule", ("retake_too_soon",))

    # On the day itself it is given, at the fee of a retake.
    stage.on(POSSIBLE)
    summer = a_window(staff, "2026-SUMMER", SITS_AGAIN)
    second = felix.is_authorized()
    assert second["attempt_number"] == 2
    felix.books(second, summer.session)
    assert felix.letters() == [*PAID, "authorization_issued", "registration_confirmed"]

    # He passes, and learns that he did, and no more.
    stage.on(SECOND_RESULT)
    staff.scores.imports(summer.sitting, {felix.number: PASSES})
    staff.scores.releases(summer.sitting)
    report = felix.report()
    assert (report["passed"], report["scaled"], report["domains"], report["modules"]) == (True, None, [], [])
    assert felix.letters() == ["score_report_ready", "credential_issued"]
    assert felix.credential["awarded_on"] == "2026-06-15"
    assert felix.is_refused(f"{felix.path}/exam-charge").unmet == ("already_passed",)
    assert felix.balance() == {"charged": 79000, "settled": 79000, "received": 79000}
    assert stage.happened() >= {
        "response_import.finished", "attempt.imported", "score_release.proposed", "score_release.done",
        "attempt.released", "authorization.issued", "registration.booked", "credential.issued",
    }  # fmt: skip
    assert stage.audit().intact
