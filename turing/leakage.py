"""Could a program that knows nothing about medicine tell the two kinds apart? The audit before a study is launched.

Pure numpy. Features are trivial on purpose: a reader study in which one of them separates real from synthetic
measures that trait (a border, a bit depth, a JPEG grid), not how real the images look.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

STATES = ("fine", "warning", "alarm")
ALPHA = 0.05  # over all features together, by Holm
LOUD = 0.2  # an AUC this far from one half, and significant, fails the audit
FOLDS = 5
PERMUTATIONS = 999
ENOUGH = 20  # deals as good as what was found: p is then far from small
RIDGE = 1.0


@dataclass(frozen=True)
class Finding:
    """AUC of one feature against the truth (1 is synthetic), its 95 % interval and Holm-adjusted p; 'fine', 'warning', 'alarm'."""

    feature: str
    auc: float
    low: float
    high: float
    p_value: float
    state: str


@dataclass(frozen=True)
class Audit:
    """The real cases against all others; with several generators also against those of each (source: its key), which a trait of
    one among several does not escape by being diluted."""

    findings: tuple[Finding, ...]
    together: Finding  # a cross-validated linear discriminant on all features
    source: str = ""
    generators: tuple["Audit", ...] = ()

    @property
    def state(self) -> str:
        return worst(one.state for one in (*self.findings, self.together, *self.generators))


def worst(states: Iterable[str]) -> str:
    return max(states, key=STATES.index)


def entropy(image: np.ndarray) -> float:
    """Shannon entropy of the 256-bin histogram, bits."""
    counts = np.bincount((image >> 8).ravel() if image.dtype.itemsize == 2 else image.ravel(), minlength=256)
    share = counts[counts > 0] / image.size
    return float(-(share * np.log2(share)).sum())


def high_frequency(image: np.ndarray) -> float:
    """Energy of differences between neighbours over the variance of the image (0 for a flat one)."""
    grey = _grey(image)
    energy = sum(float((np.diff(grey, axis=axis) ** 2).mean()) for axis in (0, 1) if grey.shape[axis] > 1)
    return energy / float(grey.var()) if grey.var() > 0 else 0.0


def jpeg_grid(image: np.ndarray) -> float:
    """Mean step across columns and rows at multiples of 8, over the mean step elsewhere: above 1 where 8 x 8 blocks show."""
    grey = _grey(image)
    ratios = []
    for axis in (0, 1):
        steps = np.abs(np.diff(grey, axis=axis)).mean(axis=1 - axis)
        on_grid = np.arange(1, steps.size + 1) % 8 == 0
        if on_grid.any() and steps[~on_grid].mean() > 0:
            ratios.append(steps[on_grid].mean() / steps[~on_grid].mean())
    return float(np.mean(ratios)) if ratios else 1.0


def border(image: np.ndarray) -> float:
    """Mean of the outermost pixels: padding and frames."""
    return float(np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]]).mean())


def duplicate_rows(image: np.ndarray) -> float:
    """Share of rows and columns equal to the one before: padding, up-sampling without interpolation."""
    rows = (image[1:] == image[:-1]).reshape(image.shape[0] - 1, -1).all(axis=1)
    columns = (image[:, 1:] == image[:, :-1]).swapaxes(0, 1).reshape(image.shape[1] - 1, -1).all(axis=1)
    return float(np.concatenate([rows, columns]).mean()) if rows.size + columns.size else 0.0


FEATURES: dict[str, Callable[[np.ndarray], float]] = {
    "minimum": lambda image: float(image.min()),
    "maximum": lambda image: float(image.max()),
    "mean": lambda image: float(image.mean()),
    "spread": lambda image: float(image.std()),
    "entropy": entropy,
    "levels": lambda image: float(np.unique(image).size),
    "high_frequency": high_frequency,
    "jpeg_grid": jpeg_grid,
    "border": border,
    "duplicate_rows": duplicate_rows,
}


def features_of(image: np.ndarray, width: int, height: int) -> dict[str, float]:
    """All features of one rendered image (uint8 or uint16) whose size before padding was width x height."""
    return {"width": float(width), "height": float(height)} | {
        name: measure(image) for name, measure in FEATURES.items()
    }


def audit(
    truth: Sequence[int],
    rows: Sequence[dict[str, float]],
    rng: np.random.Generator,
    permutations: int | None = None,
    sources: Sequence[str] | None = None,
) -> Audit:
    """Judge features (one dict per case) against the truth (0 real, 1 synthetic; at least two of each), and generator by
    generator where `sources` (one key per case; those of real ones do not matter) names several with two cases or more.

    All p-values, the joint ones and those of every generator included, are adjusted as one family: an audit of kinds that
    differ by chance alone is anything but 'fine' in at most 5 % of studies. Few images find only coarse traits; 'fine' is
    not proof.
    """
    kinds = np.asarray(truth)
    if min((kinds == 0).sum(), (kinds == 1).sum()) < 2:
        raise ValueError("The audit needs at least two real and two synthetic images.")
    names = list(rows[0])
    table = np.array([[row[name] for name in names] for row in rows], float)
    parts = {"": np.ones(len(kinds), bool)} | _each_generator(kinds, sources)
    # A p by permutation is never below 1 / (deals + 1): a larger family needs more deals to find anything.
    deals = (permutations or PERMUTATIONS) * len(parts)
    tests = [_tests(kinds[part], table[part], rng, deals) for part in parts.values()]
    adjusted = iter(holm([p for part in tests for _auc, _low, _high, p in part]))
    whole, *generators = [
        [_finding(name, *test[:3], next(adjusted)) for name, test in zip([*names, "together"], part)]
        for part in tests
    ]
    named = zip(list(parts)[1:], generators)
    each = tuple(Audit(tuple(found[:-1]), found[-1], source) for source, found in named)
    return Audit(tuple(whole[:-1]), whole[-1], generators=each)


def _each_generator(kinds: np.ndarray, sources: Sequence[str] | None) -> dict[str, np.ndarray]:
    """Key of a generator to which cases are compared: the real ones and its own. Empty with one generator, which is all there is."""
    made = np.where(kinds == 1, np.asarray([""] * len(kinds) if sources is None else sources, object), None)
    keys = list(dict.fromkeys(key for key in made if key is not None))
    if len(keys) < 2:
        return {}
    return {key: (kinds == 0) | (made == key) for key in keys if (made == key).sum() > 1}


def _tests(
    kinds: np.ndarray, table: np.ndarray, rng: np.random.Generator, deals: int
) -> list[tuple[float, float, float, float]]:
    """Each feature's, then that of all of them together."""
    alone = [auc_test(kinds, table[:, column]) for column in range(table.shape[1])]
    return [*alone, joint_test(kinds, table, rng, deals)]


