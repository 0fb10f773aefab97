"""Rescores: who would change and what follows, two people's approval, and the results that were replaced."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Response
from pydantic import Field

from api.fields import Id, In, Out, Reason
from api.paging import Listing
from api.problems import refused
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.rescoring import actions
from domain.rescoring.actions import Wanted
from domain.rescoring.errors import ListOutOfDate
from domain.rescoring.model import (
    AttemptResult,
    Direction,
    EntryStatus,
    Follow,
    OnLostPass,
    Refunds,
    Rescore,
    RescoreEntry,
    RescoreStatus,
)
from domain.rescoring.sheet import sheet

routes = Routes("rescores")

Version = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
_AT_ONCE = 500


class RescoreIn(In):
    """Which versions to score by, and why. Without an administration, all of the form's.

    `on_lost_pass` says what becomes of a released pass that would be none; `refunds` whether fees of retakes bought in
    vain are listed for finance or sent back.
    """

    key_number: Version
    conversion_number: Version
    reason: Reason
    administration_id: Id | None = None
    on_lost_pass: OnLostPass = OnLostPass.KEEP
    refunds: Refunds = Refunds.LIST


class RescoreRejectionIn(In):
    """Why a run is not carried out."""

    reason: Reason


class RescoreOut(Resource):
    """A run: listed by a job, judged by two people, then carried out by another job.

    `attempts` are listed, of which `gained` would pass after all, `lost` would pass no more, `score_only` change but
    for the decision and `unchanged` not at all. Of the carried out, `kept` are passes that stand in spite of it, and
    `moved` had changed since the list and were left alone.
    """

    noun: ClassVar[str] = "rescore"

    form_id: UUID
    administration_id: UUID | None
    key_number: int
    conversion_number: int
    reason: str
    on_lost_pass: OnLostPass
    refunds: Refunds
    created_by: str
    created_at: datetime
    status: RescoreStatus
    list_number: int
    list_job_id: UUID | None
    attempts: int
    gained: int
    lost: int
    score_only: int
    unchanged: int
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    job_id: UUID | None
    carried: int
    kept: int
    moved: int
    finished_at: datetime | None


class ResultFiguresOut(Out):
    """A score and its decision; `domain_raw` is empty where only a score came."""

    raw: int
    scaled: int
    passed: bool
    domain_raw: list[int]


class ConsequenceOut(Out):
    """One thing that follows; `about_id` is the authorization, charge, application, credential, award or attempt meant.

    `count` attempts count so far, `on` is the first day of another, `amount_minor` is in minor units.
    """

    follow: Follow
    about_id: UUID
    count: int | None
    on: date | None
    amount_minor: int | None
    currency: str | None


class RescoreEntryOut(Out):
    """One attempt of a run's list: how it stood, what it would become, and what follows."""

    id: UUID
    attempt_id: UUID
    candidate_id: UUID
    administration_id: UUID
    released: bool
    direction: Direction
    old_key_number: int | None
    old_conversion_number: int | None
    old: ResultFiguresOut
    new: ResultFiguresOut
    consequences: list[ConsequenceOut]
    status: EntryStatus
    carried_at: datetime | None


class ReplacedResultOut(Out):
    """A result that stood once: by which versions, until when, and why it was replaced."""

    id: UUID
    number: int
    key_number: int | None
    conversion_number: int | None
    raw: int
    scaled: int
    passed: bool
    domain_raw: list[int]
    released_at: datetime | None
    replaced_at: datetime
    rescore_id: UUID
    reason: str


@routes.post(
    "/forms/{form_id}/rescores",
    action="form.rescore",
    answers=RescoreOut,
    status_code=202,
    location="/v1/rescores/{id}",
    needs_key=True,
)
def request(uow: UnitOfWork, actor: Actor, form_id: Id, body: RescoreIn) -> Rescore:
    """Have it listed who would change under these versions, as a job that changes nothing.

    Drafts of a key or conversion may be listed; only versions in force are carried out.
    """
    wanted = Wanted(
        form_id=form_id,
        key_number=body.key_number,
        conversion_number=body.conversion_number,
        reason=body.reason,
        administration_id=body.administration_id,
        on_lost_pass=body.on_lost_pass,
        refunds=body.refunds,
    )
    return actions.request(uow, actor, wanted)


