"""What a new edition would mean for work in flight beside eligibility: renewal cycles, and the ways to the exam.

Cycles, authorizations and approved applications keep the edition that they began under, whatever the new one's
`in_flight` says; applications under way move where it says so. So each group is told with the terms that would differ,
and from which day they apply to it, or that they never do. What changed in a section that is judged for nobody is named
too, with the reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.applications import moving
from domain.applications.actions import UNDER_WAY
from domain.applications.model import ApplicationStatus
from domain.exams.model import AuthorizationStatus
from domain.paging import PageRequest
from domain.ports import Repository, UnitOfWork
from domain.programs.days import today_of
from domain.programs.difference import Change, difference
from domain.programs.model import EditionHeading
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import FeeDue, InFlightRule
from domain.renewals.model import CycleStatus


class Group(StrEnum):
    """Which work in flight an effect is about."""

    RENEWAL_CYCLES = "renewal_cycles"
    APPLICATIONS_UNDER_WAY = "applications_under_way"
    APPROVED_APPLICATIONS = "approved_applications"
    AUTHORIZATIONS = "authorizations"


class Applies(StrEnum):
    """When the new terms reach a group: never, on the day that work moves on, or with the cycle that follows."""

    NEVER = "never"
    MOVES_ON = "moves_on"
    NEXT_CYCLE = "next_cycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A group of work in flight under one edition: how many, the terms that differ, and from when they apply.

    `terms` are places in the edition (`/renewal/hours`) with what stands there before and after. `from_on` is the first
    day on which they can apply; None where they never do. `ids` names the first `MOST_NAMED`: the credentials of
    cycles, the applications, or the authorizations.
    """

    group: Group
    edition: str
    judged: int
    applies: Applies
    from_on: date | None
    why: str
    terms: tuple[Change, ...]
    ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotJudged:
    """A section that differs from the edition before and was judged for nobody, and why."""

    section: str
    why: str


MOST_NAMED = 100
"""Of a group, no more than these are named one by one; all are counted."""

_IN_FLIGHT: dict[Group, tuple[StrEnum, ...]] = {
    Group.RENEWAL_CYCLES: (CycleStatus.OPEN,),
    Group.APPLICATIONS_UNDER_WAY: UNDER_WAY,
    Group.APPROVED_APPLICATIONS: (ApplicationStatus.APPROVED,),
    Group.AUTHORIZATIONS: (AuthorizationStatus.ACTIVE,),
}

_RENEWING = frozenset({FeeDue.RENEWAL, FeeDue.LATE_RENEWAL, FeeDue.REINSTATEMENT})
_UPKEEP = frozenset({"renewal", "validity"})
_TO_THE_EXAM = frozenset({"authorization", "retakes", "scheduling"})
_APPLYING = frozenset({"applications", "appeals", "attestations"})

_PINNED = {
    Group.RENEWAL_CYCLES: (
        "An open cycle is renewed by the edition it began under; these are terms of the cycle that its renewal begins."
    ),
    Group.APPROVED_APPLICATIONS: "An approved application keeps its edition, for its retakes too.",
    Group.AUTHORIZATIONS: "An authorization to test keeps the edition of the day on which it was given.",
    Group.APPLICATIONS_UNDER_WAY: "By this edition's rule, applications under way keep the one they began under.",
}
_MOVES = "Applications under way move to this edition on that day, and go on by its terms."
_STAYS = "They were handed in by a pathway that this edition lacks, and stay under the edition of then."

_FORMS = (
    "A form keeps the edition it was made under, and no stored score is judged again; it holds for forms made later."
)
_READ = "It is for reading: nobody's outcome rests on it."
_LATER = "It holds for what begins under this edition; nothing stored is judged by it."
_UNJUDGED = {
    **dict.fromkeys(("exam", "scale", "scoring", "report"), _FORMS),
    **dict.fromkeys(("curriculum", "roadmap", "pillars", "diagnostics", "study", "about"), _READ),
    **dict.fromkeys(("program_title", "title", "basis", "to_decide"), _READ),
    "audit": "Lots are drawn when an application is submitted or a cycle begins; who was drawn stays drawn.",
    "badges": "A badge keeps the form in which it was made until something about its credential changes.",
    "retention": "Records are kept by the edition they belong to.",
    "practice": "It holds for practice exams begun under this edition.",
    "in_flight": "It is the rule by which the others were judged.",
    "in_force_until": "The days of an edition are not terms of anyone's.",
    "zone": "Days are counted in the zone of the edition that work began under.",
    "currency": "Charges stand in the currency in which they were asked; fees are told with each group.",
}
_ALWAYS_OTHER = frozenset({"edition", "in_force_from", "policy_format", "program"})
_BY_GROUPS = frozenset({"fees"}) | _UPKEEP | _TO_THE_EXAM | _APPLYING
_NOBODY = "No work that is in flight has it for a term."


