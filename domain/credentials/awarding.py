"""Passes become credentials set by set: each is judged and issued just as it would be alone.

Locks: judging holds the candidates' rows, in the order of their ids, so that two passes of one person never become two
credentials; one award per attempt is the store's own rule. A lapsed credential that a new examination brings back is
held too. Then follow the places and the lists, as `domain.badges.issuing` has them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from domain.applications import facts_of
from domain.applications.facts import Facts, facts_to_json
from domain.applications.model import Application
from domain.applications.rules import Mode, assess
from domain.candidates.model import Candidate
from domain.credentials import rules
from domain.credentials.actions_standing import entry, publish_all, standing_now
from domain.credentials.events import AwardHeld, CredentialIssued
from domain.credentials.model import Award, AwardStatus, Credential, Standing
from domain.credentials.number import RANDOM_BYTES, new_number
from domain.credentials.reinstating import reinstated
from domain.errors import NotFound
from domain.notices.actions import letter, notify
from domain.notices.model import NoticeKind
from domain.payments.model import Charge, ChargeStatus
from domain.ports import UnitOfWork
from domain.programs.policy import Policy
from domain.renewals.cycles import begun
from domain.ruling import Finding, Ruling
from domain.scores.model import Attempt
from domain.sweep.letters import send_off

ISSUED: Final = "The examination was passed and every requirement is met."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A passed attempt, and the application that led to it."""

    attempt: Attempt
    application: Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A pass with what was judged of it: the ruling, the facts it rests on, and a lapsed credential to bring back."""

    passed: Pass
    candidate: Candidate
    ruling: Ruling
    facts: dict[str, object]
    lapsed: Credential | None


def award_all(uow: UnitOfWork, passes: Sequence[Pass], on: date) -> list[Award]:
    """What becomes of passes that are released on a day, in their order; see `domain.credentials.actions.award`."""
    found = uow.awards.find(attempt_id=[one.attempt.id for one in passes])
    done = {one.attempt_id: one for one in found}
    for some in _rounds([one for one in passes if one.attempt.id not in done]):
        done.update((one.attempt_id, one) for one in settle_all(uow, judge_all(uow, some, on), on))
    return [done[one.attempt.id] for one in passes]


def judge_all(uow: UnitOfWork, passes: Sequence[Pass], on: date) -> list[Judged]:
    """The judgement of passes on a day, in their order; the candidates' rows are held."""
    people = {one.id: one for one in uow.candidates.lock_all({one.application.candidate_id for one in passes})}
    facts = _facts(uow, [one.application for one in passes])
    charges = _charges(uow, passes)
    held: dict[UUID, list[Credential]] = defaultdict(list)
    for credential in uow.credentials.find(candidate_id=list(people)):
        held[credential.candidate_id].append(standing_now(uow, credential))
    return [
        _judged(uow, one, people[one.application.candidate_id], facts, charges, held[one.application.candidate_id], on)
        for one in passes
    ]


def settle_all(uow: UnitOfWork, judged: Sequence[Judged], on: date) -> list[Award]:
    """The awards that follow from judgements of this transaction, of one pass for each candidate."""
    made = [(_made(uow, one, on), one) for one in judged]
    granted = [(award, one) for award, one in made if one.ruling.granted]
    issued = [
        replace(award, status=AwardStatus.ISSUED, credential_id=credential.id)
        for (award, _), credential in zip(granted, issue_all(uow, granted, on), strict=True)
    ]
    held = [(award, one) for award, one in made if not one.ruling.granted]
    awards = [*issued, *(award for award, _ in held)]
    uow.awards.add_all(awards)
    for award, one in held:
        hold(uow, award, one)
    return awards


def issue_all(uow: UnitOfWork, granted: Sequence[tuple[Award, Judged]], on: date) -> list[Credential]:
    """The credentials that follow from granted awards, in their order: new ones, or lapsed ones brought back."""
    policies = _editions(uow, [judged.passed.application for _, judged in granted], on)
    new = [(made, judged) for made, judged in granted if judged.lapsed is None]
    issued = {one.attempt_id: one for one in _issued(uow, new, policies, on)}
    credentials: list[Credential] = []
    for made, judged in granted:
        if judged.lapsed is None:
            credentials.append(issued[made.attempt_id])
        else:
            credentials.append(_brought_back(uow, judged.lapsed, policies[_program(judged)], on))
    return credentials


