"""The item bank: items with their versions, sets, enemies, exposure, statistics and exports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, instant, json_column, search_text, stores
from domain.items.model import (
    Enemy,
    Exposure,
    Item,
    ItemExport,
    ItemReading,
    ItemSet,
    ItemSetVersion,
    ItemStatistics,
    ItemVersion,
)


@stores(ItemSet)
class ItemSetRow(Row, table=True):
    """A code is unique within its exam."""

    __tablename__ = "item_sets"
    __table_args__ = (UniqueConstraint("exam_code", "search_code"),)

    program: str
    exam_code: str
    edition: str
    code: str
    search_code: str = search_text()
    title: str
    number: int
    created_by: str
    created_at: datetime = instant()


@stores(ItemSetVersion)
class ItemSetVersionRow(Row, table=True):
    """Versions are numbered from 1 within a set."""

    __tablename__ = "item_set_versions"
    __table_args__ = (UniqueConstraint("set_id", "number"),)

    set_id: UUID = Field(foreign_key="item_sets.id")
    number: int
    stimulus: str
    language: str
    created_by: str
    created_at: datetime = instant()


@stores(Item)
class ItemRow(Row, table=True):
    """A code is unique within its exam, whatever its case; a place in a set belongs to one item."""

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("exam_code", "search_code"),
        UniqueConstraint("set_id", "set_place"),
        Index("ix_items_exam_code_status_domain", "exam_code", "status", "domain", "id"),
        Index("ix_items_search_code_id", "search_code", "id"),
        CheckConstraint("(set_id IS NULL) = (set_place IS NULL)", name="set_place"),
    )

    program: str
    exam_code: str
    edition: str
    code: str
    search_code: str = search_text()
    domain: str
    objective: str | None
    set_id: UUID | None = Field(foreign_key="item_sets.id")
    set_place: int | None
    number: int
    options: int
    status: str
    authored_by: Any = json_column()
    created_at: datetime = instant()
    reviewed_by: str | None
    reviewed_at: datetime | None = instant(nullable=True)
    proposed_by: str | None
    proposed_at: datetime | None = instant(nullable=True)
    approved_by: str | None
    approved_at: datetime | None = instant(nullable=True)
    retired_by: str | None
    retired_at: datetime | None = instant(nullable=True)
    retired_reason: str | None
    for_practice: bool


@stores(ItemVersion)
class ItemVersionRow(Row, table=True):
    """Versions are numbered from 1 within an item."""

    __tablename__ = "item_versions"
    __table_args__ = (UniqueConstraint("item_id", "number"),)

    item_id: UUID = Field(foreign_key="items.id")
    number: int
    domain: str
    objective: str | None
    content: Any = json_column()
    sha256: str
    created_by: str
    created_at: datetime = instant()


@stores(Enemy)
class EnemyRow(Row, table=True):
    """Each pair once, the smaller id first."""

    __tablename__ = "item_enemies"
    __table_args__ = (UniqueConstraint("item_id", "enemy_id"),)

    item_id: UUID = Field(foreign_key="items.id")
    enemy_id: UUID = Field(foreign_key="items.id", index=True)
    reason: str
    declared_by: str
    declared_at: datetime = instant()


@stores(Exposure)
class ExposureRow(Row, table=True):
    """One per item, form and administration."""

    __tablename__ = "item_exposures"
    __table_args__ = (UniqueConstraint("item_id", "form_id", "administration_id"),)

    item_id: UUID = Field(foreign_key="items.id")
    number: int
    form_id: UUID = Field(foreign_key="forms.id", index=True)
    administration_id: UUID = Field(foreign_key="administrations.id", index=True)
    shown: int
    scored: bool
    counted_at: datetime = instant()


@stores(ItemStatistics)
class ItemStatisticsRow(Row, table=True):
    """One per item, form and administration."""

    __tablename__ = "item_statistics"
    __table_args__ = (UniqueConstraint("item_id", "form_id", "administration_id"),)

    item_id: UUID = Field(foreign_key="items.id")
    number: int
    form_id: UUID = Field(foreign_key="forms.id", index=True)
    administration_id: UUID = Field(foreign_key="administrations.id", index=True)
    n: int
    p: float | None
    point_biserial: float | None
    reason: str | None
    options: Any = json_column()
    omitted: int
    not_reached: int
    irt: Any = json_column(nullable=True)
    recorded_by: str
    recorded_at: datetime = instant()


@stores(ItemReading)
class ItemReadingRow(Row, table=True):
    """Counted by reader and day, looked up by item."""

    __tablename__ = "item_readings"
    __table_args__ = (Index("ix_item_readings_reader_read_on", "reader", "read_on", "id"),)

    item_id: UUID | None = Field(foreign_key="items.id", index=True)
    set_id: UUID | None = Field(foreign_key="item_sets.id", index=True)
    version_id: UUID
    number: int
    reader: str
    read_on: date
    read_at: datetime = instant()


@stores(ItemExport)
class ItemExportRow(Row, table=True):
    """No two exports share a package."""

    __tablename__ = "item_exports"
    __table_args__ = (Index("ix_item_exports_status_expires_at", "status", "expires_at"),)

    program: str
    item_ids: Any = json_column()
    form_ids: Any = json_column()
    items: int
    reason: str
    small: bool
    requested_by: str
    requested_at: datetime = instant()
    status: str
    decided_by: str | None
    decided_at: datetime | None = instant(nullable=True)
    decided_reason: str | None
    job_id: UUID | None
    file_key: str | None = Field(unique=True)
    sha256: str | None
    size: int | None
    expires_at: datetime | None = instant(nullable=True)
    fetched_by: str | None
    fetched_at: datetime | None = instant(nullable=True)
