"""Many numbers at once mean what each means alone."""

import json

import pytest
from hypothesis import given, settings, strategies as st

from domain.credentials.bulk import LINE, MOST, NO_NUMBER, pieces, read
from domain.credentials.number import ALPHABET, RANDOM_BYTES, MalformedNumber, new_number, parse
from domain.errors import Invalid, TooLarge

NUMBERS = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES).map(new_number)
GOOD = new_number(bytes(range(RANDOM_BYTES)))
OTHER = new_number(bytes(RANDOM_BYTES))


@st.composite
def slipped(draw: st.DrawFn) -> str:
    """A number as the registry writes it, with some symbols changed for others."""
    symbols = list(draw(NUMBERS))
    for place in draw(st.lists(st.integers(0, 18), max_size=3)):
        if symbols[place] != "-":
            symbols[place] = draw(st.sampled_from(ALPHABET))
    return "".join(symbols)


def alone(written: str) -> bytes:
    """The line that stands for one number, read by itself."""
    try:
        return b'"%s"\n' % parse(written).encode()
    except MalformedNumber:
        return NO_NUMBER


def lines(*written: str) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in written)


@settings(deadline=None)
@given(st.lists(slipped(), min_size=1, max_size=40))
def test_columns_of_numbers_are_judged_as_each_number_alone(written: list[str]) -> None:
    assert read(lines(*written)) == b"".join(map(alone, written))


@settings(deadline=None)
@given(st.lists(st.one_of(NUMBERS, NUMBERS.map(str.lower), st.text(max_size=30), slipped()), min_size=1, max_size=20))
def test_numbers_written_otherwise_are_read_one_by_one_to_the_same_end(written: list[str]) -> None:
    body = b"".join(json.dumps(one, ensure_ascii=True).encode() + b"\n" for one in written)

    assert read(body) == b"".join(map(alone, written))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b'{"number": "%s"}' % GOOD.encode(), id="an object"),
        pytest.param(b'{"number": "CPOM %s", "more": 1}' % GOOD.lower().encode(), id="an object with more"),
        pytest.param(b'  "%s"\r' % GOOD.encode(), id="blanks and a carriage return"),
        pytest.param(b'"%s"' % GOOD.replace("-", "").encode(), id="no dashes"),
    ],
)
def test_a_number_may_be_written_in_many_ways(line: bytes) -> None:
    assert read(line) == alone(GOOD)
    assert read(b'"%s"\n%s\n' % (OTHER.encode(), line)) == alone(OTHER) + alone(GOOD)


@pytest.mark.parametrize(
    "line",
    [
        *(b"7", b"null", b"[]", b"{}", b'{"number": 7}', b"", b"{", b'"', b"\xff\xfe", b"[" * 900),
        b'"' + b"7" * 2_000 + b'"',
        b'"' + GOOD.replace("-", "x").encode() + b'"',
        b'"7K3M-Q0DV-2XHT"PE4-"',
    ],
    ids=repr,
)
def test_what_is_no_number_is_told_as_such_and_keeps_no_other_out(line: bytes) -> None:
    around = b'"%s"\n' % GOOD.encode()

    assert read(around + line + b"\n" + around) == alone(GOOD) + NO_NUMBER + alone(GOOD)


def test_blank_lines_at_the_end_are_no_lines() -> None:
    assert read(lines(GOOD) + b"\n \r\n\n") == alone(GOOD)


@pytest.mark.parametrize("body", [b"", b"\n\n", b" \t\r\n"])
def test_a_body_without_a_line_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        read(body)


def test_more_lines_than_the_bound_are_refused_and_as_many_are_not() -> None:
    line = lines(GOOD)

    assert len(read(line * MOST)) == MOST * LINE
    with pytest.raises(TooLarge):
        read(line * (MOST + 1))


def test_pieces_are_whole_lines_in_order() -> None:
    read_lines = read(lines(GOOD, "no number", OTHER, GOOD, OTHER))

    found = list(pieces(read_lines, 2))

    assert [len(one) // LINE for one in found] == [2, 2, 1]
    assert b"".join(found) == read_lines
    assert json.loads(NO_NUMBER) == ""
