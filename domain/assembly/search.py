"""The search itself: from a pool and what is wanted to forms, or to the bounds that clash. No store, no clock."""

from collections.abc import Iterator
from dataclasses import replace

from domain.assembly.model import AssembledForm, Assembly, AssemblyStatus, GivingWay
from domain.assembly.pool import Pool
from domain.errors import Contradiction
from domain.ports import Solver
from domain.programs.policy import Policy
from domain.psychometrics.assembly import Blueprint, Model, bounds_of, clashes, model, only, relaxed
from domain.psychometrics.programme import Outcome, Programme, Solution

QUESTION_SECONDS = 5.0
ITEM_GAP = 0.5
"""A bound gives way by whole items: a nearer answer than half of one says nothing more."""


def answered(solver: Solver, assembly: Assembly, policy: Policy, pool: Pool) -> Assembly:
    """The assembly with what the solver found: forms, or why there are none, or that the time was too short."""
    wanted = assembly.wanted
    seen = replace(assembly, pool_items=len(pool.items), pool_sha256=pool.sha256, left_out=pool.left_out)
    try:
        asked = model(pool.items, blueprint_of(assembly, policy))
    except Contradiction as contradiction:
        ways = tuple(GivingWay(bound=fault.detail, by=0.0, clashing=True) for fault in contradiction.faults)
        return replace(seen, status=AssemblyStatus.INFEASIBLE, clashes=ways, solver="none")
    found = solver.solve(asked.programme, seconds=wanted.seconds, absolute_gap=wanted.gap)
    told = replace(seen, solver=found.solver, seconds=round(found.seconds, 3))
    if found.outcome is Outcome.INFEASIBLE:
        ways = tuple(_clashes(solver, asked.programme, wanted.seconds))
        return replace(told, status=AssemblyStatus.INFEASIBLE, clashes=ways)
    if found.values is None:
        return replace(told, status=AssemblyStatus.UNSOLVED)
    return replace(
        told,
        status=AssemblyStatus.SOLVED,
        forms=_forms(asked, found, wanted.codes),
        objective=found.objective,
        bound=found.bound,
        gap=found.gap,
    )


def blueprint_of(assembly: Assembly, policy: Policy) -> Blueprint:
    """What each form must be: the outline's numbers of items, and what was asked for beside them."""
    wanted = assembly.wanted
    return Blueprint(
        forms=len(wanted.codes),
        domains={domain.code: domain.items for domain in policy.exam.domains},
        objectives={code: (bounds.least, bounds.most) for code, bounds in wanted.objectives.items()},
        sets=None if wanted.sets is None else (wanted.sets.least, wanted.sets.most),
        anchor=wanted.anchor_items,
        anchor_from_earlier=wanted.anchor_form_id is not None,
        pretest=wanted.pretest_items,
        information=wanted.information,
        expected=wanted.expected_raw,
    )


def _forms(asked: Model, found: Solution, codes: tuple[str, ...]) -> tuple[AssembledForm, ...]:
    return tuple(
        AssembledForm(
            code=code,
            scored=form.scored,
            pretest=form.pretest,
            anchor=form.anchor,
            information=form.information,
            expected_raw=form.expected,
        )
        for code, form in zip(codes, asked.read(found), strict=True)
    )


def _clashes(solver: Solver, programme: Programme, seconds: float) -> Iterator[GivingWay]:
    """Which bounds clash: the least by which some must give way, and a set of which each is needed for the clash."""
    loose, slacks = relaxed(programme)
    given = clashes(solver.solve(loose, seconds=seconds, absolute_gap=ITEM_GAP), slacks, len(programme.costs))
    core = _core(solver, programme)
    for clash in given:
        yield GivingWay(bound=clash.bound, by=clash.by, clashing=clash.bound in core)
    for bound in core:
        if bound not in {clash.bound for clash in given}:
            yield GivingWay(bound=bound, by=0.0, clashing=True)


def _core(solver: Solver, programme: Programme) -> tuple[str, ...]:
    """Bounds that cannot all be kept, none of which can be spared for that (the deletion filter, Chinneck 2008, 6.1).

    A question that finds no answer in time keeps its bound: the set may then be larger than it need be, never wrong.
    """
    kept = list(bounds_of(programme))
    for bound in tuple(kept):
        fewer = frozenset(kept) - {bound}
        found = solver.solve(only(programme, fewer), seconds=QUESTION_SECONDS, absolute_gap=ITEM_GAP)
        if found.outcome is Outcome.INFEASIBLE:
            kept.remove(bound)
    return tuple(kept)
