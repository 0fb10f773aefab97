"""Seats: the edges of every clause."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.applications.model import ApplicationStatus
from domain.errors import Invalid
from domain.exams.model import (
    Administration,
    AdministrationStatus,
    AuthorizationStatus,
    Registration,
    RegistrationStatus,
    Session,
    SessionStatus,
)
from domain.exams.rules import History
from domain.exams.rules_accommodations import minutes_of
from domain.exams.rules_booking import (
    Holder,
    Seat,
    counted_notice,
    day_of,
    days_of_notice,
    has_room,
    may_book,
    may_call_missed,
    may_cancel,
    may_move,
    may_take_over,
    must_be_zone,
    seats_hold,
    session_fits,
)
from domain.ruling import Ruling
from tests.builders import a_policy, cpom
from tests.domain.exams.test_rules import PAID, UNPAID, an_application, an_authorization, codes

NEW_YORK = ZoneInfo("America/New_York")
STARTS = datetime(2026, 4, 15, 9, tzinfo=NEW_YORK).astimezone(UTC)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def a_session(**fields: Any) -> Session:
    good = Session(
        id=UUID(int=10),
        administration_id=UUID(int=11),
        site="Raleigh",
        address="1 Main Street, Raleigh",
        starts_at=STARTS,
        zone="America/New_York",
        seats=10,
        seats_taken=9,
    )
    return replace(good, **fields)


def an_administration(**fields: Any) -> Administration:
    good = Administration(
        id=UUID(int=11),
        program="CPOM",
        exam_code="POM-001",
        code="2026-spring",
        title="Spring",
        opens_on=date(2026, 4, 1),
        closes_on=date(2026, 4, 30),
        zone="America/New_York",
        status=AdministrationStatus.OPEN,
    )
    return replace(good, **fields)


def a_registration(**fields: Any) -> Registration:
    good = Registration(
        id=UUID(int=12),
        candidate_id=UUID(int=2),
        authorization_id=UUID(int=3),
        administration_id=UUID(int=11),
        session_id=UUID(int=10),
        number="R1",
        booked_at=NOW,
    )
    return replace(good, **fields)


def a_holder(**fields: Any) -> Holder:
    good = Holder(authorization=an_authorization(), application=an_application(), history=History())
    return replace(good, **fields)


def a_seat(session: Session | None = None, administration: Administration | None = None) -> Seat:
    return Seat(session=session or a_session(), administration=administration or an_administration())


def ask(now: datetime = NOW, *, holder: Holder | None = None, seat: Seat | None = None, paid: bool = True) -> Ruling:
    return may_book(cpom(), holder or a_holder(), seat or a_seat(), PAID if paid else UNPAID, now)


def test_a_free_seat_in_the_window_is_booked() -> None:
    ruling = ask()

    assert ruling.granted
    assert all(finding.source for finding in ruling.findings if finding.clause != "fee_exam")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (
            {"holder": a_holder(application=an_application(status=ApplicationStatus.WITHDRAWN))},
            "application_not_approved",
        ),
        (
            {"holder": a_holder(authorization=an_authorization(status=AuthorizationStatus.EXPIRED))},
            "authorization_expired",
        ),
        ({"holder": a_holder(registrations=(a_registration(),))}, "already_booked"),
        ({"holder": a_holder(authorization=an_authorization(closes_on=date(2026, 4, 14)))}, "after_window"),
        ({"holder": a_holder(authorization=an_authorization(opens_on=date(2026, 4, 16)))}, "before_window"),
        ({"holder": a_holder(history=History(taken=(date(2026, 3, 2),)))}, "retake_too_soon"),
        ({"holder": a_holder(history=History(passed=True))}, "already_passed"),
        ({"holder": a_holder(history=History(awaited=True))}, "result_awaited"),
        ({"seat": a_seat(administration=an_administration(exam_code="POM-002"))}, "another_exam"),
        (
            {"seat": a_seat(administration=an_administration(status=AdministrationStatus.PLANNED))},
            "administration_not_open",
        ),
        ({"seat": a_seat(a_session(status=SessionStatus.CLOSED))}, "session_not_open"),
        ({"seat": a_seat(a_session(seats_taken=10))}, "no_seat_left"),
        ({"paid": False}, "fee_open"),
        ({"now": STARTS - timedelta(days=2) + timedelta(minutes=1)}, "booking_closed"),
    ],
)
def test_each_clause_refuses_by_itself(changed: dict[str, Any], code: str) -> None:
    assert codes(ask(**changed)) == [code]


def test_what_ended_before_is_no_hindrance() -> None:
    cancelled = a_registration(status=RegistrationStatus.CANCELLED)
    run_out = an_application(status=ApplicationStatus.EXPIRED)

    assert ask(holder=a_holder(registrations=(cancelled,), application=run_out)).granted


@pytest.mark.parametrize(
    ("opens_on", "closes_on", "granted"),
    [
        pytest.param(date(2026, 4, 15), date(2026, 4, 15), True, id="the one day of the window"),
        pytest.param(date(2026, 4, 1), date(2026, 4, 15), True, id="the last day"),
        pytest.param(date(2026, 4, 15), date(2026, 5, 15), True, id="the first day"),
        pytest.param(date(2026, 4, 1), date(2026, 4, 14), False, id="a day late"),
        pytest.param(date(2026, 4, 16), date(2026, 5, 15), False, id="a day early"),
    ],
)
def test_both_days_of_the_window_are_inside_it(opens_on: date, closes_on: date, granted: bool) -> None:
    holder = a_holder(authorization=an_authorization(opens_on=opens_on, closes_on=closes_on))

    assert ask(holder=holder).granted is granted


def test_the_day_of_a_session_is_that_of_its_site() -> None:
    late = datetime(2026, 4, 16, 1, tzinfo=UTC)

    assert day_of(a_session(starts_at=late)) == date(2026, 4, 15)
    assert day_of(a_session(starts_at=late, zone="Asia/Tokyo")) == date(2026, 4, 16)


@pytest.mark.parametrize(
    ("starts", "now", "days"),
    [
        pytest.param("2026-03-10T09:00", "2026-03-05T09:00", 5, id="five days across the spring change, to the minute"),
        pytest.param("2026-03-10T09:00", "2026-03-05T09:01", 4, id="a minute later"),
        pytest.param("2026-11-03T09:00", "2026-10-29T09:00", 5, id="five days across the autumn change"),
        pytest.param("2026-11-03T09:00", "2026-10-29T09:01", 4, id="a minute later in autumn"),
        pytest.param("2028-03-01T09:00", "2028-02-28T09:00", 2, id="a leap day between"),
        pytest.param("2026-04-15T09:00", "2026-04-15T08:59", 0, id="a minute before"),
        pytest.param("2026-04-15T09:00", "2026-04-15T09:00", 0, id="as it begins"),
        pytest.param("2026-04-15T09:00", "2026-04-15T09:01", -1, id="begun"),
    ],
)
def test_notice_is_counted_in_whole_days_by_the_clock_at_the_site(starts: str, now: str, days: int) -> None:
    instants = [datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC) for text in (starts, now)]

    assert days_of_notice(a_session(starts_at=instants[0]), instants[1]) == days


NOTICES = [
    pytest.param(timedelta(days=31), True, True, 100, id="31 days"),
    pytest.param(timedelta(days=30), True, True, 100, id="30 days"),
    pytest.param(timedelta(days=30) - timedelta(minutes=1), True, True, 50, id="a minute short of 30"),
    pytest.param(timedelta(days=5), True, True, 50, id="5 days"),
    pytest.param(timedelta(days=5) - timedelta(minutes=1), False, True, 0, id="a minute short of 5"),
    pytest.param(timedelta(0), False, True, 0, id="as it begins"),
    pytest.param(-timedelta(minutes=1), False, False, 0, id="begun"),
]


@pytest.mark.parametrize(("before", "moves", "cancels", "percent"), NOTICES)
def test_what_a_change_of_plan_costs_follows_the_days_of_notice(
    before: timedelta, moves: bool, cancels: bool, percent: int
) -> None:
    leaving, taking = a_session(), a_session(id=UUID(int=20), starts_at=STARTS + timedelta(days=20))
    holder = a_holder(registrations=(a_registration(),))

    moving = may_move(cpom(), holder, leaving, a_seat(taking), PAID, STARTS - before)
    cancelling = may_cancel(cpom(), leaving, PAID, STARTS - before)

    assert moving.granted is moves
    assert cancelling.granted is cancels
    if cancels:
        tier = cpom().scheduling.cancelling(days_of_notice(leaving, STARTS - before))
        assert tier is not None
        assert tier.refund_percent == percent


@pytest.mark.parametrize(
    ("moves", "before", "percent"),
    [
        pytest.param([], 30, 100, id="never moved"),
        pytest.param([45], 30, 100, id="moved in good time"),
        pytest.param([30], 45, 100, id="moved on the last day of the best tier"),
        pytest.param([29], 45, 50, id="moved a day late: the worse tier sticks"),
        pytest.param([6, 40], 35, 50, id="moved late, then in good time: it still does"),
        pytest.param([40, 6], 35, 50, id="moved in good time, then late"),
        pytest.param([29], 4, 0, id="moved late, cancelled later still: the present notice is worse"),
        pytest.param([None], 30, 100, id="moved by the body"),
        pytest.param([6, None], 30, 50, id="moved late, then by the body: nothing better, nothing worse"),
    ],
)
def test_what_a_cancellation_gives_back_goes_by_the_least_notice_of_all(
    moves: list[int | None], before: int, percent: int
) -> None:
    registration, session = a_registration(), a_session()

    for notice in moves:
        registration = registration.moved(session, notice=notice)
    counted = counted_notice(registration, session, STARTS - timedelta(days=before))

    tier = cpom().scheduling.cancelling(counted)
    assert tier is not None
    assert tier.refund_percent == percent
    assert registration.reschedules == len([one for one in moves if one is not None])


@pytest.mark.parametrize(
    ("seat", "paid", "code"),
    [
        (a_seat(), True, "same_session"),
        (a_seat(a_session(id=UUID(int=20), seats_taken=10)), True, "no_seat_left"),
        (a_seat(a_session(id=UUID(int=20), starts_at=STARTS + timedelta(days=60))), True, "after_window"),
        (a_seat(a_session(id=UUID(int=20))), False, "fee_open"),
    ],
)
def test_a_booking_moves_only_to_another_seat_that_could_be_booked(seat: Seat, paid: bool, code: str) -> None:
    ruling = may_move(cpom(), a_holder(), a_session(), seat, PAID if paid else UNPAID, NOW)

    assert codes(ruling) == [code]


def test_a_policy_that_allows_no_rescheduling_says_so() -> None:
    never = a_policy({"/scheduling/rescheduling": [{"days_of_notice": 0, "allowed": False}]})

    ruling = may_move(never, a_holder(), a_session(), a_seat(a_session(id=UUID(int=20))), PAID, NOW)

    assert codes(ruling) == ["too_little_notice"]
    assert ruling.unmet[0].asked == "The policy allows none."


def test_an_appointment_is_not_missed_before_it_has_begun() -> None:
    assert codes(may_call_missed(cpom(), a_session(), STARTS - timedelta(seconds=1))) == ["session_not_begun"]
    assert may_call_missed(cpom(), a_session(), STARTS).granted


@pytest.mark.parametrize(("seats", "granted"), [(8, False), (9, True), (10, True), (500, True)])
def test_seats_never_fall_below_those_taken(seats: int, granted: bool) -> None:
    assert seats_hold(a_session(), seats).granted is granted


@pytest.mark.parametrize(
    ("starts", "zone", "unmet"),
    [
        ("2026-04-01T00:00-04:00", "America/New_York", []),
        ("2026-03-31T23:59-04:00", "America/New_York", ["outside_administration"]),
        ("2026-04-30T23:59-04:00", "America/New_York", []),
        ("2026-05-01T00:00-04:00", "America/New_York", ["outside_administration"]),
        ("2026-05-01T00:00-04:00", "America/Los_Angeles", []),
        ("2026-03-01T09:00-05:00", "America/New_York", ["outside_administration", "in_the_past"]),
    ],
)
def test_a_session_lies_on_a_day_of_its_administration(starts: str, zone: str, unmet: list[str]) -> None:
    ruling = session_fits(an_administration(), datetime.fromisoformat(starts).astimezone(UTC), zone, NOW)

    assert codes(ruling) == unmet


def test_those_who_lose_a_session_move_to_another_of_the_same_exam_that_is_open() -> None:
    here, leaving = an_administration(), a_session()
    other = a_session(id=UUID(int=20))

    assert may_take_over(leaving, here, a_seat(other)).granted
    assert codes(may_take_over(leaving, here, a_seat(leaving))) == ["same_session"]
    assert codes(may_take_over(leaving, here, a_seat(replace(other, status=SessionStatus.CANCELLED)))) == [
        "session_not_open"
    ]
    assert codes(may_take_over(leaving, here, a_seat(other, an_administration(exam_code="X")))) == ["another_exam"]


def test_there_is_room_for_as_many_as_there_are_seats_and_only_within_the_window() -> None:
    session = a_session(seats=10, seats_taken=8)
    early = an_authorization(closes_on=date(2026, 4, 14))

    assert [has_room(session, promised, an_authorization()) for promised in (0, 1, 2)] == [True, True, False]
    assert not has_room(session, 0, early)


@pytest.mark.parametrize("name", ["America/Nowhere", "America", "../etc/passwd", "Zone\u00e9", "x" * 64])
def test_a_zone_that_does_not_exist_is_pointed_at(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        must_be_zone(name)

    assert [fault.pointer for fault in refused.value.faults] == ["/zone"]


@pytest.mark.parametrize(
    ("code", "minutes"), [("ET01HR", 60), ("ET02HR", 120), ("ET30MN", 30), ("SEPRM", 0), ("ET1HR", 0), ("et01hr", 0)]
)
def test_a_code_says_how_many_minutes_it_adds(code: str, minutes: int) -> None:
    assert minutes_of(code) == minutes
