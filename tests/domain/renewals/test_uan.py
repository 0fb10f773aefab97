"""ACPE's universal activity numbers."""

import pytest
from hypothesis import given, strategies as st

from domain.renewals.uan import MalformedUan, parse, stem_of


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        pytest.param("0197-0000-17-001-L05-T", "0197-0000-17-001-L05-T", id="as ACPE writes it"),
        pytest.param("0197-9999-22-1046-H03-P", "0197-9999-22-1046-H03-P", id="four digits of sequence, joint"),
        pytest.param("0197-0000-22-0046-H03-P", "0197-0000-22-046-H03-P", id="a fourth digit that says nothing"),
        pytest.param("0022-0163-20-112-B04-P", "0022-0163-20-112-B04-P", id="a named partner, both formats"),
        pytest.param("JA4008163-0000-22-001-L04-P", "JA4008163-0000-22-001-L04-P", id="jointly accredited"),
        pytest.param("ja4008163-9999-22-001-l04-p", "JA4008163-9999-22-001-L04-P", id="small letters"),
        pytest.param(" 0197 0000 17 001 L05 T ", "0197-0000-17-001-L05-T", id="blanks"),
        pytest.param("01970000170011L05T", "0197-0000-17-0011-L05-T".replace("0011", "011"), id="no separators"),
        pytest.param("0197\u20130000\u201317\u2013001\u2013L05\u2013T", "0197-0000-17-001-L05-T", id="en dashes"),
        pytest.param("UAN: 0197-0000-17-001-L05-T", "0197-0000-17-001-L05-T", id="its name before it"),
    ],
)
def test_a_number_is_read_as_people_write_it(written: str, canonical: str) -> None:
    assert str(parse(written)) == canonical


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="nothing"),
        pytest.param("0197-0000-17-01-L05-T", id="two digits of sequence"),
        pytest.param("0197-0000-17-00001-L05-T", id="five digits of sequence"),
        pytest.param("197-0000-17-001-L05-T", id="three digits of provider"),
        pytest.param("JA408163-0000-17-001-L05-T", id="six digits behind JA"),
        pytest.param("0197-0000-17-001-C05-T", id="no such format"),
        pytest.param("0197-0000-17-001-L05-N", id="no such audience"),
        pytest.param("0197-0000-17-001-L5-T", id="one digit of topic"),
        pytest.param("0197-0000-17-001", id="a stem alone"),
        pytest.param("0197-0000-17-001-L05-T-1", id="something behind it"),
        pytest.param("\u0660197-0000-17-001-L05-T", id="a digit of another script"),
        pytest.param("0197-0000-17-001-L05-T" + "-" * 100, id="too long"),
        pytest.param("0197-0000\n-17-001-L05-T", id="a line end"),
    ],
)
def test_anything_else_is_refused_without_an_echo(written: str) -> None:
    with pytest.raises(MalformedUan) as refusal:
        parse(written)

    assert refusal.value.faults[0].pointer == "/uan"
    assert refusal.value.detail == MalformedUan.title


@pytest.mark.parametrize(
    "twin",
    ["0197-0000-17-001-L05-T", "0197-0000-17-001-L05-P", "0197-0000-17-001-H05-P", "0197-0000-17-0001-B05-T"],
)
def test_twins_share_a_stem(twin: str) -> None:
    assert parse(twin).stem == "0197-0000-17-001"


@pytest.mark.parametrize(
    "other",
    ["0198-0000-17-001-L05-T", "0197-9999-17-001-L05-T", "0197-0000-18-001-L05-T", "0197-0000-17-002-L05-T"],
)
def test_other_activities_do_not(other: str) -> None:
    assert parse(other).stem != "0197-0000-17-001"


def test_a_stem_is_read_alone_or_from_a_whole_number() -> None:
    assert stem_of("0197 0000 17 0001") == stem_of("0197-0000-17-001-H04-P") == "0197-0000-17-001"


def test_joint_activities_say_so() -> None:
    assert parse("0197-9999-17-001-L05-T").joint == "9999"
    assert parse("0197-0000-17-001-L05-T").joint == "0000"


@given(
    provider=st.from_regex(r"\A([0-9]{4}|JA[0-9]{7})\Z"),
    rest=st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[1-9][0-9]{2,3}-[LHB][0-9]{2}-[PT]\Z"),
)
def test_a_canonical_number_reads_back_as_itself_also_without_its_dashes(provider: str, rest: str) -> None:
    written = f"{provider}-{rest}"

    assert str(parse(written)) == str(parse(written.replace("-", ""))) == written


@given(st.text(max_size=80))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    try:
        known = str(parse(text))
    except MalformedUan:
        known = ""

    assert known == "" or str(parse(known)) == known
