"""KID, CMMD and Frechet distances of two sets of features. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .catalogue import METRICS
from .comparing import OnePass, jackknife, no_interval
from .feature_sets import JACKKNIFE, Features, blank, too_few, within
from .functional import resampling
from .functional.cmmd import cmmd
from .functional.frechet import frechet_distance
from .functional.kernel import kid_of_pairs, kid_p_value, kid_subsets
from .functional.null import frechet_null
from .odd_images import odd_images
from .reports import Number, Sentence, counted
from .reports import gettext_noop as _
from .two_sets import two_sample

COMPONENTS = 64
SUBSETS, SUBSET = 100, 1000


def kid_number(features: Features, rng: np.random.Generator) -> Number:
    both = np.vstack([features.real, features.synthetic])
    statistic = OnePass(lambda pairs: kid_of_pairs(both, pairs)[:, None])
    number = two_sample(features, "kid", statistic, rng, {"kernel": "cubic polynomial, gamma 1/d"})
    if number.value is None:
        return number
    p = kid_p_value(
        features.real, features.synthetic, rng=rng, real_groups=features.groups, synthetic_groups=features.others
    )  # fmt: skip
    tested = {"permutation test that both sets come from one distribution": f"p = {p:.3f}"}
    return _odd_ones_told(replace(number, protocol={**number.protocol, **tested}), features)


def _odd_ones_told(number: Number, features: Features) -> Number:
    assert number.value is not None
    assert number.interval is not None
    if number.floor is None or number.floor[0] <= number.value <= number.floor[1]:
        return number
    odd = odd_images(features.real, features.synthetic, number.value, number.interval)
    return replace(number, caution=counted(odd.count, ODD_ONE, ODD_ONES, **odd.words())) if odd else number


ODD_ONE = _(
    "made by one synthetic image, number %(farthest)s, which lies %(times)s times as far out as any real one; without it the value would be %(without)s"
)
ODD_ONES = _(
    "made by %(n)s synthetic images that lie more than twice as far out as any real one (the farthest, number %(farthest)s, %(times)s times as far); without them the value would be %(without)s"
)


def kid_subsets_number(features: Features, whole: Number, rng: np.random.Generator) -> Number:
    """The published form. It estimates what `whole`, over all pairs, estimates too, so that interval and floor are the same."""
    number = blank(features, "kid_subsets")
    if features.fewest < SUBSET:
        return too_few(number, SUBSET)
    mean, spread = kid_subsets(features.real, features.synthetic, rng=rng, subsets=SUBSETS, size=SUBSET)
    protocol = {
        **whole.protocol, "subsets": f"{SUBSETS} of {SUBSET:,} images",
        "standard deviation over subsets": f"{spread:.3g}", "interval": "that of the KID over all pairs",
    }  # fmt: skip
    return replace(number, value=mean, interval=whole.interval, floor=whole.floor, matched=whole.matched, floor_n=whole.floor_n, protocol=protocol)  # fmt: skip


def cmmd_number(features: Features, rng: np.random.Generator) -> Number | None:
    """Only for embeddings that their encoder declares to be CLIP's."""
    if features.protocol.get("family", "").lower() != "clip":
        return None
    return two_sample(features, "cmmd", _cmmd, rng, {"kernel": "Gaussian, sigma 10, embeddings of length 1"})


