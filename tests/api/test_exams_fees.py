"""Fees of steps around a seat: what will not come about any more is not asked for any more."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from domain.exams.actions import attempt_taken
from domain.payments.model import ChargeStatus
from tests.api.exams_world import Exam, Header, Json
from tests.api.outcomes import events
from tests.api.scores_world import Desk
from tests.builders_exams import stored_charge
from tests.builders_scores import a_file, answers
from tests.world import World

APRIL = date(2026, 4, 15)
BEGUN = datetime(2026, 4, 15, 18, tzinfo=UTC)


def ends(exam: Exam, how: str, me: Header, authorization: Json, registration: Json) -> None:
    """Let an authorization end in one of the ways in which it can."""
    path = f"/registrations/{registration['id']}"
    match how:
        case "cancelled":
            exam.done(f"{path}/cancellation", me, {}, 1)
        case "session cancelled":
            remedy = {"reason": "Flood.", "refund": True}
            exam.done(f"/sessions/{registration['session_id']}/cancellation", exam.manager, remedy, "*")
        case "missed":
            exam.world.clock.set(BEGUN)
            exam.done(f"{path}/no-show", exam.manager, {"excused": False}, 1)
        case _:
            exam.world.clock.set(BEGUN)
            with exam.world.unit() as uow:
                attempt_taken(uow, UUID(registration["id"]), APRIL)


@pytest.mark.parametrize(
    ("how", "status"),
    [("cancelled", "cancelled"), ("session cancelled", "cancelled"), ("missed", "cancelled"), ("sat", "used")],
)
def test_an_extension_of_what_has_ended_is_not_asked_for_any_more(either_exam: Exam, how: str, status: str) -> None:
    exam = either_exam
    me, authorization, registration = exam.booked(APRIL)
    asked = exam.done(f"/authorizations/{authorization['id']}/extension-charge", me)

    ends(exam, how, me, authorization, registration)
    charge = exam.get(f"/charges/{asked['id']}", me)
    paid = exam.post("/payments", me, {"charge_ids": [asked["id"]]})

    assert (asked["status"], asked["allowed_actions"]) == ("open", ["pay"])
    assert exam.get(f"/authorizations/{authorization['id']}", me)["status"] == status
    assert (charge["status"], charge["allowed_actions"]) == ("cancelled", [])
    assert (paid.status_code, paid.json()["code"]) == (409, "wrong_state")
    assert events(exam.world, "charge.cancelled") == 1


def test_a_move_that_was_asked_about_and_never_made_is_owed_by_nobody_who_sat(exam: Exam) -> None:
    me, _, registration = exam.booked(APRIL)
    exam.world.clock.set(datetime(2026, 4, 10, 13, tzinfo=UTC))
    asked = exam.done(f"/registrations/{registration['id']}/charge", me, {"step": "rescheduling"})

    exam.world.clock.set(BEGUN)
    with exam.world.unit() as uow:
        attempt_taken(uow, UUID(registration["id"]), APRIL)

    assert asked["status"] == "open"
    assert exam.get(f"/charges/{asked['id']}", me)["status"] == "cancelled"


def test_an_extension_that_was_made_unpaid_is_owed_whatever_became_of_it(world: World) -> None:
    exam = Exam(world)
    exam.policy({"/fees/3/proceed_unpaid": True})
    me, authorization, registration = exam.booked(APRIL)
    exam.done(f"/authorizations/{authorization['id']}/extensions", me, version=1)
    exam.done(f"/authorizations/{authorization['id']}/extension-charge", me)

    exam.done(f"/registrations/{registration['id']}/cancellation", me, {}, 1)

    with world.unit() as uow:
        owed = uow.charges.find(about_id=UUID(authorization["id"]))
    assert [(one.fee, one.instance, one.status) for one in owed] == [
        ("extension", 1, ChargeStatus.OPEN),
        ("extension", 2, ChargeStatus.CANCELLED),
    ]


def test_an_imported_attempt_ends_what_was_asked_around_its_seat(either_world: World) -> None:
    desk = Desk(either_world)
    first, second = desk.scores.sitters(2)
    assert first.registration
    seats = [(first, first.authorization), (first, first.registration), (second, second.authorization)]
    with either_world.unit() as uow:
        asked = [stored_charge(uow, who.candidate_id, fee="extension", about_id=one.id) for who, one in seats]

    answer = desk.upload(a_file({first.number: answers(8)}))
    assert answer.status_code == 202, answer.text
    desk.work()

    with either_world.unit() as uow:
        found = [uow.charges.get(one.id).status for one in asked]
        assert uow.authorizations.get(first.authorization.id).status == "used"
    assert found == [ChargeStatus.CANCELLED, ChargeStatus.CANCELLED, ChargeStatus.OPEN]
