"""What the journal says of assemblies: ids, codes and counts."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class _OfAssembly:
    assembly_id: UUID
    program: str


@dataclass(frozen=True, kw_only=True)
class AssemblyRequested(_OfAssembly, Event, kind="assembly.requested", about="assembly_id"):
    """Forms were asked for."""

    forms: int


@dataclass(frozen=True, kw_only=True)
class AssemblyAnswered(_OfAssembly, Event, kind="assembly.answered", about="assembly_id"):
    """The solver came back; `outcome` is the assembly's status."""

    outcome: str
    solver: str
    pool_sha256: str


@dataclass(frozen=True, kw_only=True)
class AssemblyAdopted(_OfAssembly, Event, kind="assembly.adopted", about="assembly_id"):
    """Its forms were laid out, each with a draft of its key."""

    forms: int


@dataclass(frozen=True, kw_only=True)
class AssemblyDiscarded(_OfAssembly, Event, kind="assembly.discarded", about="assembly_id"):
    """Nobody wants its forms."""
