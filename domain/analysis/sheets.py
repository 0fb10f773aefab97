"""Verbs of statistics sheets: ask for one, make it, read it in its three forms.

Locks: storing a sheet holds the form's row, so that sheets are numbered one after the other.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from pydantic import JsonValue

from domain.actors import Actor
from domain.analysis.errors import SheetNeedsParts
from domain.analysis.events import SheetMade
from domain.analysis.model import Analysis, EquatingRun, StatisticsSheet
from domain.analysis.sheet import NEEDED, Heading, sheet_of
from domain.errors import Contradiction, Fault
from domain.jobs import actions as jobs
from domain.jobs.model import Batch, Job, JobRequest
from domain.ports import Files, SheetPress, UnitOfWork
from domain.scores.model import Conversion, Form

MAKE = "analyses.make_sheet"
"""The kind of the job. Its parameters: `analysis_id`, `equating_run_id`, `standard_setting`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a sheet tells: an analysis, the equating run that its scale comes from, and where the cut comes from.

    `standard_setting` is a line that names the study on file; without an `equating_run_id` the run of the conversion
    that the analysis used is taken, if it came from one.
    """

    analysis_id: UUID
    equating_run_id: UUID | None = None
    standard_setting: str | None = None


def request(uow: UnitOfWork, actor: Actor, order: Order) -> Job:
    """Queue a sheet; raises SheetNeedsParts, or Contradiction for a run of another form."""
    actor.must("statistics_sheet.request")
    analysis = uow.analyses.get(order.analysis_id)
    if any(name not in analysis.results for name in NEEDED):
        raise SheetNeedsParts
    run = uow.equating_runs.first(id=order.equating_run_id) if order.equating_run_id else None
    if order.equating_run_id and (run is None or run.form_id != analysis.form_id):
        raise Contradiction(Fault("/equating_run_id", "unknown_run", "There is no such equating run of this form."))
    parameters: dict[str, JsonValue] = {
        "analysis_id": str(analysis.id),
        "equating_run_id": str(run.id) if run else None,
        "standard_setting": order.standard_setting,
    }
    return jobs.request(uow, actor, JobRequest(kind=MAKE, parameters=parameters, total=1))


def read(uow: UnitOfWork, actor: Actor, sheet_id: UUID) -> StatisticsSheet:
    """A sheet."""
    actor.must("statistics_sheet.read")
    return uow.statistics_sheets.get(sheet_id)


def step(files: Files, press: SheetPress) -> jobs.Reckoning:
    """The whole of a sheet, in one batch."""

    def make(reading: jobs.Reading, job: Job) -> jobs.Step:
        with reading() as uow:
            analysis = uow.analyses.get(UUID(str(job.parameters["analysis_id"])))
            number = 1 + uow.statistics_sheets.count(
                form_id=analysis.form_id, administration_id=analysis.administration_id
            )
            conversion = _conversion(uow, analysis)
            run = _run(uow, job.parameters, conversion)
            heading = _heading(uow, analysis, conversion, run, _setting(uow, job.parameters, conversion), number)
        content = sheet_of(heading, cast("Mapping[str, Any]", analysis.results))
        rendered = {"csv": press.csv(content), "pdf": press.pdf(content)}

        def store(uow: UnitOfWork, job: Job) -> Batch:
            return _stored(uow, files, job, _Made(analysis, run, number, content, rendered))

        return store

    return jobs.Reckoning(make)


@dataclass(frozen=True, slots=True)
class _Made:
    analysis: Analysis
    run: EquatingRun | None
    number: int
    content: dict[str, JsonValue]
    rendered: Mapping[str, bytes]


def _stored(uow: UnitOfWork, files: Files, job: Job, made: _Made) -> Batch:
    uow.forms.lock(made.analysis.form_id)
    names = {form: _name(uow.random(16)) for form in made.rendered}
    for form, content in made.rendered.items():
        files.put(names[form], content)
    digests = {form: hashlib.sha256(content).hexdigest() for form, content in made.rendered.items()}
    sheet = uow.statistics_sheets.add(
        StatisticsSheet(
            id=uow.new_id(),
            form_id=made.analysis.form_id,
            administration_id=made.analysis.administration_id,
            number=made.number,
            analysis_id=made.analysis.id,
            equating_run_id=made.run.id if made.run else None,
            content=made.content,
            csv_file=names["csv"],
            csv_sha256=digests["csv"],
            pdf_file=names["pdf"],
            pdf_sha256=digests["pdf"],
            created_by=job.requested_by,
            created_at=uow.now,
        )
    )
    uow.record(
        SheetMade(
            sheet_id=sheet.id,
            form_id=sheet.form_id,
            administration_id=sheet.administration_id,
            analysis_id=sheet.analysis_id,
            number=sheet.number,
            pdf_sha256=sheet.pdf_sha256,
        )
    )
    done = job.advanced(rows=1, cursor={"sheet": str(sheet.id)}, total=1)
    return Batch(done.succeeded(uow.now, {"statistics_sheet_id": str(sheet.id)}))


def _name(randomness: bytes) -> str:
    name = randomness.hex()
    return f"{name[:2]}/{name}"


def _conversion(uow: UnitOfWork, analysis: Analysis) -> Conversion | None:
    if analysis.conversion_number is None:
        return None
    return uow.conversions.first(form_id=analysis.form_id, number=analysis.conversion_number)


def _run(uow: UnitOfWork, parameters: Mapping[str, JsonValue], conversion: Conversion | None) -> EquatingRun | None:
    named = parameters["equating_run_id"]
    if named is not None:
        return uow.equating_runs.get(UUID(str(named)))
    if conversion is None or conversion.equating_run_id is None:
        return None
    return uow.equating_runs.get(conversion.equating_run_id)


def _setting(
    uow: UnitOfWork, parameters: Mapping[str, JsonValue], conversion: Conversion | None
) -> dict[str, Any] | None:
    """The study that set the cut of the base form, where it is in the store; else the line that the order gave."""
    named = parameters["standard_setting"]
    base = _base(uow, conversion)
    study = None if base is None else uow.standard_settings.first(conversion_id=base.id)
    if study is None:
        return None if named is None else {"reference": named}
    told = f"{study.title} ({study.method.value}, {len(study.judges)} judges, round {study.round})"
    return {
        "reference": f"{told}. {named}" if named else told,
        "form": uow.forms.get(study.form_id).code,
        "number": study.number,
        "method": study.method.value,
        "judges": len(study.judges),
        "rounds": study.round,
        "cut": study.cut,
        "cut_error": study.cut_error,
        "cut_raw": study.cut_raw,
        "decided_on": study.decided_at.date().isoformat() if study.decided_at else None,
    }


def _base(uow: UnitOfWork, conversion: Conversion | None) -> Conversion | None:
    """The conversion of the form where the cut was set, from which equatings carried it here."""
    while conversion is not None and conversion.equating_run_id is not None:
        run = uow.equating_runs.get(conversion.equating_run_id)
        conversion = uow.conversions.first(form_id=run.reference_form_id, number=run.reference_conversion_number)
    return conversion


def _heading(
    uow: UnitOfWork,
    analysis: Analysis,
    conversion: Conversion | None,
    run: EquatingRun | None,
    setting: dict[str, Any] | None,
    number: int,
) -> Heading:
    form: Form = uow.forms.get(analysis.form_id)
    administration = uow.administrations.get(analysis.administration_id)
    policy = uow.policies.named(form.edition)
    scale = policy.scale
    fits = bool(conversion) and len(analysis_counts(analysis)) == len(conversion.scaled) if conversion else False
    return Heading(
        body=uow.body_name,
        program=form.program,
        exam=form.exam_code,
        exam_title=policy.exam.title,
        form=form.code,
        administration=administration.code,
        window=(administration.opens_on.isoformat(), administration.closes_on.isoformat()),
        made_on=uow.today.isoformat(),
        number=number,
        analysis_number=analysis.number,
        key_number=analysis.key_number,
        conversion_number=analysis.conversion_number,
        software=analysis.software,
        responses_sha256=analysis.responses_sha256,
        scale={"minimum": scale.minimum, "passing": scale.passing, "maximum": scale.maximum},
        cut_raw=conversion.cut_raw if conversion else None,
        scaled=conversion.scaled if conversion and fits else (),
        standard_setting=setting,
        equating=None if run is None else equating_told(run, form.code, uow.forms.get(run.reference_form_id).code),
    )


def analysis_counts(analysis: Analysis) -> list[int]:
    """How many have each raw score, from 0 up; empty where nobody could say."""
    scores = cast("Mapping[str, Any]", analysis.results.get("scores") or {})
    return list(scores.get("counts") or [])


def equating_told(run: EquatingRun, form: str, reference: str) -> dict[str, Any]:
    """What a sheet tells of an equating."""
    result = cast("Mapping[str, Any]", run.result)
    return {
        "run_number": run.number,
        "form": form,
        "reference_form": reference,
        "method": run.design["method"],
        "people": run.people,
        "reference_people": run.reference_people,
        "anchor_items": len(run.anchor),
        "excluded": run.excluded,
        "drifted": (result["drift"] or {}).get("drifted", []),
        "replications": result["errors"]["replications"],
        "equivalents": list(run.equivalents),
        "se": result["errors"]["se"],
    }
