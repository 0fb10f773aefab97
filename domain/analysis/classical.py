"""The classical part of an analysis: items, options, suspect keys, reliability, decisions, speededness.

Each function takes a form as it was taken and answers JSON. What the data do not allow is None beside a `reason`.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from domain.analysis.plain import Json, or_reason, plain, told
from domain.analysis.taken import Taken
from domain.psychometrics.arrays import LEAST_PEOPLE, Floats, frequencies
from domain.psychometrics.decisions import Decisions, hanson_brennan, livingston_lewis, subkoviak
from domain.psychometrics.errors import TooFew
from domain.psychometrics.items import ItemAnalysis, analyse_items
from domain.psychometrics.moments import moments
from domain.psychometrics.options import (
    Distractors,
    OptionTable,
    Suspect,
    analyse_options,
    bands,
    option_table,
    suspect_keys,
    upper_and_lower,
)
from domain.psychometrics.reliability import (
    Reliability,
    lord_keats_sem,
    lord_sem,
    reliability,
    scaled_sem_binomial,
    scaled_sem_delta,
)
from domain.psychometrics.speededness import speededness

GROUPS = 5
"""Distractor traces are drawn over fifths of the people."""
DROPPED = "dropped"
HARD, EASY, WEAK = 0.25, 0.95, 0.10
"""Where an item's difficulty or discrimination is told as a warning."""


def score_figures(taken: Taken) -> Json:
    """The distribution of raw scores: counts from 0 to the highest, moments (divisor N - 1), quartiles."""
    scores = taken.totals
    counts = frequencies(scores, taken.raw_max)
    sd = float(np.std(scores, ddof=1)) if len(scores) > 1 else None
    centred = (scores - scores.mean()) / sd if sd else None
    return told({
        "people": len(scores),
        "maximum": taken.raw_max,
        "mean": scores.mean(),
        "sd": sd,
        "skewness": None if centred is None else (centred**3).mean(),
        "kurtosis": None if centred is None else (centred**4).mean() - 3,
        "lowest": scores.min(),
        "highest": scores.max(),
        "quartiles": np.percentile(scores, [25, 50, 75]),
        "counts": counts.astype(np.int64),
    })  # fmt: skip


def item_figures(taken: Taken) -> Json:
    """Every item with its options, and the items whose key is suspect, the strongest case first."""
    sums = moments(taken.right, taken.counted)
    table = option_table(taken.answers, taken.totals, taken.options, bands(taken.totals, GROUPS))
    ends = option_table(taken.answers, taken.totals, taken.options, upper_and_lower(taken.totals))
    analysis = analyse_items(sums)
    found = analyse_options(table, sums, taken.keys)
    suspects = suspect_keys(ends, found, taken.keys, [item.options for item in taken.items])
    return {
        "people": len(taken.people),
        "counted": taken.raw_max,
        "items": [_item(taken, place, analysis, table, found) for place in range(len(taken.items))],
        "suspect_keys": [_suspect(taken, suspect) for suspect in suspects],
    }


def _item(taken: Taken, place: int, analysis: ItemAnalysis, table: OptionTable, found: Distractors) -> Json:
    item, key = taken.items[place], taken.keys[place]
    p = float(analysis.mean[place]) if key else None
    reason = analysis.reasons[place] if key else DROPPED
    reached = table.people - int(table.counts[place, -1])
    correlation = analysis.point_biserial[place] if key else None
    return told({
        "place": place + 1,
        "code": item.code,
        "domain": item.domain,
        "counted": item.scored and bool(key),
        "key": key,
        "p": p,
        "p_of_reached": table.counts[place, list(key)].sum() / reached if key and reached else None,
        "sd": analysis.sd[place] if key else None,
        "point_biserial": correlation,
        "biserial": analysis.biserial[place] if key else None,
        "reason": reason,
        "alpha_if_deleted": analysis.alpha_if_deleted[place],
        "warnings": _warnings(p, correlation),
        "options": _options(taken, place, table, found),
    })  # fmt: skip


def _warnings(p: float | None, correlation: float | None) -> list[str]:
    tests = {
        "hard": p is not None and p < HARD,
        "easy": p is not None and p > EASY,
        "weak": correlation is not None and 0 <= correlation < WEAK,
        "negative": correlation is not None and correlation < 0,
    }
    return [name for name, holds in tests.items() if holds]


def _options(taken: Taken, place: int, table: OptionTable, found: Distractors) -> list[Json]:
    """The item's own options, then what was omitted and what was not reached."""
    named: list[tuple[int, int | str]] = [(one, one) for one in range(1, taken.items[place].options + 1)]
    named += [(0, "omitted"), (table.options + 1, "not_reached")]
    traces = table.traces()
    return [
        {
            "option": name,
            "right": column in taken.keys[place],
            "count": int(table.counts[place, column]),
            "share": float(found.shares[place, column]),
            "mean_total": found.mean_totals[place][column],
            "correlation": found.correlations[place][column],
            "reason": found.reasons[place][column],
            "traces": _by_fifth(traces[:, place, column]),
        }
        for column, name in named
    ]


def _by_fifth(shares: Floats) -> list[float | None]:
    """A share for each fifth of the people; None where nobody is in it, since equal scores are never parted."""
    found: list[float | None] = plain(shares)
    return [*found, *[None] * (GROUPS - len(found))]


