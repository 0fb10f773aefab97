"""Two forms drawn from one, with a common anchor, and taken by two halves of its people: to try equating on."""

import numpy as np

from domain.analysis.taken import Taken
from domain.psychometrics.errors import TooFew

LEAST_ITEMS = 9


def drawn(taken: Taken, *, anchor_items: int, seed: int) -> tuple[Taken, Taken]:
    """Forms X and Y: the anchor on both, every other counted item on one of them, domains spread evenly.

    The people are divided at random, so that the two groups are equivalent and a right method finds little to correct
    beyond the forms' own difficulty. The same seed draws the same forms.

    Raises:
        TooFew: fewer than nine counted items, or an anchor that leaves no item to either form.

    """
    places = np.flatnonzero(taken.counted)
    if len(places) < LEAST_ITEMS or not 0 < anchor_items <= len(places) - 2:
        raise TooFew(detail="There are too few items to draw two forms with an anchor from.")
    rng = np.random.default_rng(seed)
    mixed = rng.permutation(places)
    ordered = sorted(mixed.tolist(), key=lambda place: taken.items[place].domain)
    chosen = {ordered[int(at)] for at in np.linspace(0, len(ordered) - 1, anchor_items).round()}
    others = [place for place in ordered if place not in chosen]
    halves = rng.permutation(len(taken.people))
    middle = len(halves) // 2
    forms = (sorted([*chosen, *others[0::2]]), sorted([*chosen, *others[1::2]]))
    groups = (np.sort(halves[:middle]), np.sort(halves[middle:]))
    one, two = (taken.only(rows).of_items(form) for rows, form in zip(groups, forms, strict=True))
    return one, two
