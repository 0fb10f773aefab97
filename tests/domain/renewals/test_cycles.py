"""The lot of a cycle, and its reminders."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.applications.sampling import rank
from domain.renewals.cycles import drawn, due_reminder, next_reminder, reminders
from tests.builders import a_policy
from tests.builders_credentials import ENDS, a_cycle

TERMS = a_policy().renewal


@pytest.mark.parametrize(("rate", "chosen"), [(0.0, 0), (1.0, 2_000)])
def test_nobody_or_everybody_is_drawn_at_the_ends_of_the_scale(rate: float, chosen: int) -> None:
    assert sum(drawn(rank("seed", UUID(int=number)), rate) for number in range(2_000)) == chosen


def test_a_tenth_is_drawn_at_a_tenth_and_the_same_ones_each_time() -> None:
    lots = [drawn(rank("seed", UUID(int=number)), 0.1) for number in range(2_000)]

    assert 150 < sum(lots) < 250
    assert lots == [drawn(rank("seed", UUID(int=number)), 0.1) for number in range(2_000)]


def test_a_rank_at_the_rate_itself_is_not_drawn() -> None:
    tenth = "1999999999999999999999999999999999999999999999999999999999999999"

    assert drawn(tenth, 0.1)
    assert not drawn(tenth[:-1] + "a", 0.1)


def test_the_window_opening_takes_the_place_of_a_reminder_on_its_day() -> None:
    assert reminders(TERMS, ENDS) == {
        "open": date(2028, 12, 2),
        "60": date(2029, 1, 1),
        "30": date(2029, 1, 31),
        "7": date(2029, 2, 23),
    }


@pytest.mark.parametrize(
    ("after", "following"),
    [
        (date(2026, 3, 2), date(2028, 12, 2)),
        (date(2028, 12, 1), date(2028, 12, 2)),
        (date(2028, 12, 2), date(2029, 1, 1)),
        (date(2029, 2, 22), date(2029, 2, 23)),
        (date(2029, 2, 23), None),
    ],
)
def test_the_next_reminder_lies_after_the_day(after: date, following: date | None) -> None:
    assert next_reminder(TERMS, ENDS, after) == following


@pytest.mark.parametrize(
    ("on", "sent", "due"),
    [
        pytest.param(date(2028, 12, 1), (), None, id="before the first"),
        pytest.param(date(2028, 12, 2), (), "open", id="the first"),
        pytest.param(date(2028, 12, 2), ("open",), None, id="sent already"),
        pytest.param(date(2029, 2, 1), ("open",), "30", id="the latest alone"),
        pytest.param(ENDS, ("open",), "7", id="on the last day"),
        pytest.param(ENDS + timedelta(days=1), (), None, id="after it"),
    ],
)
def test_the_letter_that_is_due_is_the_latest_not_sent(on: date, sent: tuple[str, ...], due: str | None) -> None:
    assert due_reminder(TERMS, a_cycle(reminders=sent), on) == due
