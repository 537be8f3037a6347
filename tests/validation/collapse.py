"""Modes, classes, repeats and copying against strangers."""

import numpy as np

from metrics.feature_sets import Features
from metrics.functional.memorisation import _rank_z, copying_test, distance_ratio, mifid, mifid_parts
from metrics.functional.modes import binned, grow_modes, jensen_shannon, principal_axes
from metrics.functional.near_copies import near_copies
from metrics.functional.quantification import shifted_prior
from metrics.functional.shares import missing_share, wilson
from metrics.functional.spread import near_repeats, within_spread
from metrics.training_distances import training_distances
from tests.validation import Entry, apart, apart_relative


def _islands(n: int, seed: int, d: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    which = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    return 12 * np.eye(d)[which] + rng.normal(size=(n, d)), which


def _ward() -> float:
    """Share of pairs of images that scikit-learn's clusters and the leaves hold together differently."""
    from sklearn.cluster import AgglomerativeClustering

    rows, _which = _islands(150, 0)
    ours = grow_modes(rows, leaves=3).leaf_of(rows)
    theirs = AgglomerativeClustering(3, linkage="ward").fit_predict(rows)
    return float(((ours[:, None] == ours) != (theirs[:, None] == theirs)).mean())


def _axes() -> float:
    """Largest angle between the planes of principal components, as 1 - cosine."""
    from sklearn.decomposition import PCA

    found = []
    for n, d in ((80, 20), (20, 80)):
        rows = np.random.default_rng(0).normal(size=(n, d)) * np.linspace(3, 0.5, d)
        theirs = PCA(4, svd_solver="full").fit(rows).components_
        cosines = np.linalg.svd(theirs @ principal_axes(rows - rows.mean(axis=0), 4))[1]
        found.append(apart(cosines, 1))
    return max(found)


def _jensen_shannon() -> float:
    from scipy.spatial.distance import jensenshannon

    p, q = np.random.default_rng(0).dirichlet(np.ones(20), 2)
    return apart(jensen_shannon(p, q), jensenshannon(p, q, base=2) ** 2)


def _bins() -> float:
    """NDB by its definition, with statsmodels' test of two proportions, on the same leaves."""
    from statsmodels.stats.proportion import proportions_ztest

    (a, _a), (b, _b) = _islands(300, 1), _islands(260, 2)
    b = b[b[:, 2] < 6]
    both = np.vstack([a, b])
    axes = principal_axes(both - both.mean(axis=0), 16)
    tree = grow_modes(a @ axes)
    counts = np.stack(
        [np.bincount(tree.leaf_of(rows @ axes), minlength=len(tree.centres)) for rows in (a, b)]
    )
    p = [proportions_ztest(pair, [len(a), len(b)])[1] for pair in counts.T]
    return apart(binned(a, b).ndb, np.mean(np.array(p) < 0.05))


def _missing() -> float:
    """A part is dropped and the rest spread over the whole: shares of both sets in the modes found give the part back."""
    share, kept = np.meshgrid(np.linspace(0, 0.8, 9), np.linspace(0, 0.8, 9))
    found = [
        missing_share(m + k * (1 - m), k, (0.0, 1.0), (0.0, 1.0))[0]
        for m, k in zip(share.ravel(), kept.ravel())
    ]
    return apart(found, share.ravel())


def _wilson() -> float:
    from statsmodels.stats.proportion import proportion_confint

    counts = [(0, 30), (2, 30), (17, 200), (200, 200)]
    theirs = [proportion_confint(k, n, method="wilson") for k, n in counts]
    return apart([wilson(k / n, n) for k, n in counts], theirs)


def _prior() -> float:
    """The likeliest shares by a general optimiser."""
    from scipy.optimize import minimize

    rng = np.random.default_rng(0)
    prior = np.array([0.5, 0.3, 0.2])
    ratings = rng.dirichlet([1, 1, 1], 300) * np.array([1, 2, 0.5])
    ratings /= ratings.sum(axis=1, keepdims=True)

    def unlikely(free: np.ndarray) -> float:
        shares = np.exp(np.append(free, 0))
        return -float(np.log(ratings @ (shares / shares.sum() / prior)).mean())

    free = np.exp(np.append(minimize(unlikely, np.zeros(2), tol=1e-12).x, 0))
    return apart(shifted_prior(ratings, prior, steps=5000, tolerance=1e-12), free / free.sum())


def _spread() -> float:
    """One normal mode shrunk to half of its variance about leaves far apart: the ratio of the leaves is near a half."""
    (a, _a), (b, which) = _islands(2000, 3), _islands(2000, 4)
    centres = 12 * np.eye(6)[which]
    return apart(within_spread(a, a[::-1], rng=np.random.default_rng(0)).ratio, 1) + max(
        0.0, within_spread(a, centres + 0.7071 * (b - centres), rng=np.random.default_rng(0)).ratio - 0.6
    )


def _repeats() -> float:
    """Pairs below the distance, by SciPy."""
    from scipy.spatial.distance import cdist, pdist

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(200, 2)), rng.normal(size=(150, 2))
    own = cdist(a, a)
    np.fill_diagonal(own, np.inf)
    return apart(near_repeats(a, b).pairs, (pdist(b) < 0.5 * np.median(own.min(axis=1))).sum())


