"""How many readers and images a study needs, before it is launched.

The figures for independent judgements (exact binomial tests) mislead alone: readers differ, and their spread does not shrink with
more images. mrmc_power (turing.analysis.power) simulates studies whose readers differ; both are shown together.
"""

import numpy as np
import scipy

from .errors import CannotAnalyse
from .power import mrmc_power

__all__ = ["detection_power", "equivalence_power", "equivalence_sample_size", "mrmc_power"]

LARGEST = 20_000


def equivalence_sample_size(margin: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Smallest number of independent judgements from which on, for every larger one too, two one-sided exact binomial tests at
    `alpha` show a true proportion of one half to lie within one half +- margin with probability `power`.

    Raises CannotAnalyse for a margin outside 0 to .5, and where more than 20,000 would be needed."""
    if not 0 < margin < 0.5 or not 0 < power < 1 or not 0 < alpha < 0.5:
        raise CannotAnalyse(
            f"margin {margin}, power {power}, alpha {alpha}: a margin lies between 0 and .5, the others between 0 and 1."
        )
    n = np.arange(1, LARGEST + 1)
    short = np.flatnonzero(_equivalence_power(n, margin, alpha) < power)
    if short[-1] == LARGEST - 1:
        raise CannotAnalyse(f"A margin of {margin} needs more than {LARGEST:,} judgements.")
    return int(n[short[-1]]) + 1


def equivalence_power(n: int, margin: float, alpha: float = 0.05) -> float:
    """Power of the two one-sided exact tests with n independent judgements whose true proportion is one half."""
    if n < 1 or not 0 < margin < 0.5:
        raise CannotAnalyse(
            f"n is {n} and the margin {margin}; one judgement and a margin of 0 to .5 are needed."
        )
    return float(_equivalence_power(np.array([n]), margin, alpha)[0])


def _equivalence_power(n: np.ndarray, margin: float, alpha: float) -> np.ndarray:
    """Probability, at one half, of a count that both tests accept; the saw teeth of the binomial included."""
    low, high = 0.5 - margin, 0.5 + margin
    first = scipy.stats.binom.isf(alpha, n, low) + 1  # smallest count with P(X >= count) <= alpha
    last = scipy.stats.binom.ppf(alpha, n, high)
    last = np.where(scipy.stats.binom.cdf(last, n, high) <= alpha, last, last - 1)
    inside = scipy.stats.binom.cdf(last, n, 0.5) - scipy.stats.binom.cdf(first - 1, n, 0.5)
    return np.where(last >= first, inside, 0.0)


def detection_power(n: int, accuracy: float, *, chance: float = 0.5, alpha: float = 0.05) -> float:
    """Power of the two-sided exact binomial test (as scipy.stats.binomtest) of n independent judgements against chance."""
    if n < 1 or not 0 <= accuracy <= 1:
        raise CannotAnalyse(
            f"n is {n} and accuracy {accuracy}; at least one judgement, and a proportion, are needed."
        )
    counts = np.arange(n + 1)
    weights = scipy.stats.binom.pmf(counts, n, chance)
    p_values = np.array([weights[weights <= weight * (1 + 1e-7)].sum() for weight in weights])
    return float(scipy.stats.binom.pmf(counts[p_values <= alpha], n, accuracy).sum())
