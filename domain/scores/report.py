"""What a candidate is told of a result. The policy decides; by default passers learn that they passed, and no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from domain.programs.exam_terms import Band, ExamDomain, Scale
from domain.programs.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainResult:
    """How one exam domain went.

    `band` is None where the form has fewer items of the domain than the policy's `subscore_min_items`: nothing can be
    said. `standard_error` is that of the percentage of points, in percentage points; `firm` tells whether the band is
    the same one of it to either side. `modules` are those to study.
    """

    code: str
    title: str
    band: str | None
    band_title: str | None
    firm: bool
    modules: tuple[int, ...]
    standard_error: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreReport:
    """The answer to a candidate. What the policy withholds is None or empty.

    `modules` lists every module to study once, those of the weakest domain first.
    """

    passed: bool
    scaled: int | None
    scale: Scale
    domains: tuple[DomainResult, ...] = ()
    modules: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """A domain with its points, and its band with the band's place from the lowest; no band when too few items."""

    domain: ExamDomain
    raw: int
    items: int
    band: Band | None
    rank: int


def score_report(
    *, passed: bool, scaled: int, domain_raw: Sequence[int], domain_items: Sequence[int], policy: Policy
) -> ScoreReport:
    """The report of one result under its policy.

    `domain_raw` are the raw points, and `domain_items` the items that score, of each domain in the order of the
    policy's exam outline. Raises ValueError when they do not fit it.
    """
    terms = policy.report
    if passed:
        return ScoreReport(passed=True, scaled=scaled if terms.passers_see_score else None, scale=policy.scale)
    judged = [
        _judge(domain, raw, items, policy)
        for domain, raw, items in zip(policy.exam.domains, domain_raw, domain_items, strict=True)
    ]
    weak = _to_study(judged, policy)
    return ScoreReport(
        passed=False,
        scaled=scaled if terms.failers_see_score else None,
        scale=policy.scale,
        domains=tuple(_result(one, policy, studied=one in weak) for one in judged)
        if terms.domain_bands_for_failers
        else (),
        modules=tuple(dict.fromkeys(module for one in weak for module in _modules(one, policy))),
    )


def standard_error_percent(raw: int, items: int) -> float:
    """The standard error of a domain's percentage, in percentage points: Lord's binomial error, for one candidate.

    In raw points it is sqrt(x (n - x) / (n - 1)) for x of n items (F. M. Lord, 1957, "Do tests of the same length have
    the same standard error of measurement?"). Raises ValueError for fewer than two items or points outside them.
    """
    if items < 2 or not 0 <= raw <= items:  # noqa: PLR2004 - one item has no spread
        message = f"{raw} of {items} items has no standard error"
        raise ValueError(message)
    return 100 * sqrt(raw * (items - raw) / (items - 1)) / items


def band_of(raw: int, items: int, bands: Sequence[Band]) -> tuple[int, Band]:
    """The highest band whose threshold `raw` of `items` reaches, with its place; compared in whole numbers."""
    reached = [rank for rank, band in enumerate(bands) if 100 * raw >= band.from_percent * items]
    rank = reached[-1] if reached else 0
    return rank, bands[rank]


def _judge(domain: ExamDomain, raw: int, items: int, policy: Policy) -> _Judged:
    if items < max(2, policy.report.subscore_min_items) or not policy.report.bands:
        return _Judged(domain, raw, items, None, 0)
    rank, band = band_of(raw, items, policy.report.bands)
    return _Judged(domain, raw, items, band, rank)


def _to_study(judged: Sequence[_Judged], policy: Policy) -> list[_Judged]:
    """The domains below the highest band, the weakest first; the weakest alone when all reached it.

    Who failed is always told where to begin, as far as the form can tell.
    """
    if not policy.report.modules_to_study_for_failers:
        return []
    known = sorted((one for one in judged if one.band), key=lambda one: one.raw / one.items)
    return [one for one in known if one.rank < len(policy.report.bands) - 1] or known[:1]


def _result(judged: _Judged, policy: Policy, *, studied: bool) -> DomainResult:
    band = judged.band
    return DomainResult(
        code=judged.domain.code,
        title=judged.domain.title,
        band=band.code if band else None,
        band_title=band.title if band else None,
        firm=band is not None and _firm(judged, policy.report.bands),
        modules=_modules(judged, policy) if studied else (),
        standard_error=standard_error_percent(judged.raw, judged.items) if band else None,
    )


def _firm(judged: _Judged, bands: Sequence[Band]) -> bool:
    """Whether no threshold lies within one standard error of the percentage."""
    percent = 100 * judged.raw / judged.items
    error = standard_error_percent(judged.raw, judged.items)
    return not any(percent - error < band.from_percent <= percent + error for band in bands[1:])


def _modules(judged: _Judged, policy: Policy) -> tuple[int, ...]:
    return policy.diagnostics.modules_for(judged.domain.code)
