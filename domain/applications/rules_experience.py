"""Experience in days, each counted once, and the training that waives it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from domain.applications.facts import ExperienceFact, TrainingFact
from domain.applications.rules_case import AWAITS_STAFF, MET, Case, Verdict, finding, nearest
from domain.dates import add_months
from domain.programs.clauses import Experience, PartTime, Provider, RecognisedWhen, Waiver
from domain.ruling import Finding

_DAYS_OF_YEAR = 365


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, both inclusive, each worth `weight` of a day."""

    first: date
    last: date
    weight: Fraction = Fraction(1)


def counted_days(spans: Iterable[Span]) -> Fraction:
    """The days that the spans cover together; a day is worth the sum of their weights there, and never more than one.

    A span that ends before it begins covers nothing.
    """
    changes: dict[int, Fraction] = {}
    for span in spans:
        if span.first <= span.last:
            begin, end = span.first.toordinal(), span.last.toordinal() + 1
            changes[begin] = changes.get(begin, Fraction(0)) + span.weight
            changes[end] = changes.get(end, Fraction(0)) - span.weight
    days, weight, since = Fraction(0), Fraction(0), 0
    for day in sorted(changes):
        days += min(weight, Fraction(1)) * (day - since)
        weight, since = weight + changes[day], day
    return days


def days_asked(months: int, spans: Sequence[Span]) -> int:
    """How many days `months` are for this work, of which there must be some; more work never hurts.

    Full-time work is judged by the calendar, from the start of whichever unbroken stretch makes the months shortest:
    a year from 1 March 2023 has 366 days and ends on 29 February 2024. Work in shares lies across years of both
    lengths, so a year of it is 365 days.
    """
    if any(span.weight < 1 for span in spans):
        return months * _DAYS_OF_YEAR // 12
    return min((add_months(start, months) - start).days for start in _stretches(spans))


def _stretches(spans: Iterable[Span]) -> Iterator[date]:
    """The first days of the unbroken stretches that the spans make together."""
    reached: date | None = None
    for span in sorted((span for span in spans if span.first <= span.last), key=lambda span: span.first):
        if reached is None or (span.first - reached).days > 1:
            yield span.first
        reached = span.last if reached is None else max(reached, span.last)


def experience(clause: Experience, case: Case) -> Finding:
    """Do the related jobs come to the months asked for, up to and including the day?"""
    jobs = [job for job in case.counting(case.facts.experience) if _begun(job, case.on)]
    if not jobs:
        return finding(clause, case, Verdict(code="experience_none", found=_why_none(case)))
    related = [job for job in jobs if _related(job, clause)]
    verdict = _sum(related, clause, case)
    undecided = [job for job in jobs if job.related is None and not _related(job, clause)]
    if verdict.code != MET and undecided:
        with_them = _sum([*related, *undecided], clause, case)
        if with_them.code == MET:
            found = "There is enough experience if staff judge its setting to be related, which they have still to do."
            verdict = Verdict(code=AWAITS_STAFF, found=found)
    return finding(clause, case, verdict, [job.ref for job in (related if verdict.code == MET else jobs)])


def waiver(clause: Waiver, case: Case) -> Finding:
    """Is there completed training that stands in for the experience?"""
    none = Verdict(
        code="waiver_none", found="No residency, fellowship, certificate, training or graduate degree was given."
    )
    verdicts = [_training(one, clause, case) for one in case.counting(case.facts.training)]
    return nearest(clause, case, verdicts, none)


def _why_none(case: Case) -> str:
    """Why not one of the jobs that were given has a day to count yet."""
    given = case.counting(case.facts.experience)
    ahead = [job.starts_on for job in given if job.starts_on > case.on]
    if ahead:
        return f"The experience that was given begins on {min(ahead)}; it counts from that day."
    return "The experience that was given ends before it begins." if given else "No experience was given."


def _begun(job: ExperienceFact, on: date) -> bool:
    return job.starts_on <= min(job.ends_on or on, on)


