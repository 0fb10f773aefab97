"""Verbs of rescores: have it listed who would change, have it listed anew, approve, reject.

Locks: every verb holds the form's row and then the run's, as imports, scoring and releases hold the form's; so an
approval is judged on attempts that nobody moves meanwhile. The store allows one run under way per form.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import JsonValue

from domain.actors import Actor
from domain.applications.errors import ConflictDeclared
from domain.errors import Contradiction, Fault, SeparationOfDuties
from domain.jobs import actions as jobs
from domain.jobs.model import JobRequest
from domain.ports import UnitOfWork
from domain.rescoring.errors import ListOutOfDate, NothingToRescore, RescoreUnderWay, VersionsNotInForce
from domain.rescoring.events import RescoreDecided, RescoreRequested
from domain.rescoring.model import Direction, OnLostPass, Refunds, Rescore, RescoreStatus
from domain.scores import actions as forms, rules as scores
from domain.scores.actions import Versions
from domain.scores.errors import ConversionDoesNotFit, ReleaseUnderWay
from domain.scores.model import AttemptStatus, Form, ReleaseStatus, VersionStatus

LIST = "rescores.list"
"""The kind of the job that lists. Its parameters: `rescore_id`, `list_number`."""
CARRY_OUT = "rescores.carry_out"
"""The kind of the job that carries a run out. Its parameters: `rescore_id`."""
CHANGING = [Direction.GAINED, Direction.LOST, Direction.SCORE_ONLY]
SCORED = [AttemptStatus.SCORED, AttemptStatus.RELEASED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be scored anew, by which versions, and why. No administration: all of the form's."""

    form_id: UUID
    key_number: int
    conversion_number: int
    reason: str
    administration_id: UUID | None = None
    on_lost_pass: OnLostPass = OnLostPass.KEEP
    refunds: Refunds = Refunds.LIST


def request(uow: UnitOfWork, actor: Actor, wanted: Wanted) -> Rescore:
    """Have it listed who would change; nothing else happens until a second person approves.

    Drafts may be listed too. Raises Contradiction for versions that the form has not, ConversionDoesNotFit, and
    NothingToRescore.
    """
    form = uow.forms.lock(wanted.form_id)
    actor.must("form.rescore", form)
    if wanted.administration_id is not None:
        scores.must_belong(form, uow.administrations.get(wanted.administration_id))
    versions(uow, form, wanted.key_number, wanted.conversion_number)
    if not uow.attempts.count(**covered(form.id, wanted.administration_id)):
        raise NothingToRescore
    run = Rescore(
        id=uow.new_id(),
        form_id=form.id,
        administration_id=wanted.administration_id,
        key_number=wanted.key_number,
        conversion_number=wanted.conversion_number,
        reason=wanted.reason,
        on_lost_pass=wanted.on_lost_pass,
        refunds=wanted.refunds,
        created_by=actor.subject,
        created_at=uow.now,
    )
    return uow.rescores.add(_listing(uow, actor, run))


def relist(uow: UnitOfWork, actor: Actor, rescore_id: UUID) -> Rescore:
    """Have the list made anew from how things stand now; the earlier list stays on record."""
    _, run = _held(uow, rescore_id)
    actor.must("rescore.relist", run)
    again = replace(run, status=RescoreStatus.LISTING, list_number=run.list_number + 1)
    return uow.rescores.save(_listing(uow, actor, again))


def approve(uow: UnitOfWork, actor: Actor, rescore_id: UUID) -> Rescore:
    """Carry a list out, as a second person; a job does it, exactly once.

    Raises ListOutOfDate when an attempt has changed since, VersionsNotInForce, ReleaseUnderWay, RescoreUnderWay, and
    SeparationOfDuties or ConflictDeclared where either person has to do with a candidate whose result changes.
    """
    form, run = _held(uow, rescore_id)
    actor.must("rescore.approve", run)
    _must_be_in_force(uow, run)
    _must_be_quiet(uow, form, run)
    if uow.rescore_entries.moved(run):
        raise ListOutOfDate
    _must_be_independent(uow, run, actor)
    wanted = JobRequest(kind=CARRY_OUT, parameters={"rescore_id": str(run.id)}, total=run.attempts)
    job = jobs.request(uow, actor, wanted)
    approved = uow.rescores.save(
        replace(run, status=RescoreStatus.APPROVED, decided_by=actor.subject, decided_at=uow.now, job_id=job.id)
    )
    uow.record(RescoreDecided(rescore_id=run.id, list_number=run.list_number, approved=True))
    return approved


