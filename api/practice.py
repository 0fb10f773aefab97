"""Practice exams, and the reading list by exam domain: routes with their In and Out models."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Response
from pydantic import Field

from api.fields import Code, Id, In, Out
from api.paging import Listing
from api.public import CACHED, AsOf, IfNoneMatch, Program, cached
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.items.model import ItemSetVersion, ItemVersion
from domain.items.rules import MOST_OPTIONS, is_right
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.practice import actions
from domain.practice.actions import Given, Sheet
from domain.practice.model import PracticeExam, PracticeStatus
from domain.programs.days import in_force_on
from domain.programs.exam_terms import ExamDomain
from domain.programs.learning import StudyResource
from domain.programs.policy import Policy

routes = Routes("practice")

MOST_PLACES = 1_000
Place = Annotated[int, Field(strict=True, ge=1, le=MOST_PLACES)]
Marked = Annotated[int, Field(strict=True, ge=1, le=MOST_OPTIONS)]


class PracticeIn(In):
    """The program to practise for."""

    program: Code


class AnswerIn(In):
    """An answer: the place of the item, and the options that are marked; none takes an answer back."""

    place: Place
    marked: Annotated[tuple[Marked, ...], Field(max_length=MOST_OPTIONS)]


class AnswersIn(In):
    """Answers to save; those of other places stay."""

    answers: Annotated[tuple[AnswerIn, ...], Field(min_length=1, max_length=MOST_PLACES)]


class PracticeDomainOut(Out):
    """How an exam domain went; `modules` are the numbers of the curriculum's modules to study."""

    code: str
    items: int
    correct: int
    percent: int
    band: str
    modules: list[int]


class PracticeExamOut(Resource):
    """A practice exam; the result is there when it is over. `answered` counts the items with an answer."""

    noun: ClassVar[str] = "practice_exam"

    candidate_id: UUID
    program: str
    edition: str
    places: int
    answered: int
    started_at: datetime
    ends_at: datetime
    status: PracticeStatus
    finished_at: datetime | None
    correct: int | None
    domains: list[PracticeDomainOut]


class CaseShownOut(Out):
    """A case that items share."""

    id: UUID
    text: str
    language: str


class QuestionOut(Out):
    """An item as a candidate sees it; `case_id` is the case it belongs to, `choose` how many may be marked."""

    place: int
    case_id: UUID | None
    stem: str
    options: list[str]
    choose: int
    language: str
    marked: list[int]


class QuestionsOut(Out):
    """What a practice exam asks."""

    cases: list[CaseShownOut]
    items: list[QuestionOut]


class RationaleOut(Out):
    """An option with why it is right or wrong."""

    text: str
    rationale: str
    right: bool


class ReviewedOut(Out):
    """An item with what was marked, whether it scored, and every option's rationale."""

    place: int
    case_id: UUID | None
    domain: str
    stem: str
    options: list[RationaleOut]
    marked: list[int]
    scored: bool


class PracticeReviewOut(Out):
    """What a practice exam asked, explained."""

    cases: list[CaseShownOut]
    items: list[ReviewedOut]


class ModuleOut(Out):
    """A module of the curriculum to study."""

    number: int
    title: str
    mastery_goals: str


class ReadingOut(Out):
    """Something to read."""

    code: str
    title: str
    publisher: str
    text: str


class DomainReadingsOut(Out):
    """What to read for an exam domain."""

    code: str
    title: str
    weight_percent: int
    objectives: list[str]
    modules: list[ModuleOut]
    readings: list[ReadingOut]


class ReadingListOut(Out):
    """What to read for each domain of the exam, and the resources to prepare with."""

    program: str
    edition: str
    domains: list[DomainReadingsOut]
    resources: list[StudyResource]


@routes.post(
    "/candidates/{candidate_id}/practice-exams",
    action="practice_exam.start",
    answers=PracticeExamOut,
    status_code=201,
    location="/v1/practice-exams/{id}",
)
def start(uow: UnitOfWork, actor: Actor, candidate_id: Id, body: PracticeIn) -> PracticeExamOut:
    """Begin a practice exam of retired items; one that is under way is the answer again."""
    return _told(actions.start(uow, actor, candidate_id, body.program))


@routes.get(
    "/candidates/{candidate_id}/practice-exams",
    action="practice_exam.read",
    answers=PracticeExamOut,
    listing=Listing(PracticeExam, sorts=("id", "started_at"), filters={"program": Code}),
)
def list_practice(uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest) -> Page[PracticeExamOut]:
    """List a candidate's practice exams."""
    found = actions.list_of(uow, actor, candidate_id, page)
    return Page([_told(exam) for exam in found.items], found.after)


@routes.get("/practice-exams/{practice_id}", action="practice_exam.read", answers=PracticeExamOut)
def read(uow: UnitOfWork, actor: Actor, practice_id: Id) -> PracticeExamOut:
    """Read how a practice exam stands; when it is over, how each exam domain went and which modules to study."""
    return _told(actions.read(uow, actor, practice_id))