def _related(job: ExperienceFact, clause: Experience) -> bool:
    return job.related if job.related is not None else job.setting in clause.settings


def _sum(jobs: list[ExperienceFact], clause: Experience, case: Case) -> Verdict:
    spans = [span for job in jobs if (span := _span(job, clause, case.on))]
    if not spans:
        return _nothing_counts(jobs)
    days, asked = counted_days(spans), days_asked(clause.months, spans)
    found = f"{int(days)} of {asked} days of related experience, counted up to {case.on}."
    return Verdict(code=MET if days >= asked else "experience_short", found=found)


def _nothing_counts(jobs: list[ExperienceFact]) -> Verdict:
    if not jobs:
        return Verdict(code="experience_not_related", found="No experience in a related setting was given.")
    if any(job.hours_per_week is None for job in jobs):
        return Verdict(code="hours_unstated", found="The hours a week were not given, and these rules count by them.")
    return Verdict(code="experience_too_few_hours", found="No work reached the hours a week that these rules ask for.")


def _span(job: ExperienceFact, clause: Experience, on: date) -> Span | None:
    if job.hours_per_week is not None and job.hours_per_week <= 0:
        return None
    by_hours = clause.part_time is PartTime.PRO_RATA or clause.min_hours_per_week > 0
    if by_hours and (job.hours_per_week is None or job.hours_per_week < clause.min_hours_per_week):
        return None
    last = min(job.ends_on or on, on)
    if clause.part_time is PartTime.NONE or job.hours_per_week is None:
        return Span(job.starts_on, last)
    return Span(job.starts_on, last, min(Fraction(job.hours_per_week) / Fraction(clause.full_time_hours), Fraction(1)))


def _training(one: TrainingFact, clause: Waiver, case: Case) -> Verdict:
    kind = next((kind for kind in clause.kinds if kind.code == one.kind), None)
    if kind is None:
        found = "This kind of training does not stand in for experience."
        return Verdict(code="waiver_kind_not_accepted", found=found, ref=one.ref)
    if one.in_progress or one.completed_on is None or one.completed_on > case.on:
        found = "The training is not completed; it waives nothing yet."
        return Verdict(code="waiver_in_progress", found=found, ref=one.ref)
    if not kind.never_expires and one.expires_on is not None and one.expires_on < case.on:
        found = f"The certificate is no longer active; its last day was {one.expires_on}."
        return Verdict(code="waiver_expired", found=found, ref=one.ref)
    return _judged(one, clause, case, one.completed_on)


def _judged(one: TrainingFact, clause: Waiver, case: Case, completed_on: date) -> Verdict:
    day = completed_on if clause.recognised_when is RecognisedWhen.COMPLETION else case.on
    recognised = one.recognised if one.recognised is not None else _listed(one, clause, case, day) or None
    related = one.related if one.related is not None else (one.subject in clause.subjects) or None
    if recognised is False:
        found = "Staff do not recognise the provider of the training."
        return Verdict(code="provider_not_recognised", found=found, ref=one.ref)
    if related is False:
        return Verdict(code="waiver_not_related", found="Staff judged the subject not to be related.", ref=one.ref)
    if recognised and related:
        found = "Completed training in a related subject, from a recognised provider."
        return Verdict(code=MET, found=found, ref=one.ref)
    missing = " and ".join(
        name for name, judged in (("provider is recognised", recognised), ("subject is related", related)) if not judged
    )
    return Verdict(code=AWAITS_STAFF, found=f"Staff have still to judge whether the {missing}.", ref=one.ref)


def _listed(one: TrainingFact, clause: Waiver, case: Case, day: date) -> bool:
    return any(provider.in_effect(day) and provider.is_called(one.provider) for provider in _providers(clause, case))


def _providers(clause: Waiver, case: Case) -> list[Provider]:
    named = [p for p in case.eligibility.providers if not clause.recognises or p.code in clause.recognises]
    return [*named, *case.facts.providers]
