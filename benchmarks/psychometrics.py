"""Item analysis, Rasch, two-parameter fits and answer similarity: CPU time against numpy's own passes and girth.

girth (MIT) is no part of the product: `pip install --no-deps girth==0.8.0` into the environment that measures, or into
a folder that PYTHONPATH names. Without it, its figures are left out and said to be. All is measured in one process
whose linear algebra keeps to one thread, so that CPU time is time.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any, cast

from benchmarks.harness import ROOT, Figure

if TYPE_CHECKING:
    import numpy as np

ROUNDS = 7
OPTIONS = 4
SEED = 20_260_301
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
Measured = dict[str, float]


def run(*, quick: bool) -> list[Figure]:
    """Measure in a process of its own, which has one thread for linear algebra from its start."""
    environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
    command = [sys.executable, "-m", "benchmarks.psychometrics", *(["--quick"] if quick else [])]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return figures(json.loads(done.stdout))


def figures(found: Measured) -> list[Figure]:
    """The figures, each with its bound; girth's only where it was measured."""
    told = [
        Figure(what="item analysis with distractors", value=found["items"], unit="s"),
        Figure(
            what="item analysis",
            value=found["items"] / found["passes"],
            unit="of a numpy pass per statistic",
            at_most=2,
        ),
        Figure(what="Rasch", value=found["rasch"], unit="s"),
        Figure(what="two-parameter model", value=found["two_parameter"], unit="s"),
        Figure(
            what="two-parameter log L less that of an independent fit (L-BFGS)",
            value=found["log_likelihood"] - found["independent"],
            unit="",
            at_least=-1e-3,
        ),
        Figure(
            what="omega, all pairs", value=found["omega"] / found["product"], unit="of a product per option", at_most=20
        ),
    ]
    bounds = (("items", "item analysis", 50), ("rasch", "Rasch", 20), ("two_parameter", "two-parameter model", 10))
    for name, what, bound in bounds:
        if f"girth_{name}" in found:
            ratio = found[f"girth_{name}"] / found[name]
            told.append(Figure(what=f"{what}: girth takes", value=ratio, unit="times as long", at_least=bound))
    if "girth_items" not in found:
        told.append(Figure(what="girth is not installed", value=0, unit="figures"))
    return told


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The CPU time of a call: the median of some rounds, after one that warms up; one cold call for `rounds` of 1."""
    if rounds > 1:
        work()
    spent = []
    for _ in range(rounds):
        began = process_time()
        work()
        spent.append(process_time() - began)
    return median(spent)


def main() -> None:
    """Measure everything, and print it as JSON."""
    quick = "--quick" in sys.argv
    found = {
        **items(10_000 if quick else 100_000, 40 if quick else 120),
        **models(1_000 if quick else 5_000, 40 if quick else 120),
        **similarity(300 if quick else 1_600, 60 if quick else 170),
    }
    print(json.dumps(found))


def answers(people: int, count: int) -> "np.typing.NDArray[np.uint8]":
    """Rasch people; the right option is 1, the wrong ones are chosen at random."""
    import numpy as np  # noqa: PLC0415 - only the process that measures loads it

    rng = np.random.default_rng(SEED)
    theta, b = rng.normal(size=people), rng.normal(size=count)
    right = rng.random((people, count)) < 1 / (1 + np.exp(b - theta[:, None]))
    return np.where(right, 1, rng.integers(2, OPTIONS + 1, right.shape)).astype(np.uint8)


def items(people: int, count: int) -> Measured:
    """The item analysis as a job does it, from answers to suspect keys; numpy's passes; girth's statistics.

    A pass for each statistic over the matrix: totals, p, standard deviations, item-total products, and for each option
    how many chose it and the sum of their totals.
    """
    import numpy as np  # noqa: PLC0415 - as above

    from domain.analysis.classical import item_figures  # noqa: PLC0415
    from domain.analysis.taken import Taken  # noqa: PLC0415
    from domain.scores.model import FormItem  # noqa: PLC0415

    given = answers(people, count)
    form = tuple(FormItem(code=f"I{place}", domain="one") for place in range(count))

    def ours() -> None:
        item_figures(Taken(items=form, keys=((1,),) * count, answers=given, people=("",) * people))

    right = (given == 1).astype(np.int8)
    totals = right.sum(axis=1)
    single = totals.astype(np.float32)

    def passes() -> None:
        right.sum(axis=1), right.mean(axis=0), right.std(axis=0, ddof=1), right.astype(np.float32).T @ single
        for option in range(OPTIONS + 1):
            chosen = given == option
            chosen.sum(axis=0), single @ chosen.astype(np.float32)

    found = {"items": seconds(ours), "passes": seconds(passes)}
    if find_spec("girth"):
        girth: Any = import_module("girth")
        transposed = np.ascontiguousarray(right.T).astype(np.int64)
        found["girth_items"] = seconds(lambda: girth.classical_test_statistics(transposed, 0, 1), 1)
    return found


def models(people: int, count: int) -> Measured:
    """Both fits, girth's of the same data, and the log-likelihood of an independently coded fit."""
    import numpy as np  # noqa: PLC0415 - as above

    from domain.psychometrics.irt_fit import fit_rasch, fit_two_parameter  # noqa: PLC0415

    scored = (answers(people, count) == 1).astype(np.int8)
    found = {
        "rasch": seconds(lambda: fit_rasch(scored)),
        "two_parameter": seconds(lambda: fit_two_parameter(scored), 3),
        "log_likelihood": fit_two_parameter(scored).log_likelihood,
        "independent": independent_fit(scored),
    }
    if find_spec("girth"):
        girth: Any = import_module("girth")
        transposed = np.ascontiguousarray(scored.T).astype(np.int64)
        found["girth_rasch"] = seconds(lambda: girth.onepl_mml(transposed), 1)
        found["girth_two_parameter"] = seconds(lambda: girth.twopl_mml(transposed), 1)
    return found


