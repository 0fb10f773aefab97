"""Verbs of accommodations: ask for one, decide on it, take the request back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.actors import Actor
from domain.exams import loading
from domain.exams.events import AccommodationRequested, AccommodationSettled
from domain.exams.model import Accommodation, AccommodationStatus, RegistrationStatus
from domain.exams.rules_accommodations import granted, must_be_possible
from domain.files import actions as files
from domain.independence import must_be_independent, must_be_owner_or_independent
from domain.notices.actions import notify
from domain.notices.model import NoticeKind
from domain.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is decided on a request.

    `code` is the test centre's for what was granted, where it is not the one asked for. Without `extra_minutes`, the
    code says how many there are.
    """

    approved: bool
    reason: str
    code: str | None = None
    extra_minutes: int | None = None


def request(
    uow: UnitOfWork, actor: Actor, application_id: UUID, code: str, reason: str, file_ids: Sequence[UUID] = ()
) -> Accommodation:
    """Ask for an arrangement, with the documents that show the need.

    Raises NotFound for files of someone else's, Contradiction for a code of more time than there can be.
    """
    application = uow.applications.lock(application_id)
    actor.must("application.request_accommodation", application)
    must_be_owner_or_independent(uow, actor, application.candidate_id)
    must_be_possible(code)
    files.require(uow, application.candidate_id, file_ids)
    asked = uow.accommodations.add(
        Accommodation(
            id=uow.new_id(),
            candidate_id=application.candidate_id,
            application_id=application.id,
            code=code,
            reason=reason,
            requested_at=uow.now,
            file_ids=tuple(file_ids),
        )
    )
    uow.record(
        AccommodationRequested(
            accommodation_id=asked.id, candidate_id=asked.candidate_id, application_id=application.id
        )
    )
    return asked


def decide(uow: UnitOfWork, actor: Actor, accommodation_id: UUID, answer: Answer) -> Accommodation:
    """Approve or deny a request, never one's own. A seat that is booked already gets the approved minutes too.

    Raises Contradiction where that is more time than there can be, by itself or with what was granted before.
    """
    asked = uow.accommodations.lock(accommodation_id)
    actor.must("accommodation.decide", asked)
    must_be_independent(uow, actor, asked.candidate_id)
    uow.applications.lock(asked.application_id)  # so that a seat booked at this moment gets the minutes too
    code = answer.code or asked.code
    extra = _extra(uow, asked, code, answer) if answer.approved else 0
    decided = uow.accommodations.save(
        replace(
            asked,
            code=code,
            status=AccommodationStatus.APPROVED if answer.approved else AccommodationStatus.DENIED,
            extra_minutes=extra,
            decided_by=actor.subject,
            decided_at=uow.now,
            decision_reason=answer.reason,
        )
    )
    if answer.approved:
        _lengthen_booked(uow, decided)
    _settled(uow, decided)
    notify(
        uow,
        decided.candidate_id,
        NoticeKind.ACCOMMODATION_DECIDED,
        decided.id,
        program=uow.policies.named(uow.applications.get(decided.application_id).edition).program_title,
        outcome=decided.status,
        extra_minutes=decided.extra_minutes,
    )
    return decided


def withdraw(uow: UnitOfWork, actor: Actor, accommodation_id: UUID) -> Accommodation:
    """Take a request back before it is decided."""
    asked = uow.accommodations.lock(accommodation_id)
    actor.must("accommodation.withdraw", asked)
    withdrawn = uow.accommodations.save(replace(asked, status=AccommodationStatus.WITHDRAWN))
    _settled(uow, withdrawn)
    return withdrawn


def _extra(uow: UnitOfWork, asked: Accommodation, code: str, answer: Answer) -> int:
    before = uow.accommodations.find(application_id=asked.application_id, status=AccommodationStatus.APPROVED)
    return granted(code, answer.extra_minutes, (one.extra_minutes for one in before))


def _lengthen_booked(uow: UnitOfWork, accommodation: Accommodation) -> None:
    for authorization in uow.authorizations.find(application_id=accommodation.application_id):
        policy = uow.policies.named(authorization.edition)
        for found in uow.registrations.find(authorization_id=authorization.id, status=RegistrationStatus.BOOKED):
            registration = uow.registrations.lock(found.id)
            if registration.status is RegistrationStatus.BOOKED:
                longer = loading.minutes(uow, policy, accommodation.application_id)
                uow.registrations.save(replace(registration, minutes=longer))


def _settled(uow: UnitOfWork, accommodation: Accommodation) -> None:
    uow.record(
        AccommodationSettled(
            accommodation_id=accommodation.id,
            candidate_id=accommodation.candidate_id,
            application_id=accommodation.application_id,
            status=accommodation.status.value,
        )
    )
