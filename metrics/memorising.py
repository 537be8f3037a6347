"""Whether synthetic images copy training images: numbers, pairs to look at, and the verdict of the set. Pure.

Unseen real images (the real set less what is also in the training set) say how often an innocent image looks like a copy.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from .catalogue import METRICS
from .course import Course
from .feature_sets import Features, exact_interval
from .functional.memorisation import suspected_copies
from .functional.near_copies import COPY, FINE, near_copies
from .images import MINIMUM, Images, Sets
from .pixels import fitted
from .reports import Number, Pair, Sentence, Verdict, counted
from .reports import gettext_noop as _
from .training_distances import training_distances

EQUAL = 0.999  # likeness at which two pictures are one
SHOWN = 6
LEVEL = 0.05  # false alarm of the set's verdict


@dataclass(frozen=True)
class Memorisation:
    verdict: Verdict
    numbers: list[Number] = field(default_factory=list)
    pairs: tuple[Pair, ...] = ()
    columns: dict[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def unknown(cls) -> Memorisation:
        return cls(
            Verdict(
                "memorisation", "none", Sentence(_("Copies were not looked for.")),
                Sentence(_("That needs the images that the generator was trained on. Name them and evaluate again.")),
            )
        )  # fmt: skip


@dataclass(frozen=True)
class Flagged:
    """One set against the training images: closeness (n,) in features to the nearest one; likeness (n,) of the pixels to the one,
    nearest (n,), that the picture resembles most; is_copy (n,) bool."""

    closeness: np.ndarray
    nearest: np.ndarray
    likeness: np.ndarray
    is_copy: np.ndarray

    @property
    def count(self) -> int:
        return int(self.is_copy.sum())


WANTED = {"copies", "authenticity", "copying_test", "distance_ratio", "mifid"}


def memorisation(
    sets: Sets,
    features: Features,
    trained: np.ndarray | None,
    chosen: set[str],
    *,
    course: Course,
) -> Memorisation:
    """Copies are told by the pixels, closeness by the features of the leading encoder; `trained` (t, d) are the training features."""
    if sets.training is None or trained is None or not chosen & WANTED:
        return Memorisation.unknown()
    course.stage(3, _("looking for copies of training images"))
    known, _side = _pictures(sets.training, np.arange(len(sets.training)))
    found = _flagged(sets.synthetic, features.synthetic, known, trained, np.arange(len(sets.synthetic)))
    unseen = _unseen(sets.real, sets.training)
    control = None
    if len(unseen) >= MINIMUM:
        control = _flagged(sets.real, features.real[unseen], known, trained, unseen)
    p_value = _more_than(found, control)
    numbers = _numbers(features, found, control, len(trained), p_value)
    numbers += training_distances(features, trained, unseen if control else None)
    return Memorisation(
        _verdict(found, control, p_value, features.encoder), [n for n in numbers if n.metric in chosen], _pairs(found),
        {"closeness_to_training": found.closeness, "nearest_training": found.nearest.astype(float), "copy": found.is_copy.astype(float)},
    )  # fmt: skip


def _unseen(real: Images, training: Images) -> np.ndarray:
    """Positions of real images that the generator has not seen: neither the image nor, where named, its patient."""
    digests, groups = set(training.digests), {group for group in training.groups if group}
    seen = [digest in digests for digest in real.digests]
    if real.groups and groups:
        seen = [known or group in groups for known, group in zip(seen, real.groups)]
    return np.flatnonzero(~np.array(seen))


def _pictures(images: Images, positions: np.ndarray) -> tuple[np.ndarray, int]:
    """(n, 64, 64) as near copies are looked for, and the shortest side that one of them had."""
    sides, pictures = [], []
    for position in positions:
        picture = images.scaled(int(position))
        sides.append(min(picture.shape))
        pictures.append(fitted(picture, (FINE, FINE)))
    return np.stack(pictures), min(sides)


def _flagged(
    images: Images, features: np.ndarray, known: np.ndarray, trained: np.ndarray, rows: np.ndarray
) -> Flagged:
    """features: of the rows alone."""
    closeness = suspected_copies(features, trained).closeness
    pictures, side = _pictures(images, rows)
    looked = near_copies(pictures, known, side=side)
    return Flagged(closeness, looked.nearest, looked.likeness, looked.is_copy)


def _more_than(found: Flagged, control: Flagged | None) -> float | None:
    """One-sided exact p that copies are more frequent among synthetic than among unseen real images."""
    if control is None:
        return None
    from scipy.stats import fisher_exact

    table = [[part.count, len(part.is_copy) - part.count] for part in (found, control)]
    return float(fisher_exact(table, alternative="greater").pvalue)


def _numbers(
    features: Features, found: Flagged, control: Flagged | None, trained: int, p_value: float | None
) -> list[Number]:
    protocol = {
        **features.protocol,
        "copy": f"normalised cross-correlation of at least {COPY:g} with a training picture at {FINE} x {FINE}, also mirrored, cropped to 85 % or shifted",
        "interval": "exact binomial (Clopper and Pearson)",
        "floor": "the same share among real images outside the training set",
    }
    if p_value is not None:
        protocol["exact test against unseen real images"] = f"p = {p_value:.3f}"
    shares = {
        "copies": [None if part is None else part.is_copy for part in (found, control)],
        "authenticity": [None if part is None else part.closeness >= 1 for part in (found, control)],
    }
    numbers = []
    for name, (here, there) in shares.items():
        assert here is not None
        blank = Number(
            metric=name, title=Sentence(METRICS[name].title), group="memorisation", encoder=features.encoder,
            source=f"{features.encoder}, pixels" if name == "copies" else features.source, n_real=trained, n_synthetic=len(here),
            low=0.0, high=1.0, protocol=protocol,
        )  # fmt: skip
        numbers.append(
            replace(
                blank,
                value=float(here.mean()),
                interval=_exact(here),
                floor=None if there is None else _exact(there),
            )
        )
    return numbers


def _exact(flags: np.ndarray) -> tuple[float, float]:
    return exact_interval(int(flags.sum()), len(flags))


def _pairs(found: Flagged) -> tuple[Pair, ...]:
    """The likest pairs, copies first, whether or not anything is suspected: a reader should see the closest anyway."""
    order = np.argsort(-found.likeness, kind="stable")[:SHOWN]
    return tuple(
        Pair(int(row), int(found.nearest[row]), float(found.closeness[row]), float(found.likeness[row]))
        for row in order
        if np.isfinite(found.closeness[row])
    )


def _equals(equal: int, copies: int, of: int) -> Sentence:
    if copies > equal:
        return counted(
            equal, _("%(copies)s of %(of)s synthetic images are suspected copies of training images; one is the same pixel for pixel or nearly so."),
            _("%(copies)s of %(of)s synthetic images are suspected copies of training images; %(n)s are the same pixel for pixel or nearly so."),
            copies=copies, of=of,
        )  # fmt: skip
    return counted(
        equal, _("One synthetic image is a training image, pixel for pixel or nearly so."),
        _("%(n)s synthetic images are training images, pixel for pixel or nearly so."),
    )  # fmt: skip


def _verdict(found: Flagged, control: Flagged | None, p_value: float | None, encoder: str) -> Verdict:
    key = f"copies:{encoder}"
    of = len(found.is_copy)
    equal = int((found.is_copy & (found.likeness >= EQUAL)).sum())
    suspected = counted(
        found.count, _("One of %(of)s synthetic images is a suspected copy of a training image."),
        _("%(n)s of %(of)s synthetic images are suspected copies of training images."), of=of,
    )  # fmt: skip
    if equal:
        return Verdict(
            "memorisation", "alarm", _equals(equal, found.count, of), Sentence(_("Look at the pairs before the set leaves the site.")), key
        )  # fmt: skip
    if found.count and p_value is not None and p_value < LEVEL:
        assert control is not None
        return Verdict(
            "memorisation", "alarm", suspected,
            Sentence(
                _("Of %(of)s unseen real images %(n)s would be suspected, too few for chance to explain the difference. Look at the pairs before the set leaves the site."),
                {"n": control.count, "of": len(control.is_copy)},
            ),
            key,
        )  # fmt: skip
    if found.count:
        return Verdict(
            "memorisation", "warning", suspected,
            Sentence(
                _("That is no more than unseen real images may show. Look at the pairs.")
                if control is not None
                else _("There are no unseen real images to say how often that happens by chance. Look at the pairs.")
            ),
            key,
        )  # fmt: skip
    return Verdict(
        "memorisation", "fine", Sentence(_("No copy of a training image was found.")),
        Sentence(_("That is no proof of privacy: an image can reveal a person without being a copy.")), key,
    )  # fmt: skip