def effects(uow: UnitOfWork, policy: Policy) -> tuple[Effect, ...]:
    """Every group of work in flight that some term would differ for; `policy` is the edition to be published.

    Applications that move and those that stay, for want of their pathway, are told apart.
    """
    found = []
    for heading in _earlier(uow, policy):
        old = uow.policies.named(heading.edition)
        changes = difference(old, policy)
        for group in Group:
            terms = _terms_of(group, changes, old, policy)
            for fate in _fates(group, old, policy, today_of(uow, policy)) if terms else ():
                if judged := _how_many(uow, group, heading.edition, fate):
                    told = _effect(group, heading.edition, judged, terms, fate)
                    found.append(replace(told, ids=_first(uow, group, heading.edition, fate)))
    return tuple(found)


def not_judged(uow: UnitOfWork, policy: Policy, told: Iterable[Effect]) -> tuple[NotJudged, ...]:
    """The sections that differ from those of the edition before, and that nobody was judged by; `told` is what was."""
    earlier = _earlier(uow, policy)
    if not earlier:
        return ()
    before = uow.policies.named(earlier[-1].edition)
    changed = dict.fromkeys(map(_section, difference(before, policy)))
    judged = {"eligibility", *_ALWAYS_OTHER, *(_section(term) for effect in told for term in effect.terms)}
    return tuple(
        NotJudged(section=section, why=_NOBODY if section in _BY_GROUPS else _UNJUDGED.get(section, _LATER))
        for section in changed
        if section not in judged
    )


def _earlier(uow: UnitOfWork, policy: Policy) -> list[EditionHeading]:
    """The program's editions that begin before this one, in the order of their first days."""
    return [one for one in uow.policies.headings(policy.program) if one.in_force_from < policy.in_force_from]


@dataclass(frozen=True, slots=True)
class _Fate:
    """What becomes of a part of a group: those that equal one of `those`."""

    applies: Applies
    from_on: date | None
    why: str
    those: tuple[Mapping[str, object], ...]


def _fates(group: Group, old: Policy, new: Policy, today: date) -> tuple[_Fate, ...]:
    all_of_it = ({"status": _IN_FLIGHT[group]},)
    if group is Group.RENEWAL_CYCLES:
        next_cycle = max(new.in_force_from, today + timedelta(days=1))
        return (_Fate(Applies.NEXT_CYCLE, next_cycle, _PINNED[group], all_of_it),)
    if group is Group.APPLICATIONS_UNDER_WAY and new.in_flight.rule is InFlightRule.MOVE_ON:
        return (
            _Fate(Applies.MOVES_ON, new.in_flight.moves_on, _MOVES, moving.those_that_move(new)),
            _Fate(Applies.NEVER, None, _STAYS, moving.those_that_stay(old, new)),
        )
    return (_Fate(Applies.NEVER, None, _PINNED[group], all_of_it),)


def _effect(group: Group, edition: str, judged: int, terms: tuple[Change, ...], fate: _Fate) -> Effect:
    return Effect(
        group=group,
        edition=edition,
        judged=judged,
        applies=fate.applies,
        from_on=fate.from_on,
        why=fate.why,
        terms=terms,
        ids=(),
    )


def _section(change: Change) -> str:
    return change.pointer.split("/")[1]


def _how_many(uow: UnitOfWork, group: Group, edition: str, fate: _Fate) -> int:
    counted = _store(uow, group)
    return sum(counted.count(edition=edition, **those) for those in fate.those)


def _first(uow: UnitOfWork, group: Group, edition: str, fate: _Fate) -> tuple[UUID, ...]:
    found: list[Any] = []
    for those in fate.those:
        wanted = PageRequest(limit=MOST_NAMED - len(found), equals={"edition": edition, **those})
        found += _store(uow, group).page(wanted).items if wanted.limit else []
    return tuple(one.credential_id if group is Group.RENEWAL_CYCLES else one.id for one in found)


def _store(uow: UnitOfWork, group: Group) -> Repository[Any]:
    match group:
        case Group.RENEWAL_CYCLES:
            return uow.cycles
        case Group.AUTHORIZATIONS:
            return uow.authorizations
        case Group.APPROVED_APPLICATIONS | Group.APPLICATIONS_UNDER_WAY:
            return uow.applications


def _terms_of(group: Group, changes: Iterable[Change], old: Policy, new: Policy) -> tuple[Change, ...]:
    """The changes that are terms of a group: whole sections, and the fees of its steps."""
    sections = {
        Group.RENEWAL_CYCLES: _UPKEEP,
        Group.AUTHORIZATIONS: _TO_THE_EXAM,
        Group.APPROVED_APPLICATIONS: _TO_THE_EXAM,
        Group.APPLICATIONS_UNDER_WAY: _TO_THE_EXAM | _APPLYING,
    }[group]
    dues = {fee.code: fee.due for policy in (old, new) for fee in policy.fees}
    return tuple(one for one in changes if _is_of(one.pointer, sections, dues, renewing=group is Group.RENEWAL_CYCLES))


def _is_of(pointer: str, sections: frozenset[str], dues: Mapping[str, FeeDue], *, renewing: bool) -> bool:
    section, *place = pointer.split("/")[1:]
    if place[-1:] in (["basis"], ["title"], ["text"]) or "to_decide" in place:
        return False
    if section == "fees":
        return (dues.get(place[0]) in _RENEWING) is renewing
    return section in sections
