"""What shows a candidate's record in their applications, and what becomes of it when the record changes.

Locks: pieces in the order of their ids, then their applications, and the record last, whether somebody changes the
record (`hold`) or judges a piece. Where a piece is added meanwhile, the engine may give one of the two up, which is
then run again from the start and finds out what the other did.
"""

from dataclasses import replace
from uuid import UUID

from domain.applications.events import EvidenceOutdated
from domain.applications.model import ApplicationStatus, Evidence, EvidenceStatus
from domain.ports import UnitOfWork

_JUDGED_STILL = (
    ApplicationStatus.DRAFT,
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.IN_REVIEW,
    ApplicationStatus.RETURNED,
    ApplicationStatus.DENIED,
)
"""Where a reviewer's word on a piece may still be needed. What led to an approval stays as it was."""


def hold(uow: UnitOfWork, candidate_id: UUID, record_id: UUID) -> None:
    """Hold every piece that shows this record, and its application, before the record itself is held."""
    shown = uow.evidence.find(candidate_id=candidate_id, record_id=record_id)
    held = uow.evidence.lock_all(one.id for one in shown)
    uow.applications.lock_all({piece.application_id for piece in held})


def outdate(uow: UnitOfWork, candidate_id: UUID, record_id: UUID, *, vouched: bool) -> None:
    """Raise the version of every piece that shows this record, so that nobody judges it by what they read before.

    Unless staff vouch for the change, what was accepted of the record as it was waits for a reviewer again. That it was
    judged stays known, and so does a rejection.
    """
    shown = uow.evidence.find(candidate_id=candidate_id, record_id=record_id)
    for piece in uow.evidence.lock_all(one.id for one in shown):
        application = uow.applications.lock(piece.application_id)
        if vouched or application.status not in _JUDGED_STILL or piece.status is not EvidenceStatus.ACCEPTED:
            uow.evidence.save(piece)
        else:
            _judge_again(uow, piece)


def _judge_again(uow: UnitOfWork, piece: Evidence) -> None:
    uow.evidence.save(replace(piece, status=EvidenceStatus.UNVERIFIED))
    uow.record(
        EvidenceOutdated(application_id=piece.application_id, candidate_id=piece.candidate_id, evidence_id=piece.id)
    )
