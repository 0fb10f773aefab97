"""Attempts, holds and score reports: routes with their In and Out models."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from api.fields import Id, In, Out, Reason
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.scores import holds, reports
from domain.scores.holds import HoldKind
from domain.scores.model import Attempt, AttemptStatus, Hold
from domain.scores.report import DomainResult
from domain.scores.reports import Told

routes = Routes("scores")


class AttemptOut(Resource):
    """An attempt, for staff. `domain_raw` are the raw points of each domain in the outline's order."""

    noun: ClassVar[str] = "attempt"

    candidate_id: UUID
    authorization_id: UUID | None
    registration_id: UUID | None
    administration_id: UUID
    form_id: UUID
    import_id: UUID | None
    taken_on: date
    created_at: datetime
    status: AttemptStatus
    key_number: int | None
    conversion_number: int | None
    raw: int | None
    scaled: int | None
    passed: bool | None
    domain_raw: list[int]
    held: bool
    release_id: UUID | None
    released_at: datetime | None


class ResultStatus(StrEnum):
    """What a candidate is told of where an attempt stands."""

    PENDING = "pending"
    RELEASED = "released"
    INVALIDATED = "invalidated"


class ResultOut(Out):
    """An attempt as its candidate sees it; `passed` is null until the score is released.

    `grounds`: of which kind the reason was, where the attempt was invalidated.
    """

    id: UUID
    administration_id: UUID
    taken_on: date
    status: ResultStatus
    passed: bool | None
    released_at: datetime | None
    grounds: HoldKind | None


class HoldIn(In):
    """Why a score is held back."""

    kind: HoldKind
    reason: Reason


class EndingIn(In):
    """Why a hold ends, or an attempt gives no score."""

    reason: Reason


class HoldOut(Resource):
    """A reason not to release a score; `status` is standing or lifted."""

    noun: ClassVar[str] = "hold"

    attempt_id: UUID
    candidate_id: UUID
    kind: str
    reason: str
    status: str
    placed_by: str
    placed_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lifted_reason: str | None


class ReportedDomainOut(Out):
    """How one exam domain went, and the modules to study for it. `raw` of `items` points are for staff alone.

    `standard_error` is that of the domain's percentage of points, in percentage points: how far chance alone may move
    it. `firm` says that the band would be the same one of it to either side.
    """

    code: str
    title: str
    band: str | None
    band_title: str | None
    firm: bool
    standard_error: float | None
    modules: list[int]
    raw: int | None
    items: int | None


class ScoreReportOut(Out):
    """A score report. What the policy withholds from its candidate is null or empty; `raw` is for staff alone."""

    attempt_id: UUID
    candidate_id: UUID
    program: str
    program_title: str
    exam_code: str
    taken_on: date
    released_at: datetime | None
    passed: bool
    scaled: int | None
    passing: int
    minimum: int
    maximum: int
    raw: int | None
    domains: list[ReportedDomainOut]
    modules: list[int]


ATTEMPTS = Listing(
    Attempt,
    filters={"form_id": Id, "status": AttemptStatus, "candidate_id": Id, "release_id": Id},
)


@routes.get(
    "/exam-administrations/{administration_id}/attempts", action="attempt.read", answers=AttemptOut, listing=ATTEMPTS
)
def list_attempts(uow: UnitOfWork, actor: Actor, administration_id: Id, page: PageRequest) -> Page[Attempt]:
    """List the attempts of an administration, for staff."""
    actor.must("attempt.read")
    administration = uow.administrations.get(administration_id)
    return uow.attempts.page(page.within(administration_id=administration.id))


@routes.get("/attempts/{attempt_id}", action="attempt.read", answers=AttemptOut)
def read_attempt(uow: UnitOfWork, actor: Actor, attempt_id: Id) -> Attempt:
    """Read an attempt with its score, for staff."""
    actor.must("attempt.read")
    return uow.attempts.get(attempt_id)


@routes.get(
    "/candidates/{candidate_id}/attempts",
    action="attempt.read_report",
    answers=ResultOut,
    listing=Listing(Attempt),
)
def list_results(uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest) -> Page[ResultOut]:
    """List a candidate's attempts as the candidate sees them."""
    actor.must("attempt.read_report", uow.candidates.get(candidate_id))
    found = uow.attempts.page(page.within(candidate_id=candidate_id))
    grounds = holds.grounds(uow, found.items)
    return Page([_result(attempt, grounds.get(attempt.id)) for attempt in found.items], found.after)


