"""Part of benchmarks.mode_collapse: near copies of training images among others, what is told of them and of other visits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import fisher_exact

from benchmarks.collapse_data import NATIVE
from metrics.functional.near_copies import FINE, near_copies
from metrics.pixels import fitted

EACH = 60  # copies of a kind
UNSEEN = 300


def _cropped(picture: np.ndarray, part: float, rng: np.random.Generator) -> np.ndarray:
    whole = len(picture)
    side = round(whole * part)
    y, x = rng.integers(0, whole - side + 1, 2)
    return fitted(picture[y : y + side, x : x + side], (whole, whole))


def _shifted(picture: np.ndarray) -> np.ndarray:
    step = round(0.047 * len(picture))
    return np.roll(picture, (step, -step), (0, 1))


def _noisy(picture: np.ndarray, level: float, rng: np.random.Generator) -> np.ndarray:
    return np.clip(picture + rng.normal(0, level, picture.shape), 0, 1).astype(np.float32)


KINDS: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "exact": lambda picture, rng: picture,
    "noise .05": lambda picture, rng: _noisy(picture, 0.05, rng),
    "noise .10": lambda picture, rng: _noisy(picture, 0.10, rng),
    "mirrored": lambda picture, rng: picture[:, ::-1],
    "crop .95": lambda picture, rng: _cropped(picture, 0.95, rng),
    "crop .90": lambda picture, rng: _cropped(picture, 0.90, rng),
    "crop .85": lambda picture, rng: _cropped(picture, 0.85, rng),
    "shifted by 5 %": lambda picture, rng: _shifted(picture),
    "crop .92, mirrored, noise": lambda picture, rng: _noisy(
        _cropped(picture, 0.92, rng)[:, ::-1], 0.05, rng
    ),
}


def copies(name: str, folder: Path) -> dict[str, Any]:
    """Per kind the share of copies told; unseen patients and other visits told; sets with a false alarm, a share."""
    rng = np.random.default_rng([3, *name.encode()])
    native, patients = NATIVE[name](folder)
    pictures, side = np.stack([fitted(picture, (FINE, FINE)) for picture in native]), min(native[0].shape)
    half = rng.permutation(np.unique(patients))[: len(np.unique(patients)) // 2]
    inside = np.flatnonzero(np.isin(patients, half))
    train = inside[np.unique(patients[inside], return_index=True)[1]]
    visits = np.setdiff1d(inside, train)[:UNSEEN]
    unseen = rng.permutation(np.flatnonzero(~np.isin(patients, half)))[:UNSEEN]
    drawn, told = rng.permutation(len(train))[:EACH], {}
    for kind, change in KINDS.items():
        made = np.stack([fitted(change(native[train[k]], rng), (FINE, FINE)) for k in drawn])
        found = near_copies(made, pictures[train], side=side)
        is_right = (pictures[train[found.nearest]] == pictures[train[drawn]]).all(
            axis=(1, 2)
        )  # or its exact twin
        told[kind] = float((found.is_copy & is_right).mean())
    innocent = near_copies(pictures[unseen], pictures[train], side=side).is_copy
    other = np.zeros(0, bool)
    if len(visits):
        other = near_copies(pictures[visits], pictures[train], side=side).is_copy
    alarms = float(np.mean([_alarm(innocent, other, rng) for _draw in range(500)]))
    return {
        "told": told, "unseen": [int(innocent.sum()), len(innocent)], "visits": [int(other.sum()), len(other)], "alarms": alarms,
    }  # fmt: skip


def _alarm(told: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> bool:
    """Unseen images and, where there are any, other visits, judged against further unseen images."""
    order = rng.permutation(len(told))
    judged, control = np.concatenate([told[order[:100]], rng.permutation(other)[:50]]), told[order[100:]]
    table = [[part.sum(), len(part) - part.sum()] for part in (judged, control)]
    return bool(judged.any() and fisher_exact(table, alternative="greater").pvalue < 0.05)
