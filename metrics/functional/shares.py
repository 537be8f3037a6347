"""Shares of a set and what they say of a part that is missing, with intervals that hold near 0 and 1."""

import numpy as np

Z = 1.959964


def wilson(share: float, n: int, variance: float = 0.0) -> tuple[float, float]:
    """95 % interval of a share, 0 to 1, of n images (Wilson, J. Am. Stat. Assoc. 22, 1927).

    Where `variance` is that of the share with its patients whole, n becomes as many images as would make it as uncertain.
    """
    if 0 < share < 1 and variance > 0:
        n = int(max(1, min(n, share * (1 - share) / variance)))
    middle, half = share + Z**2 / (2 * n), Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return float(max(0, (middle - half) / (1 + Z**2 / n))), float(min(1, (middle + half) / (1 + Z**2 / n)))


def missing_share(
    p: float, q: float, ends_p: tuple[float, float], ends_q: tuple[float, float]
) -> tuple[float, tuple[float, float]]:
    """1 - (1 - p) / (1 - q) and its 95 % interval, from the shares of both sets in the modes found and their intervals.

    The logarithm of (1 - p) / (1 - q) is a difference of two independent terms: the squared distances to their ends add up, each
    on its own side (Zou & Donner, Statistics in Medicine 27, 2008), which keeps the skewness that a standard error forgets.
    """
    if p >= 1 or q >= 1:
        return float(p), (0.0, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):  # an end at 1 is infinitely far
        kept = np.log1p(-np.array([p, *ends_p])), np.log1p(-np.array([q, *ends_q]))
        up, down = (np.hypot(kept[0][end] - kept[0][0], kept[1][3 - end] - kept[1][0]) for end in (1, 2))
    middle = kept[0][0] - kept[1][0]
    low, high = np.clip(-np.expm1([middle + up, middle - down]), 0, 1)
    return float(np.clip(-np.expm1(middle), 0, 1)), (float(low), float(high))
