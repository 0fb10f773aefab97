"""What `certificant analyse` does: gather a form's answers, compute, equate, tell, write. Nothing is stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rich.console import Console

from api import analysing_told as told, imports_setting as setting, imports_told
from api.imports_key import KeyFault, read_key
from api.stopping import Stopped, lines_of, said, stop
from api.wiring.reports import response_reader, sheet_press
from domain.actors import the_service
from domain.analysis import compute, equate_steps, sources
from domain.analysis.design import IRT_METHODS, Design, EquatingMethod
from domain.analysis.drawing import drawn
from domain.analysis.equate import common_codes
from domain.analysis.groupings import read_rows
from domain.analysis.model import SOFTWARE, Part
from domain.analysis.sheet import Heading, sheet_of
from domain.analysis.taken import Taken, taken
from domain.errors import DomainError
from domain.ports import UnitOfWork
from domain.programs.policy import Policy
from domain.scores.conversion import two_segments

if TYPE_CHECKING:
    from api.wiring import Service

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to analyse, how, and where to write it; see the command's options."""

    responses: Path | None = None
    key: Path | None = None
    column: str | None = None
    groups: Path | None = None
    form: str = ""
    administration: str = ""
    edition: str = "cpom-2026"
    cut_percent: float = 65.0
    two_parameter: bool = False
    anchor: int = 0
    method: str = "chained_equipercentile"
    replications: int = 200
    seed: int = 1
    standard_setting: str | None = None
    out: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A form with its answers, its scale and what the sheet's heading says of it."""

    taken: Taken
    heading: Heading
    question: compute.Question
    refused: int = 0


def analysed(service: "Service", wish: Wish, console: Console | None = None) -> int:
    """Do it, and say what was found; 0, or 1 where rows were refused or nothing could be done."""
    shown = console or Console()
    try:
        case = _from_store(service, wish) if wish.form and wish.administration else _from_files(service, wish, shown)
        return _told(case, wish, shown)
    except Stopped as why:
        lines = why.lines
    except DomainError as refusal:
        lines = lines_of(refusal)
    return said(shown, (*lines, "Nothing was written."))


def _told(case: _Case, wish: Wish, console: Console) -> int:
    parts = [part for part in Part if _asked(part, case, wish)]
    results: Json = {}
    with imports_told.bar(console, "Analysis", len(parts)) as moved:
        for place, part in enumerate(parts):
            results[part.value] = compute.figures(part, case.taken, case.question)
            moved(place + 1, len(parts))
    run = _equated(case, wish, console) if wish.anchor else None
    equating = None if run is None else _reference(run, case.heading.form)
    sheet = sheet_of(replace(case.heading, equating=equating), results)
    told.summary(console, sheet)
    told.suspects(console, sheet)
    if run is not None:
        told.equating(console, run)
    if wish.out is not None:
        _write(wish.out, sheet, results, run, console)
    return 1 if case.refused else 0


def _asked(part: Part, case: _Case, wish: Wish) -> bool:
    if part is Part.DIF:
        return case.question.groups is not None
    return part is not Part.TWO_PARAMETER or wish.two_parameter


# --- from files


def _from_files(service: "Service", wish: Wish, console: Console) -> _Case:
    if wish.responses is None or wish.key is None:
        stop("Name a file of responses with --key, or --form and --administration of the store.")
    key = read_key(wish.key.read_bytes())
    if isinstance(key, KeyFault):
        stop(f"{wish.key.name}, line {key.line}: {key.detail}")
    policy = service.policy(wish.edition)
    ordered = setting.order(policy, key, Decimal(str(wish.cut_percent)))
    code = wish.form or wish.responses.stem[:64]
    reader = response_reader()
    read = reader(wish.responses.read_bytes(), ordered.items, code, candidate_column=wish.column)
    if read.faults:
        stop(*(imports_told.fault_line(fault) for fault in read.faults))
    imports_told.refusals(console, [(one.row, one.code, one.column or "") for one in read.rejects])
    if not read.candidates:
        stop("No row of the file could be taken.")
    form = taken(ordered.items, ordered.correct, list(zip(read.candidates, read.row_bytes(), strict=True)))
    table = two_segments(form.raw_max, ordered.cut, policy.scale)
    groups = None if wish.groups is None else {row.candidate: row.group for row in read_rows(wish.groups.read_bytes())}
    today = service.clock().date().isoformat()
    heading = replace(
        _heading(policy, form, wish, service),
        form=code,
        administration=wish.administration or code,
        window=(today, today),
        made_on=today,
        cut_raw=table.cut,
        scaled=table.scaled,
    )
    question = compute.Question(cut=table.cut, scaled=table.scaled, groups=groups)
    return _Case(taken=form, heading=heading, question=question, refused=len(read.rejects))


# --- from the store


