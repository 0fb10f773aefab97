"""The verb of finance: send a fee back, unless something stands on it that still lies ahead.

Locks: first the thing that the charge is for (an application, then its authorization; an authorization, a booking, an
appeal or a cycle), in the order in which its own verbs hold it, and the charge last. So of a booking and a refund, or a
renewal and a refund, one sees what the other did.
"""

from uuid import UUID

from domain.actors import Actor
from domain.applications.model import AppealStatus, Application, ApplicationStatus
from domain.credentials.model import AwardStatus
from domain.exams import actions as exams
from domain.exams.model import Authorization, AuthorizationStatus, Registration, RegistrationStatus
from domain.independence import must_be_independent
from domain.payments import actions, rules
from domain.payments.errors import RefundTooLarge
from domain.payments.model import Charge, Refund
from domain.payments.rules import AWARD_HELD, NOT_USED, OVER, RESULT_AWAITED, SEAT_BOOKED, Use
from domain.ports import PaymentGateway, UnitOfWork
from domain.programs.upkeep_terms import FeeDue
from domain.renewals.model import Cycle, CycleStatus
from domain.scores.model import AttemptStatus

_IN_REVIEW = frozenset({ApplicationStatus.SUBMITTED, ApplicationStatus.IN_REVIEW, ApplicationStatus.RETURNED})
_FOR_EXAM = frozenset({FeeDue.AUTHORIZATION, FeeDue.RETAKE})
_AWAITED = frozenset({AttemptStatus.IMPORTED, AttemptStatus.SCORED})


def refund(
    uow: UnitOfWork,
    actor: Actor,
    gateway: PaymentGateway,
    charge_id: UUID,
    reason: str,
    amount_minor: int | None = None,
) -> Refund:
    """Send a paid charge back to its payer, whole (what is left of it) or in part; never to oneself.

    An authorization to test without a seat ends with its fee. Raises WrongState when the charge was not paid,
    RefundTooLarge for more than was paid and has not gone back yet, and Refused, with what stands on it, where
    `rules.may_refund` does not allow it.
    """
    found = uow.charges.get(charge_id)
    actor.must("charge.refund", found)
    must_be_independent(uow, actor, found.candidate_id)
    use, authorization = _use(uow, found)
    standing = uow.charges.lock(charge_id)
    actor.must("charge.refund", standing)
    amount = standing.refundable_minor if amount_minor is None else amount_minor
    if not 0 < amount <= standing.refundable_minor:
        raise RefundTooLarge
    rules.may_refund(use, whole=amount == standing.refundable_minor).require()
    if authorization is not None and authorization.status is AuthorizationStatus.ACTIVE:
        exams.close(uow, authorization, AuthorizationStatus.CANCELLED)
    return actions.send_back(uow, gateway, standing, amount, reason)


def _use(uow: UnitOfWork, charge: Charge) -> tuple[Use, Authorization | None]:
    """What became of that which a charge is for, its row held; and the authorization that it alone paid for."""
    id_ = charge.about_id
    if uow.applications.first(id=id_) is not None:
        return _of_application(uow, charge, uow.applications.lock(id_))
    if uow.authorizations.first(id=id_) is not None:
        return _of_extension(charge, uow.authorizations.lock(id_)), None
    if uow.registrations.first(id=id_) is not None:
        return _of_change(charge, uow.registrations.lock(id_)), None
    if uow.appeals.first(id=id_) is not None:
        filed = uow.appeals.lock(id_).status is AppealStatus.FILED
        return (rules.APPEAL_FILED if filed else OVER), None
    if uow.cycles.first(id=id_) is not None:
        return _of_renewal(uow, uow.cycles.lock(id_)), None
    return OVER, None


def _of_application(uow: UnitOfWork, charge: Charge, application: Application) -> tuple[Use, Authorization | None]:
    fee = uow.policies.named(charge.edition).fee(charge.fee)
    if fee is not None and fee.due in _FOR_EXAM:
        given = uow.authorizations.find(application_id=application.id)
        if charge.instance > len(given):
            return NOT_USED, None
        authorization = uow.authorizations.lock(given[charge.instance - 1].id)
        return _of_authorization(uow, authorization), authorization
    if application.status is ApplicationStatus.DRAFT:
        return NOT_USED, None
    return (rules.IN_REVIEW if application.status in _IN_REVIEW else OVER), None


def _of_authorization(uow: UnitOfWork, authorization: Authorization) -> Use:
    """The exam fee is in use from the seat until the result is out and, for a pass, decided on."""
    registrations = uow.registrations.find(authorization_id=authorization.id)
    if any(one.status is RegistrationStatus.BOOKED for one in registrations):
        return SEAT_BOOKED
    attempts = uow.attempts.find(authorization_id=authorization.id)
    scored = {one.registration_id for one in attempts}
    waits = any(one.status is RegistrationStatus.TESTED and one.id not in scored for one in registrations)
    if waits or any(one.status in _AWAITED for one in attempts):
        return RESULT_AWAITED
    if attempts and uow.awards.first(attempt_id=[one.id for one in attempts], status=AwardStatus.HELD):
        return AWARD_HELD
    return NOT_USED if authorization.status is AuthorizationStatus.ACTIVE else OVER


def _of_extension(charge: Charge, authorization: Authorization) -> Use:
    if authorization.extensions < charge.instance:
        return NOT_USED
    return rules.EXTENDED if authorization.status is AuthorizationStatus.ACTIVE else OVER


def _of_change(charge: Charge, registration: Registration) -> Use:
    if registration.status is not RegistrationStatus.BOOKED:
        return OVER
    return rules.MOVED if registration.reschedules >= charge.instance else NOT_USED


def _of_renewal(uow: UnitOfWork, cycle: Cycle) -> Use:
    latest = max(one.number for one in uow.cycles.find(credential_id=cycle.credential_id))
    waits = cycle.status in (CycleStatus.OPEN, CycleStatus.LAPSED) and cycle.number == latest
    return NOT_USED if waits else OVER
