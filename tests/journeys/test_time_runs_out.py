"""What becomes of an answer that never comes, of a change of mind, and of a seat that is moved or left empty."""

from datetime import date

from tests.builders_applications import DEGREE, JOB, LICENCE
from tests.journeys.cast import (
    PAID,
    Candidate,
    ExamOffice,
    Finance,
    Refusal,
    a_candidate,
    a_reviewer,
    exam_office,
    finance,
    unmet,
)
from tests.journeys.stage import Stage

APPLIED = date(2026, 3, 2)


def test_an_application_returned_for_information_expires_the_night_after_its_due_day(stage: Stage) -> None:
    treasury, rita = finance(stage), a_reviewer(stage)
    stage.on(APPLIED)
    noor = a_candidate(stage, "Noor", "Haddad")
    noor.shows(LICENCE, DEGREE, JOB)
    noor.affirms_and_pays(treasury)
    noor.submits()
    assert noor.letters() == [*PAID, "application_submitted"]

    # Rita asks once and is answered; she asks again, and is not.
    stage.on(date(2026, 3, 5))
    rita.claims(noor)
    asked = {"message": "Please send your employer's letter.", "clauses": ["specialty-experience"]}
    returned = rita.does(f"{noor.path}/information-requests", asked, of=noor.path)
    assert (returned["status"], returned["due_on"]) == ("returned", "2026-04-04")
    stage.on(date(2026, 3, 20))
    noor.show("letter", {"kind": "other", "description": "A letter.", "file_ids": [noor.uploads("letter.pdf")]})
    assert noor.does(f"{noor.path}/resubmission", of=noor.path)["status"] == "submitted"
    assert noor.letters() == ["information_requested", "resubmission_received"]

    stage.on(date(2026, 3, 24))
    rita.claims(noor)
    asked = {"message": "It is not signed.", "due_on": "2026-04-10", "clauses": ["specialty-experience"]}
    rita.does(f"{noor.path}/information-requests", asked, of=noor.path)
    assert [one["answered_at"] is None for one in noor.now()["requests"]] == [False, True]
    stage.every_night(until=date(2026, 4, 10))
    assert noor.now()["status"] == "returned"
    assert noor.letters() == ["information_requested"]

    # The due day was the last on which it could come back.
    stage.on(date(2026, 4, 11))
    assert noor.now()["status"] == "expired"
    assert noor.letters() == ["application_expired"]
    assert noor.is_refused(f"{noor.path}/resubmission", of=noor.path) == Refusal(409, "wrong_state")

    # What was paid for the review stays paid; a new application begins with a fee of its own.
    assert noor.balance() == {"charged": 10000, "settled": 10000, "received": 10000}
    noor.draft()
    assert noor.owes() == {"application": 10000}
    assert stage.happened() >= {"application.returned", "application.expired", "application.created"}
    assert stage.audit().intact


def test_an_application_withdrawn_is_over_and_costs_nothing_that_was_not_paid(stage: Stage) -> None:
    stage.on(APPLIED)
    theo = a_candidate(stage, "Theo", "Lindqvist")
    theo.draft()
    assert theo.owes() == {"application": 10000}
    theo.does(f"{theo.path}/withdrawal", {"reason": "Next year."}, of=theo.path)

    assert theo.letters() == ["application_withdrawn"]
    assert (theo.now()["status"], theo.now()["closed_reason"]) == ("withdrawn", "Next year.")
    assert theo.owes() == {}
    assert theo.balance() == {}
    assert theo.is_refused(f"{theo.path}/submission", of=theo.path) == Refusal(409, "wrong_state")

    # He may begin anew, and pays then.
    theo.shows(LICENCE, DEGREE, JOB)
    theo.affirms_and_pays(finance(stage))
    assert theo.submits()["status"] == "submitted"
    assert theo.letters() == [*PAID, "application_submitted"]
    assert stage.audit().intact


def yara_is_authorized(stage: Stage, treasury: Finance) -> tuple[Candidate, dict[str, object]]:
    """A candidate, approved and authorized to test."""
    rita = a_reviewer(stage)
    stage.on(APPLIED)
    yara = a_candidate(stage, "Yara", "Silva")
    yara.shows(LICENCE, DEGREE, JOB)
    yara.affirms_and_pays(treasury)
    yara.submits()
    rita.claims(yara)
    rita.accepts(yara)
    rita.approves(yara)
    yara.pays_for_the_exam(treasury)
    authorization = yara.is_authorized()
    kinds = [*PAID, "application_submitted", "application_approved", *PAID, "authorization_issued"]
    assert yara.letters() == kinds
    return yara, authorization


def three_sessions(office: ExamOffice) -> list[str]:
    """Sessions on 1 April, 15 April and 20 May."""
    days = (date(2026, 4, 1), date(2026, 4, 15), date(2026, 5, 20))
    return office.plans("2026-SPRING", date(2026, 3, 1), date(2026, 6, 30), *days)[1]


