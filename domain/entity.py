"""The base of everything with an identity."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """A frozen thing with an id and a row version; a change is a new value made with `dataclasses.replace`.

    `version` begins at 1 and is raised by the repository at each save. It is the strong ETag clients see.
    """

    id: UUID
    version: int = 1
