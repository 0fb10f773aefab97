"""The part of an analysis that compares subgroups: Mantel-Haenszel for each focal group against the reference."""

from collections import Counter
from collections.abc import Mapping
from functools import partial

import numpy as np

from domain.analysis.plain import Json, or_reason, told
from domain.analysis.taken import Taken
from domain.psychometrics.arrays import LEAST_PEOPLE
from domain.psychometrics.dif import mantel_haenszel, standardised_difference
from domain.psychometrics.discovery import discoveries
from domain.psychometrics.errors import TooFew

LEAST_GROUP = 50
"""Smaller groups are told, not compared: their figures would be noise, and could point at people."""


def dif_figures(
    taken: Taken, groups: Mapping[str, str], *, reference: str | None = None, purify: bool = True,
    least: int = LEAST_GROUP,
) -> Json:  # fmt: skip
    """Every group of at least `least` people against the reference, which is the largest unless it is named.

    `groups` names the group of each person; who has none is left out of the comparisons.
    """
    of = np.array([groups.get(person, "") for person in taken.people])
    sizes = Counter(str(label) for label in of if label)
    if not sizes:
        raise TooFew(detail="Nobody who took the form belongs to a group.")
    chosen = reference or min(sizes, key=lambda label: (-sizes[label], label))
    if sizes.get(chosen, 0) < max(least, LEAST_PEOPLE):
        raise TooFew(detail=f"The reference group has fewer than {max(least, LEAST_PEOPLE)} people.")
    small = {label: size for label, size in sizes.items() if size < max(least, LEAST_PEOPLE)}
    focal = sorted(label for label in sizes if label != chosen and label not in small)
    return {
        "reference": chosen,
        "purified": purify,
        "least_people": max(least, LEAST_PEOPLE),
        "without_group": int((of == "").sum()),
        "groups": [{"group": label, "people": sizes[label]} for label in sorted(sizes)],
        "too_small": sorted(small),
        "comparisons": [
            {"focal": label, **or_reason(partial(_compared, taken, of, label, chosen, purify=purify))}
            for label in focal
        ],
    }


def _compared(taken: Taken, of: "np.typing.NDArray[np.str_]", focal: str, reference: str, *, purify: bool) -> Json:
    both = (of == focal) | (of == reference)
    scored = taken.scored[both]
    member = of[both] == focal
    found = mantel_haenszel(scored, member, purify=purify)
    codes = [code for code, counted in zip(taken.codes, taken.counted, strict=True) if counted]
    scores = taken.totals[both].astype(np.float64)
    p = [value for value in found.p if value is not None]
    flagged = iter(discoveries(np.array(p, np.float64)).found.tolist()) if p else iter(())
    items = [
        {
            "code": code,
            "alpha": found.alpha[place],
            "delta": found.delta[place],
            "se": found.se[place],
            "chi_squared": found.chi_squared[place],
            "p": found.p[place],
            "p_dif": found.p_dif[place],
            "grade": found.grade[place],
            "significant": None if found.p[place] is None else next(flagged),
            "reason": found.reasons[place],
        }
        for place, code in enumerate(codes)
    ]
    grades = Counter((grade or "none")[0] for grade in found.grade)
    return told({
        "people": {"focal": int(member.sum()), "reference": int((~member).sum())},
        "impact": or_reason(lambda: {"d": standardised_difference(scores[member], scores[~member])}),
        "grades": {name: grades.get(name, 0) for name in ("A", "B", "C", "n")},
        "items": items,
    })  # fmt: skip