def joint_test(
    kinds: np.ndarray, table: np.ndarray, rng: np.random.Generator, permutations: int
) -> tuple[float, float, float, float]:
    """(AUC, low, high, p) of the cross-validated discriminant. Its scores are not independent, so p comes from labels
    dealt again; one-sided, since below one half a cross-validated classifier has found nothing. Dealing stops early when
    ENOUGH deals did as well: the number of them over the number dealt is a p-value too (Besag & Clifford 1991, Biometrika 78:301)."""
    area, low, high, _p = auc_test(kinds, discriminant_scores(kinds, table))
    as_good = 0
    for dealt in range(1, permutations + 1):
        labels = rng.permutation(kinds)
        as_good += _area(labels, discriminant_scores(labels, table)) >= area
        if as_good == ENOUGH:
            return area, low, high, ENOUGH / dealt
    return area, low, high, (1 + as_good) / (1 + permutations)


def auc_test(kinds: np.ndarray, values: np.ndarray) -> tuple[float, float, float, float]:
    """(AUC, low, high, p): Mann-Whitney AUC with ties counted half, DeLong 95 % interval on the logit scale,
    two-sided p of the Mann-Whitney statistic by its normal approximation with the correction for ties."""
    high_side, low_side = values[kinds == 1], values[kinds == 0]
    wins = np.sign(high_side[:, None] - low_side[None, :]) / 2 + 0.5
    area = float(wins.mean())
    variance = wins.mean(axis=1).var(ddof=1) / len(high_side) + wins.mean(axis=0).var(ddof=1) / len(low_side)
    low, high = _logit_interval(area, float(variance))
    return area, low, high, _mann_whitney_p(area, values, len(high_side), len(low_side))


