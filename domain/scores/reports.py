"""Score reports: what a candidate is told once the score is released, and all of it for staff."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.actors import Actor
from domain.errors import NotFound
from domain.ports import UnitOfWork
from domain.programs.policy import Policy
from domain.scores import actions
from domain.scores.model import Attempt, AttemptStatus
from domain.scores.report import ScoreReport, score_report


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A score report and what it is about.

    `domain_raw` and `domain_items` are the points of each domain in the outline's order, for staff; empty for the
    candidate.
    """

    attempt: Attempt
    policy: Policy
    report: ScoreReport
    domain_raw: Sequence[int] = ()
    domain_items: Sequence[int] = ()


def read(uow: UnitOfWork, actor: Actor, attempt_id: UUID) -> Told:
    """The report of an attempt.

    Its candidate gets what the policy tells, once it is released. Staff get all of it as soon as it is scored.
    NotFound until then, for good where the attempt was invalidated, and for a stranger's.
    """
    attempt = uow.attempts.get(attempt_id)
    actor.must("attempt.read_report", attempt)
    everything = actor.may("attempt.read", attempt)
    if attempt.raw is None or not (everything or attempt.status is AttemptStatus.RELEASED):
        raise NotFound
    form = uow.forms.get(attempt.form_id)
    policy = uow.policies.named(form.edition)
    key = uow.form_keys.first(form_id=form.id, number=attempt.key_number)
    if key is None:
        raise NotFound
    items = actions.answers_of(uow, form, key.correct).domain_items
    if not everything:
        return Told(attempt=attempt, policy=policy, report=_report(attempt, items, policy))
    return Told(
        attempt=attempt,
        policy=policy,
        report=_whole(attempt, items, policy),
        domain_raw=attempt.domain_raw,
        domain_items=items,
    )


def _report(attempt: Attempt, domain_items: Sequence[int], policy: Policy) -> ScoreReport:
    domain_raw = attempt.domain_raw
    if not domain_raw:  # only a score came from the test centre: of domains nothing is known, so nothing is told
        nothing = {"domain_bands_for_failers": False, "modules_to_study_for_failers": False}
        policy = policy.model_copy(update={"report": policy.report.model_copy(update=nothing)})
        domain_raw = tuple(0 for _ in domain_items)
    return score_report(
        passed=attempt.passed is True,
        scaled=attempt.scaled or policy.scale.minimum,
        domain_raw=domain_raw,
        domain_items=domain_items,
        policy=policy,
    )


def _whole(attempt: Attempt, domain_items: Sequence[int], policy: Policy) -> ScoreReport:
    """The report with nothing withheld, whatever the result."""
    shown = {
        "failers_see_score": True,
        "domain_bands_for_failers": True,
        "modules_to_study_for_failers": True,
    }
    telling = policy.model_copy(update={"report": policy.report.model_copy(update=shown)})
    return replace(_report(replace(attempt, passed=False), domain_items, telling), passed=attempt.passed is True)
