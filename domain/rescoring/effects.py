"""What a run does beside the score, once two people approved it: each through the action that owns it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain.credentials import actions as credentials, actions_standing as standings
from domain.credentials.actions_standing import Change as StandingTurn, standing_now
from domain.credentials.model import Standing
from domain.dates import date_at
from domain.errors import Contended
from domain.exams import actions as exams, actions_booking as booking
from domain.exams.actions_booking import Booking
from domain.exams.model import AuthorizationStatus, RegistrationStatus
from domain.notices.actions import notify
from domain.notices.model import NoticeKind
from domain.payments import actions as payments
from domain.payments.events import ChargeCancelled
from domain.payments.model import ChargeStatus
from domain.ports import PaymentGateway, UnitOfWork
from domain.rescoring.consequences import Change
from domain.rescoring.model import Consequence, Follow, OnLostPass, Refunds, Rescore

PASSED_AFTER_ALL = "The examination is passed by a corrected score, so no other is needed."
IN_VAIN = "retake_bought_in_vain"
BY_MISTAKE = "The score that this credential rests on was corrected, and is no pass."


class Effects:
    """Carries consequences out. What is only told (attempts counted, the next retake, a credential held) needs nothing.

    All of it is done as the service; two people approved the run that asks for it.
    """

    def __init__(self, uow: UnitOfWork, gateway: PaymentGateway, run: Rescore) -> None:
        """Work in the transaction of one batch."""
        self._uow, self._gateway, self._run = uow, gateway, run

    def follow(self, change: Change, following: Sequence[Consequence]) -> None:
        """Do what follows, in its order."""
        for one in following:
            match one.follow:
                case Follow.RETAKE_WITHDRAWN:
                    self._withdraw(one.about_id)
                case Follow.REFUND_OWED:
                    self._refund(one.about_id)
                case Follow.CHARGE_CANCELLED:
                    self._cancel(one.about_id)
                case Follow.CREDENTIAL_OWED:
                    self._award(change, one.about_id)
                case Follow.CREDENTIAL_IN_ERROR:
                    self._take_back(one.about_id)
                case Follow.AWARD_WITHDRAWN:
                    credentials.decline(self._uow, self._uow.actor, one.about_id, BY_MISTAKE)
                case Follow.NOTICE:
                    title = change.policy.program_title
                    notify(
                        self._uow,
                        change.attempt.candidate_id,
                        NoticeKind.SCORE_CORRECTED,
                        change.attempt.id,
                        program=title,
                    )
                case _:
                    pass

    def _withdraw(self, authorization_id: UUID) -> None:
        """Give back the seat of a retake that nobody needs any more, and end its authorization."""
        uow = self._uow
        authorization = uow.authorizations.get(authorization_id)
        for found in uow.registrations.find(authorization_id=authorization_id, status=RegistrationStatus.BOOKED):
            sessions = booking.hold_sessions(uow, found.id)
            registration = uow.registrations.lock(found.id)
            held = uow.authorizations.lock(authorization_id)
            session = sessions[registration.session_id]
            if registration.status is not RegistrationStatus.BOOKED:
                raise Contended
            policy = uow.policies.named(held.edition)
            seat = Booking(registration=registration, authorization=held, session=session, policy=policy)
            booking.release(uow, seat, PASSED_AFTER_ALL, by_body=True)
            uow.sessions.save(session.taking(-1))
            authorization = held
        exams.close(uow, authorization, AuthorizationStatus.CANCELLED)

    def _refund(self, charge_id: UUID) -> None:
        if self._run.refunds is Refunds.SEND:
            payments.refund_share(self._uow, self._gateway, charge_id, 100, IN_VAIN)

    def _cancel(self, charge_id: UUID) -> None:
        """Ask no longer for a retake that nobody needs; a payment already under way is booked, and can be refunded."""
        charge = self._uow.charges.lock(charge_id)
        if charge.status is ChargeStatus.OPEN:
            self._uow.charges.save(charge.cancelled(self._uow.now))
            self._uow.record(ChargeCancelled(charge_id=charge.id, candidate_id=charge.candidate_id))

    def _award(self, change: Change, application_id: UUID) -> None:
        application = self._uow.applications.get(application_id)
        passed = replace(change.attempt, passed=True)
        credentials.award(self._uow, passed, application, date_at(self._uow.now, change.policy.zone))

    def _take_back(self, credential_id: UUID) -> None:
        """Suspend or revoke a credential that rests on a corrected score, as the run says; by default it stays."""
        if self._run.on_lost_pass is OnLostPass.KEEP:
            return
        uow, turn = self._uow, StandingTurn(reason=BY_MISTAKE)
        standing = standing_now(uow, uow.credentials.get(credential_id)).status
        if self._run.on_lost_pass is OnLostPass.SUSPEND:
            if standing in (Standing.ACTIVE, Standing.EXPIRED):
                standings.suspend(uow, uow.actor, credential_id, turn)
        elif standing is not Standing.REVOKED:
            standings.revoke(uow, uow.actor, credential_id, turn)
