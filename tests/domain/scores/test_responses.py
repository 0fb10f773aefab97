"""Which column is which item."""

import pytest

from domain.scores.model import FormItem
from domain.scores.responses import map_columns

ITEMS = [FormItem(code=code, domain="a") for code in ("B1", "B2", "B10")]


def faults(*header: str) -> list[tuple[str, str | None]]:
    return [(fault.code, fault.column) for fault in map_columns(header, ITEMS).faults]


def test_items_are_found_by_code_or_after_the_last_dot_in_any_order() -> None:
    columns = map_columns(["x.y.B10", " eid ", "b2", "cent_id", "iresp.B1"], ITEMS)

    assert columns.faults == ()
    assert (columns.candidate, columns.form, columns.items) == (1, None, (4, 2, 0))
    assert columns.unused == ("cent_id",)


def test_an_exact_heading_wins_over_one_with_a_prefix() -> None:
    columns = map_columns(["eid", "B1", "time.B1", "B2", "B10"], ITEMS)

    assert columns.faults == ()
    assert columns.items[0] == 1
    assert columns.unused == ("time.B1",)


def test_the_candidates_column_may_be_named() -> None:
    columns = map_columns(["eid", "Kennung", "B1", "B2", "B10"], ITEMS, "kennung")

    assert columns.candidate == 1
    assert columns.unused == ("eid",)


def test_a_column_of_forms_is_found() -> None:
    assert map_columns(["Form", "eid", "B1", "B2", "B10"], ITEMS).form == 0


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["eid", "B1", "B2"], [("missing_column", "B10")]),
        (["B1", "B2", "B10"], [("missing_column", "candidate_id")]),
        (["eid", "a.B1", "b.B1", "B2", "B10"], [("duplicate_column", "B1")]),
        (["eid", "B1", "b1", "B2", "B10"], [("duplicate_column", "B1")]),
        (["eid", "EID", "B1", "B2", "B10"], [("duplicate_column", "eid")]),
        (["eid", "A1", "A2"], [("unknown_form", None)]),
        (["B1"], [("missing_column", "candidate_id"), ("missing_column", "B2"), ("missing_column", "B10")]),
        ([], [("missing_column", "candidate_id"), ("unknown_form", None)]),
        (["eid", "B1", "B2", "B10", "B11"], [("unknown_item", "B11")]),
        (["eid", "iresp.B1", "iresp.B2", "iresp.B10", "idur.B11", "iresp.B3"], [("unknown_item", "iresp.B3")]),
    ],
)
def test_wrong_headings_are_named(header: list[str], expected: list[tuple[str, str | None]]) -> None:
    assert faults(*header) == expected
