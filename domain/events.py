"""The base of what is recorded in the journal.

Events hold ids, codes, dates and numbers only, never a personal value: the journal outlives an erasure. Each slice
declares its own in `domain/<slice>/events.py`.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import ClassVar
from uuid import UUID

EVENTS: dict[str, type["Event"]] = {}

Scalar = str | int | bool | None


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. Subclass with `kind` (`credential.renewed`) and `about` (the subject's id field)."""

    kind: ClassVar[str]
    about: ClassVar[str]

    def __init_subclass__(cls, *, kind: str, about: str) -> None:
        """Register the kind: it is public contract, so that two classes never share one."""
        super().__init_subclass__()
        if kind in EVENTS and EVENTS[kind].__qualname__ != cls.__qualname__:
            message = f"two events are called {kind}"
            raise TypeError(message)
        cls.kind = kind
        cls.about = about
        EVENTS[kind] = cls

    @property
    def subject_id(self) -> UUID:
        """The id of the object that this event is about."""
        value = getattr(self, self.about)
        if not isinstance(value, UUID):
            message = f"{self.kind}: {self.about} is not an id"
            raise TypeError(message)
        return value

    def data(self) -> dict[str, Scalar]:
        """The event's fields as JSON scalars; dates and times in ISO 8601, enumerations by value."""
        return {name: _scalar(getattr(self, name)) for name in _names(type(self))}  # type: ignore[arg-type] # a class hashes by its metaclass


@cache
def _names(kind: type[Event]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _scalar(value: object) -> Scalar:
    if type(value) is str:  # the commonest first; an enumeration may be text as well, but not of this very type
        return value
    if isinstance(value, UUID):
        return str(value)
    match value:
        case Enum():
            return str(value.value)
        case None | bool() | int() | str():
            return value
        case date() | datetime():
            return value.isoformat()
        case _:
            message = f"an event may not hold a {type(value).__name__}"
            raise TypeError(message)
