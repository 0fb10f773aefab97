"""The exam's calendar and seats: administrations, sessions, authorizations, registrations and accommodations."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from domain.entity import Entity
from domain.ruling import Finding


class AdministrationStatus(StrEnum):
    """Whether a testing window takes registrations."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration(Entity):
    """A testing window of one exam; both days are inclusive, in `zone`."""

    program: str
    exam_code: str
    code: str
    title: str
    opens_on: date
    closes_on: date
    zone: str
    status: AdministrationStatus = AdministrationStatus.PLANNED


class SessionStatus(StrEnum):
    """Whether seats of a session are for sale."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Entity):
    """A site, a start and a number of seats. The store refuses `seats_taken` beyond `seats`."""

    administration_id: UUID
    site: str
    address: str
    starts_at: datetime
    zone: str
    seats: int
    seats_taken: int = 0
    status: SessionStatus = SessionStatus.OPEN

    def taking(self, seats: int) -> Self:
        """So many more seats taken; a negative number gives some back."""
        return replace(self, seats_taken=self.seats_taken + seats)


class AuthorizationStatus(StrEnum):
    """Whether an authorization to test can still be used."""

    ACTIVE = "active"
    USED = "used"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization(Entity):
    """An authorization to test: from `opens_on` to `closes_on`, both inclusive, for one attempt.

    `findings` is the eligibility ruling of the day it was given. `number` is the human reference.
    """

    candidate_id: UUID
    application_id: UUID
    program: str
    edition: str
    number: str
    attempt_number: int
    opens_on: date
    closes_on: date
    findings: tuple[Finding, ...]
    created_at: datetime
    status: AuthorizationStatus = AuthorizationStatus.ACTIVE
    extensions: int = 0

    def extended(self, days: int) -> Self:
        """One paid extension more: the last day comes so many days later."""
        return replace(self, closes_on=self.closes_on + timedelta(days=days), extensions=self.extensions + 1)


class AccommodationStatus(StrEnum):
    """The decision on a request for accommodation."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accommodation(Entity):
    """A requested arrangement. `code` is the test centre's (`ET01HR`); the reason and files are personal."""

    candidate_id: UUID
    application_id: UUID
    code: str
    reason: str
    requested_at: datetime
    extra_minutes: int = 0
    file_ids: tuple[UUID, ...] = ()
    status: AccommodationStatus = AccommodationStatus.REQUESTED
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None


class RegistrationStatus(StrEnum):
    """What became of a booked seat."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    TESTED = "tested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Entity):
    """A seat, booked under an authorization. The store allows one booked registration per authorization.

    `least_notice` is the fewest whole days of notice with which its candidate ever left a session for another: what a
    cancellation costs goes by it, however far away the present appointment is.
    """

    candidate_id: UUID
    authorization_id: UUID
    administration_id: UUID
    session_id: UUID
    number: str
    booked_at: datetime
    status: RegistrationStatus = RegistrationStatus.BOOKED
    reschedules: int = 0
    minutes: int = 0
    closed_at: datetime | None = None
    closed_reason: str | None = None
    excused: bool = False
    least_notice: int | None = None

    def closed(
        self, status: RegistrationStatus, at: datetime, reason: str | None = None, *, excused: bool = False
    ) -> Self:
        """The end of the booking, whichever it was."""
        return replace(self, status=status, closed_at=at, closed_reason=reason, excused=excused)

    def moved(self, session: Session, *, notice: int | None = None) -> Self:
        """To another session; with the days of `notice` where the candidate wished so, None where the body did."""
        to = replace(self, session_id=session.id, administration_id=session.administration_id)
        if notice is None:
            return to
        least = notice if self.least_notice is None else min(notice, self.least_notice)
        return replace(to, reschedules=self.reschedules + 1, least_notice=least)
