"""Files of responses as they come: well-formed, foreign, ragged, and not CSV at all."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from adapters.responses_csv import read_responses
from domain.scores.model import FormItem
from domain.scores.responses import ResponseFile

ITEMS = [FormItem(code=f"B{number}", domain="a") for number in (1, 2, 3, 4)]
HEADING = "EID,B1,B2,B3,B4\n"


def read(content: str | bytes, items: Sequence[FormItem] = ITEMS) -> ResponseFile:
    return read_responses(content.encode() if isinstance(content, str) else content, items, "Form-B")


def taken(file: ResponseFile) -> dict[str, list[int]]:
    return dict(zip(file.candidates, file.responses.tolist(), strict=True))


def refused(file: ResponseFile) -> list[tuple[int, str, str | None, str | None]]:
    return [(one.row, one.code, one.column, one.candidate) for one in file.rejects]


def faults(file: ResponseFile) -> list[tuple[str, str | None]]:
    return [(fault.code, fault.column) for fault in file.faults]


def test_a_plain_file_is_read_in_the_forms_order_whatever_the_columns_order() -> None:
    file = read("B4,note,EID,iresp.B2,B1,B3\n4,x,c1,2,1,3\n1,y,c2,2,3,4\n")

    assert taken(file) == {"c1": [1, 2, 3, 4], "c2": [3, 2, 4, 1]}
    assert file.row_numbers == (2, 3)
    assert (file.rows, file.rejects, file.faults, file.unused_columns) == (2, (), (), ("note",))
    assert list(file.row_bytes()) == [b"\1\2\3\4", b"\3\2\4\1"]


def test_quoted_values_and_headings_read_like_bare_ones() -> None:
    file = read('"EID","B1","B2","B3","B4"\n"c,1","1","2","3","4"\n"c ""2""",1,"",3,4\n')

    assert taken(file) == {"c,1": [1, 2, 3, 4], 'c "2"': [1, 0, 3, 4]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "last"])
def test_the_delimiter_and_the_line_ends_are_found(delimiter: str, newline: str, last: str) -> None:
    lines = ["EID,B1,B2,B3,B4", "c1,1,2,3,4", "", "c2,,2,,4"]
    content = newline.join(lines).replace(",", delimiter) + (newline if last else "")

    file = read(content)

    assert taken(file) == {"c1": [1, 2, 3, 4], "c2": [0, 2, 0, 4]}
    assert file.delimiter == delimiter
    assert file.row_numbers == (2, 4)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param("EID,B1,B2,B3,B4\nMüller,1,2,3,4\n".encode(), "utf-8", id="UTF-8"),
        pytest.param("EID,B1,B2,B3,B4\nMüller,1,2,3,4\n".encode("utf-8-sig"), "utf-8-sig", id="with a mark"),
        pytest.param("EID,B1,B2,B3,B4\nMüller,1,2,3,4\n".encode("cp1252"), "cp1252", id="CP1252"),
        pytest.param("EID,B1,B2,B3,B4\nMüller,1,2,3,4\n".encode("utf-16"), "utf-16", id="UTF-16"),
    ],
)
def test_the_encoding_is_found_and_reported(content: bytes, encoding: str) -> None:
    file = read(content)

    assert taken(file) == {"Müller": [1, 2, 3, 4]}
    assert file.encoding == encoding


def test_letters_and_spaces_are_understood() -> None:
    assert taken(read(HEADING + " c1 , a,B, 3 ,04\n")) == {"c1": [1, 2, 3, 4]}


@pytest.mark.parametrize("blank", ["", " ", "0", "NA", "."])
def test_a_blank_is_omitted_and_a_run_of_them_at_the_end_not_reached(blank: str) -> None:
    file = read(HEADING + f"c1,{blank},2,{blank},{blank}\n" + f"c2,1,{blank},{blank},4\n")

    assert taken(file) == {"c1": [0, 2, 255, 255], "c2": [1, 0, 0, 4]}


@pytest.mark.parametrize(
    "strange", ["5", "E", "X", "-1", "1.0", "256", "1e0", "99999999999999999999", "é", "²", "1 2", "=1"]
)
def test_an_answer_that_is_no_option_costs_its_row_alone(strange: str) -> None:
    file = read(HEADING + f"c1,1,2,3,4\nc2,1,{strange},3,{strange}\n")

    assert list(taken(file)) == ["c1"]
    assert refused(file) == [(3, "not_an_option", "B2", "c2")]
    assert file.rejects[0].cells == 2


