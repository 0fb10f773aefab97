"""Who changes, and how. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from domain.exams.model import Authorization
from domain.programs.policy import Policy
from domain.rescoring.model import Direction, OnLostPass, Result
from domain.scores.conversion import ConversionTable
from domain.scores.model import Attempt, AttemptStatus


def result_of(attempt: Attempt) -> Result | None:
    """The result that stands on an attempt; None where it is not scored."""
    if attempt.raw is None or attempt.scaled is None or attempt.passed is None:
        return None
    return Result(raw=attempt.raw, scaled=attempt.scaled, passed=attempt.passed, domain_raw=attempt.domain_raw)


def converted(raw: int, domain_raw: Sequence[int], table: ConversionTable) -> Result:
    """The result of raw points under a conversion; points beyond its end (items were dropped) count as the most."""
    points = min(raw, table.raw_max)
    return Result(raw=raw, scaled=table.scaled_of(points), passed=table.passes(points), domain_raw=tuple(domain_raw))


def direction(old: Result, new: Result) -> Direction:
    """What a new result does to the decision; `none` when nothing at all differs."""
    if old.passed != new.passed:
        return Direction.GAINED if new.passed else Direction.LOST
    return Direction.NONE if old == new else Direction.SCORE_ONLY


def is_kept(attempt: Attempt, way: Direction, on_lost_pass: OnLostPass) -> bool:
    """Whether a released pass stands in spite of the new score."""
    released = attempt.status is AttemptStatus.RELEASED
    return released and way is Direction.LOST and on_lost_pass is OnLostPass.KEEP


def is_told(old: Result, new: Result, policy: Policy) -> bool:
    """Whether the candidate's score report says something else than before."""
    if old.passed != new.passed:
        return True
    terms = policy.report
    if new.passed:
        return terms.passers_see_score and old.scaled != new.scaled
    shown = (terms.failers_see_score and old.scaled != new.scaled) or (
        (terms.domain_bands_for_failers or terms.modules_to_study_for_failers) and old.domain_raw != new.domain_raw
    )
    return bool(shown)


def bought_in_vain(
    authorizations: Sequence[Authorization], attempt: Attempt, passes: Iterable[UUID | None]
) -> tuple[Authorization, ...]:
    """The authorizations that who passed would not have needed: those given later, up to the next that led to a pass.

    `passes` are the authorizations of the candidate's other passed attempts: beyond such a one, a later authorization
    had a reason of its own, such as a credential that lapsed.
    """
    spent = set(passes)
    found: list[Authorization] = []
    for one in sorted(authorizations, key=_age):
        if not _is_later(one, attempt, authorizations):
            continue
        found.append(one)
        if one.id in spent:
            break
    return tuple(found)


def _is_later(one: Authorization, attempt: Attempt, authorizations: Sequence[Authorization]) -> bool:
    own = next((found for found in authorizations if found.id == attempt.authorization_id), None)
    return one.created_at > attempt.created_at if own is None else _age(one) > _age(own)


def _age(one: Authorization) -> tuple[datetime, str]:
    return one.created_at, str(one.id)
