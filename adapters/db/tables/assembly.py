"""Assemblies of forms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field

from adapters.db.tables.base import Row, instant, json_column, stores
from domain.assembly.model import Assembly


@stores(Assembly)
class AssemblyRow(Row, table=True):
    """Listed by when they were asked for."""

    __tablename__ = "assemblies"

    program: str
    exam_code: str
    edition: str
    wanted: Any = json_column()
    status: str
    requested_by: str
    created_at: datetime = instant(index=True)
    job_id: UUID | None = Field(foreign_key="jobs.id")
    pool_items: int
    pool_sha256: str | None
    left_out: Any = json_column()
    forms: Any = json_column()
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float | None
    solver: str | None
    clashes: Any = json_column()
    form_ids: Any = json_column()
    decided_by: str | None
    decided_at: datetime | None = instant(nullable=True)
