"""Administrations, sessions with their seats, authorizations, registrations and accommodations."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, index_where, instant, json_column, stores
from domain.exams.model import Accommodation, Administration, Authorization, Registration, Session


@stores(Administration)
class AdministrationRow(Row, table=True):
    """A code is unique within its program."""

    __tablename__ = "administrations"
    __table_args__ = (UniqueConstraint("program", "code"),)

    program: str
    exam_code: str
    code: str
    title: str
    opens_on: date
    closes_on: date
    zone: str
    status: str


@stores(Session)
class SessionRow(Row, table=True):
    """A seat too many is refused here, whatever the program above thinks."""

    __tablename__ = "sessions"
    __table_args__ = (CheckConstraint("seats_taken >= 0 AND seats_taken <= seats", name="seats"),)

    administration_id: UUID = Field(foreign_key="administrations.id", index=True)
    site: str
    address: str
    starts_at: datetime = instant()
    zone: str
    seats: int
    seats_taken: int
    status: str


@stores(Authorization)
class AuthorizationRow(Row, table=True):
    """One active authorization per candidate and program; read by application."""

    __tablename__ = "authorizations"
    __table_args__ = (
        index_where("uq_authorizations_active", "candidate_id", "program", where="status = 'active'", unique=True),
        index_where("ix_authorizations_closes_on", "closes_on", where="status = 'active'"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    application_id: UUID = Field(foreign_key="applications.id", index=True)
    program: str
    edition: str
    number: str = Field(unique=True)
    attempt_number: int
    opens_on: date
    closes_on: date
    findings: Any = json_column()
    created_at: datetime = instant()
    status: str
    extensions: int


@stores(Accommodation)
class AccommodationRow(Row, table=True):
    """Read by application."""

    __tablename__ = "accommodations"

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    application_id: UUID = Field(foreign_key="applications.id", index=True)
    code: str
    reason: str
    requested_at: datetime = instant()
    extra_minutes: int
    file_ids: Any = json_column()
    status: str
    decided_by: str | None
    decided_at: datetime | None = instant(nullable=True)
    decision_reason: str | None


@stores(Registration)
class RegistrationRow(Row, table=True):
    """One booked seat per authorization."""

    __tablename__ = "registrations"
    __table_args__ = (
        index_where("uq_registrations_booked", "authorization_id", where="status = 'booked'", unique=True),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    authorization_id: UUID = Field(foreign_key="authorizations.id", index=True)
    administration_id: UUID = Field(foreign_key="administrations.id", index=True)
    session_id: UUID = Field(foreign_key="sessions.id", index=True)
    number: str = Field(unique=True)
    booked_at: datetime = instant()
    status: str
    reschedules: int
    minutes: int
    closed_at: datetime | None = instant(nullable=True)
    closed_reason: str | None
    excused: bool
    least_notice: int | None
