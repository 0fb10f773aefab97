"""When someone may be authorized to test, and for how long. Pure: facts and a day in, a ruling out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.applications.model import Application, ApplicationStatus
from domain.dates import add_months
from domain.exams.model import Authorization, AuthorizationStatus
from domain.programs.exam_terms import Retakes
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import Fee, FeeDue
from domain.ruling import Finding, Ruling, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a candidate has done in a program's exam: the days that count as attempts, and how the last one ended.

    An invalidated attempt was taken all the same. A missed appointment is among `taken` only where the policy counts
    it. `passed` as long as the pass stands: once its credential has lapsed or was given up, it is spent. `awaited`:
    some result has not been released yet.
    """

    taken: tuple[date, ...] = ()
    passed: bool = False
    awaited: bool = False


def judged(
    policy: Policy, clause: str, paragraph: str, *, unmet: str | None, asked: str, found: str, evidence: str = ""
) -> Finding:
    """A finding of this edition; `unmet` is the code where the clause is not met, None where it is."""
    return Finding(
        clause=clause,
        met=unmet is None,
        code=unmet or "met",
        asked=asked,
        found=found,
        source=Source(edition=policy.edition, paragraph=paragraph),
        evidence=(evidence,) if evidence else (),
    )


def may_authorize(
    policy: Policy,
    application: Application,
    eligibility: Ruling,
    earlier: Iterable[Authorization],
    history: History,
    fee: Finding,
    on: date,
) -> Ruling:
    """May this application's candidate be authorized to test on this day?

    `eligibility` is the ruling of the application's pathway, judged again on this very day on verified facts; `earlier`
    the candidate's authorizations in the program; `fee` says whether the exam fee is settled.
    """
    return Ruling(
        (
            _approved(policy, application, on),
            *(eligibility.findings or (_no_pathway(policy),)),
            _none_active(policy, earlier),
            result(policy, history),
            *retakes(policy, history.taken, on),
            fee,
        )
    )


def retakes(policy: Policy, taken: Iterable[date], on: date) -> tuple[Finding, ...]:
    """May the exam be sat again on this day, after these attempts? Each finding names the next possible day."""
    days, terms = sorted(taken), policy.retakes
    findings = [_wait(policy, days, on)]
    if terms.max_per_12_months is not None:
        findings.append(_per_12_months(policy, days, terms.max_per_12_months, on))
    if terms.lifetime_max is not None:
        findings.append(_lifetime(policy, days, terms.lifetime_max))
    return tuple(findings)


def result(policy: Policy, history: History) -> Finding:
    """Is there still something to sit the exam for? Not once it is passed, nor while a result is awaited."""
    unmet, found = None, "It is not passed, and no result is awaited."
    if history.passed:
        unmet, found = "already_passed", "It is passed."
    elif history.awaited:
        unmet, found = "result_awaited", "The result of an attempt is awaited."
    asked = "The exam is not passed yet, and no result is awaited."
    return judged(policy, "result", "retakes", unmet=unmet, asked=asked, found=found)


def next_possible(terms: Retakes, taken: Iterable[date], on: date) -> date | None:
    """The first day from `on` on which these terms allow another attempt; None when they never will."""
    days = sorted(taken)
    if terms.lifetime_max is not None and len(days) >= terms.lifetime_max:
        return None
    free = [on, *(day for day in (_after_wait(terms, days), _after_12_months(terms.max_per_12_months, days)) if day)]
    return max(free)


def window(policy: Policy, on: date) -> tuple[date, date]:
    """The first and the last day, both inclusive, of an authorization given on this day."""
    return on, on + timedelta(days=policy.authorization.window_days - 1)


def window_again(policy: Policy, authorization: Authorization, on: date) -> date:
    """The last day for someone who lost a seat through no fault of their own: a whole window from today at least."""
    return max(authorization.closes_on, window(policy, on)[1])


