"""A policy's edition in the store, for benchmarks that begin from an empty one."""

from adapters.db.unit_of_work import SqlUnitOfWork
from domain.programs.model import PolicyEdition
from domain.programs.policy import Policy
from domain.programs.reading import policy_digest, policy_document


def published(uow: SqlUnitOfWork, policy: Policy) -> None:
    """Publish it, as nobody in particular."""
    uow.policies.add(
        PolicyEdition(
            id=uow.new_id(),
            program=policy.program,
            edition=policy.edition,
            title=policy.title,
            in_force_from=policy.in_force_from,
            in_force_until=policy.in_force_until,
            document=policy_document(policy),
            sha256=policy_digest(policy),
            published_by="benchmark",
            published_at=uow.now,
        )
    )
