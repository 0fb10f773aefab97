"""What is known of uploaded files; their bytes lie elsewhere."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, instant, stores
from domain.files.model import StoredFile


@stores(StoredFile)
class StoredFileRow(Row, table=True):
    """Listed by candidate. No two rows share their bytes."""

    __tablename__ = "stored_files"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("(removed_at IS NULL) = (status = 'stored')", name="removed"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    key: str = Field(unique=True)
    media_type: str
    size: int
    sha256: str
    purpose: str
    name: str
    uploaded_at: datetime = instant()
    uploaded_by: str
    status: str
    removed_at: datetime | None = instant(nullable=True)
    removed_by: str | None
