"""What requests may hold: JSON's types kept apart, and every bound enforced."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from api.fields import Code, Count, Day, Email, Flag, Id, In, Instant, Line, Money, Reason, Share, Text, Words

ID = "0190f3c2-8a5e-7c11-9d2b-5f0e6a7b8c9d"


def _read(kind: Any, value: object) -> object:
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        pytest.param(Count, 12, 12, id="a whole number"),
        pytest.param(Money, 0, 0, id="nothing to pay"),
        pytest.param(Flag, False, False, id="a flag"),
        pytest.param(Day, "2028-02-29", date(2028, 2, 29), id="a leap day"),
        pytest.param(Instant, "2028-02-29T23:00:00+01:00", datetime(2028, 2, 29, 22, tzinfo=UTC), id="an instant"),
        pytest.param(Instant, "2028-02-29T23:00:00.5Z", datetime(2028, 2, 29, 23, 0, 0, 500_000, UTC), id="a fraction"),
        pytest.param(Line, "Zoë Nuñez-O’Hara", "Zoë Nuñez-O’Hara", id="a name"),
        pytest.param(Line, "李", "李", id="a name of one character"),
        pytest.param(Text, "one\n\ttwo", "one\n\ttwo", id="paragraphs"),
        pytest.param(Text, "", "", id="no text"),
        pytest.param(Words, "\n  It is so.\n", "\n  It is so.\n", id="words among blanks"),
        pytest.param(Words, "!", "!", id="one character"),
        pytest.param(Line, "a\u200cb", "a\u200cb", id="a joiner within a word"),
        pytest.param(Email, "a.b+c@mail.example", "a.b+c@mail.example", id="an address"),
    ],
)
def test_honest_values_are_read(kind: object, value: object, read: object) -> None:
    assert _read(kind, value) == read


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param(Count, "12", id="a number in quotes"),
        pytest.param(Count, 12.5, id="half a number"),
        pytest.param(Count, True, id="a flag for a number"),
        pytest.param(Count, -1, id="less than none"),
        pytest.param(Count, float("nan"), id="not a number"),
        pytest.param(Count, float("inf"), id="infinity"),
        pytest.param(Money, 1_000_000_001, id="more money than there is"),
        pytest.param(Flag, 1, id="a number for a flag"),
        pytest.param(Flag, "true", id="a word for a flag"),
        pytest.param(Day, 20_000, id="a number of days"),
        pytest.param(Day, "20000", id="a number of days in quotes"),
        pytest.param(Day, "2027-02-29", id="a day that was not"),
        pytest.param(Day, "2028-02-29T00:00:00Z", id="an instant for a day"),
        pytest.param(Day, "1899-12-31", id="before the calendar"),
        pytest.param(Day, "2028-02-29\n", id="a line end after a day"),
        pytest.param(Instant, "2028-02-29T23:00:00", id="an instant without its offset"),
        pytest.param(Instant, 1_800_000_000, id="seconds since 1970"),
        pytest.param(Id, ID.replace("-", ""), id="an id without its hyphens"),
        pytest.param(Id, f"urn:uuid:{ID}", id="an id as a URN"),
        pytest.param(Id, 7, id="a number for an id"),
        pytest.param(Line, "", id="no name"),
        pytest.param(Line, " a", id="a blank before a name"),
        pytest.param(Line, "a\n", id="a line end after a name"),
        pytest.param(Line, "a\x00b", id="NUL in a name"),
        pytest.param(Line, "a" * 201, id="a name too long"),
        pytest.param(Line, "\ud800", id="half a surrogate pair"),
        pytest.param(Line, 5, id="a number for a name"),
        pytest.param(Text, "\x1b[2J", id="a terminal's escape"),
        pytest.param(Reason, "\n", id="an empty reason"),
        *(
            pytest.param(kind, blank, id=f"{kind_name} of U+{ord(blank[0]):04X}")
            for kind_name, kind in (("words", Words), ("a line", Line), ("a reason", Reason))
            for blank in ("\n", " ", "\t \n", "\u00a0", "\u2003\u2003", "\u3000", "\u200b", "\u2060", "\ufeff", "\x85")
        ),
        pytest.param(Words, "", id="no words"),
        pytest.param(Words, "a" * 4_001, id="too many words"),
        pytest.param(Words, "a\x1b", id="a terminal's escape among words"),
        pytest.param(Code, "../etc", id="a path for a code"),
        pytest.param(Email, "a@b", id="an address of no domain"),
    ],
)
def test_what_is_not_of_the_stated_form_is_refused(kind: object, value: object) -> None:
    with pytest.raises(ValidationError):
        _read(kind, value)


def test_a_request_with_a_member_nobody_asked_for_is_refused() -> None:
    class Asked(In):
        name: Line

    with pytest.raises(ValidationError) as refusal:
        Asked.model_validate({"name": "a", "role": "administrator"})

    assert [fault["type"] for fault in refusal.value.errors()] == ["extra_forbidden"]


class _Priced(In):
    price: Annotated[Money, Field(gt=0)] | None = None
    counts: Annotated[tuple[Count, ...], Field(max_length=3)] = ()
    share: Share = 0


def test_a_whole_number_may_be_written_with_a_point() -> None:
    read = _Priced.model_validate({"price": 12.0, "counts": [1.0, 2], "share": 1})

    assert (read.price, read.counts, read.share) == (12, (1, 2), 1)
    assert isinstance(read.price, int)


def test_a_bound_that_is_put_upon_a_kind_of_field_is_documented() -> None:
    schema = _Priced.model_json_schema()["properties"]["price"]["anyOf"][0]

    assert (schema["exclusiveMinimum"], schema["maximum"]) == (0, 1_000_000_000)


@pytest.mark.parametrize("number", [12.5, 1e300, float("inf"), float("nan"), "12", True])
def test_what_is_no_whole_number_is_refused_in_a_body(number: object) -> None:
    with pytest.raises(ValidationError):
        _Priced.model_validate({"price": number})


@pytest.mark.parametrize("kind", [Line, Text, Reason])
@pytest.mark.parametrize("turn", [0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_nothing_may_turn_the_direction_of_a_name(kind: Any, turn: int) -> None:
    for text in (f"{chr(turn)}Ada", f"A{chr(turn)}da", f"Ada{chr(turn)}"):
        with pytest.raises(ValidationError):
            _read(kind, text)
