"""SSIM and MS-SSIM of 256 pairs of 256 x 256 against scikit-image and torchmetrics, in float32 and float64, one thread.

    python -m benchmarks.ssim

The pairs are crops of a photograph with noise. torchmetrics gets all pairs at once and one by one (whichever is quicker counts);
scikit-image has no MS-SSIM; five scales put together from its SSIM are shown too, without a goal.
"""

from benchmarks.peers import medians, show  # isort: skip  (sets the thread count before numpy is loaded)

import warnings

import numpy as np
import torch
from skimage import data
from skimage.metrics import structural_similarity
from skimage.transform import downscale_local_mean
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure as torch_ms_ssim
from torchmetrics.functional.image import structural_similarity_index_measure as torch_ssim

from metrics.functional.similarity import WEIGHTS, ms_ssim, ssim

PAIRS = 256
COMPOSED = "put together from scikit-image's SSIM (no such function exists)"
OPTIONS = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255.0}


def pairs(kind: type) -> tuple[np.ndarray, np.ndarray]:
    rng, photograph = np.random.default_rng(0), data.camera().astype(float)
    corners = rng.integers(0, 256, (PAIRS, 2))
    first = np.stack([photograph[i : i + 256, j : j + 256] for i, j in corners])
    return first.astype(kind), np.clip(first + rng.normal(0, 15, first.shape), 0, 255).astype(kind)


def five_scales(x, y) -> float:
    value = 1.0
    for scale, weight in enumerate(WEIGHTS):
        constants = {} if scale == 4 else {"K1": 1e6}
        value *= max(structural_similarity(x, y, **OPTIONS, **constants), 0) ** weight
        x, y = (downscale_local_mean(picture, (2, 2)) for picture in (x, y))
    return value


def torch_ways(name: str, function, x: torch.Tensor, y: torch.Tensor) -> dict:
    """At once only in float32: in float64 torch's convolution asks for 80 GB."""
    ways = {f"torchmetrics {name} one by one": lambda: [function(a[None], b[None], data_range=255.0) for a, b in zip(x, y)]}  # fmt: skip
    if x.dtype == torch.float32:
        ways[f"torchmetrics {name} at once"] = lambda: function(x, y, data_range=255.0)
    return ways


def compare(kind: type) -> None:
    x, y = pairs(kind)
    tx, ty = (torch.tensor(part)[:, None] for part in (x, y))
    single = {
        "ours": lambda: ssim(x, y, data_range=255.0),
        "scikit-image": lambda: [structural_similarity(a, b, **OPTIONS) for a, b in zip(x, y)],
        **torch_ways("SSIM", torch_ssim, tx, ty),
    }
    several = {
        "ours": lambda: ms_ssim(x, y, data_range=255.0),
        COMPOSED: lambda: [five_scales(a, b) for a, b in zip(x, y)],
        **torch_ways("MS-SSIM", torch_ms_ssim, tx, ty),
    }
    for title, work, goal in (("SSIM", single, 4.5), ("MS-SSIM", several, 12)):
        seconds = medians(3, **work)
        show(f"{title}, {PAIRS} pairs, {kind.__name__}", seconds, {name: goal for name in work if name not in {"ours", COMPOSED}})  # fmt: skip
        if COMPOSED in seconds:
            print(f"  {COMPOSED}: {seconds[COMPOSED]:.3f} s, {seconds[COMPOSED] / seconds['ours']:.2f} x")
        print(f"  ours: {PAIRS / seconds['ours']:.0f} pairs a second", flush=True)


def error() -> None:
    """Of float32 against float64, on these pairs and on a bright, nearly flat picture, where digits cancel most."""
    x, y = pairs(np.float64)
    flat = 250 + np.random.default_rng(1).normal(0, 0.5, (2, 8, 256, 256))
    for name, (a, b) in {"photograph": (x, y), "bright and flat": tuple(flat)}.items():
        for function in (ssim, ms_ssim):
            single = function(a.astype(np.float32), b.astype(np.float32), data_range=255.0)
            double = function(a.astype(np.float32).astype(np.float64), b.astype(np.float32).astype(np.float64), data_range=255.0)  # fmt: skip
            print(
                f"  float32's largest error, {function.__name__}, {name}: {np.abs(single - double).max():.1e}"
            )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    compare(np.float32)
    compare(np.float64)
    error()
