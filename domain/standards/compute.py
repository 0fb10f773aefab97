"""From what judges said to a cut, by the study's method. It loads numpy: import it where it is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.analysis.plain import Json, plain
from domain.psychometrics import standard_setting as methods
from domain.psychometrics.irt_model import ItemParameters, item_parameters
from domain.psychometrics.standard_setting import Cut, Rounding
from domain.standards.errors import NoCut
from domain.standards.model import Calibrated, Method, StandardSetting

Said = Mapping[str, Sequence[float]]
"""What each judge said in one round, by the judge's code."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The panel's cut, and all that was computed on the way, as JSON."""

    cut: Cut
    told: Json


def outcome(study: StandardSetting, rounds: Sequence[Said]) -> Outcome:
    """The cut of a study; `rounds` in order, each with every judge. Raises Unmeasurable or NoCut."""
    rounding = Rounding(study.rounding.value)
    values = [np.array([said[judge] for judge in study.judges], dtype=float) for said in rounds]
    last = values[-1]
    counts = np.array(study.counts, dtype=float)
    match study.method:
        case Method.ANGOFF:
            return _angoff(study, methods.angoff(values, rounding=rounding))
        case Method.HOFSTEE:
            return _compromise(methods.hofstee(last[:, :2], last[:, 2:], counts, rounding=rounding))
        case Method.BEUK:
            return _compromise(methods.beuk(last[:, 0], last[:, 1], counts, rounding=rounding))
        case Method.BOOKMARK:
            return _bookmark(study, last[:, 0].astype(np.int64), rounding)


def round_told(study: StandardSetting, said: Said) -> Json:
    """What a finished round came to, for the panel to talk about: the cut and each judge's own."""
    found = outcome(study, [said])
    judges = found.told.get("judge_cuts") or found.told.get("judge_thetas")
    return {"cut": found.cut.raw, "se": found.cut.se, "judges": judges}


def impact(study: StandardSetting, cut: int) -> Json | None:
    """What the cut would have done to those who took the form; None where nobody's scores are at hand."""
    if not sum(study.counts):
        return None
    passing, mean, sd = methods.impact(np.array(study.counts, dtype=float), cut)
    return {"people": sum(study.counts), "passing": passing, "mean": mean, "sd": sd}


def in_booklet_order(items: Sequence[Calibrated], probability: float) -> tuple[Calibrated, ...]:
    """The ordered booklet: by the ability at which an item is answered right with this probability, easiest first."""
    locations = methods.response_locations(_parameters(items), probability)
    return tuple(items[int(place)] for place in np.argsort(locations, kind="stable"))


def _parameters(items: Sequence[Calibrated]) -> ItemParameters:
    a, b, c = (np.array([getattr(item, name) for item in items]) for name in "abc")
    return item_parameters(a, b, c)


def _angoff(study: StandardSetting, found: methods.Angoff) -> Outcome:
    last = found.rounds[-1]
    told = {
        "judge_cuts": last.judge_cuts,
        "se_items": last.se_items,
        "agreement": last.agreement,
        "moved": [list(moved) for moved in found.moved],
        "items": [
            {"code": code, "mean": mean, "sd": sd}
            for code, mean, sd in zip(study.items, last.item_means, last.item_sds, strict=True)
        ],
    }
    return Outcome(found.cut, plain(told))


def _compromise(found: methods.Compromise) -> Outcome:
    if found.cut is None:
        raise NoCut
    return Outcome(found.cut, plain({"fail_rate": found.fail_rate}))


def _bookmark(
    study: StandardSetting, pages: "np.ndarray[tuple[int], np.dtype[np.int64]]", rounding: Rounding
) -> Outcome:
    found = methods.bookmark(
        pages,
        _parameters(study.booklet),
        probability=study.probability or methods.RP67,
        centre="mean" if study.centre == "mean" else "median",
        rounding=rounding,
    )
    told = {
        "judge_thetas": found.judge_thetas,
        "theta": found.theta,
        "theta_se": found.theta_se,
        "locations": found.locations,
    }
    return Outcome(found.cut, plain(told))