def _from_store(service: "Service", wish: Wish) -> _Case:
    with service.units.begin(the_service("analyse"), write=False) as uow:
        form = uow.forms.first(code=wish.form)
        administration = uow.administrations.first(code=wish.administration)
        if form is None or administration is None:
            stop(f"There is no form {wish.form}, or no administration {wish.administration}.")
        named = sources.named(uow, administration.id, form.id)
        source = sources.of_job(uow, named.parameters())
        policy, today = uow.policies.named(form.edition), uow.today.isoformat()
        groups = _stored_groups(uow, wish, administration.id, form.id)
    answers = source.taken()
    heading = replace(
        _heading(policy, answers, wish, service),
        form=form.code,
        administration=administration.code,
        window=(administration.opens_on.isoformat(), administration.closes_on.isoformat()),
        made_on=today,
        key_number=source.key.number,
        conversion_number=source.conversion.number if source.conversion else None,
        cut_raw=source.cut,
        scaled=source.scaled,
    )
    question = compute.Question(cut=source.cut, scaled=source.scaled, groups=groups)
    return _Case(taken=answers, heading=heading, question=question)


def _stored_groups(uow: UnitOfWork, wish: Wish, administration_id: UUID, form_id: UUID) -> dict[str, str] | None:
    """The groups of a file, by attempt."""
    if wish.groups is None:
        return None
    known = uow.analyses.numbers(administration_id, form_id)
    rows = {row.candidate: row.group for row in read_rows(wish.groups.read_bytes())}
    by_candidate = {known[number]: group for number, group in rows.items() if number in known}
    candidates = uow.analyses.candidates(administration_id, form_id)
    return {attempt: by_candidate[who] for attempt, who in candidates.items() if who in by_candidate}


def _heading(policy: Policy, form: Taken, wish: Wish, service: "Service") -> Heading:
    """What every heading says; form, administration and days are still to be filled in."""
    scale = policy.scale
    return Heading(
        body=service.settings.body_name,
        program=policy.program,
        exam=policy.exam.code,
        exam_title=policy.exam.title,
        form="",
        administration="",
        window=("", ""),
        made_on="",
        number=None,
        analysis_number=None,
        key_number=None,
        conversion_number=None,
        software=SOFTWARE,
        responses_sha256=form.digest,
        scale={"minimum": scale.minimum, "passing": scale.passing, "maximum": scale.maximum},
        cut_raw=None,
        standard_setting={"reference": wish.standard_setting} if wish.standard_setting else None,
    )


# --- equating, and what is written


def _equated(case: _Case, wish: Wish, console: Console) -> Json:
    """Two forms drawn from this one, the first equated to the second."""
    if wish.method not in set(EquatingMethod):
        stop(f"There is no method {wish.method}; there are {', '.join(EquatingMethod)}.")
    design = Design(method=EquatingMethod(wish.method), replications=wish.replications, seed=wish.seed)
    x, y = drawn(case.taken, anchor_items=wish.anchor, seed=wish.seed)
    codes = common_codes(x, y) if design.uses_anchor or design.method in IRT_METHODS else ()
    run = equate_steps.conversion(x, y, design, codes)
    with imports_told.bar(console, "Bootstrap", wish.replications or None) as moved:
        run["errors"] = equate_steps.errors(x, y, design, run["anchor"], lambda done: moved(done, wish.replications))
    sizes = {"x": {"items": x.raw_max, "people": len(x.people)}, "y": {"items": y.raw_max, "people": len(y.people)}}
    return {**run, "method": design.method.value, "seed": wish.seed, "forms": sizes}


def _reference(run: Json, form: str) -> Json:
    """What the sheet tells of an equating of two forms drawn from this one."""
    return {
        "run_number": None,
        "form": f"{form}-1, drawn",
        "reference_form": f"{form}-2, drawn (seed {run['seed']})",
        "method": run["method"],
        "people": run["forms"]["x"]["people"],
        "reference_people": run["forms"]["y"]["people"],
        "anchor_items": len(run["anchor"]),
        "excluded": run["excluded"],
        "drifted": (run["drift"] or {}).get("drifted", []),
        "replications": run["errors"]["replications"],
        "equivalents": run["equivalents"],
        "se": run["errors"]["se"],
    }


def _write(folder: Path, sheet: Json, results: Json, run: Json | None, console: Console) -> None:
    press = sheet_press()
    written: dict[str, bytes] = {
        "sheet.json": _json(sheet),
        "sheet.csv": press.csv(sheet),
        "sheet.pdf": press.pdf(sheet),
        "analysis.json": _json(results),
    }
    if run is not None:
        written["equating.json"] = _json(run)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        (folder / name).write_bytes(content)
    console.print(f"Written to {folder}: {', '.join(written)}.", markup=False, highlight=False, soft_wrap=True)


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"
