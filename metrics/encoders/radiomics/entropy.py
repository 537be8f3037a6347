"""The entropy that three families of features share."""

import numpy as np

TINY = np.spacing(1)  # as in the original: an empty cell has a logarithm too


def entropy(p: np.ndarray) -> float:
    """In bits, of shares that add up to 1 (or of some of them)."""
    return -float(p @ np.log2(p + TINY))
