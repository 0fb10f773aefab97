"""What the nightly sweep does to applications, and the draw for audit.

Each verb handles at most `limit` rows in its transaction and says how many it did, so that the caller goes on until
none is left. Locks: the application's row, after which its state is looked at again; a draw holds the edition in force.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Any

from domain.actors import Actor, the_service
from domain.applications import moving, sampling
from domain.applications.actions import submission_fee, tell
from domain.applications.errors import AlreadyDrawn
from domain.applications.events import ApplicationExpired, ApplicationMovedOn, AuditDrawn
from domain.applications.model import Application, ApplicationStatus, AuditDraw
from domain.dates import end_of, start_of
from domain.errors import Contradiction, Fault
from domain.notices.model import NoticeKind
from domain.paging import PageRequest
from domain.payments import actions as payments
from domain.ports import UnitOfWork, UnitsOfWork
from domain.programs.days import editions_by_day, in_force_now, today_of
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import InFlightRule

SWEEP = "applications.sweep"
"""The kind of the nightly task that expires applications and moves those in flight to their new edition."""

MOST_DRAWN_FROM = 10_000
_EXPIRING = (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED, ApplicationStatus.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What to draw from, and by which seed: one that nobody knew before the last of these days was over."""

    program: str
    from_on: date
    until_on: date
    seed: str
    seed_source: str


def sweep(units: UnitsOfWork, parameters: Mapping[str, Any], *, batch: int = 100) -> None:
    """Do all there is to do tonight, batch by batch. Safe to repeat."""
    del parameters
    for verb in (expire_due, move_on):
        done = batch
        while done:
            with units.begin(the_service(SWEEP)) as uow:
                done = verb(uow, batch)


def expire_due(uow: UnitOfWork, limit: int) -> int:
    """Expire drafts and returned applications whose day has passed, and approvals of which no use was made."""
    seen = 0
    for today, editions in editions_by_day(uow).items():
        due = uow.applications.due(today, limit - seen, editions) if seen < limit else []
        for one in due:
            application = uow.applications.lock(one.id)
            if application.due_on is not None and application.due_on < today:
                _expire(uow, application, application.due_on)
        seen += len(due)
    return seen


def move_on(uow: UnitOfWork, limit: int) -> int:
    """Move applications under way to the edition that says so, on its day or after; `moving` says which may."""
    moved = 0
    for program in {one.program for one in uow.policies.headings()}:
        policy = _moving(uow, program)
        if policy is not None and moved < limit:
            moved += _move(uow, policy, limit - moved)
    return moved


def draw(uow: UnitOfWork, actor: Actor, drawing: Drawing) -> AuditDraw:
    """Draw applications for audit at the policy's rate, in a way that anyone can check.

    Raises Contradiction for days that are not over or hold too many applications, AlreadyDrawn for days drawn before.
    """
    actor.must("application.draw_audit")
    policy = in_force_now(uow, drawing.program)
    uow.policies.hold(drawing.program)
    _must_be_drawable(uow, policy, drawing)
    population = _population(uow, policy, drawing)
    chosen = sampling.draw(drawing.seed, [one.id for one in population], policy.audit.applications_rate)
    for one in population:
        if one.id in chosen:
            _choose(uow, policy, one)
    ids = tuple(sorted(one.id for one in population))
    drawn = uow.audit_draws.add(
        AuditDraw(
            id=uow.new_id(),
            program=drawing.program,
            edition=policy.edition,
            from_on=drawing.from_on,
            until_on=drawing.until_on,
            seed=drawing.seed,
            seed_source=drawing.seed_source,
            rate=policy.audit.applications_rate,
            population=ids,
            population_sha256=sampling.digest(ids),
            chosen=chosen,
            drawn_at=uow.now,
            drawn_by=actor.subject,
        )
    )
    uow.record(
        AuditDrawn(
            draw_id=drawn.id,
            program=drawn.program,
            edition=drawn.edition,
            seed=drawn.seed,
            rate=str(drawn.rate),
            population=len(ids),
            population_sha256=drawn.population_sha256,
            chosen=len(chosen),
        )
    )
    return drawn


