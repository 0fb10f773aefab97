"""Who lets the last day of a term pass renews late, comes back after the lapse, or sits the exam once more."""

from datetime import date, timedelta

from tests.builders_applications import DEGREE, JOB
from tests.journeys.cast import PAID, Candidate, Refusal, unmet
from tests.journeys.scoring import PASSES
from tests.journeys.stage import Stage
from tests.journeys.usual_way import BY_THE_BOARD, LAST_DAY, LETTERS, Offices, Window, a_window, certified

GRACE_ENDS = date(2029, 7, 19)
LAPSED = GRACE_ENDS + timedelta(days=1)


def test_a_renewal_in_the_grace_costs_more_the_longer_one_waits(stage: Stage) -> None:
    amara, staff = certified(stage, "Amara", "Diallo")
    number = amara.credential["number"]
    amara.learns_enough(date(2026, 4, 20))

    # The window opens and closes; she is told, and does nothing.
    stage.on(date(2029, 1, 20))
    stage.on(date(2029, 4, 13))
    assert amara.letters() == ["renewal_open", "renewal_reminder"]
    stage.on(LAST_DAY)
    assert stage.registry(number)["valid"] is True

    # The day after, the public record has turned by itself, and the sweep has written it down.
    stage.on(LAST_DAY + timedelta(days=1))
    assert (stage.registry(number)["status"], stage.registry(number)["valid"]) == ("expired", False)
    assert amara.credential["status"] == "expired"
    assert amara.letters() == ["renewal_grace"]
    assert "19 July 2029" in amara.letter("renewal_grace")

    # Ten days late it would be the first tier; she asks what is due, and does not pay.
    stage.on(LAST_DAY + timedelta(days=10))
    assert amara.outlook()["fees"] == ["renewal", "late-30"]
    amara.does(f"{amara.held}/renewal-charges")
    assert amara.owes() == {"renewal": 20000, "late-30": 5000}

    # Forty days late it is the second, instead of the first.
    stage.on(LAST_DAY + timedelta(days=40))
    assert amara.may_not_renew() == Refusal(409, "refused_by_rule", ("fee_open", "fee_not_charged"))
    assert amara.pays_the_renewal(staff.finance) == {"renewal": 20000, "late-90": 10000}
    renewed = amara.renews()
    assert (renewed["status"], renewed["valid_from"], renewed["valid_until"]) == ("active", "2029-05-30", "2032-04-20")
    assert amara.letters() == [*PAID, "credential_renewed"]

    # The days between are on the record for good.
    days = (LAST_DAY, LAST_DAY + timedelta(days=1), date(2029, 5, 29), date(2029, 5, 30))
    assert stage.standing(number, *days) == [
        ("active", True), ("expired", False), ("expired", False), ("active", True)
    ]  # fmt: skip
    assert amara.balance() == {"charged": 79500, "settled": 79500, "received": 79500}
    assert stage.happened() >= {"credential.expired", "credential.renewed", "charge.cancelled", "cycle.opened"}
    assert stage.audit().intact


def test_after_the_grace_it_has_lapsed_and_comes_back_by_hours_and_fee(stage: Stage) -> None:
    henrik, staff = certified(stage, "Henrik", "Lund")
    number = henrik.credential["number"]
    stage.on(LAST_DAY + timedelta(days=1))
    stage.on(GRACE_ENDS)
    assert henrik.credential["status"] == "expired"

    stage.on(LAPSED)
    assert henrik.credential["status"] == "lapsed"
    assert (stage.registry(number)["status"], stage.registry(number)["valid"]) == ("lapsed", False)
    assert henrik.letters() == ["renewal_grace", "credential_lapsed"]
    assert henrik.may_not_renew() == Refusal(409, "wrong_state")

    # Half a year later he makes up for it: thirty hours, also of these months, and the fee of a reinstatement.
    stage.on(date(2030, 1, 15))
    outlook = henrik.outlook()
    assert (outlook["reinstatement"], outlook["granted"]) == (True, False)
    assert unmet(outlook) == ["hours_missing", "fee_not_charged"]
    assert outlook["reinstatement_until"] == "2030-07-20"
    henrik.learns_enough(date(2030, 1, 14))
    assert henrik.pays_the_renewal(staff.finance) == {"reinstatement": 30000}
    path = henrik.held
    back = henrik.does(f"{path}/reinstatements", of=path)

    assert (back["number"], back["status"]) == (number, "active")
    assert (back["awarded_on"], back["valid_from"], back["valid_until"]) == ("2026-04-20", "2030-01-15", "2033-01-15")
    assert henrik.letters() == [*PAID, "credential_reinstated"]
    days = (LAST_DAY, GRACE_ENDS, LAPSED, date(2030, 1, 14), date(2030, 1, 15))
    assert [status for status, _ in stage.standing(number, *days)] == [
        "active", "expired", "lapsed", "lapsed", "active"
    ]  # fmt: skip
    assert henrik.balance() == {"charged": 79500, "settled": 79500, "received": 79500}
    assert stage.happened() >= {"credential.expired", "credential.lapsed", "credential.reinstated"}
    assert stage.audit().intact


