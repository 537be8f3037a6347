"""The leading encoder's numbers class by class, where both sets say of which class their images are. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .course import Course
from .feature_sets import Features
from .images import Images, Sets
from .measuring import feature_numbers
from .reports import ClassPart, Sentence
from .reports import gettext_noop as _

MEASURED = {"kid", "precision", "recall", "vendi"}
LEAST = 20  # images of a class in each set: below it nearest neighbours say nothing
MOST = 24  # classes: more are names, not classes


def class_parts(
    sets: Sets, features: Features, chosen: set[str], *, rng: np.random.Generator, course: Course
) -> tuple[ClassPart, ...]:
    """One part a label of either set, the most frequent real one first; empty where a set has no labels."""
    labels = _known(sets.real), _known(sets.synthetic)
    if labels[0] is None or labels[1] is None:
        return ()
    real, synthetic = labels
    names, counts = np.unique(np.concatenate([real, synthetic]), return_counts=True)
    names = names[np.argsort(-counts, kind="stable")]
    if not 1 < len(names) <= MOST:
        return ()
    parts = []
    for name in names:
        rows = np.flatnonzero(real == name), np.flatnonzero(synthetic == name)
        if min(map(len, rows)) >= LEAST:
            course.stage(2, _("comparing the images of class %(label)s"), label=str(name))
        parts.append(_part(str(name), features, *rows, chosen & MEASURED, rng))
    return tuple(parts)


def _known(images: Images) -> np.ndarray | None:
    """(n,) labels, "" where unknown; None where no image has one."""
    return np.array(images.labels) if any(images.labels) else None


def _part(
    name: str, features: Features, real: np.ndarray, synthetic: np.ndarray, chosen: set[str], rng: np.random.Generator
) -> ClassPart:  # fmt: skip
    part = ClassPart(name, len(real), len(synthetic))
    if min(len(real), len(synthetic)) < LEAST:
        words = _("At least %(least)s images of a class are needed in each set.")
        return replace(part, absent=Sentence(words, {"least": LEAST}))
    rows = replace(
        features, real=features.real[real], synthetic=features.synthetic[synthetic],
        groups=features.groups[real], others=features.others[synthetic],
        protocol={**features.protocol, "class": name},
    )  # fmt: skip
    quiet = Course(None, 1)
    return replace(part, numbers=tuple(feature_numbers(rows, chosen, rng=rng, course=quiet)))
