"""The part of an analysis that rests on response models: Rasch and two-parameter fits, and how well they fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from domain.analysis.plain import Json, plain, told
from domain.analysis.taken import Taken
from domain.psychometrics.arrays import Floats, Ints, Scored, slices, totals
from domain.psychometrics.discovery import discoveries
from domain.psychometrics.errors import TooFew
from domain.psychometrics.irt_ability import warm_abilities, warm_abilities_by_score
from domain.psychometrics.irt_fit import Calibration, fit_rasch, fit_two_parameter
from domain.psychometrics.irt_fitness import person_fit, residual_fit, score_fit
from domain.psychometrics.irt_model import ItemParameters

MOST_TOLD = 200
"""So many people of odd answers are named, the oddest first; how many there are is always told."""
FALSE_DISCOVERIES = 0.05
WIDTH = 0.25
"""Abilities are counted in steps of so many logits."""
FARTHEST = 6.0
LEAST_ITEMS = 2


def rasch_figures(taken: Taken, cut: int | None = None) -> Json:
    """The Rasch model: difficulties with errors, item fit, abilities by raw score, and people whose answers do not fit.

    Ability is standard normal and the common slope is estimated; `logit_b` gives difficulties on the scale whose slope
    is 1, as Winsteps tells them but for its origin.
    """
    calibration = fit_rasch(taken.scored)
    scored = np.ascontiguousarray(taken.scored[:, calibration.items])
    by_score = warm_abilities_by_score(calibration.parameters)
    score = totals(scored)
    theta = np.array([0.0 if value is None else value for value in by_score.theta])
    everything = np.arange(len(calibration.items), dtype=np.int64)
    found = _figures(taken, _Model(calibration, scored, everything, 1), theta[score])
    found["abilities"] = {"theta": plain(by_score.theta), "se": plain(by_score.se)}
    found["ability_counts"] = _counted(theta[score])
    if cut is not None and len(by_score.theta) == taken.raw_max + 1:
        found["theta_at_cut"] = by_score.theta[cut]
        found["information_at_cut"] = _information(calibration, by_score.theta[cut])
    return found


def two_parameter_figures(taken: Taken) -> Json:
    """The two-parameter logistic model: slopes and difficulties with errors, item fit, people who do not fit.

    Abilities and person fit rest on the items that rise with ability; `falling` names the others.
    """
    calibration = fit_two_parameter(taken.scored)
    scored = np.ascontiguousarray(taken.scored[:, calibration.items])
    rising = np.flatnonzero(calibration.parameters.a > 0)
    if len(rising) < LEAST_ITEMS:
        raise TooFew(detail="Fewer than two items rise with ability.")
    model = _Model(calibration, scored, rising.astype(np.int64), 2)
    theta = np.empty(len(scored))
    for part in slices(len(scored)):
        found = warm_abilities(model.risen[part], model.rising_parameters)
        theta[part] = [0.0 if value is None else value for value in found.theta]
    told = _figures(taken, model, theta)
    codes, places = taken.codes, np.flatnonzero(taken.counted)
    falling = np.setdiff1d(np.arange(len(calibration.items)), rising)
    told["falling"] = [codes[places[calibration.items[item]]] for item in falling]
    told["ability_counts"] = _counted(theta)
    return told


@dataclass(frozen=True)
class _Model:
    """A calibration with the points it is of, one column per item of it, and which of the items rise with ability."""

    calibration: Calibration
    scored: Scored
    rising: Ints
    per_item: int

    @cached_property
    def risen(self) -> Scored:
        """The points on the items that rise."""
        return np.ascontiguousarray(self.scored[:, self.rising])

    @cached_property
    def rising_parameters(self) -> ItemParameters:
        """The parameters of the items that rise."""
        return self.calibration.parameters.only(self.rising)


def _figures(taken: Taken, model: _Model, theta: Floats) -> Json:
    calibration = model.calibration
    places = np.flatnonzero(taken.counted)
    codes = taken.codes
    return told({
        "model": calibration.model,
        "people": calibration.people,
        "log_likelihood": calibration.log_likelihood,
        "free_parameters": calibration.free,
        "aic": calibration.aic,
        "bic": calibration.free * np.log(calibration.people) - 2 * calibration.log_likelihood,
        "steps": calibration.steps,
        "slope": calibration.parameters.a[0] if model.per_item == 1 else None,
        "items": _items(codes, places, model, theta),
        "left_out": [{"code": codes[places[item]], "reason": reason} for item, reason in calibration.left_out],
        "person_fit": _people(taken, model, theta),
    })  # fmt: skip


def _items(codes: Sequence[str], places: Ints, model: _Model, theta: Floats) -> list[Json]:
    calibration, scored, per_item = model.calibration, model.scored, model.per_item
    items = calibration.parameters
    residual = residual_fit(scored, items, theta)
    against = score_fit(scored, items, parameters_per_item=per_item)
    flagged = _flagged(against.p)
    return [
        {
            "place": int(places[item]) + 1,
            "code": codes[places[item]],
            "a": items.a[number],
            "b": items.b[number],
            "se_a": calibration.se_a[number] if per_item > 1 else None,
            "se_b": calibration.se_b[number],
            "logit_b": items.a[number] * items.b[number],
            "outfit": residual.item_outfit[number],
            "infit": residual.item_infit[number],
            "outfit_z": residual.item_outfit_z[number],
            "infit_z": residual.item_infit_z[number],
            "s_x2": against.chi_squared[number],
            "degrees": against.degrees[number],
            "p": against.p[number],
            "fit_reason": against.reasons[number],
            "misfits": bool(flagged[number]),
        }
        for number, item in enumerate(calibration.items)
    ]


def _flagged(p: Sequence[float | None]) -> list[bool]:
    """Which of the existing probabilities are discoveries at 5 % false ones (Benjamini and Hochberg 1995)."""
    known = [place for place, value in enumerate(p) if value is not None]
    found = [False] * len(p)
    if known:
        which, _ = discoveries(np.array([p[place] for place in known], np.float64), FALSE_DISCOVERIES)
        for place, flag in zip(known, which, strict=True):
            found[place] = bool(flag)
    return found


def _people(taken: Taken, model: _Model, theta: Floats) -> Json:
    """People whose answers the model does not expect, at 5 % false discoveries."""
    star, p = np.empty(len(theta)), np.empty(len(theta))
    for part in slices(len(theta)):
        found = person_fit(model.risen[part], model.rising_parameters, theta[part])
        star[part], p[part] = found.lz_star, found.p
    which, adjusted = discoveries(p, FALSE_DISCOVERIES)
    order = np.flatnonzero(which)[np.argsort(p[which], kind="stable")]
    told = [
        {"person": taken.people[row], "raw": int(taken.totals[row]), "lz_star": star[row], "adjusted_p": adjusted[row]}
        for row in order[:MOST_TOLD]
    ]
    return {
        "statistic": "lz_star",
        "false_discovery_rate": FALSE_DISCOVERIES,
        "flagged": len(order),
        "mean": star.mean(),
        "sd": star.std(ddof=1),
        "people": told,
    }


def _counted(theta: Floats) -> Json:
    """How many have which ability: counts in steps of a quarter logit from -6 to 6, the ends open."""
    edges = np.arange(-FARTHEST, FARTHEST + WIDTH, WIDTH)
    counts, _ = np.histogram(np.clip(theta, -FARTHEST, FARTHEST), edges)
    return {"from": -FARTHEST, "width": WIDTH, "counts": [int(count) for count in counts]}


def _information(calibration: Calibration, theta: float | None) -> float | None:
    if theta is None:
        return None
    return float(calibration.parameters.information(np.array([theta])).sum())
