"""A mixed-integer linear programme, and what a solver answers. Plain numbers: it travels through the `Solver` port."""

from dataclasses import dataclass
from enum import StrEnum
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`lower` <= sum of `weights` times the variables at `places` <= `upper`. `label` names the bound for people."""

    label: str
    places: tuple[int, ...]
    weights: tuple[float, ...]
    lower: float = -inf
    upper: float = inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Minimize the sum of `costs` times the variables, within `lower` and `upper` and every row.

    `whole` says which variables are integers. All five are of one length, V.
    """

    costs: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    whole: tuple[bool, ...]
    rows: tuple[Row, ...]


class Outcome(StrEnum):
    """What a solver found. `feasible` is a solution whose optimality was not shown in time; `unsolved` is none."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNSOLVED = "unsolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """`values` of length V where the outcome has one; `bound` is what no solution can go below.

    `gap` is objective minus bound, absolute, in the objective's units. `solver` names the program and its version.
    """

    outcome: Outcome
    values: tuple[float, ...] | None
    objective: float | None
    bound: float | None
    seconds: float
    solver: str

    @property
    def gap(self) -> float | None:
        """How much better an unknown solution could be."""
        if self.objective is None or self.bound is None:
            return None
        return max(self.objective - self.bound, 0.0)
