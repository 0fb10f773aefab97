"""Who is acting: a role-bearing subject, tied to at most one candidate."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
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
class Person:
    """Who is behind a sign-in: all sign-ins that were ever tied to the same candidates' records, and those records.

    A tie that was ended counts on: who could sign in as a candidate once is not independent of them.
    """

    subjects: frozenset[str] = frozenset()
    candidates: frozenset[UUID] = frozenset()


def _nobody_else() -> Person:
    return Person()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The caller of an action.

    `subject` is the stable id from the token, the API key, or `system:<job>` for the service itself. `candidate_id` is
    the candidate this subject is tied to, if any. `email` is the token's address where the issuer has verified it.
    `scopes` are those of the token, for the interfaces whose standard demands one; those confine it to themselves.
    `behind` looks up who is behind the sign-in; it is asked only where a rule is about people, not about sign-ins.
    """

    subject: str
    roles: frozenset[Role] = frozenset()
    candidate_id: UUID | None = None
    email: str | None = None
    system: bool = False
    scopes: frozenset[str] = frozenset()
    behind: Callable[[], Person] = field(default=_nobody_else, compare=False, repr=False)

    @property
    def subjects(self) -> list[str]:
        """Every sign-in of the same person, this one among them; sorted."""
        return sorted({self.subject, *self.behind().subjects})

    @property
    def candidates(self) -> frozenset[UUID]:
        """Every candidate that the same person is or was."""
        tied = self.behind().candidates
        return tied if self.candidate_id is None else tied | {self.candidate_id}

    def is_one_of(self, subjects: Iterable[str]) -> bool:
        """Whether one of these is the same person, by this sign-in or by another of theirs.

        What two people must do is asked by this: two sign-ins of one person are not two people.
        """
        others = frozenset(subjects)
        return self.subject in others or (bool(others) and not others.isdisjoint(self.behind().subjects))

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