def _birthday() -> float:
    """Mean pairs among 200 draws of 5,000 different images: n (n - 1) / (2 N)."""
    rng = np.random.default_rng(1)
    support, real = rng.normal(size=(5000, 30)), rng.normal(size=(100, 30))
    pairs = [near_repeats(real, support[rng.integers(0, 5000, 200)]).pairs for _run in range(60)]
    near = 200 * 199 / 2 / 5000
    return apart_relative(np.mean(pairs), near)


def _rank() -> float:
    from scipy.stats import mannwhitneyu, norm

    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 30, 60).astype(float), rng.integers(5, 35, 50).astype(float)
    theirs = mannwhitneyu(a, b, alternative="less", use_continuity=False, method="asymptotic").pvalue
    return apart(norm.cdf(_rank_z(a, b)), theirs)


def _mifid() -> float:
    import torch
    from torchmetrics.image.mifid import _compute_cosine_distance

    rng = np.random.default_rng(0)
    t = rng.normal(size=(200, 4)) + 3
    s = t[:150] + rng.normal(0, 0.05, (150, 4))
    assert mifid(s, t) > 0
    return apart_relative(
        mifid_parts(s, t)[1], float(_compute_cosine_distance(torch.tensor(s), torch.tensor(t)))
    )


def _ratio() -> float:
    """Distances by scikit-learn; both sets of one size, so that no image is left out."""
    from sklearn.neighbors import NearestNeighbors

    rng = np.random.default_rng(0)
    s, t, h = rng.normal(size=(3, 80, 5))
    near = [NearestNeighbors(n_neighbors=1).fit(rows).kneighbors(s)[0][:, 0] for rows in (t, h)]
    return apart_relative(distance_ratio(s, t, h), np.exp(np.mean(np.log(near[0] / near[1]))))


def _left_out(name: str) -> float:
    """Half widths of the interval from folds of one image, against scikit-learn's leave-one-out calls of the plain function."""
    from unittest.mock import patch

    from scipy.stats import t as student
    from sklearn.model_selection import LeaveOneOut

    rng = np.random.default_rng(3)
    s, t, h = rng.normal(size=(3, 60, 3)) + 1
    scale, function = {"distance_ratio": (np.log, distance_ratio), "copying_test": (float, _copying_value)}[
        name
    ]
    with patch("metrics.training_distances.FOLDS", 60):
        drawn = Features("", "", h, s, np.arange(60), np.arange(60), {})
        number = next(n for n in training_distances(drawn, t, np.arange(60)) if n.metric == name)
    assert number.interval is not None
    thetas = [
        [scale(function(s[kept], t, h)) for kept, _out in LeaveOneOut().split(s)],
        [scale(function(s, t, h[kept])) for kept, _out in LeaveOneOut().split(h)],
    ]
    error = np.sqrt(sum(59 / 60 * np.var(each) * 60 for each in thetas))
    low, high = scale(number.interval[0]), scale(number.interval[1])
    return apart_relative((high - low) / 2, student.ppf(0.975, 59) * error)


