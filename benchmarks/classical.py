"""Speed of the classical transforms on 16-bit pictures against Albumentations 2.0.8 on 8-bit ones, one thread.

    python -m benchmarks.classical

One grey picture of 256 x 256 a call, drawing and applying; both take turns in one run and medians are printed. The goal
is a ratio (ours / theirs) of at most 2, though each of our pixels has twice the bytes. Albumentations is no part of the
project: put it on PYTHONPATH from an environment of its own (`pip install --no-deps albumentations==2.0.8 albucore==0.0.24
opencv-python-headless stringzilla simsimd pydantic pyyaml`); without it our times alone are printed."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import ndimage
from threadpoolctl import threadpool_limits

from benchmarks.mixing import medians
from generators.catalogue import CLASSICAL

SIDE, ROUNDS, GOAL = 256, 15, 2.0


def picture(channels: int | None) -> np.ndarray:
    rng = np.random.default_rng(0)
    shape = (SIDE, SIDE) if channels is None else (SIDE, SIDE, channels)
    field = ndimage.gaussian_filter(rng.standard_normal(shape), (6, 6, 0)[: len(shape)])
    return ((field - field.min()) / np.ptp(field) * 65535).astype(np.uint16)


def theirs() -> dict[str, Any]:
    """Albumentations' transform of the same name and, as far as there are such options, the same strength."""
    try:
        import albumentations as A
        import cv2
    except ImportError:
        return {}
    cv2.setNumThreads(1)
    black = {"border_mode": cv2.BORDER_CONSTANT, "p": 1}
    return {
        "horizontal_flip": A.HorizontalFlip(p=1),
        "vertical_flip": A.VerticalFlip(p=1),
        "elastic": A.ElasticTransform(alpha=60, sigma=15.4, approximate=False, p=1),
        "grid_distortion": A.GridDistortion(num_steps=5, distort_limit=0.3, p=1),
        "optical_distortion": A.OpticalDistortion(distort_limit=0.2, p=1),
        "sharpen": A.UnsharpMask(
            blur_limit=(7, 7), sigma_limit=(1.0, 1.0), alpha=(0.0, 1.0), threshold=0, p=1
        ),
        "motion_blur": A.MotionBlur(blur_limit=7, p=1),
        "gaussian_blur": A.GaussianBlur(sigma_limit=(0.1, 1.5), blur_limit=0, p=1),
        "rotation": A.Rotate(limit=15, **black),
        "shift": A.Affine(translate_percent=(-0.1, 0.1), **black),
        "zoom": A.Affine(scale=(0.9, 1.1), **black),
        "crop": A.RandomSizedCrop(min_max_height=(205, 256), size=(SIDE, SIDE), p=1),
        "gamma": A.RandomGamma(gamma_limit=(80, 125), p=1),
        "clahe": A.CLAHE(clip_limit=(1, 4), tile_grid_size=(8, 8), p=1),
        "inversion": A.InvertImg(p=1),
        "channel_shuffle": A.ChannelShuffle(p=1),
        "brightness_contrast": A.RandomBrightnessContrast(p=1),
        "equalisation": A.Equalize(mode="cv", p=1),
    }


def main() -> None:
    peers = theirs()
    print(
        f"One picture of {SIDE} x {SIDE}, one thread, median processor time of {ROUNDS} rounds; ours 16-bit, Albumentations 8-bit"
    )
    print(f"{'transform':<20} {'ours ms':>9} {'theirs ms':>10} {'ours / theirs':>14}  goal {GOAL:g}")
    for name, entry in CLASSICAL.items():
        image = picture(3 if name == "channel_shuffle" else None)
        work: dict[str, Callable[[], object]] = {"ours": _ours(entry, image)}
        if name in peers:
            small = (image >> 8).astype(np.uint8)
            work["theirs"] = lambda peer=peers[name], small=small: peer(image=small)
        for function in work.values():
            function()
        seconds = dict(zip(work, medians(*work.values(), rounds=ROUNDS)))
        words = f"{name:<20} {1e3 * seconds['ours']:9.3f}"
        if "theirs" in seconds:
            ratio = seconds["ours"] / seconds["theirs"]
            words += f" {1e3 * seconds['theirs']:10.3f} {ratio:14.2f}  {'met' if ratio <= GOAL else 'MISSED'}"
        print(words)


def _ours(entry: Any, image: np.ndarray) -> Callable[[], object]:
    loaded, options, rng = entry.load(), entry.options(), np.random.default_rng(1)
    return lambda: loaded.apply(image, None, None, None, loaded.draw(rng, image, options))


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
