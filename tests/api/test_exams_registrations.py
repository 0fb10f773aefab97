"""Seats through the API: booked, moved, given back, missed; and the last one sold once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from httpx2 import Response

from domain.actors import Role
from domain.applications.model import Application
from domain.errors import AlreadyExists
from domain.exams.model import AuthorizationStatus
from domain.payments.model import ChargeStatus
from domain.ports import UnitOfWork
from tests.api.exams_world import Exam, Header, Json
from tests.api.outcomes import unmet
from tests.racing import at_once
from tests.world import World

APRIL = date(2026, 4, 15)
MAY = date(2026, 5, 20)


def book(exam: Exam, who: Header, authorization: Json, session: str) -> Response:
    return exam.post(f"/authorizations/{authorization['id']}/registrations", who, {"session_id": session})


def move(exam: Exam, who: Header, registration: Json, session: str, version: int | str = 1) -> Response:
    return exam.post(f"/registrations/{registration['id']}/rescheduling", who, {"session_id": session}, version)


def cancel(exam: Exam, who: Header, registration: Json, version: int | str = 1) -> Response:
    return exam.post(f"/registrations/{registration['id']}/cancellation", who, {}, version)


def test_a_seat_is_booked_once_and_its_candidate_told(either_exam: Exam) -> None:
    exam = either_exam
    me, authorization = exam.authorized()
    session = exam.session(APRIL)
    path = f"/authorizations/{authorization['id']}/registration-ruling?session_id={session}"

    before = exam.get(path, me)
    booked = book(exam, me, authorization, session)
    second = book(exam, me, authorization, exam.session(MAY))
    after = exam.get(path, me)

    assert before["granted"]
    assert booked.status_code == 201, booked.text
    assert booked.json()["minutes"] == 180
    assert booked.json()["allowed_actions"] == ["cancel", "reschedule"]
    assert unmet(second) == ["already_booked"]
    assert not after["granted"]
    assert exam.seats(session) == [1]
    assert [(one["site"], one["zone"]) for one in exam.letters("registration_confirmed")] == [
        ("Raleigh", "America/New_York")
    ]


@pytest.mark.parametrize(
    ("day", "fields", "code"),
    [
        (date(2026, 3, 4), {}, "booking_closed"),
        (date(2026, 5, 31), {}, "after_window"),
        (APRIL, {"seats": 1, "seats_taken": 1}, "no_seat_left"),
        (APRIL, {"status": "closed"}, "session_not_open"),
    ],
)
def test_a_refused_booking_says_why_and_changes_nothing(
    exam: Exam, day: date, fields: dict[str, object], code: str
) -> None:
    me, authorization = exam.authorized()
    session = exam.session(day, **fields)
    before = exam.get(f"/sessions/{session}")

    refused = book(exam, me, authorization, session)

    assert unmet(refused) == [code]
    assert exam.get(f"/sessions/{session}") == before
    with exam.world.unit() as uow:
        assert (uow.registrations.count(), uow.notices.count(kind="registration_confirmed")) == (0, 0)


def test_the_last_seat_is_sold_once_whoever_comes_at_the_same_moment(either_exam: Exam) -> None:
    exam = either_exam
    people = [exam.authorized(f"candidate-{number}") for number in range(16)]
    session = exam.session(APRIL, seats=3)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda one: book(exam, one[0], one[1], session), people))

    assert sorted(one.status_code for one in answers) == [201] * 3 + [409] * 13
    assert {code for one in answers if one.status_code == 409 for code in unmet(one)} == {"no_seat_left"}
    assert exam.seats(session) == [3]


def test_one_authorization_books_one_seat_however_often_it_asks_at_once(either_exam: Exam) -> None:
    exam = either_exam
    me, authorization = exam.authorized()
    sessions = [exam.session(APRIL + timedelta(days=number)) for number in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda session: book(exam, me, authorization, session), sessions))

    assert sorted(one.status_code for one in answers) == [201] + [409] * 7
    assert sum(exam.seats(*sessions)) == 1


def test_bookings_that_cross_each_others_way_all_arrive(either_exam: Exam) -> None:
    exam = either_exam
    first, second = exam.session(APRIL, seats=9), exam.session(MAY, seats=9)
    people = []
    for number in range(8):
        me, authorization = exam.authorized(f"candidate-{number}")
        people.append((me, book(exam, me, authorization, (first, second)[number % 2]).json()))

    def swap(one: tuple[Header, Json]) -> Response:
        me, registration = one
        return move(exam, me, registration, second if registration["session_id"] == first else first)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(swap, people))

    assert [one.status_code for one in answers] == [200] * 8, [one.text for one in answers]
    assert exam.seats(first, second) == [4, 4]


def test_a_move_takes_the_new_seat_and_gives_the_old_one_back(either_exam: Exam) -> None:
    exam = either_exam
    me, _, registration = exam.booked(APRIL)
    target = exam.session(MAY)

    moved = move(exam, me, registration, target)

    assert moved.status_code == 200, moved.text
    assert (moved.json()["session_id"], moved.json()["reschedules"]) == (target, 1)
    assert exam.seats(registration["session_id"], target) == [0, 1]
    assert len(exam.letters("registration_rescheduled")) == 1


def test_a_move_to_a_full_session_keeps_the_seat_one_has(exam: Exam) -> None:
    me, _, registration = exam.booked(APRIL)
    bea, other = exam.authorized("bea")
    target = exam.session(MAY, seats=1)
    book(exam, bea, other, target)

    refused = move(exam, me, registration, target)
    same = move(exam, me, registration, registration["session_id"])

    assert unmet(refused) == ["no_seat_left"]
    assert unmet(same) == ["same_session"]
    assert exam.get(f"/registrations/{registration['id']}", me) == registration
    assert exam.seats(registration["session_id"], target) == [1, 1]


def test_a_late_move_costs_its_fee_and_a_later_one_is_refused(exam: Exam) -> None:
    me, _, registration = exam.booked(APRIL)
    target = exam.session(MAY)
    path = f"/registrations/{registration['id']}"
    free = exam.post(f"{path}/charge", me, {"step": "rescheduling"})

    exam.world.clock.set(datetime(2026, 4, 10, 13, tzinfo=UTC))  # 9:00 in Raleigh, five days before to the minute
    unpaid = move(exam, me, registration, target)
    charge = exam.done(f"{path}/charge", me, {"step": "rescheduling"})
    exam.pay(charge, me)
    exam.world.clock.advance(minutes=1)
    late = move(exam, me, registration, target)
    too_late = exam.post(f"{path}/charge", me, {"step": "rescheduling"})
    exam.world.clock.advance(minutes=-1)
    moved = move(exam, me, registration, target)

    assert (free.status_code, free.json()["code"]) == (409, "nothing_due")
    assert unmet(unpaid) == ["fee_not_charged"]
    assert charge["fee"] == "reschedule"
    assert unmet(late) == unmet(too_late) == ["too_little_notice"]
    assert moved.status_code == 200, moved.text


@pytest.mark.parametrize(
    ("at", "status", "back"),
    [
        pytest.param(datetime(2026, 3, 16, 13, tzinfo=UTC), "refunded", 39_500, id="30 days to the minute"),
        pytest.param(datetime(2026, 3, 16, 13, 1, tzinfo=UTC), "paid", 19_750, id="a minute short of 30"),
        pytest.param(datetime(2026, 4, 10, 13, tzinfo=UTC), "paid", 19_750, id="5 days to the minute"),
        pytest.param(datetime(2026, 4, 15, 12, 59, tzinfo=UTC), "paid", 0, id="a minute before"),
    ],
)
def test_a_cancellation_gives_back_what_the_notice_is_worth(
    either_exam: Exam, at: datetime, status: str, back: int
) -> None:
    exam = either_exam
    me, authorization, registration = exam.booked(APRIL)
    exam.world.clock.set(at)

    ruling = exam.get(f"/registrations/{registration['id']}/cancellation-ruling", me)
    cancelled = cancel(exam, me, registration)

    assert ruling["granted"]
    assert cancelled.json()["status"] == "cancelled", cancelled.text
    assert exam.fee(authorization["application_id"]) == (status, back)
    assert ruling["refund_percent"] == back * 100 // 39_500
    assert exam.get(f"/authorizations/{authorization['id']}")["status"] == "cancelled"
    assert exam.seats(registration["session_id"]) == [0]
    assert [one["by_body"] for one in exam.letters("registration_cancelled")] == [False]


def test_a_seat_whose_authorization_was_used_elsewhere_is_given_back_without_its_fee(exam: Exam) -> None:
    me, authorization, registration = exam.booked(APRIL)
    with exam.world.unit() as uow:
        uow.authorizations.save(
            replace(uow.authorizations.get(UUID(authorization["id"])), status=AuthorizationStatus.USED)
        )

    cancelled = cancel(exam, me, registration)

    assert cancelled.json()["status"] == "cancelled", cancelled.text
    assert exam.fee(authorization["application_id"]) == ("paid", 0)
    assert exam.get(f"/authorizations/{authorization['id']}")["status"] == "used"
    assert exam.seats(registration["session_id"]) == [0]


@pytest.mark.parametrize(
    ("moved_at", "status", "back"),
    [
        pytest.param(datetime(2026, 3, 16, 13, tzinfo=UTC), "refunded", 39_500, id="moved with 30 days of notice"),
        pytest.param(datetime(2026, 4, 10, 13, tzinfo=UTC), "paid", 19_750, id="moved with 5"),
    ],
)
def test_moving_a_near_appointment_far_away_first_buys_back_no_better_tier(
    either_exam: Exam, moved_at: datetime, status: str, back: int
) -> None:
    exam = either_exam
    me, authorization, registration = exam.booked(APRIL)
    path = f"/registrations/{registration['id']}"
    exam.world.clock.set(moved_at)
    if status == "paid":
        exam.pay(exam.done(f"{path}/charge", me, {"step": "rescheduling"}), me)
    moved = move(exam, me, registration, exam.session(MAY)).json()

    ruling = exam.get(f"{path}/cancellation-ruling", me)
    cancelled = cancel(exam, me, registration, moved["version"])

    assert ruling["granted"]
    assert cancelled.json()["status"] == "cancelled", cancelled.text
    assert exam.fee(authorization["application_id"]) == (status, back)
    assert ruling["refund_percent"] == back * 100 // 39_500


def test_what_has_begun_is_not_cancelled(exam: Exam) -> None:
    me, authorization, registration = exam.booked(APRIL)
    exam.world.clock.set(datetime(2026, 4, 15, 13, 1, tzinfo=UTC))

    refused = cancel(exam, me, registration)

    assert unmet(refused) == ["too_little_notice"]
    assert exam.fee(authorization["application_id"]) == ("paid", 0)
    assert exam.seats(registration["session_id"]) == [1]


def test_cancelling_and_moving_at_once_end_in_one_of_the_two(either_exam: Exam) -> None:
    exam = either_exam
    me, authorization, registration = exam.booked(APRIL)
    target = exam.session(MAY)

    with ThreadPoolExecutor(6) as pool:
        cancelling = [pool.submit(cancel, exam, me, registration) for _ in range(3)]
        moving = [pool.submit(move, exam, me, registration, target) for _ in range(3)]
        answers = [one.result() for one in (*cancelling, *moving)]

    assert [one.status_code for one in answers].count(200) == 1
    assert {one.status_code for one in answers} <= {200, 409, 412}
    won = next(one.json() for one in answers if one.status_code == 200)
    assert sum(exam.seats(registration["session_id"], target)) == (0 if won["status"] == "cancelled" else 1)
    assert exam.fee(authorization["application_id"])[0] == ("refunded" if won["status"] == "cancelled" else "paid")


def test_a_seat_given_back_while_others_wait_for_it_is_sold_at_most_once(either_exam: Exam) -> None:
    exam = either_exam
    me, _, registration = exam.booked(APRIL, seats=1)
    people = [exam.authorized(f"candidate-{number}") for number in range(6)]
    session = registration["session_id"]

    with ThreadPoolExecutor(7) as pool:
        given = pool.submit(cancel, exam, me, registration)
        answers = list(pool.map(lambda one: book(exam, one[0], one[1], session), people))

    assert given.result().status_code == 200
    assert [one.status_code for one in answers].count(201) <= 1
    assert {one.status_code for one in answers} <= {201, 409}
    assert exam.seats(session)[0] == [one.status_code for one in answers].count(201)


@pytest.mark.parametrize(("missed_counts", "status", "number"), [(False, "cancelled", 1), (True, "used", 2)])
def test_a_missed_appointment_forfeits_the_fee_and_counts_where_the_policy_says_so(
    world: World, missed_counts: bool, status: str, number: int
) -> None:
    exam = Exam(world)
    exam.policy({"/retakes/missed_counts": missed_counts, "/scheduling/no_show_refund_percent": 10})
    me, authorization, registration = exam.booked(APRIL)
    path, application = f"/registrations/{registration['id']}/no-show", authorization["application_id"]
    body = {"excused": False, "reason": "Did not come."}

    early = exam.post(path, exam.manager, body, 1)
    mine = exam.post(path, me, body, 1)
    world.clock.set(datetime(2026, 4, 15, 13, tzinfo=UTC))
    missed = exam.done(path, exam.manager, body, 1)
    world.clock.advance(days=60)
    exam.pay(exam.done(f"/applications/{application}/exam-charge", me), me)
    again = exam.done(f"/applications/{application}/authorizations", me)

    assert unmet(early) == ["session_not_begun"]
    assert mine.status_code == 403
    assert (missed["status"], missed["excused"]) == ("no_show", False)
    assert exam.get(f"/authorizations/{authorization['id']}")["status"] == status
    assert again["attempt_number"] == number
    with world.unit() as uow:
        assert uow.charges.find(about_id=UUID(application), fee="exam")[0].refunded_minor == 3_950
    assert len(exam.letters("no_show")) == 1


def test_an_excused_candidate_keeps_the_authorization_with_a_whole_window(either_exam: Exam) -> None:
    exam = either_exam
    me, authorization, registration = exam.booked(MAY)
    exam.world.clock.set(datetime(2026, 5, 20, 18, tzinfo=UTC))

    exam.done(f"/registrations/{registration['id']}/no-show", exam.manager, {"excused": True, "reason": "Ill."}, 1)
    kept = exam.get(f"/authorizations/{authorization['id']}")
    again = book(exam, me, authorization, exam.session(date(2026, 7, 1)))

    assert (kept["status"], kept["closes_on"], kept["extensions"]) == ("active", "2026-08-17", 0)
    assert exam.fee(authorization["application_id"]) == ("paid", 0)
    assert again.status_code == 201, again.text


def test_an_excuse_that_comes_afterwards_makes_the_authorization_good_again(exam: Exam) -> None:
    me, authorization, registration = exam.booked(MAY)
    path = f"/registrations/{registration['id']}"
    exam.world.clock.set(datetime(2026, 5, 20, 18, tzinfo=UTC))
    exam.done(f"{path}/no-show", exam.manager, {"excused": False}, 1)

    excused = exam.done(f"{path}/excuse", exam.manager, {"reason": "A doctor's note."}, 2)
    twice = exam.post(f"{path}/excuse", exam.manager, {"reason": "Again."}, 3)

    assert (excused["status"], excused["excused"]) == ("no_show", True)
    assert unmet(twice) == ["already_excused"]
    assert exam.get(f"/authorizations/{authorization['id']}", me)["status"] == "active"


def test_an_excuse_revives_nothing_that_was_replaced_meanwhile(exam: Exam) -> None:
    me, authorization, registration = exam.booked(MAY)
    exam.world.clock.set(datetime(2026, 5, 20, 18, tzinfo=UTC))
    exam.done(f"/registrations/{registration['id']}/no-show", exam.manager, {"excused": False}, 1)
    exam.pay(exam.done(f"/applications/{authorization['application_id']}/exam-charge", me), me)
    exam.done(f"/applications/{authorization['application_id']}/authorizations", me)

    exam.done(f"/registrations/{registration['id']}/excuse", exam.manager, {"reason": "A note."}, 2)

    assert exam.get(f"/authorizations/{authorization['id']}", me)["status"] == "cancelled"


def approved_anew(uow: UnitOfWork, old: Application) -> Application:
    """Another approved application of the same candidate in the same program, by the same evidence."""
    new = uow.applications.add(replace(old, id=uow.new_id(), number=f"A-{uow.new_id()}", expires_on=date(2030, 1, 1)))
    for piece in uow.evidence.find(application_id=old.id):
        uow.evidence.add(replace(piece, id=uow.new_id(), application_id=new.id))
    return new


def missed_and_approved_anew(exam: Exam) -> tuple[Header, str, Json, Json]:
    """Who missed an appointment, and was then found eligible by another application, whose fee is paid.

    The sign-in, the new application, the old authorization, and the registration under it.
    """
    me, authorization, registration = exam.booked(MAY)
    exam.world.clock.set(datetime(2026, 5, 20, 18, tzinfo=UTC))
    exam.done(f"/registrations/{registration['id']}/no-show", exam.manager, {"excused": False}, 1)
    with exam.world.unit() as uow:
        old = uow.applications.get(UUID(authorization["application_id"]))
        uow.applications.save(replace(old, expires_on=date(2026, 5, 19)))
        new = str(approved_anew(uow, old).id)
    exam.pay(exam.done(f"/applications/{new}/exam-charge", me), me)
    return me, new, authorization, registration


def test_an_excuse_revives_nothing_that_another_application_replaced(either_exam: Exam) -> None:
    exam = either_exam
    me, application, old, registration = missed_and_approved_anew(exam)
    new = exam.done(f"/applications/{application}/authorizations", me)

    excused = exam.done(f"/registrations/{registration['id']}/excuse", exam.manager, {"reason": "A note."}, 2)
    seats = [book(exam, me, one, exam.session(date(2026, 7, day))) for day, one in ((1, old), (2, new))]

    assert excused["excused"]
    assert [exam.get(f"/authorizations/{one['id']}", me)["status"] for one in (old, new)] == ["cancelled", "active"]
    assert [one.status_code for one in seats] == [409, 201]
    assert seats[0].json()["code"] == "wrong_state"


def test_of_an_excuse_and_another_authorization_at_once_one_is_active(either_exam: Exam) -> None:
    exam = either_exam
    me, application, old, registration = missed_and_approved_anew(exam)

    excused, authorized = at_once(
        lambda: exam.post(f"/registrations/{registration['id']}/excuse", exam.manager, {"reason": "A note."}, 2),
        lambda: exam.post(f"/applications/{application}/authorizations", me),
    )

    revived = exam.get(f"/authorizations/{old['id']}", me)["status"] == "active"
    assert excused.status_code == 200, excused.text
    assert authorized.status_code == (409 if revived else 201)
    assert not revived or unmet(authorized) == ["already_authorized"]
    with exam.world.unit() as uow:
        assert uow.authorizations.count(status="active") == 1


def test_the_store_holds_one_active_authorization_of_a_candidate_in_a_program(either_exam: Exam) -> None:
    exam = either_exam
    me, authorization = exam.authorized()

    with exam.world.unit() as uow:
        active = uow.authorizations.get(UUID(authorization["id"]))
        other = approved_anew(uow, uow.applications.get(active.application_id))
        second = replace(active, id=uow.new_id(), application_id=other.id, number="T-OTHER")
        with pytest.raises(AlreadyExists):
            uow.authorizations.add(second)

    assert exam.get(f"/authorizations/{authorization['id']}", me)["status"] == "active"


def test_a_strangers_seat_is_a_missing_one(exam: Exam) -> None:
    _, _, registration = exam.booked(APRIL)
    eve, _ = exam.candidate("eve")
    target = exam.session(MAY)

    answers = [
        exam.world.client.get(f"/v1/registrations/{registration['id']}", headers=eve),
        cancel(exam, eve, registration),
        move(exam, eve, registration, target),
        exam.post(f"/registrations/{registration['id']}/charge", eve, {"step": "cancellation"}),
    ]

    assert [one.status_code for one in answers] == [404] * 4
    assert exam.seats(registration["session_id"], target) == [1, 0]


def test_a_fee_that_went_back_books_no_seat(exam: Exam) -> None:
    me, authorization = exam.authorized()
    with exam.world.unit() as uow:
        charge = uow.charges.find(fee="exam")[0]
        uow.charges.save(replace(charge, status=ChargeStatus.REFUNDED, refunded_minor=charge.amount_minor))

    refused = book(exam, me, authorization, exam.session(APRIL))

    assert unmet(refused) == ["fee_refunded"]


def test_staff_list_a_sessions_registrations(exam: Exam) -> None:
    _, _, registration = exam.booked(APRIL)
    exam.booked(APRIL, "bea")

    found = exam.get(f"/registrations?session_id={registration['session_id']}&status=booked")["items"]
    denied = exam.world.client.get("/v1/registrations", headers=exam.world.token(Role.REVIEWER))

    assert [one["id"] for one in found] == [registration["id"]]
    assert found[0]["allowed_actions"] == ["cancel", "reschedule"]
    assert denied.status_code == 403