@routes.get("/attempts/{attempt_id}/score-report", action="attempt.read_report", answers=ScoreReportOut)
def score_report(uow: UnitOfWork, actor: Actor, attempt_id: Id) -> ScoreReportOut:
    """Read a score report: for its candidate once the score is released, and as far as the policy tells."""
    return _report(reports.read(uow, actor, attempt_id))


@routes.post(
    "/attempts/{attempt_id}/holds",
    action="attempt.hold",
    answers=HoldOut,
    status_code=201,
    location="/v1/holds/{id}",
)
def place_hold(uow: UnitOfWork, actor: Actor, attempt_id: Id, body: HoldIn) -> Hold:
    """Hold a score back before its release."""
    return holds.place(uow, actor, attempt_id, body.kind, body.reason)


@routes.get("/attempts/{attempt_id}/holds", action="attempt.read", answers=HoldOut, listing=Listing(Hold))
def list_holds(uow: UnitOfWork, actor: Actor, attempt_id: Id, page: PageRequest) -> Page[Hold]:
    """List the holds on an attempt, standing and lifted."""
    actor.must("attempt.read", uow.attempts.get(attempt_id))
    return uow.holds.page(page.within(attempt_id=attempt_id))


@routes.get("/holds/{hold_id}", action="attempt.read", answers=HoldOut)
def read_hold(uow: UnitOfWork, actor: Actor, hold_id: Id) -> Hold:
    """Read a hold."""
    actor.must("attempt.read")
    return uow.holds.get(hold_id)


@routes.post("/holds/{hold_id}/lifting", action="hold.lift", answers=HoldOut, if_match=Hold)
def lift_hold(uow: UnitOfWork, actor: Actor, hold_id: Id, body: EndingIn) -> Hold:
    """Lift a hold; the score leaves with the next release when no other hold stands."""
    return holds.lift(uow, actor, hold_id, body.reason)


@routes.post("/attempts/{attempt_id}/invalidation", action="attempt.invalidate", answers=AttemptOut, if_match=Attempt)
def invalidate(uow: UnitOfWork, actor: Actor, attempt_id: Id, body: EndingIn) -> Attempt:
    """Decide that a held attempt gives no score. Who placed the hold cannot also invalidate."""
    return holds.invalidate(uow, actor, attempt_id, body.reason)


def _result(attempt: Attempt, grounds: HoldKind | None) -> ResultOut:
    shown = {AttemptStatus.RELEASED: ResultStatus.RELEASED, AttemptStatus.INVALIDATED: ResultStatus.INVALIDATED}
    return ResultOut(
        id=attempt.id,
        administration_id=attempt.administration_id,
        taken_on=attempt.taken_on,
        status=shown.get(attempt.status, ResultStatus.PENDING),
        passed=attempt.passed if attempt.status is AttemptStatus.RELEASED else None,
        released_at=attempt.released_at,
        grounds=grounds,
    )


def _report(told: Told) -> ScoreReportOut:
    attempt, report, policy = told.attempt, told.report, told.policy
    return ScoreReportOut(
        attempt_id=attempt.id,
        candidate_id=attempt.candidate_id,
        program=policy.program,
        program_title=policy.program_title,
        exam_code=policy.exam.code,
        taken_on=attempt.taken_on,
        released_at=attempt.released_at,
        passed=report.passed,
        scaled=report.scaled,
        passing=report.scale.passing,
        minimum=report.scale.minimum,
        maximum=report.scale.maximum,
        raw=attempt.raw if told.domain_items else None,
        domains=[_domain(told, place, result) for place, result in enumerate(report.domains)],
        modules=list(report.modules),
    )


def _domain(told: Told, place: int, result: DomainResult) -> ReportedDomainOut:
    seen = bool(told.domain_items)
    return ReportedDomainOut(
        code=result.code,
        title=result.title,
        band=result.band,
        band_title=result.band_title,
        firm=result.firm,
        standard_error=None if result.standard_error is None else round(result.standard_error, 1),
        modules=list(result.modules),
        raw=told.domain_raw[place] if seen else None,
        items=told.domain_items[place] if seen else None,
    )
