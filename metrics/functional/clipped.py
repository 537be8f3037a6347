"""Clipped density and clipped coverage: Salvy, Talbot & Thirion, ICLR 2026 (arXiv 2507.01761).

Made so that both fall in proportion as good images are replaced by bad ones: 0.8 reads "as if 80 % were good". One outlier
cannot lift them, since radii are cut at their median (density) and the share of one image at 1 (both).
Both lean on the real set's own balls, so they inherit the features' blindness, and they say little below about 100 images.
"""

from typing import Any

import numpy as np
from scipy.special import betaln, gammaln


def clipped_density(counts: Any, own: Any, k: int) -> float:
    """Fidelity, 0 to 1, from numbers of balls with radii cut at their median.

    counts (m,) how many real balls hold each synthetic image; own (n,) how many balls of other real images hold each real
    one. mean min(count / k, 1) over synthetic images, relative to the same over real ones, at most 1 (section 4.1).
    0 where the real set's own share is 0 (all real images alike).
    """
    return min(1.0, uncapped_density(counts, own, k))


def uncapped_density(counts: Any, own: Any, k: int) -> float:
    """The same before it is cut at 1, for intervals: chance may lift it above."""
    ideal = np.minimum(np.asarray(own) / k, 1).mean()
    return float(np.minimum(np.asarray(counts) / k, 1).mean() / ideal) if ideal > 0 else 0.0


def clipped_coverage(in_ball: Any, m: int, k: int) -> float:
    """Diversity, 0 to 1, from (n,) numbers of synthetic images in each real ball; m synthetic images in all.

    The mean of min(count / k, 1) is brought to a share of good images: the share at which good images among m would give it
    on average, the rest lying nowhere near (section 4.2; interpolated between counts of good images).
    """
    return min(1.0, uncapped_coverage(in_ball, m, k))


def uncapped_coverage(in_ball: Any, m: int, k: int) -> float:
    """The same before it is cut at 1, for intervals: what m good images give on average is 1, and chance may lift it above."""
    counts = np.asarray(in_ball)
    value, expected = np.minimum(counts / k, 1).mean(), expected_coverage(len(counts), m, k)
    share = float(np.interp(value, expected, np.arange(m + 1) / m))
    slope = (expected[-1] - expected[-1 - max(1, m // 10)]) / (max(1, m // 10) / m)
    return share + (float(max(0.0, value - expected[-1]) / slope) if slope > 0 else 0.0)


def expected_coverage(n: int, m: int, k: int) -> np.ndarray:
    """(m + 1,) mean of min(count / k, 1) for 0 to m images of the real distribution; n real images.

    The count in a ball that reaches to the k-th of n - 1 others is beta-binomial (good, k, n - k), whatever the distribution.
    """
    good, j = np.arange(m + 1)[:, None], np.arange(k)
    with np.errstate(invalid="ignore"):
        choose = gammaln(good + 1) - gammaln(j + 1) - gammaln(np.maximum(good - j, 0) + 1)
        log_share = choose + betaln(j + k, np.maximum(good - j, 0) + n - k) - betaln(k, n - k)
    share = np.where(j <= good, np.exp(log_share), 0.0)
    return (j * share).sum(axis=1) / k + 1 - share.sum(axis=1)
