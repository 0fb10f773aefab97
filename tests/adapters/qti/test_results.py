"""Results as QTI 3.0 reports them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.qti import QtiExchange
from domain.errors import Invalid
from domain.items.exchange import ResultRecord
from domain.scores.model import FormItem

QTI = QtiExchange()
ITEMS = [FormItem(code="A-1", domain="x"), FormItem(code="2-B", domain="x", options=3), FormItem(code="C", domain="x")]
RECORD = ResultRecord(
    candidate="CN-123",
    attempt="0190f3c2",
    form_code="FORM-1",
    taken_at=datetime(2026, 3, 10, tzinfo=UTC),
    codes=("A-1", "2-B", "C"),
    answers=(2, 0, 255),
    correct=((2,), (1, 3), ()),
    points=(1, 0, None),
    raw=1,
    raw_max=2,
    scaled=410,
    passed=False,
    domains=(("x", 1),),
)
RESULT = (
    '<assessmentResult xmlns="http://www.imsglobal.org/xsd/imsqti_result_v3p0">\n<context sourcedId="{who}"/>\n'
    '<testResult identifier="{form}" datestamp="2026-03-10T09:00:00Z"/>\n{items}\n</assessmentResult>'
)
ITEM = (
    '<itemResult identifier="{code}" datestamp="2026-03-10T09:00:00Z" sessionStatus="final">'
    '<responseVariable identifier="RESPONSE" cardinality="single" baseType="identifier">'
    "<candidateResponse>{values}</candidateResponse></responseVariable></itemResult>"
)


def a_result(*answers: tuple[str, str], who: str = "CN-123", form: str = "FORM-1") -> bytes:
    items = "\n".join(
        ITEM.format(code=code, values="".join(f"<value>{one}</value>" for one in said.split()))
        for code, said in answers
    )
    return RESULT.format(who=who, form=form, items=items).encode()


def test_a_scored_attempt_comes_back_as_the_answers_it_reports() -> None:
    reported = QTI.read_result(QTI.write_result(RECORD), ITEMS, "FORM-1")

    assert reported.candidate == "CN-123"
    assert reported.answers == (2, None, None)


def test_a_report_tells_scores_keys_and_who_was_not_shown_what() -> None:
    written = QTI.write_result(RECORD).decode()

    assert written.count("<itemResult ") == 3
    assert 'sessionStatus="initial"' in written
    assert 'identifier="SCALED"' in written
    assert written.count("<correctResponse>") == 2


def test_a_candidate_whose_number_begins_with_a_digit_is_named_as_xml_allows_and_found_again() -> None:
    written = QTI.write_result(replace(RECORD, candidate="2026-17"))

    assert b'sourcedId="_2026-17"' in written
    assert QTI.read_result(written, ITEMS, "FORM-1").candidate == "2026-17"


@pytest.mark.parametrize(("said", "option"), [("A", 1), ("c", 3), ("2", 2), ("", None)])
def test_a_letter_or_a_number_names_an_option(said: str, option: int | None) -> None:
    assert QTI.read_result(a_result(("2-b", said)), ITEMS, "form-1").answers == (None, option, None)


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        pytest.param(b"<x", "malformed_xml", "line 1", id="no XML"),
        pytest.param(b"<x/>", "unexpected_document", "/x", id="something else"),
        pytest.param(b"<!DOCTYPE x><x/>", "document_type", "line 1", id="a document type"),
        pytest.param(a_result(("A-1", "A"), who=""), "missing_attribute", "/context", id="nobody"),
        pytest.param(a_result(("A-1", "A"), who="x" * 65), "bad_candidate", "/context", id="a name too long"),
        pytest.param(a_result(("A-1", "A"), form="FORM-2"), "unknown_form", "/testResult", id="another form"),
        pytest.param(a_result(), "empty_result", "/assessmentResult", id="no item"),
        pytest.param(a_result(("Z", "A")), "unknown_item", "line 4", id="an item that the form does not hold"),
        pytest.param(a_result(("A-1", "A"), ("a-1", "B")), "duplicate_item", "itemResult[2]", id="an item twice"),
        pytest.param(a_result(("A-1", "A B")), "several_answers", "value[2]", id="two answers"),
        pytest.param(a_result(("2-B", "D")), "not_an_option", "value", id="an answer outside the options"),
        pytest.param(a_result(("2-B", "0")), "not_an_option", "value", id="option nought"),
    ],
)
def test_what_no_attempt_could_be_is_refused_with_its_place(content: bytes, code: str, place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        QTI.read_result(content, ITEMS, "FORM-1")

    (fault,) = refusal.value.faults
    assert fault.code == code
    assert place in fault.detail
