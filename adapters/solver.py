"""Mixed-integer programmes solved by HiGHS (Huangfu and Hall 2018), through its own Python interface."""

from math import inf

import highspy
import numpy as np

from domain.psychometrics.programme import Outcome, Programme, Solution

MOST_SECONDS = 300.0


class HighsSolver:
    """The port `Solver`. One thread and a fixed seed: the same programme gets the same answer."""

    def solve(self, programme: Programme, *, seconds: float, absolute_gap: float) -> Solution:
        """Minimize, for at most `seconds`, until no solution can be better by more than `absolute_gap`."""
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in _options(min(seconds, MOST_SECONDS), absolute_gap).items():
            solver.setOptionValue(name, value)
        solver.passModel(_model(programme))
        solver.run()
        return _solution(solver)


def _options(seconds: float, absolute_gap: float) -> dict[str, bool | int | float | str]:
    return {
        "output_flag": False,
        "time_limit": seconds,
        "mip_abs_gap": absolute_gap,
        "mip_rel_gap": 0.0,
        "threads": 1,
        "random_seed": 1,
    }


def _model(programme: Programme) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(programme.costs), len(programme.rows)
    lp.col_cost_ = np.array(programme.costs)
    lp.col_lower_, lp.col_upper_ = _bounds(programme.lower), _bounds(programme.upper)
    lp.row_lower_ = _bounds(tuple(row.lower for row in programme.rows))
    lp.row_upper_ = _bounds(tuple(row.upper for row in programme.rows))
    matrix = lp.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.cumsum([0, *(len(row.places) for row in programme.rows)])
    matrix.index_ = np.array([place for row in programme.rows for place in row.places], dtype=np.int32)
    matrix.value_ = np.array([weight for row in programme.rows for weight in row.weights])
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[whole] for whole in programme.whole]
    return lp


def _bounds(values: tuple[float, ...]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    infinity = float(highspy.kHighsInf)
    bounded: np.ndarray[tuple[int], np.dtype[np.float64]] = np.clip(np.array(values), -infinity, infinity)
    return bounded


def _solution(solver: highspy.Highs) -> Solution:
    info, status = solver.getInfo(), solver.getModelStatus()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    outcome = Outcome.FEASIBLE if found else Outcome.UNSOLVED
    if status == highspy.HighsModelStatus.kOptimal:
        outcome = Outcome.OPTIMAL
    elif status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        outcome, found = Outcome.INFEASIBLE, False
    bound = info.mip_dual_bound
    return Solution(
        outcome=outcome,
        values=tuple(map(float, solver.getSolution().col_value)) if found else None,
        objective=float(info.objective_function_value) if found else None,
        bound=float(bound) if found and abs(bound) < inf else None,
        seconds=float(solver.getRunTime()),
        solver=f"HiGHS {solver.version()}",
    )