def hold(uow: UnitOfWork, held: Award, judged: Judged) -> Award:
    """Tell the journal and the candidate that an award, stored already, is held, and why."""
    unmet = ",".join(finding.clause for finding in judged.ruling.unmet)
    uow.record(AwardHeld(award_id=held.id, candidate_id=held.candidate_id, attempt_id=held.attempt_id, unmet=unmet))
    title = uow.policies.named(judged.passed.application.edition).program_title
    notify(uow, held.candidate_id, NoticeKind.CREDENTIAL_HELD, held.id, ruling=judged.ruling, program=title)
    return held


def _rounds(passes: Sequence[Pass]) -> Iterator[list[Pass]]:
    """The passes in rounds that hold nobody twice: a second pass is judged when the first has been awarded."""
    waiting = list(passes)
    while waiting:
        some: dict[UUID, Pass] = {}
        rest = [one for one in waiting if some.setdefault(one.application.candidate_id, one) is not one]
        yield list(some.values())
        waiting = rest


def _made(uow: UnitOfWork, judged: Judged, on: date) -> Award:
    application = judged.passed.application
    return Award(
        id=uow.new_id(),
        candidate_id=application.candidate_id,
        application_id=application.id,
        attempt_id=judged.passed.attempt.id,
        judged_on=on,
        findings=judged.ruling.findings,
        facts=judged.facts,
        created_at=uow.now,
        status=AwardStatus.HELD,
    )


def _judged(
    uow: UnitOfWork,
    passed: Pass,
    candidate: Candidate,
    facts: Mapping[UUID, Facts],
    charges: Mapping[UUID, Sequence[Charge]],
    held: Iterable[Credential],
    on: date,
) -> Judged:
    application, attempt = passed.application, passed.attempt
    policy = uow.policies.named(application.edition)
    others = [one for one in held if one.program == application.program]
    owed = [charge for id_ in _about(passed) for charge in charges.get(id_, ())]
    eligibility = assess(policy, facts[application.id], on, Mode.VERIFIED, pathway=application.pathway)
    exam = _exam(uow, passed) if any(one.status is ChargeStatus.REFUNDED for one in owed) else None
    ruling = rules.may_award(eligibility, application.pathway, owed, others, policy, exam)
    return Judged(
        passed=passed,
        candidate=candidate,
        ruling=Ruling((*ruling.findings, _passed(attempt))),
        facts=facts_to_json(facts[application.id]),
        lapsed=next((one for one in others if one.status is Standing.LAPSED), None),
    )


def _facts(uow: UnitOfWork, applications: Sequence[Application]) -> dict[UUID, Facts]:
    """The verified facts of applications, whatever their programs; by the application's id."""
    by_program: dict[str, list[Application]] = defaultdict(list)
    for one in applications:
        by_program[one.program].append(one)
    facts: dict[UUID, Facts] = {}
    for some in by_program.values():
        facts |= facts_of.of_many(uow, some, Mode.VERIFIED)
    return facts


def _about(passed: Pass) -> list[UUID]:
    """What the charges for the way here are about."""
    attempt = passed.attempt
    about = (passed.application.id, attempt.authorization_id, attempt.registration_id)
    return [one for one in about if one is not None]


def _exam(uow: UnitOfWork, passed: Pass) -> int | None:
    """Which instance of the exam fee on the application paid for this exam: each authorization has its own."""
    given = [one.id for one in uow.authorizations.find(application_id=passed.application.id)]
    return 1 + given.index(passed.attempt.authorization_id) if passed.attempt.authorization_id in given else None