def _expire(uow: UnitOfWork, application: Application, due_on: date) -> None:
    used = application.status is ApplicationStatus.APPROVED and uow.authorizations.count(application_id=application.id)
    if application.status not in _EXPIRING or used:
        uow.applications.save(replace(application, due_on=None))
        return
    expired = uow.applications.save(replace(application, status=ApplicationStatus.EXPIRED, due_on=None))
    payments.cancel_open(uow, expired.id)
    uow.record(
        ApplicationExpired(
            application_id=expired.id,
            candidate_id=expired.candidate_id,
            status_before=application.status.value,
            due_on=due_on,
        )
    )
    tell(uow, expired, NoticeKind.APPLICATION_EXPIRED)


def _moving(uow: UnitOfWork, program: str) -> Policy | None:
    """The newest edition of a program that takes over the work in flight by now."""
    published = (uow.policies.named(one.edition) for one in uow.policies.headings(program))
    taking_over = [one for one in published if _takes_over(one, today_of(uow, one))]
    return max(taking_over, key=lambda one: one.in_force_from, default=None)


def _takes_over(policy: Policy, today: date) -> bool:
    day = policy.in_flight.moves_on
    moves = policy.in_flight.rule is InFlightRule.MOVE_ON and day is not None and day <= today
    return moves and policy.in_force_from <= today


def _move(uow: UnitOfWork, policy: Policy, limit: int) -> int:
    earlier = [one.edition for one in uow.policies.headings(policy.program) if one.in_force_from < policy.in_force_from]
    moved = 0
    for edition, those in product(earlier, moving.those_that_move(policy)):
        if moved >= limit:
            break
        wanted = PageRequest(limit=limit - moved, equals={"edition": edition, **those})
        for one in uow.applications.page(wanted).items:
            moved += _moved(uow, policy, uow.applications.lock(one.id))
    return moved


def _moved(uow: UnitOfWork, policy: Policy, application: Application) -> bool:
    if application.edition == policy.edition or not moving.may_move(application, policy):
        return False
    pathway = moving.pathway_after(application, policy)
    moved = uow.applications.save(replace(application, edition=policy.edition, pathway=pathway))
    if moved.status is ApplicationStatus.DRAFT:
        payments.charge(uow, policy, submission_fee(policy), moved.candidate_id, moved.id)
    uow.record(
        ApplicationMovedOn(
            application_id=application.id,
            candidate_id=application.candidate_id,
            from_edition=application.edition,
            to_edition=policy.edition,
            pathway=pathway,
        )
    )
    return True


def _must_be_drawable(uow: UnitOfWork, policy: Policy, drawing: Drawing) -> None:
    if not drawing.from_on <= drawing.until_on < today_of(uow, policy):
        fault = Fault("/until_on", "days_not_over", "The days come in order, and the last of them is over.")
        raise Contradiction(fault)
    for other in uow.audit_draws.find(program=drawing.program):
        if other.from_on <= drawing.until_on and drawing.from_on <= other.until_on:
            raise AlreadyDrawn


def _population(uow: UnitOfWork, policy: Policy, drawing: Drawing) -> list[Application]:
    begin, end = start_of(drawing.from_on, policy.zone), end_of(drawing.until_on, policy.zone)
    found = uow.applications.submitted_between(drawing.program, begin, end, MOST_DRAWN_FROM + 1)
    if len(found) > MOST_DRAWN_FROM:
        detail = f"More than {MOST_DRAWN_FROM} applications were submitted on these days; draw from fewer days."
        raise Contradiction(Fault("/from_on", "too_many", detail))
    gone = (ApplicationStatus.WITHDRAWN, ApplicationStatus.EXPIRED)
    return [one for one in found if one.status not in gone]


def _choose(uow: UnitOfWork, policy: Policy, application: Application) -> None:
    chosen = uow.applications.save(replace(uow.applications.lock(application.id), audited=True))
    due_on = today_of(uow, policy) + timedelta(days=policy.audit.answer_days)
    tell(uow, chosen, NoticeKind.AUDIT_CHOSEN, due_on=due_on)
