"""Programs and their editions, for everyone to read: no token, and caches may keep the answers."""

from datetime import date, datetime

from fastapi import Response

from api.fields import Out
from api.public import CACHED, FOREVER, AsOf, Edition, IfNoneMatch, Program, cached
from api.routing import Routes
from domain.errors import NotFound
from domain.ports import UnitOfWork
from domain.programs.clauses import Eligibility
from domain.programs.days import in_force_on, today_of
from domain.programs.exam_terms import Authorization, Exam, Report, Retakes, Scale, Scheduling
from domain.programs.learning import About, CompetencyPillars, Curriculum, Diagnostics, Roadmap, Study
from domain.programs.model import EditionHeading
from domain.programs.policy import Policy, to_decide
from domain.programs.upkeep_terms import Attestation, Fee

routes = Routes("programs")


class ProgramHeadingOut(Out):
    """A program: its code, title, and the edition of its rules in force."""

    program: str
    title: str
    edition: str
    in_force_from: date
    in_force_until: date | None


class ProgramsOut(Out):
    """Every program with rules in force."""

    items: list[ProgramHeadingOut]


class ProgramPageOut(ProgramHeadingOut):
    """A program with what its public page says."""

    about: About
    pillars: CompetencyPillars


class EditionOut(Out):
    """A published edition. `in_force_until` is its last day as things stand; `sha256` is of its canonical JSON."""

    program: str
    edition: str
    title: str
    in_force_from: date
    in_force_until: date | None
    sha256: str
    published_at: datetime


class EditionsOut(Out):
    """Every published edition of a program, in the order of their first days."""

    items: list[EditionOut]


class PolicyOut(Policy, Out):
    """One edition of a program's rules, whole, exactly as it was published."""


class PartOut(Out):
    """A part of an edition: which program and edition it is from."""

    program: str
    edition: str


class ExamOut(PartOut):
    """The exam: its outline with objectives, its scale, retakes, the window to sit it, and changes of plan."""

    exam: Exam
    scale: Scale
    report: Report
    retakes: Retakes
    authorization: Authorization
    scheduling: Scheduling


class EligibilityOut(PartOut):
    """Who may sit the exam: pathways and their clauses, and the statements that applicants affirm."""

    eligibility: Eligibility
    attestations: tuple[Attestation, ...]


class FeesOut(PartOut):
    """What each step costs, in minor units of the currency."""

    currency: str
    fees: tuple[Fee, ...]


class CurriculumOut(PartOut):
    """The curriculum: an introduction, and modules in domains of their own."""

    curriculum: Curriculum


class RoadmapOut(PartOut):
    """The career stages and the modules that matter to each."""

    roadmap: Roadmap


class StudyOut(PartOut):
    """What to prepare with."""

    study: Study


class DiagnosticsOut(PartOut):
    """Which modules to study after a weak result in a domain of the exam."""

    diagnostics: Diagnostics


class ToDecideOut(PartOut):
    """JSON Pointers into the edition: what holds a workable figure until the certifying body decides."""

    to_decide: list[str]


@routes.get("/programs", action="program.read", answers=ProgramsOut, responses=CACHED)
def list_programs(uow: UnitOfWork, as_of: AsOf = None, if_none_match: IfNoneMatch = None) -> Response:
    """List the programs that have rules in force."""
    standing = [one for one in uow.policies.headings() if _holds(uow, one, as_of)]
    return cached(ProgramsOut(items=[_program(one) for one in standing]), if_none_match)


@routes.get("/programs/{program}", action="program.read", answers=ProgramPageOut, responses=CACHED)
def read_program(uow: UnitOfWork, program: Program, as_of: AsOf = None, if_none_match: IfNoneMatch = None) -> Response:
    """Read a program: what it is, whom it is for, and the edition in force."""
    policy = in_force_on(uow, program, as_of)
    heading = _heading(uow, program, policy.edition)
    page = ProgramPageOut(**dict(_program(heading)), about=policy.about, pillars=policy.pillars)
    return cached(page, if_none_match)


@routes.get("/programs/{program}/policy", action="program.read", answers=PolicyOut, responses=CACHED)
def read_policy(uow: UnitOfWork, program: Program, as_of: AsOf = None, if_none_match: IfNoneMatch = None) -> Response:
    """Read the whole edition in force, as it was published."""
    return cached(in_force_on(uow, program, as_of), if_none_match)


@routes.get("/programs/{program}/policies", action="program.read", answers=EditionsOut, responses=CACHED)
def list_editions(uow: UnitOfWork, program: Program, if_none_match: IfNoneMatch = None) -> Response:
    """List every edition of a program's rules: past, in force, and to come."""
    headings = uow.policies.headings(program)
    if not headings:
        raise NotFound
    return cached(EditionsOut(items=[EditionOut.model_validate(one) for one in headings]), if_none_match)


