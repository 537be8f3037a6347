"""What both sets' modes give: the numbers, and the table of modes that a person looks at. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .catalogue import METRICS
from .comparing import compare, floor, half_samples
from .course import Course
from .feature_sets import Features, blank, exact_interval, too_few, within
from .functional.errors import CannotMeasure
from .functional.missing import Coverage, mode_coverage
from .functional.modes import DIMENSIONS, binned, principal_axes
from .functional.quantification import class_shares
from .functional.spread import Repeats, near_repeats, within_spread
from .mode_table import class_rows, mode_table
from .reports import ModeRow, Modes, Number, Sentence
from .reports import gettext_noop as _
from .two_sets import filled

NAMES = ("missing", "mode_spread", "near_repeats", "js", "ndb")
TREE = "Ward's tree on 16 principal components, at most 48 leaves"
SPLITS = 5  # for the floors of what takes long
FIVE = "five random splits of the real set into parts of equal size, patients kept whole"
HALVES = "20 random halves of both sets, patients kept whole"


@dataclass(frozen=True)
class ModeParts:
    numbers: tuple[Number, ...] = ()
    table: Modes | None = None


def mode_parts(
    features: Features, chosen: set[str], labels: tuple[str, ...], *, rng: np.random.Generator, course: Course
) -> ModeParts:
    """Numbers of the chosen metrics, and the table where `missing` is one of them. labels: of the real images, empty where unknown."""
    asked = [name for name in NAMES if name in chosen]
    if not asked:
        return ModeParts()
    course.stage(4, _("comparing %(encoder)s features: modes"), encoder=features.title)
    found: dict[str, Number] = {}
    coverage = None
    if features.fewest < METRICS["missing"].minimum or features.groups.max() < 1:
        return ModeParts(tuple(too_few(blank(features, name), METRICS["missing"].minimum) for name in asked))
    if "missing" in asked:
        coverage = _coverage(features, rng)
        found["missing"] = (
            _missing_number(features, coverage, rng) if isinstance(coverage, Coverage) else coverage
        )
    if "mode_spread" in asked:
        found["mode_spread"] = _spread_number(features, rng)
    if "near_repeats" in asked:
        found["near_repeats"] = _repeats_number(features, rng)
    if {"js", "ndb"} & set(asked):
        found.update(_bins_numbers(features, rng))
    table = None
    if isinstance(coverage, Coverage):
        table = replace(mode_table(features, coverage), classes=_classes(features, np.array(labels), rng))
    return ModeParts(tuple(found[name] for name in asked), table)


def _classes(features: Features, labels: np.ndarray, rng: np.random.Generator) -> tuple[ModeRow, ...]:
    """Rows of the labels that can be judged; none where there are fewer than two, or too few patients of one."""
    known = np.flatnonzero(labels != "") if len(labels) else np.zeros(0, int)
    try:
        found = class_shares(
            features.real[known], labels[known], features.synthetic, rng=rng, real_groups=features.groups[known],
            synthetic_groups=features.others,
        )  # fmt: skip
    except CannotMeasure:
        return ()
    return class_rows(features, labels, known, found)


def _coverage(features: Features, rng: np.random.Generator) -> Coverage | Number:
    """Or the number with the reason why there is none: patients so uneven that one part of them is too small."""
    groups = {"real_groups": features.groups, "synthetic_groups": features.others}
    try:
        return mode_coverage(features.real, features.synthetic, rng=rng, **groups)
    except CannotMeasure as error:
        return replace(blank(features, "missing"), absent=Sentence("%(cause)s", {"cause": str(error)}))


def _missing_number(features: Features, found: Coverage, rng: np.random.Generator) -> Number:
    number = blank(features, "missing")
    rows, groups, first, second = _stacked(features)

    def share(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        one, two = left[:, 0], right[:, 0]
        try:
            part = mode_coverage(rows[one], rows[two], rng=rng, real_groups=groups[one], synthetic_groups=groups[two], permutations=199, beyond=False)  # fmt: skip
        except CannotMeasure:
            return np.array([np.nan])
        return np.array([part.share])

    band = floor(
        share, first, second, features.groups, rng=rng, least=METRICS["missing"].minimum // 2, splits=SPLITS
    )
    if band is not None:
        number = replace(
            number, floor=within(number, band[0][0], band[1][0]), matched=float(band[2][0]), floor_n=band[3]
        )
    return replace(
        number, value=found.share, interval=found.interval,
        protocol={
            **number.protocol, "modes": f"{TREE}, grown from {len(found.real) - len(found.counted)} real images",
            "counted": f"{len(found.counted)} other real images, patients kept whole",
            "test": "999 permutations of patients over all branches, studentised; family-wise level .02",
            "found": "at most half of the real share; missing at most a tenth",
            "interval": "ratio of sums over patients; where nothing is found, up to the smallest share that is found 95 times in 100",
            "floor": f"{FIVE}, by the branches alone", "smallest share found 95 times in 100": f"{100 * found.findable:.1f} %, as a cluster of its own",
        },
    )  # fmt: skip


def _stacked(features: Features) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rows and groups of both sets together, and (k, 1) positions of each: so patients are known however the sets are cut."""
    rows = np.vstack([features.real, features.synthetic])
    groups = np.concatenate([features.groups, features.groups.max() + 1 + features.others])
    n = len(features.real)
    return rows, groups, np.arange(n)[:, None], np.arange(n, len(rows))[:, None]


