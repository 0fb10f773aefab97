"""Items in and out by QTI 3.0, and results as it reports them: routes with their In and Out models."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, cast
from uuid import UUID

from fastapi import File, Form as FormField, Response, UploadFile
from pydantic import Field

from api.fields import MANY, Code, Day, Id, In, Out, Reason
from api.jobs import JobOut
from api.paging import Listing
from api.routing import Resource, Routes, Upload
from api.scores import ImportStartedOut
from domain.actors import Actor
from domain.items import exporting, importing, results
from domain.items.exchange import BankDocument
from domain.items.exporting import Asked
from domain.items.importing import TakenIn, Wanted
from domain.items.model import ExportStatus, ItemExport, ItemStatus
from domain.paging import Page, PageRequest
from domain.ports import Files, ItemExchange, UnitOfWork
from domain.scores.sittings import Identifier

routes = Routes("items")

BYTES = {"schema": {"type": "string", "format": "binary"}}
Ids = Annotated[tuple[Id, ...], Field(max_length=MANY)]


class ItemExportIn(In):
    """What is to leave: items by id, forms with their items, or all that a status and a domain find."""

    program: Code
    reason: Reason
    item_ids: Ids = ()
    form_ids: Ids = ()
    status: ItemStatus | None = None
    domain: Code | None = None


class ItemExportRejectionIn(In):
    """Why the items stay."""

    reason: Reason


class ItemExportOut(Resource):
    """Items on their way out. A `small` export needs no second person; any other waits for one."""

    noun: ClassVar[str] = "item_export"

    program: str
    items: int
    form_ids: list[UUID]
    reason: str
    small: bool
    requested_by: str
    requested_at: datetime
    status: ExportStatus
    decided_by: str | None
    decided_at: datetime | None
    decided_reason: str | None
    job_id: UUID | None
    sha256: str | None
    size: int | None
    expires_at: datetime | None
    fetched_by: str | None
    fetched_at: datetime | None


class ItemImportOut(Out):
    """What became of a package: items written and passed over, sets written, forms laid out."""

    id: UUID
    created: list[UUID]
    unchanged: list[UUID]
    sets: list[UUID]
    forms: list[UUID]


def _read(doors: Mapping[type, Any], arguments: Mapping[str, Any]) -> Mapping[str, object]:
    """The package, read before a transaction begins."""
    content = cast("Upload", arguments["file"]).content
    return {"file": (doors[ItemExchange].read(content), hashlib.sha256(content).hexdigest())}


@routes.post("/item-imports", action="item.import", answers=ItemImportOut, status_code=201, before=_read)
def import_items(
    uow: UnitOfWork,
    actor: Actor,
    file: Annotated[UploadFile, File(description="A QTI 3.0 package (zip), or one item (XML).")],
    program: Annotated[Code, FormField(description="Whose exam the items belong to.")],
    domain: Annotated[Code | None, FormField(description="The exam domain of items that name none.")] = None,
    objective: Annotated[Code | None, FormField(description="The objective of items that name no domain.")] = None,
) -> TakenIn:
    """Take in a QTI 3.0 package: items with one choice interaction, stimuli, and tests.

    All of it, or none: each fault names the file, the line and the element. Every item begins as a draft; a test
    becomes a draft form with a draft of its key. What is here already and says the same is passed over.
    """
    document, sha256 = cast("tuple[BankDocument, str]", file)
    wanted = Wanted(program=program, document=document, sha256=sha256, domain=domain, objective=objective)
    return importing.take_in(uow, actor, wanted)


@routes.post(
    "/item-exports",
    action="item_export.request",
    answers=ItemExportOut,
    status_code=201,
    location="/v1/item-exports/{id}",
)
def request_export(uow: UnitOfWork, actor: Actor, body: ItemExportIn) -> ItemExport:
    """Ask for items to leave as a QTI 3.0 package. But for a few items, a second person must agree."""
    asked = Asked(
        program=body.program,
        reason=body.reason,
        item_ids=body.item_ids,
        form_ids=body.form_ids,
        status=body.status,
        domain=body.domain,
    )
    return exporting.request(uow, actor, asked)


@routes.get(
    "/item-exports",
    action="item_export.read",
    answers=ItemExportOut,
    listing=Listing(ItemExport, filters={"program": Code, "status": ExportStatus}),
)
def list_exports(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[ItemExport]:
    """List the exports of items."""
    actor.must("item_export.read")
    return uow.item_exports.page(page)


@routes.get("/item-exports/{export_id}", action="item_export.read", answers=ItemExportOut)
def read_export(uow: UnitOfWork, actor: Actor, export_id: Id) -> ItemExport:
    """Read how far an export has come."""
    actor.must("item_export.read")
    return uow.item_exports.get(export_id)


@routes.post(
    "/item-exports/{export_id}/approval", action="item_export.approve", answers=ItemExportOut, if_match=ItemExport
)
def approve_export(uow: UnitOfWork, actor: Actor, export_id: Id) -> ItemExport:
    """Let items leave that somebody else asked for; a job makes the package."""
    return exporting.approve(uow, actor, export_id)


@routes.post(
    "/item-exports/{export_id}/rejection", action="item_export.reject", answers=ItemExportOut, if_match=ItemExport
)
def reject_export(uow: UnitOfWork, actor: Actor, export_id: Id, body: ItemExportRejectionIn) -> ItemExport:
    """Keep the items in the house."""
    return exporting.reject(uow, actor, export_id, body.reason)


@routes.get(
    "/item-exports/{export_id}/package",
    action="item_export.fetch",
    writes=True,
    response_class=Response,
    responses={200: {"content": {"application/zip": BYTES}}, 409: {}},
)
def fetch_package(uow: UnitOfWork, actor: Actor, files: Files, export_id: Id) -> Response:
    """Fetch the package, once, as whoever asked for it; the journal keeps that you did."""
    export, content = exporting.fetch(uow, actor, files, export_id)
    headers = {
        "content-disposition": f'attachment; filename="items-{export.program}.zip"',
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    return Response(content, headers=headers, media_type="application/zip")


@routes.post(
    "/exam-administrations/{administration_id}/forms/{form_id}/assessment-results",
    action="form.import_responses",
    answers=ImportStartedOut,
    status_code=202,
    location="/v1/jobs/{id}",
)
def import_result(
    uow: UnitOfWork,
    actor: Actor,
    files: Files,
    exchange: ItemExchange,
    administration_id: Id,
    form_id: Id,
    file: Annotated[UploadFile, File(description="An assessmentResult of QTI 3.0.")],
    identifies: Annotated[Identifier, FormField(description="What sourcedId is.")] = Identifier.CANDIDATE,
    taken_on: Annotated[Day | None, FormField(description="The day that counts for who had no session.")] = None,
) -> ImportStartedOut:
    """Import one candidate's answers from a result report, as a job: the same way as a file of responses."""
    imported, job = results.take_result(
        uow,
        actor,
        files,
        exchange,
        administration_id=administration_id,
        form_id=form_id,
        content=cast("Upload", file).content,
        identifies=identifies,
        taken_on=taken_on,
    )
    told = JobOut.model_validate(job).model_dump()
    return ImportStartedOut(**told, import_id=imported.id if imported else None)


@routes.get(
    "/attempts/{attempt_id}/assessment-result",
    action="form.read",
    response_class=Response,
    responses={200: {"content": {"application/xml": BYTES}}},
)
def read_result(uow: UnitOfWork, actor: Actor, exchange: ItemExchange, attempt_id: Id) -> Response:
    """Read a scored attempt as an assessmentResult of QTI 3.0, with the key it was scored by."""
    content = results.report(uow, actor, exchange, attempt_id)
    headers = {
        "content-disposition": f'attachment; filename="{attempt_id}.xml"',
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    return Response(content, headers=headers, media_type="application/xml")
