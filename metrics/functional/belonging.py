"""Which images are of the modes found missing, beyond the branches of the tree in which they were seen?

A branch seldom holds all of a mode: what falls into neighbouring leaves would be taken for images that the generator makes, and the
missing share would come out too small. So a probe (metrics.functional.probe) learns the real images of the branches against the
other real ones, and says of every real and synthetic image, patients kept apart, which it resembles more. It never learns from
synthetic images: where those lie a little off the real ones everywhere, as generators' do, a probe that knew them would tell them
from real images of every mode, and call most of the real set missing.
"""

import numpy as np

from .probe import FOLDS, folds, learned

ROUNDS = 2  # the second learns from all that the first was sure of
CERTAIN = 4.0  # times as probable inside as outside: learned from in the next round
LIKELIER = 2.0  # times as likely inside as outside


def belongs(
    real: np.ndarray, synthetic: np.ndarray, groups: np.ndarray, others: np.ndarray, inside: np.ndarray,
    *, rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """(n,) and (m,) bool: LIKELIER times as likely among the real images `inside` (n,) bool as among the others.

    groups (n,), others (m,) number patients from 0. No real image is judged by a probe that has seen its patient; a synthetic one falls
    to one probe by chance. Synthetic images that are told to belong count against the share, so that a boundary drawn too wide costs
    precision, no truth. Where synthetic images lie
    .6 standard deviations off the real ones in every feature the share may come out twice too large (benchmarks.mode_collapse, shifted).
    """
    apart = folds(np.zeros(len(others), int), others, rng)[others]
    learned_from = inside
    for _round in range(ROUNDS):
        fold = folds(learned_from.astype(int), groups, rng)[groups]
        odds, of_synthetic = _odds(real, synthetic, fold, apart, learned_from, rng)
        usual = learned_from.mean() / (1 - learned_from.mean())
        learned_from = inside | (odds > CERTAIN)
    return odds > LIKELIER * usual, of_synthetic > LIKELIER * usual


def can_tell(groups: np.ndarray, inside: np.ndarray) -> bool:
    """Enough patients inside and outside to learn from some and to judge others."""
    return min(len(np.unique(groups[inside])), len(np.unique(groups[~inside]))) >= 2 * FOLDS


def _odds(
    real: np.ndarray, synthetic: np.ndarray, fold: np.ndarray, apart: np.ndarray, inside: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """(n,) and (m,): how much more probably an image is one of those inside than of those outside."""
    found = np.zeros(len(real)), np.zeros(len(synthetic))
    for each in range(FOLDS):
        probe = learned(real[fold != each], inside[fold != each].astype(int), rng)
        for odds, rows, judged in ((found[0], real, fold == each), (found[1], synthetic, apart == each)):
            if judged.any():
                rated = probe(rows[judged])
                odds[judged] = rated[:, 1] / np.maximum(rated[:, 0], 1e-12)
    return found
