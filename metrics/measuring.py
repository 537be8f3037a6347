"""The numbers that two sets of features give, each with its interval, floor, gate and protocol. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .catalogue import METRICS
from .comparing import Compared, Statistic, compare
from .course import Course
from .feature_sets import JACKKNIFE, Features, blank, exact_interval, too_few, within
from .functional.frechet import frechet_distance
from .functional.kernel import kid
from .functional.manifold import prdc
from .functional.resampling import jackknife as grouped_jackknife
from .images import EvaluationRefused
from .one_set import vendi_number
from .reports import Number, Sentence
from .reports import gettext_noop as _

PARTS = ("precision", "recall", "density", "coverage")
SHARES = ("precision", "recall", "coverage")
NEIGHBOURS = 5
COMPONENTS = 64


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
    if "kid" in chosen:
        course.stage(3, _("comparing %(encoder)s features: KID"), **values)
        numbers["kid"] = _two_sample(features, "kid", _kid, rng, {"kernel": "cubic polynomial, gamma 1/d"})
    if "frechet" in chosen:
        course.stage(4, _("comparing %(encoder)s features: Fréchet distance"), **values)
        numbers["frechet"] = _frechet_number(features, rng)
    if "frechet_principal" in chosen and min(COMPONENTS, features.fewest // 4) < features.real.shape[1]:
        numbers["frechet_principal"] = _principal(features, rng)
    if chosen & set(PARTS):
        course.stage(4, _("comparing %(encoder)s features: nearest neighbours"), **values)
        numbers.update(_manifold(features, rng))
    if "vendi" in chosen:
        course.stage(2, _("comparing %(encoder)s features: Vendi score"), **values)
        numbers["vendi"] = vendi_number(features, rng)
    return [numbers[name] for name in METRICS if name in chosen and name in numbers]


def _kid(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    return np.array([kid(real, synthetic)])


def _frechet(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    return np.array([frechet_distance(real, synthetic)])


def _prdc(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    result = prdc(real, synthetic, k=NEIGHBOURS)
    return np.array([getattr(result, part) for part in PARTS], float)


def _filled(number: Number, compared: Compared, part: int, more: dict[str, str]) -> Number:
    floor = None
    if compared.floor_low is not None and compared.floor_high is not None:
        floor = within(number, compared.floor_low[part], compared.floor_high[part])
    interval = within(number, compared.low[part], compared.high[part])
    return replace(
        number, value=float(compared.value[part]), interval=interval, floor=floor,
        matched=None if compared.matched is None else float(compared.matched[part]), floor_n=compared.floor_n,
        protocol={**number.protocol, **more, "interval": JACKKNIFE, "floor": "ten random splits of the real set into parts of equal size"},
    )  # fmt: skip


def _two_sample(
    features: Features, name: str, statistic: Statistic, rng: np.random.Generator, more: dict[str, str] | None = None
) -> Number:  # fmt: skip
    number = blank(features, name)
    minimum = METRICS[name].minimum
    if features.fewest < minimum:
        return too_few(number, minimum)
    compared = compare(
        statistic,
        features.real,
        features.synthetic,
        features.groups,
        features.others,
        rng=rng,
        least=minimum // 2,
    )
    return _filled(number, compared, 0, more or {})


def _frechet_number(features: Features, rng: np.random.Generator) -> Number:
    """Below two images a feature the covariances are guesses: the number is shown grey and says so."""
    number = _two_sample(features, "frechet", _frechet, rng)
    if features.encoder == "radiomics" and number.value:
        number = replace(number, protocol={**number.protocol, "logarithm (as FRD is published)": f"{np.log(number.value):.3f}"})  # fmt: skip
    needed = 2 * features.real.shape[1]
    if number.value is None:
        return number
    if features.fewest >= needed:
        return _corrected(number, features, features.real, features.synthetic, rng)
    caution = Sentence(
        _("too few images: %(needed)s in each set are needed for %(d)s features"),
        {"needed": f"{needed:,}", "d": f"{features.real.shape[1]:,}"},
    )
    return replace(number, unfit=True, caution=caution)


def _corrected(
    number: Number, features: Features, real: np.ndarray, synthetic: np.ndarray, rng: np.random.Generator
) -> Number:
    """With the value that more images would tend to, and its interval in place of the plug-in value's."""
    estimate = grouped_jackknife(
        frechet_distance, real, synthetic, rng=rng, real_groups=features.groups, synthetic_groups=features.others
    )  # fmt: skip
    protocol = {**number.protocol, "interval": f"{JACKKNIFE}, about the value corrected for bias"}
    interval = within(number, estimate.low, estimate.high)
    return replace(number, corrected=max(0.0, estimate.bias_corrected), interval=interval, protocol=protocol)


def on_components(real: np.ndarray, synthetic: np.ndarray, kept: int) -> tuple[np.ndarray, np.ndarray]:
    """Both sets on the first `kept` principal axes of the real one, about its mean."""
    mean = real.mean(axis=0)
    axes = np.linalg.svd(real - mean, full_matrices=False)[2][:kept].T
    return (real - mean) @ axes, (synthetic - mean) @ axes


def _principal(features: Features, rng: np.random.Generator) -> Number:
    """Frechet distance on the first principal components of the real features: at most 64, and a fourth of the images."""
    number = blank(features, "frechet_principal")
    kept = min(COMPONENTS, features.real.shape[1], features.fewest // 4)
    if kept < 2 or features.fewest < METRICS["frechet_principal"].minimum:
        return too_few(number, METRICS["frechet_principal"].minimum)
    real, synthetic = on_components(features.real, features.synthetic, kept)
    reduced = replace(features, real=real, synthetic=synthetic)
    compared = compare(
        _frechet, reduced.real, reduced.synthetic, features.groups, features.others, rng=rng, least=2 * kept
    )
    number = replace(
        number, source=f"{features.encoder}, {kept} of {features.real.shape[1]:,}",
        title=Sentence(_("Fréchet distance, %(kept)s components"), {"kept": kept}),
    )  # fmt: skip
    number = _filled(number, compared, 0, {"components": f"{kept} principal components of the real features"})
    return _corrected(number, features, reduced.real, reduced.synthetic, rng)


def _manifold(features: Features, rng: np.random.Generator) -> dict[str, Number]:
    minimum = METRICS["precision"].minimum
    blanks = {part: blank(features, part) for part in PARTS}
    if features.fewest < minimum:
        return {part: too_few(number, minimum) for part, number in blanks.items()}
    compared = compare(
        _prdc,
        features.real,
        features.synthetic,
        features.groups,
        features.others,
        rng=rng,
        least=NEIGHBOURS + 1,
        is_rough=True,
    )
    more = {"neighbours": f"k = {NEIGHBOURS}, Euclidean"}
    numbers = {part: _filled(blanks[part], compared, index, more) for index, part in enumerate(PARTS)}
    return {part: _at_the_end(number) for part, number in numbers.items()}


def _at_the_end(number: Number) -> Number:
    """A share of 0 or 1 does not vary in half samples; the exact binomial interval says what so many images can tell."""
    protocol = {**number.protocol, "interval": "20 random halves of both sets, patients kept whole"}
    interval = number.interval
    if number.metric in SHARES and number.value in (0.0, 1.0):
        count = number.n_synthetic if number.metric == "precision" else number.n_real
        interval = exact_interval(int(number.value) * count, count)
    return replace(number, interval=interval, protocol=protocol)
