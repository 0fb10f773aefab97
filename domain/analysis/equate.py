"""Equating one form to another: a design with its arguments, two groups, and a conversion of unrounded raw points.

X is the new form, taken by population 1; Y the old one, taken by population 2. Import it where it is used: it loads
numpy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from domain.analysis.design import IRT_METHODS, LEAST_ANCHOR, Design, EquatingMethod
from domain.analysis.plain import Json, plain, told
from domain.analysis.taken import Taken
from domain.psychometrics import anchor_equipercentile as chained, anchor_linear as linear, irt_linking as linking
from domain.psychometrics.arrays import Flags, Floats, Ints, floats, frequencies, totals
from domain.psychometrics.equating import (
    Arc,
    Line,
    arc_of,
    circle_arc,
    linear_equating,
    mean_equating,
)
from domain.psychometrics.equating_errors import anchor_drift, bootstrap, deltas
from domain.psychometrics.equipercentile import equipercentile
from domain.psychometrics.errors import AnchorTooShort, NotConverged, NoVariation, OutOfShape, Singular, Unmeasurable
from domain.psychometrics.irt_equating import observed_score_equating, true_score_equating
from domain.psychometrics.irt_fit import Calibration, fit_rasch, fit_two_parameter
from domain.psychometrics.irt_model import ItemParameters, normal_nodes
from domain.psychometrics.smoothing import Smoothed, internal_cells, smooth, smooth_by_aic, smooth_joint

Progress = Callable[[int], None]
Degrees = tuple[Any, Any]
"""For X and for Y: a degree; for a score with its anchor, the degrees of both and of their cross moments."""
FLAT = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The common items: their codes, and their places among the counted items of X and of Y, or None beside them.

    `internal` says that all of them count on both forms. `x` and `y` int64 are everybody's points on them.
    """

    codes: tuple[str, ...]
    internal: bool
    places_x: tuple[int, ...]
    places_y: tuple[int, ...]
    x: Ints
    y: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Equated:
    """A conversion: the unrounded equivalent on Y of each raw score 0 ... K of X, and what was found on the way."""

    equivalents: Floats
    details: Json


def common_codes(x: Taken, y: Taken) -> tuple[str, ...]:
    """The items that count on both forms, in X's order: the anchor where nobody named another.

    An item that was on trial on either form carries no scale unasked: whoever took it there may have known or felt that
    it did not count, and its figures were not reviewed for use.
    """
    there = {code for code, counts in zip(y.codes, y.counted, strict=True) if counts}
    return tuple(code for code, counts in zip(x.codes, x.counted, strict=True) if counts and code in there)


def anchor_of(x: Taken, y: Taken, codes: Sequence[str]) -> Anchor:
    """The anchor that these codes make.

    Raises:
        AnchorTooShort: fewer than three. OutOfShape: one of them is not on both forms, or has another key there.

    """
    if len(codes) < LEAST_ANCHOR:
        raise AnchorTooShort(detail=f"An anchor needs at least {LEAST_ANCHOR} items.")
    at_x, at_y = ({code: place for place, code in enumerate(form.codes)} for form in (x, y))
    if any(code not in at_x or code not in at_y for code in codes):
        raise OutOfShape(detail="Every anchor item must be on both forms.")
    in_x, in_y = [at_x[code] for code in codes], [at_y[code] for code in codes]
    if any(set(x.keys[one]) != set(y.keys[other]) for one, other in zip(in_x, in_y, strict=True)):
        raise OutOfShape(detail="An anchor item must have the same key on both forms.")
    return Anchor(
        codes=tuple(codes),
        internal=bool(x.counted[in_x].all() and y.counted[in_y].all()),
        places_x=tuple(in_x),
        places_y=tuple(in_y),
        x=totals(np.ascontiguousarray(x.right[:, in_x])),
        y=totals(np.ascontiguousarray(y.right[:, in_y])),
    )


