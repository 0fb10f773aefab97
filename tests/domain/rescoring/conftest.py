"""The fixtures of the scores' tests serve rescores too."""

from tests.domain.scores.conftest import either_scores, scores, units

__all__ = ["either_scores", "scores", "units"]
