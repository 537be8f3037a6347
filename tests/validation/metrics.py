"""Metrics against strangers: closed forms, published definitions written out, and other people's libraries."""

import numpy as np
import scipy.linalg
from scipy.stats import entropy

from metrics.functional.classifier import c2st
from metrics.functional.cmmd import cmmd
from metrics.functional.diversity import vendi_score
from metrics.functional.frechet import frechet_distance, frechet_from_moments
from metrics.functional.inception import inception_score
from metrics.functional.kernel import kid, kid_subsets
from metrics.functional.manifold import prdc
from metrics.functional.memorisation import authenticity, suspected_copies
from metrics.functional.null import frechet_null, frechet_null_mean, shrunk_eigenvalues
from metrics.functional.tails import area_under
from tests.validation import Entry, apart, apart_relative


def _normal(n: int, d: int, seed: int, shift: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) / np.sqrt(d) + shift


def _by_square_root(a: np.ndarray, b: np.ndarray) -> float:
    ca, cb = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(ca @ cb).real
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca + cb - 2 * root))


def _kid_torchmetrics() -> float:
    import torch
    from torchmetrics.image.kid import poly_mmd

    a, b = _normal(80, 12, 1), _normal(80, 12, 2, 0.3)
    return apart_relative(kid(a, b), float(poly_mmd(torch.tensor(a), torch.tensor(b))))


def _frechet_square_root() -> float:
    sizes = [(300, 200, 16), (900, 700, 64), (200, 30, 20)]
    pairs = [(_normal(n, d, 1), _normal(m, d, 2, 0.3)) for n, m, d in sizes]
    return max(apart_relative(frechet_distance(a, b), _by_square_root(a, b)) for a, b in pairs)


def _frechet_closed() -> float:
    s, t, mean = np.array([1.0, 4.0, 9.0]), np.array([4.0, 1.0, 0.25]), np.array([1.0, -2.0, 0.5])
    closed = mean @ mean + ((np.sqrt(s) - np.sqrt(t)) ** 2).sum()
    return apart_relative(frechet_from_moments(np.zeros(3), np.diag(s), mean, np.diag(t)), closed)


def _frechet_torchmetrics() -> float:
    import torch
    from torchmetrics.image.fid import _compute_fid

    a, b = _normal(400, 24, 5), _normal(350, 24, 6, 0.2)
    moments = [torch.tensor(part) for x in (a, b) for part in (x.mean(0), np.cov(x, rowvar=False))]
    return apart_relative(frechet_distance(a, b), float(_compute_fid(*moments)))


def _frechet_principal() -> float:
    from sklearn.decomposition import PCA

    from metrics.distances import on_components

    a, b = _normal(300, 30, 1), _normal(260, 30, 2, 0.3)
    theirs = PCA(8, svd_solver="full").fit(a)
    expected = _by_square_root(theirs.transform(a), theirs.transform(b))
    return apart_relative(frechet_distance(*on_components(a, b, 8)), expected)


def _prdc(part: str) -> float:
    import contextlib
    import io

    from prdc import compute_prdc

    a, b = _normal(150, 6, 1), _normal(120, 6, 2, 0.4)
    found = []
    for k in (1, 3, 5):
        with contextlib.redirect_stdout(io.StringIO()):
            theirs = compute_prdc(a, b, nearest_k=k)
        found.append(apart(getattr(prdc(a, b, k=k), part), theirs[part]))
    return max(found)


def _per_image(part: str) -> float:
    """Kynkaanniemi et al.'s equation 5 and Han et al.'s definition 3, from scikit-learn's distances."""
    from sklearn.metrics import pairwise_distances

    a, b = _normal(150, 6, 1), _normal(120, 6, 2, 0.4)
    radius, across = np.sort(pairwise_distances(a), axis=1)[:, 5], pairwise_distances(b, a)
    if part == "realism":
        return apart(prdc(a, b, k=5).realism, (radius / across).max(axis=1))
    theirs = np.where(across <= radius, radius, np.inf).min(axis=1)
    ours, inside = prdc(a, b, k=5).rarity, np.isfinite(theirs)
    assert (np.isfinite(ours) == inside).all()
    return apart(ours[inside], theirs[inside])


def _inception(splits: int) -> float:
    p = np.random.default_rng(0).dirichlet(np.full(20, 0.3), size=200)
    scores = [
        np.exp(np.mean(entropy(part, part.mean(0, keepdims=True), axis=1))) for part in np.split(p, splits)
    ]
    return apart(inception_score(p, splits=splits), np.mean(scores))


