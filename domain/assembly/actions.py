"""Verbs of assembly: ask for forms, search for them, and lay out what was found.

Locks: an answer and a decision hold the assembly's row. The search itself holds nothing: it reads the pool once, and
whoever adopts its forms sees whether the items are still what they were.
"""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from domain.actors import Actor
from domain.assembly import pool as pools, search
from domain.assembly.errors import PoolChanged
from domain.assembly.events import AssemblyAdopted, AssemblyAnswered, AssemblyDiscarded, AssemblyRequested
from domain.assembly.model import AssembledForm, Assembly, AssemblyStatus, Wanted
from domain.errors import Contradiction, Fault, NotFound
from domain.items.model import Item, ItemStatus
from domain.jobs import actions as jobs
from domain.jobs.model import Batch, Job, JobRequest
from domain.paging import Page, PageRequest
from domain.ports import Solver, UnitOfWork
from domain.programs.days import in_force_now
from domain.programs.policy import Policy
from domain.scores import actions as forms
from domain.scores.model import FormItem

ASSEMBLE = "assembly.search"
"""The kind of the job. Its parameter: `assembly_id`."""


def request(uow: UnitOfWork, actor: Actor, program: str, wanted: Wanted, edition: str | None = None) -> Assembly:
    """Ask for forms under an edition, the one in force where none is named; the search begins with the commit.

    Raises Contradiction naming every member of `wanted` that the outline or the earlier form stands against.
    """
    actor.must("assembly.request")
    try:
        policy = uow.policies.named(edition) if edition else in_force_now(uow, program)
    except NotFound:
        raise Contradiction(Fault("/program", "unknown_program", "No such edition of such a program.")) from None
    faults = tuple(_faults(uow, policy, program, wanted))
    if faults:
        raise Contradiction(*faults)
    made = Assembly(
        id=uow.new_id(),
        program=program,
        exam_code=policy.exam.code,
        edition=policy.edition,
        wanted=wanted,
        requested_by=actor.subject,
        created_at=uow.now,
    )
    job = jobs.request(uow, actor, JobRequest(kind=ASSEMBLE, parameters={"assembly_id": str(made.id)}, total=1))
    uow.record(AssemblyRequested(assembly_id=made.id, program=program, forms=len(wanted.codes)))
    return uow.assemblies.add(replace(made, job_id=job.id))


def _faults(uow: UnitOfWork, policy: Policy, program: str, wanted: Wanted) -> Iterator[Fault]:
    if policy.program != program:
        yield Fault("/edition", "wrong_program", "The edition is one of another program.")
    yield from _code_faults(uow, program, wanted.codes)
    known = {objective.code for domain in policy.exam.domains for objective in domain.objectives}
    for code, bounds in wanted.objectives.items():
        if code not in known:
            yield Fault(f"/objectives/{code}", "unknown_objective", "The outline has no such objective.")
        elif bounds.least > bounds.most:
            yield Fault(f"/objectives/{code}", "out_of_order", "The least is more than the most.")
    if wanted.sets is not None and wanted.sets.least > wanted.sets.most:
        yield Fault("/sets", "out_of_order", "The least is more than the most.")
    yield from _anchor_faults(uow, policy, program, wanted)


def _code_faults(uow: UnitOfWork, program: str, codes: tuple[str, ...]) -> Iterator[Fault]:
    for place, code in enumerate(codes):
        if code.casefold() in {one.casefold() for one in codes[:place]}:
            yield Fault(f"/codes/{place}", "duplicate_code", "Another form has this code.")
        elif uow.forms.first(program=program, code=code) is not None:
            yield Fault(f"/codes/{place}", "code_taken", "The program has a form of this code already.")


def _anchor_faults(uow: UnitOfWork, policy: Policy, program: str, wanted: Wanted) -> Iterator[Fault]:
    if wanted.anchor_items > sum(domain.items for domain in policy.exam.domains):
        yield Fault("/anchor_items", "out_of_range", "The anchor cannot be longer than the form.")
    if wanted.anchor_form_id is not None:
        earlier = uow.forms.first(id=wanted.anchor_form_id)
        if earlier is None or earlier.program != program:
            yield Fault("/anchor_form_id", "unknown_form", "The program has no such form.")
        elif not wanted.anchor_items:
            yield Fault("/anchor_items", "missing_anchor", "Say how many items are shared with the earlier form.")


def read(uow: UnitOfWork, actor: Actor, assembly_id: UUID) -> Assembly:
    """An assembly, with its forms as codes of items."""
    actor.must("assembly.read")
    return uow.assemblies.get(assembly_id)