def test_each_item_has_its_own_number_of_options() -> None:
    items = [FormItem(code="B1", domain="a", options=2), FormItem(code="B2", domain="a", options=12)]

    file = read("EID,B1,B2\nc1,2,12\nc2,3,1\nc3,1,13\nc4,B,L\n", items)

    assert taken(file) == {"c1": [2, 12], "c4": [2, 12]}
    assert [(row, column) for row, _, column, _ in refused(file)] == [(3, "B1"), (4, "B2")]


def test_a_line_with_a_field_too_few_or_too_many_costs_that_line_alone() -> None:
    file = read(HEADING + "c1,1,2,3,4\nc2,1,2,3\nc3,1,2,3,4,1\nc4,4,3,2,1\njunk\n")

    assert taken(file) == {"c1": [1, 2, 3, 4], "c4": [4, 3, 2, 1]}
    assert file.row_numbers == (2, 5)
    assert refused(file) == [(row, "wrong_number_of_fields", None, None) for row in (3, 4, 6)]


@pytest.mark.parametrize("line", ['"c2,1,2,3,4', 'c2,1"",2,3,4', 'c"2",1,2,3,4', 'c2,"1"x,2,3,4', 'c2,1,2,3,4"'])
def test_a_stray_quote_costs_its_line_and_swallows_no_other(line: str) -> None:
    file = read(HEADING + "c1,1,2,3,4\n" + line + '\nc3,1,2,3,4\n"c4",1,2,3,4\n')

    assert list(taken(file)) == ["c1", "c3", "c4"]
    assert refused(file) == [(3, "misplaced_quote", None, None)]


def test_a_row_without_a_candidate_is_refused() -> None:
    file = read(HEADING + " ,1,2,3,4\n,,,,\nc1,1,2,3,4\n")

    assert list(taken(file)) == ["c1"]
    assert refused(file) == [(2, "missing_candidate", "EID", None), (3, "missing_candidate", "EID", None)]


def test_the_same_row_twice_is_one_and_two_different_rows_of_a_candidate_are_none() -> None:
    file = read(HEADING + "c1,1,2,3,4\nc2,1,1,1,1\nc1,1,2,3,4\nc2,2,2,2,2\nc3,1,,,\n c3,A,0,,NA\n")

    assert list(taken(file)) == ["c1", "c3"]
    assert refused(file) == [
        (3, "duplicate_candidate", "EID", "c2"),
        (4, "repeated_row", "EID", "c1"),
        (5, "duplicate_candidate", "EID", "c2"),
        (7, "repeated_row", "EID", "c3"),
    ]


def test_a_row_refused_already_does_not_make_another_a_duplicate() -> None:
    file = read(HEADING + "c1,9,2,3,4\nc1,1,2,3,4\n")

    assert list(taken(file)) == ["c1"]
    assert refused(file) == [(2, "not_an_option", "B1", "c1")]


