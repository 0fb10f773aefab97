"""Figures as JSON: what the arithmetic hands out becomes plain numbers, with a stated reason where there is none."""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np

from domain.psychometrics.errors import Unmeasurable

Json = dict[str, Any]
"""JSON: text, finite numbers, booleans, None, lists and objects of such."""


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """`value` without arrays or library types; a number that is not finite becomes None, never NaN."""
    match value:
        case Mapping():
            return {str(name): plain(one) for name, one in value.items()}
        case np.ndarray():
            return plain(value.tolist())
        case np.generic():
            return plain(value.item())
        case bool() | int() | str() | None:
            return value
        case float():
            return value if isfinite(value) else None
        case Sequence():
            return [plain(one) for one in value]
        case _:
            message = f"{type(value).__name__} is no JSON"
            raise TypeError(message)


def told(figures: Mapping[str, Any]) -> Json:
    """An object of figures, made plain."""
    return {name: plain(value) for name, value in figures.items()}


def or_reason(figure: Callable[[], Json]) -> Json:
    """The figure; where the data do not allow it, `reason` (its stable code) and `detail` in its stead."""
    try:
        return figure()
    except Unmeasurable as refusal:
        return {"reason": refusal.code, "detail": refusal.detail}