def _cmmd(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    return np.array([cmmd(real, synthetic)])


def _frechet(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    return np.array([frechet_distance(real, synthetic)])


def frechet_number(features: Features, rng: np.random.Generator) -> Number:
    """Below two images a feature the covariances are guesses: the number is shown grey and says what chance alone would give."""
    is_enough = features.fewest >= 2 * features.real.shape[1]
    number = two_sample(features, "frechet", _frechet, rng, interval=no_interval if is_enough else jackknife)
    if number.value is None:
        return number
    if features.encoder == "radiomics" and number.value:
        number = replace(number, protocol={**number.protocol, "logarithm (as FRD is published)": f"{np.log(number.value):.3f}"})  # fmt: skip
    if is_enough:
        number = _corrected(number, features, features.real, features.synthetic, rng)
    return _gated(number, features, rng)


def _gated(number: Number, features: Features, rng: np.random.Generator) -> Number:
    """Beside what two sets of these sizes from one normal distribution give, which has the real set's covariance."""
    assert number.value is not None
    d = features.real.shape[1]
    null = frechet_null(features.real, len(features.real), len(features.synthetic), rng=rng)
    chance = {"null": f"two equal normal distributions give {null.mean():.4g} on average at these sizes"}
    number = replace(number, protocol={**number.protocol, **chance})
    words = {"needed": f"{2 * d:,}", "d": f"{d:,}", "null": f"{null.mean():.3g}"}
    if features.fewest < 2 * d:
        caution = Sentence(
            _("too few images: %(needed)s in each set are needed for %(d)s features; two equal sets of these sizes would give about %(null)s"),
            words,
        )  # fmt: skip
        return replace(number, unfit=True, caution=caution)
    if null.mean() > number.value / 2:
        caution = Sentence(
            _("more than half of this value is what two equal sets of these sizes give, about %(null)s; read the corrected one"),
            words,
        )  # fmt: skip
        return replace(number, caution=caution)
    return number


def _on_the_root(value: float, half: float) -> tuple[float, float]:
    """Ends of value -+ half as a squared distance has them: its root varies alike wherever it lies (delta method), so that both ends lie
    half^2 / (4 value) higher; near zero, where the root has no slope, as high as at value = half."""
    higher = half * min(1.0, half / value) / 4 if value > 0 else half / 4
    return value - half + higher, value + half + higher


def _corrected(
    number: Number, features: Features, real: np.ndarray, synthetic: np.ndarray, rng: np.random.Generator
) -> Number:
    """With the value that more images would tend to, and its interval in place of the plug-in value's."""
    estimate = resampling.jackknife(
        frechet_distance, real, synthetic, rng=rng, real_groups=features.groups, synthetic_groups=features.others
    )  # fmt: skip
    protocol = {**number.protocol, "interval": f"{JACKKNIFE}, about the value corrected for bias, on the scale of its square root"}  # fmt: skip
    interval = within(number, *_on_the_root(estimate.bias_corrected, (estimate.high - estimate.low) / 2))
    return replace(number, corrected=max(0.0, estimate.bias_corrected), interval=interval, protocol=protocol)


def components(features: Features) -> int:
    """How many principal components a Frechet distance may have: at most 64, and a fourth of the images."""
    return min(COMPONENTS, features.real.shape[1], features.fewest // 4)


def principal_number(features: Features, rng: np.random.Generator) -> Number:
    number, kept = blank(features, "frechet_principal"), components(features)
    if kept < 2 or features.fewest < METRICS["frechet_principal"].minimum:
        return too_few(number, METRICS["frechet_principal"].minimum)
    real, synthetic = on_components(features.real, features.synthetic, kept)
    reduced = replace(features, real=real, synthetic=synthetic)
    more = {"components": f"{kept} principal components of the real features"}
    number = two_sample(reduced, "frechet_principal", _frechet, rng, more, no_interval)
    number = replace(
        number, source=f"{features.encoder}, {kept} of {features.real.shape[1]:,}",
        title=Sentence(_("Fréchet distance, %(kept)s components"), {"kept": kept}),
    )  # fmt: skip
    return _corrected(number, features, real, synthetic, rng)


def on_components(real: np.ndarray, synthetic: np.ndarray, kept: int) -> tuple[np.ndarray, np.ndarray]:
    """Both sets on the first `kept` principal axes of the real one, about its mean."""
    mean = real.mean(axis=0)
    axes = np.linalg.svd(real - mean, full_matrices=False)[2][:kept].T
    return (real - mean) @ axes, (synthetic - mean) @ axes