def test_a_seat_is_moved_for_a_fee_and_then_left_empty(stage: Stage) -> None:
    treasury, office = finance(stage), exam_office(stage)
    yara, authorization = yara_is_authorized(stage, treasury)
    april, later, may = three_sessions(office)
    seat = yara.books(authorization, april)
    path = f"/registrations/{seat['id']}"
    assert yara.letters() == ["registration_confirmed"]

    # Ten days before, a change of plan costs something: first the fee, then the seat.
    stage.on(date(2026, 3, 21))
    assert unmet(yara.sees(f"{path}/rescheduling-ruling?session_id={later}")) == ["fee_not_charged"]
    assert yara.is_refused(f"{path}/rescheduling", {"session_id": later}, of=path).unmet == ("fee_not_charged",)
    yara.does(f"{path}/charge", {"step": "rescheduling"})
    assert yara.owes() == {"reschedule": 5000}
    yara.pays(treasury)
    moved = yara.does(f"{path}/rescheduling", {"session_id": later}, of=path)
    assert (moved["session_id"], moved["reschedules"]) == (later, 1)
    assert [office.sees(f"/sessions/{one}")["seats_taken"] for one in (april, later)] == [0, 1]
    assert yara.letters() == [*PAID, "registration_rescheduled"]

    # Three days before it is too late to move again.
    stage.on(date(2026, 4, 12))
    assert yara.is_refused(f"{path}/charge", {"step": "rescheduling"}).status == 409

    # Nobody comes. It is called missed once it has begun, and not before.
    stage.on(date(2026, 4, 15), hour=9)
    missed = {"excused": False, "reason": "Nobody came."}
    assert office.is_refused(f"{path}/no-show", missed, of=path).unmet == ("session_not_begun",)
    stage.on(date(2026, 4, 16))
    assert office.marks_missed(seat)["status"] == "no_show"
    assert yara.letters() == ["no_show"]
    assert yara.sees(f"/authorizations/{authorization['id']}")["status"] == "cancelled"
    assert yara.is_refused(f"/authorizations/{authorization['id']}/registrations", {"session_id": may}) == Refusal(
        409, "wrong_state"
    )

    # It was no attempt, so nothing has to be waited for; but nothing comes back, and the next one is paid anew.
    assert yara.balance() == {"charged": 54500, "settled": 54500, "received": 54500}
    yara.pays_for_the_exam(treasury)
    again = yara.is_authorized()
    assert again["attempt_number"] == 1
    assert yara.books(again, may)["status"] == "booked"
    assert yara.letters() == [*PAID, "authorization_issued", "registration_confirmed"]

    # Five weeks before she gives the seat back, and with it the attempt: all of that fee returns.
    registration = yara.all_of(f"{yara.me}/registrations?status=booked")[0]
    path = f"/registrations/{registration['id']}"
    assert yara.sees(f"{path}/cancellation-ruling")["refund_percent"] == 100
    yara.does(f"{path}/cancellation", {"reason": "I moved abroad."}, of=path)
    assert yara.letters() == ["registration_cancelled", "payment_refunded"]
    assert yara.balance() == {"charged": 94000, "settled": 94000, "received": 94000, "refunded": 39500}
    assert stage.happened() >= {
        "session.added", "administration.status_changed", "registration.booked", "registration.rescheduled",
        "registration.no_show", "registration.cancelled", "authorization.issued", "authorization.closed",
        "charge.raised", "payment.started", "payment.received", "charge.refunded",
    }  # fmt: skip
    assert stage.audit().intact


def test_an_excused_absence_leaves_the_authorization_as_good_as_it_was(stage: Stage) -> None:
    treasury, office = finance(stage), exam_office(stage)
    yara, authorization = yara_is_authorized(stage, treasury)
    april, _, may = three_sessions(office)
    seat = yara.books(authorization, april)
    stage.on(date(2026, 4, 1))
    office.marks_missed(seat)

    stage.on(date(2026, 4, 6))
    path = f"/registrations/{seat['id']}"
    assert office.does(f"{path}/excuse", {"reason": "A hospital stay, shown."}, of=path)["excused"] is True

    again = yara.sees(f"/authorizations/{authorization['id']}")
    assert (again["status"], again["closes_on"]) == ("active", "2026-07-04")
    assert yara.books(authorization, may)["status"] == "booked"
    assert yara.letters() == ["registration_confirmed", "no_show", "authorization_extended", "registration_confirmed"]
    assert yara.balance() == {"charged": 49500, "settled": 49500, "received": 49500}


def test_an_authorization_that_is_not_used_expires_the_night_after_its_window(stage: Stage) -> None:
    treasury = finance(stage)
    yara, authorization = yara_is_authorized(stage, treasury)
    path = f"/authorizations/{authorization['id']}"
    assert authorization["closes_on"] == "2026-05-30"

    # Extended once, for a fee, on the last day of its window; then it is let go.
    stage.on(date(2026, 5, 30))
    assert yara.is_refused(f"{path}/extensions", of=path).unmet == ("fee_not_charged",)
    yara.does(f"{path}/extension-charge")
    yara.pays(treasury)
    assert yara.does(f"{path}/extensions", of=path)["closes_on"] == "2026-08-28"
    stage.on(date(2026, 8, 28))
    assert yara.sees(path)["status"] == "active"
    stage.on(date(2026, 8, 29))

    assert yara.sees(path)["status"] == "expired"
    assert yara.letters() == [*PAID, "authorization_extended", "authorization_expired"]
    assert yara.balance() == {"charged": 57000, "settled": 57000, "received": 57000}
    assert stage.happened() >= {"authorization.extended", "authorization.closed"}
