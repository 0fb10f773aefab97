"""Verbs of files: take one in, give it out, remove it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from domain.actors import Actor, the_service
from domain.errors import NotFound, Unavailable
from domain.files import rules
from domain.files.events import FileRemoved, FileUploaded
from domain.files.model import FilePurpose, FileStatus, StoredFile, harmless_name
from domain.paging import Page, PageRequest
from domain.ports import Files, InspectedFile, UnitOfWork, UnitsOfWork

ERASE = "file.erase"
"""The kind of the small task that erases the bytes of a removed file. Its parameters: `file_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An upload that passed its inspection, not yet stored; `name` is what its owner called it."""

    content: bytes
    inspected: InspectedFile
    name: str


def receive(files: Files, content: bytes, declared: str, name: str) -> Received:
    """Inspect an upload. To be done before a transaction begins: it takes a process, and up to half a minute.

    Raises Invalid with the reason.
    """
    return Received(content=content, inspected=files.inspect(content, declared), name=harmless_name(name))


def upload(
    uow: UnitOfWork, actor: Actor, files: Files, candidate_id: UUID, received: Received, purpose: FilePurpose
) -> StoredFile:
    """Store an inspected upload for a candidate.

    Raises Refused when the candidate's files already are as many, or as large, as may be kept.
    """
    candidate = uow.candidates.lock(candidate_id)
    actor.must("file.upload", candidate)
    inspected = received.inspected
    rules.may_add(uow.stored_files.find(candidate_id=candidate_id, status=FileStatus.STORED), inspected.size).require()

    stored = uow.stored_files.add(
        StoredFile(
            id=uow.new_id(),
            candidate_id=candidate_id,
            key=_key(uow.random(16)),
            media_type=inspected.media_type,
            size=inspected.size,
            sha256=inspected.sha256,
            purpose=purpose,
            name=received.name,
            uploaded_at=uow.now,
            uploaded_by=actor.subject,
        )
    )
    files.put(stored.key, received.content)
    uow.record(_uploaded(stored))
    return stored


def read(uow: UnitOfWork, actor: Actor, file_id: UUID) -> StoredFile:
    """What is known of a file; NotFound for a stranger's."""
    stored = uow.stored_files.get(file_id)
    _must_read(actor, stored)
    return stored


def list_of(uow: UnitOfWork, actor: Actor, candidate_id: UUID, request: PageRequest) -> Page[StoredFile]:
    """The files of one candidate. Those on health are left out for staff who do not decide on accommodations."""
    candidate = uow.candidates.get(candidate_id)
    actor.must("file.read", candidate)
    page = uow.stored_files.page(request.within(candidate_id=candidate_id))
    if actor.may("file.read_accommodation", candidate):
        return page
    return replace(page, items=[one for one in page.items if one.purpose is not FilePurpose.ACCOMMODATION])


def content(uow: UnitOfWork, actor: Actor, files: Files, file_id: UUID) -> tuple[StoredFile, bytes]:
    """A file with its bytes; NotFound once it is removed. Unavailable when the bytes are not those that were stored."""
    stored = read(uow, actor, file_id)
    if stored.status is not FileStatus.STORED:
        raise NotFound
    kept = files.get(stored.key)
    if hashlib.sha256(kept).hexdigest() != stored.sha256:
        raise Unavailable
    return stored, kept


def remove(uow: UnitOfWork, actor: Actor, file_id: UUID) -> StoredFile:
    """Remove a file that no record points at; its bytes are erased when this transaction has committed."""
    stored = uow.stored_files.lock(file_id)
    actor.must("file.remove", stored)
    rules.may_remove(_users(uow, stored)).require()

    gone = uow.stored_files.save(stored.removed(uow.now, actor.subject))
    uow.record(FileRemoved(file_id=gone.id, candidate_id=gone.candidate_id))
    uow.enqueue(ERASE, {"file_id": str(gone.id)}, unique_key=str(gone.id))
    return gone


def erase(units: UnitsOfWork, files: Files, parameters: Mapping[str, Any]) -> None:
    """Erase the bytes of a removed file. Safe to repeat; a file that is still kept is left alone."""
    with units.begin(the_service(ERASE), write=False) as uow:
        stored = uow.stored_files.first(id=UUID(str(parameters["file_id"])))
    if stored is not None and stored.status is FileStatus.REMOVED:
        files.delete(stored.key)


def require(uow: UnitOfWork, candidate_id: UUID, file_ids: Iterable[UUID]) -> None:
    """Return when all these are kept files of this candidate; they stay so until the transaction ends.

    For the slices whose records point at files. Raises NotFound: a file that is someone else's is a missing one.
    """
    if not all(_is_kept(uow, candidate_id, file_id) for file_id in file_ids):
        raise NotFound


def _is_kept(uow: UnitOfWork, candidate_id: UUID, file_id: UUID) -> bool:
    try:
        stored = uow.stored_files.lock(file_id)
    except NotFound:
        return False
    return stored.candidate_id == candidate_id and stored.status is FileStatus.STORED


def _must_read(actor: Actor, stored: StoredFile) -> None:
    actor.must("file.read", stored)
    if stored.purpose is FilePurpose.ACCOMMODATION:
        actor.must("file.read_accommodation", stored)


def _users(uow: UnitOfWork, stored: StoredFile) -> Iterator[str]:
    """The ids of the records that point at the file."""
    of = stored.candidate_id
    yield from (str(one.id) for one in uow.evidence.find(candidate_id=of) if stored.id in one.file_ids)
    yield from (str(one.id) for one in uow.activities.find(candidate_id=of) if stored.id in one.file_ids)
    yield from (str(one.id) for one in uow.accommodations.find(candidate_id=of) if stored.id in one.file_ids)
    candidate = uow.candidates.get(stored.candidate_id)
    if any(past.file_id == stored.id for past in candidate.past_names):
        yield str(candidate.id)


def _key(randomness: bytes) -> str:
    """A name that says nothing, in folders of two characters, so that none grows large."""
    name = randomness.hex()
    return f"{name[:2]}/{name}"


def _uploaded(stored: StoredFile) -> FileUploaded:
    return FileUploaded(
        file_id=stored.id,
        candidate_id=stored.candidate_id,
        purpose=stored.purpose.value,
        media_type=stored.media_type,
        size=stored.size,
        sha256=stored.sha256,
    )
