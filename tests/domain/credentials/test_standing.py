"""How a credential stands on any day, from its history."""

from datetime import date, timedelta

import pytest

from domain.credentials.model import Standing, StandingChange
from domain.credentials.standing import Grace, Timeline, as_it_stands, by_date, grace_ends, timeline
from tests.builders import a_policy
from tests.builders_credentials import AWARDED, ENDS, a_change, a_credential

DAY = timedelta(days=1)
GRACE = Grace(days=90, valid=False)
GRACE_ENDS = ENDS + timedelta(days=90)
LATER = date(2032, 3, 2)


def life(*history: StandingChange, grace: Grace = GRACE) -> Timeline:
    """The timeline of an award and what followed it."""
    return timeline([a_change(1, Standing.ACTIVE, AWARDED), *history], {"cpom-2026": grace})


def on(made: Timeline, day: date) -> tuple[Standing, bool, date]:
    """How it stood, whether it was valid, and since when."""
    span = made.on(day)
    assert span is not None
    return span.standing, span.valid, span.since


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(AWARDED, (Standing.ACTIVE, True, AWARDED), id="the day of the award"),
        pytest.param(ENDS, (Standing.ACTIVE, True, AWARDED), id="the last valid day"),
        pytest.param(ENDS + DAY, (Standing.EXPIRED, False, ENDS + DAY), id="the day after"),
        pytest.param(GRACE_ENDS, (Standing.EXPIRED, False, ENDS + DAY), id="the last day of grace"),
        pytest.param(GRACE_ENDS + DAY, (Standing.LAPSED, False, GRACE_ENDS + DAY), id="the day after the grace"),
    ],
)
def test_days_alone_turn_a_credential(day: date, expected: tuple[Standing, bool, date]) -> None:
    assert on(life(), day) == expected


def test_before_the_award_there_is_nothing() -> None:
    assert life().on(AWARDED - DAY) is None


def test_a_policy_may_keep_it_valid_in_grace() -> None:
    assert on(life(grace=Grace(days=90, valid=True)), GRACE_ENDS) == (Standing.EXPIRED, True, ENDS + DAY)


def test_without_grace_it_lapses_at_once() -> None:
    assert on(life(grace=Grace(days=0, valid=False)), ENDS + DAY) == (Standing.LAPSED, False, ENDS + DAY)


def test_what_the_sweep_wrote_down_changes_nothing() -> None:
    swept = life(a_change(2, Standing.EXPIRED, ENDS + DAY), a_change(3, Standing.LAPSED, GRACE_ENDS + DAY))

    days = [AWARDED + timedelta(days=number) for number in range(0, 1_300, 7)]
    assert [on(swept, day) for day in days] == [on(life(), day) for day in days]


def test_a_renewal_in_time_goes_on_without_a_new_beginning() -> None:
    renewed = life(a_change(2, Standing.ACTIVE, date(2029, 1, 15), valid_until=LATER))

    assert on(renewed, LATER) == (Standing.ACTIVE, True, AWARDED)
    assert renewed.valid_from(LATER) == AWARDED


def test_a_renewal_in_grace_begins_validity_anew() -> None:
    back = date(2029, 4, 1)
    renewed = life(a_change(2, Standing.EXPIRED, ENDS + DAY), a_change(3, Standing.ACTIVE, back, valid_until=LATER))

    assert on(renewed, back - DAY) == (Standing.EXPIRED, False, ENDS + DAY)
    assert on(renewed, back) == (Standing.ACTIVE, True, back)
    assert (renewed.valid_from(back - DAY), renewed.valid_from(back)) == (AWARDED, back)


def test_a_renewal_in_a_valid_grace_does_not() -> None:
    back = date(2029, 4, 1)
    renewed = life(a_change(2, Standing.ACTIVE, back, valid_until=LATER), grace=Grace(days=90, valid=True))

    assert renewed.valid_from(LATER) == AWARDED


def test_a_suspension_and_its_lifting_keep_the_stretch_of_validity() -> None:
    made = life(
        a_change(2, Standing.SUSPENDED, date(2027, 1, 1)),
        a_change(3, Standing.ACTIVE, date(2027, 6, 1)),
    )

    assert on(made, date(2026, 12, 31)) == (Standing.ACTIVE, True, AWARDED)
    assert on(made, date(2027, 5, 31)) == (Standing.SUSPENDED, False, date(2027, 1, 1))
    assert on(made, date(2027, 6, 1)) == (Standing.ACTIVE, True, date(2027, 6, 1))
    assert made.valid_from(date(2028, 1, 1)) == AWARDED