def _charges(uow: UnitOfWork, passes: Sequence[Pass]) -> dict[UUID, list[Charge]]:
    charges: dict[UUID, list[Charge]] = defaultdict(list)
    for charge in uow.charges.find(about_id=[id_ for one in passes for id_ in _about(one)]):
        charges[charge.about_id].append(charge)
    return charges


def _passed(attempt: Attempt) -> Finding:
    met = attempt.passed is True
    return Finding(
        clause="exam_passed",
        met=met,
        code="met" if met else "not_passed",
        asked="The examination was passed.",
        found="It was passed." if met else "It was not passed.",
        evidence=(str(attempt.id),),
    )


def _issued(
    uow: UnitOfWork,
    granted: Sequence[tuple[Award, Judged]],
    policies: Mapping[tuple[str, str], Policy],
    on: date,
) -> list[Credential]:
    """New credentials with all that belongs to them: history, public answer, badge, cycle, journal, letter."""
    if not granted:
        return []
    terms = [policies[_program(judged)] for _, judged in granted]
    issued = [_credential(uow, made, judged, policy, on) for (made, judged), policy in zip(granted, terms, strict=True)]
    changes = [entry(uow, uow.actor, one, 1, on, ISSUED) for one in issued]
    uow.credentials.add_all(issued)
    uow.standing_changes.add_all(changes)
    publish_all(uow, [(one, (change,)) for one, change in zip(issued, changes, strict=True)])
    uow.cycles.add_all([begun(uow, one, policy, 1, on) for one, policy in zip(issued, terms, strict=True)])
    for (made, _), one in zip(granted, issued, strict=True):
        _record(uow, made, one)
    _tell(uow, issued, terms)
    return issued


def _credential(uow: UnitOfWork, made: Award, judged: Judged, policy: Policy, on: date) -> Credential:
    return Credential(
        id=uow.new_id(),
        candidate_id=made.candidate_id,
        application_id=made.application_id,
        attempt_id=made.attempt_id,
        program=judged.passed.application.program,
        edition=policy.edition,
        number=new_number(uow.random(RANDOM_BYTES)),
        name=judged.candidate.legal_name.full,
        search_name=judged.candidate.search_name,
        awarded_on=on,
        valid_from=on,
        valid_until=rules.ends(policy, on),
        status_reason=ISSUED,
        status_since=uow.now,
        created_at=uow.now,
    )


def _record(uow: UnitOfWork, made: Award, credential: Credential) -> None:
    uow.record(
        CredentialIssued(
            credential_id=credential.id,
            candidate_id=credential.candidate_id,
            award_id=made.id,
            program=credential.program,
            edition=credential.edition,
            valid_from=credential.valid_from,
            valid_until=credential.valid_until,
        )
    )


def _tell(uow: UnitOfWork, issued: Sequence[Credential], terms: Sequence[Policy]) -> None:
    """Write to the holders."""
    kind = NoticeKind.CREDENTIAL_ISSUED
    letters = []
    for one, policy in zip(issued, terms, strict=True):
        about = {"program": policy.program_title, "number": one.number}
        days = {"valid_from": one.valid_from, "valid_until": one.valid_until}
        letters.append(letter(uow, one.candidate_id, kind, one.id, None, **about, **days))
    send_off(uow, letters)


def _brought_back(uow: UnitOfWork, lapsed: Credential, policy: Policy, on: date) -> Credential:
    locked = standing_now(uow, uow.credentials.lock(lapsed.id))
    return reinstated(uow, uow.actor, locked, policy, on, by_exam=True)


def _program(judged: Judged) -> tuple[str, str]:
    application = judged.passed.application
    return application.program, application.edition


def _editions(uow: UnitOfWork, applications: Iterable[Application], on: date) -> dict[tuple[str, str], Policy]:
    """For each program and edition, the edition in force on the day, which the first cycle pins; else itself."""
    editions: dict[tuple[str, str], Policy] = {}
    for key in {(one.program, one.edition) for one in applications}:
        try:
            editions[key] = uow.policies.in_force(key[0], on)
        except NotFound:
            editions[key] = uow.policies.named(key[1])
    return editions
