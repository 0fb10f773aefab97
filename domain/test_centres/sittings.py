"""Where, when and on which form somebody sat, as a test centre tells it and the store knows it."""

from datetime import date, datetime

from domain.dates import date_at
from domain.exams.model import (
    Administration,
    AdministrationStatus,
    Authorization,
    Registration,
    RegistrationStatus,
    Session,
    SessionStatus,
)
from domain.ports import UnitOfWork
from domain.programs.policy import Policy
from domain.scores.model import Form
from domain.scores.rules import may_be_sat_on, was_held

_TAKES_PEOPLE = (AdministrationStatus.OPEN, AdministrationStatus.CLOSED)


def booking_of(uow: UnitOfWork, authorization: Authorization, *statuses: RegistrationStatus) -> Registration | None:
    """The newest booking under an authorization that has one of these statuses."""
    found = uow.registrations.find(authorization_id=authorization.id, status=list(statuses))
    return found[-1] if found else None


def administration_of(
    uow: UnitOfWork, policy: Policy, authorization: Authorization, day: date | None
) -> Administration | None:
    """The administration that a sitting belongs to: the booking's, or else the one whose window covers the day."""
    booked = booking_of(uow, authorization, RegistrationStatus.BOOKED, RegistrationStatus.TESTED)
    if booked is not None:
        return uow.administrations.get(booked.administration_id)
    return None if day is None else covering(uow, policy, day)


def covering(uow: UnitOfWork, policy: Policy, day: date) -> Administration | None:
    """The administration of the policy's exam whose window covers a day; the one that opened last where several do."""
    found = uow.administrations.find(program=policy.program, exam_code=policy.exam.code)
    fit = [one for one in found if one.status in _TAKES_PEOPLE and one.opens_on <= day <= one.closes_on]
    return max(fit, key=lambda one: (one.opens_on, str(one.id)), default=None)


def doubt_of(place: Administration | None, day: date | None, now: datetime) -> str:
    """Why nobody can have sat there on that day, by code; empty where they can."""
    if place is None:
        return "no_administration"
    today = date_at(now, place.zone)
    if day is not None and day > today:
        return "day_to_come"
    fits = was_held(place, today) and (day is None or may_be_sat_on(place, day, today))
    return "" if fits else "no_administration"


def form_of(uow: UnitOfWork, policy: Policy, code: str) -> Form | None:
    """The form of the policy's exam that bears this code."""
    return uow.forms.first(program=policy.program, exam_code=policy.exam.code, code=code)


def session_at(uow: UnitOfWork, administration: Administration, site: str, starts_at: datetime) -> Session:
    """The session at a test centre's site that begins then; a new one where there is none.

    Such sessions are the vendor's to fill: they are closed for everybody else, and grow as people book there.
    """
    found = uow.sessions.first(administration_id=administration.id, site=site, starts_at=starts_at)
    return found or uow.sessions.add(
        Session(
            id=uow.new_id(),
            administration_id=administration.id,
            site=site,
            address="",
            starts_at=starts_at,
            zone=administration.zone,
            seats=1,
            status=SessionStatus.CLOSED,
        )
    )


def day_in(administration: Administration, at: datetime) -> date:
    """The calendar day of an instant in the administration's zone."""
    return date_at(at, administration.zone)
