"""What a caller may do now: the authorization table, and what it cannot know (claims, conflicts, days, appeals)."""

from collections.abc import Sequence
from uuid import UUID

from domain.actors import Actor, Role
from domain.applications.actions import appealable, complete
from domain.applications.model import Appeal, AppealStatus, Application, ApplicationStatus
from domain.authorization import allowed_actions
from domain.exams import actions as exams
from domain.payments import actions as payments
from domain.ports import UnitOfWork

_BY_REVIEWERS = frozenset({"claim", "release", "return", "decide"})
_BY_THE_CLAIMER = frozenset({"release", "return", "decide"})
_HANDING_IN = frozenset({"submit", "resubmit"})
_WITH_AN_APPROVAL = frozenset({"authorize", "charge_exam"})
_REVIEWERS = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})


def verbs(uow: UnitOfWork, actor: Actor, applications: Sequence[Application]) -> dict[UUID, list[str]]:
    """The verbs that would work on each of these applications for this caller, by id; sorted."""
    barred = _barred(uow, actor)
    told = {one.id: _admitted(actor, one, barred) for one in applications}
    works = exams.exam_verbs(uow, [one for one in applications if _WITH_AN_APPROVAL & set(told[one.id])])
    return {one.id: _working(uow, actor, one, told[one.id], works.get(one.id, set())) for one in applications}


def appeal_verbs(uow: UnitOfWork, actor: Actor, appeal: Appeal) -> list[str]:
    """The verbs that would work on an appeal for this caller; sorted."""
    found = allowed_actions(actor, "appeal", appeal)
    if "decide" not in found or (appeal.candidate_id not in _barred(uow, actor) and _is_paid_for(uow, appeal)):
        return found
    return [verb for verb in found if verb != "decide"]


def _is_paid_for(uow: UnitOfWork, appeal: Appeal) -> bool:
    policy = uow.policies.named(uow.applications.get(appeal.application_id).edition)
    return payments.settled(uow, policy, policy.appeals.fee, appeal.id).met


def _barred(uow: UnitOfWork, actor: Actor) -> set[UUID | None]:
    """The candidates whom a reviewer must leave to others: those of a declared conflict, and themselves."""
    if not actor.roles & _REVIEWERS:
        return set()
    return {*actor.candidates, *(one.candidate_id for one in uow.conflicts.find(subject=actor.subjects))}


def _admitted(actor: Actor, application: Application, barred: set[UUID | None]) -> list[str]:
    """What the table admits, less what only another reviewer, or only the one who claimed it, may do."""
    without = set[str]()
    if application.candidate_id in barred:
        without |= _BY_REVIEWERS - {"release"}
    if application.reviewer != actor.subject:
        without |= _BY_THE_CLAIMER - ({"release"} if Role.ADMINISTRATOR in actor.roles else set())
    return [verb for verb in allowed_actions(actor, "application", application) if verb not in without]


def _working(
    uow: UnitOfWork, actor: Actor, application: Application, found: list[str], exam_verbs: set[str]
) -> list[str]:
    """Of these verbs those that would work; in the states that are read most, under review, without a look-up."""
    if _HANDING_IN & set(found):
        return _while_open(uow, application, found)
    if _WITH_AN_APPROVAL & set(found):
        return [verb for verb in found if verb in exam_verbs or verb not in _WITH_AN_APPROVAL]
    if application.requests and "return" in found:
        return _while_returned_before(uow, application, found)
    if application.status is ApplicationStatus.DENIED and application.candidate_id == actor.candidate_id:
        return _while_denied(uow, application, found)
    return found


def _while_open(uow: UnitOfWork, application: Application, found: list[str]) -> list[str]:
    """It is handed in once it is complete, in time and paid for; until then there is nothing to press."""
    policy = uow.policies.named(application.edition)
    ready = complete(uow, application, policy, lock=False).granted
    return [verb for verb in found if ready or verb not in _HANDING_IN]


def _while_returned_before(uow: UnitOfWork, application: Application, found: list[str]) -> list[str]:
    most = uow.policies.named(application.edition).applications.max_returns
    return [verb for verb in found if verb != "return" or len(application.requests) < most]


def _while_denied(uow: UnitOfWork, application: Application, found: list[str]) -> list[str]:
    """An appeal is filed in its window, evidence added while one is heard; one that was heard leaves nothing to do."""
    filed = uow.appeals.first(application_id=application.id, status=AppealStatus.FILED) is not None
    without = set[str]() if filed else {"add_evidence"}
    if filed or not appealable(uow, application).granted:
        without.add("appeal")
    return [verb for verb in found if verb not in without]