def _suspect(taken: Taken, suspect: Suspect) -> Json:
    return {
        "place": suspect.item + 1,
        "code": taken.items[suspect.item].code,
        "key": list(taken.keys[suspect.item]),
        "rival": suspect.rival,
        "strength": suspect.strength,
        "key_correlation": suspect.key_correlation,
        "rival_correlation": suspect.rival_correlation,
        "reasons": list(suspect.reasons),
    }


def reliability_figures(taken: Taken, scaled: Sequence[int] = (), cut: int | None = None) -> Json:
    """Reliability of the total and of each domain, and conditional standard errors on both scales.

    `scaled` is the scaled score of each raw score, where there is a conversion; `cut` the lowest raw score that passes.
    """
    must_be_enough(taken)
    sums = moments(taken.right, taken.counted)
    whole = reliability(sums)
    return told({
        **_told(whole),
        "domains": {name: or_reason(partial(_of_domain, taken, name)) for name in _domains(taken)},
        "conditional": or_reason(lambda: _conditional(whole, scaled, cut)),
    })  # fmt: skip


def _told(whole: Reliability) -> Json:
    return {
        "items": whole.items,
        "people": whole.people,
        "mean": whole.mean,
        "sd": whole.sd,
        "alpha": whole.alpha,
        "lambda2": whole.lambda2,
        "kr21": whole.kr21,
        "sem": whole.sem,
        "sem_reason": "negative_alpha" if whole.sem is None else None,
    }


def _domains(taken: Taken) -> list[str]:
    return list(dict.fromkeys(item.domain for item in taken.items))


def _of_domain(taken: Taken, domain: str) -> Json:
    own = np.array([item.domain == domain for item in taken.items]) & taken.counted
    return _told(reliability(moments(taken.right, own)))


def _conditional(whole: Reliability, scaled: Sequence[int], cut: int | None) -> Json:
    """Lord's errors stretched to the form's SEM (Keats), by raw score; and on the reported scale, where there is one.

    On the scale, `binomial` is the standard deviation of the reported score under binomial errors (Kolen, Hanson and
    Brennan 1992), which is right at the corner of a scale of two lines; `delta` is the local slope times the raw error.
    """
    if whole.kr21 is None or not 0 <= whole.alpha <= 1 or whole.kr21 >= 1:
        raw, method = lord_sem(whole.items), "lord"
        shrink = 1.0
    else:
        raw, method = lord_keats_sem(whole.items, whole.alpha, whole.kr21), "lord_keats"
        shrink = (1 - whole.alpha) / (1 - whole.kr21)
    found: Json = {"method": method, "raw": raw, "at_cut": None, "scaled_binomial": None, "scaled_delta": None}
    if len(scaled) == whole.items + 1:
        table = np.asarray(scaled, np.float64)
        proportions = np.arange(len(scaled)) / whole.items
        found["scaled_binomial"] = scaled_sem_binomial(table, proportions, shrink)
        found["scaled_delta"] = scaled_sem_delta(raw, table)
    if cut is not None and 0 <= cut <= whole.items:
        on_scale = found["scaled_binomial"]
        found["at_cut"] = {"raw": raw[cut], "scaled": None if on_scale is None else on_scale[cut]}
    return found


def decision_figures(taken: Taken, cut: int) -> Json:
    """How often the same decision would be taken again, and is right, at the lowest raw score that passes."""
    whole = reliability(moments(taken.right, taken.counted))
    scores, maximum = taken.totals, taken.raw_max
    methods = {
        "livingston_lewis": lambda: _judged(livingston_lewis(scores, whole.alpha, [cut], maximum=maximum)),
        "hanson_brennan": lambda: _judged(hanson_brennan(scores, whole.alpha, [cut], maximum)),
        "subkoviak": lambda: _judged(subkoviak(scores, whole.alpha, [cut], maximum)),
    }
    passed = int((scores >= cut).sum())
    return told({
        "cut": cut,
        "passed": passed,
        "pass_rate": passed / len(scores),
        "methods": {name: or_reason(method) for name, method in methods.items()},
    })  # fmt: skip


def _judged(found: Decisions) -> Json:
    true = found.true_scores
    return {
        "consistency": found.consistency,
        "chance": found.chance,
        "kappa": found.kappa,
        "accuracy": found.accuracy,
        "false_passes": found.false_higher,
        "false_fails": found.false_lower,
        "length": found.length,
        "true_score_parameters": None if true is None else true.parameters,
        "true_scores": None if true is None else [true.a, true.b, true.lower, true.upper],
    }


def speed_figures(taken: Taken) -> Json:
    """Was there time enough? Omitted answers are told apart from those that were not reached."""
    found = speededness(taken.answers, taken.right.sum(axis=1, dtype=np.int64).astype(np.float64))
    omitted = (taken.answers == 0).sum(axis=1)
    return told({
        "finished": found.finished,
        "everybody_reached": found.everybody_reached,
        "unspeeded": found.unspeeded,
        "variance_ratio": found.variance_ratio,
        "reached": found.reached,
        "omitted_per_person": omitted.mean(),
        "not_reached_per_person": (1.0 - found.reached).sum(),
    })  # fmt: skip


def must_be_enough(taken: Taken) -> None:
    """Return when there are ten people or more; raises TooFew."""
    if len(taken.people) < LEAST_PEOPLE:
        raise TooFew(detail=f"At least {LEAST_PEOPLE} people are needed.")
