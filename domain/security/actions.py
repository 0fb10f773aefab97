"""Verbs of irregularities: ask for a screening, hand in response times, clear or confirm what was flagged.

A screening lifts nothing and invalidates nothing. Who confirms a review puts a hold of their own in the place of the
screening's; invalidating the attempt then takes another person.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import JsonValue

from domain.actors import Actor
from domain.errors import Contradiction, Fault, Invalid
from domain.independence import must_be_independent
from domain.jobs import actions as jobs
from domain.jobs.model import JobRequest
from domain.ports import Files, UnitOfWork
from domain.scores import holds, rules
from domain.scores.errors import FormNotApproved
from domain.scores.holds import HoldKind
from domain.scores.model import AttemptStatus, Hold, VersionStatus
from domain.security.errors import NobodyToScreen
from domain.security.events import ReviewDecided, ScreeningRequested, TimesReceived
from domain.security.material import taken
from domain.security.model import Review, ReviewStatus, Screening, ScreeningMethod, TimesFile
from domain.security.screening import SCREEN
from domain.security.times import read_times

LEAST_PEOPLE = 10
USUAL = (ScreeningMethod.OMEGA, ScreeningMethod.GBT, ScreeningMethod.PERSON_FIT, ScreeningMethod.SCORE_GAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to screen, how, at which false discovery rate, and which methods' flags hold a score."""

    administration_id: UUID
    form_id: UUID
    methods: Sequence[ScreeningMethod] = USUAL
    holds_for: Sequence[ScreeningMethod] = tuple(ScreeningMethod)
    rate: float = 0.01
    dependent: bool = False
    times_id: UUID | None = None


def request(uow: UnitOfWork, actor: Actor, wanted: Wanted) -> Screening:
    """Queue a screening by the key in force.

    Raises FormNotApproved, NobodyToScreen, or Contradiction for response times that are missing or another form's.
    """
    actor.must("irregularity.screen")
    form = uow.forms.get(wanted.form_id)
    rules.must_belong(form, uow.administrations.get(wanted.administration_id))
    key = uow.form_keys.first(form_id=form.id, status=VersionStatus.APPROVED)
    if key is None:
        raise FormNotApproved
    _times_must_fit(uow, wanted)
    if uow.attempts.count(**taken(wanted.administration_id, form.id)) < LEAST_PEOPLE:
        raise NobodyToScreen
    methods = tuple(method for method in ScreeningMethod if method in wanted.methods)
    screening_id = uow.new_id()
    parameters: dict[str, JsonValue] = {"screening_id": str(screening_id)}
    job = jobs.request(uow, actor, JobRequest(kind=SCREEN, parameters=parameters, total=len(methods)))
    screening = uow.screenings.add(
        Screening(
            id=screening_id,
            administration_id=wanted.administration_id,
            form_id=form.id,
            key_number=key.number,
            methods=methods,
            holds_for=tuple(method for method in ScreeningMethod if method in wanted.holds_for),
            rate=wanted.rate,
            dependent=wanted.dependent,
            requested_by=actor.subject,
            created_at=uow.now,
            times_id=wanted.times_id,
            job_id=job.id,
        )
    )
    uow.record(
        ScreeningRequested(
            screening_id=screening.id,
            administration_id=wanted.administration_id,
            form_id=form.id,
            methods=",".join(methods),
        )
    )
    return screening


