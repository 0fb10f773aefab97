"""The self-check: facts in, the full ruling out. No account, and nothing is stored."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from api.fields import MANY, Code, CountryCode, Day, Flag, In, Language, Line, Out, WeeklyHours
from api.public import AsOf, Program
from api.routing import Routes
from api.rulings import FindingOut, PathwayRulingOut, findings_of, pathways_of
from domain.applications.facts import (
    CertificateFact,
    EducationFact,
    ExperienceFact,
    Facts,
    LicenceFact,
    TrainingFact,
    TranslationState,
)
from domain.applications.rules import EligibilityRuling, assess, every_finding
from domain.candidates import rules as possible
from domain.errors import Fault
from domain.ports import UnitOfWork
from domain.programs.clauses import LicenceStatus, Provider, Waiver
from domain.programs.days import in_force_on, today_of
from domain.programs.policy import Policy, providers_from
from domain.ruling import Finding

routes = Routes("eligibility")


class Profession(StrEnum):
    """What a licence lets its holder practise as."""

    PHARMACIST = "pharmacist"
    TECHNICIAN = "technician"
    OTHER = "other"


class LicenceClaimIn(In):
    """A licence. `jurisdiction` is `US-NC` or an ISO 3166 country; `language` that of the original."""

    jurisdiction: Line
    profession: Profession = Profession.PHARMACIST
    status: LicenceStatus = LicenceStatus.ACTIVE
    restricted: Flag = False
    issued_on: Day | None = None
    expires_on: Day | None = None
    language: Language | None = None
    translation: TranslationState = TranslationState.NONE


class DegreeClaimIn(In):
    """A degree; `acpe_accredited` is about the school, left out when not known."""

    degree: Line
    school: Line | None = None
    country: CountryCode | None = None
    acpe_accredited: Flag | None = None
    completed_on: Day | None = None


class CertificateClaimIn(In):
    """A certificate such as FPGEC, known by its number, or by an NABP e-Profile ID with the date of birth."""

    kind: Code
    number: Line | None = None
    e_profile_id: Line | None = None
    issued_on: Day | None = None


class ExperienceClaimIn(In):
    """Work in one setting, both days inclusive; without an end it goes on."""

    setting: Code
    starts_on: Day
    ends_on: Day | None = None
    hours_per_week: WeeklyHours | None = None
    role: Line | None = None


class TrainingClaimIn(In):
    """A residency, fellowship, certificate, training program or graduate degree."""

    kind: Code
    provider: Line
    subject: Code
    completed_on: Day | None = None
    expires_on: Day | None = None
    in_progress: Flag = False


class SelfCheckIn(In):
    """What someone says of themselves. Whatever is left out counts as not there."""

    practises_in: CountryCode | None = None
    date_of_birth: Day | None = None
    licences: Annotated[tuple[LicenceClaimIn, ...], Field(max_length=MANY)] = ()
    education: Annotated[tuple[DegreeClaimIn, ...], Field(max_length=MANY)] = ()
    certificates: Annotated[tuple[CertificateClaimIn, ...], Field(max_length=MANY)] = ()
    experience: Annotated[tuple[ExperienceClaimIn, ...], Field(max_length=MANY)] = ()
    training: Annotated[tuple[TrainingClaimIn, ...], Field(max_length=MANY)] = ()


class SelfCheckOut(Out):
    """The ruling of every pathway, and of the waiver, on what was stated.

    `message` sums it up; `advice` are sentences that help on; `best` is the pathway that is met or comes nearest.
    A self-check decides nothing: staff verify what an application states. `waiver` are the clauses by which training
    stands in for experience, wherever the pathways hold them.
    """

    program: str
    edition: str
    on: date
    eligible: bool
    best: str | None
    message: str
    advice: list[str]
    pathways: list[PathwayRulingOut]
    waiver: list[FindingOut]


@routes.post("/programs/{program}/self-check", action="eligibility.check", answers=SelfCheckOut, writes=False)
def check(uow: UnitOfWork, program: Program, body: SelfCheckIn, as_of: AsOf = None) -> SelfCheckOut:
    """Check one's own eligibility: the full ruling on the facts stated, clause by clause. Nothing is stored."""
    policy = in_force_on(uow, program, as_of)
    on = as_of or today_of(uow, policy)
    possible.must_be_possible(_faults(body, max(on, uow.today)))
    facts = _facts(body, providers_from(uow.providers.find(program=program)))
    return _answer(policy, assess(policy, facts, on))