def may_extend(policy: Policy, authorization: Authorization, fee: Finding, on: date) -> Ruling:
    """May the window be extended on this day? Asked while it is open, so often as the policy says, the fee settled."""
    terms, last = policy.authorization, authorization.closes_on
    spent = authorization.extensions >= terms.max_extensions
    return Ruling(
        (
            judged(
                policy,
                "window_open",
                "authorization.window_days",
                unmet=None if on <= last else "window_closed",
                asked="An extension is asked for while the window is open.",
                found=f"The last day is {last}." if on <= last else f"The last day was {last}.",
            ),
            judged(
                policy,
                "extensions",
                "authorization.max_extensions",
                unmet="no_extension_left" if spent else None,
                asked=f"The window is extended at most {terms.max_extensions} times.",
                found=f"It was extended {authorization.extensions} times.",
            ),
            fee,
        )
    )


def has_expired(authorization: Authorization, on: date, *, booked: bool) -> bool:
    """Whether the window has closed unused. Who holds a seat is waited for: the result comes after the window."""
    return authorization.status is AuthorizationStatus.ACTIVE and authorization.closes_on < on and not booked


def exam_fee(policy: Policy, attempt_number: int) -> Fee | None:
    """The fee of an authorization: the exam's for the first attempt, the retake's (if there is one) from the second."""
    first = policy.fee_due(FeeDue.AUTHORIZATION)
    return first if attempt_number == 1 else policy.fee_due(FeeDue.RETAKE) or first


def _approved(policy: Policy, application: Application, on: date) -> Finding:
    last = application.expires_on
    if application.status is not ApplicationStatus.APPROVED:
        unmet, found = "application_not_approved", "It is not approved."
    elif last is not None and on > last:
        unmet, found = "approval_expired", f"The approval could be used until {last}."
    else:
        unmet, found = None, "It is approved." if last is None else f"It is approved, until {last}."
    return judged(
        policy,
        "application_approved",
        "applications.approval_expires_days",
        unmet=unmet,
        asked="The application is approved, and the approval can still be used.",
        found=found,
        evidence=str(application.id),
    )


def _no_pathway(policy: Policy) -> Finding:
    asked, found = "The application's pathway is met today.", "The edition has no such pathway."
    return judged(policy, "pathway", "eligibility.pathways", unmet="pathway_missing", asked=asked, found=found)


def _none_active(policy: Policy, earlier: Iterable[Authorization]) -> Finding:
    active = next((one for one in earlier if one.status is AuthorizationStatus.ACTIVE), None)
    return judged(
        policy,
        "no_other_authorization",
        "authorization",
        unmet="already_authorized" if active else None,
        asked="No other authorization to test in this program is active.",
        found=f"One is active until {active.closes_on}." if active else "None is.",
        evidence=str(active.id) if active else "",
    )


def _wait(policy: Policy, days: list[date], on: date) -> Finding:
    free = _after_wait(policy.retakes, days)
    if free is None:
        unmet, found = None, "No attempt was made before."
    else:
        unmet = None if on >= free else "retake_too_soon"
        found = f"The last attempt was on {days[-1]}; the next is possible from {free}."
    asked = f"{policy.retakes.wait_days} days pass between one attempt and the next."
    return judged(policy, "retake_wait", "retakes.wait_days", unmet=unmet, asked=asked, found=found)


def _per_12_months(policy: Policy, days: list[date], most: int, on: date) -> Finding:
    free = _after_12_months(most, days)
    unmet = None if free is None or on >= free else "too_many_in_12_months"
    counted = sum(on < add_months(day, 12) for day in days)
    found = f"{counted} were made" + (f"; the next is possible from {free}." if unmet else ".")
    asked = f"At most {most} attempts are made within 12 months."
    return judged(policy, "retake_12_months", "retakes.max_per_12_months", unmet=unmet, asked=asked, found=found)


def _lifetime(policy: Policy, days: list[date], most: int) -> Finding:
    unmet = "no_attempt_left" if len(days) >= most else None
    found = f"{len(days)} were made" + ("; no other is possible." if unmet else ".")
    asked = f"At most {most} attempts are made altogether."
    return judged(policy, "retake_lifetime", "retakes.lifetime_max", unmet=unmet, asked=asked, found=found)


def _after_wait(terms: Retakes, days: list[date]) -> date | None:
    return days[-1] + timedelta(days=terms.wait_days) if days else None


def _after_12_months(most: int | None, days: list[date]) -> date | None:
    """The day on which the attempt that stands in the way turns a year old; None when none does."""
    if most is None or len(days) < most:
        return None
    return add_months(days[len(days) - most], 12)