def drift_of(x: Taken, y: Taken, anchor: Anchor, design: Design) -> Json:
    """Whether each anchor item kept its difficulty: on deltas, or on Rasch difficulties for the response models.

    Items that all or none got right have no difficulty: they are told as `constant`, and carry nothing.
    """
    now, before = x.right[:, list(anchor.places_x)].mean(axis=0), y.right[:, list(anchor.places_y)].mean(axis=0)
    varies = (now > 0) & (now < 1) & (before > 0) & (before < 1)
    known = np.flatnonzero(varies)
    codes = [anchor.codes[place] for place in known]
    constant = [code for code, kept in zip(anchor.codes, varies, strict=True) if not kept]
    if design.method in IRT_METHODS:
        scale, new, old = "rasch_b", *_rasch_difficulties(x, y, anchor, known)
    else:
        scale, new, old = "delta", deltas(now[known]), deltas(before[known])
    try:
        found = anchor_drift(new, old, bound=design.drift_bound)
    except Unmeasurable as refusal:
        return {"scale": scale, "constant": constant, "items": [], "drifted": [], "reason": refusal.code}
    rows = [
        {"code": code, "new": new[place], "old": old[place], "robust_z": found.robust_z[place],
         "distance": found.distance[place], "drifted": bool(found.drifted[place])}
        for place, code in enumerate(codes)
    ]  # fmt: skip
    return told({
        "scale": scale,
        "bound": design.drift_bound,
        "correlation": found.correlation,
        "sd_ratio": found.sd_ratio,
        "constant": constant,
        "drifted": [code for place, code in enumerate(codes) if found.drifted[place]],
        "items": rows,
        "reason": None,
    })  # fmt: skip


def _rasch_difficulties(x: Taken, y: Taken, anchor: Anchor, known: "np.typing.NDArray[np.intp]") -> list[Floats]:
    """Logit difficulties of the anchor items in both groups, the anchor calibrated by itself."""
    found = []
    for form, places in ((x, anchor.places_x), (y, anchor.places_y)):
        fit = fit_rasch(np.ascontiguousarray(form.right[:, [places[place] for place in known]]))
        found.append(floats(fit.parameters.a * fit.parameters.b))
    return found


def equate(x: Taken, y: Taken, design: Design, anchor: Anchor | None) -> Equated:
    """The conversion of X to Y by a design; raises Unmeasurable where the data do not allow it."""
    if design.method in IRT_METHODS:
        found = _by_models(x, y, design, _must_have(anchor))
    elif anchor is not None and design.uses_anchor:
        found = _by_anchor(*_joint(x, y, anchor), design, anchor)
    else:
        found = _by_scores(*_counts(x, y), design)
    _must_rise(found.equivalents)
    return found


def errors_of(x: Taken, y: Taken, design: Design, anchor: Anchor | None, progress: Progress | None = None) -> Json:
    """Bootstrap standard errors of the conversion: people of both groups drawn anew, by the design's seed.

    Degrees of smoothing are chosen once, on the data; every resample is smoothed by the same.
    """
    if not design.replications:
        return {"replications": 0, "reason": "not_asked", "se": None, "bias": None, "failed": None}
    rng = np.random.default_rng(design.seed)
    if design.method in IRT_METHODS:
        first, second = np.ones(len(x.people)), np.ones(len(y.people))
        which = _must_have(anchor)

        def convert(one: Floats, two: Floats) -> Floats:
            return _by_models(_repeated(x, one), _repeated(y, two), design, which).equivalents
    elif anchor is not None and design.uses_anchor:
        first, second = _joint(x, y, anchor)
        held, chosen = anchor, _degrees(_by_anchor(first, second, design, anchor))

        def convert(one: Floats, two: Floats) -> Floats:
            return _by_anchor(one, two, design, held, chosen).equivalents
    else:
        first, second = _counts(x, y)
        degrees = _degrees(_by_scores(first, second, design))

        def convert(one: Floats, two: Floats) -> Floats:
            return _by_scores(one, two, design, degrees).equivalents

    try:
        found = bootstrap(first, second, convert, rng, replications=design.replications, progress=progress)
    except NotConverged as refusal:
        return {"replications": design.replications, "reason": refusal.code, "se": None, "bias": None, "failed": None}
    return told({
        "replications": found.replications,
        "reason": None,
        "se": found.se,
        "bias": found.bias,
        "failed": found.failed,
    })  # fmt: skip


def _degrees(found: Equated) -> Degrees | None:
    """The degrees that the two distributions were smoothed by, where they were."""
    smoothing = found.details.get("smoothing")
    return None if smoothing is None else (smoothing["x"]["degree"], smoothing["y"]["degree"])


def _must_have(anchor: Anchor | None) -> Anchor:
    if anchor is None:
        raise AnchorTooShort(detail="This method needs an anchor.")
    return anchor


def _must_rise(equivalents: Floats) -> None:
    if not np.isfinite(equivalents).all() or np.any(np.diff(equivalents) < -FLAT):
        raise Singular(detail="The conversion does not rise with the raw score: the forms cannot be equated so.")


def _counts(x: Taken, y: Taken) -> tuple[Floats, Floats]:
    return frequencies(x.totals, x.raw_max), frequencies(y.totals, y.raw_max)


