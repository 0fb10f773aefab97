"""An analysis, part by part. Import it where it is used: it loads numpy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from domain.analysis.classical import (
    decision_figures,
    item_figures,
    reliability_figures,
    score_figures,
    speed_figures,
)
from domain.analysis.fairness import LEAST_GROUP, dif_figures
from domain.analysis.model import Part
from domain.analysis.models import rasch_figures, two_parameter_figures
from domain.analysis.plain import Json, or_reason
from domain.analysis.taken import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked beside the answers: the cut, the reported scale, and the groups to compare.

    `cut` is the lowest raw score that passes; `scaled` the scaled score of each raw score, empty where there is none.
    `groups` names the group of each person, by the name that `Taken.people` gives them.
    """

    cut: int | None = None
    scaled: Sequence[int] = ()
    groups: Mapping[str, str] | None = None
    reference: str | None = None
    purify: bool = True
    least_group: int = LEAST_GROUP


def figures(part: Part, taken: Taken, asked: Question) -> Json:
    """One part's figures. Where the data, or what was asked, do not allow them: a `reason` and a `detail` instead."""
    return or_reason(_parts(taken, asked)[part])


def _parts(taken: Taken, asked: Question) -> Mapping[Part, Callable[[], Json]]:
    return {
        Part.SCORES: lambda: score_figures(taken),
        Part.ITEMS: lambda: item_figures(taken),
        Part.RELIABILITY: lambda: reliability_figures(taken, asked.scaled, asked.cut),
        Part.DECISIONS: lambda: _decisions(taken, asked.cut),
        Part.SPEEDEDNESS: lambda: speed_figures(taken),
        Part.DIF: lambda: _dif(taken, asked),
        Part.RASCH: lambda: rasch_figures(taken, asked.cut),
        Part.TWO_PARAMETER: lambda: two_parameter_figures(taken),
    }


def _decisions(taken: Taken, cut: int | None) -> Json:
    if cut is None:
        return {"reason": "no_cut", "detail": "The form has no cut yet, so there are no decisions to judge."}
    return decision_figures(taken, cut)


def _dif(taken: Taken, asked: Question) -> Json:
    if asked.groups is None:
        return {"reason": "no_groups", "detail": "Nobody said which groups to compare."}
    return dif_figures(
        taken, asked.groups, reference=asked.reference, purify=asked.purify, least=asked.least_group
    )  # fmt: skip
