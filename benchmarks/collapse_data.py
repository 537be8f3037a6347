"""Real images with known modes for benchmarks.mode_collapse: three collections, each image once as taken and once as another
acquisition would show it, so that patients, modes and their shares are known. Features are kept, so that a rerun takes minutes.

Known modes are the acquisitions below (all of them met in archives); the collections' own labels (pneumonia; position of a slice)
are further modes, which no cluster need follow.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from metrics.encoders.base import Intensity
from metrics.encoders.registry import get_encoder
from metrics.measuring import common_scale

SIDE = 64
PNEUMONIA = 1300  # of the 5,856 small chest X-rays, so that the three collections are about as large


@dataclass(frozen=True)
class Collection:
    """pictures (n, 64, 64) float32 0 to 1; patients (n,) integers; labels (n,) the collection's own; modes (n,) keys of ACQUISITIONS."""

    name: str
    pictures: np.ndarray
    patients: np.ndarray
    labels: np.ndarray
    modes: np.ndarray


def _inverted(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return 1 - picture


def _turned(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.rot90(picture).copy()


def _collimated(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    shown, edge = np.zeros_like(picture), int(rng.integers(8, 14))
    shown[edge:-edge, edge:-edge] = picture[edge:-edge, edge:-edge]
    return shown


def _framed(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    shown, edge = np.ones_like(picture), int(rng.integers(4, 9))
    shown[edge:-edge, edge:-edge] = picture[edge:-edge, edge:-edge]
    return shown


def _noisy(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.clip(picture + rng.normal(0, rng.uniform(0.12, 0.2), picture.shape), 0, 1)


def _soft(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return gaussian_filter(picture, rng.uniform(2, 3))


def _dark(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return picture ** rng.uniform(2.2, 3)


ACQUISITIONS: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "inverted": _inverted, "turned": _turned, "collimated": _collimated, "framed": _framed, "noisy": _noisy, "soft": _soft,
    "dark": _dark,
}  # fmt: skip
PLAIN = "plain"


def collection(name: str, folder: Path) -> Collection:
    """Every image twice: as taken, then as one of the acquisitions, in turn."""
    pictures, patients, labels = LOADERS[name](folder)
    rng, names = np.random.default_rng(11), list(ACQUISITIONS)
    modes = [names[k % len(names)] for k in range(len(pictures))]
    shown = np.stack([ACQUISITIONS[mode](picture, rng) for mode, picture in zip(modes, pictures)])
    return Collection(
        name, np.concatenate([pictures, shown]).astype(np.float32), np.tile(patients, 2), np.tile(labels, 2),
        np.array([PLAIN] * len(pictures) + modes),
    )  # fmt: skip


def _chest(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = list(csv.DictReader((folder / "cxr_nih" / "metadata.csv").open()))
    pictures = [_small(Image.open(folder / row["file"]).convert("F")) for row in rows]
    patients = np.unique([row["nih_patient_id"] for row in rows], return_inverse=True)[1]
    return np.stack(pictures), patients, np.array([row["class"] for row in rows])


def _pneumonia(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """No patients are named in this collection: each image stands for itself."""
    with np.load(folder / "cxr_pneumoniamnist_28" / "pneumoniamnist_reconstructed.npz") as kept:
        images, labels = kept["train_images"], kept["train_labels"][:, 0]
    chosen = np.random.default_rng(3).permutation(len(images))[:PNEUMONIA]
    pictures = [_small(Image.fromarray(image.astype(np.float32))) for image in images[chosen]]
    return np.stack(pictures), np.arange(PNEUMONIA), labels[chosen].astype(str)


def _hippocampus(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    with np.load(folder / "seg_msd_hippocampus" / "slices_64.npz") as kept:
        images, names = kept["images"], kept["ids"]
    patients = np.unique([name.rsplit("_", 1)[0] for name in names], return_inverse=True)[1]
    place = np.concatenate([np.arange(count) for count in np.bincount(patients)])
    return images.astype(np.float32) / 255, patients, np.array([f"slice {k}" for k in place])


def _chest_native(folder: Path) -> tuple[list[np.ndarray], np.ndarray]:
    rows = list(csv.DictReader((folder / "cxr_nih" / "metadata.csv").open()))
    pictures = [np.asarray(Image.open(folder / row["file"]).convert("F"), np.float32) / 255 for row in rows]
    return pictures, np.unique([row["nih_patient_id"] for row in rows], return_inverse=True)[1]


def _small_chest_native(folder: Path) -> tuple[list[np.ndarray], np.ndarray]:
    with np.load(folder / "cxr_pneumoniamnist_28" / "pneumoniamnist_reconstructed.npz") as kept:
        images = kept["train_images"]
    chosen = np.random.default_rng(3).permutation(len(images))[:PNEUMONIA]
    return list(images[chosen].astype(np.float32) / 255), np.arange(PNEUMONIA)


def _hippocampus_native(folder: Path) -> tuple[list[np.ndarray], np.ndarray]:
    pictures, patients, _labels = _hippocampus(folder)
    return list(pictures), patients


NATIVE = {"small chest": _small_chest_native, "chest": _chest_native, "hippocampus": _hippocampus_native}
LOADERS = {"small chest": _pneumonia, "chest": _chest, "hippocampus": _hippocampus}


def _small(image: Image.Image) -> np.ndarray:
    resized = image.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(resized, np.float32) / 255, 0, 1)


def features(pictures: np.ndarray, encoder: str, cache: Path) -> np.ndarray:
    """(n, d) of pictures 0 to 1; radiomic ones in standard deviations; "pixels" are the picture at 16 x 16."""
    if encoder == "pixels":
        return pictures.reshape(len(pictures), 16, 4, 16, 4).mean(axis=(2, 4)).reshape(len(pictures), -1)
    key = hashlib.sha256(np.ascontiguousarray(pictures).tobytes()).hexdigest()[:16]
    path = cache / f"{encoder}-{key}.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        rows = get_encoder(encoder).encode(list(pictures), intensity=Intensity(0, 1))
        own = path.with_suffix(f".{os.getpid()}.npy")  # several processes may make the same
        np.save(own, np.stack(list(rows)))
        own.replace(path)
    found = np.load(path).astype(np.float64)
    return common_scale(found, name=encoder)[0] if encoder == "radiomics" else found
