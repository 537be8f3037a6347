"""Which images are of the modes found missing, beyond the branches of the tree in which they were seen?

A branch seldom holds all of a mode: what falls into neighbouring leaves would be taken for images that the generator makes, and the
missing share would come out too small. So a probe (metrics.functional.probe) learns real images of the branches against the synthetic
ones, which hold none of what is missing, and says of every real and synthetic image, patients kept apart, which it resembles more.
"""

import numpy as np

from .probe import FOLDS, folds, learned

ROUNDS = 2  # the second learns from all that the first was sure of
CERTAIN = 4.0  # times as likely of the modes as synthetic: learned from in the next round


def belongs(
    real: np.ndarray, synthetic: np.ndarray, groups: np.ndarray, others: np.ndarray, inside: np.ndarray,
    *, rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """(n,) and (m,) bool: likelier among the real images `inside` (n,) bool than among the synthetic images.

    groups (n,), others (m,) number patients from 0. No image is judged by a probe that has seen its patient, and synthetic images
    that are told to belong count against the share, so that a boundary drawn too wide costs precision, no truth.
    """
    apart = folds(np.zeros(len(others), int), others, rng)[others]
    learned_from = inside
    for _round in range(ROUNDS):
        ratios = _ratios(
            real, synthetic, folds(learned_from.astype(int), groups, rng)[groups], apart, learned_from, rng
        )
        learned_from = inside | (ratios[0] > CERTAIN)
    return ratios[0] > 1, ratios[1] > 1


def can_tell(groups: np.ndarray, others: np.ndarray, inside: np.ndarray) -> bool:
    """Enough patients on both sides to learn from some and to judge others."""
    return min(len(np.unique(groups[inside])), len(np.unique(others))) >= 2 * FOLDS


def _ratios(
    real: np.ndarray, synthetic: np.ndarray, fold: np.ndarray, apart: np.ndarray, inside: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """(n,) and (m,) likelihood ratios, real images inside to synthetic ones."""
    found = np.zeros(len(real)), np.zeros(len(synthetic))
    for each in range(FOLDS):
        mode, made = real[inside & (fold != each)], synthetic[apart != each]
        probe = learned(np.concatenate([made, mode]), np.repeat([0, 1], [len(made), len(mode)]), rng)
        for ratios, rows, judged in ((found[0], real, fold == each), (found[1], synthetic, apart == each)):
            if judged.any():
                rated = probe(rows[judged])
                ratios[judged] = rated[:, 1] / np.maximum(rated[:, 0], 1e-12) * len(made) / len(mode)
    return found
