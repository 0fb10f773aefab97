"""What the journal says of exams: ids, codes, days and numbers of seats."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class AdministrationCreated(Event, kind="administration.created", about="administration_id"):
    """A testing window was planned."""

    administration_id: UUID
    program: str
    code: str
    opens_on: date
    closes_on: date


@dataclass(frozen=True, kw_only=True)
class AdministrationMoved(Event, kind="administration.status_changed", about="administration_id"):
    """A testing window was opened, closed or cancelled."""

    administration_id: UUID
    status: str


@dataclass(frozen=True, kw_only=True)
class SessionAdded(Event, kind="session.added", about="session_id"):
    """A session was planned."""

    session_id: UUID
    administration_id: UUID
    seats: int


@dataclass(frozen=True, kw_only=True)
class SessionChanged(Event, kind="session.changed", about="session_id"):
    """A session's seats, site or status changed; `fields` names which, comma-separated."""

    session_id: UUID
    administration_id: UUID
    fields: str
    seats: int
    status: str


@dataclass(frozen=True, kw_only=True)
class SessionCancelled(Event, kind="session.cancelled", about="session_id"):
    """A session will not be held; so many bookings moved, and so many lost their seat."""

    session_id: UUID
    administration_id: UUID
    moved: int
    unseated: int


@dataclass(frozen=True, kw_only=True)
class AuthorizationIssued(Event, kind="authorization.issued", about="authorization_id"):
    """A candidate was authorized to test."""

    authorization_id: UUID
    candidate_id: UUID
    application_id: UUID
    attempt_number: int
    opens_on: date
    closes_on: date


@dataclass(frozen=True, kw_only=True)
class AuthorizationExtended(Event, kind="authorization.extended", about="authorization_id"):
    """The window became longer: paid for (`extensions` counts those), or by the body's own doing."""

    authorization_id: UUID
    candidate_id: UUID
    extensions: int
    closes_on: date


@dataclass(frozen=True, kw_only=True)
class AuthorizationClosed(Event, kind="authorization.closed", about="authorization_id"):
    """An authorization was used, expired or was given up: `status` says which."""

    authorization_id: UUID
    candidate_id: UUID
    status: str


@dataclass(frozen=True, kw_only=True)
class RegistrationBooked(Event, kind="registration.booked", about="registration_id"):
    """A seat was booked."""

    registration_id: UUID
    candidate_id: UUID
    authorization_id: UUID
    session_id: UUID
    minutes: int


@dataclass(frozen=True, kw_only=True)
class RegistrationMoved(Event, kind="registration.rescheduled", about="registration_id"):
    """A booking moved to another session: by the candidate's wish, or by the body's (`by_body`)."""

    registration_id: UUID
    candidate_id: UUID
    from_session_id: UUID
    to_session_id: UUID
    by_body: bool


@dataclass(frozen=True, kw_only=True)
class RegistrationCancelled(Event, kind="registration.cancelled", about="registration_id"):
    """A seat was given back: by the candidate's wish, or by the body's (`by_body`)."""

    registration_id: UUID
    candidate_id: UUID
    session_id: UUID
    by_body: bool
    days_of_notice: int


@dataclass(frozen=True, kw_only=True)
class RegistrationMissed(Event, kind="registration.no_show", about="registration_id"):
    """An appointment was missed, or a missed one was excused."""

    registration_id: UUID
    candidate_id: UUID
    session_id: UUID
    excused: bool


@dataclass(frozen=True, kw_only=True)
class RegistrationTested(Event, kind="registration.tested", about="registration_id"):
    """The exam was sat on this seat."""

    registration_id: UUID
    candidate_id: UUID
    authorization_id: UUID
    taken_on: date


@dataclass(frozen=True, kw_only=True)
class AccommodationRequested(Event, kind="accommodation.requested", about="accommodation_id"):
    """An arrangement was asked for; what for and why is not for the journal."""

    accommodation_id: UUID
    candidate_id: UUID
    application_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccommodationSettled(Event, kind="accommodation.settled", about="accommodation_id"):
    """A request was decided or withdrawn: `status` says which."""

    accommodation_id: UUID
    candidate_id: UUID
    application_id: UUID
    status: str
