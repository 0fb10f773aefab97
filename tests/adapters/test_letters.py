"""Every kind of letter, written out."""

import re
from pathlib import Path
from typing import Any

import pytest

from adapters.notices import letters as module
from adapters.notices.letters import JinjaLetters, day, moment, one_line
from domain.notices.model import TERMS, NoticeKind
from domain.scores.holds import HoldKind
from tests.builders_letters import AN_UNMET_CLAUSE, parameters_for

LETTERS = JinjaLetters(body_name="The Body", portal="https://portal.example/", contact="help@body.example")
REASON = "A reason that staff wrote."
LISTS_CLAUSES = [
    NoticeKind.APPLICATION_DENIED,
    NoticeKind.APPEAL_DECIDED,
    NoticeKind.CREDENTIAL_HELD,
    NoticeKind.CREDENTIAL_SUSPENDED,
    NoticeKind.CREDENTIAL_REVOKED,
    NoticeKind.RENEWAL_OPEN,
    NoticeKind.RENEWAL_REMINDER,
    NoticeKind.RENEWAL_GRACE,
    NoticeKind.CREDENTIAL_LAPSED,
]


def a_context(kind: NoticeKind, *, optional: bool = True, **changes: Any) -> dict[str, object]:
    common: dict[str, object] = {
        "name": "Ana Núñez",
        "about_id": "0192",
        "reason": REASON,
        "decisions": {},
        "unmet": (),
    }
    return common | parameters_for(kind, optional=optional) | changes


def the_text(kind: NoticeKind, **changes: Any) -> str:
    return LETTERS.render(kind, a_context(kind, **changes)).text


@pytest.mark.parametrize("optional", [False, True], ids=["the least", "everything"])
@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_of_letter_can_be_written(kind: NoticeKind, optional: bool) -> None:
    letter = LETTERS.render(kind, a_context(kind, optional=optional))

    assert 5 < len(letter.subject) <= 150
    assert letter.text.startswith("Dear Ana Núñez,\n\n")
    assert "The Body" in letter.text
    assert "help@body.example" in letter.text
    assert not re.search(r"[{}]|None|undefined|\n\n\n| \n|2029-04", letter.subject + letter.text)


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if TERMS[kind].needs])
def test_a_letter_that_lacks_something_is_not_written(kind: NoticeKind) -> None:
    context = {name: value for name, value in a_context(kind).items() if name not in TERMS[kind].needs}

    with pytest.raises(KeyError):
        LETTERS.render(kind, context)


def test_each_template_belongs_to_a_kind_and_each_kind_has_one() -> None:
    templates = {path.stem for path in Path(module.__file__).parent.glob("[a-z]*.txt")}

    assert templates == {kind.value for kind in NoticeKind}


@pytest.mark.parametrize("kind", LISTS_CLAUSES)
def test_a_no_lists_the_clauses_with_what_was_found_and_where_it_is_written(kind: NoticeKind) -> None:
    text = the_text(kind, unmet=(AN_UNMET_CLAUSE,), decisions={"licence": "It ended in May."}, outcome="upheld")

    assert "- An active licence is asked for.\n" in text
    assert "licence expired. It ended in May. (cpom-2026, 2.1)" in text


@pytest.mark.parametrize("kind", [NoticeKind.CREDENTIAL_SUSPENDED, NoticeKind.CREDENTIAL_REVOKED])
def test_who_loses_a_credential_reads_why_from_when_to_cease_use_and_how_to_appeal(kind: NoticeKind) -> None:
    text = the_text(kind)

    for told in (REASON, "1 April 2029", "must not use the credential", "can appeal until the end of 1 April 2029"):
        assert told in text


@pytest.mark.parametrize("optional", [False, True], ids=["no day", "a day"])
def test_a_denial_says_how_to_appeal(optional: bool) -> None:
    kind = NoticeKind.APPLICATION_DENIED

    text = LETTERS.render(kind, a_context(kind, optional=optional)).text

    assert "you can appeal" in text
    assert ("until the end of 1 April 2029" in text) is optional


@pytest.mark.parametrize("kind", [NoticeKind.SCORE_REPORT_READY, NoticeKind.SCORE_HELD])
def test_no_result_is_in_the_mail(kind: NoticeKind) -> None:
    text = the_text(kind, passed=True, scaled=720)

    assert not re.search(r"pass|fail|720", text, re.IGNORECASE)


@pytest.mark.parametrize("grounds", HoldKind)
def test_an_invalidation_tells_its_reason_in_words(grounds: HoldKind) -> None:
    text = the_text(NoticeKind.SCORE_INVALIDATED, grounds=grounds.value)

    assert "gives no result" in text
    assert text.count("The reason") == 1


def test_an_appointment_is_told_by_the_clock_of_its_place() -> None:
    assert "When: 2 March 2026 at 10:00 (America/New_York)" in the_text(NoticeKind.REGISTRATION_CONFIRMED)


def test_what_a_person_wrote_is_text_never_a_template() -> None:
    text = the_text(
        NoticeKind.INFORMATION_REQUESTED, reason="{{ 7 * 7 }} {% include 'letters.py' %}", name="{{ body_name }}"
    )

    assert "{{ 7 * 7 }} {% include 'letters.py' %}" in text
    assert "Dear {{ body_name }}," in text


def test_a_name_stays_on_its_line() -> None:
    letter = LETTERS.render(NoticeKind.NAME_CHANGED, a_context(NoticeKind.NAME_CHANGED, name="Ana\r\nBcc: x@y.example"))

    assert "Dear Ana Bcc: x@y.example,\n" in letter.text


def test_an_unknown_kind_reaches_no_file() -> None:
    with pytest.raises(ValueError, match="passwd"):
        LETTERS.render("../../etc/passwd", {})


@pytest.mark.parametrize(("iso", "text"), [("2029-03-01", "1 March 2029"), ("2028-12-31", "31 December 2028")])
def test_a_day_is_written_out(iso: str, text: str) -> None:
    assert day(iso) == text


def test_a_moment_near_midnight_is_the_day_of_the_place() -> None:
    assert moment("2026-03-02T03:00:00+00:00", "America/New_York") == "1 March 2026 at 22:00 (America/New_York)"


@pytest.mark.parametrize(
    ("value", "line"),
    [
        pytest.param("  a \n\t b ", "a b", id="breaks and blanks"),
        pytest.param("a\u2028b\x00c", "a b c", id="separators and NUL"),
        pytest.param("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e", id="a joiner that Persian needs"),
    ],
)
def test_one_line_keeps_the_words(value: str, line: str) -> None:
    assert one_line(value) == line
