"""Verbs of analyses: ask for one, and carry it out part by part.

Locks: the last part holds the form's row, so that analyses are numbered one after the other. Figures are computed
outside of any transaction; the answers of every part must have the digest of the first part's, else the job fails, and
begins anew when it is resumed.
"""

from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from pydantic import JsonValue, TypeAdapter

from domain.actors import Actor
from domain.analysis import groupings, sources
from domain.analysis.errors import InputsChanged, NoItemFigures
from domain.analysis.events import AnalysisStored
from domain.analysis.model import CLASSICAL, SOFTWARE, Analysis, Attribute, Part
from domain.analysis.sources import Source
from domain.errors import Contradiction, Fault
from domain.items import statistics
from domain.items.model import IrtModel, IrtParameters, ItemStatistics, OptionStatistics
from domain.items.statistics import Observed
from domain.jobs import actions as jobs
from domain.jobs.model import Batch, Job, JobRequest
from domain.ports import Files, UnitOfWork

ANALYSE = "analyses.analyse"
"""The kind of the job. Its parameters: `settings`, and those of `Source.parameters`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What to compute, and of whom.

    `cut` stands in for that of the conversion in force, in raw points. Groups come from an `attribute` of candidates or
    from a grouping; the `reference` group is the largest unless it is named, and groups of fewer than `least_group` are
    told and not compared. `purify` matches on scores without the items that a first round found. `unheld` leaves out
    attempts on hold. `key_number` names another version of the key than the approved one.
    """

    parts: tuple[Part, ...] = (*CLASSICAL, Part.RASCH)
    cut: int | None = None
    attribute: Attribute | None = None
    grouping_id: UUID | None = None
    reference: str | None = None
    purify: bool = True
    least_group: int = 50
    unheld: bool = False
    key_number: int | None = None


SETTINGS: TypeAdapter[Settings] = TypeAdapter(Settings)


def request(uow: UnitOfWork, actor: Actor, administration_id: UUID, form_id: UUID, wanted: Settings) -> Job:
    """Queue an analysis of a form in an administration, by the versions in force.

    Raises FormNotApproved, NothingTaken, or Contradiction for settings that do not fit the form.
    """
    actor.must("analysis.request")
    source = sources.named(uow, administration_id, form_id, wanted.key_number)
    _must_fit(uow, wanted, source)
    parts = _ordered(wanted)
    settings = SETTINGS.dump_python(replace(wanted, parts=parts), mode="json")
    parameters: dict[str, JsonValue] = {**source.parameters(), "settings": settings}
    return jobs.request(uow, actor, JobRequest(kind=ANALYSE, parameters=parameters, total=len(parts)))


def _ordered(wanted: Settings) -> tuple[Part, ...]:
    """Each part once, in the usual order; who names groups wants them compared."""
    grouped = wanted.attribute is not None or wanted.grouping_id is not None
    asked = {*wanted.parts, *((Part.DIF,) if grouped else ())}
    return tuple(part for part in Part if part in asked)


def _must_fit(uow: UnitOfWork, wanted: Settings, source: Source) -> None:
    if wanted.cut is not None and not 1 <= wanted.cut <= source.raw_max:
        fault = Fault("/cut", "out_of_range", f"The cut must lie between 1 and {source.raw_max} raw points.")
        raise Contradiction(fault)
    if wanted.attribute is not None and wanted.grouping_id is not None:
        raise Contradiction(Fault("/grouping_id", "one_of_two", "Groups come from an attribute or from a grouping."))
    if wanted.grouping_id is None:
        if Part.DIF in wanted.parts and wanted.attribute is None:
            raise Contradiction(Fault("/parts", "no_groups", "Say which groups to compare."))
        return
    grouping = uow.groupings.first(id=wanted.grouping_id)
    if grouping is None or (grouping.form_id, grouping.administration_id) != (source.form_id, source.administration_id):
        raise Contradiction(Fault("/grouping_id", "unknown_grouping", "There is no such grouping of these attempts."))
    if not grouping.file:
        raise Contradiction(Fault("/grouping_id", "forgotten", "Who belonged to which group was erased."))


def read(uow: UnitOfWork, actor: Actor, analysis_id: UUID) -> Analysis:
    """An analysis with all its figures."""
    actor.must("analysis.read")
    return uow.analyses.get(analysis_id)


