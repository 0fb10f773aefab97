"""The methods of a screening, over arrays. Import it where it is used: it loads numpy and scipy.

Ability is expected under a Rasch model of the scored items, and option probabilities come from the nominal model at
these abilities, as the literature on answer similarity has it (Wollack 1997; van der Linden and Sotaridona 2006).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from domain.psychometrics.arrays import Floats, Ints, floats
from domain.psychometrics.discovery import discoveries
from domain.psychometrics.errors import TooFew, Unmeasurable
from domain.psychometrics.irt_ability import expected_abilities, warm_abilities
from domain.psychometrics.irt_fit import Calibration, fit_rasch
from domain.psychometrics.irt_fitness import person_fit
from domain.psychometrics.nominal import fit_nominal
from domain.psychometrics.options import NOT_REACHED, Responses
from domain.psychometrics.repeaters import Gains, gains_by_error, gains_by_regression, response_times
from domain.psychometrics.similarity import SimilarPairs, gbt, omega
from domain.scores.scoring import as_matrix
from domain.security.material import Material
from domain.security.model import Evidence, MethodFigure, ScreeningMethod

LEAST_REACHED = 10
REPEATERS = 10
MOST_PEOPLE = 20_000
MOST_FLAGS = 5_000
"""Flags of one method that are stored, the most striking first: whoever finds more has another question to answer."""
TOO_FAST = -3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding: places of the attempts in the material, the statistic with its probabilities, and the evidence."""

    first: int
    second: int | None = None
    statistic: float
    p: float
    adjusted: float
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a method came to."""

    figure: MethodFigure
    found: tuple[Found, ...] = ()


@dataclass
class Bench:
    """One screening's arrays, fitted when first needed."""

    material: Material
    rate: float
    dependent: bool
    answers: Responses = field(init=False)
    right: Ints = field(init=False)
    places: Ints = field(init=False)
    _calibration: Calibration | None = None
    _chances: Floats | None = None

    def __post_init__(self) -> None:
        """Lay the answers out; only items that score and that enough people reached are looked at."""
        whole = as_matrix([one.responses for one in self.material.attempts], self.material.key.items)
        reached = (whole != NOT_REACHED).sum(axis=0) >= LEAST_REACHED
        scoring = np.array([bool(options) for options in self.material.key.correct])
        self.places = np.flatnonzero(reached & scoring).astype(np.int64)
        self.answers = whole[:, self.places]
        keys = [self.material.key.correct[place] for place in self.places.tolist()]
        right = [np.isin(self.answers[:, item], keys[item]) for item in range(len(keys))]
        self.right = np.stack(right, axis=1).astype(np.int64) if right else np.zeros((len(whole), 0), np.int64)

    def run(self, method: ScreeningMethod) -> Outcome:
        """Carry one method out; where the data do not allow it, nothing and the reason."""
        methods: dict[ScreeningMethod, Callable[[], Outcome]] = {
            ScreeningMethod.OMEGA: lambda: self._similar(ScreeningMethod.OMEGA),
            ScreeningMethod.GBT: lambda: self._similar(ScreeningMethod.GBT),
            ScreeningMethod.PERSON_FIT: self._person_fit,
            ScreeningMethod.RESPONSE_TIMES: self._times,
            ScreeningMethod.SCORE_GAIN: self._gains,
        }
        try:
            if len(self.answers) > MOST_PEOPLE:
                raise TooFew(detail=f"Screenings compare at most {MOST_PEOPLE:,} people at once.")
            return methods[method]()
        except Unmeasurable as refusal:
            return Outcome(figure=MethodFigure(method=method, code=refusal.code, detail=refusal.detail))

    @property
    def calibration(self) -> Calibration:
        """The Rasch model of the scored items."""
        if self._calibration is None:
            self._calibration = fit_rasch(self.right)
        return self._calibration

    @property
    def chances(self) -> Floats:
        """float64[N, I, O + 1]: each person's chance of each answer."""
        if self._chances is None:
            model = self.calibration
            theta, _ = expected_abilities(self.right[:, model.items], model.parameters)
            self._chances = fit_nominal(self.answers, theta, self.material.options).chances(theta)
        return self._chances

    def _similar(self, method: ScreeningMethod) -> Outcome:
        index = omega if method is ScreeningMethod.OMEGA else gbt
        pairs = index(self.answers, self.chances, q=self.rate, dependent=self.dependent)
        count = min(len(pairs.p), MOST_FLAGS)
        found = tuple(self._pair(pairs, at) for at in range(count))
        figure = MethodFigure(method=method, tests=pairs.tests, found=len(pairs.p), stored=count)
        return Outcome(figure=figure, found=found)

    def _pair(self, pairs: SimilarPairs, at: int) -> Found:
        first, second = int(pairs.first[at]), int(pairs.second[at])
        same = self.answers[first] == self.answers[second]
        reached = (self.answers[first] != NOT_REACHED) & (self.answers[second] != NOT_REACHED)
        wrong = same & reached & (self.right[first] == 0) & (self.answers[first] > 0)
        return Found(
            first=first,
            second=second,
            statistic=float(pairs.statistic[at]),
            p=float(pairs.p[at]),
            adjusted=float(pairs.adjusted[at]),
            evidence={
                "items": int(reached.sum()),
                "matches": int(pairs.matches[at]),
                "expected_matches": round(float(pairs.expected[at]), 3),
                "matched_incorrect": int(wrong.sum()),
                "right_first": int(self.right[first].sum()),
                "right_second": int(self.right[second].sum()),
            },
        )

    def _person_fit(self) -> Outcome:
        model = self.calibration
        scored = self.right[:, model.items]
        theta = floats([0.0 if one is None else one for one in warm_abilities(scored, model.parameters).theta])
        fit = person_fit(scored, model.parameters, theta)
        flagged, adjusted = discoveries(fit.p, self.rate, dependent=self.dependent)
        found = tuple(
            Found(
                first=int(at),
                statistic=float(fit.lz_star[at]),
                p=float(fit.p[at]),
                adjusted=float(adjusted[at]),
                evidence={
                    "index": "lz_star",
                    "items": scored.shape[1],
                    "right": int(scored[at].sum()),
                    "ability": round(float(theta[at]), 4),
                },
            )
            for at in _striking(flagged, fit.p)
        )
        return _outcome(ScreeningMethod.PERSON_FIT, len(scored), int(flagged.sum()), found)

    def _gains(self) -> Outcome:
        rows = [
            (at, self.material.earlier[one.id], one.scaled)
            for at, one in enumerate(self.material.attempts)
            if one.id in self.material.earlier and one.scaled is not None
        ]
        if not rows:
            raise TooFew(detail="Nobody was scored before.")
        first, second = floats([row[1] for row in rows]), floats([row[2] for row in rows])
        gains, index = self._judged(first, second)
        found = tuple(
            Found(
                first=rows[at][0],
                statistic=float(gains.statistic[at]),
                p=float(gains.p[at]),
                adjusted=float(gains.adjusted[at]),
                evidence={
                    "index": index,
                    "first_scaled": int(first[at]),
                    "second_scaled": int(second[at]),
                    "expected_scaled": round(float(gains.expected[at]), 2),
                    "repeaters": len(rows),
                },
            )
            for at in _striking(gains.found, gains.p)
        )
        figure = _outcome(ScreeningMethod.SCORE_GAIN, len(rows), int(gains.found.sum()), found)
        return Outcome(figure=_left_out(figure.figure, len(self.material.attempts) - len(rows)), found=figure.found)

    def _judged(self, first: Floats, second: Floats) -> tuple[Gains, str]:
        """Against the regression of many repeaters; of few, against the errors of measurement of this form."""
        if len(first) >= REPEATERS:
            return gains_by_regression(first, second, q=self.rate), "regression"
        scaled = floats([one.scaled for one in self.material.attempts if one.scaled is not None])
        error = float(scaled.std(ddof=1)) * sqrt(1 - _kr20(self.right))
        return gains_by_error(first, second, error, error, q=self.rate), "measurement_error"

    def _times(self) -> Outcome:
        times = self.material.times
        if times is None:
            raise TooFew(detail="No file of response times was named.")
        if times.faults:
            raise TooFew(detail=times.faults[0].detail)
        numbers = [self.material.numbers.get(one.candidate_id, "") for one in self.material.attempts]
        timed = [at for at, number in enumerate(numbers) if number in times.seconds]
        if not timed:
            raise TooFew(detail="Nobody has a complete row of response times.")
        seconds = floats([times.seconds[numbers[at]] for at in timed])
        model = response_times(seconds, q=self.rate)
        found = tuple(
            Found(
                first=timed[at],
                statistic=float((model.residuals[at] ** 2).sum()),
                p=float(model.p[at]),
                adjusted=float(model.adjusted[at]),
                evidence={
                    "items": seconds.shape[1],
                    "speed": round(float(model.speed[at]), 4),
                    "too_fast": int((model.residuals[at] < TOO_FAST).sum()),
                    "seconds": round(float(seconds[at].sum()), 1),
                },
            )
            for at in _striking(model.found, model.p)
        )
        told = _outcome(ScreeningMethod.RESPONSE_TIMES, len(timed), int(model.found.sum()), found)
        return Outcome(figure=_left_out(told.figure, len(numbers) - len(timed)), found=told.found)


def _striking(flagged: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]", p: Floats) -> list[int]:
    """The places that were found, the least probable first, as many as are stored."""
    places = np.flatnonzero(flagged)
    order = places[np.argsort(p[places], kind="stable")]
    return [int(at) for at in order[:MOST_FLAGS]]


def _outcome(method: ScreeningMethod, tests: int, count: int, found: tuple[Found, ...]) -> Outcome:
    return Outcome(figure=MethodFigure(method=method, tests=tests, found=count, stored=len(found)), found=found)


def _left_out(figure: MethodFigure, people: int) -> MethodFigure:
    return MethodFigure(
        method=figure.method, tests=figure.tests, found=figure.found, stored=figure.stored, left_out=people
    )


def _kr20(right: Ints) -> float:
    """Kuder and Richardson's (1937) formula 20; zero where it is negative or does not exist."""
    share, variance = right.mean(axis=0), float(right.sum(axis=1).var(ddof=1))
    items = right.shape[1]
    if items < 2 or variance <= 0:  # noqa: PLR2004 - one item has no consistency
        return 0.0
    spread = len(right) / (len(right) - 1) * float((share * (1 - share)).sum())
    return max(0.0, float(items / (items - 1) * (1 - spread / variance)))