def _joint(x: Taken, y: Taken, anchor: Anchor) -> tuple[Floats, Floats]:
    size = len(anchor.codes)
    return (
        linear.joint_counts(x.totals, anchor.x, x.raw_max, size),
        linear.joint_counts(y.totals, anchor.y, y.raw_max, size),
    )


def _by_scores(x: Floats, y: Floats, design: Design, chosen: Degrees | None = None) -> Equated:
    """Randomly equivalent groups."""
    scores = np.arange(len(x), dtype=np.float64)
    match design.method:
        case EquatingMethod.IDENTITY:
            return Equated(equivalents=scores, details={})
        case EquatingMethod.MEAN:
            return _on_line(mean_equating(x, y), scores)
        case EquatingMethod.LINEAR:
            return _on_line(linear_equating(x, y), scores)
        case EquatingMethod.CIRCLE_ARC:
            return _on_arc(arc_of(x, y, low=design.low), scores, design)
        case _:
            degrees = chosen or (None, None)
            smoothed_x, told_x = _smoothed(x, design, degrees[0])
            smoothed_y, told_y = _smoothed(y, design, degrees[1])
            details = {"smoothing": {"x": told_x, "y": told_y}}
            return Equated(equivalents=equipercentile(smoothed_x, smoothed_y), details=details)


def _on_line(line: Line, scores: Floats, more: Json | None = None) -> Equated:
    return Equated(equivalents=line.at(scores), details={"line": [line.slope, line.intercept], **(more or {})})


def _on_arc(arc: Arc, scores: Floats, design: Design) -> Equated:
    points = [list(point) for point in (arc.low, arc.middle, arc.high)]
    equivalents = circle_arc(scores, arc, symmetric=design.symmetric)
    return Equated(equivalents=equivalents, details={"points": points, "symmetric": design.symmetric})


def _smoothed(counts: Floats, design: Design, chosen: int | None) -> tuple[Floats, Json]:
    """Presmoothed by a log-linear polynomial: of the stated degree, of the least AIC, or not at all."""
    if design.smoothing == "none":
        return counts, {"degree": None}
    known = design.degree if design.smoothing == "degree" else chosen
    found = smooth_by_aic(counts) if known is None else smooth(counts, known)
    return found.counts, plain({"degree": found.degree, "aic": found.aic, "tried": found.tried})


def _smoothed_joint(
    counts: Floats, design: Design, anchor: Anchor, chosen: Sequence[int] | None
) -> tuple[Floats, Json]:
    if design.smoothing == "none":
        return counts, {"degree": None}
    cells = internal_cells(counts.shape[0] - 1, counts.shape[1] - 1) if anchor.internal else None
    known = [design.degree, design.anchor_degree, design.cross] if design.smoothing == "degree" else chosen
    if known is None:
        found, degrees = _least_aic(counts, cells)
    else:
        found, degrees = smooth_joint(counts, *known, possible=cells), list(known)
    return found.counts, plain({"degree": degrees, "parameters": found.degree, "aic": found.aic})


def _least_aic(counts: Floats, cells: Flags | None) -> tuple[Smoothed, list[int]]:
    """The joint polynomial with the least AIC among degrees 2 to 6 of score and anchor and one or two cross moments."""
    best: tuple[Smoothed, list[int]] | None = None
    for degree in range(2, 7):
        for cross in (1, 2):
            try:
                found = smooth_joint(counts, degree, degree, cross, possible=cells)
            except Unmeasurable:
                continue
            if best is None or found.aic < best[0].aic:
                best = (found, [degree, degree, cross])
    if best is None:
        raise NotConverged(detail="No polynomial could be fitted to these scores.")
    return best


def _by_anchor(first: Floats, second: Floats, design: Design, anchor: Anchor, chosen: Degrees | None = None) -> Equated:
    """Groups that differ, by common items. An internal anchor's points are part of the score."""
    scores = np.arange(first.shape[0], dtype=np.float64)
    weight = design.weight_of(float(first.sum()), float(second.sum()))
    match design.method:
        case EquatingMethod.TUCKER:
            return _anchored(linear.tucker(first, second, weight), scores, weight)
        case EquatingMethod.LEVINE_OBSERVED:
            found = linear.levine_observed(first, second, weight, internal=anchor.internal)
            return _anchored(found, scores, weight)
        case EquatingMethod.LEVINE_TRUE:
            return _anchored(linear.levine_true(first, second, internal=anchor.internal), scores, None)
        case EquatingMethod.CHAINED_LINEAR:
            return _anchored(linear.chained_linear(first, second), scores, None)
        case EquatingMethod.CIRCLE_ARC:
            return _on_arc(_chained_arc(first, second, design), scores, design)
        case _:
            return _by_anchor_curves(first, second, design, anchor, chosen)


