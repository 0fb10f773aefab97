"""How a credential stands on any day, read from its history. Pure: history and grace in, standing out.

Nobody has to act for a credential to expire: an active one turns at the midnight after its last valid day, and lapses
at the midnight after its grace. The nightly sweep only writes down what this module says anyway.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from domain.credentials.model import Credential, Standing, StandingChange
from domain.credentials.public import PublicStanding
from domain.programs.policy import Policy

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grace:
    """What an edition grants after the last valid day: how many days, and whether the credential is valid meanwhile."""

    days: int
    valid: bool

    @classmethod
    def of(cls, policy: Policy) -> "Grace":
        """The grace of an edition."""
        return cls(days=policy.renewal.grace_days, valid=policy.renewal.valid_in_grace)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One standing from a day on, until the next span; under which change it stands, and the grace that applies."""

    since: date
    standing: Standing
    change: StandingChange
    grace: Grace

    @property
    def valid(self) -> bool:
        """Whether the holder may call themselves certified meanwhile."""
        return self.standing is Standing.ACTIVE or (self.standing is Standing.EXPIRED and self.grace.valid)

    def public(self) -> PublicStanding:
        """The span as the public may know it."""
        return PublicStanding(status=self.standing, valid=self.valid, since=self.since)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The spans of one credential in the order of their days; from the last on, nothing turns by itself any more."""

    spans: tuple[Span, ...]

    def on(self, day: date) -> Span | None:
        """The span that holds on a day; None before the credential was awarded."""
        return next((span for span in reversed(self.spans) if span.since <= day), None)

    def after(self, day: date) -> tuple[Span, ...]:
        """The turns to come after a day, in order."""
        return tuple(span for span in self.spans if span.since > day)

    def valid_from(self, day: date) -> date | None:
        """Since when it has been held on that day without interruption; of one not held, its last beginning.

        What was renewed in time begins nothing anew. A suspension interrupts nothing, and begins nothing either: of one
        that began in a grace which is not valid, the beginning is that of the term before.
        """
        begun: date | None = None
        held = False
        for span in self.spans:
            if span.since > day:
                break
            if span.standing is Standing.ACTIVE and not held:
                begun = span.since
            if span.standing is not Standing.SUSPENDED:
                held = span.standing is Standing.ACTIVE or (held and span.valid)
        return begun


def timeline(history: Iterable[StandingChange], graces: Mapping[str, Grace]) -> Timeline:
    """The whole life of a credential, past and to come. `graces` holds the grace of each edition in the history."""
    spans: list[Span] = []
    for change in sorted(history, key=lambda one: one.number):
        begun = list(_turns(change, graces[change.edition]))
        spans = [span for span in spans if span.since < change.effective_on] + begun
    return Timeline(tuple(_merged(spans)))


def by_date(standing: Standing, valid_until: date, grace: Grace, on: date) -> Standing:
    """What became of a recorded standing by the passing of days alone."""
    if standing not in (Standing.ACTIVE, Standing.EXPIRED) or on <= valid_until:
        return standing
    return Standing.EXPIRED if on <= grace_ends(valid_until, grace) else Standing.LAPSED


def as_it_stands(credential: Credential, grace: Grace, on: date) -> Credential:
    """The credential as it stands on a day, whether or not the sweep has written it down yet."""
    return replace(credential, status=by_date(credential.status, credential.valid_until, grace, on))


def grace_ends(valid_until: date, grace: Grace) -> date:
    """The last day of the grace, inclusive; the last valid day itself where there is none."""
    return valid_until + timedelta(days=grace.days)


def _turns(change: StandingChange, grace: Grace) -> Iterable[Span]:
    """The span that a change begins, and those that follow from it by date."""
    ends = grace_ends(change.valid_until, grace)
    stands = by_date(change.standing, change.valid_until, grace, change.effective_on)
    yield Span(since=change.effective_on, standing=stands, change=change, grace=grace)
    if stands is Standing.ACTIVE and grace.days:
        yield Span(since=change.valid_until + _DAY, standing=Standing.EXPIRED, change=change, grace=grace)
    if stands in (Standing.ACTIVE, Standing.EXPIRED):
        yield Span(since=ends + _DAY, standing=Standing.LAPSED, change=change, grace=grace)


def _merged(spans: Sequence[Span]) -> Iterable[Span]:
    """Neighbours that stand alike are one span; it keeps its first day and the latest change's terms."""
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].standing is span.standing and merged[-1].valid == span.valid:
            merged[-1] = replace(span, since=merged[-1].since)
        else:
            merged.append(span)
    return merged
