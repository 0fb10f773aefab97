"""Verbs of equating: ask for a run, carry it out, and propose the conversion that it gives.

Locks: storing a run and proposing a conversion hold the form's row, so that both are numbered one after the other.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast
from uuid import UUID

from pydantic import JsonValue, TypeAdapter

from domain.actors import Actor
from domain.analysis import sources
from domain.analysis.design import IRT_METHODS, LEAST_ANCHOR, LEAST_PEOPLE, Design
from domain.analysis.errors import InputsChanged, NoReferenceConversion
from domain.analysis.events import ConversionProposed, FormEquated
from domain.analysis.model import SOFTWARE, EquatingRun
from domain.analysis.sources import Source
from domain.errors import Contradiction, Fault, Invalid
from domain.jobs import actions as jobs
from domain.jobs.model import Batch, Job, JobRequest
from domain.ports import UnitOfWork
from domain.scores import rules
from domain.scores.equated import equated_table
from domain.scores.errors import ConversionDoesNotFit
from domain.scores.events import ConversionDrafted
from domain.scores.model import Conversion, FormItem

if TYPE_CHECKING:
    from domain.analysis.plain import Json

EQUATE = "analyses.equate"
"""The kind of the job. Its parameters: `x` and `y` (see `Source.parameters`), `design`, `anchor`, `excluded`."""
STAGES = 2
SEED_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to equate to what, and how.

    `anchor` lists the common items that carry the scale, all that count on both forms unless given; one that is named
    may be a pretest item of either. `excluded` leaves some of them out. A design without a seed gets one, which is
    stored with the run.
    """

    administration_id: UUID
    form_id: UUID
    reference_administration_id: UUID
    reference_form_id: UUID
    design: Design
    anchor: tuple[str, ...] | None = None
    excluded: tuple[str, ...] = ()
    seeded: bool = True


@dataclass(frozen=True, slots=True)
class _Settled:
    """A request that was judged: the common items that carry the scale."""

    anchor: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = field(default=())


DESIGN: TypeAdapter[Design] = TypeAdapter(Design)


def request(uow: UnitOfWork, actor: Actor, wish: Wish) -> Job:
    """Queue an equating run; raises FormNotApproved, NothingTaken, or Contradiction where it could not succeed."""
    actor.must("equating_run.request")
    x = sources.named(uow, wish.administration_id, wish.form_id)
    y = sources.named(uow, wish.reference_administration_id, wish.reference_form_id)
    faults = [*_people_faults(uow, x, ""), *_people_faults(uow, y, "/reference_form_id")]
    if (x.form.program, x.form.exam_code) != (y.form.program, y.form.exam_code):
        faults.append(Fault("/reference_form_id", "wrong_exam", "The two forms are not of one exam."))
    anchor = settled_anchor(x, y, wish)
    faults += anchor.faults
    if faults:
        raise Contradiction(*faults)
    design = wish.design if wish.seeded else replace(wish.design, seed=int.from_bytes(uow.random(SEED_BYTES), "big"))
    parameters: dict[str, JsonValue] = {
        "x": x.parameters(),
        "y": y.parameters(),
        "design": DESIGN.dump_python(design, mode="json"),
        "anchor": list(anchor.anchor),
        "excluded": list(wish.excluded),
    }
    return jobs.request(uow, actor, JobRequest(kind=EQUATE, parameters=parameters, total=STAGES))


def _people_faults(uow: UnitOfWork, source: Source, at: str) -> list[Fault]:
    found = sources.people(uow, source.administration_id, source.form_id)
    if found >= LEAST_PEOPLE:
        return []
    told = f"Only {found} people took this form; equating needs at least {LEAST_PEOPLE}."
    return [Fault(at or "/form_id", "too_few_people", told)]


def settled_anchor(x: Source, y: Source, wish: Wish) -> _Settled:
    """The anchor of a design, or what stands against it; no anchor where the design takes the groups for equivalent."""
    needed = wish.design.uses_anchor or wish.design.method in IRT_METHODS
    if not needed:
        return _Settled()
    there = {item.code: (right, item.scored) for item, right in _keyed(y)}
    here = {item.code: (right, item.scored) for item, right in _keyed(x)}
    common = [code for code in here if code in there]
    counting = [code for code in common if here[code][1] and there[code][1]]
    chosen = [code for code in (wish.anchor or counting) if code not in wish.excluded]
    faults = [
        Fault(f"/anchor/{place}", "not_common", "The item is not on both forms, or was dropped from one.")
        for place, code in enumerate(wish.anchor or ())
        if code not in common
    ]
    if not faults and any(set(here[code][0]) != set(there[code][0]) for code in chosen):
        faults.append(Fault("/anchor", "key_differs", "An anchor item has another key on the other form; exclude it."))
    if len(set(chosen)) != len(chosen):
        faults.append(Fault("/anchor", "duplicate_item", "An item is listed twice."))
    if len(chosen) < LEAST_ANCHOR:
        told = f"{len(chosen)} common items are left; an anchor needs at least {LEAST_ANCHOR}."
        faults.append(Fault("/anchor", "anchor_too_short", told))
    return _Settled(tuple(chosen), tuple(faults))


def _keyed(source: Source) -> list[tuple[FormItem, tuple[int, ...]]]:
    return [(item, right) for item, right in zip(source.form.items, source.key.correct, strict=True) if right]


def step() -> jobs.Reckoning:
    """A run in two batches: the conversion with the anchor's drift, then its bootstrap errors."""
    return jobs.Reckoning(_equated)


