"""Files: routes with their Out models."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, cast
from urllib.parse import quote
from uuid import UUID

from fastapi import File, Form, Response, UploadFile

from api.fields import Id
from api.paging import Listing
from api.routing import Resource, Routes, Upload
from domain.actors import Actor
from domain.files import actions
from domain.files.actions import Received
from domain.files.model import FilePurpose, FileStatus, StoredFile
from domain.paging import Page, PageRequest
from domain.ports import Files, UnitOfWork

routes = Routes("files")

FILES = Listing(StoredFile, filters={"purpose": FilePurpose, "status": FileStatus})
BYTES = {"schema": {"type": "string", "format": "binary"}}


class FileOut(Resource):
    """An inspected upload: its true type, size in bytes and SHA-256 in hex. `name` is empty once it is removed."""

    noun: ClassVar[str] = "file"

    candidate_id: UUID
    purpose: FilePurpose
    media_type: str
    size: int
    sha256: str
    name: str
    status: FileStatus
    uploaded_at: datetime
    removed_at: datetime | None


def _inspected(doors: Mapping[type, Any], arguments: Mapping[str, Any]) -> Mapping[str, object]:
    upload: Upload = arguments["file"]
    return {"file": actions.receive(doors[Files], upload.content, upload.media_type, upload.filename)}


@routes.post(
    "/candidates/{candidate_id}/files",
    action="file.upload",
    answers=FileOut,
    status_code=201,
    location="/v1/files/{id}",
    before=_inspected,
)
def upload(
    uow: UnitOfWork,
    actor: Actor,
    files: Files,
    candidate_id: Id,
    file: Annotated[UploadFile, File()],
    purpose: Annotated[FilePurpose, Form()] = FilePurpose.EVIDENCE,
) -> StoredFile:
    """Upload a file: PDF, PNG or JPEG, at most 20 MB.

    It is read whole before it is kept. Refused are files that are damaged, encrypted, active (scripts, actions,
    attachments), of another type than declared, or of two types at once; the problem's `errors` say which.
    """
    return actions.upload(uow, actor, files, candidate_id, cast("Received", file), purpose)


@routes.get("/candidates/{candidate_id}/files", action="file.read", answers=FileOut, listing=FILES)
def list_files(uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest) -> Page[StoredFile]:
    """List a candidate's files, without their content."""
    return actions.list_of(uow, actor, candidate_id, page)


@routes.get("/files/{file_id}", action="file.read", answers=FileOut)
def read(uow: UnitOfWork, actor: Actor, file_id: Id) -> StoredFile:
    """Read what is known of a file."""
    return actions.read(uow, actor, file_id)


@routes.get(
    "/files/{file_id}/content",
    action="file.read",
    response_class=Response,
    responses={200: {"content": {"application/pdf": BYTES, "image/png": BYTES, "image/jpeg": BYTES}}},
)
def content(uow: UnitOfWork, actor: Actor, files: Files, file_id: Id) -> Response:
    """Download a file, always as an attachment."""
    stored, kept = actions.content(uow, actor, files, file_id)
    headers = {
        "content-disposition": _attachment(stored.download_name),
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "private, no-store",
    }
    return Response(kept, headers=headers, media_type=stored.media_type)


@routes.delete("/files/{file_id}", action="file.remove", if_match=StoredFile)
def remove(uow: UnitOfWork, actor: Actor, file_id: Id) -> None:
    """Remove a file that no record points at; its content is erased, and that there was a file stays known."""
    actions.remove(uow, actor, file_id)


def _attachment(name: str) -> str:
    """RFC 6266: a plain name for old readers, and the true one."""
    plain = "".join(one if one.isascii() and one.isprintable() and one not in '"\\' else "_" for one in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
