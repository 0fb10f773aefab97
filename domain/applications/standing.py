"""What a caller may do now: the authorization table, and what it cannot know (claims, conflicts, days, appeals)."""

from collections.abc import Sequence
from uuid import UUID

from domain.actors import Actor, Role
from domain.applications.actions import complete
from domain.applications.model import Appeal, AppealStatus, Application, ApplicationStatus
from domain.authorization import allowed_actions
from domain.ports import UnitOfWork
from domain.programs.days import today_of

_BY_REVIEWERS = frozenset({"claim", "release", "return", "decide"})
_BY_THE_CLAIMER = frozenset({"release", "return", "decide"})
_WITH_AN_APPROVAL = frozenset({"authorize", "charge_exam"})
_REVIEWERS = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})


def verbs(uow: UnitOfWork, actor: Actor, applications: Sequence[Application]) -> dict[UUID, list[str]]:
    """The verbs that would work on each of these applications for this caller, by id; sorted."""
    barred = _barred(uow, actor)
    return {one.id: _verbs(uow, actor, one, barred) for one in applications}


def appeal_verbs(uow: UnitOfWork, actor: Actor, appeal: Appeal) -> list[str]:
    """The verbs that would work on an appeal for this caller; sorted."""
    found = allowed_actions(actor, "appeal", appeal)
    return [verb for verb in found if verb != "decide" or appeal.candidate_id not in _barred(uow, actor)]


def _barred(uow: UnitOfWork, actor: Actor) -> set[UUID | None]:
    """The candidates whom a reviewer must leave to others: those of a declared conflict, and themselves."""
    if not actor.roles & _REVIEWERS:
        return set()
    return {*actor.candidates, *(one.candidate_id for one in uow.conflicts.find(subject=actor.subjects))}


def _verbs(uow: UnitOfWork, actor: Actor, application: Application, barred: set[UUID | None]) -> list[str]:
    without = set[str]()
    if application.candidate_id in barred:
        without |= _BY_REVIEWERS - {"release"}
    if application.reviewer != actor.subject:
        without |= _BY_THE_CLAIMER - ({"release"} if Role.ADMINISTRATOR in actor.roles else set())
    today = today_of(uow, uow.policies.named(application.edition))
    if application.expires_on is not None and today > application.expires_on:
        without |= _WITH_AN_APPROVAL
    found = [verb for verb in allowed_actions(actor, "application", application) if verb not in without]
    if application.status is ApplicationStatus.DRAFT and "submit" in found:
        found = _while_draft(uow, application, found)
    if application.status is ApplicationStatus.DENIED and application.candidate_id == actor.candidate_id:
        found = _while_denied(uow, application, found)
    return found


def _while_draft(uow: UnitOfWork, application: Application, found: list[str]) -> list[str]:
    """A draft is submitted once it is complete and its fee settled; until then there is nothing to press."""
    policy = uow.policies.named(application.edition)
    ready = complete(uow, application, policy, lock=False).granted
    return [verb for verb in found if ready or verb != "submit"]


def _while_denied(uow: UnitOfWork, application: Application, found: list[str]) -> list[str]:
    """Evidence is added while an appeal is heard; one that was heard leaves nothing to do."""
    appeals = uow.appeals.find(application_id=application.id)
    filed = any(one.status is AppealStatus.FILED for one in appeals)
    heard = any(one.status is not AppealStatus.WITHDRAWN for one in appeals)
    without = set[str]() if filed else {"add_evidence"}
    return [verb for verb in found if verb not in without | ({"appeal"} if heard else set())]
