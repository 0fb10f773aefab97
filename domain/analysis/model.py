"""What is kept of measuring a form: analyses, groupings, equating runs and statistics sheets. All are immutable."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue

from domain.entity import Entity

SOFTWARE = "certificant-psychometrics 1"
"""What computed a figure. It changes whenever the same inputs could give other numbers than before."""


class Part(StrEnum):
    """The parts of an analysis, in the order in which they are computed."""

    SCORES = "scores"
    ITEMS = "items"
    RELIABILITY = "reliability"
    DECISIONS = "decisions"
    SPEEDEDNESS = "speededness"
    DIF = "dif"
    RASCH = "rasch"
    TWO_PARAMETER = "two_parameter"


CLASSICAL = (Part.SCORES, Part.ITEMS, Part.RELIABILITY, Part.DECISIONS, Part.SPEEDEDNESS)


class Attribute(StrEnum):
    """What the service knows of candidates that groups may be made of."""

    PRACTISES_IN = "practises_in"
    PATHWAY = "pathway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping(Entity):
    """Which candidates of an administration belong to which group, by a file that the psychometrician handed in.

    The file's rows are kept apart from the store under `file`, which is empty once they were forgotten; `groups` counts
    the people of each group.
    """

    form_id: UUID
    administration_id: UUID
    name: str
    sha256: str
    file: str
    people: int
    groups: dict[str, int]
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis(Entity):
    """One analysis of a form in an administration, numbered within them. Stored whole or not at all, never changed.

    It names its inputs: versions of key and conversion, how many `people`, `responses_sha256` over their answers in an
    order of its own, and the `settings`; with the same inputs and `software`, `results` are the same. `results` holds a
    member for each part; what the data do not allow is null there beside a `reason`.
    """

    form_id: UUID
    administration_id: UUID
    number: int
    key_number: int
    conversion_number: int | None
    grouping_id: UUID | None
    people: int
    responses_sha256: str
    settings: dict[str, JsonValue]
    software: str
    results: dict[str, JsonValue]
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EquatingRun(Entity):
    """One equating of a form to a reference form, each in an administration, numbered within the form.

    `design` has the method with all its arguments, `anchor` the common items that carried the scale and `excluded`
    those that did not, each with the reason. `equivalents` are the unrounded reference points of each raw score, and
    `result` the table with standard errors, the drift of the anchor and what the method found on the way.
    """

    form_id: UUID
    administration_id: UUID
    key_number: int
    people: int
    responses_sha256: str
    reference_form_id: UUID
    reference_administration_id: UUID
    reference_key_number: int
    reference_conversion_number: int | None
    reference_people: int
    reference_sha256: str
    number: int
    design: dict[str, JsonValue]
    anchor: tuple[str, ...]
    excluded: dict[str, str] = field(default_factory=dict)
    equivalents: tuple[float, ...]
    result: dict[str, JsonValue]
    software: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsSheet(Entity):
    """The statistics of a form in an administration as accreditors ask for them, numbered within them.

    `content` is the sheet; `csv_file` and `pdf_file` are where its other forms are kept, with their SHA-256.
    """

    form_id: UUID
    administration_id: UUID
    number: int
    analysis_id: UUID
    equating_run_id: UUID | None
    content: dict[str, JsonValue]
    csv_file: str
    csv_sha256: str
    pdf_file: str
    pdf_sha256: str
    created_by: str
    created_at: datetime
