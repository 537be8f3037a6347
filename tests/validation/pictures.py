"""Metrics of pixels against strangers: scikit-image, torchmetrics, NumPy's whole Fourier plane."""

import numpy as np

from metrics.functional.diversity import within_set_ms_ssim
from metrics.functional.information import nmi
from metrics.functional.similarity import mae, ms_ssim, mse, psnr, ssim
from metrics.functional.spectrum import radial_spectrum, spectrum_distance
from tests.validation import Entry, apart, apart_relative


def _pictures() -> tuple[np.ndarray, np.ndarray]:
    from skimage import data

    first = data.camera()[:256, :256].astype(float)
    return first, np.clip(first + np.random.default_rng(0).normal(0, 20, first.shape), 0, 255)


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


def _spectrum_of_a_sine() -> float:
    """A sine of amplitude 0.2 in a Hann window: the power of its peak and of its two neighbours, known in closed form."""
    size, cycles, amplitude = 128, 20, 0.2
    x = np.arange(size)
    picture = 0.5 + amplitude * np.sin(2 * np.pi * cycles * x / size)[None] * np.ones((size, 1))
    total = 10 ** (radial_spectrum(picture, 32) / 10)
    rows = np.hypot(*np.meshgrid(np.fft.fftfreq(size), np.fft.fftfreq(size))) * 2 * 32
    counts = np.bincount(np.minimum(rows.astype(int), 32).ravel())[:32]
    # Parseval with the window: the mean of amplitude^2 sin^2 under it is amplitude^2 / 2, over all coefficients.
    return apart_relative((total * counts).sum() / size**2, amplitude**2 / 2)


def _spectrum_by_numpy() -> float:
    """The whole plane by numpy and rings by scipy.ndimage, instead of half of it."""
    from scipy.ndimage import mean

    found = []
    for shape in ((80, 96), (65, 71)):
        picture = np.random.default_rng(1).random(shape)
        window = np.outer(*(np.sin(np.pi * (np.arange(side) + 0.5) / side) ** 2 for side in shape))
        power = np.abs(np.fft.fft2((picture - picture.mean()) * window)) ** 2 / (window**2).sum()
        radius = 2 * np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.fftfreq(shape[1])[None])
        theirs = 10 * np.log10(mean(power, np.minimum((radius * 32).astype(int), 32), np.arange(32)) + 1e-10)
        found.append(apart(radial_spectrum(picture, 32), theirs))
    return max(found)


def _spectrum_distance() -> float:
    """Its square is Hotelling's numerator with the diagonal taken off: as the mean over disjoint pairs of images."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (40, 8)), rng.normal(0.8, 1, (30, 8))
    pairs = lambda x: (np.add.reduce(x) @ np.add.reduce(x) - (x * x).sum()) / (len(x) * (len(x) - 1))  # noqa: E731
    return apart(spectrum_distance(a, b) ** 2, (pairs(a) + pairs(b) - 2 * a.mean(0) @ b.mean(0)) / 8)


def _mse() -> float:
    from skimage.metrics import mean_squared_error

    a, b = _pictures()
    return apart_relative(mse(a, b), mean_squared_error(a, b))


def _nmi() -> float:
    from skimage.metrics import normalized_mutual_information

    a, b = _pictures()
    return apart(nmi(a, b, bins=100), normalized_mutual_information(a, b, bins=100))


def _ms_ssim_paired() -> float:
    a, b = (picture / 255 for picture in _pictures())
    return apart(ms_ssim(a, b, data_range=1.0), _five_scales(a, b))


ENTRIES: tuple[Entry, ...] = (
    Entry("spectrum", "Radial spectrum, even and odd sizes", "NumPy fft2 and SciPy ndimage on the whole plane", 1e-9, _spectrum_by_numpy),
    Entry("spectrum", "Radial spectrum, power of a sine", "closed form (Parseval)", 1e-6, _spectrum_of_a_sine, relative=True),
    Entry("spectrum", "Spectrum distance", "U-statistic over pairs of images", 1e-12, _spectrum_distance),
    Entry("ms_ssim", "Mean MS-SSIM between pairs, five scales", "scikit-image 0.26, structural_similarity at each scale", 1e-9, _within_set),
    Entry("ms_ssim", "MS-SSIM, 256 × 256", "torchmetrics 1.9 (it averages over a reflected border)", 1e-3, _ms_ssim_torchmetrics),
    Entry("mae", "Mean absolute error", "scikit-learn 1.9, mean_absolute_error", 1e-12, _mae, relative=True),
    Entry("mse", "Mean squared error", "scikit-image 0.26", 1e-12, _mse, relative=True),
    Entry("ms_ssim_paired", "MS-SSIM, five scales", "scikit-image 0.26, structural_similarity at each scale", 1e-9, _ms_ssim_paired),
    Entry("nmi", "Normalised mutual information, 100 bins", "scikit-image 0.26", 1e-9, _nmi),
    Entry("psnr", "PSNR", "scikit-image 0.26", 1e-12, _psnr, relative=True),
    Entry("ssim", "SSIM", "scikit-image 0.26, Wang's window", 1e-9, _ssim),
)  # fmt: skip
