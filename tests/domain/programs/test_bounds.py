"""Every figure of an edition has both bounds: a slip of the hand is a fault with its place, no day out of reach."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from domain.dates import add_years
from domain.errors import Invalid
from domain.programs.policy import Policy
from domain.programs.reading import read_policy
from tests.builders import a_policy, a_policy_document


def _figures(schema: object, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every integer and number of a JSON Schema, with its place in it."""
    if isinstance(schema, dict):
        if schema.get("type") in ("integer", "number"):
            yield place, schema
        for name, inner in schema.items():
            yield from _figures(inner, f"{place}/{name}")
    elif isinstance(schema, list):
        for index, inner in enumerate(schema):
            yield from _figures(inner, f"{place}/{index}")


def test_no_figure_of_a_policy_lacks_a_bound() -> None:
    figures = dict(_figures(Policy.model_json_schema()))

    unbounded = [
        place
        for place, said in figures.items()
        if not {"minimum", "exclusiveMinimum"} & said.keys() or not {"maximum", "exclusiveMaximum"} & said.keys()
    ]
    fixed = [place for place in unbounded if "const" in figures[place]]
    assert len(figures) > 50
    assert unbounded == fixed == ["/properties/policy_format"]


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        pytest.param("/in_force_from", "0001-01-01", "greater_than_equal", id="a first day before there were bodies"),
        pytest.param("/in_force_from", "1899-12-31", "greater_than_equal", id="a day before the first"),
        pytest.param("/in_force_until", "2201-01-01", "less_than_equal", id="a day after the last"),
        pytest.param("/in_flight/moves_on", "9999-12-31", "less_than_equal", id="a day to move on"),
        pytest.param(
            "/eligibility/providers/0/effective_until", "9999-12-31", "less_than_equal", id="a provider's end"
        ),
        pytest.param("/applications/information_due_days", 1_000_000, "less_than_equal", id="days to answer"),
        pytest.param("/applications/draft_expires_days", 3_661, "less_than_equal", id="a day more than ten years"),
        pytest.param("/validity/years", 9_000, "less_than_equal", id="years of validity"),
        pytest.param("/retention/exam_years", 51, "less_than_equal", id="years to keep"),
        pytest.param("/renewal/reminder_days/0", 4_000, "less_than_equal", id="an entry of a list"),
        pytest.param("/exam/minutes", 2_881, "less_than_equal", id="minutes"),
        pytest.param("/fees/0/amount_minor", 100_000_001, "less_than_equal", id="an amount"),
        pytest.param("/audit/applications_rate", 1.01, "less_than_equal", id="a rate above one"),
        pytest.param("/audit/renewals_rate", -0.1, "greater_than_equal", id="a rate below nothing"),
    ],
)
def test_a_figure_out_of_bounds_is_told_with_its_place(pointer: str, value: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_policy(a_policy_document({pointer: value}))

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [(pointer, code)]


def test_the_largest_figures_together_stay_within_the_calendar() -> None:
    widest = a_policy(
        {
            "/in_force_from": "2200-12-31",
            "/validity/years": 50,
            "/renewal/grace_days": 3_660,
            "/applications/information_due_days": 3_660,
            "/retention/credential_years": 50,
        }
    )

    end = add_years(widest.in_force_from, widest.validity.years) + timedelta(days=widest.renewal.grace_days)
    kept = add_years(end, widest.retention.credential_years)
    due = widest.in_force_from + timedelta(days=4 * widest.applications.information_due_days)
    assert max(end, kept, due) < date(2400, 1, 1)
