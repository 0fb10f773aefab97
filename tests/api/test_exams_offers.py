"""What an answer offers around an exam is what would work: on either side of each edge the step is taken as well."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from domain.actors import Actor, Role
from domain.applications import standing
from tests.api.exams_world import Exam, Header
from tests.api.outcomes import unmet
from tests.builders_applications import a_reviewer, an_applicant, publish
from tests.world import World

APRIL = date(2026, 4, 15)
MAY = date(2026, 5, 20)
STARTS = datetime(2026, 4, 15, 13, tzinfo=UTC)


def offered(exam: Exam, path: str, who: Header) -> list[str]:
    """The verbs that a thing tells, one by one as in its list."""
    verbs: list[str] = exam.get(path, who)["allowed_actions"]
    return verbs


def around_the_exam(exam: Exam, application: str, who: Header) -> list[str]:
    """Which of the steps towards an exam an application offers."""
    return [one for one in offered(exam, f"/applications/{application}", who) if one in ("authorize", "charge_exam")]


def test_an_approval_offers_the_charge_then_the_authorization_then_neither(either_exam: Exam) -> None:
    exam = either_exam
    me, application = exam.candidate()
    path = f"/applications/{application}"

    unpaid = [around_the_exam(exam, application, who) for who in (me, exam.manager)]
    exam.pay(exam.done(f"{path}/exam-charge", me), me)
    paid = [around_the_exam(exam, application, who) for who in (me, exam.manager)]
    exam.done(f"{path}/authorizations", me)
    authorized = [around_the_exam(exam, application, who) for who in (me, exam.manager)]
    pressed = [unmet(exam.post(f"{path}/{step}", me)) for step in ("exam-charge", "authorizations")]

    assert unpaid == [["charge_exam"]] * 2
    assert paid == [["authorize", "charge_exam"]] * 2
    assert authorized == [[]] * 2
    assert pressed == [["already_authorized"], ["already_authorized", "fee_not_charged"]]


def test_an_authorization_offers_a_seat_until_one_is_booked_and_again_when_it_is_missed(either_exam: Exam) -> None:
    exam = either_exam
    me, authorization = exam.authorized()
    path = f"/authorizations/{authorization['id']}"
    session = {"session_id": exam.session(APRIL)}

    before = offered(exam, path, me)
    seat = exam.done(f"{path}/registrations", me, session)
    booked, listed = offered(exam, path, me), exam.get("/authorizations?status=active")["items"]
    pressed = exam.post(f"{path}/registrations", me, {"session_id": exam.session(MAY)})
    exam.world.clock.set(STARTS)
    exam.done(f"/registrations/{seat['id']}/no-show", exam.manager, {"excused": True}, 1)

    assert (before, booked, offered(exam, path, me)) == (["book", "extend"], ["extend"], ["book", "extend"])
    assert [one["allowed_actions"] for one in listed] == [["extend"]]
    assert unmet(pressed) == ["already_booked"]


@pytest.mark.parametrize(
    ("day", "verbs"),
    [(date(2026, 5, 28), ["book", "extend"]), (date(2026, 5, 29), ["extend"]), (date(2026, 5, 31), [])],
)
def test_a_seat_is_offered_while_one_can_still_be_booked_and_an_extension_while_the_window_is_open(
    exam: Exam, day: date, verbs: list[str]
) -> None:
    me, authorization = exam.authorized()
    last = exam.session(date(2026, 5, 30))
    exam.world.clock.set(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))

    told = offered(exam, f"/authorizations/{authorization['id']}", me)
    booked = exam.post(f"/authorizations/{authorization['id']}/registrations", me, {"session_id": last})

    assert told == verbs
    assert (booked.status_code == 201) is ("book" in verbs), booked.text


def test_no_extension_is_offered_once_none_is_left(exam: Exam) -> None:
    me, authorization = exam.authorized()
    path = f"/authorizations/{authorization['id']}"
    for version in (1, 2):
        exam.pay(exam.done(f"{path}/extension-charge", me), me)
        exam.done(f"{path}/extensions", me, version=version)

    assert offered(exam, path, me) == ["book"]
    assert unmet(exam.post(f"{path}/extension-charge", me)) == ["no_extension_left"]


@pytest.mark.parametrize(
    ("before", "mine", "managers"),
    [
        pytest.param(timedelta(days=30), ["cancel", "reschedule"], [], id="a month"),
        pytest.param(timedelta(days=5), ["cancel", "charge"], [], id="five days, for a fee"),
        pytest.param(timedelta(days=2), ["cancel"], [], id="two days"),
        pytest.param(timedelta(minutes=1), ["cancel"], [], id="a minute"),
        pytest.param(timedelta(), ["cancel"], ["mark_missed"], id="it begins"),
        pytest.param(-timedelta(minutes=1), [], ["mark_missed"], id="it has begun"),
    ],
)
def test_a_booking_offers_what_the_notice_allows(
    either_exam: Exam, before: timedelta, mine: list[str], managers: list[str]
) -> None:
    exam = either_exam
    me, _, registration = exam.booked(APRIL)
    path = f"/registrations/{registration['id']}"
    exam.world.clock.set(STARTS - before)

    assert offered(exam, path, me) == mine
    assert offered(exam, path, exam.manager) == sorted(mine + managers)
    for who in (me, exam.manager):
        listed = exam.get(f"/candidates/{registration['candidate_id']}/registrations", who)["items"]
        assert [one["allowed_actions"] for one in listed] == [offered(exam, path, who)]
    moved = exam.post(f"{path}/rescheduling", me, {"session_id": exam.session(MAY)}, 1)
    assert (moved.status_code == 200) is ("reschedule" in mine)
    if "mark_missed" not in managers:
        assert unmet(exam.post(f"{path}/no-show", exam.manager, {"excused": False}, "*")) == ["session_not_begun"]
    if "cancel" not in mine:
        assert unmet(exam.post(f"{path}/cancellation", me, {}, "*")) == ["too_little_notice"]


def test_a_late_move_is_offered_once_it_is_paid_for(exam: Exam) -> None:
    me, _, registration = exam.booked(APRIL)
    path = f"/registrations/{registration['id']}"
    exam.world.clock.set(STARTS - timedelta(days=5))

    exam.pay(exam.done(f"{path}/charge", me, {"step": "rescheduling"}), me)

    assert offered(exam, path, me) == ["cancel", "charge", "reschedule"]


def test_a_missed_appointment_is_excused_once(exam: Exam) -> None:
    _, _, registration = exam.booked(APRIL)
    path = f"/registrations/{registration['id']}"
    exam.world.clock.set(STARTS)

    missed = exam.done(f"{path}/no-show", exam.manager, {"excused": False}, 1)
    excused = exam.done(f"{path}/excuse", exam.manager, {"reason": "A note."}, 2)

    assert (missed["allowed_actions"], excused["allowed_actions"]) == (["excuse"], [])


@pytest.mark.parametrize(("days", "open_"), [(30, True), (31, False)])
def test_an_appeal_is_offered_in_its_window(either_world: World, days: int, *, open_: bool) -> None:
    publish(either_world)
    ada = an_applicant(either_world).draft().submitted()
    a_reviewer(either_world).denies(ada)
    either_world.clock.advance(days=days)

    told = ada.now()["allowed_actions"]
    filed = ada.post(f"{ada.path}/appeals", {"grounds": "My school is accredited."})

    assert told == (["appeal"] if open_ else [])
    assert (filed.status_code == 201) is open_


@pytest.mark.parametrize(("days", "open_"), [(30, True), (31, False)])
def test_an_answer_is_handed_in_while_it_is_in_time(either_world: World, days: int, *, open_: bool) -> None:
    publish(either_world)
    ada, rita = an_applicant(either_world).draft().submitted(), a_reviewer(either_world)
    rita.claims(ada)
    rita.take(ada, "information-requests", {"message": "More, please.", "due_on": "2026-04-01"})
    either_world.clock.advance(days=days)

    told = ada.now()["allowed_actions"]
    answered = ada.step("resubmission")

    assert ("resubmit" in told) is open_
    assert (answered.status_code == 200) is open_


def test_no_more_information_is_asked_for_than_the_policy_allows(world: World) -> None:
    publish(world, {"/applications/max_returns": 1})
    ada, rita = an_applicant(world).draft().submitted(), a_reviewer(world)
    rita.claims(ada)
    first = rita.get(ada.path).json()["allowed_actions"]
    rita.take(ada, "information-requests", {"message": "More, please."})
    ada.step("resubmission")
    rita.claims(ada)

    assert "return" in first
    assert "return" not in rita.get(ada.path).json()["allowed_actions"]
    assert unmet(rita.take(ada, "information-requests", {"message": "Again."})) == ["too_many_returns"]


@pytest.mark.parametrize("claimed", [False, True])
def test_what_its_owner_may_do_under_review_asks_the_store_nothing(world: World, *, claimed: bool) -> None:
    publish(world)
    ada = an_applicant(world).draft().submitted()
    if claimed:
        a_reviewer(world).claims(ada)
    owner = Actor(subject="ada", roles=frozenset({Role.CANDIDATE}), candidate_id=ada.candidate_id)

    (told,), asked = traced(world, owner, [ada.application_id])

    assert told == ["request_accommodation", "withdraw"]
    assert asked == []


def test_a_list_of_the_authorized_asks_the_store_once_for_all(exam: Exam) -> None:
    authorized = [exam.authorized(name)[1]["application_id"] for name in ("ada", "ben", "cleo")]
    manager = Actor(subject="max", roles=frozenset({Role.EXAM_MANAGER}))

    told, asked = traced(exam.world, manager, authorized)

    assert [sorted({"authorize", "charge_exam"} & set(one)) for one in told] == [[]] * 3
    assert len(asked) == 1


def traced(world: World, actor: Actor, ids: list[str]) -> tuple[list[list[str]], list[str]]:
    """What these applications offer, one by one, and the statements that finding it out took."""
    asked: list[str] = []
    with world.units.begin(actor, write=False) as uow:
        applications = [uow.applications.get(UUID(id_)) for id_ in ids]
        driver = uow.connection.connection.driver_connection
        driver.set_trace_callback(asked.append)  # type: ignore[union-attr]
        told = standing.verbs(uow, actor, applications)
        driver.set_trace_callback(None)  # type: ignore[union-attr]
    return [told[one.id] for one in applications], asked