def receive_times(
    uow: UnitOfWork, actor: Actor, files: Files, administration_id: UUID, form_id: UUID, content: bytes
) -> TimesFile:
    """Keep a file of response times; the same bytes are the same file. Raises Invalid for one that cannot be read."""
    actor.must("irregularity.screen")
    form = uow.forms.get(form_id)
    rules.must_belong(form, uow.administrations.get(administration_id))
    if not content:
        raise Invalid(Fault("/file", "empty_file", "The file is empty."))
    heading = content.partition(b"\n")[0]
    if faults := read_times(heading, form.items).faults:
        raise Invalid(*(Fault("/file", one.code, one.detail) for one in faults))
    sha256 = hashlib.sha256(content).hexdigest()
    found = uow.times_files.first(administration_id=administration_id, form_id=form_id, sha256=sha256)
    if found is not None:
        return found
    name = uow.random(16).hex()
    key = f"{name[:2]}/{name}"
    files.put(key, content)
    kept = uow.times_files.add(
        TimesFile(
            id=uow.new_id(),
            administration_id=administration_id,
            form_id=form_id,
            sha256=sha256,
            size=len(content),
            key=key,
            uploaded_by=actor.subject,
            uploaded_at=uow.now,
        )
    )
    told = {"administration_id": administration_id, "form_id": form_id}
    uow.record(TimesReceived(times_id=kept.id, sha256=sha256, **told))
    return kept


def clear(uow: UnitOfWork, actor: Actor, review_id: UUID, reason: str) -> Review:
    """Decide that nothing follows from flags; their hold is lifted, unless another open review needs it."""
    review = _held(uow, actor, "irregularity_review.clear", review_id)
    hold = _standing(uow, review)
    if hold is not None and not _others(uow, review, hold):
        holds.lift(uow, actor, hold.id, reason)
    return _decided(uow, actor, review, ReviewStatus.CLEARED, reason)


def confirm(uow: UnitOfWork, actor: Actor, review_id: UUID, reason: str) -> Review:
    """Find that the flags stand: the hold becomes this person's own, and another person may invalidate the attempt."""
    review = _held(uow, actor, "irregularity_review.confirm", review_id)
    attempt = uow.attempts.lock(review.attempt_id)
    if attempt.status in (AttemptStatus.IMPORTED, AttemptStatus.SCORED):
        standing = rules.open_holds(uow.holds.find(attempt_id=attempt.id, kind=HoldKind.IRREGULARITY.value))
        for hold in standing:
            holds.lift(uow, actor, hold.id, reason)
        own = holds.place(uow, actor, attempt.id, HoldKind.IRREGULARITY, reason)
        review = replace(review, hold_id=own.id)
    return _decided(uow, actor, review, ReviewStatus.CONFIRMED, reason)


def _times_must_fit(uow: UnitOfWork, wanted: Wanted) -> None:
    if wanted.times_id is None:
        if ScreeningMethod.RESPONSE_TIMES in wanted.methods:
            raise Contradiction(Fault("/times_id", "missing", "Response times are screened from a file of them."))
        return
    times = uow.times_files.first(id=wanted.times_id)
    if times is None or (times.administration_id, times.form_id) != (wanted.administration_id, wanted.form_id):
        fault = Fault("/times_id", "unknown_times", "There is no such file for this form and administration.")
        raise Contradiction(fault)


def _held(uow: UnitOfWork, actor: Actor, action: str, review_id: UUID) -> Review:
    review = uow.irregularity_reviews.lock(review_id)
    actor.must(action, review)
    must_be_independent(uow, actor, review.candidate_id)
    return review


def _standing(uow: UnitOfWork, review: Review) -> Hold | None:
    hold = uow.holds.first(id=review.hold_id) if review.hold_id is not None else None
    return hold if hold is not None and hold.lifted_at is None else None


def _others(uow: UnitOfWork, review: Review, hold: Hold) -> bool:
    """Whether the hold is not the screening's alone: a person's, or one that another open review stands behind."""
    if not holds.by_the_service(hold):
        return True
    same = uow.irregularity_reviews.find(attempt_id=review.attempt_id, status=ReviewStatus.OPEN)
    return any(one.id != review.id and one.hold_id == hold.id for one in same)


def _decided(uow: UnitOfWork, actor: Actor, review: Review, status: ReviewStatus, reason: str) -> Review:
    uow.record(
        ReviewDecided(
            review_id=review.id,
            attempt_id=review.attempt_id,
            candidate_id=review.candidate_id,
            confirmed=status is ReviewStatus.CONFIRMED,
        )
    )
    return uow.irregularity_reviews.save(
        replace(review, status=status, decided_by=actor.subject, decided_at=uow.now, reason=reason)
    )
