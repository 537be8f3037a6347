"""Metrics against strangers: closed forms, published definitions written out, and other people's libraries."""

import numpy as np
import scipy.linalg
from scipy.stats import entropy

from metrics.functional.diversity import vendi_score, within_set_ms_ssim
from metrics.functional.frechet import frechet_distance, frechet_from_moments
from metrics.functional.inception import inception_score
from metrics.functional.kernel import kid
from metrics.functional.manifold import prdc
from metrics.functional.memorisation import authenticity, suspected_copies
from metrics.functional.similarity import mae, ms_ssim, psnr, ssim
from tests.validation import Entry, apart, apart_relative


def _normal(n: int, d: int, seed: int, shift: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) / np.sqrt(d) + shift


def _pictures() -> tuple[np.ndarray, np.ndarray]:
    from skimage import data

    first = data.camera()[:256, :256].astype(float)
    return first, np.clip(first + np.random.default_rng(0).normal(0, 20, first.shape), 0, 255)


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

    from metrics.measuring import on_components

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


def _inception() -> float:
    p = np.random.default_rng(0).dirichlet(np.full(20, 0.3), size=200)
    by_scipy = [
        np.exp(np.mean(entropy(half, half.mean(0, keepdims=True), axis=1))) for half in np.split(p, 2)
    ]
    whole = np.exp(np.mean(entropy(p, p.mean(0, keepdims=True), axis=1)))
    return max(apart(inception_score(p), whole), apart(inception_score(p, splits=2), np.mean(by_scipy)))


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


def _within_set() -> float:
    """Several scales from scikit-image's SSIM: a huge K1 leaves the contrast-structure term alone."""
    rng = np.random.default_rng(0)
    images = np.clip(rng.random((1, 180, 180)) + rng.normal(0, 0.2, (4, 180, 180)), 0, 1)
    found = within_set_ms_ssim(images, data_range=1.0, pairs=6, rng=rng)
    return apart([_five_scales(images[i], images[j]) for i, j in found.pairs], found.values)


def _five_scales(x: np.ndarray, y: np.ndarray) -> float:
    from skimage.metrics import structural_similarity
    from skimage.transform import downscale_local_mean

    value = 1.0
    for scale, weight in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
        constants = {} if scale == 4 else {"K1": 1e6}
        term = structural_similarity(
            x, y, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0, **constants
        )
        value *= max(term, 0) ** weight
        even = tuple(slice(side // 2 * 2) for side in x.shape)
        x, y = (downscale_local_mean(picture[even], (2, 2)) for picture in (x, y))
    return value


def _ms_ssim_torchmetrics() -> float:
    import torch
    from torchmetrics.functional.image import multiscale_structural_similarity_index_measure as theirs

    a, b = _pictures()
    stacked = [torch.tensor(x[None, None]) for x in (b, a)]
    return apart(ms_ssim(a, b, data_range=255), float(theirs(*stacked, data_range=255.0, normalize="relu")))


def _ssim() -> float:
    from skimage.metrics import structural_similarity

    a, b = _pictures()
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    return apart(ssim(a, b, data_range=255), structural_similarity(a, b, **options))


def _psnr() -> float:
    from skimage.metrics import peak_signal_noise_ratio

    a, b = _pictures()
    return apart_relative(psnr(a, b, data_range=255), peak_signal_noise_ratio(a, b, data_range=255))


def _mae() -> float:
    from sklearn.metrics import mean_absolute_error

    a, b = _pictures()
    return apart_relative(mae(a, b), mean_absolute_error(a.ravel(), b.ravel()))


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


PRDC = "prdc 0.2 (Naeem et al. 2020, the authors' package), k = 1, 3, 5"

ENTRIES: tuple[Entry, ...] = (
    Entry("kid", "KID", "torchmetrics 1.9, poly_mmd", 1e-10, _kid_torchmetrics, relative=True),
    Entry("frechet", "Fréchet distance", "SciPy 1.17, sqrtm of the product of covariances", 1e-9, _frechet_square_root, relative=True),
    Entry("frechet", "Fréchet distance of diagonal Gaussians", "closed form (Dowson and Landau 1982)", 1e-12, _frechet_closed, relative=True),
    Entry("frechet", "Fréchet distance", "torchmetrics 1.9, eigenvalues of the product", 1e-9, _frechet_torchmetrics, relative=True),
    Entry("frechet_principal", "Fréchet distance, principal components", "scikit-learn 1.9 PCA, then SciPy sqrtm", 1e-9, _frechet_principal, relative=True),
    *(Entry(part, part.capitalize(), PRDC, 1e-12, lambda part=part: _prdc(part)) for part in ("precision", "density")),
    Entry("inception_score", "Inception Score, one and two splits", "SciPy 1.17, entropy", 1e-10, _inception),
    *(Entry(part, part.capitalize(), PRDC, 1e-12, lambda part=part: _prdc(part)) for part in ("recall", "coverage")),
    Entry("vendi", "Vendi score, q = 1", "scikit-learn 1.9 cosine similarities, exponential of SciPy's entropy", 1e-9, lambda: _vendi(1), relative=True),
    Entry("ms_ssim", "Mean MS-SSIM between pairs, five scales", "scikit-image 0.26, structural_similarity at each scale", 1e-9, _within_set),
    Entry("ms_ssim", "MS-SSIM, 256 × 256", "torchmetrics 1.9 (it averages over a reflected border)", 1e-3, _ms_ssim_torchmetrics),
    Entry("mae", "Mean absolute error", "scikit-learn 1.9, mean_absolute_error", 1e-12, _mae, relative=True),
    Entry("psnr", "PSNR", "scikit-image 0.26", 1e-12, _psnr, relative=True),
    Entry("ssim", "SSIM", "scikit-image 0.26, Wang's window", 1e-9, _ssim),
    Entry("copies", "Closeness to the training images", "scikit-learn 1.9, NearestNeighbors", 1e-9, _copies),
    Entry("authenticity", "Authenticity", "scikit-learn 1.9, NearestNeighbors", 1e-12, _authenticity),
)  # fmt: skip
