"""The same methods by other packages, where they are installed, on the same pictures as benchmarks.mixing; and AugMix and
RICAP as published, for which no package that installs here has an implementation.

None of the packages is part of the project. Put them on PYTHONPATH from an environment of their own:
pip install --no-deps kornia monai albumentations==2.0.8 albucore==0.0.24 opencv-python-headless stringzilla simsimd
pydantic pydantic-core annotated-types typing-inspection pyyaml noise perlin_noise"""

import os
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageOps

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
Work = dict[str, Callable[[], object]]


def peers(images: np.ndarray, labels: np.ndarray) -> dict[str, Work]:
    """By method, then by package: calls that mix the whole batch once."""
    found: dict[str, Work] = {name: {} for name in ("cutout", "mixup", "cutmix", "augmix", "perlin")}
    for add in (_kornia, _monai, _albumentations, _noise):
        try:
            add(found, images, labels)
        except ImportError as error:
            print(f"not installed: {error.name}")
    found["augmix"]["published code, Pillow"] = published_augmix(images)
    return found


def _kornia(found: dict[str, Work], images: np.ndarray, labels: np.ndarray) -> None:
    import torch
    from kornia.augmentation import RandomCutMixV2, RandomErasing, RandomMixUpV2

    torch.set_num_threads(1)
    batch, classes = torch.from_numpy(images[:, None]), torch.from_numpy(labels.argmax(axis=1))
    erase = RandomErasing(scale=(1 / 16, 1 / 16), ratio=(1, 1), p=1)
    blend, paste = (kind(data_keys=["input", "class"], p=1) for kind in (RandomMixUpV2, RandomCutMixV2))
    found["cutout"]["kornia"] = lambda: erase(batch)
    found["mixup"]["kornia"] = lambda: blend(batch, classes)
    found["cutmix"]["kornia"] = lambda: paste(batch, classes)


def _monai(found: dict[str, Work], images: np.ndarray, labels: np.ndarray) -> None:
    import torch
    from monai.transforms import CutMix, CutOut, MixUp

    torch.set_num_threads(1)
    batch, n = torch.from_numpy(images[:, None]), len(images)  # its labels must have the shape of pictures
    cut, blend, paste = CutOut(n), MixUp(n), CutMix(n)
    found["cutout"]["MONAI"] = lambda: cut(batch)
    found["mixup"]["MONAI"] = lambda: blend(batch)
    found["cutmix"]["MONAI"] = lambda: paste(batch)


def _albumentations(found: dict[str, Work], images: np.ndarray, labels: np.ndarray) -> None:
    import albumentations
    import cv2

    cv2.setNumThreads(1)
    side = (64, 64)
    drop = albumentations.CoarseDropout((1, 1), hole_height_range=side, hole_width_range=side, p=1)
    found["cutout"]["Albumentations"] = lambda: [drop(image=image)["image"] for image in images]


def _noise(found: dict[str, Work], images: np.ndarray, labels: np.ndarray) -> None:
    from noise import pnoise2

    side = images.shape[1]
    places = [4 * i / side for i in range(side)]
    found["perlin"]["noise"] = lambda: [[pnoise2(x, y) for x in places] for y in places]


def published_augmix(images: np.ndarray) -> Callable[[], object]:
    """Algorithm 1 of Hendrycks et al. 2019 as one would write it with Pillow on 8-bit pictures: severity 3, three
    chains of one to three of the nine operations."""
    rng = np.random.default_rng(0)
    small = [Image.fromarray((image * 255).astype(np.uint8)) for image in images]
    side = images.shape[1]

    def affine(a: float, b: float, c: float, d: float, e: float, f: float):
        return lambda p: p.transform(
            p.size, Image.Transform.AFFINE, (a, b, c, d, e, f), Image.Resampling.BILINEAR
        )

    def level(largest: float) -> float:
        return rng.uniform(0.1, 3) / 10 * largest * (1 if rng.random() < 0.5 else -1)

    operations = [
        lambda: ImageOps.autocontrast,
        lambda: ImageOps.equalize,
        lambda: lambda p: ImageOps.posterize(p, 4 - int(abs(level(4)))),
        lambda: lambda p: p.rotate(level(30), Image.Resampling.BILINEAR),
        lambda: lambda p: ImageOps.solarize(p, 256 - abs(level(256))),
        lambda: affine(1, level(0.3), 0, 0, 1, 0),
        lambda: affine(1, 0, 0, level(0.3), 1, 0),
        lambda: affine(1, 0, level(side / 3), 0, 1, 0),
        lambda: affine(1, 0, 0, 0, 1, level(side / 3)),
    ]

    def mixed(picture: Image.Image) -> np.ndarray:
        weights, share = rng.dirichlet([1, 1, 1]).astype(np.float32), np.float32(rng.beta(1, 1))
        total = np.zeros((side, side), np.float32)
        for weight in weights:
            chain = picture
            for _step in range(rng.integers(1, 4)):
                chain = operations[rng.integers(9)]()(chain)
            total += weight * (np.asarray(chain, np.float32) / 255)
        return share * (np.asarray(picture, np.float32) / 255) + (1 - share) * total

    return lambda: [mixed(picture) for picture in small]
