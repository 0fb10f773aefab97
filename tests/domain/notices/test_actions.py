"""Telling a candidate, from the decision to the mail."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.notices.letters import JinjaLetters
from domain.actors import Actor, Role
from domain.applications.model import Application, ClauseDecision, Determination, InformationRequest, Outcome
from domain.candidates.model import CandidateStatus
from domain.credentials.model import Credential, Standing, StandingChange
from domain.errors import AlreadyExists, Forbidden, NotFound, Unavailable
from domain.notices.actions import SEND, notify, of_candidate, resend, send
from domain.notices.errors import Reason, Undeliverable
from domain.notices.model import MOST_TRIES, Notice, NoticeKind, NoticeStatus
from domain.paging import PageRequest
from domain.ruling import Finding, Ruling
from tests.builders_letters import Desk, Postbox, a_candidate, a_desk, parameters_for

LETTERS = JinjaLetters(body_name="The Body", portal="https://portal.example", contact="help@body.example")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OFFICE = Actor(subject="admin-1", roles=frozenset({Role.ADMINISTRATOR}))


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    with a_desk(sqlite_url) as made:
        yield made


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


def told(
    desk: Desk, kind: NoticeKind = NoticeKind.SCORE_REPORT_READY, about: UUID | None = None, **more: Any
) -> Notice:
    with desk.unit() as uow:
        return notify(uow, desk.candidate_id, kind, about or uuid4(), **(parameters_for(kind, optional=False) | more))


def sending(desk: Desk, postbox: Postbox, notice: Notice) -> None:
    send(desk.units, postbox, LETTERS, {"notice_id": str(notice.id)})


def kept(desk: Desk, notice: Notice) -> Notice:
    with desk.unit() as uow:
        return uow.notices.get(notice.id)


def an_application(desk: Desk, **changes: Any) -> Application:
    made = Application(
        id=uuid4(),
        candidate_id=desk.candidate_id,
        program="cpom",
        edition="cpom-2026",
        number="A-1",
        search_name="núñez ana",
        created_at=NOON,
    )
    with desk.unit() as uow:
        return uow.applications.add(replace(made, **changes))


def test_a_notice_waits_and_its_task_starts_with_the_commit(desk: Desk) -> None:
    notice = told(desk)

    assert kept(desk, notice) == notice
    assert desk.tasks.waiting == [(SEND, {"notice_id": str(notice.id)})]


def test_a_transaction_that_fails_tells_nobody(desk: Desk) -> None:
    def tell_and_fail() -> None:
        with desk.unit() as uow:
            notify(uow, desk.candidate_id, NoticeKind.SCORE_HELD, uuid4(), program="CPOM")
            uow.candidates.add(desk.candidate)

    with pytest.raises(AlreadyExists):
        tell_and_fail()

    assert desk.tasks.waiting == []


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_of_every_kind_is_sent_and_comes_back_equal(desk: Desk, postbox: Postbox, kind: NoticeKind) -> None:
    notice = told(desk, kind)

    before = kept(desk, notice)
    sending(desk, postbox, notice)

    assert before == notice
    assert kept(desk, notice).status is NoticeStatus.SENT
    assert len(postbox.mails) == 1


def test_the_letter_goes_to_the_address_of_the_day_it_is_sent(desk: Desk, postbox: Postbox) -> None:
    notice = told(desk)
    with desk.unit() as uow:
        uow.candidates.save(replace(desk.candidate, email="ana@new.example"))

    sending(desk, postbox, notice)

    (mail,) = postbox.mails
    assert (mail.to, mail.to_name, mail.message_id) == ("ana@new.example", "Ana Núñez", f"notice.{notice.id}")


def test_a_sent_letter_is_marked_journalled_and_not_sent_again(desk: Desk, postbox: Postbox) -> None:
    notice = told(desk)

    sending(desk, postbox, notice)
    sending(desk, postbox, notice)

    after = kept(desk, notice)
    assert (after.status, after.attempts, after.sent_at) == (NoticeStatus.SENT, 1, desk.clock.now)
    assert len(postbox.mails) == 1
    assert desk.recorded() == ["notice.sent"]


def test_an_invitations_code_is_in_the_letter_and_then_forgotten(desk: Desk, postbox: Postbox) -> None:
    notice = told(desk, NoticeKind.INVITATION, token="one-time-secret")

    sending(desk, postbox, notice)

    assert "one-time-secret" in postbox.mails[0].text
    assert "one-time-secret" not in repr(kept(desk, notice))


def test_mail_that_is_away_is_told_to_the_worker_and_remembered(desk: Desk, postbox: Postbox) -> None:
    notice = told(desk)
    postbox.fault = Unavailable()

    with pytest.raises(Unavailable):
        sending(desk, postbox, notice)

    after = kept(desk, notice)
    assert (after.status, after.attempts, after.last_error_code) == (NoticeStatus.QUEUED, 1, "unavailable")


def test_the_last_try_ends_quietly(desk: Desk, postbox: Postbox) -> None:
    notice = told(desk)
    with desk.unit() as uow:
        uow.notices.save(replace(notice, attempts=MOST_TRIES - 1))
    postbox.fault = Unavailable()

    sending(desk, postbox, notice)

    assert kept(desk, notice).status is NoticeStatus.FAILED
    assert desk.recorded() == ["notice.failed"]


def test_an_address_that_is_refused_for_good_ends_the_letter(desk: Desk, postbox: Postbox) -> None:
    notice = told(desk)
    postbox.fault = Undeliverable(Reason.RECIPIENT_REFUSED)

    sending(desk, postbox, notice)

    after = kept(desk, notice)
    assert (after.status, after.last_error_code) == (NoticeStatus.FAILED, "recipient_refused")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"status": CandidateStatus.ERASED, "email": ""}, id="erased"),
        pytest.param({"status": CandidateStatus.MERGED}, id="merged"),
        pytest.param({"email": ""}, id="without an address"),
    ],
)
def test_a_candidate_who_has_vanished_is_not_written_to(desk: Desk, postbox: Postbox, changes: dict[str, Any]) -> None:
    notice = told(desk)
    with desk.unit() as uow:
        uow.candidates.save(replace(desk.candidate, **changes))

    sending(desk, postbox, notice)

    assert postbox.mails == []
    assert kept(desk, notice).last_error_code == "recipient_gone"


def test_a_notice_that_has_vanished_is_no_fault(desk: Desk, postbox: Postbox) -> None:
    send(desk.units, postbox, LETTERS, {"notice_id": str(uuid4())})

    assert postbox.mails == []


def test_a_no_lists_its_clauses_with_the_reviewers_reasons_read_from_the_decision(desk: Desk, postbox: Postbox) -> None:
    finding = Finding(clause="licence", met=False, code="licence_expired", asked="A licence.", found="It ended.")
    application = an_application(desk)
    determination = Determination(
        id=uuid4(), application_id=application.id, candidate_id=desk.candidate_id, outcome=Outcome.DENIED,
        pathway="us", edition="cpom-2026", judged_on=date(2026, 3, 1), facts={}, findings=(finding,),
        decisions=(ClauseDecision(clause="licence", met=False, reason="The board says it ended."),),
        reason="Please renew it first.", decided_by="reviewer-1", decided_at=NOON,
    )  # fmt: skip
    with desk.unit() as uow:
        uow.determinations.add(determination)

    notice = told(desk, NoticeKind.APPLICATION_DENIED, determination.id, ruling=Ruling((finding,)))
    sending(desk, postbox, notice)

    assert "- A licence.\n  What we found: licence expired. The board says it ended." in postbox.mails[0].text
    assert "Please renew it first." in postbox.mails[0].text
    assert "board" not in repr(kept(desk, notice))


def test_what_staff_asked_for_is_read_from_the_application(desk: Desk, postbox: Postbox) -> None:
    request = InformationRequest(
        asked_by="reviewer-1", asked_at=NOON, due_on=date(2026, 4, 1), message="The back of your licence, please."
    )
    application = an_application(desk, requests=(request,))

    sending(desk, postbox, told(desk, NoticeKind.INFORMATION_REQUESTED, application.id))

    assert "The back of your licence, please." in postbox.mails[0].text


def test_a_letter_given_up_is_sent_after_the_address_was_put_right(desk: Desk, postbox: Postbox) -> None:
    notice = told(desk)
    postbox.fault = Undeliverable(Reason.BAD_ADDRESS)
    sending(desk, postbox, notice)
    desk.tasks.waiting.clear()
    postbox.fault = None

    with desk.unit() as uow:
        resend(uow, OFFICE, notice.id)
    sending(desk, postbox, notice)

    assert desk.tasks.waiting == [(SEND, {"notice_id": str(notice.id)})]
    assert kept(desk, notice).status is NoticeStatus.SENT


def test_a_candidate_may_list_their_own_letters_and_no_others(desk: Desk) -> None:
    stranger = a_candidate()
    with desk.unit() as uow:
        uow.candidates.add(stranger)
    mine = told(desk)
    me = Actor(subject="ana", roles=frozenset({Role.CANDIDATE}), candidate_id=desk.candidate_id)

    with desk.unit() as uow:
        listed = of_candidate(uow, me, desk.candidate_id, PageRequest()).items
        with pytest.raises(NotFound):
            of_candidate(uow, me, stranger.id, PageRequest())
        with pytest.raises(Forbidden):
            resend(uow, me, mine.id)

    assert listed == [mine]


def test_the_reason_of_a_suspension_is_the_one_of_its_own_day(desk: Desk, postbox: Postbox) -> None:
    credential = a_suspended_credential(desk)
    notice = told(desk, NoticeKind.CREDENTIAL_SUSPENDED, credential)
    desk.clock.advance(days=1)
    another_change(desk, credential, number=3, reason="All is well again.")

    sending(desk, postbox, notice)

    assert "Your licence was suspended." in postbox.mails[0].text
    assert "All is well again." not in postbox.mails[0].text


def a_suspended_credential(desk: Desk) -> UUID:
    application = an_application(desk)
    credential = Credential(
        id=uuid4(), candidate_id=desk.candidate_id, application_id=application.id, attempt_id=None, program="cpom",
        edition="cpom-2026", number="7K3M", name="Ana Núñez", awarded_on=date(2026, 1, 1),
        valid_from=date(2026, 1, 1), valid_until=date(2028, 12, 31), created_at=NOON,
    )  # fmt: skip
    with desk.unit() as uow:
        uow.credentials.add(credential)
    another_change(desk, credential.id, number=1, reason="Issued.", at=desk.clock.now - timedelta(days=30))
    another_change(desk, credential.id, number=2, reason="Your licence was suspended.")
    return credential.id


def another_change(desk: Desk, credential_id: UUID, number: int, reason: str, at: datetime | None = None) -> None:
    change = StandingChange(
        id=uuid4(), credential_id=credential_id, candidate_id=desk.candidate_id, number=number,
        standing=Standing.SUSPENDED, effective_on=date(2026, 3, 1), at=at or desk.clock.now, by="officer-1",
        reason=reason, valid_until=date(2028, 12, 31), edition="cpom-2026", name="Ana Núñez",
    )  # fmt: skip
    with desk.unit() as uow:
        uow.standing_changes.add(change)