@pytest.mark.parametrize(("valid", "since"), [(False, date(2029, 5, 1)), (True, AWARDED)])
def test_a_suspension_in_grace_begins_no_validity_and_its_lifting_does(valid: bool, since: date) -> None:
    suspended, lifted = date(2029, 4, 1), date(2029, 5, 1)
    made = life(
        a_change(2, Standing.SUSPENDED, suspended),
        a_change(3, Standing.SUSPENDED, suspended + DAY, valid_until=LATER),
        a_change(4, Standing.ACTIVE, lifted, valid_until=LATER),
        grace=Grace(days=90, valid=valid),
    )

    assert made.valid_from(suspended) == made.valid_from(lifted - DAY) == AWARDED
    assert made.valid_from(lifted) == since


@pytest.mark.parametrize("final", [Standing.SUSPENDED, Standing.REVOKED, Standing.RETIRED])
def test_what_is_suspended_or_final_is_not_turned_by_days(final: Standing) -> None:
    made = life(a_change(2, final, date(2027, 1, 1)))

    assert on(made, date(2099, 1, 1)) == (final, False, date(2027, 1, 1))
    assert made.after(date(2027, 1, 1)) == ()


def test_military_service_proved_late_makes_an_expiry_not_to_have_happened() -> None:
    until = date(2030, 3, 2)
    before = life(a_change(2, Standing.EXPIRED, ENDS + DAY), a_change(3, Standing.LAPSED, GRACE_ENDS + DAY))
    after = life(
        a_change(2, Standing.EXPIRED, ENDS + DAY),
        a_change(3, Standing.LAPSED, GRACE_ENDS + DAY),
        a_change(4, Standing.ACTIVE, ENDS + DAY, valid_until=until),
    )

    assert on(before, date(2029, 12, 1))[0] is Standing.LAPSED
    assert on(after, date(2029, 12, 1)) == (Standing.ACTIVE, True, AWARDED)
    assert on(after, until + DAY) == (Standing.EXPIRED, False, until + DAY)
    assert after.valid_from(until) == AWARDED


def test_a_revocation_from_an_earlier_day_supersedes_what_was_recorded_since() -> None:
    made = life(
        a_change(2, Standing.ACTIVE, date(2029, 1, 15), valid_until=LATER),
        a_change(3, Standing.REVOKED, date(2028, 6, 1)),
    )

    assert on(made, date(2028, 5, 31)) == (Standing.ACTIVE, True, AWARDED)
    assert on(made, date(2029, 2, 1)) == (Standing.REVOKED, False, date(2028, 6, 1))


def test_what_is_to_come_are_the_two_turns_that_need_nobody() -> None:
    assert [(span.standing, span.since) for span in life().after(date(2027, 1, 1))] == [
        (Standing.EXPIRED, ENDS + DAY),
        (Standing.LAPSED, GRACE_ENDS + DAY),
    ]


def test_each_edition_has_its_own_grace() -> None:
    history = [
        a_change(1, Standing.ACTIVE, AWARDED),
        a_change(2, Standing.ACTIVE, date(2029, 1, 15), valid_until=LATER, edition="next"),
    ]

    made = timeline(history, {"cpom-2026": GRACE, "next": Grace(days=10, valid=False)})

    assert on(made, LATER + timedelta(days=10))[0] is Standing.EXPIRED
    assert on(made, LATER + timedelta(days=11))[0] is Standing.LAPSED


@pytest.mark.parametrize(
    ("recorded", "day", "stands"),
    [
        (Standing.ACTIVE, ENDS, Standing.ACTIVE),
        (Standing.ACTIVE, ENDS + DAY, Standing.EXPIRED),
        (Standing.ACTIVE, GRACE_ENDS + DAY, Standing.LAPSED),
        (Standing.EXPIRED, GRACE_ENDS, Standing.EXPIRED),
        (Standing.EXPIRED, GRACE_ENDS + DAY, Standing.LAPSED),
        (Standing.LAPSED, ENDS, Standing.LAPSED),
        (Standing.SUSPENDED, GRACE_ENDS + DAY, Standing.SUSPENDED),
        (Standing.REVOKED, GRACE_ENDS + DAY, Standing.REVOKED),
        (Standing.RETIRED, GRACE_ENDS + DAY, Standing.RETIRED),
    ],
)
def test_a_recorded_standing_is_read_by_the_day(recorded: Standing, day: date, stands: Standing) -> None:
    assert by_date(recorded, ENDS, GRACE, day) is stands
    assert as_it_stands(a_credential(status=recorded), GRACE, day).status is stands


def test_the_grace_is_the_editions() -> None:
    assert Grace.of(a_policy()) == GRACE
    assert grace_ends(ENDS, GRACE) == GRACE_ENDS