@routes.get(
    "/rescores",
    action="rescore.read",
    answers=RescoreOut,
    listing=Listing(Rescore, default_sort="-id", filters={"form_id": Id, "status": RescoreStatus}),
)
def list_runs(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Rescore]:
    """List rescores, the newest first."""
    actor.must("rescore.read")
    return uow.rescores.page(page)


@routes.get("/rescores/{rescore_id}", action="rescore.read", answers=RescoreOut)
def read(uow: UnitOfWork, actor: Actor, rescore_id: Id) -> Rescore:
    """Read a rescore."""
    actor.must("rescore.read")
    return uow.rescores.get(rescore_id)


@routes.get(
    "/rescores/{rescore_id}/entries",
    action="rescore.read",
    answers=RescoreEntryOut,
    listing=Listing(RescoreEntry, filters={"direction": Direction, "status": EntryStatus, "candidate_id": Id}),
)
def list_entries(uow: UnitOfWork, actor: Actor, rescore_id: Id, page: PageRequest) -> Page[RescoreEntry]:
    """List the attempts of the newest list, with what follows for each."""
    actor.must("rescore.read")
    run = uow.rescores.get(rescore_id)
    return uow.rescore_entries.page(page.within(rescore_id=run.id, list_number=run.list_number))


@routes.get("/rescores/{rescore_id}/entries.csv", action="rescore.read", responses={200: {"content": {"text/csv": {}}}})
def entries_sheet(uow: UnitOfWork, actor: Actor, rescore_id: Id) -> Response:
    """Download the newest list as CSV, formulas neutralised."""
    actor.must("rescore.read")
    run = uow.rescores.get(rescore_id)
    entries = uow.rescore_entries.find(rescore_id=run.id, list_number=run.list_number)
    numbers: dict[UUID, str] = {}
    for start in range(0, len(entries), _AT_ONCE):
        some = [one.candidate_id for one in entries[start : start + _AT_ONCE]]
        numbers |= {one.id: one.number for one in uow.candidates.find(id=some)}
    headers = {"content-disposition": f'attachment; filename="{run.id}.csv"'}
    return Response(sheet(entries, numbers), 200, headers, "text/csv; charset=utf-8")


@routes.post("/rescores/{rescore_id}/relisting", action="rescore.relist", answers=RescoreOut, if_match=Rescore)
def relist(uow: UnitOfWork, actor: Actor, rescore_id: Id) -> Rescore:
    """Have the list made anew from how things stand now; the earlier one stays on record."""
    return actions.relist(uow, actor, rescore_id)


@routes.post(
    "/rescores/{rescore_id}/approval",
    action="rescore.approve",
    answers=RescoreOut,
    if_match=Rescore,
    needs_key=True,
)
def approve(uow: UnitOfWork, actor: Actor, rescore_id: Id) -> Rescore | Response:
    """Carry a list out as a second person, as a job.

    Where attempts have changed since the list was made, the answer is 409, and the list is made anew.
    """
    try:
        return actions.approve(uow, actor, rescore_id)
    except ListOutOfDate as refusal:
        actions.relist(uow, actor, rescore_id)
        return refused(refusal, getattr(uow, "request_id", None))


@routes.post("/rescores/{rescore_id}/rejection", action="rescore.reject", answers=RescoreOut, if_match=Rescore)
def reject(uow: UnitOfWork, actor: Actor, rescore_id: Id, body: RescoreRejectionIn) -> Rescore:
    """Decide against a run, or take one's own back; nothing changes."""
    return actions.reject(uow, actor, rescore_id, body.reason)


@routes.get(
    "/attempts/{attempt_id}/replaced-results",
    action="attempt.read",
    answers=ReplacedResultOut,
    listing=Listing(AttemptResult, sorts=("number",), default_sort="number"),
)
def replaced_results(uow: UnitOfWork, actor: Actor, attempt_id: Id, page: PageRequest) -> Page[AttemptResult]:
    """List the results that once stood on an attempt, in their order; the one that stands is the attempt's own."""
    attempt = uow.attempts.get(attempt_id)
    actor.must("attempt.read", attempt)
    return uow.attempt_results.page(page.within(attempt_id=attempt.id))
