"""How two forms are equated: the method with all that it lets one choose. Plain values, stored with every run."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

LEAST_ANCHOR = 3
LEAST_PEOPLE = 10


class EquatingMethod(StrEnum):
    """The methods of equating, by their usual names (Kolen and Brennan 2014)."""

    IDENTITY = "identity"
    MEAN = "mean"
    LINEAR = "linear"
    EQUIPERCENTILE = "equipercentile"
    CIRCLE_ARC = "circle_arc"
    TUCKER = "tucker"
    LEVINE_OBSERVED = "levine_observed"
    LEVINE_TRUE = "levine_true"
    CHAINED_LINEAR = "chained_linear"
    CHAINED_EQUIPERCENTILE = "chained_equipercentile"
    FREQUENCY_ESTIMATION = "frequency_estimation"
    BRAUN_HOLLAND = "braun_holland"
    IRT_TRUE = "irt_true_score"
    IRT_OBSERVED = "irt_observed_score"


IRT_METHODS = frozenset({EquatingMethod.IRT_TRUE, EquatingMethod.IRT_OBSERVED})
RANDOM_GROUPS = frozenset(
    {EquatingMethod.IDENTITY, EquatingMethod.MEAN, EquatingMethod.LINEAR, EquatingMethod.EQUIPERCENTILE}
)
"""Methods that take the two groups for equivalent, and need no anchor."""

Smoothing = Literal["none", "degree", "aic"]
Link = Literal["mean_mean", "mean_sigma", "haebara", "stocking_lord"]
Model = Literal["rasch", "two_parameter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A method and its arguments.

    `groups` says whether the groups are randomly equivalent (`random`) or differ and share an anchor (`anchor`).
    `weight` is w1, the share of the new form's population in the synthetic one; None: by the number of people.
    `smoothing` of the distributions is by log-linear polynomials: none, of the stated degree (`anchor_degree` and
    `cross` moments for joint ones), or of the least AIC. `low` is the circle-arc's lowest point, `symmetric` its kind,
    and the kind of the curve methods' criterion. `model`, `link` and `d` are for the response models, `nodes` for their
    ability distribution. `drift_bound` is in robust z; with `exclude_drifting` items beyond it leave the anchor.
    `replications` of the bootstrap begin from `seed`.
    """

    method: EquatingMethod
    groups: Literal["random", "anchor"] = "anchor"
    weight: float | None = None
    smoothing: Smoothing = "aic"
    degree: int = 6
    anchor_degree: int = 6
    cross: int = 1
    low: tuple[float, float] = (0.0, 0.0)
    symmetric: bool = False
    model: Model = "rasch"
    link: Link = "stocking_lord"
    d: float = 1.0
    nodes: int = 101
    drift_bound: float = 1.96
    exclude_drifting: bool = False
    replications: int = 200
    seed: int = 0

    @property
    def uses_anchor(self) -> bool:
        """Whether common items carry the scale."""
        return self.method not in RANDOM_GROUPS and self.groups == "anchor"

    def weight_of(self, first: float, second: float) -> float:
        """w1: as stated, or the share of the first group."""
        return first / (first + second) if self.weight is None else self.weight
