"""Letters to candidates: routes with their Out models."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from api.fields import Id, Out
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.notices import actions
from domain.notices.model import Notice, NoticeKind, NoticeStatus
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork

routes = Routes("notices")

NOTICES = Listing(Notice, filters={"kind": NoticeKind, "status": NoticeStatus})


class UnmetClauseOut(Out):
    """A clause that the letter lists as not met: what is asked, and the code of what was found."""

    clause: str
    code: str
    asked: str
    edition: str | None
    paragraph: str | None


class NoticeOut(Resource):
    """A letter: of which kind, about which object, and what became of it. Its text is not kept."""

    noun: ClassVar[str] = "notice"

    candidate_id: UUID
    kind: NoticeKind
    about_id: UUID
    unmet: list[UnmetClauseOut]
    status: NoticeStatus
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    last_error_code: str | None


@routes.get("/candidates/{candidate_id}/notices", action="notice.list", answers=NoticeOut, listing=NOTICES)
def list_notices(uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest) -> Page[Notice]:
    """List the letters to a candidate, and what became of each."""
    return actions.of_candidate(uow, actor, candidate_id, page)


@routes.post("/notices/{notice_id}/resending", action="notice.resend", answers=NoticeOut, if_match=Notice)
def resend(uow: UnitOfWork, actor: Actor, notice_id: Id) -> Notice:
    """Send a letter that was given up once more, say after the candidate's address was put right."""
    return actions.resend(uow, actor, notice_id)
