"""The curriculum and the public page of a program.

Three vocabularies stand side by side and are never mixed: the exam's domains, the curriculum's domains and the
competency pillars. Only `Diagnostic` leads from one to another, explicitly.
"""

from typing import Annotated

from pydantic import Field

from domain.programs.values import Code, Flag, Items, Line, Minutes, Part, Terms, Text, TimesFromOne

ModuleNumber = Annotated[int, Field(strict=True, ge=1, le=999)]


class Passage(Part):
    """A piece of the program's own page: its heading and its paragraphs, in their order."""

    title: Line
    paragraphs: tuple[Text, ...]


class Module(Part):
    """A module of the curriculum and what mastering it means."""

    number: ModuleNumber
    title: Line
    mastery_goals: Text


class CurriculumDomain(Part):
    """A domain of the curriculum with its modules. Not an exam domain."""

    code: Code
    title: Line
    focus: Text
    modules: tuple[Module, ...]


class Commitment(Part):
    """One thing that those who learn are asked for."""

    code: Code
    title: Line
    text: Text


class Partnership(Part):
    """What the body promises those who learn, and what it asks of them in return."""

    title: Line
    promise: tuple[Text, ...]
    asked: Text
    commitments: tuple[Commitment, ...]
    closing: Text | None = None


class Curriculum(Terms):
    """An introduction and the modules in their domains; why there is such a path, and what each side gives."""

    title: Line | None = None
    motto: Line | None = None
    summary: Text | None = None
    why: Passage | None = None
    analogy: Passage | None = None
    overview: Passage | None = None
    partnership: Partnership | None = None
    introduction: Module
    domains: tuple[CurriculumDomain, ...]

    @property
    def modules(self) -> tuple[Module, ...]:
        """Every module, the introduction first."""
        return (self.introduction, *(module for domain in self.domains for module in domain.modules))


class CareerStage(Part):
    """A stage of the growth roadmap, and the modules that matter to it; `all_modules` when every one does."""

    code: Code
    title: Line
    typical_role: Line
    focus: Text
    goal: Text
    modules: tuple[ModuleNumber, ...]
    all_modules: Flag = False
    why: Text


class Roadmap(Terms):
    """The career stages, in order."""

    title: Line | None = None
    introduction: Text | None = None
    stages: tuple[CareerStage, ...]


class Pillar(Part):
    """A competency pillar. Neither an exam domain nor a curriculum domain."""

    code: Code
    title: Line
    text: Text


class CompetencyPillars(Terms):
    """The competency pillars, in order."""

    pillars: tuple[Pillar, ...]


class Diagnostic(Part):
    """The modules to study for an exam domain that went badly."""

    exam_domain: Code
    modules: tuple[ModuleNumber, ...]


class Diagnostics(Terms):
    """For each exam domain, the modules to study."""

    study: tuple[Diagnostic, ...]

    def modules_for(self, exam_domain: str) -> tuple[int, ...]:
        """The numbers of the modules to study for this exam domain; none for an unknown one."""
        return next((row.modules for row in self.study if row.exam_domain == exam_domain), ())


class StudyResource(Part):
    """Something to prepare with."""

    code: Code
    title: Line
    text: Text


class Audience(Part):
    """Someone the program is meant for; `note` says what they should know first, if anything."""

    title: Line
    note: Text | None = None


class Question(Part):
    """A frequent question and its answer."""

    question: Line
    answer: Text


class About(Terms):
    """What the public page says of the program."""

    summary: Text | None = None
    overview: Text
    skills_statement: Text | None = None
    skills: tuple[Line, ...]
    invitation: Passage | None = None
    career_path: Text
    audiences: tuple[Audience, ...]
    job_roles: tuple[Line, ...]
    advancement_statement: Text | None = None
    career_advancement: tuple[Line, ...]
    questions: tuple[Question, ...]


class Reading(Part):
    """Something to read for some domains of the exam; `publisher` is who answers for it."""

    code: Code
    title: Line
    publisher: Line
    text: Text
    exam_domains: tuple[Code, ...]


class Study(Terms):
    """The resources to prepare with, and what to read for each exam domain."""

    introduction: Text | None = None
    resources: tuple[StudyResource, ...]
    readings: tuple[Reading, ...] = ()

    def readings_for(self, exam_domain: str) -> tuple[Reading, ...]:
        """What to read for this exam domain, in the edition's order."""
        return tuple(reading for reading in self.readings if exam_domain in reading.exam_domains)


class Practice(Terms):
    """Practice exams: how many items, in the proportions of the exam's domains, and how many minutes.

    A candidate may begin `max_per_30_days`; None sets no limit.
    """

    items: Items
    minutes: Minutes
    max_per_30_days: TimesFromOne | None
