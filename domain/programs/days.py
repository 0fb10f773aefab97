"""Whose day it is: an edition counts its days in a zone of its own, wherever the body has its office.

What a rule of an edition judges (a last day, a window, the length of experience) is judged on that edition's day. The
body's own day, `uow.today`, is for what no edition rules: the dates that a person may state of themselves, how much one
reader may read in a day, the date on a sheet.
"""

from collections import defaultdict
from datetime import date

from domain.dates import date_at
from domain.errors import NotFound
from domain.ports import UnitOfWork
from domain.programs.policy import Policy


def today_of(uow: UnitOfWork, policy: Policy) -> date:
    """The date of this transaction in the policy's zone."""
    return date_at(uow.now, policy.zone)


def in_force_now(uow: UnitOfWork, program: str) -> Policy:
    """The program's edition in force by the calendar of its own zone, which may be ahead of the body's or behind.

    Where zones change, so that two would be, the body's day says which; where it does not, the later one. Raises
    NotFound.
    """
    try:
        policy = uow.policies.in_force(program, uow.today)
    except NotFound:
        pass
    else:
        if policy.in_force(today_of(uow, policy)):
            return policy
    for heading in reversed(uow.policies.headings(program)):
        policy = uow.policies.named(heading.edition)
        if policy.in_force(today_of(uow, policy)):
            return policy
    raise NotFound


def in_force_on(uow: UnitOfWork, program: str, on: date | None) -> Policy:
    """The edition of a program in force on a day, now where none is said; raises NotFound."""
    return in_force_now(uow, program) if on is None else uow.policies.in_force(program, on)


def today_in(uow: UnitOfWork, program: str) -> date:
    """The day of the program's edition in force; the body's own where none is."""
    try:
        return today_of(uow, in_force_now(uow, program))
    except NotFound:
        return uow.today


def editions_by_day(uow: UnitOfWork) -> dict[date, list[str]]:
    """Every edition's name, under the day that it is by its calendar."""
    days = defaultdict[date, list[str]](list)
    for heading in uow.policies.headings():
        days[today_of(uow, uow.policies.named(heading.edition))].append(heading.edition)
    return days
