"""Test centres: receipts of files, what was sent last of each record, and incoming rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, index_where, instant, json_column, stores
from domain.test_centres.model import CentreFile, CentreRow, SentRecord


@stores(CentreFile)
class CentreFileRow(Row, table=True):
    """Numbered within vendor, kind and way; the same bytes from a vendor are one file of their kind."""

    __tablename__ = "centre_files"
    __table_args__ = (
        UniqueConstraint("vendor", "kind", "way", "number"),
        index_where("uq_centre_files_received", "vendor", "kind", "sha256", where="way = 'in'", unique=True),
    )

    vendor: str
    kind: str
    way: str
    number: int
    name: str
    sha256: str
    size: int
    key: str
    requested_by: str
    created_at: datetime = instant()
    job_id: UUID | None
    status: str
    rows: int
    accepted: int
    added: int
    updated: int
    deleted: int
    repeated: int
    parked: int
    refused: int
    error_code: str | None
    finished_at: datetime | None = instant(nullable=True)


@stores(SentRecord)
class SentRecordRow(Row, table=True):
    """One per vendor, kind and record."""

    __tablename__ = "sent_records"
    __table_args__ = (UniqueConstraint("vendor", "kind", "subject_id"),)

    vendor: str
    kind: str
    subject_id: UUID
    digest: str
    file_id: UUID = Field(foreign_key="centre_files.id")
    sent_at: datetime = instant()
    gone: bool
    confirmation: str | None
    confirmed_at: datetime | None = instant(nullable=True)


@stores(CentreRow)
class CentreRowRow(Row, table=True):
    """The same row of a vendor's files of one kind is kept once."""

    __tablename__ = "centre_rows"
    __table_args__ = (
        UniqueConstraint("vendor", "kind", "digest"),
        index_where("ix_centre_rows_parked", "id", where="status = 'parked'"),
    )

    vendor: str
    kind: str
    file_id: UUID = Field(foreign_key="centre_files.id", index=True)
    row: int
    digest: str
    values: Any = json_column()
    received_at: datetime = instant()
    status: str
    code: str
    authorization_id: UUID | None = Field(foreign_key="authorizations.id")
    candidate_id: UUID | None = Field(foreign_key="candidates.id")
    resolved_by: str | None
    resolved_at: datetime | None = instant(nullable=True)
    reason: str | None
