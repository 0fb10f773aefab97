"""An equating run in its two stages, as JSON. Import it where it is used: it loads numpy."""

from collections.abc import Sequence

import numpy as np

from domain.analysis.design import IRT_METHODS, Design
from domain.analysis.equate import Anchor, Progress, anchor_of, drift_of, equate, errors_of
from domain.analysis.plain import Json, told
from domain.analysis.taken import Taken

NAMED, DRIFTED, CONSTANT = "named", "drifted", "constant_item"


def conversion(x: Taken, y: Taken, design: Design, codes: Sequence[str], named: Sequence[str] = ()) -> Json:
    """The anchor that was used, what was left out of it and why, its drift, and the unrounded equivalents of X on Y.

    Raises Unmeasurable where the data do not allow the method.
    """
    excluded = dict.fromkeys(named, NAMED)
    anchor, drift = None, None
    if codes:
        anchor, drift, more = _anchored(x, y, design, codes)
        excluded |= more
    found = equate(x, y, design, anchor)
    return told({
        "anchor": anchor.codes if anchor else (),
        "internal": anchor.internal if anchor else None,
        "excluded": excluded,
        "drift": drift,
        "equivalents": found.equivalents,
        "details": {**found.details, "internal": anchor.internal if anchor else None},
        "groups": {"x": _group(x, anchor.x if anchor else None), "y": _group(y, anchor.y if anchor else None)},
    })  # fmt: skip


def _anchored(x: Taken, y: Taken, design: Design, codes: Sequence[str]) -> tuple[Anchor, Json, dict[str, str]]:
    """The anchor, its drift, and the items that left it: constant ones, and drifting ones where the design says so."""
    anchor = anchor_of(x, y, codes)
    drift = drift_of(x, y, anchor, design)
    out: dict[str, str] = {}
    if design.method in IRT_METHODS:
        out |= dict.fromkeys(drift["constant"], CONSTANT)
    if design.exclude_drifting:
        out |= dict.fromkeys(drift["drifted"], DRIFTED)
    if out:
        anchor = anchor_of(x, y, [code for code in codes if code not in out])
    return anchor, drift, out


def _group(form: Taken, anchor: "np.typing.NDArray[np.int64] | None") -> Json:
    sd = float(form.totals.std(ddof=1)) if len(form.people) > 1 else None
    told: Json = {"people": len(form.people), "mean": float(form.totals.mean()), "sd": sd}
    if anchor is not None:
        told |= {"anchor_mean": float(anchor.mean()), "anchor_sd": float(anchor.std(ddof=1))}
    return told


def errors(x: Taken, y: Taken, design: Design, codes: Sequence[str], progress: Progress | None = None) -> Json:
    """Bootstrap standard errors of each equivalent."""
    anchor = anchor_of(x, y, codes) if codes else None
    return errors_of(x, y, design, anchor, progress)
