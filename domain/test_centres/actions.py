"""Verbs of staff on what test centres sent: look at a file, match a parked row, dismiss it."""

from dataclasses import replace
from uuid import UUID

from domain.actors import Actor
from domain.errors import Contradiction, Fault, NotFound, WrongState
from domain.independence import must_be_independent
from domain.ports import Files, PaymentGateway, UnitOfWork
from domain.test_centres.carrying import Carrying, Parked
from domain.test_centres.errors import RowNotCarriedOut
from domain.test_centres.events import CentreFileTaken, CentreRowResolved
from domain.test_centres.exporting import layout_of
from domain.test_centres.fields import FileKind
from domain.test_centres.model import CentreFile, CentreRow, RowStatus
from domain.test_centres.ports import CentreFiles
from domain.test_centres.receiving import REASONS


def content(uow: UnitOfWork, actor: Actor, files: Files, file_id: UUID) -> tuple[CentreFile, bytes]:
    """A file byte for byte as it was made or came, however often it is asked for; the journal says who asked.

    Raises NotFound once its bytes were erased, with a person whom it named.
    """
    file = uow.centre_files.get(file_id)
    actor.must("centre_file.download", file)
    if not file.key:
        raise NotFound
    uow.record(CentreFileTaken(file_id=file.id))
    return file, files.get(file.key)


def match(
    uow: UnitOfWork,
    actor: Actor,
    gateway: PaymentGateway,
    centres: CentreFiles,
    row_id: UUID,
    authorization_id: UUID,
) -> CentreRow:
    """Carry a parked row out for the authorization that staff found it to be of.

    Raises Contradiction for an authorization that there is not, RowNotCarriedOut (its detail says why) where the row
    cannot be carried out for it, and WrongState for rows that staff hand in again as a file instead (responses).
    """
    row = uow.centre_rows.lock(row_id)
    actor.must("centre_row.match", row)
    if row.kind is FileKind.RESPONSES:
        message = "Answers come as a file: have the test centre send it anew once the ids are put right."
        raise WrongState(message)
    authorization = uow.authorizations.first(id=authorization_id)
    if authorization is None:
        raise Contradiction(Fault("/authorization_id", "unknown_authorization", "There is no such authorization."))
    must_be_independent(uow, actor, authorization.candidate_id)
    carrying = Carrying(uow, actor, gateway, layout_of(centres, row.vendor))
    came = carrying.carry(row.kind, row.values, authorization, uow.centre_files.get(row.file_id))
    if isinstance(came, Parked):
        raise RowNotCarriedOut(REASONS[came.code])
    matched = replace(row, authorization_id=authorization.id, candidate_id=authorization.candidate_id)
    return _resolved(uow, actor, matched, RowStatus.DONE, came.code, None)


def dismiss(uow: UnitOfWork, actor: Actor, row_id: UUID, reason: str) -> CentreRow:
    """Decide that nothing follows from a parked row."""
    row = uow.centre_rows.lock(row_id)
    actor.must("centre_row.dismiss", row)
    if row.candidate_id is not None:
        must_be_independent(uow, actor, row.candidate_id)
    return _resolved(uow, actor, row, RowStatus.DISMISSED, row.code, reason)


def _resolved(
    uow: UnitOfWork, actor: Actor, row: CentreRow, status: RowStatus, code: str, reason: str | None
) -> CentreRow:
    uow.record(CentreRowResolved(row_id=row.id, authorization_id=row.authorization_id, status=status.value, code=code))
    return uow.centre_rows.save(
        replace(row, status=status, code=code, resolved_by=actor.subject, resolved_at=uow.now, reason=reason)
    )