def _equated(reading: jobs.Reading, job: Job) -> jobs.Step:
    design = DESIGN.validate_python(job.parameters["design"])
    with reading() as uow:
        x, y = (sources.of_job(uow, cast("dict[str, JsonValue]", job.parameters[one])) for one in ("x", "y"))
    try:
        told = _reckoned(x, y, design, job)
    except Invalid as refusal:  # the data do not allow it: the job says so, and nothing is stored
        code = refusal.code
        return lambda uow, job: Batch(job.failed(uow.now, code))

    def store(uow: UnitOfWork, job: Job) -> Batch:
        before = cast("dict[str, JsonValue]", job.cursor.get("run", {}))
        if before and before["digests"] != told["digests"]:
            return Batch(replace(job, cursor={}).failed(uow.now, InputsChanged.code))
        run = {**before, **told}
        further = job.advanced(rows=1, cursor={"run": run}, total=STAGES)
        return Batch(further) if not before else _whole(uow, further, x, y, run)

    return store


def _reckoned(x: Source, y: Source, design: Design, job: Job) -> "Json":
    from domain.analysis import equate_steps  # noqa: PLC0415 - it loads numpy, which only jobs need

    taken_x, taken_y = x.taken(), y.taken()
    digests = [taken_x.digest, taken_y.digest]
    if "run" not in job.cursor:
        anchor = [str(code) for code in cast("list[JsonValue]", job.parameters["anchor"])]
        named = [str(code) for code in cast("list[JsonValue]", job.parameters["excluded"])]
        return {**equate_steps.conversion(taken_x, taken_y, design, anchor, named), "digests": digests}
    run = cast("dict[str, JsonValue]", job.cursor["run"])
    codes = [str(code) for code in cast("list[JsonValue]", run["anchor"])]
    return {"errors": equate_steps.errors(taken_x, taken_y, design, codes), "digests": digests}


def _whole(uow: UnitOfWork, job: Job, x: Source, y: Source, told: "Json") -> Batch:
    uow.forms.lock(x.form_id)
    run = uow.equating_runs.add(
        EquatingRun(
            id=uow.new_id(),
            form_id=x.form_id,
            administration_id=x.administration_id,
            key_number=x.key.number,
            people=len(x.rows),
            responses_sha256=told["digests"][0],
            reference_form_id=y.form_id,
            reference_administration_id=y.administration_id,
            reference_key_number=y.key.number,
            reference_conversion_number=y.conversion.number if y.conversion else None,
            reference_people=len(y.rows),
            reference_sha256=told["digests"][1],
            number=1 + uow.equating_runs.count(form_id=x.form_id),
            design=cast("dict[str, JsonValue]", job.parameters["design"]),
            anchor=tuple(told["anchor"]),
            excluded=told["excluded"],
            equivalents=tuple(told["equivalents"]),
            result={name: told[name] for name in ("details", "drift", "errors", "groups")},
            software=SOFTWARE,
            created_by=job.requested_by,
            created_at=uow.now,
        )
    )
    uow.record(
        FormEquated(
            run_id=run.id,
            form_id=run.form_id,
            reference_form_id=run.reference_form_id,
            number=run.number,
            method=str(run.design["method"]),
        )
    )
    return Batch(replace(job, cursor={}).succeeded(uow.now, {"equating_run_id": str(run.id)}))


def read(uow: UnitOfWork, actor: Actor, run_id: UUID) -> EquatingRun:
    """A run with its table."""
    actor.must("equating_run.read")
    return uow.equating_runs.get(run_id)


def propose_conversion(uow: UnitOfWork, actor: Actor, run_id: UUID) -> Conversion:
    """Draft the conversion that a run gives: decided on unrounded equivalents, reported on the reference form's scale.

    A second person puts it in force, as any conversion. Raises NoReferenceConversion, ConversionDoesNotFit where the
    key has changed since, or Contradiction where nobody could pass or fail.
    """
    run = uow.equating_runs.get(run_id)
    actor.must("equating_run.propose_conversion")
    form = uow.forms.lock(run.form_id)
    actor.must("form.draft_conversion", form)
    reference = _reference(uow, run)
    made = equated_table(run.equivalents, reference, uow.policies.named(form.edition).scale)
    _must_fit(uow, run)
    conversion = uow.conversions.add(
        Conversion(
            id=uow.new_id(),
            form_id=form.id,
            number=rules.newest(uow.conversions.find(form_id=form.id)) + 1,
            cut_raw=made.table.cut,
            scaled=made.table.scaled,
            created_by=actor.subject,
            created_at=uow.now,
            equated=made.equated,
            equating_run_id=run.id,
            base_cut=made.base_cut,
            base_max=made.base_max,
            by_lines=made.by_lines,
        )
    )
    uow.record(
        ConversionDrafted(
            conversion_id=conversion.id, form_id=form.id, number=conversion.number, cut_raw=conversion.cut_raw
        )
    )
    uow.record(ConversionProposed(run_id=run.id, conversion_id=conversion.id, form_id=form.id))
    return conversion


def _reference(uow: UnitOfWork, run: EquatingRun) -> Conversion:
    number = run.reference_conversion_number
    found = None if number is None else uow.conversions.first(form_id=run.reference_form_id, number=number)
    if found is None:
        raise NoReferenceConversion
    return found


def _must_fit(uow: UnitOfWork, run: EquatingRun) -> None:
    """The key in force must be the one that the run was made under: the same points by other items are other points."""
    key = uow.form_keys.first(form_id=run.form_id, status="approved")
    if key is None or key.number != run.key_number:
        raise ConversionDoesNotFit