def _faults(body: SelfCheckIn, on: date) -> list[Fault]:
    """What of it cannot be, neither today nor on the day that is asked about; each at its place."""
    found = possible.profile_faults(_given(body), on)
    for name, judge in (
        ("licences", possible.licence_faults),
        ("education", lambda said: possible.education_faults(said, on)),
        ("experience", possible.experience_faults),
        ("training", lambda said: possible.training_faults(said, on)),
    ):
        for index, one in enumerate(getattr(body, name)):
            found += [replace(fault, pointer=f"/{name}/{index}{fault.pointer}") for fault in judge(_given(one))]
    return found


def _facts(body: SelfCheckIn, providers: tuple[Provider, ...]) -> Facts:
    """The facts stated; each is known by its place in the request. Only a pharmacist's licence is a licence here."""
    return Facts(
        practises_in=body.practises_in,
        date_of_birth=body.date_of_birth,
        licences=tuple(
            LicenceFact(ref=f"licences/{index}", **_given(one, "profession"))
            for index, one in enumerate(body.licences)
            if one.profession is Profession.PHARMACIST
        ),
        education=tuple(
            EducationFact(ref=f"education/{index}", **_given(one)) for index, one in enumerate(body.education)
        ),
        certificates=tuple(
            CertificateFact(ref=f"certificates/{index}", **_given(one)) for index, one in enumerate(body.certificates)
        ),
        experience=tuple(
            ExperienceFact(ref=f"experience/{index}", **_given(one)) for index, one in enumerate(body.experience)
        ),
        training=tuple(TrainingFact(ref=f"training/{index}", **_given(one)) for index, one in enumerate(body.training)),
        providers=providers,
    )


def _given(claim: In, *without: str) -> dict[str, Any]:
    """What the claim states, in the types that facts have."""
    said = {name: getattr(claim, name) for name in type(claim).model_fields if name not in without}
    hours = said.get("hours_per_week")
    if hours is not None:
        said["hours_per_week"] = Decimal(str(hours))
    return {name: value for name, value in said.items() if value is not None}


def _answer(policy: Policy, ruling: EligibilityRuling) -> SelfCheckOut:
    waivers = {clause.code for clause in policy.clauses() if isinstance(clause, Waiver)}
    return SelfCheckOut(
        program=policy.program,
        edition=ruling.edition,
        on=ruling.on,
        eligible=ruling.granted,
        best=ruling.best,
        message=_message(ruling),
        advice=list(ruling.advice),
        pathways=pathways_of(ruling),
        waiver=findings_of(_waivers(ruling, waivers)),
    )


def _waivers(ruling: EligibilityRuling, codes: set[str]) -> list[Finding]:
    """The findings of waivers, each once."""
    found = (f for one in ruling.pathways for f in every_finding(one.ruling.findings) if f.clause in codes)
    return list({finding.clause: finding for finding in found}.values())


def _message(ruling: EligibilityRuling) -> str:
    best = ruling.pathway(ruling.best) if ruling.best else None
    if best is None:
        return "The edition has no pathway to judge by."
    if best.granted:
        return f"Good news: on what you state, you meet {best.title}. Staff verify it once you apply."
    unmet = len(best.ruling.unmet)
    clauses = "one clause is" if unmet == 1 else f"{unmet} clauses are"
    return (
        f"On what you state, you do not meet a pathway yet. You come nearest to {best.title}: {clauses} still open, "
        "and below you read which, and why. You are welcome to check again whenever something changes."
    )