def _by_anchor_curves(first: Floats, second: Floats, design: Design, anchor: Anchor, chosen: Degrees | None) -> Equated:
    scores = np.arange(first.shape[0], dtype=np.float64)
    weight = design.weight_of(float(first.sum()), float(second.sum()))
    degrees = chosen or (None, None)
    one, told_x = _smoothed_joint(first, design, anchor, degrees[0])
    two, told_y = _smoothed_joint(second, design, anchor, degrees[1])
    details: Json = {"smoothing": {"x": told_x, "y": told_y}, "weight": weight}
    if design.method is EquatingMethod.BRAUN_HOLLAND:
        return _on_line(chained.braun_holland(one, two, weight), scores, details)
    if design.method is EquatingMethod.FREQUENCY_ESTIMATION:
        return Equated(equivalents=chained.frequency_estimation(one, two, weight), details=details)
    details.pop("weight")
    return Equated(equivalents=chained.chained_equipercentile(one, two), details=details)


def _chained_arc(first: Floats, second: Floats, design: Design) -> Arc:
    """The arc through the point that chained linear equating gives the new form's mean (Livingston and Kim 2010)."""
    line = linear.chained_linear(first, second).line
    mean = linear.joint_moments(first).mean
    return Arc(
        low=design.low,
        middle=(mean, float(line.at(np.array([mean]))[0])),
        high=(float(first.shape[0] - 1), float(second.shape[0] - 1)),
    )


def _anchored(found: linear.AnchorLine, scores: Floats, weight: float | None) -> Equated:
    more: Json = {"gammas": list(found.gammas)}
    if weight is not None:
        more |= {"weight": weight, "synthetic": None if found.synthetic is None else list(found.synthetic)}
    return _on_line(found.line, scores, more)


# --- response models


def _by_models(x: Taken, y: Taken, design: Design, anchor: Anchor) -> Equated:
    """Calibrate both forms, put X on Y's scale by the anchor, and equate true or observed scores."""
    fit_x, fit_y = _calibrated(x, design), _calibrated(y, design)
    link = _link(x, y, fit_x, fit_y, design, anchor)
    on_scale = fit_x.parameters.moved(link.slope, link.intercept)
    details: Json = {
        "link": [link.slope, link.intercept],
        "log_likelihoods": [fit_x.log_likelihood, fit_y.log_likelihood],
        "d": design.d,
    }
    if design.method is EquatingMethod.IRT_TRUE:
        return Equated(equivalents=true_score_equating(on_scale, fit_y.parameters), details=details)
    nodes, weights = normal_nodes(design.nodes)
    first = (link.slope * nodes + link.intercept, weights)
    weight = design.weight_of(len(x.people), len(y.people))
    found = observed_score_equating(on_scale, fit_y.parameters, first, (nodes, weights), weight)
    return Equated(equivalents=found, details={**details, "weight": weight})


def _calibrated(form: Taken, design: Design) -> Calibration:
    fit = fit_rasch if design.model == "rasch" else fit_two_parameter
    found = fit(form.scored, d=design.d)
    if found.left_out:
        raise NoVariation(detail="An item that all or none get right has no place on the scale; drop it from the form.")
    return found


def _link(x: Taken, y: Taken, fit_x: Calibration, fit_y: Calibration, design: Design, anchor: Anchor) -> Line:
    if not anchor.internal:
        raise OutOfShape(detail="Response models are linked by items that count on both forms.")
    new, old = _of_anchor(x, fit_x, anchor.places_x), _of_anchor(y, fit_y, anchor.places_y)
    match design.link:
        case "mean_mean":
            return linking.mean_mean(new, old)
        case "mean_sigma":
            return linking.mean_sigma(new, old)
        case "haebara":
            return linking.haebara(new, old, symmetric=design.symmetric)
        case _:
            return linking.stocking_lord(new, old, symmetric=design.symmetric)


def _of_anchor(form: Taken, fit: Calibration, places: Sequence[int]) -> ItemParameters:
    rank = np.cumsum(form.counted) - 1
    return fit.parameters.only(rank[list(places)])


def _repeated(form: Taken, times: Floats) -> Taken:
    """The form as a resample of its people took it."""
    rows = np.repeat(np.arange(len(times)), times.astype(np.int64))
    return form.only(rows)