def test_a_year_after_the_lapse_only_a_new_exam_brings_it_back(stage: Stage) -> None:
    paula, staff = certified(stage, "Paula", "Reyes")
    number = paula.credential["number"]
    stage.on(LAST_DAY + timedelta(days=1))
    stage.on(LAPSED)

    # The last day of a reinstatement goes by.
    stage.on(date(2030, 7, 21))
    paula.learns_enough(date(2030, 7, 19))
    assert paula.is_refused(f"{paula.held}/renewal-charges").unmet == ("reinstatement_too_late",)
    assert paula.is_refused(f"{paula.held}/reinstatements", of=paula.held).unmet == (
        "reinstatement_too_late", "fee_not_charged",
    )  # fmt: skip
    assert paula.letters() == ["renewal_grace", "credential_lapsed"]

    # So she applies anew, is approved anew, and sits the exam once more.
    stage.on(date(2030, 9, 2))
    window = a_window(staff, "2030-AUTUMN", date(2030, 10, 16))
    apply_again(paula, staff, window)
    stage.on(date(2030, 10, 21))
    staff.scores.imports(window.sitting, {paula.number: PASSES})
    staff.scores.releases(window.sitting)

    # The credential is the one she had, with the day of its first award.
    back = paula.credential
    assert (back["number"], back["status"]) == (number, "active")
    assert (back["awarded_on"], back["valid_from"], back["valid_until"]) == ("2026-04-20", "2030-10-21", "2033-10-21")
    assert paula.letters() == ["score_report_ready", "credential_reinstated"]
    assert paula.balance() == {"charged": 89000, "settled": 89000, "received": 89000}
    assert stage.audit().intact


def apply_again(one: Candidate, staff: Offices, window: Window) -> None:
    """From a new draft to a seat."""
    one.evidence.clear()
    one.shows({**BY_THE_BOARD, "number": "23456"}, DEGREE, JOB)
    one.affirms_and_pays(staff.finance)
    one.submits()
    staff.reviewer.claims(one)
    staff.reviewer.accepts(one)
    staff.reviewer.approves(one)
    one.pays_for_the_exam(staff.finance)
    one.books(one.is_authorized(), window.session)
    assert one.letters() == LETTERS


def test_who_gave_the_credential_up_may_begin_anew(stage: Stage) -> None:
    otto, staff = certified(stage, "Otto", "Brandt")
    old, path = otto.credential["number"], otto.held
    stage.on(date(2027, 6, 1))
    otto.does(f"{path}/retirement", {"reason": "I leave the profession."}, of=path)
    assert otto.letters() == ["credential_retired"]

    stage.on(date(2028, 3, 1))
    window = a_window(staff, "2028-SPRING", date(2028, 4, 12))
    apply_again(otto, staff, window)
    stage.on(date(2028, 4, 17))
    staff.scores.imports(window.sitting, {otto.number: PASSES})
    staff.scores.releases(window.sitting)

    # The one he gave up stays as it is; the new one has a number of its own.
    held = {one["number"]: one["status"] for one in otto.all_of(f"{otto.me}/credentials")}
    assert held.pop(old) == "retired"
    assert list(held.values()) == ["active"]
    assert stage.standing(old, date(2027, 5, 31), date(2027, 6, 1)) == [("active", True), ("retired", False)]
    assert otto.letters() == ["score_report_ready", "credential_issued"]
