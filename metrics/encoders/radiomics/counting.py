"""What families of features that count pairs, runs and zones share: which cells of a table are filled, and entropies."""

import numpy as np

SPARSE = 50  # times as many cells as things counted: then a table costs more than sorting
TINY = np.spacing(1)  # as in the original: an empty cell has a logarithm too


def occurring(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which codes (n,) occur, in ascending order, and how often. One bright pixel may spread levels so far that a table of all
    that could occur would fill the memory; then they are sorted."""
    if int(codes.max(initial=0)) > SPARSE * len(codes):
        return np.unique(codes, return_counts=True)
    table = np.bincount(codes)
    occur = np.flatnonzero(table > 0)  # of booleans, a fourth of the time
    return occur, table[occur]


def entropies(p: np.ndarray) -> np.ndarray:
    """In bits, of shares (..., k) that add up to 1."""
    return -(p * np.log2(p + TINY)).sum(axis=-1)
