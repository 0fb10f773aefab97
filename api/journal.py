"""The journal for auditors: what happened, in order, without a personal value."""

from datetime import datetime
from uuid import UUID

from api.fields import Code, Id, Out
from api.paging import Listing
from api.routing import Routes
from domain.actors import Actor
from domain.journal.model import Recorded
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork

routes = Routes("journal")


class EntryOut(Out):
    """One event. `data` holds ids, codes, dates and numbers only."""

    seq: int
    id: UUID
    occurred_at: datetime
    kind: str
    subject_id: UUID
    actor: str
    request_id: str | None
    data: dict[str, str | int | bool | None]


ENTRIES = Listing(Recorded, sorts=("seq",), default_sort="seq", filters={"kind": Code, "subject_id": Id})


@routes.get("/journal", action="journal.read", answers=EntryOut, listing=ENTRIES)
def read(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Recorded]:
    """Read the journal in its order, all of it or what concerns one object or kind of event."""
    actor.must("journal.read")
    return uow.journal_page(page)
