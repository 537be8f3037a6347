"""What each network learns from in its record, how, and by which factor its measure must improve."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

Reader = Callable[[Path], dict[str, Any]]


@dataclass(frozen=True)
class Record:
    """One training.

    data     reads what train() learns from: images, and partners, paired, masks, labels where there are any; 0 to 255
    measure  distance: the Fréchet distance to the pictures learnt from; error: the mean absolute difference from the true partners,
             or from what a mask hid
    against  what the measure is compared with: "start", the untrained network; "unchanged", the source pictures as they are
    factor   by which the measure must fall at least
    begins_from  another record, whose finished run this one goes on from"""

    network: str
    data: Reader
    words: str
    options: dict[str, Any]
    training: dict[str, Any]
    factor: float
    measure: str = "distance"
    against: str = "start"
    begins_from: str = ""


def xray_pictures(data: Path, folder: str, count: int, size: int) -> np.ndarray:
    """`count` NIH chest X-rays below `folder`, evenly from the list by name, reduced to `size` pixels by Pillow's box filter."""
    paths = sorted((data / "cxr_nih" / "images_256" / folder).rglob("*.png"))
    chosen = paths[:: len(paths) // count][:count]
    return np.stack(
        [np.asarray(Image.open(p).convert("L").resize((size, size), Image.Resampling.BOX)) for p in chosen]
    )


def xrays(count: int, size: int) -> Reader:
    return lambda data: {"images": xray_pictures(data, "", count, size)}


def mnist_arrays(data: Path) -> tuple[np.ndarray, np.ndarray]:
    with np.load(next((data / "cxr_pneumoniamnist_28").glob("*.npz"))) as arrays:
        return arrays["train_images"], arrays["train_labels"].ravel()


def pneumonia(data: Path) -> dict[str, Any]:
    """PneumoniaMNIST's 4,708 training pictures of 28 x 28."""
    return {"images": mnist_arrays(data)[0]}


def normal_to_pneumonia(data: Path) -> dict[str, Any]:
    """Its 1,214 normal pictures, and its 3,494 with pneumonia."""
    images, labels = mnist_arrays(data)
    return {"images": images[labels == 0], "partners": images[labels == 1]}


def healthy_to_diseased(data: Path) -> dict[str, Any]:
    """500 chest X-rays without finding, and 500 with pneumonia."""
    return {
        "images": xray_pictures(data, "no_finding", 500, 32),
        "partners": xray_pictures(data, "pneumonia", 500, 32),
    }


def noisy(data: Path) -> dict[str, Any]:
    """500 chest X-rays with noise of a deviation of 25 grey levels, and the same without."""
    clean = xray_pictures(data, "", 500, 64)
    noise = np.random.default_rng(0).normal(0, 25, clean.shape)
    return {
        "images": np.clip(clean + noise, 0, 255).round().astype(np.uint8), "partners": clean, "paired": True
    }  # fmt: skip


def hippocampus(data: Path) -> dict[str, Any]:
    """1,300 MRI slices of 64 x 64 with the mask of the hippocampus."""
    with np.load(data / "seg_msd_hippocampus" / "slices_64.npz") as arrays:
        return {"images": arrays["images"], "masks": arrays["masks"]}


def enhanced(data: Path) -> dict[str, Any]:
    """The slices at 0.6 of their brightness as before contrast; after it, by simulation, all tissue has its whole brightness and
    the hippocampus 60 grey levels more, softly."""
    found = hippocampus(data)
    uptake = gaussian_filter((found["masks"] != 0).astype(float), (0, 1, 1))
    images = (found["images"] * 0.6).round().astype(np.uint8)
    partners = np.clip(found["images"] + 60 * uptake, 0, 255).round().astype(np.uint8)
    return {"images": images, "partners": partners, "masks": found["masks"], "paired": True}


MNIST = "4,708 training pictures of PneumoniaMNIST, 28 x 28"
NIH = "1,000 chest X-rays of NIH, reduced to 32 x 32"
SLICES = "1,300 MRI slices of 64 x 64 with the mask of the hippocampus (Medical Segmentation Decathlon)"
SMALL = {"latent": 64, "width": 16, "size": 28}
TRANSLATION = {"images_seen": 4_000, "batch": 2, "watch": 128, "learning_rate": 5e-4, "identity": 0.1}
RECORDS: dict[str, Record] = {
    "gan": Record("gan", pneumonia, MNIST, {"width": 256}, {"images_seen": 240_000, "batch": 32}, 3),
    "dcgan": Record("dcgan", pneumonia, MNIST, SMALL, {"images_seen": 60_000, "batch": 32}, 5),
    "wgan": Record("wgan", pneumonia, MNIST, SMALL, {"images_seen": 120_000, "batch": 32}, 2),
    "wgan_gp": Record("wgan_gp", xrays(1000, 32), NIH, {**SMALL, "size": 32}, {"images_seen": 60_000, "batch": 32, "learning_rate": 2e-4}, 5),
    "pggan": Record("pggan", xrays(1000, 32), NIH, {"latent": 64, "size": 32, "base_maps": 512, "most_maps": 64},
                    {"images_seen": 40_000, "phase_images": 4_000, "batch": 16, "average": 0.99}, 5),
    "ddpm": Record("ddpm", pneumonia, MNIST, {"width": 16, "levels": 3, "size": 28, "sampling_steps": 15},
                   {"images_seen": 8_000, "batch": 32, "average": 0.98, "learning_rate": 1e-3, "sample_every_images": 2_000}, 5),
    "transfer": Record("transfer", xrays(200, 28), "200 chest X-rays of NIH, reduced to 28 x 28",
                       {**SMALL, "frozen_generator": 1, "frozen_discriminator": 1}, {"images_seen": 120_000, "batch": 16}, 3,
                       begins_from="dcgan"),
    "fbgan": Record("fbgan", pneumonia, MNIST, {**SMALL, "refiner_width": 16, "refiner_blocks": 2},
                    {"images_seen": 60_000, "batch": 32}, 5),
    "cyclegan": Record("cyclegan", normal_to_pneumonia, "1,214 normal pictures of PneumoniaMNIST to 3,494 with pneumonia, 28 x 28",
                       {"width": 8, "blocks": 2, "size": 28}, TRANSLATION, 1.5, against="unchanged"),
    "lesion": Record("lesion", healthy_to_diseased, "500 chest X-rays of NIH without finding to 500 with pneumonia, reduced to 32 x 32",
                     {"width": 8, "blocks": 2, "size": 32}, TRANSLATION, 1.5, against="unchanged"),
    "denoising": Record("denoising", noisy, "500 chest X-rays of NIH, reduced to 64 x 64, with noise of 25 grey levels and without",
                        {"width": 16, "layers": 4, "size": 64},
                        {"images_seen": 8_000, "batch": 8, "patch": 32, "critic_width": 16, "watch": 128, "learning_rate": 1e-3,
                         "critic_steps": 1, "perceptual": 100.0, "best_by": "error"}, 1.5, "error", "unchanged"),
    "tripartite": Record("tripartite", enhanced, SLICES + ", before and after a simulated uptake of contrast there",
                         {"width": 8, "blocks": 1, "size": 64}, {"images_seen": 2_400, "batch": 4, "watch": 128, "best_by": "error"},
                         1.5, "error", "unchanged"),
    "cigan": Record("cigan", hippocampus, SLICES, {"width": 8, "levels": 5, "size": 64},
                    {"images_seen": 3_200, "batch": 4, "learning_rate": 1e-3, "watch": 128, "best_by": "error"}, 2, "error"),
}  # fmt: skip
