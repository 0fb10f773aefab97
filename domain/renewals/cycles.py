"""How a renewal cycle begins: its days, its lot in the audit, its first reminder."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from math import ceil

from domain.applications.sampling import rank
from domain.credentials.model import Credential
from domain.ports import UnitOfWork
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import Renewal
from domain.renewals.events import AuditLotDrawn, CycleOpened
from domain.renewals.model import Cycle

OPENING = "open"
"""The letter that says a cycle's window has opened; the others are named by the days left."""

_WHOLE = 1 << 256


def opened(uow: UnitOfWork, credential: Credential, policy: Policy, number: int, starts_on: date) -> Cycle:
    """Begin a credential's cycle under an edition; it ends with the credential's present term.

    Whether it will be audited is drawn now, by a seed that nobody chose and that the journal keeps, so that anybody can
    draw it again. The holder hears of it when the window opens.
    """
    return uow.cycles.add(begun(uow, credential, policy, number, starts_on))


def begun(uow: UnitOfWork, credential: Credential, policy: Policy, number: int, starts_on: date) -> Cycle:
    """The cycle that `opened` begins, drawn and told to the journal; the caller stores it in this transaction."""
    id_, seed, rate = uow.new_id(), uow.random(16).hex(), policy.audit.renewals_rate
    cycle = Cycle(
        id=id_,
        credential_id=credential.id,
        candidate_id=credential.candidate_id,
        program=credential.program,
        edition=policy.edition,
        number=number,
        starts_on=starts_on,
        ends_on=credential.valid_until,
        audited=drawn(rank(seed, id_), rate),
        remind_on=next_reminder(policy.renewal, credential.valid_until, starts_on),
    )
    uow.record(
        CycleOpened(
            cycle_id=id_,
            credential_id=credential.id,
            candidate_id=credential.candidate_id,
            edition=policy.edition,
            starts_on=starts_on,
            ends_on=cycle.ends_on,
        )
    )
    uow.record(AuditLotDrawn(cycle_id=id_, edition=policy.edition, seed=seed, rate=str(rate), chosen=cycle.audited))
    return cycle


def drawn(place: str, rate: float) -> bool:
    """Whether a rank (SHA-256, hex) lies within the share `rate` (0 to 1) of all ranks."""
    return int(place, 16) < _bound(rate)


def reminders(terms: Renewal, last_day: date) -> dict[str, date]:
    """The day of each letter before the last valid day: the window's opening, and the policy's reminders.

    A reminder on the very day on which the window opens is that letter.
    """
    return _days(terms.window_days, terms.reminder_days, last_day)


def next_reminder(terms: Renewal, last_day: date, after: date) -> date | None:
    """The first day after `after` on which a letter is due; None when no more will be."""
    return _next(terms.window_days, terms.reminder_days, last_day, after)


def due_reminder(terms: Renewal, cycle: Cycle, on: date) -> str | None:
    """The letter that a cycle is due on a day: the latest that has come and was not sent; None for none.

    Days on which no sweep ran do not pile up letters: those before the latest are left out.
    """
    come = [(day, name) for name, day in reminders(terms, cycle.last_day).items() if day <= on <= cycle.last_day]
    latest = max(come, default=None)
    return latest[1] if latest and latest[1] not in cycle.reminders else None


@lru_cache(maxsize=64)
def _bound(rate: float) -> int:
    """The least whole number that is no rank within the share: every rank within it is smaller."""
    return ceil(Fraction(str(rate)) * _WHOLE)


def _days(window: int, before: Sequence[int], last_day: date) -> dict[str, date]:
    others = (left for left in before if left != window)
    return {OPENING: last_day - timedelta(days=window)} | {
        str(left): last_day - timedelta(days=left) for left in others
    }


@lru_cache(maxsize=256)
def _next(window: int, before: tuple[int, ...], last_day: date, after: date) -> date | None:
    return min((day for day in _days(window, before, last_day).values() if day > after), default=None)
