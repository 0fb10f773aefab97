"""Letters of a whole batch: stored in one statement, sent by one task."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from domain.notices.actions import send
from domain.notices.model import Notice, NoticeKind, NoticeStatus, unmet_clauses
from domain.notices.rules import parameters_of
from domain.paging import PageRequest
from domain.ports import Letters, Mailer, UnitOfWork, UnitsOfWork
from domain.ruling import Ruling

SEND_MANY: Final = "notice.send_many"
"""The kind of the task that sends a batch of letters. Its parameters: `notice_ids`."""

_STRANDED: Final = timedelta(days=2)


def letter(
    uow: UnitOfWork,
    candidate_id: UUID,
    kind: NoticeKind,
    about_id: UUID,
    ruling: Ruling | None = None,
    **parameters: object,
) -> Notice:
    """A letter, not stored yet; see `domain.notices.actions.notify`."""
    return Notice(
        id=uow.new_id(),
        candidate_id=candidate_id,
        kind=kind,
        about_id=about_id,
        created_at=uow.now,
        parameters=parameters_of(kind, parameters),
        unmet=unmet_clauses(ruling) if ruling else (),
    )


def post(uow: UnitOfWork, notices: Sequence[Notice]) -> None:
    """Store letters, which one task sends when this transaction has committed."""
    uow.notices.add_all(notices)
    dispatch(uow, [one.id for one in notices])


def dispatch(uow: UnitOfWork, notice_ids: Sequence[UUID]) -> None:
    """Send stored letters, by one task, when this transaction has committed."""
    if notice_ids:
        uow.enqueue(SEND_MANY, {"notice_ids": [one.hex for one in notice_ids]})


def send_many(units: UnitsOfWork, mailer: Mailer, letters: Letters, parameters: Mapping[str, Any]) -> None:
    """Send the letters of a batch, one by one. Safe to repeat: those that have left are left alone.

    Raises Unavailable, to be tried again, as soon as mail is away.
    """
    for notice_id in parameters["notice_ids"]:
        send(units, mailer, letters, {"notice_id": str(UUID(notice_id))})


def take_up(uow: UnitOfWork, limit: int) -> int:
    """Give letters that have waited for days, because their task was given up with mail away, to a new task."""
    waiting = uow.notices.page(PageRequest(limit=limit, equals={"status": NoticeStatus.QUEUED.value})).items
    dispatch(uow, [one.id for one in waiting if one.created_at < uow.now - _STRANDED])
    return 0