def _spread_number(features: Features, rng: np.random.Generator) -> Number:
    rows, groups, first, second = _stacked(features)

    def ratio(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        one, two = left[:, 0], right[:, 0]
        try:
            found = within_spread(rows[one], rows[two], rng=rng, real_groups=groups[one], synthetic_groups=groups[two], permutations=1)  # fmt: skip
        except CannotMeasure:
            return np.array([np.nan])
        return np.array([found.ratio])

    number = blank(features, "mode_spread")
    try:
        whole = within_spread(features.real, features.synthetic, rng=rng, real_groups=features.groups, synthetic_groups=features.others)  # fmt: skip
    except CannotMeasure as error:
        return replace(number, absent=Sentence("%(cause)s", {"cause": str(error)}))
    value = np.array([whole.ratio])
    low, high = half_samples(ratio, first, second, features.groups, features.others, value=value, rng=rng)
    band = floor(
        ratio,
        first,
        second,
        features.groups,
        rng=rng,
        least=METRICS["mode_spread"].minimum // 2,
        splits=SPLITS,
    )
    number = replace(
        number, value=whole.ratio, interval=within(number, low[0], high[0]) if np.isfinite(low[0]) else None,
        protocol={
            **number.protocol, "modes": f"leaves of {TREE}, grown from half of the real set", "interval": HALVES, "floor": FIVE,
            "permutation test of less variance": f"p = {whole.p_value:.3f}",
        },
    )  # fmt: skip
    if band is None or not np.isfinite(band[0][0] + band[2][0]):
        return number
    return replace(
        number, floor=within(number, band[0][0], band[1][0]), matched=float(band[2][0]), floor_n=band[3]
    )


def _repeats_number(features: Features, rng: np.random.Generator) -> Number:
    size = features.fewest
    (own, found) = (
        near_repeats(features.real, rows[drawn], groups=groups[drawn])
        for rows, groups in ((features.real, features.groups), (features.synthetic, features.others))
        for drawn in [np.sort(rng.choice(len(rows), size, replace=False))]
    )
    number = blank(features, "near_repeats")
    low, high = found.interval
    support = f"{low:,.0f} to {high:,.0f}" if np.isfinite(high) else f"{low:,.0f} or more"
    return replace(
        number, value=found.share, interval=_clustered(found, size), floor=_clustered(own, size), n_real=size, n_synthetic=size,
        protocol={
            **number.protocol, "near": "closer than half the median distance of a real image to its nearest other one",
            "pairs": str(found.pairs), "different images that would repeat as often": support,
            "interval": "exact binomial (Clopper and Pearson), images that repeat one another counted as one",
            "floor": "the real set's own share, as many images",
        },
    )  # fmt: skip


def _clustered(found: Repeats, size: int) -> tuple[float, float]:
    """Images that repeat one another do so together: they tell as much as one (the design effect of clusters of that size)."""
    return exact_interval(found.share * size / found.together, size / found.together)


def _bins_numbers(features: Features, rng: np.random.Generator) -> dict[str, Number]:
    def both(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
        found = binned(real, synthetic)
        return np.array([found.js, found.ndb, found.leaves])

    both_sets = np.vstack([features.real, features.synthetic])
    axes = principal_axes(both_sets - both_sets.mean(axis=0), DIMENSIONS)  # once, not for every half
    compared = compare(
        both, features.real @ axes, features.synthetic @ axes, features.groups, features.others, rng=rng,
        least=METRICS["js"].minimum // 2, interval=half_samples,
    )  # fmt: skip
    more = {"modes": f"leaves of {TREE}", "interval": HALVES}
    numbers = {
        name: filled(blank(features, name), compared, part, more) for part, name in enumerate(("js", "ndb"))
    }
    numbers["ndb"] = _by_half_a_step(numbers["ndb"], 0.5 / compared.value[2])
    return numbers


def _by_half_a_step(number: Number, half: float) -> Number:
    """A share of few leaves moves in steps, which the interval of a number that moves freely falls short of."""
    if number.interval is None:
        return number
    low, high = number.interval
    protocol = {**number.protocol, "interval": f"{HALVES}, wider by half a leaf"}
    return replace(number, interval=within(number, low - half, high + half), protocol=protocol)
