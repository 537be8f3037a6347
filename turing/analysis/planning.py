"""How many readers and images a study needs, before it is launched.

The figures for independent judgements (exact binomial tests) mislead alone: readers differ, and their spread does not shrink with
more images. mrmc_power simulates studies whose readers differ; both are shown together.
"""

from typing import Any

import numpy as np
from scipy import stats

from .errors import CannotAnalyse

LARGEST = 20_000
CELLS = 4_000_000  # answers simulated at once


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


def _equivalence_power(n: np.ndarray, margin: float, alpha: float) -> np.ndarray:
    """Probability, at one half, of a count that both tests accept; the saw teeth of the binomial included."""
    low, high = 0.5 - margin, 0.5 + margin
    first = stats.binom.isf(alpha, n, low) + 1  # smallest count with P(X >= count) <= alpha
    last = stats.binom.ppf(alpha, n, high)
    last = np.where(stats.binom.cdf(last, n, high) <= alpha, last, last - 1)
    inside = stats.binom.cdf(last, n, 0.5) - stats.binom.cdf(first - 1, n, 0.5)
    return np.where(last >= first, inside, 0.0)


def detection_power(n: int, accuracy: float, *, chance: float = 0.5, alpha: float = 0.05) -> float:
    """Power of the two-sided exact binomial test (as scipy.stats.binomtest) of n independent judgements against chance."""
    if n < 1 or not 0 <= accuracy <= 1:
        raise CannotAnalyse(
            f"n is {n} and accuracy {accuracy}; at least one judgement, and a proportion, are needed."
        )
    counts = np.arange(n + 1)
    weights = stats.binom.pmf(counts, n, chance)
    p_values = np.array([weights[weights <= weight * (1 + 1e-7)].sum() for weight in weights])
    return float(stats.binom.pmf(counts[p_values <= alpha], n, accuracy).sum())


def mrmc_power(
    readers: int, images: int, *, accuracy: float = 0.5, margin: float | None = 0.1, reader_sd: float = 0.05,
    case_correlation: float = 0.1, alpha: float = 0.05, simulations: int = 4000, rng: Any = None,
) -> float:  # fmt: skip
    """Probability that a study of these readers and images (half of them real) shows equivalence within `margin`, or, with
    margin None, a difference from one half. Readers' true accuracies are normal around `accuracy` with `reader_sd`; two readers'
    judgements of one image correlate by `case_correlation`, since some images are harder than others.

    Simulated with the analysis that the report makes: Obuchowski-Rockette over readers and cases with Hillis's degrees of freedom;
    equivalence when the interval at 1 - 2 alpha lies inside the margin, a difference when the one at 1 - alpha leaves one half
    out. rng: a numpy Generator; None takes a fixed seed, so that a plan can be repeated.
    Raises CannotAnalyse for fewer than 2 readers or 4 images."""
    if readers < 2 or images < 4 or simulations < 1 or not 0 <= case_correlation < 1:
        raise CannotAnalyse(
            f"{readers} readers and {images} images; at least 2 readers and 4 images are needed."
        )
    chance = np.random.default_rng(20260101) if rng is None else rng
    step = max(1, CELLS // (readers * images))
    shown = [
        _shown(
            _right(
                min(step, simulations - start), readers, images, accuracy, reader_sd, case_correlation, chance
            ),
            margin,
            alpha,
        )
        for start in range(0, simulations, step)
    ]
    return float(np.concatenate(shown).mean())


def _right(
    count: int, readers: int, images: int, accuracy: float, reader_sd: float, case_correlation: float, chance: Any
) -> list[np.ndarray]:  # fmt: skip
    """(count, readers, images of one truth) bool for each truth: who was right. A Gaussian copula shared over each image."""
    skill = np.clip(accuracy + reader_sd * chance.standard_normal((count, readers, 1)), 1e-6, 1 - 1e-6)
    latent = np.sin(
        np.pi / 2 * case_correlation
    )  # gives correlated ones and zeros of `case_correlation` at one half
    halves = []
    for size in (images // 2, images - images // 2):
        shared = np.sqrt(latent) * chance.standard_normal((count, 1, size))
        own = np.sqrt(1 - latent) * chance.standard_normal((count, readers, size))
        halves.append(shared + own < stats.norm.ppf(skill))
    return halves


def _shown(halves: list[np.ndarray], margin: float | None, alpha: float) -> np.ndarray:
    """(count,) bool: which of the simulated studies show it; every study at once."""
    readers = halves[0].shape[1]
    theta = sum(half.mean(axis=2) for half in halves) / 2
    trace = sum(half.var(axis=2, ddof=1).sum(axis=1) / half.shape[2] for half in halves) / 4
    whole = sum(half.sum(axis=1).var(axis=1, ddof=1) / half.shape[2] for half in halves) / 4
    between = np.maximum((whole - trace) / (readers * (readers - 1)), 0.0)
    spread = theta.var(axis=1, ddof=1)
    total = spread + readers * between
    df = np.where(spread > 0, (total / np.where(spread > 0, spread, 1.0)) ** 2 * (readers - 1), 1e6)
    mean, error = theta.mean(axis=1), np.sqrt(total / readers)
    tail = alpha / 2 if margin is None else alpha
    reach = stats.t.ppf(1 - tail, np.minimum(df, 1e6)) * error
    if margin is None:
        return np.abs(mean - 0.5) > reach
    return (mean - reach > 0.5 - margin) & (mean + reach < 0.5 + margin)
