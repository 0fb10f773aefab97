"""What is kept of assembling forms: what was asked for, what the solver answered, and why nothing exists."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.entity import Entity


class AssemblyStatus(StrEnum):
    """Where an assembly stands. `unsolved`: neither a form nor a proof that none exists came in time."""

    QUEUED = "queued"
    SOLVED = "solved"
    INFEASIBLE = "infeasible"
    UNSOLVED = "unsolved"
    ADOPTED = "adopted"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many items at least and at most, both inclusive."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the forms must be; the numbers of items by exam domain come from the outline of the edition.

    `codes` are those of the forms to be made. `theta` is the cut on the metric `scale` of the items' parameters. The
    targets are the information there and the expected raw score there. `anchor_items` stand on every form; with
    `anchor_form_id` they are items of that earlier form, which gives nothing else. Items that earlier forms showed to
    more than `most_exposed` candidates are left out. `seconds` bounds the search, `gap` says when a solution is good
    enough (in the objective's units: information, raw points).
    """

    codes: tuple[str, ...]
    theta: float
    scale: str = ""
    objectives: Mapping[str, Bounds] = field(default_factory=dict)
    sets: Bounds | None = None
    anchor_items: int = 0
    anchor_form_id: UUID | None = None
    pretest_items: int = 0
    information: float | None = None
    expected_raw: float | None = None
    most_exposed: int | None = None
    seconds: float = 30.0
    gap: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class AssembledForm:
    """One form of a solution: codes of items in the form's order, and its figures at the cut."""

    code: str
    scored: tuple[str, ...]
    pretest: tuple[str, ...]
    anchor: tuple[str, ...]
    information: float
    expected_raw: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GivingWay:
    """A bound that clashes with others. `by` is how many items it must give way by, where that settles the matter.

    `clashing` bounds cannot all be kept, and any one of them fewer would do.
    """

    bound: str
    by: float
    clashing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly(Entity):
    """One search for forms. `pool_sha256` digests all that the search saw; `left_out` counts why items were not in it.

    `gap` is absolute: how much nearer to the targets an unknown solution could be.
    """

    program: str
    exam_code: str
    edition: str
    wanted: Wanted
    status: AssemblyStatus = AssemblyStatus.QUEUED
    requested_by: str
    created_at: datetime
    job_id: UUID | None = None
    pool_items: int = 0
    pool_sha256: str | None = None
    left_out: dict[str, int] = field(default_factory=dict)
    forms: tuple[AssembledForm, ...] = ()
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    seconds: float | None = None
    solver: str | None = None
    clashes: tuple[GivingWay, ...] = ()
    form_ids: tuple[UUID, ...] = ()
    decided_by: str | None = None
    decided_at: datetime | None = None
