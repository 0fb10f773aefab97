"""Tell a candidate, and send what was to be told."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.actors import Actor, the_service
from domain.candidates.model import Candidate, CandidateStatus
from domain.errors import NotFound, Unavailable
from domain.notices import homes
from domain.notices.errors import Reason, Undeliverable
from domain.notices.events import NoticeFailed, NoticeSent
from domain.notices.model import Notice, NoticeKind, NoticeStatus, unmet_clauses
from domain.notices.rules import parameters_of, seen_by
from domain.paging import Page, PageRequest
from domain.ports import Letters, Mail, Mailer, UnitOfWork, UnitsOfWork
from domain.ruling import Ruling

SEND = "notice.send"
"""The kind of the small task that sends one letter. Its parameters: `notice_id`."""


def letter(
    uow: UnitOfWork,
    candidate_id: UUID,
    kind: NoticeKind,
    about_id: UUID,
    ruling: Ruling | None = None,
    **parameters: object,
) -> Notice:
    """A letter, not stored yet.

    `TERMS[kind]` says whose id `about_id` is and which `parameters` there must be. The clauses that `ruling` finds
    unmet are listed in the letter. Raises TypeError for wrong parameters: those are a fault of the program.
    """
    return Notice(
        id=uow.new_id(),
        candidate_id=candidate_id,
        kind=kind,
        about_id=about_id,
        created_at=uow.now,
        parameters=parameters_of(kind, parameters),
        unmet=unmet_clauses(ruling) if ruling else (),
    )


def post(uow: UnitOfWork, notice: Notice) -> Notice:
    """Store a letter, which leaves when this transaction has committed."""
    stored = uow.notices.add(notice)
    uow.enqueue(SEND, {"notice_id": str(stored.id)}, unique_key=str(stored.id))
    return stored


def notify(
    uow: UnitOfWork,
    candidate_id: UUID,
    kind: NoticeKind,
    about_id: UUID,
    *,
    ruling: Ruling | None = None,
    **parameters: object,
) -> Notice:
    """Tell the candidate, by a `letter` that leaves when this transaction has committed."""
    return post(uow, letter(uow, candidate_id, kind, about_id, ruling, **parameters))


def send(units: UnitsOfWork, mailer: Mailer, letters: Letters, parameters: Mapping[str, Any]) -> None:
    """Send one letter. Safe to repeat: one that was sent, given up, or has vanished is left alone.

    No transaction is held while the mail server is spoken to. After a fall between the two, the same letter may leave
    twice, under the same Message-ID. Raises Unavailable when it is to be tried again.
    """
    notice_id = UUID(str(parameters["notice_id"]))
    try:
        mail = _written(units, letters, notice_id)
        if mail is None:
            return
        mailer.send(mail)
    except Undeliverable as fault:
        reason = fault.reason.value
        _settle(units, notice_id, lambda notice, _: notice.failed(reason))
    except Unavailable as fault:
        code = fault.code
        if _settle(units, notice_id, lambda notice, _: notice.delayed(code)) is NoticeStatus.QUEUED:
            raise
    else:
        _settle(units, notice_id, lambda notice, now: notice.sent(now))


def resend(uow: UnitOfWork, actor: Actor, notice_id: UUID) -> Notice:
    """Queue a letter that was given up once more, say after the candidate's address was put right.

    Raises NotFound for a letter that is not of the caller's work.
    """
    notice = uow.notices.lock(notice_id)
    if notice.kind not in seen_by(actor, notice.candidate_id):
        actor.must("notice.resend")
        raise NotFound
    actor.must("notice.resend", notice)
    again = uow.notices.save(notice.requeued())
    uow.enqueue(SEND, {"notice_id": str(notice.id)}, unique_key=f"{notice.id}.{again.version}")
    return again


def of_candidate(uow: UnitOfWork, actor: Actor, candidate_id: UUID, request: PageRequest) -> Page[Notice]:
    """The letters to one candidate, to staff those of their own work; NotFound for a stranger's."""
    actor.must("notice.list", uow.candidates.get(candidate_id))
    seen, asked = seen_by(actor, candidate_id), request.equals.get("kind")
    kinds = sorted(seen) if asked is None else [kind for kind in seen if kind == asked]
    if not kinds:
        return Page([], None)
    all_ = len(kinds) == len(NoticeKind)
    return uow.notices.page(request.within(candidate_id=candidate_id, **({} if all_ else {"kind": kinds})))


def _written(units: UnitsOfWork, letters: Letters, notice_id: UUID) -> Mail | None:
    """The letter, written from what is stored now; None when there is nothing to send.

    Raises Undeliverable when there is nobody any more to write to.
    """
    with units.begin(the_service(SEND), write=False) as uow:
        notice = uow.notices.first(id=notice_id)
        if notice is None or notice.status is not NoticeStatus.QUEUED:
            return None
        candidate = uow.candidates.first(id=notice.candidate_id)
        if candidate is None or candidate.status is not CandidateStatus.ACTIVE or not candidate.email:
            raise Undeliverable(Reason.RECIPIENT_GONE)
        context = _context(uow, notice, candidate)
    letter = letters.render(notice.kind, context)
    return Mail(
        message_id=f"notice.{notice.id}",
        to=candidate.email,
        to_name=candidate.legal_name.full,
        subject=letter.subject,
        text=letter.text,
    )


def _context(uow: UnitOfWork, notice: Notice, candidate: Candidate) -> dict[str, object]:
    return {
        **notice.parameters,
        **homes.words(uow, notice),
        "name": candidate.legal_name.full,
        "about_id": str(notice.about_id),
        "unmet": notice.unmet,
    }


def _settle(units: UnitsOfWork, notice_id: UUID, change: Callable[[Notice, datetime], Notice]) -> NoticeStatus:
    """Store what became of the letter, unless another try has settled it already; how it stands now."""
    with units.begin(the_service(SEND)) as uow:
        notice = uow.notices.lock(notice_id)
        if notice.status is not NoticeStatus.QUEUED:
            return notice.status
        settled = uow.notices.save(change(notice, uow.now))
        if settled.status is not NoticeStatus.QUEUED:
            uow.record(_event(settled))
        return settled.status


def _event(notice: Notice) -> NoticeSent | NoticeFailed:
    ids = {"notice_id": notice.id, "candidate_id": notice.candidate_id, "about_id": notice.about_id}
    if notice.status is NoticeStatus.SENT:
        return NoticeSent(**ids, letter=notice.kind.value)
    return NoticeFailed(**ids, letter=notice.kind.value, code=notice.last_error_code or "")