def step(files: Files) -> jobs.Reckoning:
    """One part of an analysis."""

    def analyse(reading: jobs.Reading, job: Job) -> jobs.Step:
        settings = SETTINGS.validate_python(job.parameters["settings"])
        done = cast("dict[str, JsonValue]", job.cursor.get("parts", {}))
        part = settings.parts[len(done)]
        with reading() as uow:
            source = sources.of_job(uow, job.parameters, unheld=settings.unheld)
            groups = groupings.of_attempts(uow, files, source, settings) if part is Part.DIF else None
        figures, digest = _figures(part, source, settings, groups)
        parts = {**done, part.value: figures}

        def store(uow: UnitOfWork, job: Job) -> Batch:
            if job.cursor.get("sha256", digest) != digest:
                return Batch(replace(job, cursor={}).failed(uow.now, InputsChanged.code))
            cursor: dict[str, JsonValue] = {"parts": parts, "sha256": digest}
            further = job.advanced(rows=1, cursor=cursor, total=len(settings.parts))
            return Batch(further) if len(parts) < len(settings.parts) else _whole(uow, further, source, settings)

        return store

    return jobs.Reckoning(analyse)


def _figures(part: Part, source: Source, settings: Settings, groups: dict[str, str] | None) -> tuple[JsonValue, str]:
    """One part, and the digest of the answers that it is of."""
    from domain.analysis import compute  # noqa: PLC0415 - it loads numpy, which only jobs need

    taken = source.taken()
    asked = compute.Question(
        cut=settings.cut if settings.cut is not None else source.cut,
        scaled=source.scaled,
        groups=groups,
        reference=settings.reference,
        purify=settings.purify,
        least_group=settings.least_group,
    )
    return compute.figures(part, taken, asked), taken.digest


def _whole(uow: UnitOfWork, job: Job, source: Source, settings: Settings) -> Batch:
    """Store the finished analysis; the parts need no place in the job any more."""
    uow.forms.lock(source.form_id)
    results = cast("dict[str, JsonValue]", job.cursor["parts"])
    analysis = uow.analyses.add(
        Analysis(
            id=uow.new_id(),
            form_id=source.form_id,
            administration_id=source.administration_id,
            number=1 + uow.analyses.count(form_id=source.form_id, administration_id=source.administration_id),
            key_number=source.key.number,
            conversion_number=source.conversion.number if source.conversion else None,
            grouping_id=settings.grouping_id,
            people=len(source.rows),
            responses_sha256=str(job.cursor["sha256"]),
            settings=cast("dict[str, Any]", job.parameters["settings"]),
            software=SOFTWARE,
            results=results,
            created_by=job.requested_by,
            created_at=uow.now,
        )
    )
    uow.record(
        AnalysisStored(
            analysis_id=analysis.id,
            form_id=analysis.form_id,
            administration_id=analysis.administration_id,
            number=analysis.number,
            people=analysis.people,
            responses_sha256=analysis.responses_sha256,
        )
    )
    return Batch(replace(job, cursor={}).succeeded(uow.now, {"analysis_id": str(analysis.id)}))


def offer_statistics(uow: UnitOfWork, actor: Actor, analysis_id: UUID) -> list[ItemStatistics]:
    """Give the item bank what an analysis found of its items; items of the form that it does not hold are passed over.

    Raises SheetNeedsParts where the analysis has no items. Offering again replaces what was kept.
    """
    analysis = uow.analyses.get(analysis_id)
    actor.must("item.record_statistics")
    part = cast("dict[str, Any]", analysis.results.get("items") or {})
    if "items" not in part:
        raise NoItemFigures
    known = statistics.items_on(uow, uow.forms.get(analysis.form_id))
    fitted = _fitted(analysis)
    observed = [
        _observed(row, int(part["people"]), fitted) for row in part["items"] if str(row["code"]).casefold() in known
    ]
    return statistics.record_statistics(uow, actor, analysis.form_id, analysis.administration_id, observed)


def _observed(row: dict[str, Any], people: int, fitted: dict[str, IrtParameters]) -> Observed:
    options = {one["option"]: one for one in row["options"]}
    return Observed(
        code=row["code"],
        n=people,
        p=row["p"],
        point_biserial=row["point_biserial"],
        reason=row["reason"],
        options=tuple(
            OptionStatistics(option=name, chosen=one["count"], point_biserial=one["correlation"])
            for name, one in options.items()
            if isinstance(name, int)
        ),
        omitted=options["omitted"]["count"],
        not_reached=options["not_reached"]["count"],
        irt=fitted.get(row["code"]),
    )


def _fitted(analysis: Analysis) -> dict[str, IrtParameters]:
    """The parameters of the richer model that converged; the scale is the analysis' own."""
    for part, model in ((Part.TWO_PARAMETER, IrtModel.TWO_PARAMETER), (Part.RASCH, IrtModel.ONE_PARAMETER)):
        found = cast("dict[str, Any]", analysis.results.get(part.value) or {})
        if "items" in found:
            return {
                row["code"]: IrtParameters(
                    model=model,
                    a=row["a"],
                    b=row["b"],
                    a_error=row["se_a"],
                    b_error=row["se_b"],
                    scale=f"analysis:{analysis.id}",
                )
                for row in found["items"]
            }
    return {}