@routes.get("/programs/{program}/policies/{edition}", action="program.read", answers=PolicyOut, responses=CACHED)
def read_edition(uow: UnitOfWork, program: Program, edition: Edition, if_none_match: IfNoneMatch = None) -> Response:
    """Read one edition, whole and exactly as it was published; it never changes."""
    policy = uow.policies.named(edition)
    if policy.program != program:
        raise NotFound
    return cached(policy, if_none_match, seconds=FOREVER)


@routes.get("/programs/{program}/exam", action="program.read", answers=ExamOut, responses=CACHED)
def read_exam(uow: UnitOfWork, program: Program, as_of: AsOf = None, if_none_match: IfNoneMatch = None) -> Response:
    """Read the exam's outline with its objectives, its scale, and the terms on which it is sat."""
    policy = in_force_on(uow, program, as_of)
    part = ExamOut(
        program=program,
        edition=policy.edition,
        exam=policy.exam,
        scale=policy.scale,
        report=policy.report,
        retakes=policy.retakes,
        authorization=policy.authorization,
        scheduling=policy.scheduling,
    )
    return cached(part, if_none_match)


@routes.get("/programs/{program}/eligibility", action="program.read", answers=EligibilityOut, responses=CACHED)
def read_eligibility(
    uow: UnitOfWork, program: Program, as_of: AsOf = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Read who may sit the exam: every pathway, clause by clause, and what applicants affirm."""
    policy = in_force_on(uow, program, as_of)
    part = EligibilityOut(
        program=program,
        edition=policy.edition,
        eligibility=policy.eligibility,
        attestations=policy.current_attestations(),
    )
    return cached(part, if_none_match)


@routes.get("/programs/{program}/fees", action="program.read", answers=FeesOut, responses=CACHED)
def read_fees(uow: UnitOfWork, program: Program, as_of: AsOf = None, if_none_match: IfNoneMatch = None) -> Response:
    """Read what each step costs."""
    policy = in_force_on(uow, program, as_of)
    part = FeesOut(program=program, edition=policy.edition, currency=policy.currency, fees=policy.fees)
    return cached(part, if_none_match)


@routes.get("/programs/{program}/curriculum", action="program.read", answers=CurriculumOut, responses=CACHED)
def read_curriculum(
    uow: UnitOfWork, program: Program, as_of: AsOf = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Read the curriculum: the introduction, the domains, and their modules with mastery goals."""
    policy = in_force_on(uow, program, as_of)
    part = CurriculumOut(program=program, edition=policy.edition, curriculum=policy.curriculum)
    return cached(part, if_none_match)


@routes.get("/programs/{program}/roadmap", action="program.read", answers=RoadmapOut, responses=CACHED)
def read_roadmap(uow: UnitOfWork, program: Program, as_of: AsOf = None, if_none_match: IfNoneMatch = None) -> Response:
    """Read the growth roadmap: the career stages, and the modules that matter to each."""
    policy = in_force_on(uow, program, as_of)
    part = RoadmapOut(program=program, edition=policy.edition, roadmap=policy.roadmap)
    return cached(part, if_none_match)


@routes.get("/programs/{program}/study-resources", action="program.read", answers=StudyOut, responses=CACHED)
def read_study_resources(
    uow: UnitOfWork, program: Program, as_of: AsOf = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Read what there is to prepare with."""
    policy = in_force_on(uow, program, as_of)
    part = StudyOut(program=program, edition=policy.edition, study=policy.study)
    return cached(part, if_none_match)


@routes.get("/programs/{program}/diagnostics", action="program.read", answers=DiagnosticsOut, responses=CACHED)
def read_diagnostics(
    uow: UnitOfWork, program: Program, as_of: AsOf = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Read which modules of the curriculum to study for each domain of the exam."""
    policy = in_force_on(uow, program, as_of)
    part = DiagnosticsOut(program=program, edition=policy.edition, diagnostics=policy.diagnostics)
    return cached(part, if_none_match)


@routes.get("/programs/{program}/to-decide", action="program.read", answers=ToDecideOut, responses=CACHED)
def read_what_is_to_decide(
    uow: UnitOfWork, program: Program, as_of: AsOf = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Read what the certifying body has still to decide: places in the edition that hold a workable figure."""
    policy = in_force_on(uow, program, as_of)
    part = ToDecideOut(program=program, edition=policy.edition, to_decide=to_decide(policy))
    return cached(part, if_none_match)


def _holds(uow: UnitOfWork, heading: EditionHeading, as_of: date | None) -> bool:
    on = as_of or today_of(uow, uow.policies.named(heading.edition))
    return heading.in_force_from <= on <= (heading.in_force_until or date.max)


def _program(heading: EditionHeading) -> ProgramHeadingOut:
    return ProgramHeadingOut(
        program=heading.program,
        title=heading.program_title,
        edition=heading.edition,
        in_force_from=heading.in_force_from,
        in_force_until=heading.in_force_until,
    )


def _heading(uow: UnitOfWork, program: str, edition: str) -> EditionHeading:
    return next(one for one in uow.policies.headings(program) if one.edition == edition)