def _vendi(q: float) -> float:
    from sklearn.metrics.pairwise import cosine_similarity

    found = []
    for n, d in ((40, 12), (12, 40)):
        rows = _normal(n, d, 2)
        p = np.linalg.eigvalsh(cosine_similarity(rows) / n)
        p = p[p > 1e-12]
        found.append(apart_relative(vendi_score(rows, q), _hill(p, q)))
    return max(found)


def _hill(p: np.ndarray, q: float) -> float:
    """Hill's number of order q: exp of the entropy, or (sum p^q)^(1 / (1 - q)), or 1 / max p."""
    if q == 1:
        return float(np.exp(entropy(p)))
    return float(1 / p.max() if np.isinf(q) else (p**q).sum() ** (1 / (1 - q)))


def _closeness(training: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Distance to the nearest training image by that one's own nearest-neighbour distance, by scikit-learn."""
    from sklearn.neighbors import NearestNeighbors

    tree = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(training)
    own = tree.kneighbors(training)[0][:, 1]
    far, nearest = tree.kneighbors(images, n_neighbors=1)
    return far[:, 0] / own[nearest[:, 0]]


def _authenticity() -> float:
    training, images = _normal(200, 5, 1), _normal(150, 5, 2)
    return apart(authenticity(images, training), (_closeness(training, images) >= 1).mean())


def _copies() -> float:
    training, images = _normal(200, 5, 1), _normal(150, 5, 2)
    images[:20] = training[:20] + 1e-3
    ours = suspected_copies(images, training)
    return apart(ours.closeness, _closeness(training, images))


def _kid_subsets() -> float:
    """Both draw the same subsets, so that the means agree to rounding."""
    import torch
    from torchmetrics.image.kid import poly_mmd

    a, b = _normal(300, 6, 1), _normal(260, 6, 2, 0.3)
    ours = kid_subsets(a, b, rng=np.random.default_rng(4), subsets=5, size=100)[0]
    rng, theirs = np.random.default_rng(4), []
    for _subset in range(5):
        x, y = a[rng.choice(len(a), 100, replace=False)], b[rng.choice(len(b), 100, replace=False)]
        theirs.append(float(poly_mmd(torch.tensor(x), torch.tensor(y))))
    return apart_relative(ours, np.mean(theirs))


def _cmmd_by_scikit_learn() -> float:
    from sklearn.metrics.pairwise import rbf_kernel
    from sklearn.preprocessing import normalize

    a, b = normalize(_normal(60, 12, 1)), normalize(_normal(50, 12, 2, 0.3))
    xx, yy, xy = (rbf_kernel(u, v, gamma=1 / 200) for u, v in ((a, a), (b, b), (a, b)))
    within = (xx.sum() - 60) / (60 * 59) + (yy.sum() - 50) / (50 * 49)
    return apart_relative(cmmd(a, b), 1000 * (within - 2 * xy.mean()))


def _cmmd_closed() -> float:
    """Two sets of two points on the circle, where every distance is known."""
    a, b = np.array([[1.0, 0], [0, 1]]), np.array([[-1.0, 0], [0, -1]])
    near, far = np.exp(-2 / 200), np.exp(-4 / 200)
    return apart_relative(cmmd(a, b), 1000 * (2 * near - (2 * far + 2 * near) / 2))


def _clipped(part: str) -> float:
    """The paper's definition, with scikit-learn's neighbours and SciPy's beta-binomial distribution."""
    found = []
    for n, m, shift in ((150, 120, 0.4), (90, 200, 0.0)):
        a, b = _normal(n, 4, 1), _normal(m, 4, 2, shift)
        found.append(apart(getattr(prdc(a, b, k=5), part), _clipped_by_definition(a, b, 5, part)))
    return max(found)


def _clipped_by_definition(a: np.ndarray, b: np.ndarray, k: int, part: str) -> float:
    from scipy.stats import betabinom
    from sklearn.metrics import pairwise_distances

    own, across = pairwise_distances(a), pairwise_distances(a, b)
    np.fill_diagonal(own, np.inf)
    radius = np.sort(own, axis=1)[:, k - 1]
    if part == "clipped_density":
        cut = np.minimum(radius, np.median(radius))[:, None]
        ideal = np.minimum((own <= cut).sum(axis=0) / k, 1).mean()
        return float(min(1, np.minimum((across <= cut).sum(axis=0) / k, 1).mean() / ideal))
    value = np.minimum((across <= radius[:, None]).sum(axis=1) / k, 1).mean()
    expected = [0.0]
    for good in range(1, len(b) + 1):
        j = np.arange(good + 1)
        expected.append(np.minimum(j / k, 1) @ betabinom.pmf(j, good, k, len(a) - k))
    return float(np.interp(value, expected, np.arange(len(b) + 1) / len(b)))


def _c2st_by_scikit_learn() -> float:
    """The left-out ratings against a ridge regression fitted anew without each fold, and its AUC by scikit-learn."""
    from sklearn.kernel_ridge import KernelRidge
    from sklearn.metrics import roc_auc_score

    from metrics.functional.classifier import FOLDS, RIDGE, _folds

    a, b = _normal(60, 3, 1), _normal(50, 3, 2, 0.5)
    ours = c2st(a, b, rng=np.random.default_rng(0))
    rng = np.random.default_rng(0)
    fold_a, fold_b = (
        _folds(rows, None, FOLDS, rng, name)[0] for rows, name in ((a, "real"), (b, "synthetic"))
    )
    fold, label = np.concatenate([fold_a, fold_b]), np.repeat([-110 / 120, 110 / 100], [60, 50])
    rows = np.vstack([a, b])
    rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    width = np.median(((rows[:, None] - rows) ** 2).sum(axis=2))
    ratings = np.zeros(110)
    for each in range(FOLDS):
        out = fold == each
        model = KernelRidge(alpha=RIDGE * 110**0.5, kernel="rbf", gamma=1 / width)
        ratings[out] = model.fit(rows[~out], label[~out]).predict(rows[out])
    areas = [roc_auc_score(label[fold == each] > 0, ratings[fold == each]) for each in range(FOLDS)]
    found = apart(np.concatenate([ours.real_ratings, ours.synthetic_ratings]), ratings)
    return max(found, apart(ours.auc, np.mean(areas)))


def _area() -> float:
    from scipy.stats import mannwhitneyu

    rng = np.random.default_rng(0)
    real, synthetic = rng.integers(0, 20, 40), rng.integers(3, 25, 30)
    return apart(area_under(real, synthetic), mannwhitneyu(synthetic, real).statistic / 1200)


def _shrunk() -> float:
    from sklearn.covariance import ledoit_wolf

    found = []
    for n, d in ((90, 30), (30, 90)):
        rows = _normal(n, d, 1)
        found.append(apart(np.sort(shrunk_eigenvalues(rows)), np.linalg.eigvalsh(ledoit_wolf(rows)[0])))
    return max(found)


def _null() -> float:
    """The mean of simulated null distances against the first-order formula, n = 40 d."""
    spread = np.linspace(0.5, 2, 12)
    real = np.random.default_rng(0).normal(size=(500, 12)) * spread
    drawn = frechet_null(real, 480, 480, rng=np.random.default_rng(1), draws=400)
    return apart_relative(drawn.mean(), frechet_null_mean(np.linalg.eigvalsh(np.cov(real, rowvar=False)), 480, 480))  # fmt: skip


PRDC = "prdc 0.2 (Naeem et al. 2020, the authors' package), k = 1, 3, 5"


def _merged_sites() -> float:
    from metrics.functional.frechet import Moments, frechet_distance
    from metrics.statistics import Statistics, distance, merged

    protocol = {"encoder": {"name": "random"}, "low": 0.0, "high": 1.0}
    rng = np.random.default_rng(11)
    sites = [rng.normal(size=(n, 24)) + shift for n, shift in ((300, 3.0), (57, 3.4))]
    made = rng.normal(size=(200, 24)) * 1.2 + 3.1
    found = distance(
        merged([Statistics(Moments.of(one), protocol) for one in sites]),
        Statistics(Moments.of(made), protocol),
    )
    expected = frechet_distance(np.concatenate(sites), made)
    return abs(found - expected) / expected


def _paired_difference() -> float:
    """Means: the jackknife of one image a fold is the textbook variance, and what both sets share cancels."""
    from metrics.differences import Rows, paired_jackknife

    rng = np.random.default_rng(12)
    real, first, second = (Rows(rng.normal(size=(40, 1)), np.arange(40)) for _set in range(3))
    found = paired_jackknife(
        lambda a, b: np.array([a.mean() - b.mean()]), real, [first, second], rng=rng, folds=40
    )
    c = found.covariance[0]
    expected = sum(one.values.var(ddof=1) / 40 for one in (first, second))
    return abs(c[0, 0] + c[1, 1] - 2 * c[0, 1] - expected) / expected


def _agreement_with_readers() -> float:
    from scipy.stats import spearmanr

    from metrics.congruence import agreement

    rng = np.random.default_rng(13)
    x, y = rng.normal(size=30).round(1), rng.integers(0, 6, 30) / 5
    found = agreement("rarity", x, y)
    assert found is not None
    return abs(found.spearman - spearmanr(x, y).statistic)


CLIPPED = "definition of Salvy et al. (ICLR 2026), scikit-learn distances, SciPy betabinom"
ENTRIES: tuple[Entry, ...] = (
    Entry("kid", "KID", "torchmetrics 1.9, poly_mmd", 1e-10, _kid_torchmetrics, relative=True),
    Entry("kid_subsets", "KID, subsets", "torchmetrics 1.9, poly_mmd on the same subsets", 1e-9, _kid_subsets, relative=True),
    Entry("cmmd", "CMMD", "scikit-learn 1.9, rbf_kernel and normalize", 1e-6, _cmmd_by_scikit_learn, relative=True),
    Entry("cmmd", "CMMD of points on a circle", "closed form", 1e-9, _cmmd_closed, relative=True),
    Entry("frechet", "Fréchet distance", "SciPy 1.17, sqrtm of the product of covariances", 1e-9, _frechet_square_root, relative=True),
    Entry("frechet", "Fréchet distance of diagonal Gaussians", "closed form (Dowson and Landau 1982)", 1e-12, _frechet_closed, relative=True),
    Entry("frechet", "Fréchet distance", "torchmetrics 1.9, eigenvalues of the product", 1e-9, _frechet_torchmetrics, relative=True),
    Entry("frechet_principal", "Fréchet distance, principal components", "scikit-learn 1.9 PCA, then SciPy sqrtm", 1e-9, _frechet_principal, relative=True),
    *(Entry(part, part.capitalize(), PRDC, 1e-12, lambda part=part: _prdc(part)) for part in ("precision", "density")),
    Entry("clipped_density", "Clipped density", CLIPPED, 1e-12, lambda: _clipped("clipped_density")),
    *(Entry("metrics.functional.manifold.prdc", f"{part.capitalize()} of each image", "published definitions on scikit-learn 1.9 distances", 1e-9, lambda part=part: _per_image(part)) for part in ("realism", "rarity")),
    Entry("c2st", "Classifier test, ratings left out and AUC", "scikit-learn 1.9, KernelRidge refitted without each fold", 1e-6, _c2st_by_scikit_learn),
    Entry("c2st", "Area under the ROC curve, with ties", "SciPy 1.17, mannwhitneyu", 1e-12, _area),
    Entry("metrics.functional.null.shrunk_eigenvalues", "Shrunk eigenvalues of a covariance", "scikit-learn 1.9, ledoit_wolf", 1e-9, _shrunk),
    Entry("metrics.functional.null.frechet_null", "Fréchet distance, simulated null", "first order in 1 / n (Bures metric)", 0.05, _null, relative=True),
    Entry("inception_score_10", "Inception Score, ten splits", "SciPy 1.17, entropy", 1e-10, lambda: _inception(10)),
    Entry("inception_score", "Inception Score", "SciPy 1.17, entropy", 1e-10, lambda: _inception(1)),
    *(Entry(part, part.capitalize(), PRDC, 1e-12, lambda part=part: _prdc(part)) for part in ("recall", "coverage")),
    Entry("vendi", "Vendi score, q = 1", "scikit-learn 1.9 cosine similarities, exponential of SciPy's entropy", 1e-9, lambda: _vendi(1), relative=True),
    Entry("clipped_coverage", "Clipped coverage", CLIPPED, 1e-9, lambda: _clipped("clipped_coverage")),
    Entry("vendi_2", "Vendi score, q = 2", "scikit-learn 1.9 cosine similarities, Hill's number", 1e-9, lambda: _vendi(2), relative=True),
    Entry("vendi_inf", "Vendi score, q = infinity", "scikit-learn 1.9 cosine similarities, largest share", 1e-9, lambda: _vendi(np.inf), relative=True),
    Entry("copies", "Closeness to the training images", "scikit-learn 1.9, NearestNeighbors", 1e-9, _copies),
    Entry("metrics.statistics.distance", "Fréchet distance of merged sites", "all images in one place", 1e-12, _merged_sites, relative=True),
    Entry("metrics.differences.paired_jackknife", "Variance of a paired difference of means", "closed form", 1e-9, _paired_difference, relative=True),
    Entry("metrics.congruence.agreement", "Rank correlation with readers, with ties", "SciPy 1.17, spearmanr", 1e-12, _agreement_with_readers),
    Entry("authenticity", "Authenticity", "scikit-learn 1.9, NearestNeighbors", 1e-12, _authenticity),
)  # fmt: skip