def reject(uow: UnitOfWork, actor: Actor, rescore_id: UUID, reason: str) -> Rescore:
    """Decide against a run, or take one's own back; every result stays as it is."""
    _, run = _held(uow, rescore_id)
    actor.must("rescore.reject", run)
    uow.record(RescoreDecided(rescore_id=run.id, list_number=run.list_number, approved=False))
    return uow.rescores.save(
        replace(
            run,
            status=RescoreStatus.REJECTED,
            decided_by=actor.subject,
            decided_at=uow.now,
            decision_reason=reason,
        )
    )


def versions(uow: UnitOfWork, form: Form, key_number: int, conversion_number: int) -> Versions:
    """These versions of a form's key and conversion, whatever their status; they fit each other.

    Raises Contradiction or ConversionDoesNotFit.
    """
    key = uow.form_keys.first(form_id=form.id, number=key_number)
    if key is None:
        raise Contradiction(Fault("/key_number", "unknown_key", "The form has no such version of its key."))
    conversion = uow.conversions.first(form_id=form.id, number=conversion_number)
    if conversion is None:
        fault = Fault("/conversion_number", "unknown_conversion", "The form has no such version of its conversion.")
        raise Contradiction(fault)
    answers = forms.answers_of(uow, form, key.correct)
    if not scores.fits(conversion, answers.raw_max):
        raise ConversionDoesNotFit
    return Versions(key, conversion, answers)


def covered(form_id: UUID, administration_id: UUID | None) -> dict[str, object]:
    """Which attempts a run covers, as the store is asked for them."""
    where: dict[str, object] = {"form_id": form_id, "status": SCORED}
    return where if administration_id is None else {**where, "administration_id": administration_id}


def _listing(uow: UnitOfWork, actor: Actor, run: Rescore) -> Rescore:
    parameters: dict[str, JsonValue] = {"rescore_id": str(run.id), "list_number": run.list_number}
    total = uow.attempts.count(**covered(run.form_id, run.administration_id))
    job = jobs.request(uow, actor, JobRequest(kind=LIST, parameters=parameters, total=total))
    uow.record(
        RescoreRequested(
            rescore_id=run.id,
            form_id=run.form_id,
            administration_id=run.administration_id,
            key_number=run.key_number,
            conversion_number=run.conversion_number,
            list_number=run.list_number,
        )
    )
    return replace(run, list_job_id=job.id)


def _held(uow: UnitOfWork, rescore_id: UUID) -> tuple[Form, Rescore]:
    form = uow.forms.lock(uow.rescores.get(rescore_id).form_id)
    return form, uow.rescores.lock(rescore_id)


def _must_be_in_force(uow: UnitOfWork, run: Rescore) -> None:
    key = uow.form_keys.first(form_id=run.form_id, number=run.key_number, status=VersionStatus.APPROVED)
    conversion = uow.conversions.first(form_id=run.form_id, number=run.conversion_number, status=VersionStatus.APPROVED)
    if key is None or conversion is None:
        raise VersionsNotInForce


def _must_be_quiet(uow: UnitOfWork, form: Form, run: Rescore) -> None:
    """Return unless scores of the form are leaving, or another run is changing them."""
    if uow.score_releases.first(form_id=form.id, status=[ReleaseStatus.PROPOSED, ReleaseStatus.APPROVED]) is not None:
        raise ReleaseUnderWay
    under_way = uow.rescores.first(form_id=form.id, status=RescoreStatus.APPROVED)
    if under_way is not None and under_way.id != run.id:
        raise RescoreUnderWay


def _must_be_independent(uow: UnitOfWork, run: Rescore, actor: Actor) -> None:
    """Neither who asked nor who approves may be a candidate whose result changes, or have a conflict with one."""
    subjects = [run.created_by, actor.subject]
    own = [one.candidate_id for one in uow.identities.find(subject=subjects)]
    own += [actor.candidate_id] if actor.candidate_id is not None else []
    declared = [one.candidate_id for one in uow.conflicts.find(subject=subjects)]
    if _touches(uow, run, own):
        message = "Someone else must take this step, because the result of one of you is among those that change."
        raise SeparationOfDuties(message)
    if _touches(uow, run, declared):
        raise ConflictDeclared


def _touches(uow: UnitOfWork, run: Rescore, candidates: list[UUID]) -> bool:
    if not candidates:
        return False
    listed = {"rescore_id": run.id, "list_number": run.list_number, "direction": CHANGING}
    return uow.rescore_entries.first(**listed, candidate_id=candidates) is not None
