"""Verbs about the same seats at the same moment: they wait in one order, so that the engine never gives one up."""

from datetime import date, timedelta
from functools import partial

from httpx2 import Response
from sqlalchemy import text

from tests.api.exams_world import Exam, Header, Json
from tests.racing import at_once
from tests.world import World

APRIL = date(2026, 4, 15)
LATER = date(2026, 5, 20)
ROUNDS = 3
SEATS = 6
Seated = tuple[Header, Json, Json]


def deadlocks(world: World) -> int:
    """How often PostgreSQL has given a transaction on this database up to end a deadlock; SQLite knows none."""
    if world.database.is_sqlite:
        return 0
    world.database.close()  # A server's process counts for all to see when it ends.
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    while True:
        with world.database.transaction(write=True) as connection:
            if connection.execute(text(others)).scalar_one() == 0:
                counted = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
                return int(connection.execute(text(counted)).scalar_one())


def people(exam: Exam) -> list[tuple[Header, Json]]:
    """As many who are authorized as there are seats."""
    return [exam.authorized(f"candidate-{number}") for number in range(SEATS)]


def seat(exam: Exam, who: tuple[Header, Json], session: str) -> Json:
    """Book a seat for someone."""
    me, authorization = who
    return exam.done(f"/authorizations/{authorization['id']}/registrations", me, {"session_id": session})


def test_a_session_is_cancelled_beside_those_who_leave_it(either_exam: Exam) -> None:
    exam = either_exam
    everyone = people(exam)
    for number in range(ROUNDS):
        day = timedelta(days=number)
        # Three ids in a row, of which the middle one goes: so that no accident of their order helps.
        one, session, other = (exam.session(on + day, seats=SEATS) for on in (LATER, APRIL, APRIL + timedelta(days=9)))
        refuge, elsewhere = (one, other) if number % 2 else (other, one)
        seats = [(me, seat(exam, (me, authorization), session)) for me, authorization in everyone]

        def leave(me: Header, booked: Json, to: str = elsewhere) -> Response:
            return exam.post(f"/registrations/{booked['id']}/rescheduling", me, {"session_id": to}, booked["version"])

        def close(session: str = session, refuge: str = refuge) -> Response:
            remedy = {"reason": "Flood.", "move_to": refuge}
            return exam.post(f"/sessions/{session}/cancellation", exam.manager, remedy, "*")

        answers = at_once(close, *(partial(leave, me, booked) for me, booked in seats))

        assert answers[0].status_code == 200, answers[0].text
        assert {one.status_code for one in answers} <= {200, 409, 412}
        assert sum(exam.seats(one, session, other)) == SEATS
        for me, booked in seats:
            exam.done(f"/registrations/{booked['id']}/cancellation", me, {}, "*")
        everyone = [(me, _again(exam, me, authorization)) for me, authorization in everyone]

    assert deadlocks(exam.world) == 0


def _again(exam: Exam, me: Header, authorization: Json) -> Json:
    """Another authorization, for whoever gave the last one back."""
    application = authorization["application_id"]
    exam.pay(exam.done(f"/applications/{application}/exam-charge", me), me)
    return exam.done(f"/applications/{application}/authorizations", me)
