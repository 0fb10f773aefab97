"""What the domain may refuse with. `api/problems.py` alone knows which HTTP status each becomes.

A slice declares its own refusals as subclasses with a stable `code` and a `title`; the catalogue of codes that
clients see is generated from these classes.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from domain.ruling import Ruling


class Contended(Exception):
    """Others were quicker, or the engine gave this transaction up for their sake: run it again from the start.

    No refusal: whoever runs the transaction catches it, and nobody is answered with it.
    """


class DomainError(Exception):
    """The root of every refusal. `detail` is for people, `code` for programs; neither echoes the input."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "The request could not be carried out."

    def __init__(self, detail: str | None = None) -> None:
        """Refuse with `detail`, a sentence for people; the class's title where none is given."""
        super().__init__(detail or self.title)
        self.detail = detail or self.title


class Unauthenticated(DomainError):
    """No usable proof of who is calling."""

    code = "unauthenticated"
    title = "A valid bearer token or API key is needed."


class Forbidden(DomainError):
    """The caller is known and may not do this."""

    code = "forbidden"
    title = "Your roles do not allow this."


class NotTheirWork(Forbidden):
    """Whoever stops long work, or takes it up again, must be allowed to do what it does."""

    code = "not_your_work"
    title = "You may not do what this job does, so neither stop it nor take it up again."


class SeparationOfDuties(Forbidden):
    """The caller took part in an earlier step that this step must be independent of."""

    code = "separation_of_duties"
    title = "Someone else must take this step, because you took an earlier one."


class NotFound(DomainError):
    """There is no such object, or it is someone else's: the two are never told apart."""

    code = "not_found"
    title = "There is no such object."


class Conflict(DomainError):
    """The object's present state does not allow this."""

    code = "conflict"
    title = "The present state does not allow this."


class WrongState(Conflict):
    """The transition does not start from the object's present status."""

    code = "wrong_state"
    title = "This step cannot be taken from the object's present status."


class AlreadyExists(Conflict):
    """A uniqueness rule of the store refused a second one."""

    code = "already_exists"
    title = "There already is one."


class Refused(Conflict):
    """A rule refused; `ruling` says why, clause by clause."""

    code = "refused_by_rule"
    title = "A rule does not allow this; the ruling lists each clause."

    def __init__(self, ruling: "Ruling", detail: str | None = None) -> None:
        """Refuse on the strength of `ruling`."""
        super().__init__(detail)
        self.ruling = ruling


class Stale(DomainError):
    """The object changed since the caller read it."""

    code = "stale"
    title = "The object has changed since you read it."


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an input: where (a JSON Pointer), which kind, and a sentence."""

    pointer: str
    code: str
    detail: str


class Invalid(DomainError):
    """The input is well-formed but cannot be meant; `faults` name every place."""

    code = "invalid"
    title = "The request is not valid."

    def __init__(self, *faults: Fault, detail: str | None = None) -> None:
        """Refuse for `faults`."""
        super().__init__(detail)
        self.faults = faults


class Contradiction(Invalid):
    """Each member is well-formed, but they do not fit together, or do not fit what is stored; `faults` say where."""

    code = "contradiction"
    title = "The request does not fit together, or does not fit what is stored."


class TooLarge(DomainError):
    """The input is larger than the stated bound."""

    code = "too_large"
    title = "The request is larger than this service accepts."


class Unavailable(DomainError):
    """A part this service stands on is away; trying again later is right."""

    code = "unavailable"
    title = "The service is not able to answer just now."