def independent_fit(scored: "np.typing.NDArray[np.int8]") -> float:
    """The highest marginal log-likelihood that L-BFGS finds, written from the model's definition alone.

    On the product's nodes, 101 from -6 to 6 with normal weights, since the integral is part of the definition.
    """
    import numpy as np  # noqa: PLC0415 - as above
    from scipy.optimize import minimize  # noqa: PLC0415
    from scipy.special import expit, log_expit, logsumexp  # noqa: PLC0415

    x, count = scored.astype(np.float64), scored.shape[1]
    theta = np.linspace(-6, 6, 101)
    weights = np.exp(-(theta**2) / 2)
    prior = np.log(weights / weights.sum())

    def lost(point: Any) -> tuple[float, Any]:  # noqa: ANN401 - as scipy hands it over
        slope, easiness = point[:count], point[count:]
        logit = np.multiply.outer(theta, slope) + easiness
        joint = x @ log_expit(logit).T + (1 - x) @ log_expit(-logit).T + prior
        norm = logsumexp(joint, axis=1)
        posterior = np.exp(joint - norm[:, None])
        gap = posterior.T @ x - posterior.sum(axis=0)[:, None] * expit(logit)
        return -float(norm.sum()), -np.concatenate([theta @ gap, gap.sum(axis=0)])

    p = x.mean(axis=0)
    start = np.concatenate([np.ones(count), np.log(p / (1 - p))])
    options = {"maxiter": 2_000, "maxfun": 4_000, "ftol": 1e-13, "gtol": 1e-4}
    found: Any = minimize(cast("Any", lost), start, jac=True, method="L-BFGS-B", options=cast("Any", options))
    return -float(found.fun)


def similarity(people: int, count: int) -> Measured:
    """Omega over all ordered pairs, and one product of the people's matrix with its transpose for each option."""
    import numpy as np  # noqa: PLC0415 - as above

    from domain.psychometrics.similarity import omega  # noqa: PLC0415

    rng = np.random.default_rng(SEED)
    theta, slopes = rng.normal(size=people), rng.normal(size=(count, OPTIONS + 1))
    intercepts = rng.normal(size=slopes.shape) - 2 * (np.arange(OPTIONS + 1) == 0)
    weights = np.exp(intercepts + slopes * theta[:, None, None])
    chances = weights / weights.sum(axis=2, keepdims=True)
    drawn = (rng.random((people, count, 1)) > chances.cumsum(axis=2)).sum(axis=2)
    given = np.minimum(drawn, OPTIONS).astype(np.uint8)
    plane = rng.random((people, count)).astype(np.float32)
    return {
        "omega": seconds(lambda: omega(given, chances)),
        "product": seconds(lambda: [plane @ plane.T for _ in range(OPTIONS)]),
    }


if __name__ == "__main__":
    main()
