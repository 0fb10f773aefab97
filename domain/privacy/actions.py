"""Forgetting a person everywhere: each slice knows what of theirs it keeps, and what of it may not go."""

from uuid import UUID

from domain.credentials import actions_standing as credentials
from domain.ports import UnitOfWork
from domain.practice import actions as practice
from domain.test_centres import forgetting as test_centres


def forget(uow: UnitOfWork, candidate_id: UUID) -> None:
    """Take a person out of credentials, registry, badges and wallets, of practice, and of what test centres exchanged.

    What remains holds ids, days, digests and standings. Bytes of files go by tasks, once this is committed. The caller
    has judged that the law lets all of it go, and sees to the candidate's own record.
    """
    credentials.forget(uow, candidate_id)
    practice.forget(uow, candidate_id)
    test_centres.forget(uow, candidate_id)
