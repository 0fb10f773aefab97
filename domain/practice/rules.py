"""How a practice exam is drawn and what it tells. Pure; chance comes in as a seed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from domain.practice.model import PracticeDomain
from domain.programs.exam_terms import Band, ExamDomain
from domain.programs.policy import Policy

TRIES = 60
"""Draws that are tried before the bank counts as too small: sets and enemies may stand in each other's way."""
SPAN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What is drawn whole: a single item, or the items of a set in their order, each with its exam domain.

    `seen` is how many of the candidate's earlier practice exams it stood on: what is new to them comes first.
    """

    items: tuple[tuple[UUID, str], ...]
    seen: int = 0

    @property
    def domains(self) -> dict[str, int]:
        """How many items of each domain it brings."""
        counts: dict[str, int] = {}
        for _, domain in self.items:
            counts[domain] = counts.get(domain, 0) + 1
        return counts


@dataclass(slots=True)
class _Drawn:
    """A draw on its way."""

    left: dict[str, int]
    barred: set[UUID] = field(default_factory=set)
    units: list[Unit] = field(default_factory=list)


def proportions(items: int, domains: Sequence[ExamDomain]) -> dict[str, int]:
    """How many of `items` each exam domain gets, in the proportions of the blueprint's items.

    By largest remainders (Hare's quota): the counts sum to `items`, and none is off by a whole one.
    """
    total = sum(domain.items for domain in domains)
    shares = {domain.code: items * domain.items / total for domain in domains}
    counts = {code: int(share) for code, share in shares.items()}
    short = items - sum(counts.values())
    by_remainder = sorted(shares, key=lambda code: counts[code] - shares[code])
    return {code: counts[code] + (code in by_remainder[:short]) for code in counts}


def draw(
    units: Sequence[Unit], wanted: Mapping[str, int], enemies: Iterable[tuple[UUID, UUID]], seed: bytes
) -> tuple[Unit, ...] | None:
    """Units that give exactly `wanted` items of each domain, sets whole, no two enemies together; None for too few.

    The same seed gives the same draw. What the candidate has seen less often is preferred. The units come in the order
    of the outline's domains (a set where its first item belongs), by chance within.
    """
    foes: dict[UUID, set[UUID]] = {}
    for one, other in enemies:
        foes.setdefault(one, set()).add(other)
        foes.setdefault(other, set()).add(one)
    for number in range(TRIES):
        drawn = _try(units, wanted, foes, seed + number.to_bytes(2))
        if drawn is not None:
            places = {code: place for place, code in enumerate(wanted)}
            return tuple(sorted(drawn, key=lambda unit: places[unit.items[0][1]]))
    return None


def _try(
    units: Sequence[Unit], wanted: Mapping[str, int], foes: Mapping[UUID, set[UUID]], seed: bytes
) -> list[Unit] | None:
    """One draw: sets first, since single items fill any gap; a set that does not fit is passed by."""
    drawn = _Drawn(left=dict(wanted))
    lots = {unit: _lot(unit, seed) for unit in units}
    order = sorted(units, key=lambda unit: (unit.seen, lots[unit]))
    some_sets = [unit for unit in order if len(unit.items) > 1 and lots[unit][0] % 2]
    singles = [unit for unit in order if len(unit.items) == 1]
    other_sets = [unit for unit in order if len(unit.items) > 1 and not lots[unit][0] % 2]
    for unit in (*some_sets, *singles, *other_sets):
        if _fits(unit, drawn, foes):
            _take(unit, drawn, foes)
    return drawn.units if not any(drawn.left.values()) else None


def _lot(unit: Unit, seed: bytes) -> bytes:
    """The lot that a unit draws: nobody can tell it without the seed, anybody can with it."""
    return sha256(seed + unit.items[0][0].bytes).digest()


def _fits(unit: Unit, drawn: _Drawn, foes: Mapping[UUID, set[UUID]]) -> bool:
    own = {id_ for id_, _ in unit.items}
    if own & drawn.barred or any(own & foes.get(id_, set()) for id_ in own):
        return False
    return all(drawn.left.get(domain, 0) >= count for domain, count in unit.domains.items())


def _take(unit: Unit, drawn: _Drawn, foes: Mapping[UUID, set[UUID]]) -> None:
    drawn.units.append(unit)
    for id_, domain in unit.items:
        drawn.left[domain] -= 1
        drawn.barred |= foes.get(id_, set())


def may_begin(starts: Iterable[datetime], most: int | None, now: datetime) -> bool:
    """Whether another practice exam may begin, after those that began at `starts`."""
    return most is None or sum(start > now - SPAN for start in starts) < most


def diagnostics(domains: Sequence[str], right: Sequence[bool], policy: Policy) -> tuple[PracticeDomain, ...]:
    """How each exam domain went, in the outline's order: `right` says of each item, whose domain stands beside it.

    Every domain but those in the highest band names its modules to study; domains without an item are left out.
    """
    told = []
    for domain in policy.exam.domains:
        judged = [fine for code, fine in zip(domains, right, strict=True) if code == domain.code]
        if not judged:
            continue
        correct, percent = sum(judged), _percent(sum(judged), len(judged))
        band = _band(percent, policy.report.bands)
        best = band == policy.report.bands[-1]
        modules = () if best else policy.diagnostics.modules_for(domain.code)
        told.append(
            PracticeDomain(
                code=domain.code,
                items=len(judged),
                correct=correct,
                percent=percent,
                band=band.code,
                modules=modules,
            )
        )
    return tuple(told)


def _percent(part: int, whole: int) -> int:
    """The percentage, rounded half up."""
    return (200 * part + whole) // (2 * whole)


def _band(percent: int, bands: Sequence[Band]) -> Band:
    return next(band for band in reversed(bands) if percent >= band.from_percent)