def _area(kinds: np.ndarray, values: np.ndarray) -> float:
    """The AUC from mid-ranks: the same number, fast enough to be computed a thousand times."""
    _levels, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    m = int(kinds.sum())
    return float((ranks[kinds == 1].sum() - m * (m + 1) / 2) / (m * (len(kinds) - m)))


def _logit_interval(area: float, variance: float) -> tuple[float, float]:
    if area in (0.0, 1.0) or variance == 0:
        return area, area
    centre = math.log(area / (1 - area))
    half = NormalDist().inv_cdf(0.975) * math.sqrt(variance) / (area * (1 - area))
    low, high = (1 / (1 + math.exp(-min(700.0, max(-700.0, centre + sign * half)))) for sign in (-1, 1))
    return low, high


def _mann_whitney_p(area: float, values: np.ndarray, m: int, n: int) -> float:
    total = m + n
    _levels, ties = np.unique(values, return_counts=True)
    corrected = (total + 1) - float((ties**3 - ties).sum()) / (total * (total - 1))
    if corrected <= 0:
        return 1.0
    distance = max(0.0, abs(area - 0.5) * m * n - 0.5)  # continuity
    return 2 * (1 - NormalDist().cdf(distance / math.sqrt(m * n * corrected / 12)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment (1979): the family-wise error stays at the level whatever the dependence."""
    order = np.argsort(p_values, kind="stable")
    adjusted, running = np.empty(len(p_values)), 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, p_values[index] * (len(p_values) - rank)))
        adjusted[index] = running
    return [float(p) for p in adjusted]


def discriminant_scores(kinds: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Scores of a ridge-regularised linear discriminant, each from a fit that did not see its case (stratified folds)."""
    scores, fold = np.zeros(len(kinds)), np.zeros(len(kinds), int)
    for kind in (0, 1):
        members = np.flatnonzero(kinds == kind)
        fold[members] = np.arange(len(members)) % FOLDS
    for number in range(FOLDS):
        seen, held = fold != number, fold == number
        if held.any() and len(set(kinds[seen])) == 2:
            scores[held] = _discriminant(kinds[seen], table[seen], table[held])
    return scores


def _discriminant(kinds: np.ndarray, seen: np.ndarray, held: np.ndarray) -> np.ndarray:
    centre, scale = seen.mean(axis=0), seen.std(axis=0)
    scale[scale == 0] = 1
    seen, held = (seen - centre) / scale, (held - centre) / scale
    synthetic, real = seen[kinds == 1], seen[kinds == 0]
    pooled = (synthetic - synthetic.mean(axis=0)).T @ (synthetic - synthetic.mean(axis=0))
    pooled += (real - real.mean(axis=0)).T @ (real - real.mean(axis=0))
    weights = np.linalg.solve(
        pooled / len(seen) + RIDGE / len(seen) * np.eye(seen.shape[1]),
        synthetic.mean(axis=0) - real.mean(axis=0),
    )
    middle = (synthetic.mean(axis=0) + real.mean(axis=0)) / 2  # folds meet at the same zero
    return (held - middle) @ weights


def _finding(feature: str, area: float, low: float, high: float, p_value: float) -> Finding:
    state = "fine"
    if p_value < ALPHA:
        state = "alarm" if abs(area - 0.5) >= LOUD else "warning"
    return Finding(feature, area, low, high, p_value, state)


def _grey(image: np.ndarray) -> np.ndarray:
    return image.astype(float).mean(axis=2) if image.ndim == 3 else image.astype(float)
