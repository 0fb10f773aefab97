"""`assessmentResult` of QTI 3.0 results reporting: one candidate's answers come in, one scored attempt goes out."""

from collections.abc import Sequence
from datetime import UTC, datetime

from lxml import etree

from adapters.qti.names import LETTERS, RESULT, RESULT_SCHEMA, XSI, code_of, identifier
from adapters.qti.xml import Faulty, Source, children, local, namespace, text_of
from domain.errors import Invalid
from domain.items.exchange import ReportedResponses, ResultRecord
from domain.scores.model import FormItem
from domain.scores.responses import NOT_REACHED, OMITTED

FILE = "assessmentResult.xml"
LONGEST_CANDIDATE = 64
NOT_PRESENTED = "initial"
"""The status of an item's session in which the candidate was not shown it."""


def read_result(content: bytes, items: Sequence[FormItem], form_code: str) -> ReportedResponses:
    """The answers that a result reports for a form, in the form's order.

    Raises Invalid: malformed XML, another form, no candidate, an item that the form does not hold or that is reported
    twice, several answers to one item, an answer that is none of its options.
    """
    try:
        source = Source(FILE, content)
        if local(source.root) != "assessmentResult" or namespace(source.root) != RESULT:
            raise source.faulty(source.root, "unexpected_document", "An assessmentResult of QTI 3.0 is expected here.")
        _must_be_of(source, form_code)
        return ReportedResponses(candidate=_candidate(source), answers=_answers(source, items))
    except Faulty as fault:
        raise Invalid(fault.fault) from None


def write_result(record: ResultRecord) -> bytes:
    """A scored attempt: raw and scaled score, pass, each domain's points, each item's answer and point."""
    root = etree.Element(f"{{{RESULT}}}assessmentResult", nsmap={None: RESULT, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{RESULT} {RESULT_SCHEMA}")
    context = _sub(root, "context", sourcedId=identifier(record.candidate))
    _sub(context, "sessionIdentifier", sourceID="urn:certificant:attempt", identifier=identifier(record.attempt))
    stamp = record.taken_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    test = _sub(root, "testResult", identifier=identifier(record.form_code), datestamp=stamp)
    _outcome(test, "SCORE", "float", str(record.raw), maximum=record.raw_max)
    _outcome(test, "SCALED", "integer", str(record.scaled))
    _outcome(test, "PASSED", "boolean", "true" if record.passed else "false")
    for domain, gained in record.domains:
        _outcome(test, f"SCORE.{domain}", "float", str(gained))
    rows = zip(record.codes, record.answers, record.correct, record.points, strict=True)
    for number, (code, answer, correct, points) in enumerate(rows, start=1):
        _item(root, number, stamp, code, answer, correct, points)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _item(
    root: "etree._Element",
    number: int,
    stamp: str,
    code: str,
    answer: int,
    correct: Sequence[int],
    points: int | None,
) -> None:
    reached = answer != NOT_REACHED
    item = _sub(root, "itemResult", identifier=identifier(code), sequenceIndex=str(number), datestamp=stamp)
    item.set("sessionStatus", "final" if reached else NOT_PRESENTED)
    response = _sub(item, "responseVariable", identifier="RESPONSE", cardinality="single", baseType="identifier")
    if correct:
        right = _sub(response, "correctResponse")
        for option in correct:
            _sub(right, "value").text = LETTERS[option - 1]
    given = _sub(response, "candidateResponse")
    if answer not in (OMITTED, NOT_REACHED):
        _sub(given, "value").text = LETTERS[answer - 1]
    if points is not None:
        _outcome(item, "SCORE", "float", str(points), maximum=1)


def _outcome(parent: "etree._Element", name: str, base: str, value: str, *, maximum: int | None = None) -> None:
    outcome = _sub(parent, "outcomeVariable", identifier=name, cardinality="single", baseType=base)
    if maximum is not None:
        outcome.set("normalMaximum", str(maximum))
    _sub(outcome, "value").text = value


def _candidate(source: Source) -> str:
    context = next(children(source.root, "context", RESULT), None)
    if context is None:
        raise source.faulty(source.root, "missing_element", "The context is missing.")
    candidate = code_of(source.needed(context, "sourcedId").strip())
    if not candidate or len(candidate) > LONGEST_CANDIDATE or not candidate.isprintable():
        raise source.faulty(context, "bad_candidate", "A candidate's number is one line of at most 64 characters.")
    return candidate


def _must_be_of(source: Source, form_code: str) -> None:
    """A result that names its test names this form."""
    for test in children(source.root, "testResult", RESULT):
        if code_of(source.needed(test, "identifier")).casefold() != form_code.casefold():
            raise source.faulty(test, "unknown_form", "The result is one of another form.")
        _instant(source, test)


def _answers(source: Source, items: Sequence[FormItem]) -> tuple[int | None, ...]:
    places = {item.code.casefold(): place for place, item in enumerate(items)}
    answers: list[int | None] = [None] * len(items)
    seen: set[int] = set()
    for result in children(source.root, "itemResult", RESULT):
        place = places.get(code_of(source.needed(result, "identifier")).casefold())
        if place is None:
            raise source.faulty(result, "unknown_item", "The form has no item of this identifier.")
        if place in seen:
            raise source.faulty(result, "duplicate_item", "Another result is about this item.")
        seen.add(place)
        answers[place] = _answer(source, result, items[place])
    if not seen:
        raise source.faulty(source.root, "empty_result", "The result reports no item.")
    return tuple(answers)


def _answer(source: Source, result: "etree._Element", item: FormItem) -> int | None:
    """The option that was chosen, None where there is none. A letter stands for its place, as does a number."""
    found = [one for one in children(result, "responseVariable", RESULT) if one.get("identifier") == "RESPONSE"]
    if len(found) > 1:
        raise source.faulty(found[1], "duplicate_element", "The item has several responses of one identifier.")
    given = next(children(found[0], "candidateResponse", RESULT), None) if found else None
    values = [] if given is None else [value for value in children(given, "value", RESULT) if text_of(value)]
    if not values:
        return None
    if len(values) > 1:
        raise source.faulty(values[1], "several_answers", "An item of a form has one answer.")
    text = text_of(values[0]).upper()
    known = [*LETTERS[: item.options], *(str(number) for number in range(1, item.options + 1))]
    if text not in known:
        raise source.faulty(values[0], "not_an_option", "The answer is none of the item's options.")
    return known.index(text) % item.options + 1


def _instant(source: Source, test: "etree._Element") -> None:
    try:
        datetime.fromisoformat(source.needed(test, "datestamp"))
    except ValueError:
        raise source.faulty(test, "bad_attribute", "The datestamp is no instant of ISO 8601.") from None


def _sub(parent: "etree._Element", name: str, **attributes: str) -> "etree._Element":
    child = etree.SubElement(parent, f"{{{RESULT}}}{name}")
    for key, value in attributes.items():
        child.set(key, value)
    return child
