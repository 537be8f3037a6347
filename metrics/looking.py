"""What a person looks at: nearest real images, least realistic ones, a map, histograms, one row an image. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .feature_sets import Features
from .functional.manifold import prdc
from .functional.neighbours import nearest_neighbours
from .images import BINS, Images, Look
from .neighbourhood import NEIGHBOURS
from .pixels import intensity_shares
from .reports import Histogram, ImageRow, Map, Neighbour, Sentence, Stack
from .reports import gettext_noop as _

STACKS = 8
BELOW = 2
MAPPED = 500  # points of each set: more is a blot


@dataclass(frozen=True)
class Near:
    """Nearest real images. positions, distances (m, k): of each synthetic image; own (n,): of each real image to another one.

    Distances and rarity are in units of the median of `own`; realism (m,) and rarity (m,) as in metrics.functional.manifold:
    infinite realism on top of a real image, infinite rarity outside all real balls.
    """

    positions: np.ndarray
    distances: np.ndarray
    own: np.ndarray
    realism: np.ndarray
    rarity: np.ndarray


def nearest(features: Features) -> Near:
    k = min(NEIGHBOURS, features.fewest - 1)
    own = nearest_neighbours(features.real, features.real, 2)[1][:, 1]
    unit = float(np.median(own)) or 1.0
    positions, distances = nearest_neighbours(
        features.synthetic, features.real, min(BELOW, len(features.real))
    )
    found = prdc(features.real, features.synthetic, k=k)
    return Near(positions, distances / unit, own / unit, found.realism, found.rarity / unit)


def stacks(near: Near, rng: np.random.Generator) -> tuple[Stack, ...]:
    drawn = rng.choice(len(near.positions), min(STACKS, len(near.positions)), replace=False)
    return tuple(
        Stack(
            int(row),
            tuple(
                Neighbour(int(p), float(d))
                for p, d in list(zip(near.positions[row], near.distances[row]))[:BELOW]
            ),
        )
        for row in drawn
    )


def least_realistic(near: Near) -> tuple[Neighbour, ...]:
    rows = np.argsort(near.realism, kind="stable")[:STACKS]
    return tuple(
        Neighbour(int(row), float(near.realism[row])) for row in rows if np.isfinite(near.realism[row])
    )


def feature_map(features: Features, rng: np.random.Generator) -> Map:
    """Both sets on the first two principal components of their features taken together, equally many of each."""
    each = min(len(features.real), len(features.synthetic), MAPPED)
    chosen = [
        np.sort(rng.choice(len(part), each, replace=False)) for part in (features.real, features.synthetic)
    ]
    points = np.concatenate([features.real[chosen[0]], features.synthetic[chosen[1]]])
    centred = points - points.mean(axis=0)
    _left, values, axes = np.linalg.svd(centred, full_matrices=False)
    # A component has no sign of its own: the larger loading is made positive, so that a map is drawn alike every time.
    axes = axes[:2] * np.sign(axes[:2][np.arange(len(axes[:2])), np.abs(axes[:2]).argmax(axis=1)])[:, None]
    flat = centred @ axes.T
    if flat.shape[1] < 2:
        flat = np.column_stack([flat, np.zeros(len(flat))])
    shares = values**2 / (values**2).sum()
    first, second = float(shares[0]), float(shares[1]) if len(shares) > 1 else 0.0
    return Map(features.encoder, features.source, (first, second), _points(flat[:each]), _points(flat[each:]))


def _points(flat: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in flat)


def intensities(real: Look, synthetic: Look, images: Images) -> Histogram:
    assert images.intensity is not None
    low, high = images.intensity
    unit = images.unit or "stored values"
    return Histogram(
        "intensity", Sentence(_("Intensities")),
        Sentence(_("Share of pixels by value (%(unit)s), %(bins)s bins; each image weighs the same"), {"unit": unit, "bins": BINS}),
        low, high, _shares(intensity_shares(real)), _shares(intensity_shares(synthetic)), len(real.shape), len(synthetic.shape),
    )  # fmt: skip


def distance_histogram(features: Features, near: Near) -> Histogram:
    """How far synthetic images lie from the nearest real one, beside how far real ones lie from another real one."""
    bins = int(np.clip(2 * np.sqrt(features.fewest), 12, 40))  # few images in many bins are a comb
    high = float(np.quantile(np.concatenate([near.own, near.distances[:, 0]]), 0.99)) * 1.05 or 1.0
    counted = [
        np.histogram(np.minimum(values, high), bins=bins, range=(0.0, high))[0] / len(values)
        for values in (near.own, near.distances[:, 0])
    ]
    return Histogram(
        "distance", Sentence(_("Distance to the nearest real image")),
        Sentence(_("Share of images by distance in features (%(source)s), in units of the median real image; the last bin holds all beyond"), {"source": features.source}),
        0.0, high, _shares(counted[0]), _shares(counted[1]), len(near.own), len(near.distances),
    )  # fmt: skip


def _shares(values: np.ndarray) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in values)


def image_rows(images: Images, near: Near | None, more: dict[str, np.ndarray]) -> tuple[ImageRow, ...]:
    """One row a synthetic image; `more` has named columns (m,), values that are not finite are left out."""
    columns = dict(more)
    if near is not None:
        columns = {
            "distance_to_real": near.distances[:, 0],
            "realism": near.realism,
            "rarity": near.rarity,
            **columns,
        }
    rows = []
    for position in range(len(images)):
        values = {name: float(v[position]) for name, v in columns.items() if np.isfinite(v[position])}
        name = images.names[position] if images.names else f"{position:04d}"
        rows.append(
            ImageRow(position, name, int(near.positions[position, 0]) if near is not None else None, values)
        )
    return tuple(rows)
