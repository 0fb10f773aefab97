"""Which applications under way may move to a later edition. Pure.

One that was handed in is judged clause by clause along the pathway that its applicant chose. Where the later edition
has no such pathway, nothing could be decided: that application stays under the edition it was handed in under. A draft
moves; a choice that the later edition does not offer is made anew.
"""

from domain.applications.model import Application, ApplicationStatus
from domain.programs.policy import Policy

HANDED_IN = (ApplicationStatus.SUBMITTED, ApplicationStatus.IN_REVIEW, ApplicationStatus.RETURNED)


def may_move(application: Application, policy: Policy) -> bool:
    """May an application under way go on under this edition?"""
    if application.status is ApplicationStatus.DRAFT:
        return True
    return application.status in HANDED_IN and _kept(application.pathway, policy) is not None


def pathway_after(application: Application, policy: Policy) -> str | None:
    """The application's choice under this edition; None where there is none, or the edition does not offer it."""
    return _kept(application.pathway, policy)


def those_that_move(policy: Policy) -> tuple[dict[str, object], ...]:
    """What applications equal that may move to this edition, as repositories are asked: one of these."""
    offered = [pathway.code for pathway in policy.eligibility.pathways]
    return {"status": ApplicationStatus.DRAFT}, {"status": HANDED_IN, "pathway": offered}


def those_that_stay(old: Policy, new: Policy) -> tuple[dict[str, object], ...]:
    """What applications under `old` equal that stay there although `new` lets work in flight move to it."""
    dropped = [one.code for one in old.eligibility.pathways if new.pathway(one.code) is None]
    return ({"status": HANDED_IN, "pathway": dropped},) if dropped else ()


def _kept(pathway: str | None, policy: Policy) -> str | None:
    return pathway if pathway is not None and policy.pathway(pathway) is not None else None
