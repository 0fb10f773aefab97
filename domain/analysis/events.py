"""What the journal says of analyses: ids, numbers and digests, never a figure about a person."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class GroupingRecorded(Event, kind="grouping.recorded", about="grouping_id"):
    """Somebody said which candidates belong to which group."""

    grouping_id: UUID
    form_id: UUID
    administration_id: UUID
    sha256: str
    people: int


@dataclass(frozen=True, kw_only=True)
class GroupingForgotten(Event, kind="grouping.forgotten", about="grouping_id"):
    """Who belonged to which group was erased; the counts stay."""

    grouping_id: UUID


@dataclass(frozen=True, kw_only=True)
class AnalysisStored(Event, kind="analysis.stored", about="analysis_id"):
    """A form was analysed."""

    analysis_id: UUID
    form_id: UUID
    administration_id: UUID
    number: int
    people: int
    responses_sha256: str


@dataclass(frozen=True, kw_only=True)
class FormEquated(Event, kind="equating_run.stored", about="run_id"):
    """A form was equated to another."""

    run_id: UUID
    form_id: UUID
    reference_form_id: UUID
    number: int
    method: str


@dataclass(frozen=True, kw_only=True)
class ConversionProposed(Event, kind="equating_run.proposed", about="run_id"):
    """A conversion was drafted from an equating run; a second person puts it in force."""

    run_id: UUID
    conversion_id: UUID
    form_id: UUID


@dataclass(frozen=True, kw_only=True)
class SheetMade(Event, kind="statistics_sheet.made", about="sheet_id"):
    """The statistics of a form were written down."""

    sheet_id: UUID
    form_id: UUID
    administration_id: UUID
    analysis_id: UUID
    number: int
    pdf_sha256: str