@routes.get("/practice-exams/{practice_id}/questions", action="practice_exam.see", answers=QuestionsOut)
def read_questions(uow: UnitOfWork, actor: Actor, practice_id: Id) -> QuestionsOut:
    """Read what your practice exam asks, with what you have marked so far."""
    sheet = actions.questions(uow, actor, practice_id)
    rows = zip(sheet.exam.items, sheet.versions, sheet.exam.answers, strict=True)
    items = [
        _question(place, version, item.set_version_id, marked)
        for place, (item, version, marked) in enumerate(rows, start=1)
    ]
    return QuestionsOut(cases=_cases(sheet.cases), items=items)


@routes.patch(
    "/practice-exams/{practice_id}", action="practice_exam.answer", answers=PracticeExamOut, if_match=PracticeExam
)
def answer(uow: UnitOfWork, actor: Actor, practice_id: Id, body: AnswersIn) -> PracticeExamOut:
    """Save answers while there is time."""
    given = [Given(place=one.place, marked=one.marked) for one in body.answers]
    return _told(actions.answer(uow, actor, practice_id, given))


@routes.post(
    "/practice-exams/{practice_id}/completion",
    action="practice_exam.finish",
    answers=PracticeExamOut,
    if_match=PracticeExam,
)
def finish(uow: UnitOfWork, actor: Actor, practice_id: Id) -> PracticeExamOut:
    """Finish your practice exam, and read how each exam domain went."""
    return _told(actions.finish(uow, actor, practice_id))


@routes.get(
    "/practice-exams/{practice_id}/review", action="practice_exam.see", answers=PracticeReviewOut, responses={409: {}}
)
def read_review(uow: UnitOfWork, actor: Actor, practice_id: Id) -> PracticeReviewOut:
    """Read the right answers and their rationale, once your practice exam is over."""
    return _review(actions.review(uow, actor, practice_id))


@routes.get("/programs/{program}/reading-list", action="program.read", answers=ReadingListOut, responses=CACHED)
def read_reading_list(
    uow: UnitOfWork, program: Program, as_of: AsOf = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Read what to study for each domain of the exam: modules of the curriculum, and readings."""
    policy = in_force_on(uow, program, as_of)
    listed = ReadingListOut(
        program=program,
        edition=policy.edition,
        domains=[_readings(policy, domain) for domain in policy.exam.domains],
        resources=list(policy.study.resources),
    )
    return cached(listed, if_none_match)


def _told(exam: PracticeExam) -> PracticeExamOut:
    """A practice exam without its items."""
    return PracticeExamOut(
        id=exam.id,
        version=exam.version,
        candidate_id=exam.candidate_id,
        program=exam.program,
        edition=exam.edition,
        places=len(exam.items),
        answered=sum(bool(marked) for marked in exam.answers),
        started_at=exam.started_at,
        ends_at=exam.ends_at,
        status=exam.status,
        finished_at=exam.finished_at,
        correct=exam.correct,
        domains=[PracticeDomainOut.model_validate(domain) for domain in exam.domains],
    )


def _question(place: int, version: ItemVersion, case_id: UUID | None, marked: tuple[int, ...]) -> QuestionOut:
    content = version.content
    return QuestionOut(
        place=place,
        case_id=case_id,
        stem=content.stem,
        options=[option.text for option in content.options],
        choose=content.choose,
        language=content.language,
        marked=list(marked),
    )


def _cases(cases: tuple[ItemSetVersion, ...]) -> list[CaseShownOut]:
    return [CaseShownOut(id=case.id, text=case.stimulus, language=case.language) for case in cases]


def _review(sheet: Sheet) -> PracticeReviewOut:
    rows = zip(sheet.exam.items, sheet.versions, sheet.exam.answers, strict=True)
    return PracticeReviewOut(
        cases=_cases(sheet.cases),
        items=[
            ReviewedOut(
                place=place,
                case_id=item.set_version_id,
                domain=item.domain,
                stem=version.content.stem,
                options=[
                    RationaleOut(text=option.text, rationale=option.rationale, right=number in version.content.key)
                    for number, option in enumerate(version.content.options, start=1)
                ],
                marked=list(marked),
                scored=is_right(version.content, marked),
            )
            for place, (item, version, marked) in enumerate(rows, start=1)
        ],
    )


def _readings(policy: Policy, domain: ExamDomain) -> DomainReadingsOut:
    wanted = policy.diagnostics.modules_for(domain.code)
    return DomainReadingsOut(
        code=domain.code,
        title=domain.title,
        weight_percent=domain.weight_percent,
        objectives=[objective.title for objective in domain.objectives],
        modules=[
            ModuleOut(number=module.number, title=module.title, mastery_goals=module.mastery_goals)
            for module in policy.curriculum.modules
            if module.number in wanted
        ],
        readings=[
            ReadingOut(code=one.code, title=one.title, publisher=one.publisher, text=one.text)
            for one in policy.study.readings_for(domain.code)
        ],
    )
