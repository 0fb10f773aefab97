"""The solver of assemblies, which loads its library with the first programme."""

from domain.ports import Solver
from domain.psychometrics.programme import Programme, Solution


class _Lazy:
    """HiGHS, once it is needed."""

    def solve(self, programme: Programme, *, seconds: float, absolute_gap: float) -> Solution:
        from adapters.solver import HighsSolver  # noqa: PLC0415 - numpy and HiGHS are for workers

        return HighsSolver().solve(programme, seconds=seconds, absolute_gap=absolute_gap)


def solver() -> Solver:
    """A solver for workers."""
    return _Lazy()
