"""Letters of a whole batch: written and sent by one task, so that the sweep itself is over soon."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from domain.actors import the_service
from domain.credentials.actions_standing import standing_now
from domain.credentials.model import Credential, Standing, StandingChange
from domain.notices.actions import letter, post, send
from domain.notices.model import Notice, NoticeKind, NoticeStatus
from domain.paging import PageRequest
from domain.ports import Letters, Mailer, UnitOfWork, UnitsOfWork
from domain.renewals.model import Cycle, CycleStatus
from domain.renewals.rules import grace_until

SEND_MANY: Final = "notice.send_many"
"""The kind of the task that sends a batch of letters. Its parameters: `notice_ids`."""

TELL: Final = "sweep.tell"
"""The kind of the task that writes and sends the letters about a batch of standings. Its parameters: `change_ids`."""

_STRANDED: Final = timedelta(days=2)


def post_many(uow: UnitOfWork, notices: Sequence[Notice]) -> None:
    """Store letters, which one task sends when this transaction has committed."""
    uow.notices.add_all(notices)
    dispatch(uow, [one.id for one in notices])


def send_off(uow: UnitOfWork, notices: Sequence[Notice]) -> None:
    """Store letters: a single one leaves by a task of its own, several by one task for all of them."""
    if len(notices) == 1:
        post(uow, notices[0])
    else:
        post_many(uow, notices)


def dispatch(uow: UnitOfWork, notice_ids: Sequence[UUID]) -> None:
    """Send stored letters, by one task, when this transaction has committed."""
    if notice_ids:
        uow.enqueue(SEND_MANY, {"notice_ids": [one.hex for one in notice_ids]})


def announce(uow: UnitOfWork, change_ids: Sequence[UUID]) -> None:
    """Write to the holders of a batch of credentials that turned, by one task, when this transaction has committed."""
    if change_ids:
        uow.enqueue(TELL, {"change_ids": [one.hex for one in change_ids]})


def tell(units: UnitsOfWork, mailer: Mailer, letters: Letters, parameters: Mapping[str, Any]) -> None:
    """Write the letters about a batch of standings, and send them. Safe to repeat: a change is told of once."""
    change_ids = [UUID(one) for one in parameters["change_ids"]]
    with units.begin(the_service(TELL)) as uow:
        told = {one.id for one in uow.notices.find(id=change_ids)}
        written = _about(uow, [one for one in uow.standing_changes.find(id=change_ids) if one.id not in told])
        uow.notices.add_all(written)
    for notice_id in [*told, *(one.id for one in written)]:
        send(units, mailer, letters, {"notice_id": str(notice_id)})


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


def _about(uow: UnitOfWork, changes: Sequence[StandingChange]) -> list[Notice]:
    """The letters about these changes; each bears its change's id. What has been overtaken is not told of any more."""
    ids = [one.credential_id for one in changes]
    held = {one.id: one for one in uow.credentials.find(id=ids)}
    cycles = {one.credential_id: one for one in uow.cycles.find(credential_id=ids, status=CycleStatus.OPEN)}
    letters = (_letter(uow, change, held[change.credential_id], cycles.get(change.credential_id)) for change in changes)
    return [one for one in letters if one is not None]


def _letter(uow: UnitOfWork, change: StandingChange, credential: Credential, cycle: Cycle | None) -> Notice | None:
    policy = uow.policies.named(change.edition)
    if standing_now(uow, credential).status is not change.standing:
        return None
    common = {"program": policy.program_title, "number": credential.number}
    whose = change.candidate_id
    if change.standing is Standing.LAPSED:
        about, lapsed = credential.id, NoticeKind.CREDENTIAL_LAPSED
        made = letter(uow, whose, lapsed, about, None, effective_on=change.effective_on, **common)
    elif cycle is not None:
        days = {"ended_on": change.valid_until, "grace_until": grace_until(cycle, policy)}
        made = letter(uow, whose, NoticeKind.RENEWAL_GRACE, cycle.id, None, **days, **common)
    else:
        return None
    return replace(made, id=change.id)
