"""Administrations, sessions and accommodations through the API."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from domain.actors import Role
from domain.files.model import FilePurpose, StoredFile
from tests.api.exams_world import Exam, Json
from tests.api.outcomes import unmet

SPRING = {
    "program": "CPOM",
    "code": "2026-spring",
    "title": "Spring 2026",
    "opens_on": "2026-04-01",
    "closes_on": "2026-04-30",
    "zone": "America/New_York",
}
RALEIGH = {
    "site": "Raleigh",
    "address": "1 Main Street, Raleigh",
    "starts_at": "2026-04-15T09:00:00-04:00",
    "zone": "America/New_York",
    "seats": 2,
}
APRIL = date(2026, 4, 15)


def patch(exam: Exam, session: str, body: Json, version: int) -> tuple[int, Json]:
    headers = {**exam.manager, "if-match": f'"{version}"'}
    answer = exam.world.client.patch(f"/v1/sessions/{session}", json=body, headers=headers)
    return answer.status_code, answer.json()


def full_session(exam: Exam, *names: str) -> tuple[str, list[tuple[dict[str, str], Json, Json]]]:
    """A session with as many seats as these people, each of whom has one."""
    session = exam.session(APRIL, seats=len(names))
    people = []
    for name in names:
        me, authorization = exam.authorized(name)
        seat = exam.done(f"/authorizations/{authorization['id']}/registrations", me, {"session_id": session})
        people.append((me, authorization, seat))
    return session, people


def test_an_administration_is_planned_opened_filled_with_sessions_and_closed(either_exam: Exam) -> None:
    exam = either_exam
    candidate, _ = exam.candidate()
    made = exam.done("/exam-administrations", exam.manager, SPRING)
    path = f"/exam-administrations/{made['id']}"

    session = exam.done(f"{path}/sessions", exam.manager, RALEIGH)
    hidden = exam.get("/sessions", candidate)["items"]
    opened = exam.done(f"{path}/opening", exam.manager, version=1)
    shown = exam.get("/sessions", candidate)["items"]
    closed = exam.done(f"{path}/closure", exam.manager, version=2)
    anyone = exam.world.client.get("/v1/exam-administrations?program=CPOM").json()["items"]

    assert (made["exam_code"], made["status"]) == ("POM-001", "planned")
    assert session["starts_at"] == "2026-04-15T13:00:00Z"
    assert hidden == []
    assert [(one["id"], one["seats"], one["seats_taken"]) for one in shown] == [(session["id"], 2, 0)]
    assert (opened["status"], closed["status"]) == ("open", "closed")
    assert exam.get("/sessions", candidate)["items"] == []
    assert [one["code"] for one in anyone] == ["2026-spring"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"closes_on": "2026-03-31"}, "/body/closes_on"),
        ({"zone": "America/Nowhere"}, "/body/zone"),
        ({"program": "NOPE"}, "/body/program"),
        ({"opens_on": "2025-12-31"}, "/body/program"),
    ],
)
def test_an_administration_that_cannot_be_is_refused_with_the_place(
    exam: Exam, changes: dict[str, str], pointer: str
) -> None:
    answer = exam.post("/exam-administrations", exam.manager, {**SPRING, **changes})

    assert answer.status_code == 409
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    with exam.world.unit() as uow:
        assert uow.administrations.count() == 0


def test_a_code_serves_one_administration_of_a_program(either_exam: Exam) -> None:
    either_exam.done("/exam-administrations", either_exam.manager, SPRING)

    again = either_exam.post("/exam-administrations", either_exam.manager, SPRING)

    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


def test_a_session_outside_its_administration_is_refused(exam: Exam) -> None:
    made = exam.done("/exam-administrations", exam.manager, SPRING)
    path = f"/exam-administrations/{made['id']}/sessions"

    outside = exam.post(path, exam.manager, {**RALEIGH, "starts_at": "2026-05-01T00:00:00-04:00"})
    unknown = exam.post(path, exam.manager, {**RALEIGH, "zone": "Mars/Olympus"})

    assert unmet(outside) == ["outside_administration"]
    assert unknown.json()["errors"][0]["pointer"] == "/body/zone"
    with exam.world.unit() as uow:
        assert uow.sessions.count() == 0


def test_seats_are_raised_and_lowered_but_never_below_those_taken(exam: Exam) -> None:
    session, _ = full_session(exam, "ada", "bea")
    version = exam.get(f"/sessions/{session}")["version"]

    low = patch(exam, session, {"seats": 1}, version)
    high = patch(exam, session, {"seats": 5}, version)
    back = patch(exam, session, {"seats": 2}, version + 1)

    assert (low[0], low[1]["code"]) == (409, "refused_by_rule")
    assert [one["code"] for one in low[1]["ruling"]["findings"]] == ["seats_taken"]
    assert (high[1]["seats"], back[1]["seats"]) == (5, 2)
    assert exam.seats(session) == [2]


def test_whoever_has_a_seat_is_told_of_another_place(exam: Exam) -> None:
    session, _ = full_session(exam, "ada", "bea")

    _, changed = patch(exam, session, {"site": "Durham", "address": "2 Other Street"}, 3)

    assert changed["site"] == "Durham"
    assert [one["site"] for one in exam.letters("registration_rescheduled")] == ["Durham", "Durham"]


def test_a_closed_session_takes_nobody_until_it_is_opened_again(exam: Exam) -> None:
    me, authorization = exam.authorized()
    session = exam.session(APRIL)
    exam.done(f"/sessions/{session}/closure", exam.manager, version=1)
    path, seat = f"/authorizations/{authorization['id']}/registrations", {"session_id": session}

    refused = exam.post(path, me, seat)
    exam.done(f"/sessions/{session}/opening", exam.manager, version=2)
    booked = exam.post(path, me, seat)

    assert unmet(refused) == ["session_not_open"]
    assert booked.status_code == 201, booked.text


def test_those_of_a_cancelled_session_move_as_far_as_there_is_room_and_the_rest_keep_a_whole_window(
    either_exam: Exam,
) -> None:
    exam = either_exam
    session, people = full_session(exam, "ada", "bea", "cyd")
    target = exam.session(date(2026, 5, 20), seats=2)
    exam.world.clock.set(datetime(2026, 4, 10, 15, tzinfo=UTC))

    gone = exam.done(f"/sessions/{session}/cancellation", exam.manager, {"reason": "Flood.", "move_to": target}, "*")
    seats = [exam.get(f"/registrations/{seat['id']}") for _, _, seat in people]
    last_me, last_authorization, _ = people[2]
    kept = exam.get(f"/authorizations/{last_authorization['id']}")
    again = exam.post(
        f"/authorizations/{last_authorization['id']}/registrations",
        last_me,
        {"session_id": exam.session(date(2026, 7, 1))},
    )

    assert (gone["status"], gone["seats_taken"]) == ("cancelled", 0)
    assert [(one["status"], one["session_id"], one["reschedules"]) for one in seats] == [
        ("booked", target, 0),
        ("booked", target, 0),
        ("cancelled", session, 0),
    ]
    assert exam.seats(session, target) == [0, 2]
    assert (kept["status"], kept["closes_on"], kept["extensions"]) == ("active", "2026-07-08", 0)
    assert again.status_code == 201, again.text
    assert (len(exam.letters("registration_rescheduled")), len(exam.letters("registration_cancelled"))) == (2, 1)


def test_a_cancelled_session_may_give_all_the_money_back(either_exam: Exam) -> None:
    exam = either_exam
    session, people = full_session(exam, "ada", "bea")
    me, authorization, seat = people[0]
    exam.world.clock.set(datetime(2026, 4, 10, 13, tzinfo=UTC))
    exam.pay(exam.done(f"/registrations/{seat['id']}/charge", me, {"step": "rescheduling"}), me)

    exam.done(f"/sessions/{session}/cancellation", exam.manager, {"reason": "Flood.", "refund": True}, "*")

    assert [exam.fee(one["application_id"]) for _, one, _ in people] == [("refunded", 39_500)] * 2
    assert exam.fee(seat["id"], "reschedule") == ("refunded", 5_000)
    assert exam.get(f"/authorizations/{authorization['id']}", me)["status"] == "cancelled"
    assert [one["by_body"] for one in exam.letters("registration_cancelled")] == [True, True]


def test_nobody_moves_to_a_session_that_takes_nobody(exam: Exam) -> None:
    session, _ = full_session(exam, "ada")
    closed = exam.session(APRIL, status="closed")

    refused = exam.post(f"/sessions/{session}/cancellation", exam.manager, {"reason": "x", "move_to": closed}, "*")
    itself = exam.post(f"/sessions/{session}/cancellation", exam.manager, {"reason": "x", "move_to": session}, "*")

    assert unmet(refused) == ["session_not_open"]
    assert unmet(itself) == ["same_session"]
    assert exam.get(f"/sessions/{session}")["status"] == "open"
    assert exam.seats(session) == [1]


def test_a_session_cancelled_while_seats_are_booked_leaves_nobody_seated(either_exam: Exam) -> None:
    exam = either_exam
    session = exam.session(APRIL)
    people = [exam.authorized(f"candidate-{number}") for number in range(6)]
    seat = {"session_id": session}

    with ThreadPoolExecutor(7) as pool:
        bookings = [
            pool.submit(exam.post, f"/authorizations/{one['id']}/registrations", me, seat) for me, one in people
        ]
        gone = pool.submit(exam.post, f"/sessions/{session}/cancellation", exam.manager, {"reason": "Flood."}, "*")
        statuses = [one.result().status_code for one in bookings]

    assert gone.result().status_code == 200, gone.result().text
    assert set(statuses) <= {201, 409}
    assert exam.seats(session) == [0]
    with exam.world.unit() as uow:
        assert uow.registrations.count(session_id=UUID(session), status="booked") == 0


def test_cancelling_an_administration_cancels_its_sessions(exam: Exam) -> None:
    session, people = full_session(exam, "ada")
    administration = exam.get(f"/sessions/{session}")["administration_id"]

    exam.done(f"/exam-administrations/{administration}/cancellation", exam.manager, {"reason": "No room."}, 1)

    assert exam.get(f"/exam-administrations/{administration}")["status"] == "cancelled"
    assert exam.get(f"/sessions/{session}")["status"] == "cancelled"
    assert exam.get(f"/authorizations/{people[0][1]['id']}")["status"] == "active"


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.FINANCE, Role.AUDITOR])
def test_the_calendar_is_the_exam_managers_affair(exam: Exam, role: Role) -> None:
    someone = exam.world.token(role)

    assert exam.post("/exam-administrations", someone, SPRING).status_code == 403
    assert exam.post(f"/sessions/{exam.session(APRIL)}/closure", someone, version=1).status_code == 403


def test_upcoming_sessions_are_paged_soonest_first_and_full_or_past_ones_left_out(either_exam: Exam) -> None:
    exam = either_exam
    me, _ = exam.candidate()
    later, sooner = exam.session(date(2026, 5, 1)), exam.session(date(2026, 4, 1))
    exam.session(date(2026, 4, 2), seats=1, seats_taken=1)
    exam.session(date(2026, 3, 1))

    first = exam.get("/sessions?limit=1", me)
    rest = exam.get(f"/sessions?limit=1&cursor={first['next_cursor']}", me)

    assert [one["id"] for page in (first, rest) for one in page["items"]] == [sooner, later]
    assert rest["next_cursor"] is None
    assert exam.world.client.get("/v1/sessions").status_code == 401


def a_file(exam: Exam, application: str) -> str:
    with exam.world.unit() as uow:
        candidate = uow.applications.get(UUID(application)).candidate_id
        stored = StoredFile(
            id=uow.new_id(),
            candidate_id=candidate,
            key=f"aa/{uow.random(8).hex()}",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            purpose=FilePurpose.ACCOMMODATION,
            name="note.pdf",
            uploaded_at=uow.now,
            uploaded_by="test",
        )
        return str(uow.stored_files.add(stored).id)


def test_an_approved_accommodation_lengthens_the_exam_booked_before_or_after(either_exam: Exam) -> None:
    exam = either_exam
    me, authorization, registration = exam.booked(APRIL)
    application = authorization["application_id"]
    asked = {"code": "ET01HR", "reason": "A condition.", "file_ids": [a_file(exam, application)]}

    request = exam.done(f"/applications/{application}/accommodations", me, asked)
    decided = exam.done(
        f"/accommodations/{request['id']}/decision", exam.manager, {"approved": True, "reason": "Shown."}, 1
    )
    again = exam.post(
        f"/accommodations/{request['id']}/decision", exam.manager, {"approved": False, "reason": "No."}, 2
    )

    assert request["allowed_actions"] == ["withdraw"]
    assert (decided["status"], decided["extra_minutes"]) == ("approved", 60)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert exam.get(f"/registrations/{registration['id']}")["minutes"] == 240
    assert [(one["outcome"], one["extra_minutes"]) for one in exam.letters("accommodation_decided")] == [
        ("approved", 60)
    ]


@pytest.mark.parametrize(
    ("answer", "minutes"),
    [
        ({"code": "ET24HR"}, 1_440),
        ({"extra_minutes": 1_440}, 1_440),
        ({"code": "ET99HR", "extra_minutes": 90}, 90),
        ({"code": "ET25HR"}, None),
        ({"code": "ET99HR"}, None),
    ],
)
def test_a_code_grants_no_more_time_than_minutes_that_are_said(
    either_exam: Exam, answer: Json, minutes: int | None
) -> None:
    exam = either_exam
    me, application = exam.candidate()
    asked = exam.done(f"/applications/{application}/accommodations", me, {"code": "ET01HR", "reason": "x"})
    path = f"/accommodations/{asked['id']}"

    decided = exam.post(f"{path}/decision", exam.manager, {"approved": True, "reason": "Shown.", **answer}, 1)

    if minutes is None:
        assert (decided.status_code, decided.json()["code"]) == (409, "contradiction")
        assert [(one["pointer"], one["code"]) for one in decided.json()["errors"]] == [("/body/code", "too_much_time")]
        assert exam.get(path) == {**asked, "allowed_actions": ["decide"]}
    else:
        assert decided.json()["extra_minutes"] == minutes, decided.text


def test_a_code_of_more_than_a_day_is_not_asked_for_and_may_be_denied(exam: Exam) -> None:
    me, application = exam.candidate()
    path = f"/applications/{application}/accommodations"
    asked = exam.done(path, me, {"code": "ET01HR", "reason": "x"})

    refused = exam.post(path, me, {"code": "ET99HR", "reason": "x"})
    denial = {"approved": False, "code": "ET99HR", "reason": "No."}
    denied = exam.done(f"/accommodations/{asked['id']}/decision", exam.manager, denial, 1)

    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [("/body/code", "too_much_time")]
    assert (denied["status"], denied["extra_minutes"]) == ("denied", 0)
    with exam.world.unit() as uow:
        assert uow.accommodations.count() == 1


def test_all_extra_time_together_is_a_day_at_most(exam: Exam) -> None:
    me, application = exam.candidate()
    path = f"/applications/{application}/accommodations"
    first, second = (exam.done(path, me, {"code": "ET12HR", "reason": "x"}) for _ in range(2))
    yes = {"approved": True, "reason": "Shown."}
    exam.done(f"/accommodations/{first['id']}/decision", exam.manager, yes, 1)

    more = exam.post(f"/accommodations/{second['id']}/decision", exam.manager, {**yes, "extra_minutes": 721}, 1)
    rest = exam.done(f"/accommodations/{second['id']}/decision", exam.manager, yes, 1)

    assert [(one["pointer"], one["code"]) for one in more.json()["errors"]] == [
        ("/body/extra_minutes", "too_much_time")
    ]
    assert rest["extra_minutes"] == 720


def test_a_denied_or_withdrawn_accommodation_adds_nothing(exam: Exam) -> None:
    me, authorization = exam.authorized()
    path = f"/applications/{authorization['application_id']}/accommodations"
    denied, withdrawn = (exam.done(path, me, {"code": code, "reason": "x"}) for code in ("ET01HR", "ET30MN"))

    exam.done(f"/accommodations/{denied['id']}/decision", exam.manager, {"approved": False, "reason": "Why."}, 1)
    exam.done(f"/accommodations/{withdrawn['id']}/withdrawal", me, version=1)
    late = exam.post(f"/accommodations/{withdrawn['id']}/decision", exam.manager, {"approved": True, "reason": "x"}, 2)
    seat = exam.done(f"/authorizations/{authorization['id']}/registrations", me, {"session_id": exam.session(APRIL)})

    assert late.json()["code"] == "wrong_state"
    assert seat["minutes"] == 180


def test_an_accommodation_is_for_few_eyes_and_never_decided_by_its_own_candidate(exam: Exam) -> None:
    me, application = exam.candidate("dual")
    request = exam.done(f"/applications/{application}/accommodations", me, {"code": "SEPRM", "reason": "Private."})
    path = f"/accommodations/{request['id']}"
    eve, _ = exam.candidate("eve")
    own = exam.world.token(Role.EXAM_MANAGER, subject="dual")

    reviewer = exam.world.client.get(f"/v1{path}", headers=exam.world.token(Role.REVIEWER))
    stranger = exam.world.client.get(f"/v1{path}", headers=eve)
    mine = exam.post(f"{path}/decision", own, {"approved": True, "reason": "Mine."}, 1)

    assert (reviewer.status_code, stranger.status_code) == (403, 404)
    assert mine.json()["code"] == "separation_of_duties"
    assert exam.get(path)["status"] == "requested"


def test_someone_elses_file_shows_nothing(exam: Exam) -> None:
    me, application = exam.candidate()
    _, other = exam.candidate("eve")
    body = {"code": "ET01HR", "reason": "x", "file_ids": [a_file(exam, other)]}

    refused = exam.post(f"/applications/{application}/accommodations", me, body)

    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    with exam.world.unit() as uow:
        assert uow.accommodations.count() == 0
