"""Groupings, analyses, equating runs and statistics sheets: written once, never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, instant, json_column, stores
from domain.analysis.model import Analysis, EquatingRun, Grouping, StatisticsSheet


@stores(Grouping)
class GroupingRow(Row, table=True):
    """Listed by form and administration."""

    __tablename__ = "groupings"
    __table_args__ = (Index("ix_groupings_form_id_administration_id", "form_id", "administration_id"),)

    form_id: UUID = Field(foreign_key="forms.id")
    administration_id: UUID = Field(foreign_key="administrations.id")
    name: str
    sha256: str
    file: str
    people: int
    groups: Any = json_column()
    created_by: str
    created_at: datetime = instant()


@stores(Analysis)
class AnalysisRow(Row, table=True):
    """Analyses of a form in an administration are numbered from 1."""

    __tablename__ = "analyses"
    __table_args__ = (UniqueConstraint("form_id", "administration_id", "number"),)

    form_id: UUID = Field(foreign_key="forms.id")
    administration_id: UUID = Field(foreign_key="administrations.id")
    number: int
    key_number: int
    conversion_number: int | None
    grouping_id: UUID | None = Field(foreign_key="groupings.id")
    people: int
    responses_sha256: str
    settings: Any = json_column()
    software: str
    results: Any = json_column()
    created_by: str
    created_at: datetime = instant()


@stores(EquatingRun)
class EquatingRunRow(Row, table=True):
    """Runs of a form are numbered from 1."""

    __tablename__ = "equating_runs"
    __table_args__ = (UniqueConstraint("form_id", "number"),)

    form_id: UUID = Field(foreign_key="forms.id")
    administration_id: UUID = Field(foreign_key="administrations.id")
    key_number: int
    people: int
    responses_sha256: str
    reference_form_id: UUID = Field(foreign_key="forms.id")
    reference_administration_id: UUID = Field(foreign_key="administrations.id")
    reference_key_number: int
    reference_conversion_number: int | None
    reference_people: int
    reference_sha256: str
    number: int
    design: Any = json_column()
    anchor: Any = json_column()
    excluded: Any = json_column()
    equivalents: Any = json_column()
    result: Any = json_column()
    software: str
    created_by: str
    created_at: datetime = instant()


@stores(StatisticsSheet)
class StatisticsSheetRow(Row, table=True):
    """Sheets of a form in an administration are numbered from 1."""

    __tablename__ = "statistics_sheets"
    __table_args__ = (UniqueConstraint("form_id", "administration_id", "number"),)

    form_id: UUID = Field(foreign_key="forms.id")
    administration_id: UUID = Field(foreign_key="administrations.id")
    number: int
    analysis_id: UUID = Field(foreign_key="analyses.id")
    equating_run_id: UUID | None = Field(foreign_key="equating_runs.id")
    content: Any = json_column()
    csv_file: str
    csv_sha256: str
    pdf_file: str
    pdf_sha256: str
    created_by: str
    created_at: datetime = instant()
