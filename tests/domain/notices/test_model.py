"""What a notice may hold, and the ways it ends."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from domain.errors import WrongState
from domain.notices.model import MOST_TRIES, TERMS, Notice, NoticeKind, NoticeStatus, unmet_clauses
from domain.notices.rules import parameters_of
from domain.ruling import Finding, Ruling, Source
from tests.builders_letters import parameters_for

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_notice(kind: NoticeKind = NoticeKind.SCORE_REPORT_READY) -> Notice:
    return Notice(
        id=uuid4(),
        candidate_id=uuid4(),
        kind=kind,
        about_id=uuid4(),
        created_at=NOON,
        parameters=parameters_of(kind, parameters_for(kind, optional=True)),
    )


def test_every_kind_says_what_its_letter_needs() -> None:
    assert set(TERMS) == set(NoticeKind)


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if TERMS[kind].needs])
def test_a_parameter_too_few_is_the_programs_fault(kind: NoticeKind) -> None:
    given = parameters_for(kind, optional=True)
    del given[min(TERMS[kind].needs)]

    with pytest.raises(TypeError, match="needs"):
        parameters_of(kind, given)


def test_a_parameter_too_many_is_the_programs_fault() -> None:
    with pytest.raises(TypeError, match="does not take email"):
        parameters_of(NoticeKind.NAME_CHANGED, {"email": "ana@candidate.example"})


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        pytest.param(date(2029, 4, 1), "2029-04-01", id="a day"),
        pytest.param(NOON, "2026-03-01T12:00:00+00:00", id="an instant"),
        pytest.param(UUID(int=7), "00000000-0000-0000-0000-000000000007", id="an id"),
        pytest.param(NoticeStatus.SENT, "sent", id="an enumeration"),
        pytest.param(7, 7, id="a number"),
        pytest.param(True, True, id="a flag"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_parameters_are_stored_as_json_has_them(value: object, stored: object) -> None:
    assert parameters_of(NoticeKind.SCORE_HELD, {"program": value}) == {"program": stored}


@pytest.mark.parametrize("value", [1.5, [1], {"a": 1}, datetime(2026, 3, 1, 12)], ids=str)  # noqa: DTZ001 - that is it
def test_other_values_have_no_place_in_a_letter(value: object) -> None:
    with pytest.raises(TypeError):
        parameters_of(NoticeKind.SCORE_HELD, {"program": value})


def test_of_a_ruling_only_the_unmet_clauses_are_kept_and_nothing_that_was_found() -> None:
    source = Source(edition="cpom-2026", paragraph="2.1")
    ruling = Ruling(
        (
            Finding(clause="degree", met=True, code="met", asked="A degree.", found="PharmD of Ana."),
            Finding(
                clause="licence", met=False, code="expired", asked="A licence.", found="Ana's ended.", source=source
            ),
        )
    )

    (clause,) = unmet_clauses(ruling)

    assert (clause.clause, clause.code, clause.asked) == ("licence", "expired", "A licence.")
    assert (clause.edition, clause.paragraph) == ("cpom-2026", "2.1")
    assert "Ana" not in repr(clause)


def test_a_sent_letter_forgets_its_secrets() -> None:
    sent = a_notice(NoticeKind.INVITATION).sent(NOON)

    assert (sent.status, sent.attempts, sent.sent_at) == (NoticeStatus.SENT, 1, NOON)
    assert set(sent.parameters) == {"expires_on"}


def test_a_delayed_letter_waits_and_the_last_try_gives_it_up() -> None:
    once = a_notice().delayed("unavailable")
    last = replace(once, attempts=MOST_TRIES - 1).delayed("unavailable")

    assert (once.status, once.attempts) == (NoticeStatus.QUEUED, 1)
    assert (last.status, last.attempts, last.last_error_code) == (NoticeStatus.FAILED, MOST_TRIES, "unavailable")


def test_a_letter_given_up_can_be_tried_afresh() -> None:
    again = a_notice().failed("bad_address").requeued()

    assert (again.status, again.attempts, again.last_error_code) == (NoticeStatus.QUEUED, 0, None)


@pytest.mark.parametrize(
    "notice",
    [
        pytest.param(a_notice(), id="one that waits"),
        pytest.param(a_notice().sent(NOON), id="one that was sent"),
        pytest.param(a_notice(NoticeKind.INVITATION).failed("bad_address"), id="one whose secret is forgotten"),
    ],
)
def test_no_other_letter_can_be_tried_afresh(notice: Notice) -> None:
    with pytest.raises(WrongState):
        notice.requeued()
