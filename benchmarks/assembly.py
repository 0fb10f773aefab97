"""Two forms of 120 with a shared anchor of 30 from a bank of 600 with 30 item sets, to an absolute gap of 0.05.

What is judged is the gap that the solver itself reports (information at the cut, raw points), for three wishes: targets
for both, a target for the expected raw score only, and none.
"""

from dataclasses import replace

import numpy as np

from adapters.solver import HighsSolver
from benchmarks.harness import Figure
from domain.psychometrics.assembly import Blueprint, PoolItem, model

BANK, SETS, SEED = 600, 30, 1
SECONDS, GAP = 30.0, 0.05
DOMAINS = {"finance": 36, "personnel": 30, "operations": 36, "compliance": 18}
OBJECTIVES = {
    f"{domain}-{number}": (2, 14) for domain in DOMAINS for number in range(3 if domain == "compliance" else 4)
}
WISHES: dict[str, dict[str, float]] = {
    "information 24 and 72 points at the cut": {"information": 24.0, "expected": 72.0},
    "72 points at the cut, most information": {"expected": 72.0},
    "most information": {},
}


def run(*, quick: bool) -> list[Figure]:
    """Search for each wish; the same bank each time."""
    pool, figures = bank(), []
    for what, targets in list(WISHES.items())[: 1 if quick else None]:
        blueprint = Blueprint(forms=2, domains=DOMAINS, objectives=OBJECTIVES, sets=(4, 8), anchor=30, **targets)  # type: ignore[arg-type]
        asked = model(pool, blueprint)
        found = HighsSolver().solve(asked.programme, seconds=SECONDS, absolute_gap=GAP)
        forms = asked.read(found)
        assert all(len(form.scored) == blueprint.items for form in forms)
        figures += [
            Figure(
                what=f"{what}: gap", value=found.gap if found.gap is not None else float("inf"), unit="", at_most=GAP
            ),
            Figure(what=f"{what}: search ({found.solver})", value=found.seconds, unit="s", at_most=SECONDS),
        ]
    return figures


def bank() -> list[PoolItem]:
    """600 items by the outline's shares, 30 sets of three to five, 60 pairs of enemies."""
    chance = np.random.default_rng(SEED)
    shares = [domain for domain, count in DOMAINS.items() for _ in range(count)]
    sizes = chance.integers(3, 6, SETS)
    set_of = [code for code, size in enumerate(sizes) for _ in range(size)]
    items: list[PoolItem] = []
    for number in range(BANK):
        in_set = set_of[number] if number < len(set_of) else None
        drawn = chance.choice(shares)
        domain = items[-1].domain if items and in_set is not None and items[-1].set_code == f"S{in_set}" else str(drawn)
        objectives = [code for code in OBJECTIVES if code.startswith(domain)]
        a, b = float(np.exp(chance.normal(0, 0.25))), float(chance.normal(0, 1))
        right = 1 / (1 + float(np.exp(-a * (-0.3 - b))))
        items.append(
            PoolItem(
                code=f"I{number:03}",
                domain=domain,
                objective=str(chance.choice(objectives)),
                set_code=None if in_set is None else f"S{in_set}",
                information=a * a * right * (1 - right),
                chance=right,
            )
        )
    for one, other in chance.integers(0, BANK, (60, 2)):
        if one != other and (items[one].set_code is None or items[one].set_code != items[other].set_code):
            items[one] = replace(items[one], enemies=items[one].enemies | {items[other].code})
            items[other] = replace(items[other], enemies=items[other].enemies | {items[one].code})
    return items
