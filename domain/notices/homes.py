"""The words that people wrote, read where they are kept when the letter is written.

A notice holds no free text: the reason of a suspension, a reviewer's message, are read from their own records, so that
erasing those erases all.
"""

from collections.abc import Callable, Mapping

from domain.notices.model import Notice, NoticeKind
from domain.ports import UnitOfWork

Words = dict[str, object]


def words(uow: UnitOfWork, notice: Notice) -> Words:
    """`reason` (text) and `decisions` (clause to reason), each empty where there is none."""
    reader = _READERS.get(notice.kind)
    found = reader(uow, notice) if reader else {}
    return {"reason": "", "decisions": {}} | found


def _request(uow: UnitOfWork, notice: Notice) -> Words:
    application = uow.applications.first(id=notice.about_id)
    return {"reason": application.requests[-1].message} if application and application.requests else {}


def _determination(uow: UnitOfWork, notice: Notice) -> Words:
    made = uow.determinations.first(id=notice.about_id)
    if made is None:
        return {}
    return {"reason": made.reason, "decisions": {one.clause: one.reason for one in made.decisions if not one.met}}


def _appeal(uow: UnitOfWork, notice: Notice) -> Words:
    appeal = uow.appeals.first(id=notice.about_id)
    return {"reason": appeal.reason or ""} if appeal else {}


def _accommodation(uow: UnitOfWork, notice: Notice) -> Words:
    accommodation = uow.accommodations.first(id=notice.about_id)
    return {"reason": accommodation.decision_reason or ""} if accommodation else {}


def _instructions(uow: UnitOfWork, notice: Notice) -> Words:
    payment = uow.payments.first(id=notice.about_id)
    return {"reason": payment.instructions} if payment else {}


def _refund(uow: UnitOfWork, notice: Notice) -> Words:
    refund = uow.refunds.first(id=notice.about_id)
    return {"reason": refund.reason} if refund else {}


def _standing(uow: UnitOfWork, notice: Notice) -> Words:
    """The reason of the last change recorded when the notice was made: a later one has a letter of its own."""
    changes = [one for one in uow.standing_changes.find(credential_id=notice.about_id) if one.at <= notice.created_at]
    return {"reason": max(changes, key=lambda one: one.number).reason} if changes else {}


_READERS: Mapping[NoticeKind, Callable[[UnitOfWork, Notice], Words]] = {
    NoticeKind.INFORMATION_REQUESTED: _request,
    NoticeKind.APPLICATION_APPROVED: _determination,
    NoticeKind.APPLICATION_DENIED: _determination,
    NoticeKind.APPEAL_DECIDED: _appeal,
    NoticeKind.ACCOMMODATION_DECIDED: _accommodation,
    NoticeKind.PAYMENT_DUE: _instructions,
    NoticeKind.PAYMENT_REFUNDED: _refund,
    NoticeKind.CREDENTIAL_SUSPENDED: _standing,
    NoticeKind.CREDENTIAL_REVOKED: _standing,
    NoticeKind.CREDENTIAL_REINSTATED: _standing,
}
