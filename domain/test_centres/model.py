"""Receipts of files, what was sent last of each record, and incoming rows."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.entity import Entity
from domain.test_centres.fields import FileKind


class Way(StrEnum):
    """Which way a file went."""

    OUT = "out"
    IN = "in"


class CentreFileStatus(StrEnum):
    """How far a file has come. An outgoing one is done when it is made."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreFile(Entity):
    """The receipt of one file: its number among its kind, its bytes' digest, and what its rows came to.

    `accepted` rows of an outgoing file are those it holds (`added`, `updated` and `deleted` records); of an incoming
    one those carried out, beside `repeated`, `parked` and `refused` ones. `key` finds the bytes, which never change; it
    is empty once they were erased, because they named a person who was.
    """

    vendor: str
    kind: FileKind
    way: Way
    number: int
    name: str
    sha256: str
    size: int
    key: str
    requested_by: str
    created_at: datetime
    job_id: UUID | None = None
    status: CentreFileStatus = CentreFileStatus.QUEUED
    rows: int = 0
    accepted: int = 0
    added: int = 0
    updated: int = 0
    deleted: int = 0
    repeated: int = 0
    parked: int = 0
    refused: int = 0
    error_code: str | None = None
    finished_at: datetime | None = None


class Confirmation(StrEnum):
    """What the vendor said of a record."""

    ACCEPTED = "accepted"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRecord(Entity):
    """What a vendor was last told of one candidate, authorization or accommodation (`subject_id`).

    `digest` is that of the fields; `gone` says that it was deleted there. The store allows one per vendor, kind and
    record, so that of two exports at once one begins anew.
    """

    vendor: str
    kind: FileKind
    subject_id: UUID
    digest: str
    file_id: UUID
    sent_at: datetime
    gone: bool = False
    confirmation: Confirmation | None = None
    confirmed_at: datetime | None = None


class RowStatus(StrEnum):
    """What became of an incoming row. A parked one waits for staff."""

    DONE = "done"
    PARKED = "parked"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreRow(Entity):
    """One row that came in: `digest` is that of its bytes, so that the same row counts once, in whichever file.

    `values` are its fields as they were read; `code` says what it came to, or why it waits.
    """

    vendor: str
    kind: FileKind
    file_id: UUID
    row: int
    digest: str
    values: dict[str, str | int | None]
    received_at: datetime
    status: RowStatus
    code: str
    authorization_id: UUID | None = None
    candidate_id: UUID | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    reason: str | None = None


Value = str | int | None
Values = dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """Why a row cannot be written or read: the column it lies in, a code and a sentence."""

    column: str | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """A line of an incoming file, by its number from 1: its values by field, or the fault that stands against it.

    Days and instants are ISO 8601, instants in UTC; flags are `yes` or `no`.
    """

    row: int
    digest: str
    values: Values = field(default_factory=dict)
    fault: RowFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """An incoming file: its rows, or why it cannot be read at all."""

    rows: tuple[ReadRow, ...] = ()
    fault: RowFault | None = None
