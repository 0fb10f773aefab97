"""Who is acting: a role-bearing subject, tied to at most one candidate."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a caller may be. Nobody is `anyone` by token: it stands for the public routes of the table."""

    CANDIDATE = "candidate"
    REVIEWER = "reviewer"
    EXAM_MANAGER = "exam_manager"
    PSYCHOMETRICIAN = "psychometrician"
    CREDENTIAL_OFFICER = "credential_officer"
    FINANCE = "finance"
    PARTNER = "partner"
    SPONSOR = "sponsor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


STAFF = frozenset(
    {
        Role.REVIEWER,
        Role.EXAM_MANAGER,
        Role.PSYCHOMETRICIAN,
        Role.CREDENTIAL_OFFICER,
        Role.FINANCE,
        Role.ADMINISTRATOR,
    }
)


DELEGATING = "https://purl.imsglobal.org/spec/ob/"
"""How the scopes begin by which a holder lets another's program at their badges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The caller of an action.

    `subject` is the stable id from the token, the API key, or `system:<job>` for the service itself. `candidate_id` is
    the candidate this subject is tied to, if any. `email` is the token's address where the issuer has verified it.
    `scopes` are those of the token, for the interfaces whose standard demands one; those confine it to themselves.
    """

    subject: str
    roles: frozenset[Role] = frozenset()
    candidate_id: UUID | None = None
    email: str | None = None
    system: bool = False
    scopes: frozenset[str] = frozenset()

    def must(self, action: str, thing: object | None = None) -> None:
        """Return when the authorization table allows `action` on `thing`; raise otherwise.

        Raises:
            NotFound: the thing is another candidate's, which the caller may not even know of.
            Forbidden: no role of the caller may ever do this, or separation of duties stands against it.
            WrongState: the caller may do this, but not from the thing's present status.

        """
        from domain.authorization import demand  # noqa: PLC0415 - the table imports Role from here

        demand(self, action, thing)

    def may(self, action: str, thing: object | None = None) -> bool:
        """Whether `must` would return."""
        from domain.authorization import permits  # noqa: PLC0415 - the table imports Role from here

        return permits(self, action, thing)

    @property
    def delegated(self) -> bool:
        """Whether the token was given to somebody else's program, for badges (Open Badges 3.0) and no more."""
        return any(scope.startswith(DELEGATING) for scope in self.scopes)

    @property
    def pays_as(self) -> str:
        """How a payment names this caller as its payer: by the organisation whose sponsor they are."""
        return f"sponsor:{self.subject.removeprefix('organisation:')}"

    @property
    def is_staff(self) -> bool:
        """Whether any staff role is held."""
        return bool(self.roles & STAFF)


ANONYMOUS = Actor(subject="anonymous")


def the_service(job: str) -> Actor:
    """The service itself, acting in a named job; the table lets it do what jobs do."""
    return Actor(subject=f"system:{job}", system=True)
