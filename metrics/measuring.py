"""The numbers that two sets of features give, each with its interval, floor, gate and protocol. Pure."""

from __future__ import annotations

import numpy as np

from .catalogue import METRICS
from .classifying import c2st_number
from .course import Course
from .distances import (
    cmmd_number,
    components,
    frechet_number,
    kid_number,
    kid_subsets_number,
    principal_number,
)
from .feature_sets import Features
from .images import EvaluationRefused
from .neighbourhood import PARTS, manifold_numbers
from .one_set import VENDI, vendi_numbers
from .reports import Number
from .reports import gettext_noop as _


def common_scale(real: np.ndarray, *others: np.ndarray, name: str) -> tuple[np.ndarray, ...]:
    """Features of every set in standard deviations of the real set about its mean; what is constant there is left out.

    Handmade features come in units of their own (a volume beside an entropy); without this the largest unit would be the
    distance. Raises EvaluationRefused where a feature is no number.
    """
    for features in (real, *others):
        if not np.isfinite(features).all():
            row = int(np.flatnonzero(~np.isfinite(features).all(axis=1))[0])
            raise EvaluationRefused(
                _(
                    "The encoder %(encoder)s gave no finite features for image %(row)s. The image may be broken; remove it and try again."
                ),
                encoder=name, row=row,
            )  # fmt: skip
    spread = real.std(axis=0)
    varies = spread > 1e-12 * np.maximum(1.0, np.abs(real).max(axis=0))
    if not varies.any():
        raise EvaluationRefused(
            _("All real images have the same features by %(encoder)s; there is nothing to measure."),
            encoder=name,
        )
    mean, spread = real[:, varies].mean(axis=0), spread[varies]
    return tuple((features[:, varies] - mean) / spread for features in (real, *others))


def feature_numbers(
    features: Features, chosen: set[str], *, rng: np.random.Generator, course: Course
) -> list[Number]:
    """One Number for each chosen metric that needs features, in the catalogue's order."""
    numbers: dict[str, Number] = {}
    values = {"encoder": features.title}
    if chosen & {"kid", "kid_subsets"}:
        course.stage(3, _("comparing %(encoder)s features: KID"), **values)
        numbers["kid"] = kid_number(features, rng)
        if "kid_subsets" in chosen:
            numbers["kid_subsets"] = kid_subsets_number(features, numbers["kid"], rng)
    if "cmmd" in chosen and (number := cmmd_number(features, rng)):
        numbers["cmmd"] = number
    if "frechet" in chosen:
        course.stage(4, _("comparing %(encoder)s features: Fréchet distance"), **values)
        numbers["frechet"] = frechet_number(features, rng)
    if "frechet_principal" in chosen and components(features) < features.real.shape[1]:
        numbers["frechet_principal"] = principal_number(features, rng)
    if chosen & set(PARTS):
        course.stage(4, _("comparing %(encoder)s features: nearest neighbours"), **values)
        numbers.update(manifold_numbers(features, rng))
    if "c2st" in chosen:
        course.stage(3, _("comparing %(encoder)s features: classifier test"), **values)
        numbers["c2st"] = c2st_number(features, rng)
    if chosen & set(VENDI):
        course.stage(2, _("comparing %(encoder)s features: Vendi score"), **values)
        numbers.update(vendi_numbers(features, chosen, rng))
    return [numbers[name] for name in METRICS if name in chosen and name in numbers]
