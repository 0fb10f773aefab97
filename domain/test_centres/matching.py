"""Whose row is it? By our own numbers alone, which the test centre was told."""

from domain.exams.model import Authorization
from domain.ports import UnitOfWork
from domain.test_centres.fields import FileKind
from domain.test_centres.model import Values

UNMATCHED = "unmatched"
IDS_DISAGREE = "ids_disagree"
NOT_OF_ONE = frozenset({FileKind.CONFIRMATIONS})
"""Kinds whose rows may be about a candidate, and so about no authorization."""


def matched(uow: UnitOfWork, kind: FileKind, values: Values) -> tuple[Authorization | None, str | None]:
    """The authorization of a row, and why it cannot be taken for it: `unmatched` or `ids_disagree`; None where it can.

    A row that names a candidate too must name the one whom the authorization belongs to.
    """
    number, person = values.get("client_authorization_id"), values.get("client_candidate_id")
    if number is None:
        return None, None if kind in NOT_OF_ONE else UNMATCHED
    found = uow.authorizations.first(number=str(number))
    if found is None:
        return None, UNMATCHED
    if person is not None and uow.candidates.get(found.candidate_id).number != person:
        return None, IDS_DISAGREE
    return found, None
