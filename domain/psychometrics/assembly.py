"""Test assembly as a mixed-integer programme: forms to a blueprint, at a cut, from a pool of calibrated items.

The model is the one of van der Linden (2005), *Linear Models for Optimal Test Design*, chapters 4 to 7: a binary
variable says that a unit (an item, or a set with all its items) stands on a form, and another that it stands on all of
them, as their anchor. Targets at the cut are met as nearly as possible (minimax); all else are bounds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import inf

from domain.errors import Contradiction, Fault
from domain.psychometrics.programme import Programme, Row, Solution

WHOLE = 0.5
"""A binary variable above this is 1: solvers answer within a tolerance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolItem:
    """An item that may be chosen.

    `information` and `chance` are its Fisher information and P(right) at the cut, in the pool's metric. `set_code` is
    the set it goes with, whole. `enemies` are codes. `earlier` says that it stands on the earlier form whose anchor is
    shared; `pretest` that it will not score.
    """

    code: str
    domain: str
    information: float
    chance: float
    objective: str | None = None
    set_code: str | None = None
    enemies: frozenset[str] = frozenset()
    earlier: bool = False
    pretest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """What each of `forms` forms must be.

    `domains` are exact numbers of scored items, in the outline's order; `objectives` and `sets` are bounds, both
    inclusive. `anchor` scored items stand on every form; with `anchor_from_earlier` they come from the earlier form,
    of which nothing else is used. `pretest` unscored items are each form's own. `information` and `expected` (raw
    points) are targets at the cut; without the first the least informative form is made as informative as can be.
    """

    forms: int
    domains: Mapping[str, int]
    objectives: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    sets: tuple[int, int] | None = None
    anchor: int = 0
    anchor_from_earlier: bool = False
    pretest: int = 0
    information: float | None = None
    expected: float | None = None

    @property
    def items(self) -> int:
        """Scored items of a form."""
        return sum(self.domains.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """One form: `scored` codes by domain in the outline's order, sets together; `pretest` codes; figures at the cut."""

    scored: tuple[str, ...]
    pretest: tuple[str, ...]
    anchor: tuple[str, ...]
    information: float
    expected: float


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is chosen together: the items of a set, or one item."""

    items: tuple[PoolItem, ...]

    @property
    def pretest(self) -> bool:
        return self.items[0].pretest

    @property
    def earlier(self) -> bool:
        return any(item.earlier for item in self.items)

    def scored(self, of: str | None = None) -> int:
        """How many of its items score, of a domain if one is named."""
        return sum(not item.pretest and of in (None, item.domain) for item in self.items)

    def objective(self, code: str) -> int:
        return sum(not item.pretest and item.objective == code for item in self.items)

    @property
    def information(self) -> float:
        return sum(item.information for item in self.items if not item.pretest)

    @property
    def chance(self) -> float:
        return sum(item.chance for item in self.items if not item.pretest)


@dataclass(frozen=True, slots=True)
class Model:
    """A programme and how to read its variables: unit u on form f is variable `u * forms + f`, then the anchor's."""

    units: tuple[_Unit, ...]
    blueprint: Blueprint
    programme: Programme

    def read(self, solution: Solution) -> tuple[Assembled, ...]:
        """The forms of a solution. Raises Contradiction where they break the blueprint: no solver is trusted."""
        values = solution.values or ()
        found = tuple(self._form(values, form) for form in range(self.blueprint.forms))
        faults = tuple(_broken(self.units, self.blueprint, found))
        if faults:
            raise Contradiction(*faults)
        return found

    def _form(self, values: Sequence[float], form: int) -> Assembled:
        count, forms = len(self.units), self.blueprint.forms
        anchor = [unit for at, unit in enumerate(self.units) if values[count * forms + at] > WHOLE]
        own = [unit for at, unit in enumerate(self.units) if values[at * forms + form] > WHOLE]
        chosen = _in_order([*anchor, *own], self.blueprint)
        return Assembled(
            scored=tuple(item.code for item in chosen if not item.pretest),
            pretest=tuple(sorted(item.code for item in chosen if item.pretest)),
            anchor=tuple(item.code for item in _in_order(anchor, self.blueprint)),
            information=sum(unit.information for unit in (*anchor, *own)),
            expected=sum(unit.chance for unit in (*anchor, *own)),
        )


def model(pool: Sequence[PoolItem], blueprint: Blueprint) -> Model:
    """The programme of a pool and a blueprint.

    Raises Contradiction where a set names items of several kinds, or enemies stand in one set: no form could hold it.
    """
    units = _units(pool)
    rows = tuple(_rows(units, blueprint))
    count = len(units) * (blueprint.forms + 1)
    own = [_may(unit, blueprint, anchor=False) for unit in units for _ in range(blueprint.forms)]
    shared = [_may(unit, blueprint, anchor=True) for unit in units]
    free = blueprint.information is None
    programme = Programme(
        costs=(*([0.0] * count), -1.0 if free else 1.0, 1.0),
        lower=(*([0.0] * count), 0.0, 0.0),
        upper=(*own, *shared, inf, inf if blueprint.expected is not None else 0.0),
        whole=(*([True] * count), False, False),
        rows=rows,
    )
    return Model(units, blueprint, programme)


def _may(unit: _Unit, blueprint: Blueprint, *, anchor: bool) -> float:
    """1 where a unit may be chosen so, else 0."""
    if anchor:
        allowed = blueprint.anchor > 0 and not unit.pretest and unit.earlier is blueprint.anchor_from_earlier
    else:
        allowed = not unit.earlier and (not unit.pretest or blueprint.pretest > 0)
    return float(allowed)


def _units(pool: Sequence[PoolItem]) -> tuple[_Unit, ...]:
    ordered = sorted(pool, key=lambda item: (item.set_code or "", item.code))
    units = [_Unit((item,)) for item in ordered if item.set_code is None]
    for code, members in groupby((item for item in ordered if item.set_code), key=lambda item: item.set_code):
        unit = _Unit(tuple(members))
        codes = {item.code for item in unit.items}
        if any(item.enemies & codes for item in unit.items):
            raise Contradiction(Fault("/pool", "enemies_in_a_set", f"Set {code} holds items that may not meet."))
        if len({item.pretest for item in unit.items}) > 1:
            raise Contradiction(Fault("/pool", "mixed_set", f"Set {code} holds scored and pretest items."))
        units.append(unit)
    return tuple(units)


def _rows(units: Sequence[_Unit], blueprint: Blueprint) -> Iterator[Row]:
    forms, count = blueprint.forms, len(units)
    anchor = count * forms
    for at in range(count):
        places = (*range(at * forms, at * forms + forms), anchor + at)
        yield Row(label="each item at most once", places=places, weights=(1.0,) * len(places), upper=1.0)
    if blueprint.anchor:
        yield from _anchor_rows(units, blueprint)
    for form in range(forms):
        yield from _form_rows(units, blueprint, form)


def _anchor_rows(units: Sequence[_Unit], blueprint: Blueprint) -> Iterator[Row]:
    """The anchor is a small copy of the form: of each domain its share, rounded down or up (Kolen and Brennan 2014)."""
    first = len(units) * blueprint.forms

    def row(label: str, weigh: list[int], lower: float, upper: float) -> Row:
        chosen = [(first + at, float(weight)) for at, weight in enumerate(weigh) if weight]
        places, weights = tuple(place for place, _ in chosen), tuple(weight for _, weight in chosen)
        return Row(label=label, places=places, weights=weights, lower=lower, upper=upper)

    total = blueprint.anchor
    yield row("anchor: items", [unit.scored() for unit in units], total, total)
    for domain, items in blueprint.domains.items():
        share = total * items / blueprint.items
        lower, upper = int(share), int(share) + (share > int(share))
        yield row(f"anchor: items of {domain}", [unit.scored(domain) for unit in units], lower, upper)


def _form_rows(units: Sequence[_Unit], blueprint: Blueprint, form: int) -> Iterator[Row]:
    forms, anchor = blueprint.forms, len(units) * blueprint.forms

    def row(label: str, weigh: Sequence[float], lower: float, upper: float, *more: tuple[int, float]) -> Row:
        chosen = [(at, float(weight)) for at, weight in enumerate(weigh) if weight]
        own = [(at * forms + form, weight) for at, weight in chosen]
        pairs = (*own, *((anchor + at, weight) for at, weight in chosen), *more)
        places, weights = tuple(place for place, _ in pairs), tuple(weight for _, weight in pairs)
        return Row(label=label, places=places, weights=weights, lower=lower, upper=upper)

    for domain, items in blueprint.domains.items():
        yield row(f"items of {domain}", [unit.scored(domain) for unit in units], items, items)
    for code, (least, most) in blueprint.objectives.items():
        yield row(f"items of objective {code}", [unit.objective(code) for unit in units], least, most)
    if blueprint.sets is not None:
        yield row("item sets", [float(len(unit.items) > 1) for unit in units], *blueprint.sets)
    yield row("pretest items", [unit.pretest * len(unit.items) for unit in units], blueprint.pretest, blueprint.pretest)
    for one, other in _enemies(units):
        weigh = [float(at in (one, other)) for at in range(len(units))]
        yield row("enemies apart", weigh, 0.0, 1.0)
    yield from _target_rows(units, blueprint, row)


def _target_rows(units: Sequence[_Unit], blueprint: Blueprint, row: Callable[..., Row]) -> Iterator[Row]:
    """Deviations from the targets, each form's bounded by one variable: the largest is what is minimized."""
    information = len(units) * (blueprint.forms + 1)
    informations = [unit.information for unit in units]
    if blueprint.information is None:
        yield row("information at the cut", informations, 0.0, inf, (information, -1.0))
    else:
        target = blueprint.information
        yield row("information at the cut", informations, -inf, target, (information, -1.0))
        yield row("information at the cut", informations, target, inf, (information, 1.0))
    if blueprint.expected is not None:
        chances = [unit.chance for unit in units]
        yield row("expected raw score at the cut", chances, -inf, blueprint.expected, (information + 1, -1.0))
        yield row("expected raw score at the cut", chances, blueprint.expected, inf, (information + 1, 1.0))


def _enemies(units: Sequence[_Unit]) -> list[tuple[int, int]]:
    """Pairs of units that may not meet, each once."""
    at = {item.code: place for place, unit in enumerate(units) for item in unit.items}
    pairs = {
        (min(at[item.code], at[enemy]), max(at[item.code], at[enemy]))
        for unit in units
        for item in unit.items
        for enemy in item.enemies
        if enemy in at
    }
    return sorted(pairs)


def _in_order(units: Sequence[_Unit], blueprint: Blueprint) -> list[PoolItem]:
    """The items of units: by domain in the outline's order, sets together, then by code."""
    order = list(blueprint.domains)
    by_domain = sorted(units, key=lambda unit: (order.index(unit.items[0].domain), unit.items[0].code))
    return [item for unit in by_domain for item in unit.items]


def _broken(units: Sequence[_Unit], blueprint: Blueprint, forms: Sequence[Assembled]) -> Iterator[Fault]:
    """What the forms break of the blueprint, counted anew from the items and not from the programme."""
    known = {item.code: item for unit in units for item in unit.items}
    for place, form in enumerate(forms):
        yield from _miscounted([known[code] for code in form.scored], blueprint, place)
        codes = {*form.scored, *form.pretest}
        if any(known[code].enemies & codes for code in codes):
            yield Fault(f"/forms/{place}", "enemies_met", "The solution has enemies on one form.")
        if any(0 < len(codes & {item.code for item in unit.items}) < len(unit.items) for unit in units):
            yield Fault(f"/forms/{place}", "set_torn", "The solution tears a set.")
        if len(form.anchor) != blueprint.anchor or len(codes) != len(form.scored) + len(form.pretest):
            yield Fault(f"/forms/{place}", "anchor_count", "The solution misses the anchor, or has an item twice.")
    shared = set(forms[0].anchor)
    for place, form in enumerate(forms[1:], 1):
        if set(form.scored) & set(forms[0].scored) != shared:
            yield Fault(f"/forms/{place}", "overlap", "The solution shares other items than the anchor.")


def _miscounted(chosen: Sequence[PoolItem], blueprint: Blueprint, place: int) -> Iterator[Fault]:
    for domain, items in blueprint.domains.items():
        if sum(item.domain == domain for item in chosen) != items:
            yield Fault(f"/forms/{place}", "domain_count", f"The solution misses the number of items of {domain}.")
    for code, (least, most) in blueprint.objectives.items():
        if not least <= sum(item.objective == code for item in chosen) <= most:
            yield Fault(f"/forms/{place}", "objective_count", f"The solution misses the bounds of {code}.")


def relaxed(programme: Programme) -> tuple[Programme, tuple[tuple[str, int], ...]]:
    """The programme in which every named bound may give way, at a cost of 1 per item; and whose slack each variable is.

    Its optimum is the least by which the bounds must give way for anything to exist.
    """
    slacks: list[tuple[str, int]] = []
    rows: list[Row] = []
    first = len(programme.costs)
    for at, row in enumerate(programme.rows):
        more: list[tuple[int, float]] = []
        for bound, sign in ((row.lower, 1.0), (row.upper, -1.0)):
            if abs(bound) < inf and not _by_nature(row):
                more.append((first + len(slacks), sign))
                slacks.append((row.label, at))
        places, weights = zip(*more, strict=True) if more else ((), ())
        rows.append(
            Row(
                label=row.label,
                places=(*row.places, *places),
                weights=(*row.weights, *weights),
                lower=row.lower,
                upper=row.upper,
            )
        )
    count = len(slacks)
    return (
        Programme(
            costs=(*([0.0] * first), *([1.0] * count)),
            lower=(*programme.lower, *([0.0] * count)),
            upper=(*programme.upper, *([inf] * count)),
            whole=(*programme.whole, *([False] * count)),
            rows=tuple(rows),
        ),
        tuple(slacks),
    )


def _by_nature(row: Row) -> bool:
    """A row that no blueprint asked for, or whose own variable gives way already."""
    return row.label == "each item at most once" or "at the cut" in row.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A bound that had to give way, and by how many items in all, over the forms."""

    bound: str
    by: float


def clashes(solution: Solution, slacks: Sequence[tuple[str, int]], variables: int) -> tuple[Clash, ...]:
    """Which bounds gave way in a solution of the relaxed programme, the most first. `variables` of the strict one."""
    given: dict[str, float] = {}
    for (label, _), value in zip(slacks, (solution.values or ())[variables:], strict=False):
        if value > 1e-6:
            given[label] = given.get(label, 0.0) + value
    found = [Clash(bound=label, by=round(by, 6)) for label, by in given.items()]
    return tuple(sorted(found, key=lambda clash: (-clash.by, clash.bound)))


def only(programme: Programme, labels: frozenset[str]) -> Programme:
    """The question whether anything exists with only these named bounds (and those by nature) in force."""
    rows = tuple(row for row in programme.rows if row.label in labels or _by_nature(row))
    return Programme(
        costs=(0.0,) * len(programme.costs),
        lower=programme.lower,
        upper=programme.upper,
        whole=programme.whole,
        rows=tuple(row for row in rows if "at the cut" not in row.label),
    )


def bounds_of(programme: Programme) -> tuple[str, ...]:
    """The named bounds, in the programme's order, each once."""
    return tuple(dict.fromkeys(row.label for row in programme.rows if not _by_nature(row)))