def test_rows_of_another_form_are_refused() -> None:
    file = read("form,EID,B1,B2,B3,B4\nform-b ,c1,1,2,3,4\nForm-A,c2,1,2,3,4\n,c3,1,2,3,4\n")

    assert list(taken(file)) == ["c1"]
    assert refused(file) == [(3, "unknown_form", "form", "c2"), (4, "unknown_form", "form", "c3")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", [("no_heading", None)], id="empty"),
        pytest.param(b"\n\r\n\n", [("no_heading", None)], id="empty lines"),
        pytest.param(b'"EID,B1,B2\nc1,1,2\n', [("no_heading", None)], id="a heading with a stray quote"),
        pytest.param(b"\rEID,B1\rB2\nc1,1,2\n", [("no_heading", None)], id="a heading with a lone carriage return"),
        pytest.param(b"EID,B1,B2,B3,B4\nc1,1,2,3,\x00\n", [("unreadable", None)], id="NUL"),
        pytest.param(b"PK\x03\x04\x14\x00\x06\x00\x08", [("unreadable", None)], id="a spreadsheet"),
        pytest.param(b"EID,B1\nc\x81,1\n", [("unreadable", None)], id="neither UTF-8 nor CP1252"),
        pytest.param(b"\xff\xfeE", [("unreadable", None)], id="half a UTF-16 character"),
        pytest.param(b"EID,B1,B2,B4\nc1,1,2,4\n", [("missing_column", "B3")], id="a column missing"),
        pytest.param(b"EID,B1,B2,B3,B4,B2\n", [("duplicate_column", "B2")], id="a column twice"),
        pytest.param(b"EID,A1,A2\nc1,1,2\n", [("unknown_form", None)], id="another form"),
        pytest.param(b"{}", [("missing_column", "candidate_id"), ("unknown_form", None)], id="JSON"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_whole(content: bytes, expected: list[tuple[str, str | None]]) -> None:
    file = read(content)

    assert faults(file) == expected
    assert (len(file.candidates), file.responses.shape) == (0, (0, 4))


def test_a_heading_alone_is_an_empty_file() -> None:
    file = read(HEADING)

    assert (file.rows, file.candidates, file.responses.shape, file.faults) == (0, (), (0, 4), ())


def test_a_file_of_nothing_but_rejects_loses_none() -> None:
    file = read(HEADING + "c1\nc2,9,9,9,9\n")

    assert (file.rows, len(file.rejects), file.responses.shape) == (2, 2, (0, 4))


FIELDS = st.sampled_from(["1", "2", "4", "5", "", "0", "NA", "A", "x", '"', '"1"', '""', "1,2", " 3", "c1", "é", "\r"])


@given(st.lists(st.lists(FIELDS, min_size=1, max_size=7).map(",".join), max_size=12))
@settings(max_examples=300, deadline=None)
def test_every_line_is_either_taken_or_refused_with_a_reason(lines: list[str]) -> None:
    content = HEADING + "\n".join(lines)
    expected = {number for number, line in enumerate(content.split("\n"), 1) if number > 1 and line not in {"", "\r"}}

    file = read(content)

    assert file.faults == ()
    assert file.rows == len(expected)
    assert sorted([*file.row_numbers, *(reject.row for reject in file.rejects)]) == sorted(expected)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(content: bytes) -> None:
    assert read(content).rows >= 0
    assert read(HEADING.encode() + content).responses.shape[1] == 4


def test_a_large_file_comes_back_as_it_was_written() -> None:
    rng = np.random.default_rng(3)
    matrix = rng.integers(1, 5, (5_000, 60)).astype(np.uint8)
    items = [FormItem(code=f"I{place}", domain="a") for place in range(60)]
    body = "\n".join(f'"c{row}",' + ",".join(map(str, values)) for row, values in enumerate(matrix.tolist()))

    file = read('"eid",' + ",".join(f'"x.{item.code}"' for item in items) + "\n" + body, items)

    assert (file.responses == matrix).all()
    assert file.candidates == tuple(f"c{row}" for row in range(5_000))


ANSWERS = st.sampled_from(["1", "2", "4", "5", "0", "", "A", "d", "E", ".", "NA", " 3", "é", '"2"', '"', "x", "12"])


@given(st.lists(st.lists(ANSWERS, min_size=3, max_size=5), min_size=1, max_size=8), st.booleans())
@settings(max_examples=300, deadline=None)
def test_answers_of_one_character_read_as_any_others_do(rows: list[list[str]], returns: bool) -> None:
    newline = "\r\n" if returns else "\n"
    lines = [",".join([f"c{number}", *row]) for number, row in enumerate(rows)]
    plain = newline.join(["EID,B1,B2,B3,B4", *lines, ""])
    # With a text of several characters at its end, no line has a tail that could be cut off.
    noted = newline.join(["EID,B1,B2,B3,B4,note", *(f"{line},some note" for line in lines), ""])

    at_once, column_by_column = read(plain), read(noted)

    assert taken(at_once) == taken(column_by_column)
    assert refused(at_once) == refused(column_by_column)
    assert (at_once.rows, at_once.row_numbers) == (column_by_column.rows, column_by_column.row_numbers)


def test_the_candidates_column_may_be_one_of_the_last() -> None:
    file = read("B1,B2,B3,EID,B4\n1,2,3,x,4\n4,3,2,y,1\n")

    assert taken(file) == {"x": [1, 2, 3, 4], "y": [4, 3, 2, 1]}


def test_short_and_long_lines_keep_their_places_among_those_that_are_cut() -> None:
    file = read(HEADING + "c1,1,2,3,4\nc2,1,NA,3,4\nc3,,2,3,4\nc4,1,2,3\nc5,1,2,3,4,1\nc6,4,3,2,1\n")

    assert taken(file) == {"c1": [1, 2, 3, 4], "c2": [1, 0, 3, 4], "c3": [0, 2, 3, 4], "c6": [4, 3, 2, 1]}
    assert file.row_numbers == (2, 3, 4, 7)
    assert [code for _, code, _, _ in refused(file)] == ["wrong_number_of_fields", "wrong_number_of_fields"]