def _copying_value(s: np.ndarray, t: np.ndarray, h: np.ndarray) -> float:
    return copying_test(s, t, h).value


def _likeness() -> float:
    """A copy of any brightness and contrast has the correlation 1, mirrored or not."""
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(0)
    known = np.stack([gaussian_filter(rng.normal(size=(64, 64)), 3) for _k in range(6)])
    found = near_copies(np.concatenate([0.5 * known + 2, known[:, :, ::-1]]), known)
    return apart(found.likeness, 1)


def _kernel() -> float:
    """With every image a landmark, products of a probe's coordinates are the kernel."""
    from sklearn.metrics.pairwise import rbf_kernel

    from metrics.functional.probe import _spanned, _squared

    rows = np.random.default_rng(0).normal(size=(60, 3))
    seen = _spanned(rows, rows)(rows)
    return apart(seen @ seen.T, rbf_kernel(rows, gamma=1 / np.median(_squared(rows, rows))))


def _noise() -> float:
    """Power of enlarged white noise, from the covariance that Pillow's enlarging of single pixels makes."""
    from PIL import Image
    from scipy.fft import dctn

    from metrics.functional.noisy_copies import noise_power

    power = np.zeros((64, 64))
    for row in range(28):
        for column in range(28):
            one = np.zeros((28, 28), np.float32)
            one[row, column] = 1
            brought = np.asarray(Image.fromarray(one).resize((64, 64), Image.Resampling.BICUBIC), float)
            power += dctn(brought, norm="ortho") ** 2
    return apart(noise_power(28, 64, 0, 64), power)


ENTRIES: tuple[Entry, ...] = (
    Entry("missing", "Modes as clusters", "scikit-learn 1.9, AgglomerativeClustering", 0.0, _ward),
    Entry("missing", "Share that is missing, from shares in the modes found", "closed form", 1e-12, _missing),
    Entry("metrics.functional.modes.principal_axes", "Principal components", "scikit-learn 1.9, PCA", 1e-9, _axes),
    Entry("js", "Jensen-Shannon divergence", "SciPy 1.17, jensenshannon squared", 1e-12, _jensen_shannon),
    Entry("ndb", "Modes filled differently", "statsmodels, proportions_ztest", 1e-12, _bins),
    Entry("metrics.functional.probe.learned", "Kernel of the probe that knows classes", "scikit-learn 1.9, rbf_kernel", 1e-4, _kernel),
    Entry("metrics.functional.noisy_copies.noise_power", "Noise of enlarged pictures, in waves", "Pillow 13, pixel by pixel", 1e-5, _noise),
    Entry("metrics.functional.quantification.shifted_prior", "Class shares from ratings", "SciPy 1.17, minimize of the likelihood", 1e-5, _prior),
    Entry("mode_spread", "Variance within modes: equal, and halved about known centres", "closed form", 0.1, _spread),
    Entry("near_repeats", "Near pairs of a set", "SciPy 1.17, pdist", 0.0, _repeats),
    Entry("near_repeats", "Pairs among draws from a known support", "closed form (birthday problem), 60 runs", 0.35, _birthday, relative=True),
    Entry("copies", "Likeness of copies in other contrast, and mirrored", "closed form", 1e-3, _likeness),
    Entry("copying_test", "Rank test of a cell, with ties", "SciPy 1.17, mannwhitneyu", 1e-9, _rank),
    Entry("distance_ratio", "Distance to training against unseen images", "scikit-learn 1.9, NearestNeighbors", 1e-9, _ratio, relative=True),
    Entry("copying_test", "Interval of the copying test, one image left out", "scikit-learn 1.9, LeaveOneOut of the plain value", 1e-9, lambda: _left_out("copying_test"), relative=True),
    Entry("missing", "Interval of a share", "statsmodels 0.15, proportion_confint (Wilson)", 1e-6, _wilson),
    Entry("mifid", "Distance that raises MiFID", "torchmetrics 1.9", 1e-9, _mifid, relative=True),
)  # fmt: skip