def listed(uow: UnitOfWork, actor: Actor, request: PageRequest) -> Page[Assembly]:
    """One page of assemblies."""
    actor.must("assembly.read")
    return uow.assemblies.page(request)


def step(solver: Solver) -> jobs.Reckoning:
    """The search: minutes at most, outside of any transaction."""

    def work(reading: jobs.Reading, job: Job) -> jobs.Step:
        with reading() as uow:
            assembly = uow.assemblies.get(UUID(str(job.parameters["assembly_id"])))
            policy = uow.policies.named(assembly.edition)
            pool = pools.read(uow, assembly)
        answer = search.answered(solver, assembly, policy, pool)

        def store(uow: UnitOfWork, job: Job) -> Batch:
            now = uow.assemblies.lock(assembly.id)
            if now.status is AssemblyStatus.QUEUED:
                kept = uow.assemblies.save(replace(answer, version=now.version))
                uow.record(
                    AssemblyAnswered(
                        assembly_id=kept.id,
                        program=kept.program,
                        outcome=kept.status.value,
                        solver=kept.solver or "",
                        pool_sha256=pool.sha256,
                    )
                )
            further = job.advanced(rows=1, cursor={}, total=1)
            return Batch(further.succeeded(uow.now, {"assembly_id": str(assembly.id), "status": answer.status.value}))

        return store

    return jobs.Reckoning(work)


def adopt(uow: UnitOfWork, actor: Actor, assembly_id: UUID) -> Assembly:
    """Lay out the forms that were found, each with a draft of its key, which a second person approves.

    Raises PoolChanged where an item is no longer what the search saw.
    """
    assembly = uow.assemblies.lock(assembly_id)
    actor.must("assembly.adopt", assembly)
    if pools.read(uow, assembly).sha256 != assembly.pool_sha256:
        _must_be_as_they_were(uow, assembly)
    made = tuple(_laid_out(uow, actor, assembly, form) for form in assembly.forms)
    uow.record(AssemblyAdopted(assembly_id=assembly.id, program=assembly.program, forms=len(made)))
    return uow.assemblies.save(
        replace(
            assembly,
            status=AssemblyStatus.ADOPTED,
            form_ids=made,
            decided_by=actor.subject,
            decided_at=uow.now,
        )
    )


def _must_be_as_they_were(uow: UnitOfWork, assembly: Assembly) -> None:
    """The bank moved on; that is no matter while the chosen items still stand where they stood."""
    for form in assembly.forms:
        now = _banked(uow, assembly, (*form.scored, *form.pretest))
        for code in form.scored:
            if code not in now or now[code].status is not ItemStatus.OPERATIONAL or _revised(now[code], assembly):
                raise PoolChanged
        for code in form.pretest:
            if code not in now or now[code].status is not ItemStatus.PRETEST or _revised(now[code], assembly):
                raise PoolChanged


def _revised(item: Item, assembly: Assembly) -> bool:
    """Whether the item got another text after the search: an approval newer than it."""
    return item.approved_at is not None and item.approved_at > assembly.created_at


def _banked(uow: UnitOfWork, assembly: Assembly, codes: tuple[str, ...]) -> dict[str, Item]:
    found = uow.items.find(program=assembly.program, exam_code=assembly.exam_code, code=list(codes))
    return {item.code: item for item in found}


def _laid_out(uow: UnitOfWork, actor: Actor, assembly: Assembly, form: AssembledForm) -> UUID:
    codes = (*form.scored, *form.pretest)
    banked = _banked(uow, assembly, codes)
    if len(banked) != len(codes):
        raise PoolChanged
    versions = {
        one.item_id: one
        for one in uow.item_versions.find(item_id=[item.id for item in banked.values()])
        if one.number == next(item.number for item in banked.values() if item.id == one.item_id)
    }
    scored = set(form.scored)
    items = [
        FormItem(
            code=code,
            domain=banked[code].domain,
            objective=banked[code].objective,
            options=banked[code].options,
            scored=code in scored,
        )
        for code in codes
    ]
    made = forms.create_form(uow, actor, assembly.program, form.code, items, assembly.edition)
    forms.draft_key(uow, actor, made.id, [versions[banked[code].id].content.key for code in codes])
    return made.id


def discard(uow: UnitOfWork, actor: Actor, assembly_id: UUID) -> Assembly:
    """Say that nobody wants these forms."""
    assembly = uow.assemblies.lock(assembly_id)
    actor.must("assembly.discard", assembly)
    uow.record(AssemblyDiscarded(assembly_id=assembly.id, program=assembly.program))
    return uow.assemblies.save(
        replace(assembly, status=AssemblyStatus.DISCARDED, decided_by=actor.subject, decided_at=uow.now)
    )
