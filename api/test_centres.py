"""Test centres: files out and in, their receipts, and the rows that wait for staff."""

from datetime import datetime
from typing import Annotated, ClassVar, cast
from uuid import UUID

from fastapi import File, Form, Response, UploadFile

from api.fields import Code, Id, In, Out, Reason
from api.jobs import JobOut
from api.paging import Listing
from api.routing import Resource, Routes, Upload
from domain.actors import Actor
from domain.jobs.model import Job
from domain.paging import Page, PageRequest
from domain.ports import Files, PaymentGateway, UnitOfWork
from domain.test_centres import actions, exporting, receiving
from domain.test_centres.fields import FileKind
from domain.test_centres.layout import Layout
from domain.test_centres.model import CentreFile, CentreFileStatus, CentreRow, RowStatus, Way
from domain.test_centres.ports import CentreFiles

routes = Routes("test_centres")

_CONTENT = {"schema": {"type": "string", "format": "binary"}}
_TYPE = "text/tab-separated-values"


class CentreOut(Out):
    """A vendor whose layout the service knows, and the kinds of files that go out to it and come in from it."""

    vendor: str
    title: str
    out: list[FileKind]
    incoming: list[FileKind]


class CentresOut(Out):
    """Every vendor."""

    items: list[CentreOut]


class ExportIn(In):
    """Which file to make, of which program's candidates."""

    kind: FileKind
    program: Code


class CentreFileOut(Resource):
    """The receipt of a file. Counts of an incoming one are complete when it is done; `job_id` tells of each row."""

    noun: ClassVar[str] = "centre_file"

    vendor: str
    kind: FileKind
    way: Way
    number: int
    name: str
    sha256: str
    size: int
    requested_by: str
    created_at: datetime
    job_id: UUID | None
    status: CentreFileStatus
    rows: int
    accepted: int
    added: int
    updated: int
    deleted: int
    repeated: int
    parked: int
    refused: int
    error_code: str | None
    finished_at: datetime | None


class CentreRowOut(Resource):
    """An incoming row: its fields as they were read, what it came to, or why it waits."""

    noun: ClassVar[str] = "centre_row"

    vendor: str
    kind: FileKind
    file_id: UUID
    row: int
    values: dict[str, str | int | None]
    received_at: datetime
    status: RowStatus
    code: str
    authorization_id: UUID | None
    candidate_id: UUID | None
    resolved_by: str | None
    resolved_at: datetime | None
    reason: str | None


class MatchIn(In):
    """The authorization that a row is of."""

    authorization_id: Id


class DismissalIn(In):
    """Why nothing follows from a row."""

    reason: Reason


@routes.get("/test-centres", action="centre.read", answers=CentresOut)
def list_centres(uow: UnitOfWork, actor: Actor, centres: CentreFiles) -> CentresOut:
    """List the vendors whose layouts the service knows."""
    del uow
    actor.must("centre.read")
    return CentresOut(items=[_shown(layout) for layout in centres.layouts()])


@routes.post(
    "/test-centres/{vendor}/exports",
    action="centre_file.export",
    answers=JobOut,
    status_code=202,
    location="/v1/jobs/{id}",
    needs_key=True,
)
def export(uow: UnitOfWork, actor: Actor, centres: CentreFiles, vendor: Code, body: ExportIn) -> Job:
    """Make the file of what has changed since the last one, as a job; its result names the files that were made."""
    return exporting.request(uow, actor, centres, vendor, body.kind, body.program)


@routes.post(
    "/test-centres/{vendor}/files",
    action="centre_file.receive",
    answers=CentreFileOut,
    status_code=202,
    location="/v1/test-centre-files/{id}",
)
def receive(
    uow: UnitOfWork,
    actor: Actor,
    files: Files,
    centres: CentreFiles,
    vendor: Code,
    file: Annotated[UploadFile, File(description="Tab-separated, in the vendor's layout.")],
    kind: Annotated[FileKind, Form(description="What the file is about.")],
) -> CentreFile:
    """Hand in a file of a test centre; a job carries its rows out. The same bytes are the same file, read once.

    Rows that belong to nobody known, or that a rule does not allow, are parked for staff; malformed ones are refused.
    """
    return receiving.receive(uow, actor, files, centres, vendor, kind, cast("Upload", file).content)


@routes.get(
    "/test-centre-files",
    action="centre_file.read",
    answers=CentreFileOut,
    listing=Listing(
        CentreFile,
        default_sort="-id",
        filters={"vendor": Code, "kind": FileKind, "way": Way, "status": CentreFileStatus},
    ),
)
def list_files(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[CentreFile]:
    """List the receipts of files, the newest first."""
    actor.must("centre_file.read")
    return uow.centre_files.page(page)


@routes.get("/test-centre-files/{receipt_id}", action="centre_file.read", answers=CentreFileOut)
def read_file(uow: UnitOfWork, actor: Actor, receipt_id: Id) -> CentreFile:
    """Read the receipt of a file."""
    actor.must("centre_file.read")
    return uow.centre_files.get(receipt_id)


@routes.get(
    "/test-centre-files/{receipt_id}/content",
    action="centre_file.download",
    writes=True,
    response_class=Response,
    responses={200: {"content": {_TYPE: _CONTENT}}},
)
def download(uow: UnitOfWork, actor: Actor, files: Files, receipt_id: Id) -> Response:
    """Download a file byte for byte as it was made or came, to send it again or to look at it."""
    file, content = actions.content(uow, actor, files, receipt_id)
    headers = {
        "content-disposition": f'attachment; filename="{file.name}"',
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    return Response(content, headers=headers, media_type=_TYPE)


@routes.get(
    "/test-centre-rows",
    action="centre_row.read",
    answers=CentreRowOut,
    listing=Listing(
        CentreRow, filters={"vendor": Code, "kind": FileKind, "status": RowStatus, "code": Code, "file_id": Id}
    ),
)
def list_rows(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[CentreRow]:
    """List incoming rows, such as those that are parked."""
    actor.must("centre_row.read")
    return uow.centre_rows.page(page)


@routes.get("/test-centre-rows/{row_id}", action="centre_row.read", answers=CentreRowOut)
def read_row(uow: UnitOfWork, actor: Actor, row_id: Id) -> CentreRow:
    """Read an incoming row."""
    actor.must("centre_row.read")
    return uow.centre_rows.get(row_id)


@routes.post(
    "/test-centre-rows/{row_id}/match",
    action="centre_row.match",
    answers=CentreRowOut,
    if_match=CentreRow,
    needs_key=True,
)
def match(
    uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, centres: CentreFiles, row_id: Id, body: MatchIn
) -> CentreRow:
    """Carry a parked row out for the authorization that it is of; 409 says why where that cannot be."""
    return actions.match(uow, actor, gateway, centres, row_id, body.authorization_id)


@routes.post(
    "/test-centre-rows/{row_id}/dismissal", action="centre_row.dismiss", answers=CentreRowOut, if_match=CentreRow
)
def dismiss(uow: UnitOfWork, actor: Actor, row_id: Id, body: DismissalIn) -> CentreRow:
    """Decide that nothing follows from a parked row."""
    return actions.dismiss(uow, actor, row_id, body.reason)


def _shown(layout: Layout) -> CentreOut:
    return CentreOut(vendor=layout.vendor, title=layout.title, out=sorted(layout.out), incoming=sorted(layout.incoming))
